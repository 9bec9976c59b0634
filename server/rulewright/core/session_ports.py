"""What conversations and calls of models need from the world: a place to keep them, and a model that embeds."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]
"""A vector for each text. Raises OSError when the model cannot be asked."""


class NotWritten(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing was written; the message is the reason, and it was told."""


class Store(Protocol):
    """Where things are kept for good, in transactions."""

    generation: int
    """How often what was kept was lost and begun anew."""

    def write(self, work: Callable[[Any], T]) -> T:
        """Do `work` with a connection in one transaction; on the disk when this returns. Raises NotWritten.

        `work` may be done twice, the second time on another database.
        """
        ...

    def read(self, work: Callable[[Any], T], otherwise: T) -> T:
        """What `work` reads; `otherwise` where nothing can be read."""
        ...

    def each_backup(self, work: Callable[[Any], object]) -> None:
        """Do `work` on each backup too: what is deleted must not lie there."""
        ...

    def say(self, sentence: str) -> None:
        """Have a sentence told, once."""
        ...

    def checkpoint(self, *, for_good: bool = False) -> bool:
        """Move what was written from the log into the database, with `for_good` so that the log holds nothing more."""
        ...


class Writers(Protocol):
    """Which of those who write here are still running."""

    def me(self) -> str:
        """The name of this process."""
        ...

    def is_alive(self, name: str) -> bool:
        """Whether the process of this name still runs."""
        ...
