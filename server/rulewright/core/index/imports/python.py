"""Python's imports: modules from a source root, relative ones, packages with and without `__init__.py`, and stubs."""

import re
from collections.abc import Iterator

from rulewright.core.index.imports import Files, Insertion, NewImport
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
from rulewright.core.index.symbols import FileRecord, Import, SymbolKind

_SUFFIXES = (".py", ".pyi")
_INITS = ("__init__.py", "__init__.pyi")
_SOURCE_FOLDERS = ("src", "lib", "python")
_PROJECTS = ("pyproject.toml", "setup.py", "setup.cfg")
_RELATIVE = re.compile(r"(\.*)(.*)", re.DOTALL)


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The files of a module; of a submodule first, where one is taken from its package."""
    found = _RELATIVE.fullmatch(imported.module)
    dots, rest = (len(found[1]), found[2]) if found else (0, "")
    parts = rest.split(".") if rest else []
    if not all(part.isidentifier() for part in parts) or not (dots or parts):
        return
    for base in _bases(dots, parts, path, files):
        place_ = "/".join([base, *parts] if base else parts)
        own = list(_module_files(place_, files)) if parts else list(_package_files(place_, files))
        sub = []
        if imported.name.isidentifier() and not any(p.endswith(_SUFFIXES) and "/__init__." not in p for p in own):
            sub = list(_module_files(f"{place_}/{imported.name}" if place_ else imported.name, files))
        if own and sub and _defines(imported.name, own[0], files):
            yield from (*own, *sub)
        else:
            yield from (*sub, *own)
        if own or sub:
            return


def _bases(dots: int, parts: list[str], path: str, files: Files) -> Iterator[str]:
    """Folders from which the module may be named, the likeliest first."""
    if dots:
        base = folder_of(path) if dots == 1 else join(folder_of(path), "/".join([".."] * (dots - 1)))
        if base is not None:
            yield base
        return
    seen: set[str] = set()
    for folder in above(folder_of(path)):
        # A package's own folder is no place to import from.
        if _is_package(folder, files):
            continue
        for root in (folder, *(f"{folder}/{s}" if folder else s for s in _SOURCE_FOLDERS)):
            if root not in seen:
                seen.add(root)
                yield root
    # Another project of the same workspace.
    first = parts[0]
    for suffix in (*(f"{first}/{init}" for init in _INITS), f"{first}.py"):
        for hit in files.ending(suffix):
            root = hit[: -len(suffix)].rstrip("/")
            if root not in seen and not _is_package(root, files) and _is_project(root, files):
                seen.add(root)
                yield root


def _is_package(folder: str, files: Files) -> bool:
    return bool(folder) and any(files.exists(f"{folder}/{init}") for init in _INITS)


def _is_project(root: str, files: Files) -> bool:
    holders = (root, folder_of(root)) if root.rpartition("/")[2] in _SOURCE_FOLDERS else (root,)
    return any(files.exists(f"{h}/{name}" if h else name) for h in holders for name in _PROJECTS)


def _module_files(place_: str, files: Files) -> Iterator[str]:
    yield from _package_files(place_, files)
    for suffix in _SUFFIXES:
        if files.exists(place_ + suffix):
            yield place_ + suffix


def _package_files(folder: str, files: Files) -> Iterator[str]:
    for init in _INITS:
        path = f"{folder}/{init}" if folder else init
        if files.exists(path):
            yield path


def _defines(name: str, path: str, files: Files) -> bool:
    """Whether a package says itself what a name is that a submodule has too."""
    text = files.text(path) or ""
    return bool(re.search(rf"^(?:(?:async )?def|class) {name}\b|^{name}\s*[:=]", text, re.MULTILINE)) or bool(
        re.search(rf"^from\s+\.+\w[\w.]*\s+import\s+(?:\([^)]*|[^\n(]*)\b{name}\b", text, re.MULTILINE)
    )


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """`from module import name`: relative where the file has only relative imports of its package."""
    if target == path or not target.endswith(_SUFFIXES):
        return None
    root, module = _module_of(target, path, files)
    if not all(part.isidentifier() for part in module.split(".")):
        return None
    module = _public(name, module, root, path, files)
    own_root, own = _module_of(path, target, files)
    top = own.partition(".")[0]
    if _is_package(folder_of(path), files) and own_root == root and top == module.partition(".")[0] and name:
        text = files.text(path) or ""
        absolute = re.search(rf"^(?:from|import)\s+{re.escape(top)}\b", text, re.MULTILINE)
        if absolute is None and re.search(r"^from\s+\.", text, re.MULTILINE):
            module = _relative(module, own, is_package=path.endswith(_INITS))
    return NewImport(module, name, f"from {module} import {name}" if name else f"import {module}")


def _module_of(target: str, path: str, files: Files) -> tuple[str, str]:
    """The folder from which a file is named, and its name from there."""
    folder = folder_of(target)
    root = next(f for f in above(folder) if not _is_package(f, files))
    # A folder without `__init__.py` may be a package too: what stands above it says where names begin.
    if root != folder_of(path) or root.rpartition("/")[2] in _SOURCE_FOLDERS:
        for holder in above(root):
            if holder.rpartition("/")[2] == "src" or any(
                files.exists(f"{holder}/{name}" if holder else name) for name in _PROJECTS
            ):
                root = holder
                break
    dotted = target[len(root) :].lstrip("/").rpartition(".")[0].replace("/", ".")
    return root, dotted.removesuffix(".__init__")


def _public(name: str, module: str, root: str, path: str, files: Files) -> str:
    """The outermost package that hands the name on to others, seen from outside of it."""
    parts = module.split(".")
    for length in range(1, len(parts) if name else 0):
        folder = "/".join([root, *parts[:length]] if root else parts[:length])
        if path.startswith(f"{folder}/"):
            continue
        if any(_defines(name, init, files) for init in _package_files(folder, files)):
            return ".".join(parts[:length])
    return module


def _relative(module: str, own: str, *, is_package: bool) -> str:
    around = own.split(".") if is_package else own.split(".")[:-1]
    parts = module.split(".")
    shared = 0
    while shared < min(len(around), len(parts)) and around[shared] == parts[shared]:
        shared += 1
    return "." * (len(around) - shared + 1) + ".".join(parts[shared:])


_STATEMENT = re.compile(rb"(?:from[ \t]+([.\w]+)[ \t]+import\b|import[ \t]+([.\w]+))")
_NAMES = re.compile(rb"#[^\n]*|\\\r?\n|[A-Za-z_][^\s,()#]*(?:[ \t]+as[ \t]+\w+)?")
_DOCSTRING = re.compile(rb"[rRuU]?(\"\"\"|''')", re.DOTALL)
_HEADER = re.compile(rb"(?:#[^\n]*\n)+(?=\s*\n)|#![^\n]*\n(?:#[^\n]*coding[^\n]*\n)?|#[^\n]*coding[^\n]*\n")


class _Statement:
    """An import at the top of the file."""

    def __init__(self, source: bytes, start: int) -> None:
        found = _STATEMENT.match(source, start)
        self.start = start
        self.is_from = bool(found and found[1])
        self.module = (found[1] or found[2]).decode() if found else ""
        self.items: list[Item] = []
        at = found.end() if found else start
        opening = re.compile(rb"[ \t]*\(").match(source, at)
        self.is_open = opening is not None
        if opening is not None:
            self.closing = _closing(source, opening.end())
            at = opening.end()
        else:
            self.closing = at
            while True:
                stop = next_line(source, self.closing)
                line = source[self.closing : stop].partition(b"#")[0].rstrip()
                self.closing = stop if line.endswith(b"\\") else self.closing + len(line)
                if not line.endswith(b"\\") or stop == len(source):
                    break
        for name in _NAMES.finditer(source, at, self.closing):
            if not name[0].startswith((b"#", b"\\")):
                self.items.append(Item(name[0].decode(), name.start(), name.end()))
        self.end = next_line(source, self.closing)

    @property
    def key(self) -> tuple[bool, tuple[int, str]]:
        return _order(self.is_from, self.module)


def _order(is_from: bool, module: str) -> tuple[bool, tuple[int, str]]:
    dots = len(module) - len(module.lstrip("."))
    return is_from, (-dots, module.lstrip(".").lower())


def _closing(source: bytes, at: int) -> int:
    """The byte of the bracket that closes a list, past comments."""
    for found in re.compile(rb"#[^\n]*|\)").finditer(source, at):
        if found[0] == b")":
            return found.start()
    return len(source)


def insertion(source: bytes, record: FileRecord, new: NewImport) -> Insertion | None:
    """A place in a statement that takes from the same module, else a line among the imports, in their order."""
    for known in record.imports:
        same = known.module == new.module and known.name in {new.name, "*"} and known.alias in {"", new.name}
        if same and (known.name or not new.name):
            return None
    statements = _statements(source, record)
    for statement in statements:
        if new.name and statement.is_from and statement.module == new.module and statement.items:
            items = statement.items
            index = place([i.text for i in items], new.name, _NAME_KEYS)
            at, text = joined(source, items, index, new.name, statement.closing, is_open=statement.is_open)
            return Insertion(at, text.decode())
    eol = eol_of(source)
    line = new.statement.encode() + eol
    if not statements:
        return _first(source, line, eol)
    run = _run(statements, new.module)
    if run:
        first = new.name != ""
        ordered = [s.key for s in run]
        index = place(ordered, _order(first, new.module), (lambda k: k, lambda k: k[1]))
        if index < len(run):
            return Insertion(run[index].start, line.decode())
        return _behind(source, run[-1], line, eol)
    # What is of this workspace stands apart from what is not, and comes behind it.
    return _behind(source, statements[-1], eol + line, eol)


_NAME_KEYS = (
    lambda n: n,
    lambda n: n.casefold(),
    # Constants, then classes, then the rest.
    lambda n: (0 if n.isupper() and len(n) > 1 else 1 if n[:1].isupper() else 2, n),
    lambda n: (0 if n.isupper() and len(n) > 1 else 1 if n[:1].isupper() else 2, n.casefold()),
)


def _statements(source: bytes, record: FileRecord) -> list[_Statement]:
    """Imports at the left margin before anything is defined, in order."""
    end = next((s.start_row for s in record.symbols if s.kind in _BODIES), None)
    rows = sorted({i.row for i in record.imports if end is None or i.row < end})
    starts = (line_start(source, row) for row in rows)
    return [_Statement(source, start) for start in starts if _STATEMENT.match(source, start)]


_BODIES = frozenset({SymbolKind.CLASS, SymbolKind.FUNCTION})


def _run(statements: list[_Statement], module: str) -> list[_Statement]:
    """The last statements in a row of which one is of the same kind, relative or of the same package.

    All of them where they are sorted, else those of that kind.
    """

    def of(name: str) -> str:
        return "." if name.startswith(".") else name.partition(".")[0]

    same = [i for i, s in enumerate(statements) if of(s.module) == of(module)]
    if not same:
        return []
    first = last = same[-1]
    while first > 0 and statements[first - 1].end == statements[first].start:
        first -= 1
    while last + 1 < len(statements) and statements[last].end == statements[last + 1].start:
        last += 1
    block = statements[first : last + 1]
    keys = [s.key for s in block]
    return block if keys == sorted(keys) else [s for s in block if of(s.module) == of(module)]


def _behind(source: bytes, statement: _Statement, text: bytes, eol: bytes) -> Insertion:
    ends = source[: statement.end].endswith(b"\n")
    return Insertion(statement.end, ((b"" if ends else eol) + text).decode())


def _first(source: bytes, line: bytes, eol: bytes) -> Insertion:
    """Behind a header and the module's docstring."""
    at = 3 if source.startswith(b"\xef\xbb\xbf") else 0
    header = _HEADER.match(source, at)
    at = header.end() if header else at
    begin = at
    while begin < len(source) and is_blank_at(source, begin):
        begin = next_line(source, begin)
    doc = _DOCSTRING.match(source, begin)
    if doc is not None and (close := source.find(doc[1], doc.end())) >= 0:
        at = next_line(source, close)
        text = eol + line if source[:at].endswith(b"\n") else eol + eol + line
    elif header is not None:
        text = eol + line
    else:
        text = line
    if not is_blank_at(source, at) and at < len(source):
        following = source[at : at + 6]
        text += eol * (2 if following.startswith((b"def ", b"class ", b"@", b"async ")) else 1)
    return Insertion(at, text.decode())
