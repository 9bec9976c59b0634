"""What a completion remembers from one keystroke to the next: which names were typed lately, and what a file holds.

One `CompletionState` belongs to one workspace and is handed in with every question. It is bounded, and answers without
it are the same but for recency and speed.
"""

import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec

from rulewright.core.code_ports import SymbolRow
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.imports import NewImport
from rulewright.core.index.naming import bound_name
from rulewright.core.index.splice import difference
from rulewright.core.index.symbols import Import, Symbol

T = TypeVar("T")
MAX_RECENT = 400
"""Names that were typed lately."""
MAX_VIEWS = 12
"""Files whose names are kept ready."""
MAX_TYPED = 400
"""Bytes; a larger change was pasted, or is another branch, and says nothing of what somebody types."""
MAX_SINCE = 160
"""Bytes typed until a file's symbols are looked at again: a few lines. What was made in them is offered as a word."""
MAX_WORDS = 20_000
"""Words of one file."""

_WORD = re.compile(rb"[A-Za-z_$@\x80-\xff][\w\x80-\xff]*[?!]?")


class Client(msgspec.Struct, frozen=True):
    """What the editor can do with an item."""

    snippets: bool = False
    insert_replace: bool = False
    label_details: bool = False
    deprecated_tag: bool = False
    deprecated_flag: bool = False
    preselect: bool = False
    markdown: bool = False
    defaults: frozenset[str] = frozenset()
    """Of `completionList.itemDefaults`."""
    lazy: frozenset[str] = frozenset()
    """What it asks for only when an item is looked at: `documentation`, `detail`, `additionalTextEdits`."""
    asks_in_comments: bool = True
    """Whether it also asks by itself in comments and strings, so that a question there may not be the user's."""


def client_of(capabilities: object, name: str = "") -> Client:
    """What the client's capabilities, as it sent them, say of completion; anything odd in them counts as absent.

    `name` is the client's own; VS Code asks in comments only when it is told to.
    """
    completion = _at(capabilities, "textDocument", "completion")
    item = _at(completion, "completionItem")
    tags = _at(item, "tagSupport", "valueSet")
    formats = _at(item, "documentationFormat")
    defaults = _at(completion, "completionList", "itemDefaults")
    lazy = _at(item, "resolveSupport", "properties")
    return Client(
        snippets=_at(item, "snippetSupport") is True,
        insert_replace=_at(item, "insertReplaceSupport") is True,
        label_details=_at(item, "labelDetailsSupport") is True,
        deprecated_tag=isinstance(tags, list) and 1 in tags,
        deprecated_flag=_at(item, "deprecatedSupport") is True,
        preselect=_at(item, "preselectSupport") is True,
        markdown=isinstance(formats, list) and formats[:1] == ["markdown"],
        defaults=_texts(defaults),
        lazy=_texts(lazy),
        asks_in_comments=not name.startswith(("Visual Studio Code", "code-server", "VSCodium", "Code - OSS")),
    )


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _texts(value: object) -> frozenset[str]:
    return frozenset(v for v in value if isinstance(v, str)) if isinstance(value, list) else frozenset()


class Trigger(msgspec.Struct, frozen=True):
    """Why the editor asks."""

    kind: Literal["invoked", "character", "incomplete"] = "invoked"
    """`invoked` is a letter that was typed, or a key that was pressed for it: the protocol does not say which."""
    character: str = ""


class View(msgspec.Struct):
    """What a file held when it was last looked at as a whole."""

    source: bytes
    symbols: tuple[Symbol, ...]
    imports: tuple[Import, ...]
    rows_since: int = 0
    """Lines that the text has got since then; fewer than none where it has lost some."""
    names: tuple[str, ...] = ()
    """Of the symbols."""
    bound: tuple[str, ...] = ()
    """What each import is called; empty for one without a name of its own."""
    words: dict[str, list[str]] | None = None
    """The file's words by their first letter in lower case, underscores in front left out."""
    words_source: bytes = b""
    checked: object = None
    """`Buffer.around` of the text for which this was last found to be good enough."""
    words_checked: object = None


class CompletionState:
    """What is remembered of one workspace."""

    def __init__(self, client: Client | None = None) -> None:
        self.client = client or Client()
        self._recent: dict[str, int] = {}
        self._tick = 0
        self._views: dict[str, View] = {}
        self._last: tuple[str, bytes, int] | None = None
        self._observed: object = None
        self.imports_known: dict[tuple[str, str, str], NewImport | None] = {}
        """How a file would import a symbol of another, by both paths and the name; bounded by who fills it."""
        self.nameless: tuple[tuple[str, int], tuple[SymbolRow, ...]] | None = None
        """What other files export without a name, as it was where the word at these two, a path and a byte, began."""
        self._elsewhere: tuple[str, int, str, tuple[SymbolRow, ...]] | None = None
        self._around: tuple[object, ...] = ()
        self._kept: dict[str, Any] = {}

    # While a word grows

    def begin(self, around: tuple[object, ...]) -> None:
        """Say what is around the word that is asked about: as long as that is the same, `once` knows its answers."""
        if len(around) != len(self._around) or any(
            a is not b and a != b for a, b in zip(around, self._around, strict=True)
        ):
            self._around, self._kept = around, {}

    def once(self, what: str, make: Callable[[], T]) -> T:
        """What does not depend on the letters of the word that is being typed, made once for all of them."""
        if what not in self._kept:
            self._kept[what] = make()
        kept: T = self._kept[what]
        return kept

    def is_asked(self, path: str) -> bool:
        """Whether the last question was about this file."""
        return self._last is not None and self._last[0] == path

    # Recency

    def observe(self, path: str, source: bytes, start: int, end: int, around: object = None) -> None:
        """Look at what was typed since the last question; the word between two bytes is not finished yet.

        `around` is that of the buffer: as long as it stays, nothing else has been typed.
        """
        last, self._last = self._last, (path, source, end)
        is_same, self._observed = around is not None and around is self._observed, around
        if is_same or last is None or last[0] != path or last[1] is source:
            return
        low, _, high = difference(last[1], source)
        if high - low > MAX_TYPED:
            return
        while low > 0 and _is_wordy(source[low - 1 : low]):
            low -= 1
        while high < len(source) and _is_wordy(source[high : high + 1]):
            high += 1
        for found in _WORD.finditer(source, low, high):
            if found.end() < start or found.start() > end:
                self.touch(found[0].decode("utf-8", "replace"))

    def touch(self, name: str) -> None:
        """A name was typed, or an item of that name was taken."""
        self._tick += 1
        self._recent.pop(name, None)
        self._recent[name] = self._tick
        if len(self._recent) > MAX_RECENT:
            del self._recent[next(iter(self._recent))]

    def recency(self, name: str) -> float:
        """1 for the name that was typed last, going to 0; 0 for one that was not typed lately."""
        tick = self._recent.get(name)
        return 0.0 if tick is None else 1.0 / (1.0 + (self._tick - tick) / 20.0)

    def is_explicit(self, trigger: Trigger, path: str, source: bytes, byte: int, prefix: str) -> bool:
        """Whether the user pressed a key for this, as far as can be told: ask before `observe`.

        Editors that ask by themselves do so behind a letter that was just typed. So a question behind no letter is the
        user's, and so is the same question a second time.
        """
        if trigger.kind != "invoked":
            return False
        if not self.client.asks_in_comments or not prefix:
            return True
        return self._last is not None and self._last[0] == path and self._last[1:] == (source, byte)

    # What files hold

    def view(self, path: str, buffer: Buffer) -> View:
        """A file's symbols and imports; while somebody types, those from a few lines ago."""
        view = self._views.get(path)
        if view is not None and view.checked is buffer.around:
            return view
        self._views.pop(path, None)
        if view is None or (rows := _rows_typed(view.source, buffer.source)) is None:
            before = view
            names = tuple(s.name for s in buffer.symbols)
            bound = tuple(bound_name(buffer.language, one) for one in buffer.imports)
            view = View(buffer.source, buffer.symbols, buffer.imports, 0, names, bound)
            if before is not None:
                view.words, view.words_source = before.words, before.words_source
        else:
            view.rows_since = rows
        view.checked = buffer.around
        self._views[path] = view
        if len(self._views) > MAX_VIEWS:
            del self._views[next(iter(self._views))]
        return view

    def words(self, path: str, buffer: Buffer, letter: str) -> list[str]:
        """A file's words that begin with a letter; of one that is being typed in, those from a little while ago."""
        view = self.view(path, buffer)
        if view.words is not None and view.words_checked is buffer.around:
            return view.words.get(letter, [])
        view.words_checked = buffer.around
        if view.words is None or not _is_near(view.words_source, buffer.source):
            view.words, view.words_source = {}, buffer.source
            for word in buffer.words.decode("utf-8", "replace").split("\n")[1:-1][:MAX_WORDS]:
                view.words.setdefault(first_letter(word), []).append(word)
        return view.words.get(letter, [])

    def elsewhere(self, path: str, start: int, prefix: str) -> tuple[tuple[SymbolRow, ...] | None, bool]:
        """All symbols that can match, where a shorter beginning of the same word had a complete answer."""
        kept = self._elsewhere
        if kept is None or kept[:2] != (path, start) or not prefix.startswith(kept[2]):
            return None, False
        return kept[3], True

    def remember_elsewhere(self, path: str, start: int, prefix: str, rows: tuple[SymbolRow, ...]) -> None:
        """Keep a complete answer for the rest of the word: what matches more letters matches fewer."""
        self._elsewhere = (path, start, prefix, rows)

    def forget(self, path: str) -> None:
        """A document was closed."""
        self._views.pop(path, None)
        if self._last is not None and self._last[0] == path:
            self._last = None


def first_letter(word: str) -> str:
    """The letter by which a word is kept."""
    return (word.lstrip("_") or word)[:1].lower()


def _rows_typed(old: bytes, new: bytes) -> int | None:
    """The lines that came with what was typed; None where so much changed that the file has to be looked at again."""
    if old is new:
        return 0
    if abs(len(old) - len(new)) > MAX_SINCE:
        return None
    low, old_high, new_high = difference(old, new)
    if max(old_high, new_high) - low > MAX_SINCE:
        return None
    return new.count(b"\n", low, new_high) - old.count(b"\n", low, old_high)


def _is_near(old: bytes, new: bytes) -> bool:
    """Whether two texts differ in one short stretch at most."""
    if abs(len(old) - len(new)) > MAX_TYPED:
        return False
    low, old_high, new_high = difference(old, new)
    return max(old_high, new_high) - low <= MAX_TYPED


def _is_wordy(char: bytes) -> bool:
    return char.isalnum() or char == b"_" or char >= b"\x80"
