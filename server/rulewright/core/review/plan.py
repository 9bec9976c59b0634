"""A review before it begins: its files and limits, and what it needs from the world."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec

from rulewright.core.call_account import WhyNot
from rulewright.core.findings import Severity
from rulewright.core.interaction import Interaction
from rulewright.core.review.answer import Said
from rulewright.core.review.ask import Ask, Material
from rulewright.core.review.events import Skipped
from rulewright.core.review.purse import Limits
from rulewright.core.routing import Choice


class Reviewed(msgspec.Struct, frozen=True):
    """What a model said of some lines, as it is remembered: its lines count from the first of those, from 0."""

    said: tuple[Said, ...]
    n_wrong: int = 0


class Known(Protocol):
    """Remembers answers."""

    async def get(self, key: str) -> Reviewed | None:
        """An answer from before."""
        ...

    async def put(self, key: str, reviewed: Reviewed) -> None:
        """Remember an answer."""
        ...


class Desk(Protocol):
    """Keeps calls; see `call_desk.py`."""

    def now_s(self) -> float:
        """Seconds of a clock that never jumps."""
        ...

    async def record(self, call: Interaction) -> str:
        """Keep a call; why that could not be done."""
        ...


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A file with the calls that it takes."""

    material: Material
    asks: tuple[Ask, ...]
    chain: tuple[Choice, ...]
    """The models that may be asked, the best first; empty only for a dry run."""
    notices: tuple[str, ...] = ()
    """Sentences about what was taken out of it."""


class File(msgspec.Struct, frozen=True):
    """A file that may have to be reviewed. It is read when its turn comes: there may be very many."""

    path: str
    load: Callable[[], Loaded | Skipped | None]
    """Reads it, in any thread; None where nothing of it is in question."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known before a model is asked."""

    root: str
    workspace: str
    user: str
    why: str
    """Words for receipts that say why it is done."""
    files: tuple[File, ...]
    severity: Severity
    answer_tokens: int
    limits: Limits
    at_once: int
    deadline_s: float
    governor: Callable[[], Awaitable[WhyNot]]
    """Why a call that costs so much may not be made, by what is spent now."""
    new_id: Callable[[], str]

    @property
    def project(self) -> str:
        """The name of the project's folder."""
        return name_of(self.root)


def name_of(root: str) -> str:
    """The name of the folder of a project."""
    return root.rpartition("/")[2] or root
