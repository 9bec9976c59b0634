"""A file for each rule: what the tools that work so have in common."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from rulewright.core.rules.formats.write.form import Output, Remark, Scoped, Written
from rulewright.core.rules.formats.write.scope import below

MAX_NAME = 100
_ODD = re.compile(r"[^\w.-]+")


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Where a tool keeps its files and what it can say about them."""

    name: str
    title: str
    folder: str
    ending: str
    keys_of: Callable[[Scoped], Mapping[str, Any] | str]
    """The front matter of a rule, or why there is no file for it."""
    is_nested: bool = False
    """Whether folders of the project may have such a folder of their own."""
    is_flat: bool = False
    """Whether folders below it are not looked into."""
    can_exclude: bool = False
    floats: bool = False
    """Whether each glob matches at any depth."""

    def owns(self, path: str) -> bool:
        """Whether a path is one that may have been written."""
        where = path.find(f"{self.folder}/")
        is_there = where == 0 or (self.is_nested and where > 0 and path[where - 1] == "/")
        return is_there and path.endswith(self.ending)


def write_each(layout: Layout, rules: Sequence[Scoped]) -> Written:
    """A file for each rule that the tool can have."""
    outputs: list[Output] = []
    remarks: list[Remark] = []
    taken: dict[str, str] = {}
    for rule in rules:
        keys, said = _said(layout, rule)
        remarks += said
        if keys is None:
            continue
        path = _free(_path(layout, rule), layout.ending, taken)
        taken[path.lower()] = rule.id
        outputs.append(Output(path=path, section=rule.text, rules=(rule.id,), keys=keys))
    return Written(tuple(outputs), tuple(remarks))


def _said(layout: Layout, rule: Scoped) -> tuple[Mapping[str, Any] | None, list[Remark]]:
    """The front matter of a rule, None for no file, and what is to be said of it."""

    def about(kind: Any, message: str) -> Remark:
        return Remark(kind=kind, message=message, target=layout.name, rule=rule.id, path=rule.path)

    remarks = [replace(one, target=layout.name) for one in rule.remarks]
    if rule.how == "globs" and not rule.globs:
        return None, [*remarks, about("left-out", "None of its globs matches anything, so it was not written.")]
    written = _placed(layout, rule)
    if rule.folder and not layout.is_nested and rule.how in {"description", "manual"}:
        told = f"It is about `{rule.folder}/` here; {layout.title} may take it up anywhere."
        remarks.append(about("scope", told))
    if written.excludes and not layout.can_exclude:
        left = ", ".join(f"`!{glob}`" for glob in written.excludes)
        remarks.append(about("scope", f"{layout.title} cannot take files out, so {left} is lost."))
        written = replace(written, excludes=())
    floating = [g for g in written.globs if not g.startswith("**")] if layout.floats and written.how == "globs" else []
    if floating:
        listed = ", ".join(f"`{glob.removeprefix('/')}`" for glob in floating)
        told = f"{layout.title} matches {listed} at any depth, and not only from the folder that the rule is about."
        remarks.append(about("scope", told))
    keys = layout.keys_of(written)
    if isinstance(keys, str):
        return None, [*remarks, about("left-out", keys)]
    return keys, remarks


def _placed(layout: Layout, rule: Scoped) -> Scoped:
    """The rule with globs from where its file will be."""
    if layout.is_nested or not rule.folder or rule.how in {"description", "manual"}:
        return rule
    globs = rule.globs if rule.how == "globs" else ("**",)
    return replace(
        rule,
        how="globs",
        globs=tuple(below(rule.folder, glob) for glob in globs),
        excludes=tuple(below(rule.folder, glob) for glob in rule.excludes),
    )


def _path(layout: Layout, rule: Scoped) -> str:
    parts = [name for part in rule.id.split("/") if (name := _safe(part))] or ["rule"]
    top = layout.folder
    if layout.is_nested:
        top = f"{rule.folder}/{top}" if rule.folder else top
    elif rule.folder:
        parts = [*(_safe(part) for part in rule.folder.split("/")), *parts]
    return f"{top}/{('-' if layout.is_flat else '/').join(parts)}{layout.ending}"


def _safe(name: str) -> str:
    """A part of an id as the name of a file that is hidden nowhere and stays in its folder."""
    return _ODD.sub("-", name).strip(".-")[:MAX_NAME]


def _free(path: str, ending: str, taken: Mapping[str, str]) -> str:
    """`path`, or the same with a number where another rule's file has that name on a disk that ignores case."""
    stem, number = path[: len(path) - len(ending)], 2
    while path.lower() in taken:
        path = f"{stem}-{number}{ending}"
        number += 1
    return path


def described(rule: Scoped) -> dict[str, Any]:
    """The description of a rule, where it has one."""
    return {"description": rule.description} if rule.description else {}


def rootless(globs: Iterable[str]) -> tuple[str, ...]:
    """Globs for tools that start each at the root: `/x` is `x`."""
    return tuple(glob.removeprefix("/") for glob in globs)
