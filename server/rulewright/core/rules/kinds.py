"""Which kinds of nodes a rule can hit at all, so that a node is held against few rules."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rulewright.core.rules import engine

_VARIABLE = re.compile(r"\$+[A-Z0-9_]+")
_KIND = re.compile(r"\w+")
_MAX_STEPS = 8


def hit_kinds(rule: Any, language: str, depth: int = 0) -> frozenset[str]:
    """The kinds of all nodes that a rule object can hit; empty when that is not known for sure."""
    if not isinstance(rule, Mapping) or depth > _MAX_STEPS:
        return frozenset()
    # All words of a rule object must hold, so one that knows is enough.
    kind, pattern, some, every = (rule.get(word) for word in ("kind", "pattern", "any", "all"))
    if isinstance(kind, str) and _KIND.fullmatch(kind):
        return frozenset({kind})
    if isinstance(pattern, str) and (found := _of_pattern(pattern, language)):
        return found
    if isinstance(some, list):
        parts = [hit_kinds(part, language, depth + 1) for part in some]
        if parts and all(parts):
            return frozenset().union(*parts)
    if isinstance(every, list):
        return next(filter(None, (hit_kinds(part, language, depth + 1) for part in every)), frozenset())
    return frozenset()


@lru_cache(maxsize=4096)
def _of_pattern(pattern: str, language: str) -> frozenset[str]:
    """The kind of what a pattern hits. Its outermost node has one, unless it is a variable or could not be read.

    It is asked of ast-grep itself: what does the pattern hit in its own text, with names for its variables?
    """
    code = _VARIABLE.sub("a", pattern)
    if code.strip() == "a":
        return frozenset()
    try:
        hit = engine.find(engine.parse(code, language), {"rule": {"pattern": pattern}})
    except engine.EngineError:
        return frozenset()
    return frozenset({hit.kind()}) if hit is not None and hit.kind() != "ERROR" else frozenset()
