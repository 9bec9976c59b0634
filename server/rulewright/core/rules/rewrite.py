"""Running rewriters, and the range of a fix: what ast-grep's program does and its binding cannot.

A `rewrite` looks at the nodes that a variable captured, from the outside in. The first rewriter in the list that hits
a node replaces it; of replacements that overlap the first, so the outermost, is made. A rewriter sees what the rule
around all of them captured, and nothing of the rewriter that it was called from. `expandStart` and `expandEnd` move
the ends of what is replaced to siblings.

A rewriter whose variables also stand in the rule must capture the same code there. The binding begins every match
with nothing captured, so the captures are made again first, by rules that name the very nodes.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from ast_grep_py import SgNode

from rulewright.core.rules import engine
from rulewright.core.rules.check_words import MAX_DEPTH, RELATIONS
from rulewright.core.rules.fix import MAX_WRITTEN, expand, indentation, reindented
from rulewright.core.rules.rule import Check, FixTemplate
from rulewright.core.rules.transforms import MANY, Plan, plan_of, source_of, transformed

MAX_REWRITES = 20_000
"""Nodes that the rewriters of a check may hit in a file."""

MAX_NESTED = 50
"""Rewritings inside of one another."""

_CAPTURE = re.compile(r"(\$+)([A-Z][A-Z0-9_]*)")
_TAG = "RULEWRIGHT"
_OF_RELATIONS = ("stopBy", "field")
_ANY = {"any": [{"kind": "ERROR"}, {"not": {"kind": "ERROR"}}]}


class Scope(msgspec.Struct, frozen=True):
    """A rule as others see it: its configuration without our part of `transform`, and the variables in it."""

    config: dict[str, Any]
    plan: Plan
    single: frozenset[str]
    many: frozenset[str]
    """Names behind one dollar or two, and behind three."""


def scope_of(config: Mapping[str, Any], fixes: Iterable[FixTemplate] = ()) -> Scope:
    """What there is to know of a rule before there is a text."""
    plan = plan_of(config.get("transform", {}))
    native = {key: value for key, value in config.items() if key != "transform"}
    if plan.native:
        native["transform"] = plan.native
    parts = [value for key, value in native.items() if key != "transform"]
    single, many = _names([*parts, *(part for fix in fixes for part in (fix.expand_start, fix.expand_end))])
    return Scope(native, plan, single, many)


class Mending:
    """The fixes and rewriters of a check, prepared for any number of texts."""

    def __init__(self, check: Check) -> None:
        self.scope = scope_of(check.config)
        self.rewriters = {r.id: (scope_of(r.config), r.fix) for r in check.rewriters}
        self.utils: dict[str, Any] = dict(check.config.get("utils", {}))
        for rewriter in check.rewriters:
            self.utils |= rewriter.config.get("utils", {})


def needs_mending(check: Check) -> bool:
    """Whether a check has anything that the binding and a template cannot do."""
    return bool(
        check.rewriters
        or any(fix.expand_start or fix.expand_end for fix in check.fixes)
        or plan_of(check.config.get("transform", {})).ours
    )


class Match:
    """A node that a rule hit, with all that its variables stand for."""

    def __init__(self, node: SgNode, scope: Scope, run: "MendingRun", outer: "Match | None" = None) -> None:
        self.hit, self.scope, self.run, self.outer = node, scope, run, outer
        self.node = node.get_match(_TAG) or node
        self._texts: dict[str, str] = {}

    def get_match(self, name: str) -> SgNode | None:
        """The node that `$name` captured."""
        found = self.hit.get_match(name)
        return self.outer.get_match(name) if found is None and self.outer is not None else found

    def get_multiple_matches(self, name: str) -> list[SgNode]:
        """The nodes that `$$$name` captured."""
        found = self.hit.get_multiple_matches(name)
        return self.outer.get_multiple_matches(name) if not found and self.outer is not None else found

    def get_transformed(self, name: str) -> str | None:
        """The text that a transformation of this rule gave. Raises EngineError."""
        if name not in self.scope.plan.ours:
            return self.hit.get_transformed(name)
        if name not in self._texts:
            self._texts[name] = self.run.computed(self.scope.plan.ours[name], self)
        return self._texts[name]

    def replacement(self, fix: FixTemplate) -> tuple[int, int, str]:
        """What a fix writes, in the place of which offsets. Raises EngineError."""
        text = expand(fix.template, self.node, self.run.content, self.scope.plan.names, self)
        return (*self.run.span(fix, self), text)


class MendingRun:
    """The mending of one check on one text, within limits."""

    def __init__(self, mending: Mending, content: str) -> None:
        self.mending, self.content = mending, content
        self.n_rewrites = 0
        self.depth = 0

    def match(self, node: SgNode) -> Match:
        """A hit of the check itself."""
        return Match(node, self.mending.scope, self)

    def span(self, fix: FixTemplate, match: Match) -> tuple[int, int]:
        """The offsets that a fix replaces."""
        start, end = engine.offsets(match.node)
        if fix.expand_start is not None:
            sibling = self._sibling(fix.expand_start, match, forward=False)
            start = start if sibling is None else engine.offsets(sibling)[0]
        if fix.expand_end is not None:
            sibling = self._sibling(fix.expand_end, match, forward=True)
            end = end if sibling is None else engine.offsets(sibling)[1]
        return start, end

    def _sibling(self, relation: Mapping[str, Any], match: Match, *, forward: bool) -> SgNode | None:
        """What an expansion hits: a sibling, or a node in it, as ast-grep says for this rule."""
        side = "precedes" if forward else "follows"
        rule = {key: value for key, value in relation.items() if key != "field"}
        single, many = _names([rule])
        names = single | many
        binds = [*_bound(names, match.outer), *_bound(names, match)]
        if binds:
            stop = {"stopBy": rule.pop("stopBy")} if "stopBy" in rule else {}
            binds.append({side: {**_tagged(rule, self.mending.utils), **stop}})
            found = self._find(match.node, {"all": binds})
            return found.get_match(_TAG) if found == match.node and found is not None else None
        # Alone, a relation gives what it found; in `all` it gives the node that it was asked for.
        asked = self._find(match.node, {"all": [{side: rule}]})
        return self._find(match.node, {side: rule}) if asked == match.node else None

    def _find(self, node: SgNode, rule: Mapping[str, Any]) -> SgNode | None:
        return engine.find(node, {"rule": rule, "utils": self.mending.utils})

    def computed(self, value: Any, match: Match) -> str:
        """The text that one of our transformations gives for a match. Raises EngineError."""
        dollars, name = source_of(value)
        if "rewrite" not in value:
            text = None if dollars == MANY else match.get_transformed(name)
            return "" if text is None else transformed(value, text)
        if dollars == MANY:
            nodes = match.get_multiple_matches(name)
        else:
            single = match.get_match(name)
            nodes = [] if single is None else [single]
        if not nodes:
            return ""
        if self.depth >= MAX_NESTED:
            raise engine.EngineError(f"its rewriters call each other more than {MAX_NESTED} levels deep")
        self.depth += 1
        try:
            text = self._rewritten(value["rewrite"], nodes, match.outer or match)
        finally:
            self.depth -= 1
        return reindented(text, indentation(self.content, engine.offsets(nodes[0])[0]), 0)

    def _rewritten(self, arguments: Mapping[str, Any], nodes: list[SgNode], outer: Match) -> str:
        """The code of some nodes with every replacement made, or the replacements alone, joined."""
        start, end = engine.offsets(nodes[0])[0], engine.offsets(nodes[-1])[1]
        joiner = arguments.get("joinBy")
        parts: list[str] = []
        done, n_written = start, 0

        def order(offset: int) -> tuple[bool, int]:
            # An offset before the code wraps around in ast-grep's count: it is behind all others.
            return offset < start, offset

        for match, fix in (hit for node in nodes for hit in self._rewrites(node, arguments["rewriters"], outer)):
            first, last = self.span(fix, match)
            if joiner is None:
                if not done <= first <= last <= end:
                    continue
                parts.append(self.content[done:first])
            elif parts:
                if order(done) > order(first):
                    continue
                parts.append(joiner)
            parts.append(match.replacement(fix)[2])
            done = last
            n_written += len(parts[-1]) + len(joiner or "")
            if n_written > MAX_WRITTEN:
                raise engine.EngineError(f"its rewriters write more than {MAX_WRITTEN:,} characters")
        if joiner is None:
            parts.append(self.content[done:end])
        return "".join(parts)

    def _rewrites(self, node: SgNode, ids: Iterable[str], outer: Match) -> list[tuple[Match, FixTemplate]]:
        """The nodes at and below `node` that rewriters hit, from the outside in, each with the first that does."""
        found: list[tuple[dict[str, Any], list[tuple[Match, FixTemplate]]]] = []
        for rewriter_id in dict.fromkeys(ids):
            if rewriter_id not in self.mending.rewriters:
                continue
            scope, fix = self.mending.rewriters[rewriter_id]
            binds = _bound(scope.single | scope.many, outer)
            config = scope.config
            if binds:
                config = {**config, "rule": {"all": [*binds, _tagged(config["rule"], self.mending.utils)]}}
            hits = engine.find_all(node, config)
            self._count(len(hits))
            if hits:
                found.append((config, [(Match(hit, scope, self, outer), fix) for hit in hits]))
        if len(found) <= 1:
            return found[0][1] if found else []
        # Each list is in order; together they are only by the order of the tree itself.
        places = {inner: number for number, inner in enumerate(engine.find_all(node, {"rule": _ANY}))}
        first: dict[int, tuple[Match, FixTemplate]] = {}
        for config, matches in found:
            # A hit of a lone relation is what it found; in `all` it is the node that was asked.
            asked = engine.find_all(node, {**config, "rule": {"all": [config["rule"]]}})
            for place, match in zip((places[at] for at in asked), matches, strict=True):
                first.setdefault(place, match)
        return [first[place] for place in sorted(first)]

    def _count(self, more: int) -> None:
        self.n_rewrites += more
        if self.n_rewrites > MAX_REWRITES:
            raise engine.EngineError(f"its rewriters hit more than {MAX_REWRITES:,} nodes")


def _names(parts: Any) -> tuple[frozenset[str], frozenset[str]]:
    """The variables in the texts of rules: those of one node, and those of many."""
    single: set[str] = set()
    many: set[str] = set()
    stack = [parts]
    while stack:
        part = stack.pop()
        if isinstance(part, Mapping):
            stack += part.values()
        elif isinstance(part, list):
            stack += part
        elif isinstance(part, str):
            for dollars, name in _CAPTURE.findall(part):
                (many if dollars.endswith(MANY) else single).add(name)
    return frozenset(single), frozenset(many)


def _tagged(rule: Mapping[str, Any], utils: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """The rule, which captures under a name of ours the node that it would give by itself.

    That is the node that it was asked for, and for a relation that stands alone the one that the relation found.
    """
    if len(rule) == 1 and depth < MAX_DEPTH:
        ((word, value),) = rule.items()
        if word in RELATIONS:
            inner = {key: item for key, item in value.items() if key not in _OF_RELATIONS}
            own = {key: item for key, item in value.items() if key in _OF_RELATIONS}
            return {word: {**_tagged(inner, utils, depth + 1), **own}}
        if word == "matches" and isinstance(value, str) and value in utils:
            return _tagged(utils[value], utils, depth + 1)
    return {"all": [rule, {"pattern": f"$${_TAG}"}]}


def _bound(names: frozenset[str], match: Match | None) -> list[dict[str, Any]]:
    """Rules that hit any node and capture again what `match` captured under some of these names."""
    if match is None:
        return []
    binds: list[dict[str, Any]] = []
    if names & match.scope.many:
        # Several nodes are captured together only by the rule itself.
        binds.append(_somewhere({"all": [*_exactly(match.node), match.scope.config["rule"]]}))
    for name in sorted(names):
        node = match.hit.get_match(name)
        if node is not None:
            binds.append(_somewhere({"all": [*_exactly(node), {"pattern": f"$${name}"}]}))
    return binds


def _somewhere(rule: dict[str, Any]) -> dict[str, Any]:
    """A rule that hits any node when `rule` hits some node near it: itself, above it, or beside those above it."""
    below = {"has": {**rule, "stopBy": "end"}}
    return {"any": [rule, below, {"inside": {**rule, "stopBy": "end"}}, {"inside": {**below, "stopBy": "end"}}]}


def _exactly(node: SgNode) -> list[dict[str, Any]]:
    """Rules that hit this node and, but for one of the same kind and place, no other."""
    place = node.range()
    ends = {
        side: {"line": position.line, "column": position.column}
        for side, position in (("start", place.start), ("end", place.end))
    }
    named = [{"kind": node.kind()}] if node.is_named() else []
    return [{"range": ends}, *named]
