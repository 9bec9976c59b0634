"""What can be wrong with a proposed edit: one closed list, which `docs/ai-edits.md` and the retry build on."""

from typing import Literal

import msgspec

WrongKind = Literal[
    "no_edit",
    "not_found",
    "ambiguous",
    "other_file",
    "outside_workspace",
    "stale",
    "outside_target",
    "syntax",
    "rule",
    "still_there",
    "elided",
    "broken_text",
    "secret",
    "too_much",
    "unfinished",
    "lost_code",
    "duplicate",
]


class Wrong(msgspec.Struct, frozen=True):
    """One thing that is wrong with an answer or its edits."""

    kind: WrongKind
    text: str
    """A sentence, for people and for the model that is asked once more."""
