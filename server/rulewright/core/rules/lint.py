"""Running checks on a text: the hits of a file as findings.

A linter holds the checks of one language. It first asks which checks could hit at all (`gate`), then walks
the tree once for all of those; only the checks that this walk names are run alone, with their constraints.
"""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from ast_grep_py import SgNode

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding, Fix
from rulewright.core.rules import engine, gate
from rulewright.core.rules.check_words import MAX_DEPTH, rename_utilities
from rulewright.core.rules.fix import Captures, expand, expand_message
from rulewright.core.rules.kinds import hit_kinds
from rulewright.core.rules.rewrite import Match, Mending, MendingRun, needs_mending
from rulewright.core.rules.rule import Check
from rulewright.core.rules.suppress import Hit, may_suppress, suppress_hits
from rulewright.core.text import Text

MAX_FINDINGS = 1000
MAX_NESTING = 500
"""Levels at which captures are compared: ast-grep does it by recursion, and overflow ends the process."""

MAX_REACH = 1500
"""Levels at which relations may look further than a neighbour; on deeper trees they take seconds."""

MIN_QUOTED = 6
"""Characters of the file that a message has to quote before it may hold a secret."""
CHECK_FAILED = "rulewright/check-failed"
TOO_MANY = "rulewright/too-many-findings"

_TAG = "RULEWRIGHT"
_ALWAYS = {"any": [{"kind": "ERROR"}, {"not": {"kind": "ERROR"}}]}
_FEW = 3
"""Up to so many checks are walked one by one: the common walk costs about as much as two."""

_FEW_TRIALS = 40
"""Up to so many times a check is tried on a node: as often as it takes to tag all of a text of common length."""

_CAPTURE = re.compile(r"(?<!\$)\$\$?\$?([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_])")


class Enforced(msgspec.Struct, frozen=True):
    """A check with the rule that it enforces."""

    rule_id: str
    rule_path: str
    description: str
    check: Check


class Fault(msgspec.Struct, frozen=True):
    """A check that did not do its work on a text."""

    rule_path: str
    check_id: str
    reason: str
    """Part of a sentence, such as `it took 3.2 s`."""
    grave: bool = False
    """It ended its process, or would not end."""


class Hits(msgspec.Struct, frozen=True):
    """What a linter found; `complete` is false when a check failed or some findings were cut."""

    hits: tuple[Hit, ...]
    complete: bool = True
    faults: tuple[Fault, ...] = ()


class Checked(msgspec.Struct, frozen=True):
    """What there is to report about a text, and which checks did not do their work."""

    findings: tuple[Finding, ...] = ()
    faults: tuple[Fault, ...] = ()


class Linter:
    """The checks of one language, prepared to be run on any number of texts."""

    def __init__(self, language: str, enforced: tuple[Enforced, ...]) -> None:
        self.language = language
        active = (e for e in enforced if e.check.language == language and e.check.severity != "off")
        self.checks = tuple(_Prepared(number, e) for number, e in enumerate(active))

    def run(self, path: str, content: str, *, max_findings: int = MAX_FINDINGS) -> tuple[Finding, ...]:
        """What the checks find in `content`, sorted; suppressing comments are not looked at."""
        return tuple(hit.finding for hit in self.hits(path, content, max_findings=max_findings).hits)

    def hits(self, path: str, content: str, *, max_findings: int = MAX_FINDINGS, root: SgNode | None = None) -> Hits:
        """As `run`, with the names of each finding; `root` is the tree of `content`, where there is one."""
        lowered = content.lower()
        candidates = [check for check in self.checks if gate.passes(check.need, lowered)]
        if not candidates:
            return Hits(())
        run = _Run(path, content, max_findings)
        try:
            root = root or engine.parse(content, self.language)
        except engine.EngineError as error:
            for check in candidates:
                run.failed(check, str(error), blamed=False)
            return run.result()
        candidates = run.guarded(candidates, root)
        for check, nodes in self._narrowed(root, candidates):
            try:
                run.add(check, _exact(check, nodes, root))
            except engine.EngineError as error:
                run.failed(check, str(error))
        return run.result()

    def _narrowed(
        self, root: SgNode, candidates: "Sequence[_Prepared]"
    ) -> "list[tuple[_Prepared, list[SgNode] | None]]":
        """The candidates that hit, constraints aside, each with the nodes it hits; None: not known."""
        if len(candidates) <= _FEW:
            return [(check, None) for check in candidates]
        try:
            nodes = engine.find_all(root, _any_of(candidates))
            return _owned(root, candidates, nodes)
        except engine.EngineError:
            # One check that fails must not take the others with it.
            return [(check, None) for check in candidates]


def check_text(
    path: str,
    content: str,
    language: str,
    enforced: tuple[Enforced, ...],
    known_rule_ids: frozenset[str] = frozenset(),
    *,
    max_findings: int = MAX_FINDINGS,
    all_run: bool = True,
    judged: frozenset[str] = frozenset(),
) -> Checked:
    """Everything to report about a text: what checks find and no comment suppresses, idle comments, and what failed.

    Without `all_run`, checks that a comment may be meant for are not among `enforced`. `judged` are rules without any.
    """
    checks = linter(language, enforced)
    if not may_suppress(content):
        return _unsuppressed(checks.hits(path, content, max_findings=max_findings)) if checks.checks else Checked()
    try:
        root = engine.parse(content, language)
    except engine.EngineError:
        return _unsuppressed(checks.hits(path, content, max_findings=max_findings))
    found = checks.hits(path, content, max_findings=max_findings, root=root)
    # A check that failed, or findings that were cut, may be what a comment is there for.
    findings = suppress_hits(
        content,
        language,
        found.hits,
        known_rule_ids,
        path=path,
        root=root,
        report_unused=found.complete and all_run,
        judged=judged,
    )
    return Checked(findings, found.faults)


def _unsuppressed(found: Hits) -> Checked:
    return Checked(tuple(hit.finding for hit in found.hits), found.faults)


def times(content: str, language: str, enforced: tuple[Enforced, ...], now_ns: Callable[[], int]) -> tuple[int, ...]:
    """Nanoseconds that each check takes on a text, run alone; parsing is nobody's. 0 for one that needs not run."""
    checks = linter(language, enforced)
    lowered = content.lower()
    try:
        root = engine.parse(content, language)
    except engine.EngineError:
        return (0,) * len(enforced)
    run = _Run("", content, 0)
    taken: dict[int, int] = {}
    for check in checks.checks:
        if not gate.passes(check.need, lowered) or not run.guarded([check], root):
            continue
        started = now_ns()
        # One that fails has taken its time too.
        with contextlib.suppress(engine.EngineError):
            engine.find_all(root, check.config)
        taken[id(check.enforced)] = now_ns() - started
    return tuple(taken.get(id(one), 0) for one in enforced)


class _Same:
    """Checks as a key: equal when they are the very same records, which are not hashable themselves."""

    def __init__(self, enforced: tuple[Enforced, ...]) -> None:
        self.enforced = enforced
        self.key = tuple((e.rule_id, e.rule_path, e.description, id(e.check)) for e in enforced)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.key == other.key


def linter(language: str, enforced: tuple[Enforced, ...]) -> Linter:
    """The linter of these checks; asking again for the same records gives the same one."""
    return _linter(language, _Same(enforced))


@lru_cache(maxsize=64)
def _linter(language: str, same: _Same) -> Linter:
    # The cached key holds the records, so an `id` in it cannot come to mean another check.
    return Linter(language, same.enforced)


class _Prepared:
    """A check with all that can be known of it before there is a text."""

    def __init__(self, number: int, enforced: Enforced) -> None:
        self.enforced = enforced
        self.check = enforced.check
        self.mending = Mending(self.check) if needs_mending(self.check) else None
        # Without what only we can compute.
        self.config = self.mending.scope.config if self.mending else self.check.config
        self.need = gate.needed(self.config, self.check.language)
        self.transforms = frozenset(self.check.config.get("transform", ()))
        self.message = self.check.message or enforced.description or self.check.id
        self.tag = f"{_TAG}{number}"
        utils = self.config.get("utils", {})
        own = rename_utilities(self.config, {name: f"c{number}_{name}" for name in utils})
        self.rule: Any = own["rule"]
        self.utils: dict[str, Any] = own.get("utils", {})
        captures = _captures(self.config["rule"], utils, 0)
        for rule in self.config.get("constraints", {}).values():
            captures += _captures(rule, utils, 0)
        # Rewriters compare with what the rule captured, and look for it.
        self.compares = self.mending is not None or any(times > 1 for times in captures.values())
        self.looks_far = self.mending is not None or "stopBy" in str(self.config)
        self.names = frozenset({enforced.rule_id, self.check.id})

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of nodes that it can hit; empty when that is not known."""
        return hit_kinds(self.config["rule"], self.check.language)

    @property
    def plain(self) -> bool:
        """Whether a hit says the same whatever was captured."""
        return not self.mending and not any("$" in t for t in (self.message, *(f.template for f in self.check.fixes)))


class _Run:
    """What one run has found so far."""

    def __init__(self, path: str, content: str, max_findings: int) -> None:
        self.path = path
        self.text = Text(content)
        self.max_findings = max_findings
        self.found: list[Hit] = []
        self.broken: list[Hit] = []
        self.faults: list[Fault] = []
        self.cut = False
        self.mending: dict[str, MendingRun] = {}
        self.said: set[str] = set()

    def add(self, check: _Prepared, nodes: list[SgNode]) -> None:
        """The hits of one check."""
        self.cut = self.cut or len(nodes) > self.max_findings
        # One more than is shown tells that there are more.
        for node in nodes[: self.max_findings + 1]:
            self.found.append(Hit(self.finding(check, node), check.names))

    def finding(self, check: _Prepared, node: SgNode) -> Finding:
        """One hit of a check."""
        start, end = engine.offsets(node)
        captures: Captures = node
        if check.mending is not None:
            captures = self.mending.setdefault(check.tag, MendingRun(check.mending, self.text.content)).match(node)
        message = self.message(check, captures)
        fixes = self.fixes(check, node, captures)
        assert check.check.severity != "off"
        return Finding(
            rule_id=check.enforced.rule_id,
            severity=check.check.severity,
            message=message,
            path=self.path,
            start=start,
            end=end,
            range=self.text.range(start, end),
            note=check.check.note,
            fix=fixes[0] if fixes else None,
            other_fixes=fixes[1:],
            rule_path=check.enforced.rule_path,
            url=check.check.url,
        )

    def message(self, check: _Prepared, captures: Captures) -> str:
        """The message of a hit, with its variables filled in."""
        if "$" not in check.message:
            return check.message
        try:
            told = expand_message(check.message, captures, self.text.content, check.transforms)
        except engine.EngineError as error:
            self.unmended(check, str(error))
            return check.check.id
        if len(told) - len(check.message) < MIN_QUOTED:
            return told
        from rulewright.core.privacy.redact import redact  # noqa: PLC0415 - few messages quote so much

        # It quotes the file, and goes into logs of CI and to agents.
        return redact(told)

    def fixes(self, check: _Prepared, node: SgNode, captures: Captures) -> tuple[Fix, ...]:
        """The fixes of a hit, the first to be applied; none when its rewriters do too much."""
        fixes: list[Fix] = []
        try:
            for template in check.check.fixes:
                if isinstance(captures, Match):
                    edit = Edit(*captures.replacement(template))
                else:
                    text = expand(template.template, node, self.text.content, check.transforms)
                    edit = Edit(*engine.offsets(node), text)
                fixes.append(Fix(template.title or f"Fix `{check.enforced.rule_id}`", (edit,)))
        except engine.EngineError as error:
            self.unmended(check, str(error))
            return ()
        return tuple(fixes)

    def unmended(self, check: _Prepared, why: str) -> None:
        """A check whose fixes cannot be made on this text: one warning, beside its hits."""
        if check.tag not in self.said:
            self.said.add(check.tag)
            told = f"Some fixes of check `{check.check.id}` could not be made in this file: {why.rstrip('.')}."
            self.broke(check, told)

    def failed(self, check: _Prepared, why: str, *, blamed: bool = True) -> None:
        """A check that could not be run on this text: one warning in the place of its hits.

        It is `blamed` where another text would not have helped.
        """
        name, reason = check.check.id, why.rstrip(".")
        if blamed:
            self.faults.append(Fault(check.enforced.rule_path, name, reason))
        self.broke(check, f"Check `{name}` could not be run on this file: {reason}. The other checks ran.")

    def broke(self, check: _Prepared, told: str) -> None:
        """A warning about a check itself."""
        finding = Finding(
            rule_id=CHECK_FAILED,
            severity="warning",
            message=told,
            path=self.path,
            start=0,
            end=0,
            range=self.text.range(0, 0),
            rule_path=check.enforced.rule_path,
        )
        self.broken.append(Hit(finding, frozenset({CHECK_FAILED})))

    def guarded(self, candidates: list[_Prepared], root: SgNode) -> list[_Prepared]:
        """The candidates that can be run on a text nested as deeply as this one."""
        compare = any(c.compares for c in candidates)
        deep = compare and engine.is_deeper_than(root, MAX_NESTING)
        # What is not deeper than the smaller number is not deeper than the larger one.
        far = (deep or not compare) and any(c.looks_far for c in candidates) and engine.is_deeper_than(root, MAX_REACH)
        safe: list[_Prepared] = []
        for check in candidates:
            if (deep and check.compares) or (far and check.looks_far):
                self.failed(check, "its code is nested too deeply", blamed=False)
            else:
                safe.append(check)
        return safe

    def result(self) -> Hits:
        """Everything found, sorted; cut when there is too much."""
        found = sorted(self.found, key=lambda hit: _order(hit.finding))
        if self.cut or len(found) > self.max_findings:
            self.cut = True
            found = [*found[: self.max_findings], *map(self.too_many, found[self.max_findings :][:1])]
        return Hits((*self.broken, *found), complete=not (self.cut or self.broken), faults=tuple(self.faults))

    def too_many(self, first_cut: Hit) -> Hit:
        """Says that findings were cut, where the first of them would be."""
        cut = first_cut.finding
        finding = Finding(
            rule_id=TOO_MANY,
            severity="info",
            message=f"Only the first {self.max_findings} findings are shown. Mend some to see the others.",
            path=self.path,
            start=cut.start,
            end=cut.end,
            range=cut.range,
        )
        return Hit(finding, frozenset({TOO_MANY}))


def _order(finding: Finding) -> tuple[int, str, int]:
    """Findings by place; of nested ones of a rule the outer first."""
    return finding.start, finding.rule_id, -finding.end


def _any_of(checks: "Sequence[_Prepared]") -> dict[str, Any]:
    """A configuration that hits wherever a check hits, constraints aside."""
    utils: dict[str, Any] = {}
    # An `any` whose parts are all for one kind of nodes asks a node for its kind once.
    by_kinds: dict[frozenset[str], list[Any]] = {}
    for check in checks:
        utils |= check.utils
        by_kinds.setdefault(check.kinds, []).append(check.rule)
    return {"rule": {"any": [{"any": rules} for rules in by_kinds.values()]}, "utils": utils}


def _owned(
    root: SgNode, checks: "Sequence[_Prepared]", nodes: list[SgNode]
) -> "list[tuple[_Prepared, list[SgNode] | None]]":
    """The checks that hit some of `nodes`, each of which one of them hits, with the nodes that are its own."""
    by_kind: dict[str, list[SgNode]] = {}
    for node in nodes:
        by_kind.setdefault(node.kind(), []).append(node)
    found: dict[str, list[SgNode]] = {}
    tried: dict[str, _Prepared] = {}
    for kind, alike in by_kind.items():
        possible = [check for check in checks if not check.kinds or kind in check.kinds]
        if len(possible) == 1:
            found.setdefault(possible[0].tag, []).extend(alike)
        elif len(alike) * len(possible) <= _FEW_TRIALS:
            for check in possible:
                found.setdefault(check.tag, []).extend(node for node in alike if _is_hit(check, node))
        else:
            tried |= {check.tag: check for check in possible}
    # A check may hit several kinds, so what was found of it so far is part of what its tag finds.
    owned = found | _by_tag(root, list(tried.values()))
    return [(check, own) for check in checks if (own := owned.get(check.tag, [])) is None or own]


def _is_hit(check: "_Prepared", node: SgNode) -> bool:
    """Whether a check hits a node itself, constraints aside."""
    first = engine.find(node, {"rule": check.rule, "utils": check.utils})
    return first is not None and first == node


def _by_tag(root: SgNode, checks: "Sequence[_Prepared]") -> dict[str, list[SgNode] | None]:
    """The nodes that each of some checks hits, constraints aside; None: not known."""
    if len(checks) <= _FEW:
        return {check.tag: None for check in checks}
    try:
        nodes = engine.find_all(root, _tagging(checks))
    except engine.EngineError:
        # JSON has no place for a tag.
        return {check.tag: None for check in checks}
    return {check.tag: [node for node in nodes if node.get_match(check.tag) is not None] for check in checks}


def _tagging(checks: "Sequence[_Prepared]") -> dict[str, Any]:
    """As `_any_of`, and captures a tag for each check that hits.

    `any` alone would stop at the first check. A double `not` matches as its inside does and captures nothing:
    so the captures of one check cannot disturb the next.
    """
    # As a utility a rule is compiled once, though it is named twice.
    utils: dict[str, Any] = {"always": _ALWAYS}
    for check in checks:
        utils |= check.utils
        utils[check.tag] = check.rule
    always = {"matches": "always"}
    tags = [{"any": [{"all": [_uncaptured({"matches": c.tag}), {"pattern": f"$${c.tag}"}]}, always]} for c in checks]
    return {"rule": {"all": [_uncaptured({"any": [{"matches": c.tag} for c in checks]}), *tags]}, "utils": utils}


def _uncaptured(rule: Mapping[str, Any]) -> dict[str, Any]:
    return {"not": {"not": rule}}


def _exact(check: _Prepared, nodes: list[SgNode] | None, root: SgNode) -> list[SgNode]:
    """The hits of one check, constraints and transformations included."""
    if nodes is None or "constraints" in check.config or (len(nodes) > 2 * _FEW and not check.plain):
        return engine.find_all(root, check.config)
    if check.plain:
        return nodes
    found = (engine.find(node, check.config) for node in nodes)
    return [node for node in found if node is not None]


def _captures(rule: Any, utils: Mapping[str, Any], depth: int) -> Counter[str]:
    """How often a match can meet each capture: a second time compares it with the first."""
    if not isinstance(rule, Mapping):
        return Counter()
    if depth > MAX_DEPTH:
        return Counter({"": 2})
    parts = (_part_captures(key, value, utils, depth + 1) for key, value in rule.items())
    return sum(parts, start=Counter[str]())


def _part_captures(key: str, value: Any, utils: Mapping[str, Any], depth: int) -> Counter[str]:
    """The captures of one word of a rule object."""
    match key:
        case "pattern":
            pattern = value.get("context") if isinstance(value, Mapping) else value
            return Counter(_CAPTURE.findall(str(pattern)))
        case "any":
            either: Counter[str] = Counter()
            for item in value:
                either |= _captures(item, utils, depth)
            return either
        case "all":
            return sum((_captures(item, utils, depth) for item in value), start=Counter[str]())
        case "matches" if isinstance(value, str):
            # Few steps from utility to utility, as each may name the next one twice.
            return _captures(utils.get(value), utils, depth + MAX_DEPTH // 4)
        case "nthChild" if isinstance(value, Mapping):
            return _captures(value.get("ofRule"), utils, depth)
        case "inside" | "has" | "follows" | "precedes" | "not" | "stopBy":
            return _captures(value, utils, depth)
        case _:
            return Counter()
