"""Ids of rules where they are written: in rule files, in settings, and in comments that suppress; and another id there.

Nothing is looked up here: texts come in, places and edits go out.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from rulewright.core.edits import Edit, apply
from rulewright.core.rules.suppress import named_in_comments
from rulewright.core.rules.table import MAX_ID, is_table_id
from rulewright.features.rule_writing.places import Token, front_matter, tokens

Role = Literal["id", "named", "comment"]

_ARRAY = re.compile(r"(?m)^[ \t]*(?:rules[ \t]*\.[ \t]*)?disable[ \t]*=[ \t]*\[([^\]]*)\]")
_STRING = re.compile(r"\"([^\"\n]*)\"|'([^'\n]*)'")
_SPECIAL = re.compile(r"[^\w./-]|^[-.\d]|^(?:true|false|null|yes|no|on|off|~)$", re.IGNORECASE)


class Name(msgspec.Struct, frozen=True, order=True):
    """An id where it is written, without its quotes."""

    start: int
    end: int
    text: str
    role: Role
    quote: str = ""


def part_at(token: Token, offset: int) -> tuple[int, int, str] | None:
    """Of a text with commas the part at a place: where it starts and ends, and what it says."""
    return next((p for p in _parts(token) if p[0] <= offset <= p[1]), None)


def _parts(token: Token) -> Iterable[tuple[int, int, str]]:
    at = token.start
    for part in token.text.split(","):
        name = part.strip()
        start = at + len(part) - len(part.lstrip())
        if name:
            yield start, start + len(name), name
        at += len(part) + 1


def names_in_rule(content: str) -> tuple[Name, ...]:
    """The id that a rule file states, and those that it overrides or disables."""
    front = front_matter(content)
    found: list[Name] = []
    for token in tokens(content, front) if front is not None else ():
        if token.kind != "value":
            continue
        if token.path == ("id",):
            found.append(Name(token.start, token.end, token.text, "id", token.quote))
        elif token.path[0] in {"overrides", "disable"} and len(token.path) <= 2:  # noqa: PLR2004 - key and index
            found += [Name(start, end, name, "named", token.quote) for start, end, name in _parts(token)]
    return tuple(found)


def names_in_code(content: str, language: str) -> tuple[Name, ...]:
    """The ids in comments that suppress."""
    return tuple(Name(start, end, text, "comment") for start, end, text in named_in_comments(content, language))


def name_at(names: Iterable[Name], offset: int) -> Name | None:
    """The one at a place."""
    return next((n for n in names if n.start <= offset <= n.end), None)


def why_not(new_id: str, taken: Iterable[str]) -> str:
    """Why a rule cannot be called so; empty when it can."""
    if not is_table_id(new_id):
        long = f" It may have {MAX_ID} characters." if len(new_id) > MAX_ID else ""
        return (
            f"`{new_id[:MAX_ID]}` cannot be the id of a rule: words, dots and dashes, and slashes between them.{long}"
        )
    if new_id.startswith("rulewright/"):
        return "Ids that start with `rulewright/` are for Rulewright's own remarks."
    if new_id in set(taken):
        return f"There is a rule `{new_id}` already."
    return ""


def renamed_rule(content: str, old: str, new: str, *, is_it: bool) -> tuple[Edit, ...]:
    """The edits of one rule file; `is_it` where it is the rule that gets the name."""
    names = names_in_rule(content)
    wanted = {"named", "id"} if is_it else {"named"}
    edits = [Edit(n.start, n.end, _in_quotes(new, n.quote)) for n in names if n.text == old and n.role in wanted]
    if is_it and not any(n.role == "id" for n in names):
        edits.append(_with_id(content, new))
    return tuple(sorted(edits))


def _in_quotes(new: str, quote: str) -> str:
    return new if quote or not _SPECIAL.search(new) else f'"{new}"'


def _with_id(content: str, new: str) -> Edit:
    """An `id` where a rule file states none."""
    line_end = "\r\n" if "\r\n" in content else "\n"
    line = f"id: {_in_quotes(new, '')}{line_end}"
    front = front_matter(content)
    if front is not None:
        inner = content[front.start : front.end]
        if inner.lstrip().startswith("{"):
            brace = front.start + inner.index("{") + 1
            return Edit(brace, brace, f"id: {_in_quotes(new, '')}, ")
        return Edit(front.start, front.start, line)
    at = int(content.startswith("\ufeff"))
    return Edit(at, at, f"---{line_end}{line}---{line_end}")


def renamed_settings(content: str, old: str, new: str, *, table: Sequence[str]) -> tuple[Edit, ...] | None:
    """The edits of a settings file where `rules.disable` names a rule; None where it does and cannot be edited.

    `table` leads to our settings in it: `("tool", "rulewright")` in a `pyproject.toml`. Whether the right list was
    found is known from reading the outcome.
    """
    before = _disabled(content, table)
    if old not in before:
        return ()
    for array in _ARRAY.finditer(content):
        edits = [
            Edit(array.start(1) + found.start() + 1, array.start(1) + found.end() - 1, new)
            for found in _STRING.finditer(array[1])
            if (found[1] if found[1] is not None else found[2]) == old
        ]
        wanted = [new if name == old else name for name in before]
        if edits and _disabled(apply(content, edits), table) == wanted:
            return tuple(edits)
    return None


def _disabled(content: str, table: Sequence[str]) -> list[str]:
    try:
        values: Any = tomllib.loads(content.removeprefix("\ufeff"))
    except (tomllib.TOMLDecodeError, RecursionError):
        return []
    for key in (*table, "rules", "disable"):
        values = values.get(key) if isinstance(values, Mapping) else None
    return [v for v in values if isinstance(v, str)] if isinstance(values, list) else []
