"""The words inside `rule`, `constraints` and `utils`: ast-grep's own, refused when it does not know them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rulewright.core.rules.check_remarks import Path, Remarks, did_you_mean

OUTER_KEYS = (
    "id", "language", "severity", "message", "note", "fix", "files", "ignores", "labels", "metadata", "url",
    "rule", "constraints", "utils", "transform", "rewriters",
)  # fmt: skip
RULE_KEYS = (
    "pattern", "kind", "regex", "nthChild", "range", "inside", "has", "precedes", "follows", "all", "any",
    "not", "matches",
)  # fmt: skip
RELATIONS = ("inside", "has", "precedes", "follows")
RELATION_KEYS = (*RULE_KEYS, "stopBy", "field")

MAX_NODES = 5_000
MAX_DEPTH = 60
"""Bounds of one check: YAML anchors can make a small text huge, or endless."""

MAX_TEXT = 10_000
MAX_KIND = 500
"""Code points of a pattern or regular expression, and of a kind: ast-grep reads both by recursion on the native
stack, and an overflow ends the process."""

_REFUSED_IN_UTIL_ID = re.compile(r"[^\w-]")


def check_rule(value: Any, where: Path, remarks: Remarks, keys: tuple[str, ...] = RULE_KEYS) -> None:
    """Check the words of a rule object and of all objects in it."""
    if not isinstance(value, Mapping):
        raise remarks.refuse(f"`{where[-1]}` must be a mapping such as `pattern: ...`", *where)
    for key, item in value.items():
        if key not in keys:
            _unknown_word(str(key), keys, where, remarks)
        for place, inner in _subrules({key: item}):
            if not isinstance(inner, str):
                related = len(place) == 1 and place[0] in RELATIONS
                check_rule(inner, (*where, *place), remarks, RELATION_KEYS if related else RULE_KEYS)
        if key in {"kind", "regex", "field"} and not isinstance(item, str):
            raise remarks.refuse(f"`{key}` must be a text; quote it", *where, key)
        if key in {"all", "any"} and not isinstance(item, list):
            raise remarks.refuse(f"`{key}` must be a list of rules", *where, key)
        if isinstance(item, str) and len(item) > (MAX_KIND if key == "kind" else MAX_TEXT):
            raise remarks.refuse(f"`{key}` is too long", *where, key)
    _check_pattern(value.get("pattern"), where, remarks)


def _check_pattern(value: Any, where: Path, remarks: Remarks) -> None:
    """A pattern is a text, or a mapping with `context`."""
    if isinstance(value, Mapping):
        known = ("context", "selector", "strictness")
        for key in value:
            if key not in known:
                _unknown_word(str(key), known, (*where, "pattern"), remarks)
        if any(isinstance(text, str) and len(text) > MAX_TEXT for text in value.values()):
            raise remarks.refuse("`pattern` is too long", *where, "pattern")
        if not isinstance(value.get("context"), str):
            raise remarks.refuse("a `pattern` object needs `context`, a text", *where, "pattern")
    elif value is not None and not isinstance(value, str):
        raise remarks.refuse("`pattern` must be a text; quote it", *where, "pattern")


def _unknown_word(key: str, keys: tuple[str, ...], where: Path, remarks: Remarks) -> None:
    """Refuse a word that ast-grep does not know at this place.

    In a relation such as `has` it silently ignores the word, so there the check is used, with a warning.
    """
    hint = did_you_mean(key, keys)
    if not hint and key in OUTER_KEYS:
        hint = f"; `{key}` stands beside `rule`, not in it"
    if keys is RELATION_KEYS:
        told = f"`{key}` is not a word of ast-grep's rules and does nothing here{hint}"
        remarks.warn("check-unknown-key", told, *where, key)
        return
    raise remarks.refuse(f"`{key}` is not a word of ast-grep's rules{hint}", *where, key)


def new_names(utils: Mapping[str, Any], remarks: Remarks) -> dict[str, str]:
    """For each utility id that ast-grep does not take one that it does."""
    names: dict[str, str] = {}
    for name in utils:
        fresh = _REFUSED_IN_UTIL_ID.sub("_", name) or "_"
        while fresh != name and (fresh in utils or fresh in names.values()):
            fresh += "_"
        if fresh != name:
            names[name] = fresh
            remarks.warn(
                "check-utility-renamed",
                f"ast-grep 0.51 refuses the utility id `{name}`; it is read as `{fresh}`",
                "utils",
                name,
                severity="hint",
            )
    return names


def measure(value: Any, remarks: Remarks) -> None:
    """Refuse what is too large or too deep to be walked, which anchors can make of a few lines."""
    n_nodes = 0
    stack = [(value, 0)]
    while stack:
        part, depth = stack.pop()
        n_nodes += 1
        if n_nodes > MAX_NODES or depth > MAX_DEPTH:
            raise remarks.refuse("it is too large or nested too deeply")
        inner = part.values() if isinstance(part, Mapping) else part if isinstance(part, list) else ()
        stack += [(item, depth + 1) for item in inner]


def rename_utilities(config: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """`config` with its utilities renamed, in `utils` and in every `matches` that names them."""
    renamed = dict(config)
    renamed["rule"] = _renamed(config["rule"], names)
    for key in ("constraints", "utils"):
        if key in config:
            renamed[key] = {
                (names.get(name, name) if key == "utils" else name): _renamed(rule, names)
                for name, rule in config[key].items()
            }
    return renamed


def _renamed(rule: Any, names: Mapping[str, str]) -> Any:
    """A rule object in which `matches` names the utilities by their new names."""
    if not isinstance(rule, Mapping):
        return rule
    fresh: dict[str, Any] = {}
    for key, value in rule.items():
        if key == "matches" and isinstance(value, str):
            fresh[key] = names.get(value, value)
        elif key in {"all", "any"}:
            fresh[key] = [_renamed(item, names) for item in value]
        elif key in {*RELATIONS, "not", "stopBy"}:
            fresh[key] = _renamed(value, names)
        elif key == "nthChild" and isinstance(value, Mapping) and "ofRule" in value:
            fresh[key] = {**value, "ofRule": _renamed(value["ofRule"], names)}
        else:
            fresh[key] = value
    return fresh


def _subrules(rule: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The rule objects right inside a rule object, each with its place."""
    for key, value in rule.items():
        if key in {"all", "any"} and isinstance(value, list):
            yield from (((key, index), item) for index, item in enumerate(value))
        elif key in {*RELATIONS, "not"}:
            yield (key,), value if isinstance(value, Mapping) else None
        elif key == "stopBy" and isinstance(value, Mapping):
            yield (key,), value
        elif key == "nthChild" and isinstance(value, Mapping) and "ofRule" in value:
            yield (key, "ofRule"), value["ofRule"]
