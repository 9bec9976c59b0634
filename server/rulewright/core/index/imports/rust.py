"""Rust's paths: `crate`, `self`, `super` and crates of the workspace, through the tree of modules."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from posixpath import basename

import msgspec

from rulewright.core.index.imports import Files, Insertion, NewImport
from rulewright.core.index.imports.lines import Line, among, apart, header_end, likeness
from rulewright.core.index.imports.scoped import Modules, seen_at
from rulewright.core.index.imports.written import (
    Item,
    above,
    eol_of,
    folder_of,
    is_blank_at,
    join,
    joined,
    line_start,
    next_line,
    place,
)
from rulewright.core.index.symbols import FileRecord, Import

_ROOTS = ("lib.rs", "main.rs")
_STANDARD = frozenset({"std", "core", "alloc", "proc_macro", "test"})
_BUILT = ("src/bin", "tests", "examples", "benches")
"""Folders in which each file is the root of a crate of its own."""
_NAME = re.compile(r"^[ \t]*\[package\][^\[]*?^[ \t]*name[ \t]*=[ \t]*\"([\w-]+)\"", re.MULTILINE | re.DOTALL)
_LIB = re.compile(r"^[ \t]*\[lib\][^\[]*?^[ \t]*{key}[ \t]*=[ \t]*\"([^\"]+)\"".replace("{key}", "KEY"), re.MULTILINE)


class _Module(msgspec.Struct, frozen=True):
    """A module: the file it is in, and the folder its child modules lie in."""

    file: str
    folder: str


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The file of the module that is named, else of the one that holds what is named."""
    parts = [p for p in [*imported.module.split("::"), imported.name] if p and p != "*"]
    if not parts:
        return
    around = _inline_around(files.text(path) or "", imported.row)
    start = _start(parts, path, files, around, is_outside=imported.module.startswith("::"))
    if start is not None:
        yield _walk(*start, files).file


_INLINE = re.compile(r"[ \t]*(?:pub(?:\([^)]*\))?[ \t]+)?mod[ \t]+(\w+)[ \t]*\{")


def _inline_around(text: str, row: int) -> list[str]:
    """The modules of a file's own text that hold a row, the outermost first; known from indentation."""
    lines = text.split("\n", row + 1)[: row + 1]
    if len(lines) <= row or not lines[row][:1].isspace():
        return []
    found: list[str] = []
    indent = len(lines[row]) - len(lines[row].lstrip())
    for line in reversed(lines[:row]):
        own = len(line) - len(line.lstrip())
        if own < indent and line.strip():
            indent = own
            if (inline := _INLINE.match(line)) is not None:
                found.append(inline[1])
        if indent == 0:
            break
    return found[::-1]


def _start(
    parts: list[str], path: str, files: Files, around: list[str], *, is_outside: bool
) -> tuple[_Module, list[str]] | None:
    """The module that a path begins in, and what is left of the path."""
    file = _module_at(path, files)
    own = _walk(file, around, files)
    first = parts[0]
    if first == "crate":
        root = _crate_root(path, files)
        return (_root_module(root), parts[1:]) if root else None
    if first == "self":
        return own, parts[1:]
    if first == "super":
        rest = parts
        module: _Module | None = own
        while rest and rest[0] == "super" and module is not None:
            around = around[:-1] if (is_inline := bool(around)) else around
            module, rest = _walk(file, around, files) if is_inline else _parent(module, files), rest[1:]
        return (module, rest) if module is not None else None
    if not is_outside and (child := _child(own, first, files)) is not None:
        return child, parts[1:]
    if first in _STANDARD:
        return None
    library = _library(first, path, files)
    return (_root_module(library), parts[1:]) if library else None


def _walk(module: _Module, parts: list[str], files: Files) -> _Module:
    for part in parts:
        child = _child(module, part, files)
        if child is None:
            break
        module = child
    return module


def _child(module: _Module, name: str, files: Files) -> _Module | None:
    base = f"{module.folder}/{name}" if module.folder else name
    name = name.removeprefix("r#")
    if files.exists(f"{base}.rs"):
        return _Module(f"{base}.rs", base)
    if files.exists(f"{base}/mod.rs"):
        return _Module(f"{base}/mod.rs", base)
    text = files.text(module.file) or ""
    if name not in text:
        return None
    placed = re.search(rf"#\[path[ \t]*=[ \t]*\"([^\"]+)\"\]\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+{name}\b", text)
    if placed is not None:
        found = join(folder_of(module.file), placed[1])
        return _Module(found, folder_of(found)) if found and files.exists(found) else None
    if re.search(rf"\bmod\s+{name}\s*\{{", text):
        return _Module(module.file, base)
    return None


def _root_module(root: str) -> _Module:
    return _Module(root, folder_of(root))


def _module_at(path: str, files: Files) -> _Module:
    """The module that a file is."""
    is_root = basename(path) in {*_ROOTS, "mod.rs", "build.rs"} or _is_built(path, files)
    return _Module(path, folder_of(path) if is_root else path.removesuffix(".rs"))


def _is_built(path: str, files: Files) -> bool:
    package = _package(path, files)
    prefix = f"{package}/" if package else ""
    return package is not None and any(folder_of(path) == prefix + built for built in _BUILT)


def _parent(module: _Module, files: Files) -> _Module | None:
    """The module that declares another; None for the root of a crate."""
    if basename(module.file) in _ROOTS or _is_built(module.file, files):
        return None
    folder = folder_of(module.file)
    if basename(module.file) == "mod.rs":
        folder = folder_of(folder)
    for name in ("mod.rs", *_ROOTS):
        file = f"{folder}/{name}" if folder else name
        if files.exists(file):
            return _Module(file, folder)
    if folder and files.exists(f"{folder}.rs"):
        return _Module(f"{folder}.rs", folder)
    return None


def _package(path: str, files: Files) -> str | None:
    """The folder of the nearest `Cargo.toml` of a package."""
    for folder in above(folder_of(path)):
        if files.exists(f"{folder}/Cargo.toml" if folder else "Cargo.toml"):
            return folder
    return None


def _crate_root(path: str, files: Files) -> str | None:
    """The file at the top of the crate that a file belongs to."""
    if basename(path) in _ROOTS or _is_built(path, files):
        return path
    for folder in above(folder_of(path)):
        for name in _ROOTS:
            if files.exists(found := f"{folder}/{name}".lstrip("/")):
                return found
        if files.exists(f"{folder}/Cargo.toml".lstrip("/")):
            break
    package = _package(path, files)
    if package is None:
        return None
    for built in _BUILT:
        folder = f"{package}/{built}".lstrip("/")
        if path.startswith(f"{folder}/"):
            inner = path[len(folder) + 1 :].partition("/")[0]
            return next((f for f in (f"{folder}/{inner}/main.rs",) if files.exists(f)), None)
    return _library_of(package, files) or next(
        (f for f in (f"{package}/src/main.rs".lstrip("/"),) if files.exists(f)), None
    )


def _library_of(package: str, files: Files) -> str | None:
    """The root of a package's library."""
    manifest = files.text(f"{package}/Cargo.toml".lstrip("/")) or ""
    said = re.search(_LIB.pattern.replace("KEY", "path"), manifest, re.MULTILINE | re.DOTALL)
    root = join(package, said[1] if said else "src/lib.rs")
    return root if root is not None and files.exists(root) else None


def _crate_name(package: str, files: Files) -> str:
    """What others call a package's library."""
    manifest = files.text(f"{package}/Cargo.toml".lstrip("/")) or ""
    said = re.search(_LIB.pattern.replace("KEY", "name"), manifest, re.MULTILINE | re.DOTALL)
    found = said or _NAME.search(manifest)
    return (found[1] if found else basename(package)).replace("-", "_")


def _library(name: str, path: str, files: Files) -> str | None:
    """The root of a library of the workspace, by the name that a path begins with."""
    package = _package(path, files)
    if package is None:
        return None
    if _crate_name(package, files) == name:
        return _library_of(package, files)
    spelled = name.replace("_", "[-_]")
    for folder in above(package):
        manifest = files.text(f"{folder}/Cargo.toml".lstrip("/")) or ""
        said = re.search(
            rf"^[ \t]*\"?{spelled}\"?[ \t]*=[ \t]*\{{[^}}]*\bpath[ \t]*=[ \t]*\"([^\"]+)\""
            rf"|^\[[\w.-]*dependencies\.\"?{spelled}\"?\][^\[]*?^[ \t]*path[ \t]*=[ \t]*\"([^\"]+)\"",
            manifest,
            re.MULTILINE,
        )
        if said is not None and (found := join(folder, said[1] or said[2])) is not None:
            return _library_of(found, files)
    for folder in dict.fromkeys((name.replace("_", "-"), name)):
        for hit in files.ending(f"{folder}/Cargo.toml"):
            if _crate_name(folder_of(hit), files) == name:
                return _library_of(folder_of(hit), files)
    return None


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """`use crate::...` within a crate, by its name from another; None where the target is the root of a program."""
    if target == path or not target.endswith(".rs") or not name.isidentifier():
        return None
    root, own = _crate_root(target, files), _crate_root(path, files)
    package = _package(target, files)
    if root is None or package is None:
        return None
    inner = target[len(folder_of(root)) :].strip("/").removesuffix(".rs")
    parts = inner.split("/") if target != root else []
    parts = parts[:-1] if parts and parts[-1] == "mod" else parts
    if root == own:
        top = "crate"
    elif root == _library_of(package, files):
        top = _crate_name(package, files)
        parts = _shown(name, parts, files.text(root) or "")
    else:
        return None
    module = "::".join([top, *parts])
    return NewImport(module, name, f"use {module}::{name};")


def _shown(name: str, parts: list[str], text: str) -> list[str]:
    """The way to a name from outside: the short one where the root of the library hands it on."""
    way = r"\s*::\s*".join(map(re.escape, parts))
    handed = rf"\bpub\s+use\s+(?:(?:crate|self)\s*::\s*)?{way}\s*::\s*(?:\*|{name}\b|\{{[^}}]*\b{name}\b(?!\s*::))"
    return [] if parts and re.search(handed, text) else parts


_USE = re.compile(rb"^(?P<indent>[ \t]*)(?:pub(?:\([^)]*\))?\s+)?use\s+(?P<path>[^;]*);[^\n]*", re.MULTILINE)
_HEAD = re.compile(
    rb"(?:(?://![^\n]*|#!\[[^\n]*\]|#![^\[\n][^\n]*|/\*!.*?\*/|//[^\n/!][^\n]*|extern crate [^\n]*)\r?\n|\s*\n)*",
    re.DOTALL,
)
_FLAT = re.compile(rb"((?:::)?[\w:]+)::\{([^{}]*)\}$", re.DOTALL)


def insertion(source: bytes, record: FileRecord, new: NewImport, row: int = 0) -> Insertion | None:
    """A place in a list that takes from the same module, else a line among the uses that are like it.

    In the innermost `mod` that has the row in its braces, where names of the file are not seen.
    """
    imports = seen_at("rust", record.symbols, record.imports, row)
    if any(i.module == new.module and i.name in {new.name, "*"} and i.alias in {"", new.name} for i in imports):
        return None
    space = _space(source, record, row)
    if space is None:
        return None
    lines: list[Line] = []
    rows = sorted({i.row for i in imports})
    for found in _USE.finditer(source, space.start, space.end):
        start = found.start()
        if found["indent"] != space.indent:
            continue
        first = source.count(b"\n", 0, start)
        at = bisect_left(rows, first)
        if at == len(rows) or rows[at] > first + found[0].count(b"\n"):
            continue  # In a comment or a string.
        flat = _FLAT.match(source, found.start("path"), found.end("path"))
        if flat is not None and flat[1].decode() == new.module and not found[0].lstrip().startswith(b"pub"):
            return _into(source, flat, new.name)
        lines.append(Line(found["path"].decode("utf-8", "replace"), start, next_line(source, found.end() - 1)))
    key = f"{new.module}::{new.name}"
    text = space.indent + new.statement.encode()
    if (line := among(source, lines, key, text, _like, (_sorted, str))) is not None:
        return line
    if space.end < len(source):
        at = lines[-1].end if lines else space.start
        gap = b"" if lines or is_blank_at(source, at) or at >= space.end else eol_of(source)
        return Insertion(at, (text + eol_of(source) + gap).decode())
    if lines:
        return apart(source, lines[-1].end, text)
    return apart(source, header_end(source, _HEAD), text)


class _Space(msgspec.Struct, frozen=True):
    """What uses count for: a file, or what stands between the braces of a `mod`."""

    start: int
    """The byte at which its first line begins."""
    end: int
    """The byte at which the line of its last brace begins; the length of the text for a file."""
    indent: bytes = b""


def _space(source: bytes, record: FileRecord, row: int) -> _Space | None:
    """The innermost one that has a row; None where code stands behind the brace that opens it."""
    for symbol in Modules(record.symbols).around(row):
        at = line_start(source, symbol.row)
        opened = _OPENED.match(source, at + symbol.column)
        end = line_start(source, symbol.end_row)
        if opened is None or opened.end() > end:
            return None
        start = _inner_head_end(source, opened.end(), end)
        first = _FIRST.match(source, start, end)
        indent = first[1] if first is not None else source[at : at + symbol.column].rpartition(b"mod")[0] + b"    "
        return _Space(start, end, indent if not indent.strip() else b"    ")
    return _Space(0, len(source))


def _inner_head_end(source: bytes, start: int, end: int) -> int:
    """The byte behind the attributes and docs of a module at the start of its braces."""
    found = _INNER_HEAD.match(source, start, end)
    return found.end() if found is not None else start


_OPENED = re.compile(
    # Possessive: a hundred comments before the brace could else be taken in too many ways.
    rb"\w++\s*+(?:(?://[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/)\s*+)*+"
    rb"\{[ \t]*+(?://(?!!)[^\n]*+|/\*(?!!)[^\n]*?\*/[ \t]*+)?\r?\n"
)
_INNER_HEAD = re.compile(rb"(?:\s*(?://![^\n]*|#!\[[^\n]*\]|/\*!.*?\*/[ \t]*)\r?\n)+", re.DOTALL)
_FIRST = re.compile(rb"(?:[ \t]*\r?\n)*([ \t]*)\S")


def _into(source: bytes, flat: re.Match[bytes], name: str) -> Insertion:
    items = [
        Item(found[0].decode("utf-8", "replace").strip(), found.start(), found.start() + len(found[0].rstrip()))
        for found in re.compile(rb"[^\s,][^,]*").finditer(source, flat.start(2), flat.end(2))
    ]
    index = place([i.text for i in items], name, (lambda n: (n != "self", n), _kinds, str.casefold))
    at, text = joined(source, items, index, name, flat.end(2))
    return Insertion(at, text.decode())


def _kinds(name: str) -> tuple[bool, int, str]:
    """As rustfmt has it from its 2024 style on: small names, types, constants."""
    return name != "self", 2 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 0, name


def _sorted(key: str) -> str:
    return re.sub(r"[{].*", "{", key, flags=re.DOTALL)


def _like(one: str, other: str) -> int:
    """Shared parts of two paths; what is of the same origin is alike a little: std, the crate itself, the rest."""
    shared = likeness("::")(re.sub(r"[\s{].*", "", one), re.sub(r"[\s{].*", "", other))
    return 2 * shared + (_origin(one) == _origin(other))


def _origin(path: str) -> int:
    first = re.split(r"::|[\s{]", path.lstrip(":"))[0]
    return 0 if first in _STANDARD else 2 if first in {"crate", "self", "super"} else 1
