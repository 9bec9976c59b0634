"""What is known of one file: its symbols and imports. The records that are cached by content.

A record says nothing of the file's path or time, so that the same content is analysed once, wherever it lies.
Rows count from 0. `column` counts UTF-8 bytes, `column16` UTF-16 code units; they differ behind text outside ASCII.
"""

from enum import IntEnum

import msgspec

ANALYSER_VERSION = 5
"""Part of every cache key: raise it when the same content would give another record."""


class SymbolKind(IntEnum):
    """The kinds of LSP 3.18, with its numbers."""

    FILE = 1
    MODULE = 2
    NAMESPACE = 3
    PACKAGE = 4
    CLASS = 5
    METHOD = 6
    PROPERTY = 7
    FIELD = 8
    CONSTRUCTOR = 9
    ENUM = 10
    INTERFACE = 11
    FUNCTION = 12
    VARIABLE = 13
    CONSTANT = 14
    STRING = 15
    NUMBER = 16
    BOOLEAN = 17
    ARRAY = 18
    OBJECT = 19
    KEY = 20
    NULL = 21
    ENUM_MEMBER = 22
    STRUCT = 23
    EVENT = 24
    OPERATOR = 25
    TYPE_PARAMETER = 26


ROUTINES = frozenset({SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.CONSTRUCTOR})
"""What has parameters and a body that runs."""


class Symbol(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One definition."""

    name: str
    kind: int
    """A `SymbolKind`; a plain number, because a million of them are decoded."""
    row: int
    """Of the name."""
    column: int
    column16: int
    start_row: int
    """Of the whole definition."""
    end_row: int
    parent: int = -1
    """Index of the symbol that holds this one, always a smaller number; -1 at the top."""
    signature: str = ""
    """The definition up to its body, on one line."""
    doc: str = ""
    """Its doc comment or string as it is written; `docs.cleaned` takes the signs away. In records of files
    that nobody has open it is left out, but for embedded code and languages whose queries catch docs:
    `documented.doc_of` reads it from the file."""
    type: str = ""
    """The name of its type, where the text says it: an annotation, a constructor that is called, a Go receiver."""
    bases: tuple[str, ...] = ()
    """Names of what a class extends or implements, as written."""
    exported: bool = True
    """Whether other files may use it, as far as the language says so."""
    deprecated: bool = False
    """Whether its doc or an annotation says that it should not be used any more."""


class Import(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One name that a file brings in from elsewhere."""

    module: str
    """As written, without quotes: `os.path`, `..models`, `./util`, `fmt`, `crate::rules`."""
    name: str = ""
    """What is taken from the module; empty for the module itself, `*` for everything."""
    alias: str = ""
    """What it is called here, when that is not its own name."""
    row: int = 0

    @property
    def local(self) -> str:
        """What it is called in the file that imports it; empty for a wildcard."""
        if self.alias or self.name:
            return self.alias or ("" if self.name == "*" else self.name)
        return self.module


class FileRecord(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of one content in one language."""

    language: str
    symbols: tuple[Symbol, ...] = ()
    """In order of their start; a parent comes before what it holds."""
    imports: tuple[Import, ...] = ()
    n_errors: int = 0
    """Syntax errors, up to a limit."""
    is_fallback: bool = False
    """Whether there was no grammar, or it did not end in time, so that only words are known."""


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(FileRecord).decode


def encode_record(record: FileRecord) -> bytes:
    """As it is stored."""
    return _encode(record)


def decode_record(data: bytes) -> FileRecord:
    """What `encode_record` made. Raises msgspec.DecodeError for anything else; bytes may come from a hostile hand."""
    return _decode(data)
