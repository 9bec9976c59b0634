"""What a language brings along: keywords, builtins, snippets and its standard modules, from one data file each.

A data file is TOML. Lists are strings of words with blanks between them. Keys, all optional:

`inherits` another language whose data comes first; `statement`, `expression`, `infix` keywords by where they may stand
(`everywhere = true`: any place, `any_case = true`: typed in any case); `declares` keywords behind which a new name
stands; `types_after` keywords behind which a type stands; `operators` what stands before a member; `functions`,
`classes`, `types`, `values` builtins; `modules` of the standard library; `tags`, `attributes`, `properties` of markup;
`word_start`, `word_inside`, `word_end` characters of names beside letters, digits and underscores;
`typed_names = true` a type stands before a new name; `implicit_this = true` members need no receiver inside a class.
Tables: `literals` the type of what begins with a sign; `members` by type (those of `object` are everybody's);
`exports` by module or class; `methods` that any class may have, with what stands behind each; `snippets` by what is
typed for them, in LSP's snippet syntax.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from rulewright.core.languages import canonical

Words = tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True):
    """One language's words; see the module for what each field is."""

    language: str
    statement: Words = ()
    expression: Words = ()
    infix: Words = ()
    declares: frozenset[str] = frozenset()
    types_after: frozenset[str] = frozenset()
    operators: Words = ()
    functions: Words = ()
    classes: Words = ()
    types: Words = ()
    values: Words = ()
    modules: Words = ()
    tags: Words = ()
    attributes: Words = ()
    properties: Words = ()
    literals: dict[str, str] = {}
    members: dict[str, Words] = {}
    exports: dict[str, Words] = {}
    snippets: dict[str, str] = {}
    methods: dict[str, str] = {}
    word_start: str = ""
    word_inside: str = ""
    word_end: str = ""
    everywhere: bool = False
    any_case: bool = False
    typed_names: bool = False
    implicit_this: bool = False
    is_known: bool = False
    """Whether there is a data file."""

    @property
    def keywords(self) -> frozenset[str]:
        """All of them, wherever they stand."""
        return _keywords(self.language)


_LISTS = (
    "statement",
    "expression",
    "infix",
    "functions",
    "classes",
    "types",
    "values",
    "modules",
    "tags",
    "attributes",
    "properties",
)
_SETS = ("declares", "types_after")
_TABLES = ("members", "exports")
_FLAGS = ("everywhere", "any_case", "typed_names", "implicit_this", "word_start", "word_inside", "word_end")


@cache
def vocabulary(language: str) -> Vocabulary:
    """What a language brings along, by any of its names; empty, with `.` before members, for one without data."""
    name = canonical(language) or language
    data = _read(name)
    if data is None:
        return Vocabulary(name, operators=(".",))
    parent = vocabulary(data["inherits"]) if "inherits" in data else Vocabulary(name)
    fields: dict[str, Any] = {}
    for key in _LISTS:
        fields[key] = tuple(dict.fromkeys([*getattr(parent, key), *data.get(key, "").split()]))
    for key in _SETS:
        fields[key] = getattr(parent, key) | frozenset(data.get(key, "").split())
    for key in _TABLES:
        fields[key] = getattr(parent, key) | {k: tuple(v.split()) for k, v in data.get(key, {}).items()}
    for key in _FLAGS:
        fields[key] = data.get(key, getattr(parent, key))
    operators = tuple(data.get("operators", "").split()) or parent.operators
    return Vocabulary(
        name,
        **fields,
        operators=tuple(sorted(operators, key=len, reverse=True)),
        literals=parent.literals | data.get("literals", {}),
        methods=parent.methods | data.get("methods", {}),
        snippets=parent.snippets | data.get("snippets", {}),
        is_known=True,
    )


_DATA = Path(__file__).parent / "data"


def _read(name: str) -> dict[str, Any] | None:
    if not re.fullmatch(r"[\w#+-]+", name):
        return None
    try:
        text = (_DATA / f"{name}.toml").read_text("utf-8")
    except OSError:
        return None
    return tomllib.loads(text)


@cache
def _keywords(language: str) -> frozenset[str]:
    words = vocabulary(language)
    return frozenset((*words.statement, *words.expression, *words.infix))
