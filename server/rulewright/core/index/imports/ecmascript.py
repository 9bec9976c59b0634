"""Imports of JavaScript, TypeScript and TSX: relative files, aliases of a configuration, packages of the workspace."""

import re
from collections.abc import Iterator

from rulewright.core.index.imports import Files, Insertion, NewImport
from rulewright.core.index.imports.ecmascript_text import insert, is_script, relative_specifiers
from rulewright.core.index.imports.packages import (
    aliases_of,
    package_entries,
    package_of,
    private_targets,
    specifier_by_alias,
)
from rulewright.core.index.imports.written import folder_of, join
from rulewright.core.index.symbols import FileRecord, Import

_GUESSED = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".json", ".vue", ".svelte")
_MEANT = {
    ".js": (".ts", ".tsx", ".d.ts", ".js", ".jsx"),
    ".jsx": (".tsx", ".d.ts", ".jsx"),
    ".mjs": (".mts", ".d.mts", ".mjs"),
    ".cjs": (".cts", ".d.cts", ".cjs"),
}
"""What a written extension may stand for before it is compiled."""
_CODE = re.compile(r"(?:\.d)?\.[cm]?[jt]sx?$")
_COMPONENT = (".vue", ".svelte")
_TAKEN = re.compile(r"import\s+(\{[^}]*\}|[\w$]+)\s+from\b")


class _ModuleImport(NewImport, frozen=True):
    """An import of a file that stays an ES module, whatever its text is by now."""


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The files that a specifier means, source before what it is compiled to."""
    module = imported.module.partition("?")[0]
    if not module or module.startswith(("node:", "http:", "https:", "data:")):
        return
    if module.startswith((".", "/")):
        base = join(folder_of(path), module) if module.startswith(".") else module.lstrip("/")
        if base is not None:
            yield from _candidates(base, files)
        return
    ways = (private_targets,) if module.startswith("#") else (aliases_of, package_entries)
    for way in (*ways, aliases_of):
        found = [hit for target in way(module, path, files) for hit in _candidates(target, files)]
        if found:
            yield from found
            return


def _candidates(base: str, files: Files) -> Iterator[str]:
    """Files that a path without or with an extension may mean, the likeliest first."""
    for written, meant in _MEANT.items():
        if base.endswith(written):
            stem = base.removesuffix(written)
            yield from (stem + ext for ext in meant if files.exists(stem + ext))
            return
    if base and files.exists(base):
        yield base
    if base:
        yield from (base + ext for ext in _GUESSED if files.exists(base + ext))
    index = f"{base}/index" if base else "index"
    yield from (index + ext for ext in _GUESSED if files.exists(index + ext))


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """A named or a default import, as the target exports it; None where it exports nothing by modules."""
    if target == path or not (_CODE.search(target) or target.endswith(_COMPONENT)):
        return None
    text = files.text(target)
    is_default = target.endswith(_COMPONENT) or (text is not None and _is_default(name, target, text))
    if text is not None and not _is_module(text) and not target.endswith(_COMPONENT):
        return None
    own = files.text(path) or ""
    module = _specifier(target, path, own, files)
    if module is None or not re.fullmatch(r"[^\W\d][\w$]*|[\w$]+", name):
        return None
    if _is_common(path, own, files):
        taken = name if is_default else f"{{ {name} }}"
        return NewImport(module, "default" if is_default else name, f'const {taken} = require("{module}");')
    is_type = text is not None and bool(
        re.search(rf"^export (?:declare )?(?:interface|type) {name}\b", text, re.MULTILINE)
    )
    keyword = "import type" if is_type and re.search(r"^import type\b", own, re.MULTILINE) else "import"
    taken = name if is_default else f"{{ {name} }}"
    kind = _ModuleImport if _is_strict(path, files) else NewImport
    return kind(module, "default" if is_default else name, f'{keyword} {taken} from "{module}";')


def _is_default(name: str, target: str, text: str) -> bool:
    """Whether a name is what a file exports by default; what has no name there is called like its file."""
    n = re.escape(name)
    said = re.search(
        rf"\bexport\s+default\s+(?:(?:async\s+)?function\s*\*?\s*|(?:abstract\s+)?class\s+)?{n}\s*(?:[;({{<\n]|extends\b|$)"
        rf"|\bexport\s*\{{[^}}]*\b{n}\s+as\s+default\b|\bmodule\.exports\s*=\s*(?:class\s+|function\s+)?{n}\b(?!\s*[.,])",
        text,
    )
    if said:
        return True
    if _NAMELESS.search(text) is None or _plain(name) not in {_plain(_last(target)), _plain(_last(folder_of(target)))}:
        return False
    return re.search(rf"\bexport\b[^;\n]*\b{n}\b|\bexports\.{n}\b", text) is None


_NAMELESS = re.compile(
    r"^\s*export\s+default\s+(?![A-Za-z_$][\w$]*\s*(?:;|$))(?!(?:abstract\s+)?class\s+(?!extends\b)[\w$])"
    r"(?!(?:async\s+)?function\s*\*?\s*[\w$])|^\s*module\.exports\s*=\s*(?![\w$.]+\s*(?:;|$))",
    re.MULTILINE,
)
"""An export by default of something that has no name."""


def _plain(name: str) -> str:
    return re.sub(r"[^a-z\d]", "", name.lower())


def _is_module(text: str) -> bool:
    return bool(re.search(r"^\s*(?:export|import)\b|\bmodule\.exports\b|\bexports\.\w", text, re.MULTILINE))


def _is_common(path: str, text: str, files: Files) -> bool:
    """Whether a file takes from others by `require` alone."""
    if path.endswith((".cjs", ".cts")):
        return True
    return path.endswith((".js", ".jsx")) and not _is_strict(path, files) and is_script(text)


def _is_strict(path: str, files: Files) -> bool:
    """Whether a file has to be an ES module, by its name or by its package."""
    if path.endswith((".mjs", ".mts")):
        return True
    package = package_of(path, files)
    return bool(package and package[1].get("type") == "module") and path.endswith((".js", ".jsx"))


def _specifier(target: str, path: str, text: str, files: Files) -> str | None:
    """How the file names the target already, else how a careful hand would name it from here."""
    named = relative_specifiers(text, relative=False)
    bare = _last(target)
    # A folder stands for its index.
    lasts = {bare, _last(folder_of(target)), ".", ".."} if bare == "index" else {bare}
    for said in (*named, *relative_specifiers(text, relative=True)):
        # Only what looks like it is resolved, because that may read files.
        if _last(said) in lasts and next(resolve(Import(said), path, files), None) == target and "?" not in said:
            return said
    own, other = package_of(path, files), package_of(target, files)
    if other is not None and own is not None and own[0] != other[0] and other[1].get("name"):
        return _of_package(target, other, files)
    stem = _stem(target, path, text, files)
    near = _relative(folder_of(path), stem)
    alias = specifier_by_alias(stem, target, path, files)
    if alias in named:
        return alias
    if alias is None or near.startswith("./"):
        return near
    uses = any(s.startswith(alias.partition("/")[0] + "/") for s in named)
    return alias if uses or near.count("../") > 1 else near


def _last(path: str) -> str:
    """The last part of a path or a specifier, without what may be left out of one."""
    bare = _CODE.sub("", path).rstrip("/")
    for ending in _COMPONENT:
        bare = bare.removesuffix(ending)
    return bare.rpartition("/")[2]


def _stem(target: str, path: str, text: str, files: Files) -> str:
    """The target's path as this file writes paths: with or without extension."""
    if target.endswith(_COMPONENT):
        return target
    written = [s for s in relative_specifiers(text, relative=True) if not s.endswith((".json", ".css", *_COMPONENT))]
    explicit = [s for s in written if _CODE.search(s)]
    package = package_of(path, files)
    is_strict = bool(package and package[1].get("type") == "module") and path.endswith((".js", ".mjs"))
    bare = _CODE.sub("", target)
    if len(explicit) * 2 > len(written) or (not written and (is_strict or path.endswith((".mjs", ".mts")))):
        if any(s.endswith((".ts", ".tsx", ".mts")) for s in explicit):
            return target
        # A specifier names what is there when the program runs.
        return bare + (
            ".mjs" if target.endswith(("mts", "mjs")) else ".cjs" if target.endswith(("cts", "cjs")) else ".js"
        )
    return bare.removesuffix("/index") if bare.endswith("/index") else bare


def _relative(folder: str, stem: str) -> str:
    here = folder.split("/") if folder else []
    there = stem.split("/") if stem else []
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    up = len(here) - shared
    rest = "/".join(there[shared:])
    if not up:
        return f"./{rest}" if rest else "."
    return "/".join([".."] * up + ([rest] if rest else []))


def _of_package(target: str, package: tuple[str, dict[str, object]], files: Files) -> str | None:
    folder, said = package
    name = str(said["name"])
    for entry in package_entries(name, target, files):
        if target in _candidates(entry, files):
            return name
    if "exports" in said:
        return name
    rest = _CODE.sub("", target[len(folder) :].lstrip("/"))
    return f"{name}/{rest.removesuffix('/index')}"


def insertion(source: bytes, record: FileRecord, new: NewImport) -> Insertion | None:
    """A place in a statement that takes from the same module, else a line among the imports, in the file's style.

    The text may be newer than what `new_import` read, or the first that anybody sees of the file: where it takes from
    others by `require` alone, so does the new line.
    """
    if record.language == "javascript" and not isinstance(new, _ModuleImport):
        taken = _TAKEN.match(new.statement)
        if taken and is_script(source.decode("utf-8", "replace")):
            new = NewImport(new.module, new.name, f'const {taken[1]} = require("{new.module}");')
    return insert(source, record, new)
