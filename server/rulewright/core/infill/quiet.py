"""When ghost text stays silent, said in words, and whether it may be more than a line."""

import re
from typing import Literal

import msgspec

from rulewright.core.infill.draft import is_indented

Shape = Literal["line", "block"]
NodeKind = Literal["code", "comment", "string", ""]
"""What the cursor is in; empty where nobody knows."""

MIN_CHARS = 10
"""Of a file: of less a model can only guess."""
MAX_LINE = 2_000
"""Characters of a line; a longer one is data."""
_CLOSING = re.compile(r"""[\s)\]}>"'`;,:]*(?:\*/|-->|#\}|%>)?\s*""")
_WORD = re.compile(r"[\w$]")
_OPENER = re.compile(r"[{(\[]\s*\Z|(?:\bdo|\bthen|\bbegin|=>|->)\s*\Z|\bdo\s*\|[^|\n]*\|\s*\Z")
_COLON = re.compile(r":\s*\Z")
_COLON_LANGUAGES = frozenset({"python", "yaml", "nim", ""})
_WORD_OPENER = re.compile(
    r"^\s*(?:def|class|module|if|unless|while|for|function|local function|begin|else|elsif|ensure|rescue)\b"
)
_WORD_LANGUAGES = frozenset({"ruby", "lua", "julia", "elixir"})
_BODY = re.compile(r"\)\s*\Z|\b(?:else|begin|ensure)\s*\Z")


class Typing(msgspec.Struct, frozen=True, kw_only=True):
    """A cursor, as far as it decides whether to ask."""

    before: str
    """The line up to the cursor."""
    after: str
    """The line from the cursor on, without its end."""
    n_chars: int
    """Of the whole file."""
    invoked: bool = False
    """Whether somebody asked for a suggestion, and did not only type."""
    has_selection: bool = False
    node: NodeKind = ""
    in_comments: bool = True
    """Whether the settings want suggestions in comments."""
    in_strings: bool = True


def why_quiet(at: Typing) -> str:
    """Why no model is asked here, a sentence for people; empty when one is."""
    if at.has_selection:
        return "Text is selected, and a suggestion would not know what to do with it."
    if len(at.before) + len(at.after) > MAX_LINE:
        return f"The line is longer than {MAX_LINE:,} characters."
    if at.invoked:
        return ""
    if at.node == "comment" and not at.in_comments:
        return "The cursor is in a comment, where the settings turn suggestions off."
    if at.node == "string" and not at.in_strings:
        return "The cursor is in a string, where the settings turn suggestions off."
    if at.n_chars < MIN_CHARS:
        return f"The file has fewer than {MIN_CHARS} characters, which says too little."
    if _WORD.match(at.after):
        is_inside = _WORD.match(at.before[-1:]) is not None
        where = "in the middle of a word" if is_inside else "right before a word"
        return f"The cursor is {where}; ask for a suggestion to get one here."
    if not _CLOSING.fullmatch(at.after):
        return (
            "There is more than closing brackets and signs right of the cursor; ask for a suggestion to get one here."
        )
    return ""


def shape(before: str, after: str, *, language: str = "", node: NodeKind = "", is_empty_block: bool = False) -> Shape:
    """Whether a suggestion ends with its line; `before` and `after` are the line on both sides of the cursor."""
    if node == "comment" and before.strip():
        return "line"
    if after.strip():
        # Between the brackets of an empty block there is room for it.
        return "block" if is_empty_block and after.strip()[:1] in {"}", ")", "]"} and _OPENER.search(before) else "line"
    if not before.strip():
        return "block"
    if node == "string":
        return "line"
    if is_empty_block or _OPENER.search(before):
        return "block"
    if language in _COLON_LANGUAGES and _COLON.search(before):
        return "block"
    if language in _WORD_LANGUAGES and is_indented(language) and _WORD_OPENER.match(before) and _BODY.search(before):
        return "block"
    return "line"
