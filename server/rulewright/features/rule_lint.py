"""What is wrong with the rules of a project as a whole: dead globs and references, unknown names, conflicting fixes.

What can be said of a rule file alone is said when it is read (`core.rules.parse`).
"""

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from rulewright.core.findings import Finding, Severity
from rulewright.core.markdown import FENCED
from rulewright.core.prompt.fit import rule_tokens
from rulewright.core.rules.foreign_names import GLOB_KEYS
from rulewright.core.rules.globs import glob_set
from rulewright.core.rules.parse import Parsed
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import rebase
from rulewright.core.snapshot import Project
from rulewright.core.text import Text

# Possessive and bounded, so that a text takes no longer than its length asks for.
_LINK = re.compile(r"\]\(\s{0,9}+<?+([^)\s>#?]{1,300}+)[^)\n]{0,300}+\)")
_MAX_LABEL = 1_000
_NAMED = re.compile(r"(?<!`)`([\w.@-]+(?:/[\w.@-]+)+/?)`(?!`)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/", re.IGNORECASE)
_FILE_LIKE = re.compile(r"/$|\.\w{1,8}$")


def lint_rules(
    project: Project,
    paths: Sequence[str],
    read: Callable[[str], Parsed | None],
    exists: Callable[[str], bool],
) -> tuple[Finding, ...]:
    """All there is to say about rule files, by path and place.

    `paths` are the files of the project. `read` reads a rule file again, None where it has none; `exists` says whether
    something is at a path below the root.
    """
    found = list(project.book.findings)
    own = [rule for rule in project.book.rules if rule.source in {"project", "user"}]
    known = frozenset(project.book.rule_ids)
    is_dead, circles = _dead_in(paths), _circles(own)
    for rule in own:
        parsed = read(rule.path)
        if parsed is not None and parsed.matter is not None:
            linted = _Linted(rule, parsed)
            found += _dead_globs(linted, is_dead)
            found += _unknown_names(linted, known)
            found += _too_long(linted, project.settings.rules.prompt_tokens)
            found += _dead_references(linted, exists)
            if rule.path in circles:
                found.append(_in_circle(linted, circles[rule.path]))
    found += _conflicts(own)
    return tuple(sorted(found, key=lambda f: (f.path, f.start, f.end, f.rule_id, f.message)))


class _Linted:
    """A rule with its file."""

    def __init__(self, rule: Rule, parsed: Parsed) -> None:
        self.rule, self.parsed = rule, parsed
        self.text = Text(parsed.content)

    def finding(self, code: str, severity: Severity, message: str, place: tuple[int, int]) -> Finding:
        start, end = place
        return Finding(
            f"rulewright/{code}",
            severity,
            message,
            self.rule.path,
            start,
            end,
            self.text.range(start, end),
            rule_path=self.rule.path,
        )


def _dead_in(paths: Sequence[str]) -> Callable[[str], bool]:
    """Whether a glob of the project matches none of `paths`; each is tried once, for many rules have the same."""

    @cache
    def is_dead(glob: str) -> bool:
        matcher = glob_set((glob,))
        return not any(matcher.first_match(path) is not None for path in paths)

    return is_dead


def _dead_globs(linted: _Linted, is_dead: Callable[[str], bool]) -> Iterator[Finding]:
    matter = linted.parsed.matter
    key = next((key for key in GLOB_KEYS if matter is not None and matter.data and key in matter.data), "globs")
    for number, glob in enumerate(linted.rule.globs):
        if glob.startswith("!"):
            continue
        written = linted.rule.written[number] if linted.rule.written else glob
        if is_dead(rebase(glob, linted.rule.folder)):
            where = f" below {linted.rule.folder}/" if linted.rule.folder else ""
            told = f"`{written}` matches no file{where} now. The rule applies once there is one."
            yield linted.finding("dead-glob", "info", told, linted.parsed.place((key, number)))


def _unknown_names(linted: _Linted, known: frozenset[str]) -> Iterator[Finding]:
    for key, names in (("overrides", linted.rule.overrides), ("disable", linted.rule.disable)):
        for number, name in enumerate(names):
            if name not in known:
                told = f"`{key}` names `{name}`, and no rule has that id. `rulewright rules list` lists them."
                yield linted.finding("unknown-rule", "warning", told, linted.parsed.place((key, number)))


def _circles(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """The rules that silence each other in a circle, by their ids, by the path of the one that comes first."""
    first = {rule.id: rule for rule in reversed(rules)}
    order = {rule_id: number for number, rule_id in enumerate(dict.fromkeys(rule.id for rule in rules))}
    silences = {rule.id: (*rule.overrides, *rule.disable) for rule in first.values() if rule.overrides or rule.disable}
    return {first[start].path: way for start in silences if (way := _way_back(start, silences, order))}


def _way_back(start: str, silences: Mapping[str, Sequence[str]], order: Mapping[str, int]) -> list[str]:
    """From a rule through those that it silences back to itself; only by later ones, so each circle is found once."""
    before: dict[str, str] = {}
    stack = [start]
    while stack:
        name = stack.pop()
        for other in silences.get(name, ()):
            if other == start:
                way = [name]
                while way[-1] != start:
                    way.append(before[way[-1]])
                return way[::-1]
            if other not in before and order.get(other, -1) > order[start]:
                before[other] = name
                stack.append(other)
    return []


def _in_circle(linted: _Linted, way: Sequence[str]) -> Finding:
    shown = " -> ".join(f"`{part}`" for part in (*way, way[0]))
    told = (
        f"The rule silences itself ({shown}), which does nothing."
        if len(way) == 1
        else f"These rules silence each other in a circle: {shown}. `{way[0]}` comes first and is heard."
    )
    key = "overrides" if linted.rule.overrides else "disable"
    return linted.finding("silenced-in-a-circle", "warning", told, linted.parsed.place((key,)))


def _too_long(linted: _Linted, budget: int) -> Iterator[Finding]:
    tokens = rule_tokens(linted.rule)
    if tokens > budget:
        told = (
            f"The rule takes {tokens:,} tokens, and all rules together may take {budget:,} of a prompt "
            "(rules.prompt_tokens): it is left out of prompts, or cut. Split it, or write less."
        )
        yield linted.finding("too-long", "warning", told, (0, 0))


def _dead_references(linted: _Linted, exists: Callable[[str], bool]) -> Iterator[Finding]:
    rule, content = linted.rule, linted.parsed.content
    if rule.path.startswith("/"):
        # A user's own rule is for any project.
        return
    offset = linted.text.line_starts[rule.body_line] if rule.body_line < len(linted.text.line_starts) else len(content)
    fences = [match.span() for match in FENCED.finditer(content, offset)]
    starts = [start for start, _ in fences]
    folder = rule.path.rpartition("/")[0]
    for pattern, code, severity in ((_LINK, "dead-link", "warning"), (_NAMED, "dead-path", "info")):
        for match in pattern.finditer(content, offset):
            target = match[1]
            is_path = not _ELSEWHERE.match(target) and (
                _has_label(content, match.start()) if pattern is _LINK else _FILE_LIKE.search(target)
            )
            before = bisect_right(starts, match.start()) - 1
            if not is_path or (before >= 0 and match.start() < fences[before][1]):
                continue
            places = {_joined(folder, target), _joined("", target), _joined(rule.folder, target)}
            if not any(place is not None and exists(place) for place in places):
                what = "The link leads to" if pattern is _LINK else "The text names"
                told = f"{what} `{target}`, which is neither in the project nor beside the rule."
                yield linted.finding(code, severity, told, match.span(1))  # type: ignore[arg-type]


def _has_label(content: str, end: int) -> bool:
    """Whether the `]` at `end` closes a bracket of its line."""
    start = content.rfind("[", max(0, end - _MAX_LABEL), end)
    return start >= 0 and not any(sign in content[start:end] for sign in "]\n")


def _joined(folder: str, target: str) -> str | None:
    """A relative path in a folder, or None when it leads out of the project."""
    parts: list[str] = [part for part in folder.split("/") if part]
    for part in target.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _conflicts(rules: Iterable[Rule]) -> Iterator[Finding]:
    """Rules that look for the same and mend it in different ways: which fix is made is a matter of precedence."""
    seen: dict[str, tuple[Rule, str]] = {}
    for rule in rules:
        for check in rule.checks:
            key = json.dumps([check.language, check.config], sort_keys=True, default=str)
            fixes = json.dumps(msgspec.to_builtins(check.fixes), sort_keys=True)
            first, made = seen.setdefault(key, (rule, fixes))
            if first is not rule and check.fixes and made not in {fixes, "[]"}:
                told = (
                    f"Check `{check.id}` looks for the same as rule `{first.id}` ({first.path}) and has another fix. "
                    "Both are reported, and only one can be applied."
                )
                nowhere: Any = Text("").range(0, 0)
                yield Finding(
                    "rulewright/conflicting-fix", "warning", told, rule.path, 0, 0, nowhere, rule_path=rule.path
                )
