"""Names in import statements, and the statement that brings a name into a file."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from rulewright.core.index.imports import resolve
from rulewright.core.index.naming import NOTHING, Named, bound_name, of_import
from rulewright.core.index.scopes import Binding
from rulewright.core.index.site import Site
from rulewright.core.index.symbols import Import

_MAX_IMPORT = 5_000
"""Bytes of one statement."""


def import_place(site: Site, name: str) -> tuple[int, int] | None:
    """The bytes of a name in the import that binds it in this file; None where no import does."""
    rows = [i.row for i in site.index.imports_of(site.path) if bound_name(site.language, i) == name]
    if not rows or site.root is None:
        return None
    start = site.buffer.line_start(rows[0])
    node = site.root.descendant_for_byte_range(start + _indent(site.buffer.line(rows[0])), start + 1)
    while node is not None and not (node.is_named and _IMPORTS.search(node.type)):
        node = node.parent
    if node is None:
        return None
    # A name that is renamed comes first under its old name, which is another word.
    word = re.compile(rb"(?<![\w\x80-\xff])" + re.escape(name.encode()) + rb"(?![\w\x80-\xff])")
    found = word.search(site.source, node.start_byte, min(node.end_byte, node.start_byte + _MAX_IMPORT))
    return found.span() if found is not None else None


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())


def import_named(site: Site, name: str, row: int) -> Named:
    """What the import that binds a name means; where there are several, the last one above a row."""
    ones = [i for i in site.index.imports_of(site.path) if bound_name(site.language, i) == name]
    if not ones:
        return NOTHING
    return of_import(site.index, site.path, site.language, max(ones, key=lambda i: (i.row <= row, i.row)))


def required(site: Site, binding: Binding) -> Named:
    """What a local that `require` sets stands for, as in `const { one: uno } = require("./a")`, also in a function."""
    if binding.kind != "import" or binding.type[:1] not in {'"', "'", "`"}:
        return NOTHING
    name = ""
    if (whole := _REQUIRED.match(site.source, binding.end)) is not None:
        name = (whole[1] or b"").decode("utf-8", "replace")
    else:
        key = _KEY.search(site.source, max(0, binding.start - _BEFORE), binding.start)
        name = key[1].decode("utf-8", "replace") if key is not None else binding.name
    return of_import(site.index, site.path, site.language, Import(binding.type.strip("\"'`"), name, binding.name))


_REQUIRED = re.compile(rb"\s*=\s*require\s*\([^()\n]*\)(?:\s*\.\s*([\w$]+))?")
_KEY = re.compile(rb"([\w$]+)\s*:\s*\Z")


def imports_around(site: Site) -> Iterator[tuple[Node, Import]]:
    """The imports that the statement around a place makes, with the statement."""
    node = site.root.descendant_for_byte_range(site.byte, site.byte) if site.root is not None else None
    imports = site.index.imports_of(site.path)
    rows = {i.row for i in imports}
    for _ in range(8):
        if node is None or node.parent is None:
            return
        row = node.start_point[0]
        if row in rows and node.is_named and _IMPORTS.search(node.type):
            last = node.end_point[0]
            yield from ((node, i) for i in imports if row <= i.row <= last)
            return
        node = node.parent


_IMPORTS = re.compile(r"import|use_declaration|export_statement|extern_crate|mod_item|^call$|require|include")


_LOADED: dict[str, re.Pattern[bytes]] = {
    **dict.fromkeys(
        ("javascript", "typescript", "tsx", "vue", "svelte"),
        re.compile(
            rb"(?:\bfrom|\bimport|\b(?:require(?:\.resolve)?|import|(?:jest|vi)\.(?:un|do)?[mM]ock|jest\.requireActual)"
            rb"\s*\()\s*[\"'`]\Z"
        ),
    ),
    "ruby": re.compile(rb"(?:\b(require_relative|require|load)[ \t(]+|\bautoload[ \t(]+:\w+,[ \t]*)[\"']\Z"),
}
"""What stands before a path that is loaded, wherever in a file."""
_BEFORE = 100


def quoted_module(language: str, source: bytes, start: int, said: str) -> str:
    """The module that a path in quotes names whose text begins at a byte; empty where nothing is loaded there."""
    pattern = _LOADED.get(language)
    found = pattern.search(source, max(0, start - _BEFORE), start) if pattern is not None else None
    if found is None:
        return ""
    # What Ruby's `require_relative` names is beside the file, with or without a dot before it.
    return f"./{said}" if language == "ruby" and found[1] == b"require_relative" and said[:1] != "." else said


def in_import(site: Site, name: str) -> Named | None:
    """What a name inside an import statement means; None where it is in none."""
    imports = site.index.imports_of(site.path)
    if not any(name in {i.name, i.alias} or name in i.module for i in imports):
        return None
    best: Named | None = None
    for _, one in imports_around(site):
        if name in {one.name, one.alias}:
            return of_import(site.index, site.path, site.language, one)
        parts = re.split(r"([./]|::)", one.module)
        if best is None and name in parts:
            # A part in the middle of a module's path means that module.
            upto = "".join(parts[: parts.index(name) + 1])
            files = resolve(site.language, Import(upto), site.path, site.index)
            best = Named(files=files, step="import") if files else Named(step="outside")
    return best
