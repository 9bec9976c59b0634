"""Links of a rule's text that lead nowhere, and files that it names and that are not there."""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding, Severity
from rulewright.core.markdown import FENCED
from rulewright.features.rule_lint.linted import Linted
from rulewright.features.rule_lint.surroundings import Surroundings

# Possessive and bounded, so that a text takes no longer than its length asks for.
_LINK = re.compile(r"\]\(\s{0,9}+<?+([^)\s>#?]{1,300}+)[^)\n]{0,300}+\)")
_MAX_LABEL = 1_000
_NAMED = re.compile(r"(?<!`)`([\w.@-]+(?:/[\w.@-]+)+/?)`(?!`)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/", re.IGNORECASE)
_FILE_LIKE = re.compile(r"/$|\.\w{1,8}$")


def lint_references(linted: Linted, around: Surroundings) -> Iterator[Finding]:
    """Dead links, and paths in code spans that are not there."""
    rule, content = linted.rule, linted.parsed.content
    if rule.path.startswith("/"):
        # A user's own rule is for any project.
        return
    offset = linted.body_offset
    fences = [match.span() for match in FENCED.finditer(content, offset)]
    starts = [start for start, _ in fences]
    folder = rule.path.rpartition("/")[0]
    kinds: tuple[tuple[re.Pattern[str], str, Severity], ...] = (
        (_LINK, "dead-link", "warning"),
        (_NAMED, "dead-path", "info"),
    )
    for pattern, code, severity in kinds:
        for match in pattern.finditer(content, offset):
            target = match[1]
            is_path = not _ELSEWHERE.match(target) and (
                _has_label(content, match.start()) if pattern is _LINK else _FILE_LIKE.search(target)
            )
            before = bisect_right(starts, match.start()) - 1
            if not is_path or (before >= 0 and match.start() < fences[before][1]):
                continue
            places = {_joined(folder, target), _joined("", target), _joined(rule.folder, target)}
            if any(place is not None and around.tree.exists(place) for place in places):
                continue
            what = "The link leads to" if pattern is _LINK else "The text names"
            told = f"{what} `{target}`, which is neither in the project nor beside the rule."
            moved = around.tree.by_name.get(target.rpartition("/")[2], ())
            better = moved[0] if len(moved) == 1 and pattern is _NAMED else ""
            if len(moved) == 1 and pattern is _LINK:
                better = posixpath.relpath(moved[0], folder or ".")
            fixes = [(f"Write `{better}`", [Edit(*match.span(1), better)])] if better else []
            yield linted.finding(code, severity, told, match.span(1), *fixes)


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
