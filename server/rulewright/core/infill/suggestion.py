"""What is asked for behind a cursor, and what is suggested there: values that several processes share."""

from typing import Literal

import msgspec

from rulewright.core.retrieve.found import Context
from rulewright.core.text import Position

Origin = Literal["", "model", "cache", "index"]


class Hole(msgspec.Struct, frozen=True, kw_only=True):
    """What the code says about a place."""

    version: int | None = None
    """Of the document that was looked at."""
    node: Literal["code", "comment", "string"] = "code"
    """What the cursor is in."""
    is_empty_block: bool = False
    context: Context = Context()
    """What of other files helps there."""


class Fitted(msgspec.Struct, frozen=True):
    """What of a model's answer fits: `core.infill.draft.Trimmed` for those who do not trim."""

    text: str = ""
    replace_right: int = 0
    dropped: str = ""


class Best(msgspec.Struct, frozen=True):
    """The rest of a word, where one of those that could stand there stands out."""

    text: str = ""
    version: int | None = None


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where something is asked for."""

    uri: str
    path: str
    """Below the project's root."""
    language: str
    text: str
    """All of the document."""
    offset: int
    """Of the cursor, in code points."""
    position: Position
    """The same in the client's units."""
    version: int | None = None
    invoked: bool = False
    """Whether somebody asked for it by a key."""
    selected: str = ""
    """What the menu of completions would put behind the cursor if it were taken."""
    indent_unit: str = ""

    @property
    def before(self) -> str:
        """All of the document in front of the cursor, with what the menu would put there."""
        return self.text[: self.offset] + self.selected

    @property
    def after(self) -> str:
        """All behind it."""
        return self.text[self.offset :]


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What is suggested, or why nothing is."""

    text: str = ""
    """To be put behind the cursor, and behind what the menu would put there."""
    replace_right: int = 0
    """Code points behind the cursor that it takes the place of."""
    origin: Origin = ""
    why_not: str = ""
    """A sentence; empty where there is something."""
    model: str = ""
    repaired_by: tuple[str, ...] = ()
    """Rules whose fixes were made in it."""
    interaction_id: str = ""
    took_ms: float = 0.0
