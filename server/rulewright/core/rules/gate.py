"""The words that a text must hold before a rule can match it: a cheap look that spares most parses and walks.

A rule such as `os.system($X)` cannot match a text without `system`. Only words are taken that are surely
named leaves of the pattern's tree, which ast-grep compares by text: names that are called or that follow a
dot. What is not surely needed is not asked for, so the gate never hides a match.
"""

import re
from collections.abc import Mapping
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
_CALLED = re.compile(r"(?<![\w$])[a-z_]\w{2,}(?=\()|(?<=[\w)\]]\.)[a-z_]\w{2,}\b", re.IGNORECASE | re.ASCII)

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
    if language in _PROSE:
        return ()
    return _of_rule(config.get("rule"), config.get("utils", {}), 0)


def passes(need: Need, lowered: str) -> bool:
    """Whether a text, given in lower case, can be hit."""
    return not need or any(all(word in lowered for word in words) for words in need)


def _of_rule(rule: Any, utils: Mapping[str, Any], depth: int) -> Need:
    """The need of a rule object: all its parts must hold."""
    if not isinstance(rule, Mapping) or depth > _MAX_STEPS:
        return ()
    certain: frozenset[str] = frozenset()
    choice: Need = ()
    for key, value in rule.items():
        for need in _of_part(key, value, utils, depth):
            if len(need) == 1:
                certain |= need[0]
            elif not choice or len(need) < len(choice):
                choice = need or choice
    if choice:
        return tuple(words | certain for words in choice)
    return (certain,) if certain else ()


def _of_part(key: str, value: Any, utils: Mapping[str, Any], depth: int) -> list[Need]:
    """The needs that one word of a rule object adds."""
    match key:
        case "pattern":
            words = _of_pattern(value)
            return [(words,)] if words else []
        case "all" if isinstance(value, list):
            return [_of_rule(item, utils, depth + 1) for item in value]
        case "any" if isinstance(value, list):
            needs = [_of_rule(item, utils, depth + 1) for item in value]
            every = tuple(words for need in needs for words in need)
            return [every] if all(needs) and len(every) <= _MAX_ALTERNATIVES else []
        case "inside" | "has" | "follows" | "precedes":
            return [_of_rule(value, utils, depth + 1)]
        case "matches" if isinstance(value, str):
            # Utilities may name utilities that name utilities twice each: few steps of that are enough.
            return [_of_rule(utils.get(value), utils, depth + 5)]
        case _:
            return []


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
