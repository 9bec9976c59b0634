"""What the features that know code need from the world: the workspace's symbols and its files, open or not.

All of it is synchronous: these features run in a process of their own, where nothing else waits for them.
Paths are relative to the workspace's root, with forward slashes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

import msgspec

from rulewright.core.index.buffer import Buffer
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.retrieve.graph import Graph
from rulewright.core.retrieve.links import Links
from rulewright.core.retrieve.position import Spread
from rulewright.core.text import PositionEncoding


class SymbolRow(msgspec.Struct, frozen=True, gc=False):
    """One symbol of the workspace, without what only its file's record knows (signature, doc, bases)."""

    id: int
    """Stays the same while its file does."""
    path: str
    language: str
    name: str
    kind: int
    row: int
    column: int
    column16: int
    container: str = ""
    """The name of the symbol that holds it."""
    exported: bool = True
    type: str = ""


class Matches(msgspec.Struct, frozen=True):
    """Symbols found by a pattern, the best first."""

    rows: tuple[SymbolRow, ...]
    is_complete: bool = True
    """Whether there are no others."""


class TextMatches(msgspec.Struct, frozen=True):
    """Definitions found by the words in them, the best first."""

    rows: tuple[SymbolRow, ...] = ()
    n_waiting: int = 0
    """Files whose words are not known yet."""


class CodeIndex(Protocol):
    """The symbols of one workspace. Open documents count as they are, not as they were saved."""

    def symbols_named(self, name: str, limit: int = 1000) -> Sequence[SymbolRow]:
        """Symbols of exactly this name, ordered by path and place."""
        ...

    def search(self, pattern: str, limit: int) -> Matches:
        """Symbols whose name matches by prefix, camel humps or in sequence."""
        ...

    def prefix(self, pattern: str, limit: int, *, free: bool = False) -> Matches:
        """Symbols whose name begins with `pattern`, in any case. Faster than `search`.

        With `free` only those that another file may name without a receiver, see `core.index.free`.
        """
        ...

    def symbols_of(self, path: str) -> Sequence[SymbolRow]:
        """The symbols of one file, in order."""
        ...

    def record(self, path: str) -> FileRecord | None:
        """All that is known of a file; None when it is not in the index."""
        ...

    def imports_of(self, path: str) -> Sequence[Import]:
        """The imports of a file."""
        ...

    def files_with_word(self, name: str) -> Sequence[str]:
        """The files that hold a word, in order of their paths."""
        ...

    def words_of(self, path: str) -> bytes:
        """A file's words, each between line feeds; empty for one that is not in the index."""
        ...

    def exists(self, path: str) -> bool:
        """Whether the workspace has this file. The rest, folders left out, is what `imports.Files` asks for."""
        ...

    def below(self, folder: str) -> Iterable[str]:
        """The files right in a folder, in order; the root is the empty string."""
        ...

    def folders_in(self, folder: str) -> Iterable[str]:
        """The paths of the folders right in a folder that are indexed, in order; the root is the empty string."""
        ...

    def ending(self, suffix: str) -> Iterable[str]:
        """The files whose path is `suffix` or ends with a slash and `suffix`, in order."""
        ...

    def text(self, path: str) -> str | None:
        """A small file's text; None where it is not there or too large."""
        ...

    def spread(self, names: AbstractSet[str]) -> Mapping[str, Spread]:
        """How names are spread over the files; those that nothing defines are left out."""
        ...

    def n_files(self) -> int:
        """Files of the index."""
        ...

    def matching(self, terms: Sequence[str], limit: int) -> TextMatches:
        """Definitions whose text has some of these words, by `core.retrieve.question.COLUMN_WEIGHTS`."""
        ...

    def graph(self) -> Graph:
        """The same as a graph of files, for a map."""
        ...

    def links(self) -> Links:
        """Which files define and which use which names, on disk, as far as that is read. Nobody changes it."""
        ...


class Workspace(Protocol):
    """One workspace as a feature sees it while it answers one question."""

    @property
    def encoding(self) -> PositionEncoding:
        """What the client counts characters in."""
        ...

    @property
    def index(self) -> CodeIndex:
        """The symbols."""
        ...

    def buffer(self, path: str) -> Buffer | None:
        """A file with its tree: the open document, else what is on disk; None where there is none or it is too large.

        The last few are kept.
        """
        ...

    def open_paths(self) -> Sequence[str]:
        """The open documents, the one worked on last first."""
        ...

    def lines(self, path: str) -> Sequence[str] | None:
        """The lines of a small file, split at line feeds; None where it is not there or too large."""
        ...

    def why_withheld(self, path: str) -> str:
        """Why a file's text is shown to no model, such as `is ignored by git`; empty where it may be."""
        ...


class IndexProgress(Protocol):
    """How far the index of a workspace is."""

    @property
    def done(self) -> int:
        """Files."""
        ...

    @property
    def total(self) -> int:
        """Files."""
        ...

    @property
    def seconds_left(self) -> float | None:
        """By the speed so far; None while there is nothing to go by."""
        ...


class KeptIndex(CodeIndex, Protocol):
    """The index of one workspace, which follows the disk and the open documents."""

    def overlay(self, path: str, record: FileRecord | None, words: bytes = b"") -> None:
        """From now on this counts instead of what is on disk; with None the disk counts again."""
        ...

    def refresh(self, paths: Sequence[str] | None = None) -> None:
        """Look at these files or folders again, or at all."""
        ...

    def step(self, timeout_s: float) -> bool:
        """Go on with what is to be done for at most about this long; whether there is more."""
        ...

    def progress(self) -> IndexProgress:
        """How far it is."""
        ...

    def prefer(self, paths: Sequence[str]) -> None:
        """Index these first."""
        ...

    def pause(self) -> None:
        """Stop indexing; questions are still answered."""
        ...

    def resume(self) -> None:
        """Go on."""
        ...

    def status(self) -> Any:
        """A record for people and programs."""
        ...

    def why(self, path: str) -> str:
        """Whether a file is known, and the reason, in a sentence."""
        ...

    def read_links(self, timeout_s: float) -> bool:
        """Go on reading what `links` gives for at most about this long; whether there is more."""
        ...

    def read_texts(self, timeout_s: float) -> bool:
        """Go on with what `matching` needs, from now on also in `step`; whether there is more."""
        ...

    def folders(self) -> Collection[str]:
        """The folders that hold a file of the index, relative to the root; it is the empty path."""
        ...

    def clear(self, *, records: bool = False) -> None:
        """Forget the workspace; with `records` also what is kept by content."""
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class FolderWatch(Protocol):
    """Watches some folders at a time."""

    def follow(self, folders: Collection[str]) -> bool:
        """Watch these, and no others, from now on; False where there are too many."""
        ...

    def close(self) -> None:
        """Watch nothing."""
        ...
