"""What the patterns of a language's queries mean, read once for each: settings and captures, as `outline` has them."""

import re
from typing import Any

import msgspec
from tree_sitter import Query

from rulewright.core.index.grammars import SECTIONS, Grammar
from rulewright.core.index.symbols import SymbolKind

_DEFINITION = re.compile(r"@definition\.(\w+)")
_LEAF = re.compile(r"\(\((\w+)\) @definition\.\w+\s*\(#set!")
_WITH_NAME = re.compile(r"^(?!.*@receiver\b).*@name\b", re.DOTALL)
_BESIDE = frozenset({"constant", "declarator", "once", "name", "text", "join", "strip", "extend"})
"""Settings that change what is defined."""


_UNUSUAL = frozenset({"once", "first", "climbs", "exported", "strip", "signature", "head"})
"""Settings that change what becomes of a definition."""


class Plan(msgspec.Struct, frozen=True):
    """What a pattern's captures mean."""

    kind: int
    """0 when the pattern defines nothing."""
    capture: str
    kinds: dict[str, int]
    """All that its alternatives capture as definitions."""
    is_private: bool
    shows_members: bool
    extent: str
    """How much of a definition its signature shows: `whole`, `line`, or what stands before its body."""
    once: bool
    name: str
    join: str
    extend: str
    climbs: bool
    text: str
    is_first: bool
    section: int
    """Of a heading: 1 is the highest level, 0 no section."""
    is_declarator: bool
    settings: dict[str, str]
    constant: bytes
    head: str
    is_plain: bool
    """Whether it takes no more than a look at its name and its node."""
    is_usual: bool
    """Whether no setting changes where its symbol belongs, who sees it or how it is shown."""
    at: tuple[str, ...]
    of: frozenset[str]
    leaf: str
    """The type of the one node that it is about, where it says nothing of what that holds."""
    leads: bool
    """Whether a match may say where else to look."""
    says: bool
    """Whether a match may say what is visible."""
    strip: str
    order: int
    """Where the pattern stands among all of the language's."""
    blank: bool
    """Whether `_` is a name like others."""
    accessor: int
    """The kind of what is written with `get` or `set`; 0 where these say nothing."""


def compile_sections(grammar: Grammar) -> None:
    """Compile the queries that an outline runs, and what their captures mean."""
    for name in ("outline", "members", "deep"):
        if (section := grammar.query(name)) is not None:
            plans_of(grammar, name, section[0])


def plans_of(grammar: Grammar, section: str, query: Query) -> list[Plan]:
    """The plans of a section's patterns, in their order."""
    cached: list[Plan] | None = grammar.__dict__.get(f"_plans_{section}")
    if cached is None:
        text = grammar.section(section).encode()
        cached = []
        for pattern in range(query.pattern_count):
            piece = text[query.start_byte_for_pattern(pattern) : query.end_byte_for_pattern(pattern)].decode()
            kind = _DEFINITION.search(piece)
            said: Any = query.pattern_settings(pattern)
            settings = {k: v or "" for k, v in said.items()}
            exported = settings.get("exported", "")
            number = SymbolKind[kind[1].upper()] if kind else 0
            kinds = {f"definition.{k}": int(SymbolKind[k.upper()]) for k in _DEFINITION.findall(piece)}
            cached.append(
                Plan(
                    int(number),
                    kind[0][1:] if kind else "",
                    kinds,
                    exported == "false",
                    exported == "members",
                    settings.get("signature", ""),
                    "once" in settings,
                    settings.get("name", ""),
                    settings.get("join", ""),
                    settings.get("extend", ""),
                    "climbs" in settings,
                    settings.get("text", ""),
                    "first" in settings,
                    int(settings.get("section", 0)),
                    "declarator" in settings,
                    settings,
                    settings.get("constant", "").encode(),
                    settings.get("head", ""),
                    len(kinds) == 1
                    and ("at" in settings or _WITH_NAME.search(piece) is not None)
                    and not (_BESIDE & settings.keys()),
                    not (_UNUSUAL & settings.keys()),
                    tuple(settings.get("at", "").split()),
                    frozenset(settings.get("of", "").split()),
                    leaf[1] if (leaf := _LEAF.match(piece)) is not None else "",
                    any(capture in piece for capture in ("@members", "@again", "@import")),
                    any(capture in piece for capture in ("@export", "@access", "@hidden")),
                    settings.get("strip", ""),
                    pattern + 1_000 * SECTIONS.index(section),
                    "blank" in settings,
                    int(SymbolKind[settings["accessor"].upper()]) if "accessor" in settings else 0,
                )
            )
        grammar.__dict__[f"_plans_{section}"] = cached
    return cached


def leaves_of(plans: list[Plan]) -> dict[str, list[int]]:
    """The patterns about one node alone, by its type."""
    leaves: dict[str, list[int]] = {}
    for number, plan in enumerate(plans):
        if plan.leaf:
            leaves.setdefault(plan.leaf, []).append(number)
    return leaves
