"""An open document as the grammar sees it: bytes, line starts and a tree that follows every edit.

The tree is edited at once and parsed when somebody asks: a burst of keystrokes costs one parse. Lines are those of
the language server protocol; a lone carriage return stands as a line feed, so that the tree's rows are the same.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable

from tree_sitter import Node, Point, Tree

from rulewright.core.changes import ContentChange, apply_changes
from rulewright.core.index.analyse import record_of
from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.injections import Piece, pieces
from rulewright.core.index.leaves import SETTLED, is_broken, is_plain, is_same_leaf
from rulewright.core.index.outline import outline
from rulewright.core.index.scopes import ScopeTree, node_for, scopes_of
from rulewright.core.index.splice import splice_outline
from rulewright.core.index.symbols import FileRecord, Import, Symbol
from rulewright.core.index.words import words_of
from rulewright.core.text import Position, PositionEncoding, Range, Text

_LONE_CR = re.compile(r"\r(?!\n)")
_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
"""What grows a word without anything else changing."""
_CHAIN = _LETTERS + b"."
_PAIRS = frozenset({b"()", b"[]", b"{}", b"<>", b'""', b"''", b"``"})
_REST_OF_WORD = re.compile(rb"[0-9A-Za-z_]*")
_LETTERS_SET = frozenset(bytes([byte]) for byte in _LETTERS)
MAX_GROWING = 200
"""Bytes of a word that is being typed; a longer one is data."""
SMALL = 20_000
"""Bytes up to which a whole outline costs less than finding out what changed."""


class Buffer:
    """One document. `path` is absolute; `language` canonical, empty when nobody knows it."""

    def __init__(self, path: str, language: str, text: str, version: int | None = None) -> None:
        self.path, self.language, self.version = path, language, version
        self.grammar: Grammar | None = grammar_of(language)
        self._exact: Text | None = None
        """The text itself, where it has lone carriage returns and bytes alone would not say enough."""
        self.around: object
        """Stays the same as long as only one word is being typed, and all around it stays."""
        self.around_chain: object
        """The same for words with dots between them."""
        self._set(text)

    def _set(self, text: str) -> None:
        if _LONE_CR.search(text):
            self._exact = Text(text)
            text = _LONE_CR.sub("\n", text)
        else:
            self._exact = None
        self.source = text.encode("utf-8", "surrogatepass")
        self._begins = _line_starts(self.source)
        self._shifted, self._shift = len(self._begins), 0
        """From this line on all begin so many bytes later than `_begins` says: most changes stay in one line."""
        self._tree: Tree | None = None
        self._is_parsed = self._is_edited = False
        self._outline: tuple[tuple[Symbol, ...], tuple[Import, ...]] | None = None
        self._outline_source = b""
        self._outline_tree: Tree | None = None
        self._word, self._chain = 0, 0
        self.around, self.around_chain = object(), object()
        self._expected: tuple[object, Tree] | None = None
        self._is_near = False
        """Whether the tree that was not parsed again is the one that parsing would give."""
        self._forget()

    def _forget(self) -> None:
        self._record: FileRecord | None = None
        self._words: bytes | None = None
        self._ascii: bool | None = None
        self._scopes: dict[tuple[int, int], ScopeTree] = {}
        self._pieces: list[Piece] | None = None

    # Editing

    def apply(self, changes: Iterable[ContentChange], encoding: PositionEncoding, version: int | None = None) -> None:
        """Make an editor's changes, in order; positions outside the text mean its nearest place."""
        changes = list(changes)
        self.version = version
        if self._exact is not None or any(c.range is None or _LONE_CR.search(c.text) for c in changes):
            before = self._exact or Text(self.source.decode("utf-8", "surrogatepass"))
            self._set(apply_changes(before, changes, encoding).content)
            return
        for change in changes:
            assert change.range is not None
            self._replace(change.range, change.text, encoding)

    def _replace(self, where: Range, text: str, encoding: PositionEncoding) -> None:
        start, end = sorted((self.byte(where.start, encoding), self.byte(where.end, encoding)))
        new = text.encode("utf-8", "surrogatepass")
        start_point, end_point = self.point(start), self.point(end)
        was_plain = self._is_near or (self._is_parsed and self._is_plain())
        is_growing = self._is_growing(self._word, start, end, new, _LETTERS)
        is_chain = self._is_growing(self._chain, start, end, new, _CHAIN)
        self.source = self.source[:start] + new + self.source[end:]
        self._move_lines(start, start_point.row, end_point.row, new, len(new) - (end - start))
        stop = start + len(new)
        if self._tree is not None:
            self._tree.edit(start, end, stop, start_point, end_point, self.point(stop))
        if is_growing:
            self._is_near = (was_plain and self._is_same_tree(self._tree)) or self._is_as_expected(start, end, new)
        else:
            # An editor that closes what is opened leaves the cursor in between.
            cursor = stop - 1 if new in _PAIRS and start == end else stop
            self._word, self.around, self._is_near = self._start_of(cursor, _LETTERS), object(), False
        if not is_chain:
            self._chain, self.around_chain = self._start_of(stop, _CHAIN), object()
        self._is_parsed, self._is_edited = False, True
        self._forget()

    def _move_lines(self, start: int, row: int, last: int, new: bytes, delta: int) -> None:
        """Let the lines begin where they do after a change from a byte in a row to another row."""
        if row != last or b"\n" in new or self._shifted != row + 1:
            starts = self._starts
            inserted = [start + offset for offset in _line_starts(new)[1:]]
            starts[row + 1 : last + 1] = inserted
            self._shifted, self._shift = row + 1 + len(inserted), 0
        self._shift += delta

    @property
    def _starts(self) -> list[int]:
        """The byte at which each line begins."""
        if self._shift:
            self._begins[self._shifted :] = [start + self._shift for start in self._begins[self._shifted :]]
        self._shifted, self._shift = len(self._begins), 0
        return self._begins

    def _is_growing(self, since: int, start: int, end: int, new: bytes, letters: bytes) -> bool:
        """Whether a change only puts some letters for others behind a place, where the last change was too."""
        return (
            since <= start
            and end - since <= MAX_GROWING
            and not new.translate(None, letters)
            and not self.source[since:end].translate(None, letters)
        )

    def _start_of(self, byte: int, letters: bytes) -> int:
        """Where the run of some letters begins that ends at a byte."""
        head = self.source[max(0, byte - MAX_GROWING) : byte]
        return byte - len(head) + len(head.rstrip(letters))

    def _is_plain(self) -> bool:
        """Whether the word that was typed last is nothing but a name."""
        word = _REST_OF_WORD.match(self.source, self._word)
        return word is not None and self.grammar is not None and is_plain(self.grammar, word[0])

    def _is_same_tree(self, tree: Tree | None) -> bool:
        """Whether parsing would give this tree: a name has become another, and nothing but that has changed."""
        if tree is None or self.grammar is None:
            return False
        word = _REST_OF_WORD.match(self.source, self._word)
        return word is not None and is_same_leaf(self.grammar, tree, self.source, self._word, word.end())

    def _is_as_expected(self, start: int, end: int, new: bytes) -> bool:
        """Take the tree that was made for a word at this place, now that its first letter is there."""
        expected, self._expected = self._expected, None
        if expected is None or expected[0] is not self.around or start != end or start != self._word or len(new) != 1:
            return False
        tree, stop = expected[1], start + 1
        tree.edit(start, stop, stop, self.point(start), self.point(stop), self.point(stop))
        if not self._is_same_tree(tree):
            return False
        self._tree = tree
        return True

    def expect_word(self) -> None:
        """Parse as if a word began where something else was typed last: when it does, an answer need not wait."""
        tree, at = self.tree, self._word
        if (
            tree is None
            or self.grammar is None
            or self.grammar.name not in SETTLED
            or self.has_word
            or (self._expected is not None and self._expected[0] is self.around)
        ):
            return
        tree, point = tree.copy(), self.point(at)
        tree.edit(at, at, at + 1, point, point, Point(point.row, point.column + 1))
        self._expected = self.around, self.grammar.parser.parse(self.source[:at] + b"x" + self.source[at:], tree)

    # Places

    def byte(self, position: Position, encoding: PositionEncoding) -> int:
        """The byte of a position in an editor's units, moved into the text."""
        if position.line < 0:
            return 0
        if position.line >= len(self._begins):
            return len(self.source)
        start = self.line_start(position.line)
        if self._is_ascii():
            return min(start + max(position.character, 0), self._line_end(position.line))
        line = self.line(position.line)
        character = max(position.character, 0)
        if encoding == "utf-8" or line.isascii():
            at = min(character, len(line))
            while 0 < at < len(line) and line[at] & 0xC0 == 0x80:  # noqa: PLR2004 - the middle of a character
                at -= 1
            return start + at
        text = Text(line.decode("utf-8", "surrogatepass"))
        point = text.from_client(Position(0, character), encoding)
        return start + len(text.content[: point.character].encode("utf-8", "surrogatepass"))

    def position(self, byte: int, encoding: PositionEncoding) -> Position:
        """The position of a byte in an editor's units."""
        row, column = self.point(byte)
        if self._is_ascii():
            return Position(row, column)
        start = self.line_start(row)
        return Position(row, units(self.source[start : start + column], encoding))

    def range(self, start: int, end: int, encoding: PositionEncoding) -> Range:
        """The range between two bytes in an editor's units."""
        return Range(self.position(start, encoding), self.position(end, encoding))

    def point(self, byte: int) -> Point:
        """The row and the byte in that row, as tree-sitter counts."""
        row = bisect_right(self._begins, byte, 0, self._shifted) - 1
        if row == self._shifted - 1 and self._shifted < len(self._begins):
            row = bisect_right(self._begins, byte - self._shift, self._shifted) - 1
        return Point(row, byte - self.line_start(row))

    def line(self, row: int) -> bytes:
        """A line without its end; empty when there is no such line."""
        if not 0 <= row < len(self._begins):
            return b""
        return self.source[self.line_start(row) : self._line_end(row)]

    def _line_end(self, row: int) -> int:
        """The byte behind the last of a line that is there, without its end."""
        start = self.line_start(row)
        end = self.line_start(row + 1) - 1 if row + 1 < len(self._begins) else len(self.source)
        return end - 1 if end > start and self.source[end - 1] == ord("\r") else end

    def _is_ascii(self) -> bool:
        """Whether every unit of every editor is a byte: then a long line need not be read for its columns."""
        if self._ascii is None:
            self._ascii = self.source.isascii()
        return self._ascii

    def line_start(self, row: int) -> int:
        """The first byte of a line; the end of the text where there is no such line."""
        if row >= len(self._begins):
            return len(self.source)
        return self._begins[row] + self._shift if row >= self._shifted else self._begins[row]

    @property
    def n_lines(self) -> int:
        """Lines, counting an empty last one after a final line end."""
        return len(self._begins)

    # Knowledge

    @property
    def tree(self) -> Tree | None:
        """The tree of the text as it is now; None where there is no grammar."""
        if self.grammar is not None and not self._is_parsed:
            self._tree = self.grammar.parser.parse(self.source, self._tree) if self._tree else self._parse()
            self._is_parsed = True
        return self._tree

    def rest(self) -> None:
        """Forget how the text came about, now that nobody types.

        How a parser recovers from an error depends on the tree that it starts from, so on the edits that led here. What
        is kept of a document, and what is reported, must depend on its text alone: one with errors is parsed from
        scratch.
        """
        tree = self.tree
        if self._is_edited and tree is not None and tree.root_node.has_error:
            self._tree, self._outline, self._expected = self._parse(), None, None
            self._forget()
        self._is_edited = False

    @property
    def near_root(self) -> Node | None:
        """The tree's root for who asks while a word is being typed, not always parsed again; None without a grammar.

        The tree is that of the text, but nodes may not be kept beyond the question: parsing makes others.
        """
        if self._is_near and not self._is_parsed and self._tree is not None:
            return self._tree.root_node
        return self.root

    @property
    def word_start(self) -> int:
        """Where the word begins that was typed last, or would begin."""
        return self._word

    @property
    def has_word(self) -> bool:
        """Whether anything is typed of that word, or stands there already."""
        return self.source[self._word : self._word + 1] in _LETTERS_SET

    @property
    def has_chain(self) -> bool:
        """Whether anything is typed of the words for which `around_chain` holds."""
        return self.source[self._chain : self._chain + 1] in _LETTERS_SET

    @property
    def is_whole(self) -> bool:
        """Whether what lies at the top of the text around what was typed last has no error."""
        tree = self.tree
        return tree is not None and (not tree.root_node.has_error or not is_broken(tree, self._chain))

    def _parse(self) -> Tree:
        assert self.grammar is not None
        return self.grammar.parser.parse(self.source)

    @property
    def root(self) -> Node | None:
        """The tree's root; None where there is no grammar."""
        tree = self.tree
        return tree.root_node if tree is not None else None

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols of the text as it is now; those of embedded code are in `record` only."""
        return self._outlined()[0]

    @property
    def imports(self) -> tuple[Import, ...]:
        """The imports of the text as it is now."""
        return self._outlined()[1]

    def _outlined(self) -> tuple[tuple[Symbol, ...], tuple[Import, ...]]:
        tree = self.tree
        if tree is None or self.grammar is None:
            return (), ()
        if self._outline is None or self._outline_source is not self.source:
            spliced = None
            if self._outline is not None and self._outline_tree is not None and len(self.source) > SMALL:
                spliced = splice_outline(
                    self.grammar, self._outline_source, self.source, self._outline_tree, tree, *self._outline
                )
            self._outline = spliced or outline(self.grammar, self.source, tree.root_node, with_docs=True)
            self._outline_source, self._outline_tree = self.source, tree.copy()
        return self._outline

    @property
    def words(self) -> bytes:
        """The words of the text, as the index has them."""
        if self._words is None:
            self._words = words_of(self.source)
        return self._words

    @property
    def record(self) -> FileRecord:
        """All that is known of the text as it is now."""
        if self._record is None:
            tree = self.tree
            if tree is None or self.grammar is None:
                self._record = FileRecord(self.language, is_fallback=True)
            else:
                self._record = record_of(self.grammar, self.source, tree, self._outlined())
        return self._record

    def scopes(self, byte: int) -> ScopeTree | None:
        """The scopes around a byte; None where there is no grammar."""
        root = self.root
        if root is None or self.grammar is None:
            return None
        node = node_for(root, byte)
        key = node.start_byte, node.end_byte
        if key not in self._scopes:
            self._scopes[key] = scopes_of(self.grammar, self.source, node)
        return self._scopes[key]

    def piece_at(self, byte: int) -> Piece | None:
        """The embedded piece of another language that holds a byte; None for the file's own language."""
        if self.grammar is None or not self.grammar.section("injections") or self.tree is None:
            return None
        if self._pieces is None:
            self._pieces = list(pieces(self.grammar, self.source, self.tree))
        return next((p for p in self._pieces if p.start <= byte <= p.end), None)


def units(prefix: bytes, encoding: PositionEncoding) -> int:
    """How many of an editor's units some UTF-8 has."""
    if encoding == "utf-8" or prefix.isascii():
        return len(prefix)
    text = prefix.decode("utf-8", "replace")
    return len(text) if encoding == "utf-32" else len(text.encode("utf-16-le")) // 2


def _line_starts(source: bytes) -> list[int]:
    starts = [0]
    at = source.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = source.find(b"\n", at + 1)
    return starts
