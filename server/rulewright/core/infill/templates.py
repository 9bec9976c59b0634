"""Prompts for models that fill holes, rendered here because not every server knows the form of its model."""

import re
from collections.abc import Sequence
from functools import cache

from rulewright.core.infill.chat import chat_fallback, read_chat
from rulewright.core.infill.families import FAMILIES, Family, family_of
from rulewright.core.infill.tokens import CONTROL
from rulewright.core.languages import LANGUAGES, language_of
from rulewright.core.models import Infill, Part

__all__ = ["CONTROL", "FAMILIES", "Family", "chat_fallback", "family_of", "read_chat", "render", "unarmed"]


def render(family: Family, infill: Infill, repository: str) -> str:
    """The prompt for a hole. `repository` is the project's name; empty to leave it out.

    No text of the user acts as a control token: such a token has a blank in it here.
    """
    prefix, suffix = unarmed(family, infill.prefix.text), unarmed(family, infill.suffix.text)
    path = unarmed(family, _path(infill.prefix))
    before = ""
    if family.extra:
        if infill.extra or repository:
            named = family.repository and repository
            before = family.repository.replace("{repository}", unarmed(family, repository)) if named else ""
            before += "".join(_file(family, part) for part in infill.extra)
            before += family.current.replace("{path}", path) if before and path else ""
    else:
        prefix = unarmed(family, as_comments(infill.extra, path)) + prefix
    if family.name == "codestral":
        # The suffix goes first, and other files stand in the prefix.
        return _filled(family.hole, before + prefix, suffix)
    return before + _filled(family.hole, prefix, suffix)


def _filled(hole: str, prefix: str, suffix: str) -> str:
    """A form with both texts, of which neither is read for the names of the other."""
    return re.sub(r"\{(prefix|suffix)\}", lambda name: prefix if name[1] == "prefix" else suffix, hole)


def _file(family: Family, part: Part) -> str:
    path, text = unarmed(family, _path(part)) or "snippet", unarmed(family, part.text).rstrip("\n")
    return re.sub(r"\{(path|text)\}", lambda name: path if name[1] == "path" else text, family.extra)


def _path(part: Part) -> str:
    """A file's name, in one line."""
    path = part.source.path if part.source is not None else ""
    return re.sub(r"\s+", " ", path)


def as_comments(parts: Sequence[Part], path: str) -> str:
    """Texts of other files as comments of the language that a file's name says, each below its own name."""
    known = LANGUAGES.get(language_of(path))
    sign = (known.line_comment if known is not None else "") or ("//" if known is None or known.block_comment else "#")
    lines = []
    for part in parts:
        lines += [f"Path: {_path(part)}"] if _path(part) else []
        lines += part.text.rstrip("\n").split("\n")
    return "".join(f"{sign} {line}".rstrip() + "\n" for line in lines)


def unarmed(family: Family, text: str) -> str:
    """A text in which no control token of a family is whole."""
    return _tokens(family).sub(lambda token: f"{token[0][0]} {token[0][1:]}", text)


@cache
def _tokens(family: Family) -> re.Pattern[str]:
    tokens = {*family.control, *family.stop}
    return re.compile("|".join(re.escape(token) for token in sorted(tokens, key=len, reverse=True)))
