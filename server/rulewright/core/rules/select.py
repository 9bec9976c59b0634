"""Which rules apply to a file, and why each of the others does not.

`select` never visits rules that cannot match: globs are indexed (see `globs`), rules without globs are found by
language. `explain` visits every rule. Both go through `_resolve`, so they agree.

Precedence: source, then priority, then the nearer folder, then the path below the source with its number prefixes.
`overrides` and `disable` count where the rule that states them applies. A rule can override those of its own source and
of lower ones; a user's or project's rule can disable any.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import msgspec

from rulewright.core.languages import language_of
from rulewright.core.rules.foreign_names import may_be_foreign
from rulewright.core.rules.globs import GlobSet, glob_index, glob_set
from rulewright.core.rules.lint import Enforced
from rulewright.core.rules.rule import DEFAULT_PRIORITY, SOURCES, Check, Rule, Source
from rulewright.core.rules.silence import silenced

Outcome = Literal["applied", "not_applied", "overridden", "disabled", "dropped", "rejected"]

MEMO_SIZE = 20_000
"""Paths whose selection is remembered by one book."""


class Flags(msgspec.Struct, frozen=True):
    """What a person switched off at run time, in this workspace."""

    rules: frozenset[str] = frozenset()
    """Ids."""
    sources: frozenset[str] = frozenset()
    everything: bool = False


_NOBODY: Mapping[int, tuple[int, str]] = MappingProxyType({})


class Policy(msgspec.Struct, frozen=True):
    """What settings say about rules."""

    enabled: bool = True
    sources: tuple[Source, ...] = SOURCES
    defaults: Literal["auto", "always", "never"] = "auto"
    disable: tuple[str, ...] = ()
    formats: tuple[str, ...] | None = None
    """Tools whose rule files count; None for all that we know."""
    flags: Flags = Flags()


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one rule for one file."""

    id: str
    verdict: Outcome
    reason: str
    path: str
    """The rule file."""
    source: Source
    priority: int
    precedence: int = 0
    """Its place among all rules, from 1; 0 for a file that never gave a rule."""
    by: str = ""
    """The file of the rule that overrides it or switches it off."""
    tokens: int = 0
    """What its text costs in a prompt."""
    checks: int = 0
    """Checks of the rule that are run on the file."""


class Applied(msgspec.Struct, frozen=True):
    """A rule that applies, with the reason."""

    rule: Rule
    reason: str


class Selection:
    """The matcher of one rule book. Built once for each version of the book; its answers are remembered."""

    def __init__(
        self,
        rules: Iterable[Rule],
        policy: Policy,
        *,
        not_enforced: frozenset[str] = frozenset(),
        rejected: Mapping[str, tuple[str, str, Source]] | None = None,
    ) -> None:
        self.ordered: tuple[Rule, ...] = tuple(sorted(rules, key=precedence))
        self.policy, self.not_enforced = policy, not_enforced
        self.rejected = dict(rejected or {})
        """By path: id, reason and source of rule files that never gave a rule."""
        sources = {r.source for r in self.ordered}.union(source for *_, source in self.rejected.values())
        # A project whose rules are left out has none, and what other tools read is no replacement for checks.
        own = any(r.source == "project" and not r.format for r in self.ordered) or any(
            source == "project" and not may_be_foreign(path) for path, (*_, source) in self.rejected.items()
        )
        has_own = own and "project" in policy.sources
        off = {source: _source_off(source, policy, has_own=has_own) for source in sources}
        named = policy.flags.rules.union(policy.disable)
        # A change of one rule builds all of this anew, so each step of it counts for every rule.
        self._off = [
            off[rule.source]
            if rule.id not in named and not rule.format
            else _switched_off(rule, policy, off[rule.source])
            for rule in self.ordered
        ]
        self._twin_of = _alike(self.ordered, self._off)
        """Files of other tools that say what another file says already."""
        self._sets: list[GlobSet | None] = [None] * len(self.ordered)
        globbed: list[int] = []
        self._by_language: dict[str, list[int]] = {}
        self._everywhere: list[int] = []
        for number, rule in enumerate(self.ordered):
            if self._off[number] is not None or number in self._twin_of:
                continue
            if rule.globs and not rule.always:
                folder = rule.folder
                self._sets[number] = glob_set(tuple([rebase(g, folder) for g in rule.globs]) if folder else rule.globs)
                globbed.append(number)
            elif rule.languages and not rule.always:
                for language in rule.languages:
                    self._by_language.setdefault(language, []).append(number)
            elif rule.always or rule.unscoped == "always":
                self._everywhere.append(number)
        self._globbed = [(number, self.ordered[number].languages) for number in globbed]
        self._index = glob_index(tuple([s for s in self._sets if s is not None]))
        n_by_id = Counter([rule.id for rule in self.ordered])
        twins = {rule_id for rule_id, times in n_by_id.items() if times > 1} if len(n_by_id) < len(self.ordered) else ()
        self._speaking = {n for n, r in enumerate(self.ordered) if r.overrides or r.disable or r.id in twins}
        self._memo: dict[str, tuple[Applied, ...]] = {}
        self._enforced: dict[tuple[str, str], tuple[Enforced, ...]] = {}
        self._alike: dict[tuple[str, tuple[str, ...]], tuple[Enforced, ...]] = {}
        self._by_path = {rule.path: rule for rule in self.ordered}
        self._tuples: dict[tuple[tuple[str, int], ...], tuple[Enforced, ...]] = {}

    @property
    def active(self) -> tuple[Rule, ...]:
        """The rules that no setting switches off and that say something new, highest precedence first."""
        twins = self._twin_of
        return tuple(r for n, r in enumerate(self.ordered) if self._off[n] is None and n not in twins)

    @property
    def repeated(self) -> Mapping[str, str]:
        """Rule files of other tools that say what another file says already, with that file."""
        return {self.ordered[n].path: self.ordered[first].path for n, first in self._twin_of.items()}

    def select(self, path: str) -> tuple[Applied, ...]:
        """The rules that apply to `path`, highest precedence first."""
        found = self._memo.get(path)
        return found if found is not None else self._remember(path)

    def remembers(self, path: str) -> bool:
        """Whether `select` has been asked for this path, and still knows the answer."""
        return path in self._memo

    def _remember(self, path: str) -> tuple[Applied, ...]:
        matched = self._matched(path)
        off = self._resolve(matched)
        ordered = self.ordered
        applied = tuple([Applied(ordered[n], reason) for n, reason in matched.items() if n not in off])
        if len(self._memo) >= MEMO_SIZE:
            self._memo.clear()
        self._memo[path] = applied
        return applied

    def enforced(self, path: str, language: str) -> tuple[Enforced, ...]:
        """The checks to run on `path`, written in `language`."""
        key = (path, language)
        found = self._enforced.get(key)
        if found is None:
            if len(self._enforced) >= MEMO_SIZE:
                self._enforced.clear()
                self._tuples.clear()
                self._alike.clear()
            found = self._enforced[key] = self._enforced_in(path, language)
        return found

    def _enforced_in(self, path: str, language: str) -> tuple[Enforced, ...]:
        applied = self.select(path)
        # Files to which the same rules apply have the same checks, unless a check looks at the path once more.
        alike = (language, tuple([a.rule.path for a in applied]))
        found = self._alike.get(alike)
        if found is None:
            checks = [
                (a.rule.path, i, check)
                for a in applied
                if a.rule.checks and a.rule.path not in self.not_enforced
                for i, check in enumerate(a.rule.checks)
                if check.language == language and check.severity != "off"
            ]
            found = self._shared(tuple((rule, i) for rule, i, check in checks if _within(check, path)))
            if not any(check.files or check.ignores for *_, check in checks):
                self._alike[alike] = found
        return found

    def _shared(self, checks: tuple[tuple[str, int], ...]) -> tuple[Enforced, ...]:
        """One and the same tuple for all files with the same checks, so that they are compiled and sent once."""
        found = self._tuples.get(checks)
        if found is None:
            rules = {path: self._by_path[path] for path, _ in checks}
            found = self._tuples[checks] = tuple(
                Enforced(rules[path].id, path, rules[path].description, rules[path].checks[i]) for path, i in checks
            )
        return found

    def explain(self, path: str) -> tuple[Verdict, ...]:
        """One verdict for each rule, highest precedence first; rule files that gave no rule come last."""
        matched = self._matched(path)
        off = self._resolve(matched)
        language = language_of(path)
        run = Counter(check.rule_path for check in self.enforced(path, language))
        verdicts = [self._verdict(n, path, language, matched, off, run) for n in range(len(self.ordered))]
        verdicts += [
            Verdict(
                id=rule_id,
                verdict="rejected",
                reason=why,
                path=rule_file,
                source=source,
                priority=DEFAULT_PRIORITY,
            )
            for rule_file, (rule_id, why, source) in sorted(self.rejected.items())
        ]
        return tuple(verdicts)

    def touched(self, rule_path: str, paths: Iterable[str]) -> Iterator[str]:
        """Those of `paths` that the rule of one file applies to."""
        number = next((n for n, rule in enumerate(self.ordered) if rule.path == rule_path), None)
        if number is None or self._off[number] is not None or number in self._twin_of:
            return
        rule, matcher = self.ordered[number], self._sets[number]
        # Nobody silences anybody: then what matches applies, and nothing else need be matched.
        is_alone = not self._speaking
        for path in paths:
            if matcher is not None:
                matches = matcher.first_match(path) is not None
            else:
                matches = (rule.always or bool(rule.languages) or rule.unscoped == "always") and _below(
                    path, rule.folder
                )
            if matches and rule.languages and not rule.always:
                matches = language_of(path) in rule.languages
            if matches and (is_alone or any(a.rule.path == rule_path for a in self.select(path))):
                yield path

    def _verdict(
        self,
        number: int,
        path: str,
        language: str,
        matched: Mapping[int, str],
        off: Mapping[int, tuple[int, str]],
        run: Counter[str],
    ) -> Verdict:
        rule = self.ordered[number]
        switched = self._off[number]
        outcome: Outcome = "not_applied"
        n_checks, by = 0, ""
        if switched is not None:
            outcome, reason = "disabled", switched
        elif number in self._twin_of:
            by = self.ordered[self._twin_of[number]].path
            outcome, reason = "overridden", f"the same text for the same files as {by}, which comes first"
        elif number in off:
            outcome, reason, by = self._silenced(number, *off[number])
        elif number in matched:
            outcome, reason = "applied", matched[number] + _as_written(rule, matched[number])
            if rule.because:
                reason += f"; {rule.because}"
            if rule.path in self.not_enforced:
                reason += "; its examples fail, so its checks are not run"
            elif rule.checks:
                n_checks = run[rule.path]
        else:
            reason = self._why_not(number, path, language)
        return Verdict(
            id=rule.id,
            verdict=outcome,
            reason=reason,
            path=rule.path,
            source=rule.source,
            priority=rule.priority,
            precedence=number + 1,
            by=by,
            checks=n_checks,
        )

    def _matched(self, path: str) -> dict[int, str]:
        """Numbers of the rules that match, ascending, which is by precedence, each with its reason."""
        language = language_of(path)
        found: dict[int, str] = {}
        for position, pattern in self._index.matching(path):
            number, languages = self._globbed[position]
            if not languages or language in languages:
                found[number] = f"glob {pattern}"
        n_globbed = len(found)
        for number in self._by_language.get(language, ()):
            rule = self.ordered[number]
            if _below(path, rule.folder):
                found[number] = f"language {language}" + (f" (folder {rule.place})" if rule.place else "")
        for number in self._everywhere:
            rule = self.ordered[number]
            if _below(path, rule.folder):
                where = f"every file of {rule.folder}/" if rule.folder else "every file"
                always = "always" if rule.format else "alwaysApply"
                found[number] = f"{always}, {where}" if rule.always else f"no globs, {where}"
        return found if len(found) == n_globbed else {n: found[n] for n in sorted(found)}

    def _resolve(self, matched: Mapping[int, str]) -> Mapping[int, tuple[int, str]]:
        """Which of the matching rules another one takes out: that one, and the key that says so."""
        if self._speaking.isdisjoint(matched):
            return _NOBODY
        by_id: dict[str, list[int]] = {}
        for number in matched:
            by_id.setdefault(self.ordered[number].id, []).append(number)
        twins = [numbers for numbers in by_id.values() if len(numbers) > 1]
        claims = {n: found for n in self._speaking.intersection(matched) if (found := self._claims(n, by_id))}
        return silenced(list(matched), twins, claims)

    def _claims(self, number: int, by_id: Mapping[str, list[int]]) -> list[tuple[int, str]]:
        """Whom a rule silences by its keys."""
        rule = self.ordered[number]
        rank, may_disable_any = _rank(rule), rule.source in {"user", "project"}
        found: list[tuple[int, str]] = []
        for key, names in (("overrides", rule.overrides), ("disable", rule.disable)):
            for name in names:
                for other in by_id.get(name, ()):
                    may = (key == "disable" and may_disable_any) or rank <= _rank(self.ordered[other])
                    if other != number and may:
                        found.append((other, key))
        return found

    def _silenced(self, number: int, by: int, key: str) -> tuple[Outcome, str, str]:
        """What became of a rule that another one silences, why, and the file of the other."""
        rule = self.ordered[by]
        if key == "twin":
            first = _first_by(rule, self.ordered[number])
            return "overridden", f"same id as {rule.path}, which comes first ({first})", rule.path
        return "disabled" if key == "disable" else "overridden", f"`{key}` of {rule.id} ({rule.path})", rule.path

    def _why_not(self, number: int, path: str, language: str) -> str:
        rule = self.ordered[number]
        if not _below(path, rule.folder):
            return f"the file is not below {rule.folder}/"
        matcher = self._sets[number]
        if matcher is not None:
            why = matcher.why_not(path)
            if why is not None:
                return why
        if rule.languages and language not in rule.languages:
            return f"language is {language or 'unknown'}, not {' or '.join(rule.languages)}"
        if rule.unscoped == "description":
            return "it has no globs; a model may ask for it by its description"
        return "it has no globs and no description; it applies only when it is named"


_RANKS: Mapping[str, int] = {source: rank for rank, source in enumerate(SOURCES)}


def precedence(rule: Rule) -> tuple[int, int, int, str, str]:
    """Sort key: highest precedence first."""
    depth = rule.folder.count("/") + 1 if rule.folder else 0
    return (_RANKS[rule.source], -rule.priority, -depth, rule.order, rule.path)


def rebase(pattern: str, folder: str) -> str:
    """A glob written in `folder`, as a glob of the project."""
    if not folder:
        return pattern
    excluded, bare = ("!", pattern[1:]) if pattern.startswith("!") else ("", pattern)
    is_anchored = bare.startswith(("/", "./"))
    bare = bare.removeprefix("./")
    prefix = "".join("\\" + c if c in "*?[]{}!\\," else c for c in folder)
    if "/" not in bare.rstrip("/") and not is_anchored:
        return f"{excluded}{prefix}/**/{bare}"
    return f"{excluded}{prefix}/{bare.lstrip('/')}"


def _rank(rule: Rule) -> int:
    return _RANKS[rule.source]


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(folder + "/")


def _first_by(first: Rule, second: Rule) -> str:
    a, b = precedence(first), precedence(second)
    names = ("source", "priority", "nearer folder", "path", "path")
    return next((name for name, x, y in zip(names, a, b, strict=True) if x != y), "path")


def _source_off(source: Source, policy: Policy, *, has_own: bool) -> str | None:
    """Why no rule of a source counts, or None."""
    flags = policy.flags
    if flags.everything or source in flags.sources:
        what = " --all" if flags.everything else f" --source {source}"
        return f"switched off here by `rulewright rules disable{what}`"
    if not policy.enabled:
        return "rules are switched off (rules.enabled)"
    if source not in policy.sources:
        return f"the source `{source}` is switched off (rules.sources)"
    if source == "default" and policy.defaults == "never":
        return "the default rules are switched off (rules.defaults)"
    if source == "default" and policy.defaults == "auto" and has_own:
        return "the default rules are used only where the project has none of its own (rules.defaults)"
    return None


def _switched_off(rule: Rule, policy: Policy, source_off: str | None) -> str | None:
    """The same for a rule that is switched off by its name or its format."""
    if rule.id in policy.flags.rules:
        return "switched off here by `rulewright rules disable`"
    if rule.id in policy.disable and source_off is None:
        return "switched off by the setting rules.disable"
    if source_off is None and rule.format and policy.formats is not None and rule.format not in policy.formats:
        return f"rule files of `{rule.format}` are switched off (rules.formats)"
    return source_off


def _alike(ordered: Sequence[Rule], off: Sequence[str | None]) -> dict[int, int]:
    """Rules of other tools' files, by number, with the first rule that says the same about the same files.

    Teams keep one text in a file for each tool, and once is enough.
    """
    if not any(rule.format for rule in ordered):
        return {}
    first: dict[tuple[object, ...], int] = {}
    found: dict[int, int] = {}
    for number, rule in enumerate(ordered):
        text = rule.body.strip()
        if off[number] is not None or not text:
            continue
        everywhere = rule.always or not (rule.globs or rule.languages)
        how = "always" if everywhere and (rule.always or rule.unscoped == "always") else rule.unscoped
        scope = () if everywhere else (frozenset(rule.globs), rule.languages)
        earlier = first.setdefault((text, rule.folder, scope, how if everywhere else ""), number)
        if earlier != number and rule.format:
            found[number] = earlier
    return found


def _as_written(rule: Rule, reason: str) -> str:
    """How a tool's users write the glob that is named in a reason."""
    if not rule.format or not reason.startswith("glob "):
        return ""
    pattern = reason.removeprefix("glob ")
    for glob, written in zip(rule.globs, rule.written, strict=False):
        if rebase(glob, rule.folder) == pattern and written != glob:
            return f" (written `{written}`)"
    return ""


def _within(check: Check, path: str) -> bool:
    if check.files and glob_set(check.files).first_match(path) is None:
        return False
    return not check.ignores or glob_set(check.ignores).first_match(path) is None
