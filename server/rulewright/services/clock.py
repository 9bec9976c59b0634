"""The system's clock."""

from datetime import datetime


class SystemClock:
    """Time of day in the local zone."""

    def now(self) -> datetime:
        """Aware, so that it can be written down."""
        return datetime.now().astimezone()
