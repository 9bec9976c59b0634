"""The port to breakers by name: what failed too often is left alone for a while."""

from typing import Protocol


class Open(Exception):  # noqa: N818 - an answer, not a fault
    """It is left alone now; the message is a sentence."""

    def __init__(self, name: str, reason: str, retry_in_s: float) -> None:
        super().__init__(f"{name} is left alone after it failed ({reason}). It is asked again in {retry_in_s:.0f} s.")
        self.name, self.reason, self.retry_in_s = name, reason, retry_in_s


class Circuits(Protocol):
    """Each attempt begins with `admit` and ends with one of the others."""

    def admit(self, name: str) -> None:
        """Begin. Raises Open."""
        ...

    def succeeded(self, name: str) -> None:
        """It went well."""
        ...

    def failed(self, name: str, reason: str) -> None:
        """It failed."""
        ...

    def abandoned(self, name: str) -> None:
        """It was ended before it could tell anything."""
        ...
