"""Candidates inside an import: names of a module, parts of a dotted module, files and packages of a quoted path."""

import re
from collections.abc import Iterable, Iterator, Sequence

from rulewright.core.complete.items import Candidate, ItemKind, Source, kind_of_symbol
from rulewright.core.complete.names import of_words
from rulewright.core.complete.situation import Situation, of_symbol
from rulewright.core.index.exports import is_default_only
from rulewright.core.index.imports import resolve
from rulewright.core.index.imports.packages import aliases_of
from rulewright.core.index.members import Value, members
from rulewright.core.index.naming import ECMASCRIPT, SPACES, TYPES, Defined
from rulewright.core.index.near import folder
from rulewright.core.index.symbols import Import, SymbolKind
from rulewright.core.languages import LANGUAGES

MAX_FILES = 400
"""Files of one folder that are looked at."""

_INDEX_FILES = frozenset({"__init__", "index", "mod", "lib", "main"})


def of_import(at: Situation) -> tuple[list[Candidate], bool]:
    """What may stand here in an import, and whether that is all of it."""
    place = at.context.brought
    if place is None:
        return [], True
    match place.asked:
        case "name":
            found = list(_names(at, place.module))
            # Of a module that is not here, what others import from it is known, and at last any word.
            return found or [*_imported_elsewhere(at, place.module), *_words(at)], bool(found)
        case "path":
            return list(_paths(at, place.module)), True
        case _:
            found = list(_parts(at, place.module, place.separator))
            return [*found, *_words(at)], not at.context.prefix


def _names(at: Situation, module: str) -> Iterator[Candidate]:
    words = at.context.words
    for name in words.exports.get(module.removeprefix("node:"), ()):
        yield Candidate(name, ItemKind.CLASS if name[:1].isupper() else ItemKind.FUNCTION, Source.MEMBER, module=module)
    files = resolve(at.language, Import(module), at.path, at.index)
    for one in members(at.index, Value(files=files)) if files else ():
        if (one.symbol.exported or at.language == "python") and _has_name(at, one, files):
            yield of_symbol(one.symbol, one.path, Source.MEMBER, 0, module)
    if at.language == "python":
        for path in files:
            if path.endswith(("__init__.py", "__init__.pyi")):
                yield from _modules_in(at, folder(path), module)


def _has_name(at: Situation, one: Defined, files: Sequence[str]) -> bool:
    """Whether what a module offers can be taken from it by its name: JavaScript's default export cannot."""
    name = one.symbol.name
    if one.language not in ECMASCRIPT:
        return True
    if name == "default":
        return False
    if not is_default_only(at.index.text(one.path) or "", name):
        return True
    # Another module may hand it on under a name, which may be its own.
    again = re.compile(rf"\bdefault\s+as\s+{re.escape(name)}(?![\w$])")
    return any(path != one.path and again.search(at.index.text(path) or "") for path in files)


def _imported_elsewhere(at: Situation, module: str) -> Iterator[Candidate]:
    """Names that this file and other open ones import from a module."""
    views = [at.imports(), *(at.state.view(path, buffer).imports for path, buffer in at.others())]
    for number, imports in enumerate(views):
        for one in imports:
            if one.module == module and one.name not in {"", "*"} and (number or one.row != at.row):
                kind = ItemKind.CLASS if one.name[:1].isupper() else ItemKind.FUNCTION
                yield Candidate(one.name, kind, Source.SEEN, min(number, 1), module=module)


def _words(at: Situation) -> Iterable[Candidate]:
    return of_words(at) if at.context.prefix else ()


def _modules_in(at: Situation, where: str, module: str) -> Iterator[Candidate]:
    """The Python modules right in a folder."""
    for path in _some(at.index.below(where)):
        name, _, ending = path.rpartition("/")[2].rpartition(".")
        if ending in {"py", "pyi"} and name.isidentifier() and name not in _INDEX_FILES:
            yield Candidate(name, ItemKind.MODULE, Source.MEMBER, 1, module=module)
    deeper = where + "/" if where else ""
    for path in _some(at.index.ending("__init__.py")):
        inner = path.removeprefix(deeper).removesuffix("/__init__.py")
        if path.startswith(deeper) and inner != path and "/" not in inner and inner.isidentifier():
            yield Candidate(inner, ItemKind.MODULE, Source.MEMBER, 1, module=module)


def _parts(at: Situation, module: str, separator: str) -> Iterator[Candidate]:
    """The next part of a dotted module name."""
    for known in _known_modules(at, separator):
        if known.startswith(module):
            part = known[len(module) :].partition(separator)[0]
            if part and part != "*":
                yield Candidate(part, ItemKind.MODULE, Source.MEMBER, 0, module=module.rstrip(separator))
    match at.language:
        case "python":
            yield from _python_parts(at, module)
        case "rust":
            yield from _rust_parts(at, module)
        case "java" | "kotlin" | "scala" | "elixir":
            yield from _by_symbol(at, module)


def _known_modules(at: Situation, separator: str) -> Iterator[str]:
    """Modules of the standard library, and those that this file and other open ones import."""
    yield from at.context.words.modules
    yield from _imported(at)
    if separator == "::":
        for module, names in at.context.words.exports.items():
            if "::" in module:
                yield from (f"{module}::{name}" for name in names)


def _imported(at: Situation) -> Iterator[str]:
    """Modules that this file and other open ones of its language import."""
    yield from (one.module for one in at.imports() if one.row != at.row)
    for path, buffer in at.others():
        if buffer.language == at.buffer.language:
            yield from (one.module for one in at.state.view(path, buffer).imports)


def _python_parts(at: Situation, module: str) -> Iterator[Candidate]:
    if not module.strip("."):
        dots = len(module)
        if not dots:
            roots = {"", "src", "lib"}
        else:
            where = folder(at.path)
            for _ in range(dots - 1):
                where = folder(where)
            roots = {where}
        for root in sorted(roots):
            yield from _modules_in(at, root, module)
        if not dots:
            yield from _packages_anywhere(at)
        return
    for path in resolve("python", Import(module.rstrip(".")), at.path, at.index):
        if path.endswith(("__init__.py", "__init__.pyi")):
            yield from _modules_in(at, folder(path), module.rstrip("."))


def _packages_anywhere(at: Situation) -> Iterator[Candidate]:
    """Python packages that lie in no other, wherever they are: a workspace may hold several projects."""
    folders = {folder(path) for path in _some(at.index.ending("__init__.py"))}
    for where in sorted(folders):
        name = where.rpartition("/")[2]
        if folder(where) not in folders and name.isidentifier():
            yield Candidate(name, ItemKind.MODULE, Source.MEMBER, 2, module=where)


def _rust_parts(at: Situation, module: str) -> Iterator[Candidate]:
    if not module:
        for name in ("crate", "self", "super", "std"):
            yield Candidate(name, ItemKind.KEYWORD, Source.KEYWORD)
        return
    files = resolve("rust", Import(module.removesuffix("::")), at.path, at.index)
    for one in members(at.index, Value(files=files)) if files else ():
        yield of_symbol(one.symbol, one.path, Source.MEMBER, 0, module.removesuffix("::"))
    for path in files:
        inner = folder(path) if path.endswith(("/mod.rs", "/lib.rs", "/main.rs")) else path.removesuffix(".rs")
        for found in _some(at.index.below(inner)):
            name = found.rpartition("/")[2].removesuffix(".rs")
            if found.endswith(".rs") and name not in _INDEX_FILES:
                yield Candidate(name, ItemKind.MODULE, Source.MEMBER, 1, module=module)


def _by_symbol(at: Situation, module: str) -> Iterator[Candidate]:
    """Types of the workspace by name, for languages whose modules are named after them."""
    prefix = at.context.prefix
    if at.language == "elixir":
        if module or prefix:
            yield from modules_below(at, module)
        return
    for row in at.index.prefix(prefix, 60, free=True).rows if prefix else ():
        if row.language != at.language or row.container or row.path == at.path:
            continue
        if row.kind not in {SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.ENUM, SymbolKind.MODULE}:
            continue
        if module and module.replace(".", "/") not in row.path:
            continue
        yield Candidate(row.name, kind_of_symbol(row.kind), Source.MEMBER, 1, module=row.path)


def modules_below(at: Situation, module: str) -> Iterator[Candidate]:
    """The next parts of the names of Elixir's modules that begin with `module`, which ends with its dot or is empty."""
    found: dict[str, Candidate] = {}
    for row in at.index.prefix(module + at.context.prefix, MAX_MODULES).rows:
        name = row.name.removeprefix(module) if row.name.startswith(module) else ""
        if row.language != "elixir" or not name[:1].isupper() or row.kind not in SPACES | TYPES:
            continue
        part, _, rest = name.partition(".")
        if row.path == at.path and not rest and row.row == at.row:
            continue
        if part not in found or not rest:
            found[part] = Candidate(
                part, ItemKind.MODULE, Source.MEMBER, 1, module=row.path if not rest else module[:-1]
            )
    yield from found.values()


MAX_MODULES = 300
"""Modules of Elixir that are looked at for what may follow the beginning of a name."""


# --- quoted paths -----------------------------------------------------------------------------------------------------


def _paths(at: Situation, said: str) -> Iterator[Candidate]:
    where, _, _ = said.rpartition("/")
    if said.startswith("."):
        yield from _files(at, _joined(folder(at.path), where))
        return
    for root in _roots(at, said, where):
        yield from _files(at, root)
    listed = (at.context.words.modules, Source.BUILTIN), (_imported(at), Source.MEMBER), (_packages(at), Source.MEMBER)
    for modules, source in listed:
        for module in dict.fromkeys(modules):
            if module.startswith((".", "/")):
                continue
            # The last part is all that is replaced, so a package is offered by its whole name only at the start.
            if not where:
                yield Candidate(module, ItemKind.MODULE, source)
            elif module.startswith(where + "/"):
                yield Candidate(module[len(where) + 1 :], ItemKind.MODULE, source, module=where)


def _roots(at: Situation, said: str, where: str) -> Iterator[str]:
    """The folders that a path without a dot in front may begin in."""
    match at.language:
        case "css" | "html" | "php":
            yield _joined("" if said.startswith("/") else folder(at.path), where)
        case "c" | "cpp" | "objective-c":
            yield _joined(folder(at.path), where)
            for root in ("include", "src", *([""] if where else [])):
                if root != folder(at.path):
                    yield _joined(root, where)
        case "ruby":
            yield from (_joined(root, where) for root in _LOADED)
        case "go" if (own := _own_module(at)) and (said.startswith(f"{own}/")):
            yield where[len(own) + 1 :]
        case "javascript" | "typescript" | "tsx" | "vue" | "svelte" if where:
            yield from dict.fromkeys(folder(target) for target in aliases_of(f"{where}/x", at.path, at.index))


_LOADED = ("lib", "spec", "test")
"""Where Ruby's `require` looks."""


def _own_module(at: Situation) -> str:
    """What a Go project calls itself."""
    text = at.index.text("go.mod") or ""
    own = re.search(r"(?m)^module\s+(\S+)", text[:MAX_MANIFEST])
    return own[1] if own is not None else ""


def _packages(at: Situation) -> Iterator[str]:
    """What the project's manifest says it depends on, and packages of its own."""
    match at.language:
        case "javascript" | "typescript" | "tsx" | "vue" | "svelte":
            for path in _some(at.index.ending("package.json")):
                if (text := at.index.text(path)) is not None and len(text) < MAX_MANIFEST:
                    for table in _DEPENDENCIES.findall(text):
                        yield from _DEPENDENCY.findall(table)
        case "go":
            if (text := at.index.text("go.mod")) is not None and len(text) < MAX_MANIFEST:
                yield from _REQUIRED.findall(text)
                if own := _own_module(at):
                    yield own
                    folders = {folder(path) for path, _ in at.others() if path.endswith(".go")}
                    yield from sorted(f"{own}/{where}" for where in folders if where)


MAX_MANIFEST = 200_000
"""Characters of a `package.json` or `go.mod` that is looked at."""
_DEPENDENCY = re.compile(r'"((?:@[\w.-]+/)?[\w.-]+)"\s*:\s*"')
_DEPENDENCIES = re.compile(r'"(?:d|devD|peerD|optionalD)ependencies"\s*:\s*(\{[^{}]*\})')
_REQUIRED = re.compile(r"(?m)^(?:require\s+|\t)([\w.-]+\.[\w./-]+)\s+v")


def _joined(base: str, path: str) -> str:
    parts = base.split("/") if base else []
    for part in path.split("/"):
        if part == ".." and parts:
            parts.pop()
        elif part not in {"", ".", ".."}:
            parts.append(part)
    return "/".join(parts)


def _files(at: Situation, where: str) -> Iterator[Candidate]:
    """Files right in a folder, as an import names them, and folders that hold something to import."""
    own = LANGUAGES.get(at.buffer.language)
    code = {"js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts"}
    bare = at.language in {"javascript", "typescript", "tsx", "vue", "svelte"}
    for path in _some(at.index.below(where)):
        name = path.rpartition("/")[2]
        stem, _, ending = name.rpartition(".")
        if path == at.path or not stem:
            continue
        if bare and ending in code:
            stem = stem.removesuffix(".d")
            if stem != "index":
                yield Candidate(stem, ItemKind.FILE, Source.MEMBER, module=name)
        elif at.language == "ruby":
            if ending == "rb":
                yield Candidate(stem, ItemKind.FILE, Source.MEMBER, module=name)
        elif at.language == "go":
            continue  # A package is a folder.
        elif bare or own is None or ending in own.extensions or at.language in {"html", "php"}:
            yield Candidate(name, ItemKind.FILE, Source.MEMBER, module=name)
    for name in _folders(at, where):
        yield Candidate(name, ItemKind.FOLDER, Source.MEMBER, 1, module=name + "/")


def _folders(at: Situation, where: str) -> list[str]:
    """Folders right in one, without those that only hold packages of others."""
    return [path.rpartition("/")[2] for path in _some(at.index.folders_in(where))]


def _some(paths: Iterable[str]) -> Iterator[str]:
    for number, path in enumerate(paths):
        if number >= MAX_FILES:
            return
        yield path
