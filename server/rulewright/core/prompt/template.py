"""The form of a prompt: a text with places for its parts. It holds no code and reads nothing.

`{{name}}` is a place; `{{#name}}` to `{{/name}}` is shown where that part is not empty. One of these that is alone on
its line takes the line with it. What is put in is not read again, so a part cannot bring places of its own.
"""

import re
from collections.abc import Mapping

import msgspec

NAMES: Mapping[str, str] = {
    "task": "what is asked for",
    "project": "the project: its name and its languages",
    "path": "the file that it is about",
    "language": "its language",
    "line": "the line of the cursor, from 1",
    "mark": "the word in the marks around each rule and the file; it occurs in none of them",
    "rules": "the rules of the project, of its frameworks and our own",
    "user_rules": "the rules of the user",
    "dependency_rules": "the rules that come with packages",
    "cuts": "a line that says which rules were left out for space",
    "file": "the text of the file, or what there is room for",
}
"""Every place that a template may have, with its meaning: the manual is made from this table."""

BUILT_IN = """\
# Task

{{task}}

{{#path}}
File: {{path}}{{#language}} ({{language}}){{/language}}{{#line}}, line {{line}}{{/line}}
{{/path}}
{{#project}}
Project: {{project}}
{{/project}}
{{#user_rules}}

# Preferences of the user

{{user_rules}}
{{/user_rules}}
{{#rules}}

# Rules of the project

Where two of them disagree, the earlier one counts.

{{rules}}
{{/rules}}
{{#dependency_rules}}

# Guidance that comes with packages

It counts where nothing above says otherwise.

{{dependency_rules}}
{{/dependency_rules}}
{{#cuts}}

{{cuts}}
{{/cuts}}
{{#file}}

# The file

{{file}}
{{/file}}
"""

MAX_CHARACTERS = 64_000
MAX_PLACES = 200
MAX_DEPTH = 8

_TAG = re.compile(r"\{\{([^{}\n]*)\}\}")
_LONE = re.compile(r"(?m)^[ \t]*(\{\{[#/][a-z_]+\}\})[ \t]*(?:\r?\n|\Z)")
_WORD = re.compile(r"\s*([#/]?)\s*([a-z_]+)\s*")


class TemplateProblem(Exception):  # noqa: N818 - an answer, not a fault
    """The text is no template; the message says why, in words that follow the name of its file."""


class _Place(msgspec.Struct, frozen=True):
    name: str


class _Section(msgspec.Struct, frozen=True):
    name: str
    inside: "tuple[_Piece, ...]"


_Piece = str | _Place | _Section


class Template(msgspec.Struct, frozen=True):
    """A template that has been read."""

    pieces: tuple[_Piece, ...]
    names: tuple[str, ...]
    """The places that it has, each once, in the order of the text."""
    literal: str
    """All of it that is not a place."""

    def render(self, values: Mapping[str, str]) -> str:
        """The text with `values` in their places; a name without a value is empty."""
        out: list[str] = []
        _render(self.pieces, values, out)
        return "".join(out)


def read_template(text: str) -> Template:
    """Read a template. Raises TemplateProblem."""
    if len(text) > MAX_CHARACTERS:
        raise TemplateProblem(f"has {len(text):,} characters; {MAX_CHARACTERS:,} are read at most")
    text = _LONE.sub(r"\1", text.removeprefix("\ufeff"))
    open_sections: list[tuple[str, list[_Piece]]] = [("", [])]
    names: dict[str, None] = {}
    literal: list[str] = []
    last = 0
    for n_places, tag in enumerate(_TAG.finditer(text), start=1):
        before, last = text[last : tag.start()], tag.end()
        literal.append(before)
        if before:
            open_sections[-1][1].append(before)
        if n_places > MAX_PLACES:
            raise TemplateProblem(f"has more than {MAX_PLACES} places")
        _take(tag[0], tag[1], open_sections, names)
    literal.append(text[last:])
    if text[last:]:
        open_sections[-1][1].append(text[last:])
    if stray := next((part for part in literal if "{{" in part or "}}" in part), ""):
        start = max(stray.find("{{"), 0) if "{{" in stray else stray.find("}}")
        raise TemplateProblem(f"has brackets that are no place: {stray[start:][:20].splitlines()[0]}")
    if len(open_sections) > 1:
        name = open_sections[-1][0]
        raise TemplateProblem(f"opens {{{{#{name}}}}} and does not close it")
    return Template(tuple(open_sections[0][1]), tuple(names), "\n".join(literal))


def _take(written: str, inside: str, open_sections: list[tuple[str, list[_Piece]]], names: dict[str, None]) -> None:
    word = _WORD.fullmatch(inside)
    if word is None or word[2] not in NAMES:
        raise TemplateProblem(f"has the unknown place {written}; known: {', '.join(NAMES)}")
    sign, name = word[1], word[2]
    if not sign:
        names.setdefault(name)
        open_sections[-1][1].append(_Place(name))
    elif sign == "#":
        if len(open_sections) > MAX_DEPTH:
            raise TemplateProblem(f"has sections nested more than {MAX_DEPTH} deep")
        open_sections.append((name, []))
    else:
        opened, pieces = open_sections.pop() if len(open_sections) > 1 else ("", [])
        if opened != name:
            raise TemplateProblem(f"closes {written}, which is not the section that is open")
        open_sections[-1][1].append(_Section(name, tuple(pieces)))


def _render(pieces: tuple[_Piece, ...], values: Mapping[str, str], out: list[str]) -> None:
    for piece in pieces:
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, _Place):
            out.append(values.get(piece.name, ""))
        elif values.get(piece.name):
            _render(piece.inside, values, out)
