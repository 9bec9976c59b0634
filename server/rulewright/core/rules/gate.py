"""The words that a text must hold before a rule can match it: a cheap look that spares most parses and walks.

A rule such as `os.system($X)` cannot match a text without `system`. Only words are taken that are surely
named leaves of the pattern's tree, which ast-grep compares by text: names that are called or that stand beside a
dot, and words of plain regular expressions. What is not surely needed is not asked for, so the gate never
hides a match.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Need = tuple[frozenset[str], ...]
"""Alternatives: the text must hold all words, in lower case, of one of them. Empty: nothing is known."""

_MAX_ALTERNATIVES = 32
_MAX_STEPS = 20
_PROSE = frozenset({"css", "html", "json", "markdown", "yaml"})
"""Languages whose leaves may hold whole phrases, or whose case does not matter."""

_QUOTED = re.compile(r"(['\"`]).*?\1|['\"`].*", re.DOTALL)
_COMMENT = re.compile(r"(?://|#|--|/\*|<!--).*", re.DOTALL)
_VARIABLE = re.compile(r"\$+[A-Z0-9_]*")
_CALLED = re.compile(
    r"(?<![\w$.])[a-z_]\w{2,}(?=\.[\w)])|(?<![\w$])[a-z_]\w{2,}(?=\()|(?<=[\w)\]]\.)[a-z_]\w{2,}\b",
    re.IGNORECASE | re.ASCII,
)

_CAPTURED = re.compile(r"(?<!\$)\$([A-Z][A-Z0-9_]*)(?![A-Za-z0-9_])")
_PLAIN_REGEX = re.compile(r"\^?(?:\((?:\?:)?)?([\w |:/=,<>@%&~;'\"-]+)\)?\$?", re.ASCII)
_LONG_WORD = re.compile(r"[a-z0-9_]{3,}", re.IGNORECASE | re.ASCII)

# Keywords are unnamed leaves, which are compared by kind and may be skipped after `$$$`.
_KEYWORDS = frozenset(
    """
    abstract alignof and as assert async await base begin case cast catch checked class const
    constructor continue decltype def default defer defined defn del delete do done elif else elseif
    elsif end ensure enum except exit export extends extern external fallthrough false final finally
    fixed fn for forall foreach from fun func function get global goto guard handle if impl import in
    include init inout instanceof interface is isnot lambda let lock loop macro mapping match module mut
    namespace new nil noexcept none not null object of operator or override package pass print private
    protected protocol pub public raise receive record redo ref register require required rescue retry
    return sealed select self set sizeof static static_assert struct subscript super switch sync
    synchronized template then this throw throws trait true try type typealias typedef typeid typename
    typeof undef union unless unsafe until use using val var virtual void volatile when where while with
    xor yield
    """.split()  # noqa: SIM905 - a list of words reads as words
)


def needed(config: Mapping[str, Any], language: str) -> Need:
    """What every text that this check can hit holds."""
    finder = _Finder(config.get("utils", {}), patterns=language not in _PROSE)
    rule = config.get("rule", {})
    needs = [finder.of_rule(rule, 0)]
    pattern = rule.get("pattern")
    if isinstance(pattern, str):
        # What the whole match surely captures is surely constrained.
        captured = set(_CAPTURED.findall(pattern))
        constraints = config.get("constraints", {})
        needs += [finder.of_rule(limit, 0) for name, limit in constraints.items() if name in captured]
    return _all_of(needs)


def passes(need: Need, lowered: str) -> bool:
    """Whether a text, given in lower case, can be hit."""
    if not need:
        return True
    # Loops, for this is asked of each check and each text, and generators take longer than the search itself.
    for words in need:
        for word in words:
            if word not in lowered:
                break
        else:
            return True
    return False


class _Finder:
    """Finds the need of a rule object by the needs of its parts."""

    def __init__(self, utils: Mapping[str, Any], *, patterns: bool) -> None:
        self.utils = utils
        self.patterns = patterns

    def of_rule(self, rule: Any, depth: int) -> Need:
        """The need of a rule object: all its parts must hold."""
        if not isinstance(rule, Mapping) or depth > _MAX_STEPS:
            return ()
        return _all_of(need for key, value in rule.items() for need in self.of_part(key, value, depth))

    def of_part(self, key: str, value: Any, depth: int) -> list[Need]:
        """The needs that one word of a rule object adds."""
        match key:
            case "pattern" if self.patterns:
                words = _of_pattern(value)
                return [(words,)] if words else []
            case "regex":
                return [_of_regex(str(value))]
            case "all" if isinstance(value, list):
                return [self.of_rule(item, depth + 1) for item in value]
            case "any" if isinstance(value, list):
                needs = [self.of_rule(item, depth + 1) for item in value]
                every = tuple(words for need in needs for words in need)
                return [every] if all(needs) and len(every) <= _MAX_ALTERNATIVES else []
            case "inside" | "has" | "follows" | "precedes":
                return [self.of_rule(value, depth + 1)]
            case "matches" if isinstance(value, str):
                # Utilities may name utilities that name utilities twice each: few steps of that are enough.
                return [self.of_rule(self.utils.get(value), depth + 5)]
            case _:
                return []


def _all_of(needs: Iterable[Need]) -> Need:
    """One need for several: every certain word, and the choice with the fewest alternatives."""
    certain: frozenset[str] = frozenset()
    choice: Need = ()
    for need in needs:
        if len(need) == 1:
            certain |= need[0]
        elif need and (not choice or len(need) < len(choice)):
            choice = need
    if choice:
        return tuple(words | certain for words in choice)
    return (certain,) if certain else ()


def _of_pattern(pattern: Any) -> frozenset[str]:
    """The words that a pattern compares by text."""
    if isinstance(pattern, Mapping):
        if "selector" in pattern or pattern.get("strictness", "smart") not in {"smart", "cst"}:
            return frozenset()
        pattern = pattern.get("context")
    if not isinstance(pattern, str):
        return frozenset()
    # A bracket in the place of a variable keeps `$A.name` a name behind a dot and makes no new word.
    code = _VARIABLE.sub(")", _COMMENT.sub(" ", _QUOTED.sub(" ", pattern)))
    return frozenset(word.lower() for word in _CALLED.findall(code)) - _KEYWORDS


def _of_regex(regex: str) -> Need:
    """The words of a regular expression that is a plain text, or a choice of plain texts."""
    plain = _PLAIN_REGEX.fullmatch(regex)
    if plain is None:
        return ()
    choices = plain[1].split("|")
    needs = [frozenset(word.lower() for word in _LONG_WORD.findall(choice)) for choice in choices]
    return tuple(needs) if all(needs) and len(needs) <= _MAX_ALTERNATIVES else ()
