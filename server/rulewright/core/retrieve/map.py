"""A map of a repository: its most important files with the heads of what they define, in a budget of tokens."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.privacy.redact import redact
from rulewright.core.tokens import budgeted

MAX_SIGNATURE = 100
"""Characters."""
MAX_VALUE = 60
"""Characters of a variable with what it is given."""
MAX_MANIFESTS = 6
MANIFESTS = frozenset(
    """
    AGENTS.md ARCHITECTURE.md CMakeLists.txt CONTRIBUTING.md Cargo.toml Dockerfile Gemfile Makefile README README.md
    README.rst build.gradle build.gradle.kts composer.json docker-compose.yml go.mod mix.exs package.json pom.xml
    pyproject.toml requirements.txt setup.cfg setup.py tsconfig.json
    """.split()  # noqa: SIM905 - a list of so many would fill a page
)
"""Files at the root that say what a repository is."""
MAX_MISSES = 30
"""Definitions in a row that have no room, after which no others are tried."""


class MapSymbol(msgspec.Struct, frozen=True):
    """A definition on the map."""

    name: str
    kind: str
    line: int
    """From 1."""
    depth: int
    """Definitions around it."""
    signature: str


class MapFile(msgspec.Struct, frozen=True):
    """A file on the map."""

    path: str
    rank: float
    """Of all files together 1."""
    symbols: tuple[MapSymbol, ...]
    """In the order of the file; what holds a definition is there too."""


class RepositoryMap(msgspec.Struct, frozen=True):
    """What is important in a repository."""

    files: tuple[MapFile, ...]
    """The most important first."""
    manifests: tuple[str, ...]
    n_files: int
    """Of the repository."""
    tokens: int
    """Of `text`."""
    unknown: tuple[str, ...] = ()
    """What it was to be seen from and is neither a file nor a name."""

    @property
    def text(self) -> str:
        """As a model reads it."""
        return "".join(line + "\n" for line in _lines(self.manifests, self.files))


class Draft:
    """A map that is being filled: definitions go in, the most important first, until there is no room."""

    def __init__(self, tokens: int) -> None:
        self._room = tokens
        self._records: dict[str, FileRecord] = {}
        self._chosen: dict[str, set[int]] = {}
        self._misses = 0

    @property
    def is_full(self) -> bool:
        """Whether nothing more is worth trying."""
        return self._misses >= MAX_MISSES

    def add_manifest(self, path: str) -> bool:
        """A file that is only named; whether there was room."""
        return self._take(budgeted(path + "\n"))

    def add(self, path: str, name: str, record: FileRecord) -> None:
        """The definitions of this name in a file, with what holds them."""
        symbols = record.symbols
        chosen = self._chosen.get(path)
        new: set[int] = set()
        for at, symbol in enumerate(symbols):
            if symbol.name == name and (around := _around(symbols, at)) is not None:
                new.update(one for one in (at, *around) if chosen is None or one not in chosen)
        if not new:
            return
        cost = sum(budgeted(_line(_symbol(symbols, at)) + "\n") for at in sorted(new))
        if self._take(cost + (budgeted(path + ":\n") if chosen is None else 0)):
            self._records[path] = record
            self._chosen.setdefault(path, set()).update(new)

    def drawn(
        self,
        ranks: Iterable[tuple[str, float]],
        manifests: Sequence[str],
        n_files: int,
        unknown: Sequence[str] = (),
    ) -> RepositoryMap:
        """The map."""
        files = []
        for path, rank in sorted(ranks, key=lambda one: (-one[1], one[0])):
            if (chosen := self._chosen.get(path)) is not None:
                symbols = self._records[path].symbols
                files.append(MapFile(path, round(rank, 6), tuple(_symbol(symbols, at) for at in sorted(chosen))))
        made = RepositoryMap(tuple(files), tuple(manifests), n_files, 0, tuple(unknown))
        return msgspec.structs.replace(made, tokens=budgeted(made.text))

    def _take(self, tokens: int) -> bool:
        if tokens > self._room:
            self._misses += 1
            return False
        self._misses = 0
        self._room -= tokens
        return True


_HOLDERS = frozenset(
    {
        SymbolKind.CLASS,
        SymbolKind.INTERFACE,
        SymbolKind.STRUCT,
        SymbolKind.ENUM,
        SymbolKind.MODULE,
        SymbolKind.NAMESPACE,
        SymbolKind.PACKAGE,
    }
)
_ANYWHERE = _HOLDERS | {SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR, SymbolKind.OPERATOR}
_VALUES = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.OBJECT})
_BRACED = _HOLDERS
"""Kinds whose signature may hold their members, between braces."""
_AT_TOP = _ANYWHERE | _VALUES


def _around(symbols: Sequence[Symbol], number: int) -> list[int] | None:
    """What holds a definition, if it belongs on a map: nothing that lies in a function does, and no field."""
    symbol = symbols[number]
    if symbol.kind not in (_ANYWHERE if symbol.parent >= 0 else _AT_TOP):
        return None
    found = []
    while (number := symbols[number].parent) >= 0:
        if symbols[number].kind not in _HOLDERS:
            return None
        found.append(number)
    return found


def manifests_in(paths: Iterable[str]) -> list[str]:
    """The files at the root that say what a repository is, in order."""
    return sorted(path for path in paths if path in MANIFESTS)[:MAX_MANIFESTS]


def _symbol(symbols: Sequence[Symbol], number: int) -> MapSymbol:
    symbol = symbols[number]
    depth, above = 0, symbol.parent
    while above >= 0:
        depth, above = depth + 1, symbols[above].parent
    signature = symbol.signature or f"{SymbolKind(symbol.kind).name.lower()} {symbol.name}"
    # What was on several lines has blanks and a comma that one line has no use for.
    signature = redact(signature).replace("( ", "(").replace(", )", ")").replace(" )", ")")
    if symbol.kind in _BRACED:
        signature = signature.partition("{")[0].rstrip()
    limit = MAX_VALUE if symbol.kind in _VALUES else MAX_SIGNATURE
    if len(signature) > limit:
        signature = signature[: limit - 3] + "..."
    return MapSymbol(symbol.name, SymbolKind(symbol.kind).name.lower(), symbol.row + 1, depth, signature)


def _line(symbol: MapSymbol) -> str:
    return f"{'  ' * (symbol.depth + 1)}{symbol.signature}"


def _lines(manifests: Sequence[str], files: Sequence[MapFile]) -> Iterator[str]:
    yield from manifests
    for file in files:
        yield f"{file.path}:"
        yield from map(_line, file.symbols)
