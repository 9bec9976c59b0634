"""What a check writes: `fix` in its three forms, and `rewriters`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from rulewright.core.rules import engine
from rulewright.core.rules.check_config import read_config, undefined
from rulewright.core.rules.check_remarks import Path, Remarks, did_you_mean
from rulewright.core.rules.check_words import RELATION_KEYS, check_rule
from rulewright.core.rules.rule import FixTemplate, Rewriter
from rulewright.core.rules.transforms import is_rewrite

_FIX_KEYS = ("template", "title", "expandStart", "expandEnd")
_REWRITER_KEYS = ("id", "rule", "constraints", "utils", "transform", "fix")

MAX_FIXES = 20
MAX_REWRITERS = 100


class Around(msgspec.Struct, frozen=True):
    """What there is around a fix: its language, the rule that captures for it, and the rule around a rewriter."""

    language: str
    config: dict[str, Any]
    outer: dict[str, Any] | None = None
    utils: dict[str, Any] = {}


def read_fixes(value: Any, around: Around, remarks: Remarks, where: Path = ("fix",)) -> tuple[FixTemplate, ...]:
    """The fixes of a check, the one to apply first; none where it has none."""
    if value is None:
        return ()
    if not isinstance(value, list):
        return (_fix(value, around, remarks, where),)
    if len(value) > MAX_FIXES:
        raise remarks.refuse(f"it has {len(value)} fixes, and {MAX_FIXES} are the most", *where)
    for index, item in enumerate(value):
        if not isinstance(item, Mapping) or item.get("title") is None:
            raise remarks.refuse("each `fix` in a list must be a mapping with `template` and `title`", *where, index)
    return tuple(_fix(item, around, remarks, (*where, index)) for index, item in enumerate(value))


def _fix(value: Any, around: Around, remarks: Remarks, where: Path) -> FixTemplate:
    """One fix: a template, or a mapping that holds one."""
    fields: Mapping[str, Any] = value if isinstance(value, Mapping) else {"template": value}
    for key in fields:
        if key not in _FIX_KEYS:
            hint = did_you_mean(str(key), _FIX_KEYS)
            remarks.warn("check-unknown-key", f"`{key}` is not a word of a fix; it is ignored{hint}", *where, str(key))
    template, title = fields.get("template"), fields.get("title")
    if not isinstance(template, str):
        named = "`template`" if isinstance(value, Mapping) else "`fix`"
        raise remarks.refuse(f"{named} must be a text; quote it", *where)
    if title is not None and not isinstance(title, str):
        raise remarks.refuse("`title` must be a text; quote it", *where, "title")
    missing = undefined(template, around.config, around.language)
    if around.outer is not None and missing:
        captured_outside = set(missing) - set(undefined(template, around.outer, around.language))
        missing = [name for name in missing if name not in captured_outside]
    if missing:
        raise remarks.refuse(f"`fix` names `${missing[0]}`, which the rule does not capture", *where)
    return FixTemplate(
        template=template,
        title=(title or "").strip(),
        expand_start=_expansion(fields, "expandStart", around, remarks, where),
        expand_end=_expansion(fields, "expandEnd", around, remarks, where),
    )


def _expansion(
    fields: Mapping[str, Any], key: str, around: Around, remarks: Remarks, where: Path
) -> dict[str, Any] | None:
    """A rule object with `stopBy`, compiled."""
    value = fields.get(key)
    if value is None:
        return None
    check_rule(value, (*where, key), remarks, RELATION_KEYS)
    stop = value.get("stopBy", "neighbor")
    if not isinstance(stop, Mapping) and stop not in {"neighbor", "end"}:
        raise remarks.refuse(f"`stopBy` must be `neighbor`, `end` or a rule, not `{stop}`", *where, key, "stopBy")
    try:
        engine.validate({"rule": {"precedes": value}, "utils": around.utils}, around.language)
    except engine.EngineError as error:
        raise remarks.refuse(f"ast-grep says: {str(error).rstrip('.')}", *where, key) from None
    return dict(value)


def read_rewriters(value: Any, config: dict[str, Any], language: str, remarks: Remarks) -> tuple[Rewriter, ...]:
    """The rewriters beside a rule, each with the utilities that it sees."""
    if value is None:
        _warn_of_none(config, remarks)
        return ()
    if not isinstance(value, list):
        raise remarks.refuse("`rewriters` must be a list", "rewriters")
    if len(value) > MAX_REWRITERS:
        raise remarks.refuse(f"it has {len(value)} rewriters, and {MAX_REWRITERS} are the most", "rewriters")
    rewriters: dict[str, Rewriter] = {}
    utils: dict[str, Any] = config.get("utils", {})
    for index, item in enumerate(value):
        at: Path = ("rewriters", index)
        if not isinstance(item, Mapping) or not isinstance(item.get("id"), str):
            raise remarks.refuse("a rewriter must be a mapping with `id`, `rule` and `fix`", *at)
        for key in item:
            if key not in _REWRITER_KEYS:
                hint = did_you_mean(str(key), _REWRITER_KEYS)
                told = f"`{key}` is not a word of a rewriter; it is ignored{hint}"
                remarks.warn("check-unknown-key", told, *at, str(key))
        own = read_config(item, language, remarks, at, utils)
        utils = own.get("utils", utils)
        around = Around(language, own, config, utils)
        fixes = read_fixes(item.get("fix"), around, remarks, (*at, "fix"))
        if not fixes:
            raise remarks.refuse(f"the rewriter `{item['id']}` has no `fix`", *at)
        rewriters[item["id"]] = Rewriter(id=item["id"], config=own, fix=fixes[0])
    for rewriter in rewriters.values():
        _refuse_unknown(rewriter.config, rewriters, remarks)
    _refuse_unknown(config, rewriters, remarks)
    return tuple(rewriters.values())


def _refuse_unknown(config: Mapping[str, Any], rewriters: Mapping[str, Rewriter], remarks: Remarks) -> None:
    """Refuse a rewriting by a rewriter that is not there, as ast-grep does."""
    for name, value in config.get("transform", {}).items():
        for rewriter_id in value["rewrite"]["rewriters"] if is_rewrite(value) else ():
            if rewriter_id not in rewriters:
                hint = did_you_mean(rewriter_id, rewriters)
                raise remarks.refuse(f"there is no rewriter `{rewriter_id}`{hint}", "transform", name)


def _warn_of_none(config: Mapping[str, Any], remarks: Remarks) -> None:
    """Without any rewriters ast-grep takes a rewriting and makes none."""
    for name, value in config.get("transform", {}).items():
        if is_rewrite(value):
            told = "it rewrites, and there are no `rewriters`, so nothing is rewritten"
            remarks.warn("check-no-rewriters", told, "transform", name)
