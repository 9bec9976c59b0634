"""A workspace seen together with its open documents: what is being typed is known before the index has taken it."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from time import monotonic

import msgspec

from rulewright.core.code_ports import CodeIndex, KeptIndex, Matches, SymbolRow, TextMatches
from rulewright.core.complete.state import CompletionState
from rulewright.core.config import CodeSettings
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.headers import HEAD, spoken
from rulewright.core.index.near import folder
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.languages import language_of
from rulewright.core.retrieve.graph import Graph
from rulewright.core.retrieve.links import Links
from rulewright.core.retrieve.position import Spread
from rulewright.core.text import PositionEncoding

MAX_SPLIT = 64
"""Files whose lines are kept."""
MAX_FILES = 24
"""Files that are not open and stay parsed."""
MAX_TEXT = 256 * 1024
"""Bytes of a document that an import's meaning is read from."""


WITHHELD_S = 3.0
"""How long it is believed what ignore files said: the gate in front of models looks again anyway."""


def _nothing(_: str) -> str:
    return ""


class _Live(msgspec.Struct, frozen=True):
    """What a document held when a word, or a chain of them, began."""

    around: object
    has_chain: bool
    is_whole: bool
    """Whether nothing was broken there, so that the first letter of a word makes no difference."""
    known: FileRecord | None
    record: FileRecord
    imports: Sequence[Import]


class LiveIndex:
    """A `CodeIndex` whose records of documents that are being typed are those of this moment."""

    def __init__(
        self,
        index: CodeIndex,
        typed: Callable[[str], Buffer | None],
        opened: Callable[[str], Buffer | None] | None = None,
    ) -> None:
        self._index, self._typed, self._opened = index, typed, opened or typed

        self._lives: dict[str, _Live] = {}

    def record(self, path: str) -> FileRecord | None:
        """All that is known of a file."""
        buffer = self._typed(path)
        known = self._index.record(path)
        if buffer is None:
            self._lives.pop(path, None)
            return known
        return self._live(path, buffer, known).record

    def _live(self, path: str, buffer: Buffer, known: FileRecord | None) -> _Live:
        """What a document holds; while a word or a chain of them grows, what it held when that began."""
        kept = self._lives.get(path)
        if (
            kept is not None
            and kept.around is buffer.around_chain
            and kept.known is known
            and (kept.is_whole or kept.has_chain == buffer.has_chain)
        ):
            return kept
        live = FileRecord(buffer.language, buffer.symbols, buffer.imports)
        root = buffer.root
        # Half a line can swallow a class: then what was known before it says more.
        if root is not None and root.has_error and known is not None and len(known.symbols) > len(live.symbols):
            live = known
        kept = _Live(buffer.around_chain, buffer.has_chain, buffer.is_whole, known, live, buffer.imports)
        self._lives[path] = kept
        return kept

    def imports_of(self, path: str) -> Sequence[Import]:
        """The imports of a file."""
        buffer = self._typed(path)
        if buffer is None:
            return self._index.imports_of(path)
        return self._live(path, buffer, self._index.record(path)).imports

    def symbols_named(self, name: str, limit: int = 1000) -> Sequence[SymbolRow]:
        """Symbols of exactly this name."""
        return self._index.symbols_named(name, limit)

    def search(self, pattern: str, limit: int) -> Matches:
        """Symbols whose name matches."""
        return self._index.search(pattern, limit)

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
        """Symbols whose name begins with `pattern`."""
        return self._index.prefix(pattern, limit, free=free)

    def symbols_of(self, path: str) -> Sequence[SymbolRow]:
        """The symbols of one file."""
        return self._index.symbols_of(path)

    def files_with_word(self, name: str) -> Sequence[str]:
        """The files that hold a word."""
        return self._index.files_with_word(name)

    def words_of(self, path: str) -> bytes:
        """A file's words, each between line feeds."""
        buffer = self._typed(path)
        return self._index.words_of(path) if buffer is None else buffer.words

    def exists(self, path: str) -> bool:
        """Whether the workspace has this file."""
        return self._index.exists(path)

    def below(self, folder: str) -> Iterable[str]:
        """The files right in a folder."""
        return self._index.below(folder)

    def folders_in(self, folder: str) -> Iterable[str]:
        """The folders right in a folder."""
        return self._index.folders_in(folder)

    def ending(self, suffix: str) -> Iterable[str]:
        """The files whose path ends so."""
        return self._index.ending(suffix)

    def text(self, path: str) -> str | None:
        """A small file's text; that of a document as it is, saved or not."""
        buffer = self._opened(path)
        if buffer is None:
            return self._index.text(path)
        return buffer.source.decode("utf-8", "replace") if len(buffer.source) <= MAX_TEXT else None

    def spread(self, names: AbstractSet[str]) -> Mapping[str, Spread]:
        """How names are spread."""
        return self._index.spread(names)

    def n_files(self) -> int:
        """Files of the index."""
        return self._index.n_files()

    def matching(self, terms: Sequence[str], limit: int) -> TextMatches:
        """Definitions by their words."""
        return self._index.matching(terms, limit)

    def graph(self) -> Graph:
        """The same as a graph of files."""
        return self._index.graph()

    def links(self) -> Links:
        """Which files define and which use which names."""
        return self._index.links()


class CodeWorkspace:
    """One workspace as features see it: `core.code_ports.Workspace`."""

    def __init__(
        self,
        root: str,
        settings: CodeSettings,
        index: KeptIndex,
        read: Callable[[str], str | None],
        encoding: PositionEncoding,
    ) -> None:
        self.look_withheld: Callable[[], Callable[[str], str]] | None = None
        """Looks at ignore files and gives what says of paths why they are shown to no model."""
        self._withheld: tuple[float, Callable[[str], str]] = 0.0, _nothing
        self.root, self.settings, self.kept, self.encoding = root, settings, index, encoding
        self.beside: tuple[str, ...] = ()
        self._read = read
        self.open: OrderedDict[str, Buffer] = OrderedDict()
        """The open documents, the one worked on last at the end."""
        self._live = LiveIndex(index, self._typed, self.open.get)
        self.unsaid: dict[str, float] = {}
        """Documents of which the index does not know the latest text, with the time of the last change."""
        self._files: OrderedDict[str, tuple[str, Buffer]] = OrderedDict()
        self.completion = CompletionState()
        self._lines: OrderedDict[str, tuple[str, list[str]]] = OrderedDict()

    @property
    def index(self) -> CodeIndex:
        """The symbols, with what is being typed."""
        return self._live

    def _typed(self, path: str) -> Buffer | None:
        return self.open.get(path) if path in self.unsaid else None

    def buffer(self, path: str) -> Buffer | None:
        """The open document, else the file; None where there is neither."""
        if (opened := self.open.get(path)) is not None:
            return opened
        text = self._read(f"{self.root}/{path}" if self.root else path)
        if text is None:
            self._files.pop(path, None)
            return None
        known = self._files.get(path)
        if known is None or known[0] != text:
            known = self._files[path] = text, Buffer(path, self.language(path, "", text), text)
            while len(self._files) > MAX_FILES:
                self._files.popitem(last=False)
        self._files.move_to_end(path)
        return known[1]

    def language(self, path: str, language_id: str, text: str) -> str:
        """The language of a file, where its name does not say it also by its text and by the files around it."""
        language = language_of(path, language_id)
        if language not in {"c", "cpp"} or not path.lower().endswith(".h"):
            return language
        around = self.kept.below(folder(path)) if self.root else ()
        return spoken(language, text[:HEAD].encode("utf-8", "replace"), path, around)

    def answers(self, feature: str, language: str) -> bool:
        """Whether a feature, by the name of its setting, is on for a language here."""
        return self.settings.answers(feature, language, self.beside if "auto" in self.settings.beside else ())

    def open_paths(self) -> Sequence[str]:
        """The open documents, the one worked on last first."""
        return tuple(reversed(self.open))

    def lines(self, path: str) -> Sequence[str] | None:
        """The lines of a small file as it is now; those of the last ones are kept."""
        text = self._live.text(path)
        if text is None:
            self._lines.pop(path, None)
            return None
        known = self._lines.get(path)
        if known is None or known[0] != text:
            known = self._lines[path] = text, text.split("\n")
            while len(self._lines) > MAX_SPLIT:
                self._lines.popitem(last=False)
        self._lines.move_to_end(path)
        return known[1]

    def why_withheld(self, path: str) -> str:
        """Why a file is shown to no model; what is asked again soon is answered from memory."""
        if self.look_withheld is None or not self.root:
            return ""
        now = monotonic()
        if now - self._withheld[0] > WITHHELD_S or self._withheld[1] is _nothing:
            self._withheld = now, cache(self.look_withheld())
        return self._withheld[1](path)

    def say(self, *, but: str = "", rested_s: float = 0) -> None:
        """Have the index know what is in the open documents that have rested so long."""
        now = monotonic()
        for path in [p for p, at in self.unsaid.items() if p != but and now - at >= rested_s]:
            del self.unsaid[path]
            self.open[path].rest()
            self.kept.overlay(path, self.open[path].record, self.open[path].words)

    def relative(self, path: str) -> str | None:
        """An absolute path below the root, or None."""
        prefix = self.root if self.root.endswith("/") else self.root + "/"
        return path[len(prefix) :] if self.root and path.startswith(prefix) else None
