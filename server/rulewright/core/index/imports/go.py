"""Go's imports: a package is a folder, named by the path of the module that holds it."""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.index.imports import Files, Insertion, NewImport
from rulewright.core.index.imports.written import above, eol_of, folder_of, join, next_line, place
from rulewright.core.index.symbols import FileRecord, Import

_MODULE = re.compile(r'^\s*module\s+"?([^\s"/][^\s"]*)', re.MULTILINE)
_REPLACE = re.compile(r'^\s*(?:replace\s+)?"?([^\s"]+)"?(?:\s+v\S+)?\s*=>\s*"?(\.[^\s"]*)', re.MULTILINE)
_PACKAGE = re.compile(r"^package[ \t]+(\w+)", re.MULTILINE)
_VERSION = re.compile(r"v\d+")
_TEST = "_test.go"


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The files of a package, without its tests; nothing for what an `internal` folder hides from here."""
    wanted = imported.module
    for folder in _folders(wanted, path, files):
        if not _may_see(folder, path):
            continue
        found = [p for p in files.below(folder) if p.endswith(".go")]
        found = [p for p in found if not p.endswith(_TEST) or (path.endswith(_TEST) and folder == folder_of(path))]
        if found:
            # The tests may be of the second package of the folder, and have names that are also in the first.
            yield from sorted(found, key=lambda p: p.endswith(_TEST))
            return


def _folders(wanted: str, path: str, files: Files) -> Iterator[str]:
    """Folders that an import path may mean: a vendored copy, a replaced module, the module with the longest name."""
    own = _own_module(path, files)
    if own is not None:
        folder, text = own
        yield f"{folder}/vendor/{wanted}" if folder else f"vendor/{wanted}"
        for name, where in sorted(_REPLACE.findall(text), key=lambda r: -len(r[0])):
            rest = _behind(wanted, name)
            replaced = join(folder, where)
            if rest is not None and replaced is not None:
                yield "/".join(p for p in (replaced, rest) if p)
    modules = sorted(_modules(files), key=lambda m: -len(m[1]))
    for folder, name in modules:
        rest = _behind(wanted, name)
        if rest is not None:
            yield "/".join(p for p in (folder, rest) if p)


def _behind(wanted: str, module: str) -> str | None:
    """The folder of a package in its module; None where the module does not hold it."""
    if wanted == module:
        return ""
    return wanted[len(module) + 1 :] if wanted.startswith(module + "/") else None


def _modules(files: Files) -> Iterator[tuple[str, str]]:
    for path in files.ending("go.mod"):
        found = _MODULE.search(files.text(path) or "")
        if found is not None and "/vendor/" not in path:
            yield folder_of(path), found[1]


def _own_module(path: str, files: Files) -> tuple[str, str] | None:
    """The folder and the text of the `go.mod` that a file belongs to."""
    for folder in above(folder_of(path)):
        mod = f"{folder}/go.mod" if folder else "go.mod"
        if files.exists(mod) and (text := files.text(mod)) is not None:
            return folder, text
    return None


def _may_see(folder: str, path: str) -> bool:
    parts = folder.split("/")
    if "internal" not in parts:
        return True
    at = len(parts) - 1 - parts[::-1].index("internal")
    holder = "/".join(parts[:at])
    return not holder or path.startswith(holder + "/")


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """The package of `target`; None within one package, and for what a package keeps to itself."""
    folder = folder_of(target)
    if not target.endswith(".go") or target.endswith(_TEST) or not name[:1].isupper() or not _may_see(folder, path):
        return None
    package = _PACKAGE.search(files.text(target) or "")
    if package is not None and package[1] == "main":
        return None
    if folder == folder_of(path):
        own = _PACKAGE.search(files.text(path) or "")
        # A test may be a package of its own beside the one that it tests.
        if own is None or package is None or own[1] != package[1] + "_test":
            return None
    module = _import_path(folder, target, files)
    if module is None:
        return None
    last = [p for p in module.split("/") if not _VERSION.fullmatch(p)][-1:]
    alias = f"{package[1]} " if package is not None and last != [package[1]] else ""
    return NewImport(module, "", f'import {alias}"{module}"')


def _import_path(folder: str, target: str, files: Files) -> str | None:
    _, vendor, vendored = f"/{folder}".rpartition("/vendor/")
    if vendor:
        return vendored
    own = _own_module(target, files)
    found = _MODULE.search(own[1]) if own else None
    if own is None or found is None:
        return None
    rest = folder[len(own[0]) :].strip("/")
    return f"{found[1]}/{rest}" if rest else found[1]


class _Line(msgspec.Struct, frozen=True):
    """One import in a block."""

    path: str
    start: int
    """The byte of its line."""
    end: int
    """The byte behind its line."""


_BLOCK = re.compile(rb"^import[ \t]*\(([^)]*)\)", re.MULTILINE)
_SINGLE = re.compile(rb'^import[ \t]+(?:[\w.]+[ \t]+)?["`]([^"`\n]+)["`][^\n]*', re.MULTILINE)
_SPEC = re.compile(rb'^[ \t]*(?:[\w.]+[ \t]+)?["`]([^"`\n]+)["`][^\n]*(?:\n|$)', re.MULTILINE)
_CLAUSE = re.compile(rb"^package[ \t]+\w+[^\n]*(?:\n|$)", re.MULTILINE)


def insertion(source: bytes, record: FileRecord, new: NewImport) -> Insertion | None:
    """A line in the group of a block that it resembles most, sorted there; else an import of its own."""
    if any(i.module == new.module and i.alias != "_" for i in record.imports):
        return None
    eol = eol_of(source).decode()
    spec = new.statement.removeprefix("import ")
    block = _BLOCK.search(source)
    if block is not None:
        return _into_block(source, block, spec, new.module, eol)
    singles = list(_SINGLE.finditer(source))
    if singles:
        index = place([s[1].decode() for s in singles], new.module, (str,))
        if index < len(singles) and singles[index][1] != b"C":
            before = source[: singles[index].start()].rstrip(b" \t\r\n")
            # A comment belongs to what follows it, as cgo's does.
            if not before.endswith(b"*/") and not before.rpartition(b"\n")[2].lstrip().startswith(b"//"):
                return Insertion(singles[index].start(), new.statement + eol)
        at = next_line(source, singles[-1].start())
        return Insertion(at, new.statement + eol if source[:at].endswith(b"\n") else eol + new.statement + eol)
    clause = _CLAUSE.search(source)
    if clause is None:
        return None
    text = f"{eol}{new.statement}{eol}"
    return Insertion(clause.end(), text if clause[0].endswith(b"\n") else eol + text)


def _into_block(source: bytes, block: re.Match[bytes], spec: str, module: str, eol: str) -> Insertion:
    inside = source[block.start(1) : block.end(1)]
    if b"\n" not in inside and inside.strip():
        return Insertion(block.end(1), f"; {spec}")
    lines = [
        _Line(found[1].decode("utf-8", "replace"), found.start(), found.end())
        for found in _SPEC.finditer(source, block.start(1), block.end(1))
    ]
    if not lines:
        if b"\n" in inside:
            return Insertion(next_line(source, block.start(1)), f"\t{spec}{eol}")
        return Insertion(block.start(1), f"{eol}\t{spec}{eol}")
    groups: list[list[_Line]] = [[]]
    for line in lines:
        if groups[-1] and not _is_joined(source[groups[-1][-1].end : line.start]):
            groups.append([])
        groups[-1].append(line)
    group = max(reversed(groups), key=lambda g: max(_likeness(module, line.path) for line in g))
    likeness = max(_likeness(module, line.path) for line in group)
    last = groups[-1][-1]
    if likeness == 0 and _is_standard(last.path) and not _is_standard(module):
        return Insertion(last.end, f"{eol}\t{spec}{eol}")
    group = group if likeness else groups[-1]
    index = place([line.path for line in group], module, (str,))
    if index < len(group):
        return Insertion(group[index].start, f"\t{spec}{eol}")
    return Insertion(group[-1].end, f"\t{spec}{eol}")


def _is_joined(between: bytes) -> bool:
    """Whether only comments stand between two imports, and no blank line."""
    return all(line.strip() for line in between.splitlines())


def _is_standard(path: str) -> bool:
    return "." not in path.partition("/")[0]


def _likeness(one: str, other: str) -> int:
    """How many leading parts two import paths share; standard packages share nothing with others."""
    n = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        n += 1
    return n
