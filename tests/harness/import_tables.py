"""The rows of the tables of imports, and the one place that runs each kind."""

from collections.abc import Sequence

import msgspec

from rulewright.core.index.analyse import analyse
from rulewright.core.index.imports import NewImport, insertion, new_import, resolve
from rulewright.core.index.symbols import Import
from tests.harness.memory_files import MemoryFiles

_LANGUAGES = {"ts": "typescript", "js": "javascript", "mjs": "javascript", "cjs": "javascript"}


class Resolved(msgspec.Struct):
    """What an import means."""

    files: MemoryFiles
    path: str
    """Where it stands."""
    imported: Import
    found: str
    """The files, with blanks between them."""


class Brought(msgspec.Struct):
    """How a file would bring in a name of another."""

    files: MemoryFiles
    name: str
    target: str
    """Where it is defined."""
    path: str
    statement: str | None


class Inserted(msgspec.Struct):
    """Where a new import goes, and that it is there then."""

    new: NewImport
    before: str
    after: str | None
    """None where the file has it already."""
    language: str = ""
    """Where it is not that of the table."""


class Joined(msgspec.Struct):
    """What a file looks like that brings in a name, from the question to the text; the language goes by the path."""

    files: MemoryFiles
    path: str
    name: str
    target: str
    before: str
    after: str


class Table(msgspec.Struct):
    """All rows of a language."""

    language: str
    resolved: Sequence[Resolved] = ()
    brought: Sequence[Brought] = ()
    inserted: Sequence[Inserted] = ()
    joined: Sequence[Joined] = ()


def files_of(language: str, row: Resolved) -> str:
    """The files that an import means."""
    return " ".join(resolve(language, row.imported, row.path, row.files))


def statement_of(language: str, row: Brought) -> str | None:
    """The statement that brings a name in."""
    new = new_import(language, row.name, row.target, row.path, row.files)
    return new.statement if new is not None else None


def with_import(language: str, text: str, new: NewImport) -> str | None:
    """A text with a new import; None where none is needed. What comes out can be read, and needs it no more."""
    source = text.encode()
    place = insertion(language, source, analyse(language, source), new)
    if place is None:
        return None
    result = source[: place.byte] + place.text.encode() + source[place.byte :]
    record = analyse(language, result)
    assert record.n_errors == 0, result.decode()
    assert insertion(language, result, record, new) is None, result.decode()
    return result.decode()


def joined(row: Joined) -> str | None:
    """A file that has brought in a name."""
    language = _LANGUAGES.get(row.path.rpartition(".")[2], "typescript")
    new = new_import(language, row.name, row.target, row.path, row.files)
    return with_import(language, row.before, new) if new is not None else None
