"""Links of a rule's text that lead nowhere, and files that it names and that are not there."""

import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding
from rulewright.core.markdown import FENCED
from rulewright.features.rule_lint.linted import Linted, Offer, Span
from rulewright.features.rule_lint.surroundings import Surroundings

# Possessive and bounded, so that a text takes no longer than its length asks for.
_LINK = re.compile(r"\]\(\s{0,9}+<?+([^)\s>#?]{1,300}+)[^)\n]{0,300}+\)")
_MAX_LABEL = 1_000
_NAMED = re.compile(r"(?<!`)`([\w.@-]+(?:/[\w.@-]+)+/?)`(?!`)")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//|/", re.IGNORECASE)
_FILE_LIKE = re.compile(r"/$|\.\w{1,8}$")
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]{1,300}?(?<!`)\1(?!`)")
_STANDS_FOR_ANY = re.compile(
    r"\.\.\.|(?:^|/)(?:path/to|your?[-_.]|my[-_.]|some[-_.]|(?:example|sample|foo|bar|filename|file-?name)(?![a-z]))|X\.Y|YYYY|[<>{}]",
    re.IGNORECASE,
)
"""What a text writes where it means any path."""
_MADE = frozenset(
    {
        "dist",
        "build",
        "out",
        "target",
        "generated",
        "gen",
        "node_modules",
        "vendor",
        "coverage",
        "tmp",
        "deps",
        "_build",
    }
)
"""Folders of what is made and not kept."""


def lint_references(linted: Linted, around: Surroundings) -> Iterator[Finding]:
    """Dead links, and paths in code spans that are not there."""
    rule, content = linted.rule, linted.parsed.content
    if rule.path.startswith("/"):
        # A user's own rule is for any project.
        return
    offset = linted.body_offset
    fences = [match.span() for match in FENCED.finditer(content, offset)]
    folder = rule.path.rpartition("/")[0]
    for match in _LINK.finditer(content, offset):
        target = match[1]
        if _is_inside(match.start(), fences) or not _has_label(content, match.start()) or not _may_be_file(target):
            continue
        if _is_shown(content, match.start()) or _is_there(linted, around, target):
            continue
        moved = _moved(around, target)
        better = posixpath.relpath(moved, folder or ".") if moved else ""
        told = f"The link leads to `{target}`, which is neither in the project nor beside the rule."
        yield linted.finding("dead-link", "warning", told, match.span(1), *_written(match.span(1), better))
    for match in _NAMED.finditer(content, offset):
        target = match[1]
        if _is_inside(match.start(), fences) or not _FILE_LIKE.search(target) or not _may_be_kept(target):
            continue
        if _is_there(linted, around, target) or around.tree.ends_with(target):
            # What is below a package is often named from there.
            continue
        told = f"The text names `{target}`, which is neither in the project nor beside the rule."
        yield linted.finding("dead-path", "info", told, match.span(1), *_written(match.span(1), _moved(around, target)))


def _may_be_file(target: str) -> bool:
    """Whether the target of a link looks like a path of this project, and not like a word that stands for any."""
    return not (_ELSEWHERE.match(target) or _STANDS_FOR_ANY.search(target)) and ("/" in target or "." in target)


def _may_be_kept(target: str) -> bool:
    """Whether a path between backticks may be one that is kept in the project."""
    first, *others = target.strip("/").split("/")
    if _ELSEWHERE.match(target) or _STANDS_FOR_ANY.search(target) or not _MADE.isdisjoint({first, *others}):
        return False
    # `@/x` and `@scope/x` are names of modules; hidden folders hold what each person sets up.
    return not first.startswith("@") and (first in {".", "..", ".github"} or not first.startswith("."))


def _is_inside(place: int, spans: Sequence[Span]) -> bool:
    before = bisect_right(spans, place, key=lambda span: span[0]) - 1
    return before >= 0 and place < spans[before][1]


def _is_shown(content: str, place: int) -> bool:
    """Whether a place lies in a code span of its line: how a link is written, not a link."""
    start = max(content.rfind("\n", 0, place) + 1, place - _MAX_LABEL)
    stop = content.find("\n", place)
    end = min(stop if stop >= 0 else len(content), place + _MAX_LABEL)
    return any(code.start() <= place < code.end() for code in _CODE.finditer(content, start, end))


def _is_there(linted: Linted, around: Surroundings, target: str) -> bool:
    folder = linted.rule.path.rpartition("/")[0]
    places = {_joined(folder, target), _joined("", target), _joined(linted.rule.folder, target)}
    return any(place is not None and around.tree.exists(place) for place in places)


def _moved(around: Surroundings, target: str) -> str:
    """The only file of that name, or nothing."""
    found = around.tree.by_name.get(target.rpartition("/")[2], ())
    return found[0] if len(found) == 1 else ""


def _written(span: Span, better: str) -> list[Offer]:
    # That it is the one which is meant is a guess.
    return [(f"Write `{better}`", [Edit(*span, better)], False)] if better else []


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
