"""What a name stands for where no function binds it: the file's own symbol, an import, the package, the workspace.

Everything here works on the index alone, so that it answers for files that nobody has open. Records are as the index
gives them; nothing is inferred that the text does not say.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Literal

import msgspec

from rulewright.core.code_ports import CodeIndex, SymbolRow
from rulewright.core.index.builtin_names import is_builtin
from rulewright.core.index.exports import default_name, module_handed_on
from rulewright.core.index.imports import resolve
from rulewright.core.index.near import BY_FOLDER, distance, family, folder, stem
from rulewright.core.index.symbols import FileRecord, Import, Symbol, SymbolKind

Step = Literal["local", "file", "import", "package", "member", "unique", "ranked", "outside", "nothing"]
"""How a meaning was found, the surest first. `outside`: the text says that it comes from elsewhere, such as a
library, so nothing in the workspace is meant."""

MAX_ASKED = 60
"""Files that are asked for one name while re-exports are followed."""
MAX_RANKED = 20
"""Definitions that are offered where nobody can say which one is meant."""
_MAX_ROWS = 200

CALLABLE = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.OPERATOR})
TYPES = frozenset({SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM})
SPACES = frozenset({SymbolKind.MODULE, SymbolKind.NAMESPACE, SymbolKind.PACKAGE, SymbolKind.FILE})
"""What only groups other things."""
_HOLDERS = CALLABLE | TYPES | SPACES
_ONE_PLACE = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.FIELD, SymbolKind.PROPERTY})

IMPLICIT_SELF = frozenset(
    {"java", "kotlin", "scala", "csharp", "cpp", "swift", "dart", "ruby", "elixir", "objective-c"}
)
"""Languages in which a class's members are named without a receiver from inside it."""
ECMASCRIPT = frozenset({"javascript", "typescript", "tsx"})
EXPLICIT = frozenset({"python", "javascript", "typescript", "tsx", "go"})
"""Languages in which a name of another module is never seen without an import."""


class Defined(msgspec.Struct, frozen=True):
    """A symbol with the file that it is in."""

    path: str
    language: str
    number: int
    """Index in its file's record."""
    symbol: Symbol
    container: str = ""
    """The name of the symbol that holds it."""

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from every other."""
        return self.path, self.number


class Named(msgspec.Struct, frozen=True):
    """What a name stands for: definitions, or the files of a module."""

    definitions: tuple[Defined, ...] = ()
    files: tuple[str, ...] = ()
    step: Step = "nothing"

    def __bool__(self) -> bool:
        return self.step != "nothing"


NOTHING = Named()


def free_name(index: CodeIndex, path: str, language: str, name: str, row: int | None, *, called: bool = False) -> Named:
    """What a name without a receiver means in a file, apart from locals; `row` is where it stands, if anywhere."""
    record = index.record(path)
    if language == "ruby" and row is not None and (found := _constant(index, path, name, row)):
        return Named(found, step="file" if any(d.path == path for d in found) else "package")
    if record is not None and (found := in_file(record, path, name, row, language)):
        if language == "rust" and found[0].symbol.kind == SymbolKind.MODULE and _is_bare(record, found[0]):
            # `mod util;` says that a file is the module.
            return imported(index, path, language, name) or Named(found, step="file")
        return Named(found, step="file")
    if named := imported(index, path, language, name):
        return named
    rows = [r for r in index.symbols_named(name, _MAX_ROWS) if r.language in family(language)]
    if language in BY_FOLDER:
        here = [r for r in rows if not r.container and is_one_package(index, language, r.path, path)]
        if here:
            return Named(distinct(defined(index, here)), step="package")
    if is_builtin(language, name):
        return Named(step="outside")
    if language == "rust" and not called and name.islower():
        # It can only be a local, as a macro may bind one.
        return NOTHING
    return ranked(index, path, [r for r in rows if _can_be_free(index, r, language)], called=called)


def is_one_package(index: CodeIndex, language: str, one: str, other: str) -> bool:
    """Whether two files see each other's names, in a language in which those of a folder do."""
    if package_of(language, one) != package_of(language, other):
        return False
    return one == other or is_apart(index, one) == is_apart(index, other)


def is_apart(index: CodeIndex, path: str) -> bool:
    """Whether a file is of Go's second package in a folder: tests that see of the first what everybody sees."""
    if not path.endswith("_test.go"):
        return False
    if (words := index.words_of(path)) and b"_test\n" not in words:
        return False  # The package's name is one of the words, so that most files need not be read.
    said = _GO_PACKAGE.search(index.text(path) or "")
    return said is not None and said[1].endswith("_test")


_GO_PACKAGE = re.compile(r"^package[ \t]+(\w+)", re.MULTILINE)


def package_of(language: str, path: str) -> str:
    """The folder whose files see each other: in Java the same package below another source folder is the same."""
    return _SOURCES.sub("", folder(path)) if language in {"java", "kotlin", "scala"} else folder(path)


_SOURCES = re.compile(r"^(?:.*/)?src/[^/]+/(?:java|kotlin|scala)(?=/|$)")


def _constant(index: CodeIndex, path: str, name: str, row: int) -> tuple[Defined, ...]:
    """What a constant of Ruby is by the innermost of the modules and classes around a row that has it, in any file."""
    record = index.record(path) if name[:1].isupper() else None
    if record is None:
        return ()
    # The line that begins a class names its base, which is looked for outside of it.
    around = [n for n in enclosing(record, row) if (s := record.symbols[n]).kind in TYPES | SPACES and s.row != row]
    if not around:
        return ()
    holders = {record.symbols[number].name for number in around}
    rows = (r for r in index.symbols_named(name, _MAX_ROWS) if r.container in holders and r.kind not in CALLABLE)
    named = [d for d in defined(index, rows) if d.language == "ruby"]
    for number in reversed(around) if named else ():
        space = _space(record, number)
        if found := distinct(d for d in named if _space_of(index, d) == space):
            return tuple(sorted(found, key=lambda d: (distance(path, d.path), is_test(d.path), d.path, d.symbol.row)))
    return ()


def _space(record: FileRecord, number: int) -> tuple[str, ...]:
    """The names of a module and of those around it, the innermost first."""
    names: list[str] = []
    while number >= 0:
        names += reversed(record.symbols[number].name.split("::"))
        number = record.symbols[number].parent
    return tuple(names)


def _space_of(index: CodeIndex, one: Defined) -> tuple[str, ...]:
    record = index.record(one.path)
    return _space(record, one.symbol.parent) if record is not None else ()


def _is_bare(record: FileRecord, one: Defined) -> bool:
    return not any(s.parent == one.number for s in record.symbols[one.number + 1 :])


def _can_be_free(index: CodeIndex, row: SymbolRow, language: str) -> bool:
    """Whether another file could name a symbol without a receiver, once it is imported."""
    if row.kind == SymbolKind.CONSTRUCTOR:
        return False
    if not row.container:
        return True
    if language in EXPLICIT:
        return False
    return language != "rust" or _is_top(index, row)


def _is_top(index: CodeIndex, row: SymbolRow) -> bool:
    return any(is_top(d.symbol, record) for d in defined(index, [row]) if (record := index.record(d.path)))


def is_top(symbol: Symbol, record: FileRecord) -> bool:
    """Whether nothing but modules and namespaces holds a symbol."""
    while symbol.parent >= 0:
        symbol = record.symbols[symbol.parent]
        if symbol.kind not in SPACES:
            return False
    return True


def in_file(record: FileRecord, path: str, name: str, row: int | None, language: str) -> tuple[Defined, ...]:
    """The file's own symbols of a name that can be named without a receiver at a row, the innermost only."""
    named = [(number, s) for number, s in enumerate(record.symbols) if s.name == name]
    if not named:
        return ()
    around = enclosing(record, row) if row is not None else ()
    best: tuple[int, ...] = ()
    depth = -2
    for number, symbol in named:
        parent = symbol.parent
        if parent >= 0 and record.symbols[parent].kind not in SPACES:
            if parent not in around:
                continue
            is_body = around[-1] == parent
            if record.symbols[parent].kind in TYPES and language not in IMPLICIT_SELF and not is_body:
                continue
        level = around.index(parent) if parent in around else -1
        if parent >= 0 and level < 0 and language in EXPLICIT:
            continue
        if level > depth:
            best, depth = (number,), level
        elif level == depth:
            best = (*best, number)
    return distinct(at_number(record, path, number) for number in best)


def at_number(record: FileRecord, path: str, number: int) -> Defined:
    """One symbol of a record."""
    symbol = record.symbols[number]
    return Defined(
        path, record.language, number, symbol, record.symbols[symbol.parent].name if symbol.parent >= 0 else ""
    )


def enclosing(record: FileRecord, row: int) -> tuple[int, ...]:
    """Indexes of the symbols around a row, the outermost first."""
    symbols = record.symbols
    for number in range(bisect_right(symbols, row, key=_START_ROW) - 1, -1, -1):
        symbol = symbols[number]
        if row <= symbol.end_row and (symbol.end_row > symbol.start_row or symbol.kind in _HOLDERS):
            found = [number]
            while symbol.parent >= 0:
                found.append(symbol.parent)
                symbol = symbols[symbol.parent]
            return tuple(reversed(found))
        if symbol.parent < 0 and symbol.end_row < row:
            # What comes before ends before.
            return ()
    return ()


_START_ROW = attrgetter("start_row")


def distinct(found: Iterable[Defined]) -> tuple[Defined, ...]:
    """Without what only says a thing again: later values of a variable, later clauses of a function."""
    kept: dict[tuple[object, ...], Defined] = {}
    for d in found:
        # Overloads are different things in Java; elsewhere a name stands for one thing of its kind in one place.
        overloads = d.symbol.kind in CALLABLE and d.language in {"java", "csharp", "cpp", "kotlin"}
        again = d.symbol.signature if overloads else ""
        kind = 0 if d.symbol.kind in _ONE_PLACE else d.symbol.kind
        kept.setdefault((d.path, d.symbol.parent, d.symbol.name, kind, again), d)
    return tuple(kept.values())


def defined(index: CodeIndex, rows: Iterable[SymbolRow]) -> Iterator[Defined]:
    """The symbols that rows of the index stand for."""
    for row in rows:
        record = index.record(row.path)
        if record is None:
            continue
        for number, symbol in enumerate(record.symbols):
            if (symbol.row, symbol.column, symbol.name) == (row.row, row.column, row.name):
                yield at_number(record, row.path, number)
                break


def ranked(index: CodeIndex, path: str, rows: Sequence[SymbolRow], *, called: bool = False) -> Named:
    """The likeliest of several symbols of one name: what fits a call, what is exported, what is near."""
    fitting = [r for r in rows if not called or r.kind in CALLABLE or r.kind in TYPES] or list(rows)
    fitting = [r for r in fitting if r.exported or r.path == path] or fitting
    fitting.sort(key=lambda r: (not r.exported, distance(path, r.path), is_test(r.path), r.path, r.row))
    found = distinct(defined(index, fitting[: 3 * MAX_RANKED]))[:MAX_RANKED]
    if not found:
        return NOTHING
    return Named(found, step="unique" if len(found) == 1 else "ranked")


_TEST = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|__tests__|fixtures?|mocks?)(?:[/_.-]|$)")


def is_test(path: str) -> bool:
    """Whether a path looks like that of a test."""
    return bool(_TEST.search(path))


# Imports


def bound_name(language: str, imported: Import) -> str:
    """What an import is called in its file; empty for a wildcard, and for a module that is only run."""
    if imported.alias:
        return imported.alias
    if imported.name:
        return "" if imported.name == "*" else imported.name
    parts = [p for p in re.split(r"[./]|::", imported.module) if p]
    if not parts:
        return ""
    match language:
        case "python":
            return parts[0]
        case "go":
            parts = [p for p in imported.module.split("/") if not re.fullmatch(r"v\d+", p)] or parts
            return parts[-1].partition(".")[0].removeprefix("go-")
        case "javascript" | "typescript" | "tsx" | "ruby" | "c" | "cpp":
            return ""
        case _:
            return parts[-1]


_Seen = set[tuple[str, str]]
"""The files that have been asked for a name already: modules may pass everything of each other on."""


def imported(index: CodeIndex, path: str, language: str, name: str, seen: _Seen | None = None) -> Named:
    """What a file's imports say that a name means."""
    seen = set() if seen is None else seen
    wildcards: list[Import] = []
    for one in index.imports_of(path):
        if bound_name(language, one) == name:
            return of_import(index, path, language, one, seen)
        if one.name == "*" and not one.alias:
            wildcards.append(one)
    for one in wildcards:
        if len(seen) >= MAX_ASKED:
            break
        files = resolve(language, one, path, index)
        if found := _in_class(index, language, one, files, name, seen) or exported(index, files, name, seen):
            return Named(found, step="import")
    return NOTHING


def of_import(index: CodeIndex, path: str, language: str, one: Import, seen: _Seen | None = None) -> Named:
    """What one import of a file brings in."""
    if language == "python" and not one.name and not one.alias and "." in one.module.strip("."):
        one = Import(one.module.partition(".")[0])
    files = resolve(language, one, path, index)
    if not files:
        return Named(step="outside")
    if one.name and one.name != "*":
        seen = set() if seen is None else seen
        found = _in_class(index, language, one, files, one.name, seen) or exported(index, files, one.name, seen)
        if found:
            return Named(found, step="import")
    if one.name and (own := tuple(f for f in files if names_module(one.name, (f,)))):
        return Named(files=own, step="import")
    return Named(files=files, step="import")


def _in_class(
    index: CodeIndex, language: str, one: Import, files: Iterable[str], name: str, seen: _Seen
) -> tuple[Defined, ...]:
    """What an import of Java takes from a class or its bases, as in `import static com.b.Util.twice`."""
    holder = one.module.rpartition(".")[2]
    if language != "java" or not holder[:1].isupper():
        return ()
    for path in files:
        record = index.record(path)
        if record is None or (path, f"{holder}.{name}") in seen or len(seen) >= MAX_ASKED:
            continue
        seen.add((path, f"{holder}.{name}"))
        classes = {number for number, s in enumerate(record.symbols) if s.name == holder and s.kind in TYPES}
        named = (number for number, s in enumerate(record.symbols) if s.name == name and s.parent in classes)
        if own := distinct(at_number(record, path, number) for number in named):
            return own
        for text in (text for number in classes for text in record.symbols[number].bases):
            base = text.partition("<")[0].rpartition(".")[2].strip()
            homes = (d.path for d in _base(index, path, record, base, seen))
            if found := _in_class(index, language, Import(base), homes, name, seen):
                return found
    return ()


def _base(index: CodeIndex, path: str, record: FileRecord, name: str, seen: _Seen) -> tuple[Defined, ...]:
    """A class of Java that a file names as a base: its own, an imported one, or one of the package."""
    found = in_file(record, path, name, None, "java") or imported(index, path, "java", name, seen).definitions
    if found:
        return found
    rows = [r for r in index.symbols_named(name, _MAX_ROWS) if r.language == "java" and not r.container]
    return distinct(defined(index, (r for r in rows if is_one_package(index, "java", r.path, path))))


def exported(index: CodeIndex, files: Iterable[str], name: str, seen: _Seen | None = None) -> tuple[Defined, ...]:
    """What the first of a module's files that has a name offers under it, re-exports followed."""
    seen = set() if seen is None else seen
    files = [path for path in files if (path, name) not in seen]
    seen.update((path, name) for path in files)
    records = [(path, record) for path in files if (record := index.record(path)) is not None]
    for path, record in records:
        is_handed = name == "default" and record.language in ECMASCRIPT and handed_on(index, path)
        own = distinct(
            at_number(record, path, number)
            for number, s in enumerate(record.symbols)
            if s.name == name and is_top(s, record)
        )
        if own and not is_handed:
            return own
        if record.language in ECMASCRIPT and (found := _by_default(index, path, record, name, seen)):
            return found
    for path, record in records:
        if len(seen) < MAX_ASKED and (found := imported(index, path, record.language, name, seen).definitions):
            return found
    return ()


def _by_default(index: CodeIndex, path: str, record: FileRecord, name: str, seen: _Seen) -> tuple[Defined, ...]:
    """What a JavaScript file exports by default, or as a property of that."""
    if name != "default":
        holders = {number for number, s in enumerate(record.symbols) if s.name == "default"}
        members = (number for number, s in enumerate(record.symbols) if s.name == name and s.parent in holders)
        return distinct(at_number(record, path, number) for number in members)
    text = index.text(path) or ""
    said = default_name(text)
    if said and (found := exported(index, (path,), said, seen)):
        return found
    handed = handed_on(index, path) if len(seen) < MAX_ASKED else None
    return exported(index, handed, name, seen) if handed else ()


def handed_on(index: CodeIndex, path: str) -> tuple[str, ...] | None:
    """The files of the module that a CommonJS file hands on as its own; None where it hands on none."""
    module = module_handed_on(index.text(path) or "")
    return resolve("javascript", Import(module), path, index) if module else None


def names_module(name: str, files: Iterable[str]) -> bool:
    """Whether files are those of a module of this name: `util.py`, `util/index.ts`."""
    return any(stem(path) == name or folder(path).rpartition("/")[2] == name for path in files)
