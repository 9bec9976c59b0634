"""Tokens that let somebody in, as values: for whom, what they may do, until when."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from rulewright.core.permissions import ACTIONS, Action, Principal

MAX_DAYS = 366
DAY_S = 86_400


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What a token gives. The token itself is kept by whoever has it, and by nobody else."""

    token_id: str
    user_id: str
    name: str
    rights: tuple[Action, ...]
    """In the order of `ACTIONS`."""
    issued_at: int
    """Seconds since 1970, as are all times here."""
    expires_at: int
    is_for_once: bool = False
    """Whether it lets somebody in only once."""
    used_at: int = 0
    """When it first let somebody in; 0 for never."""
    revoked_at: int = 0
    """0 where it was not."""

    @property
    def principal(self) -> Principal:
        """Whom it lets in."""
        return Principal(self.user_id, self.name, frozenset(self.rights), self.token_id)

    def state(self, now: int) -> str:
        """What to say of it in a word."""
        if self.revoked_at:
            return "revoked"
        if self.is_for_once and self.used_at:
            return "used"
        return "valid" if now < self.expires_at else "expired"


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody was refused something, or was not let in."""

    at: int
    user_id: str
    """Empty where nobody knows who it was."""
    token_id: str
    action: str
    """The right that was missing; `enter` where somebody was not let in."""
    resource: str
    reason: str


class NotLetIn(Exception):  # noqa: N818 - an answer, not a fault
    """A token lets nobody in; the message is a sentence for whoever brings it. `reason` is for the audit log."""

    def __init__(self, sentence: str, reason: str, token_id: str = "") -> None:
        super().__init__(sentence)
        self.reason, self.token_id = reason, token_id


class Grants(Protocol):
    """Where it is kept which tokens there are. Methods that change raise OSError when nothing can be written."""

    def add(self, grant: Grant) -> None:
        """Keep a grant; those that are long over may be forgotten."""
        ...

    def find(self, token_id: str) -> Grant | None:
        """The one of this id. Raises OSError when that cannot be read."""
        ...

    def all(self) -> Sequence[Grant]:
        """All, the newest first."""
        ...

    def use(self, token_id: str, now: int) -> bool:
        """Note that one let somebody in; False when it is for once and did so before."""
        ...

    def revoke(self, token_id: str, now: int) -> bool:
        """Let one let in nobody any more; False when there is none that does."""
        ...


def in_order(rights: Sequence[str]) -> tuple[Action, ...]:
    """Rights in their order, each once. Raises ValueError with a sentence."""
    if unknown := sorted(set(rights).difference(ACTIONS)):
        raise ValueError(f"{', '.join(unknown)} is no right. There are {', '.join(ACTIONS)}.")
    return tuple(action for action in ACTIONS if action in rights)
