"""The moment a message was read: what its handler may see, and its place in the order of messages."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from rulewright.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Moment:
    """Travels in a context variable from the reading of a message to all work that it causes."""

    origin: int = 0
    """Number of the message; 0 for work that no message caused."""
    snapshot: Snapshot = field(default_factory=Snapshot)
    ready: bool = False
    """Whether the projects named at the start had been opened."""
    begun: Any = None
    """What was begun when the message was read; see `early`."""
    failure: Exception | None = None
    """Why that could not be begun."""


MOMENT: ContextVar[Moment] = ContextVar("moment", default=Moment())  # noqa: B039 - frozen


def early() -> Any:
    """What the function of `at_read` returned when the current message was read; None where there is none.

    Raises what that function raised, so that the handler answers with it.
    """
    moment = MOMENT.get()
    if moment.failure is not None:
        raise moment.failure
    return moment.begun
