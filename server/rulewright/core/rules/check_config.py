"""The part of a check that ast-grep runs: `rule`, `constraints`, `utils` and `transform`, validated and compiled."""

import re
from collections.abc import Mapping
from typing import Any

from rulewright.core.rules import engine
from rulewright.core.rules.check_remarks import Path, Remarks
from rulewright.core.rules.check_words import check_rule, new_names, rename_utilities
from rulewright.core.rules.fix import used_names
from rulewright.core.rules.transforms import source_of, spelled_out, written_source

_CORE_KEYS = ("rule", "constraints", "utils", "transform")
_METAVARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def read_config(
    raw: Mapping[str, Any],
    language: str,
    remarks: Remarks,
    where: Path = (),
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The four keys of a check or of a rewriter, normalised and compiled; `known` are utilities from around it."""
    if not isinstance(raw.get("rule"), Mapping):
        why = "`rule` is missing" if raw.get("rule") is None else "`rule` must be a mapping"
        raise remarks.refuse(why, *where)
    config = _parts(raw, remarks, where)
    check_rule(config["rule"], (*where, "rule"), remarks)
    for key in ("constraints", "utils"):
        for name, item in config.get(key, {}).items():
            check_rule(item, (*where, key, name), remarks)
    if "transform" in config:
        config["transform"] = _transforms(config["transform"], remarks, where)
    names = new_names(config.get("utils", {}), remarks)
    if names:
        config = rename_utilities(config, names)
    if known:
        config["utils"] = _together(known, config.get("utils", {}), remarks, where)
    try:
        engine.validate(config, language)
    except engine.EngineError as error:
        raise remarks.refuse(f"ast-grep says: {str(error).rstrip('.')}", *where, "rule") from None
    return config


def _parts(raw: Mapping[str, Any], remarks: Remarks, where: Path) -> dict[str, Any]:
    """Those of the four keys that are there, as mappings."""
    parts: dict[str, Any] = {}
    for key in _CORE_KEYS:
        value = raw.get(key)
        if value is None:
            continue
        if not isinstance(value, Mapping):
            raise remarks.refuse(f"`{key}` must be a mapping", *where, key)
        parts[key] = value if key == "rule" else {str(name): item for name, item in value.items()}
    return parts


def _together(known: Mapping[str, Any], own: Mapping[str, Any], remarks: Remarks, where: Path) -> dict[str, Any]:
    """Utilities from around a rewriter with its own, which need names of their own."""
    twice = sorted(known.keys() & own.keys())
    if twice:
        raise remarks.refuse(f"the utility `{twice[0]}` is there already; give it another name", *where, "utils")
    return {**known, **own}


def _transforms(transform: Mapping[str, Any], remarks: Remarks, where: Path) -> dict[str, Any]:
    """Transformations, rewriting spelled out, without sources that make the binding panic (`$_X`, `$$$`)."""
    read: dict[str, Any] = {}
    for name, value in transform.items():
        at = (*where, "transform", name)
        if not isinstance(value, str) and not (isinstance(value, Mapping) and len(value) == 1):
            raise remarks.refuse(f"`transform` of `{name}` must name one operation", *at)
        if not all(source_of(value)):
            why = f"`transform` of `{name}` needs a `source` such as `$A`, not `{written_source(value)}`"
            raise remarks.refuse(why, *at)
        try:
            read[name] = spelled_out(value)
        except ValueError as error:
            raise remarks.refuse(f"`transform` of `{name}` cannot be read: {error}", *at) from None
    return read


def undefined(template: str, config: Mapping[str, Any], language: str) -> list[str]:
    """The names in a template that the rule never captures.

    Ast-grep itself is asked, by a transformation of the variable: only it knows what utilities export.
    """
    transform = config.get("transform", {})
    names = [name for name in used_names(template) if name not in transform]
    missing = [name for name in names if not _METAVARIABLE.fullmatch(name)]
    for name in (name for name in names if name not in missing):
        probe = {"substring": {"source": f"${name}"}}
        tried = {**config, "transform": {**transform, "RULEWRIGHT_PROBE": probe}}
        try:
            engine.validate(tried, language)
        except engine.EngineError:
            missing.append(name)
    return missing
