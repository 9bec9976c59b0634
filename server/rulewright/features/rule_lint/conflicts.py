"""Rules that contradict each other: another fix for the same check, or one asks for what another one forbids.

The second is a guess by words: a directive such as "use `x`" in one rule and "never use `x`" in another one that
applies to the same files. Only what is written as code counts, and a few words that exclude each other.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import msgspec

from rulewright.core.findings import Severity
from rulewright.core.markdown import FENCED
from rulewright.core.rules.rule import Rule

MAX_SHARED = 50
"""Rules with one directive in common that are compared with each other."""

Conflict = tuple[str, Severity, str, str]
"""Code, severity, sentence, and the words that it is about; empty for the whole rule."""

_NO = r"never\s+use|do\s+not\s+use|don['\u2019]t\s+use|must\s+not\s+use|avoid(?:\s+using)?|no\s+longer\s+use"
_YES = r"always\s+use|must\s+use|prefer(?:\s+using)?|use"
_DIRECTIVE = re.compile(
    # Where a sentence, an item or a clause starts: "written so, to avoid `x`" forbids nothing.
    r"(?:^|(?<=[.;:!,])|(?<=\band)|(?<=\bbut))[ \t]*+(?:(?:[-*+]|\d+[.)])[ \t]+)?+(?:\*\*|__)?[ \t]*"
    rf"(?:(?:please|you|we)[ ]+(?:should[ ]+)?)?(?:(?P<no>{_NO})|(?P<yes>{_YES}))\s+(?:the\s+|a\s+|an\s+)?"
    r"(?:`(?P<code>[^`\n]{1,60})`|(?P<word>[a-z]+(?:[- ][a-z]+)?))",
    re.IGNORECASE | re.MULTILINE,
)
_STRICT = re.compile(r"always|must|use", re.IGNORECASE)
"""Who prefers one of two does not forbid the other."""
_INSTEAD = re.compile(r"\s*(?:instead\s+of|over|rather\s+than)\s+`(?P<code>[^`\n]{1,60})`", re.IGNORECASE)
_NO_CONDITION = re.compile(
    r"(?:\*\*|__)?\s*(?:[.,;:!)]|\Z|\n|(?:at all|anywhere|ever|any ?more|directly)\b|[-\u2013\u2014] )"
)
"""What follows words that hold wherever the rule does: not "in tests" or "when it is empty"."""
_OPPOSITES = {
    "tabs": "spaces",
    "spaces": "tabs",
    "single quotes": "double quotes",
    "double quotes": "single quotes",
    "default exports": "named exports",
    "named exports": "default exports",
    "semicolons": "no semicolons",
}


def conflicts(rules: Sequence[Rule]) -> dict[str, list[Conflict]]:
    """By path of a rule what contradicts it; said at the rule that comes later in precedence."""
    found: dict[str, list[Conflict]] = {}
    for path, conflict in (*_fixes(rules), *_directives(rules)):
        found.setdefault(path, []).append(conflict)
    return found


def _fixes(rules: Sequence[Rule]) -> Iterator[tuple[str, Conflict]]:
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
                yield rule.path, ("conflicting-fix", "warning", told, "")


def _directives(rules: Sequence[Rule]) -> Iterator[tuple[str, Conflict]]:
    wanted: dict[tuple[str, bool], list[tuple[Rule, str]]] = {}
    for rule in rules:
        for (what, is_wanted), words in directives(rule.body).items():
            for other, said in wanted.get((what, not is_wanted), ())[:MAX_SHARED]:
                if other.path != rule.path and _may_meet(rule, other):
                    told = f'"{words}" contradicts rule `{other.id}` ({other.path}), which says "{said}".'
                    yield rule.path, ("likely-conflict", "info", told, words)
                    break
        for key, words in directives(rule.body).items():
            wanted.setdefault(key, []).append((rule, words))


@lru_cache(maxsize=8_192)
def directives(body: str) -> dict[tuple[str, bool], str]:
    """What a text asks for (True) and forbids (False), each with the words that say so first."""
    text = FENCED.sub(lambda match: " " * len(match[0]), body)
    found: dict[tuple[str, bool], str] = {}
    for match in _DIRECTIVE.finditer(text):
        is_wanted = match["yes"] is not None
        words = _plain(match[0])
        if match["code"] is not None:
            what, end = match["code"].strip(), match.end()
            if is_wanted or _NO_CONDITION.match(text, end):
                found.setdefault((what, is_wanted), words)
            instead = _INSTEAD.match(text, end) if _STRICT.match(match["yes"] or "") else None
            if instead is not None and _NO_CONDITION.match(text, instead.end()):
                found.setdefault((instead["code"].strip(), False), f"{words} {' '.join(instead[0].split())}")
            continue
        word = match["word"].lower().replace("-", " ")
        what = next((w for w in _OPPOSITES if word == w or word.startswith(w + " ")), "")
        words = _plain(text[match.start() : match.start("word") + len(what)])
        is_plain = what and _NO_CONDITION.match(text, match.start("word") + len(what))
        if what and (is_wanted or is_plain):
            found.setdefault((what, is_wanted), words)
        if is_wanted and is_plain:
            found.setdefault((_OPPOSITES[what], False), words)
    return found


def _plain(words: str) -> str:
    return " ".join(words.strip(" \t\n-+*_0123456789.)").split())


def _may_meet(rule: Rule, other: Rule) -> bool:
    """Whether two rules may apply to one file, as far as that is plain."""
    a, b = f"{rule.folder}/" if rule.folder else "", f"{other.folder}/" if other.folder else ""
    if not (a.startswith(b) or b.startswith(a)):
        return False
    if rule.always or other.always:
        return True
    if rule.languages and other.languages and not set(rule.languages) & set(other.languages):
        return False
    ends = [
        {glob.rpartition(".")[2] for glob in r.globs if "." in glob and not glob.startswith("!")} for r in (rule, other)
    ]
    plain = all(e and all(re.fullmatch(r"\w+", end) for end in e) for e in ends)
    return not plain or bool(ends[0] & ends[1])
