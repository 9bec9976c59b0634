"""What an import means: the files it refers to, and the statement that would bring a name in. One module a language."""

from collections.abc import Iterable
from importlib import import_module
from types import ModuleType
from typing import Protocol

import msgspec

from rulewright.core.index.imports.scoped import NESTED
from rulewright.core.index.symbols import FileRecord, Import


class Files(Protocol):
    """The files of a workspace; paths are relative to its root, with forward slashes."""

    def exists(self, path: str) -> bool:
        """Whether the workspace has this file."""
        ...

    def below(self, folder: str) -> Iterable[str]:
        """The files right in a folder, in order; the root is the empty string."""
        ...

    def ending(self, suffix: str) -> Iterable[str]:
        """The files whose path is `suffix` or ends with a slash and `suffix`, in order."""
        ...

    def text(self, path: str) -> str | None:
        """A small file's text, such as `go.mod`; None where it is not there or too large."""
        ...


class Remembered:
    """Files as one answer sees them: whether one is there is asked once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[str, bool] = {}
        self.below, self.ending, self.text = files.below, files.ending, files.text

    def exists(self, path: str) -> bool:
        """Whether the workspace has this file."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self._files.exists(path)
        return known


class NewImport(msgspec.Struct, frozen=True):
    """An import that a file does not have yet."""

    module: str
    name: str
    """What is taken from the module; empty for the module itself."""
    statement: str
    """The whole line, without its end."""


class Insertion(msgspec.Struct, frozen=True):
    """Where text goes into a file, as a byte offset."""

    byte: int
    text: str


_MODULES = {
    "python": "python",
    "javascript": "ecmascript",
    "typescript": "ecmascript",
    "tsx": "ecmascript",
    "go": "go",
    "rust": "rust",
    "java": "java",
    "ruby": "ruby",
    "elixir": "elixir",
}


def resolve(language: str, imported: Import, path: str, files: Files) -> tuple[str, ...]:
    """The files of the workspace that an import in `path` refers to, the likeliest first; empty for what is outside."""
    module = _module(language)
    return tuple(dict.fromkeys(module.resolve(imported, path, files))) if module else ()


def new_import(language: str, name: str, target: str, path: str, files: Files) -> NewImport | None:
    """How `path` would import `name`, which is defined in `target`; None where the language needs no import for it."""
    module = _module(language)
    return module.new_import(name, target, path, files) if module else None


def insertion(language: str, source: bytes, record: FileRecord, new: NewImport, row: int = 0) -> Insertion | None:
    """Where a new import goes and what is written there; None when it is there already.

    `row` is where it is wanted, in languages in which a module inside of the file has imports of its own.
    Import statements that hold half a character, which some editors send while an emoji is typed, are left alone: None.
    """
    module = _module(language)
    if module is None:
        return None
    where = (row,) if language in NESTED else ()
    try:
        place: Insertion | None = module.insertion(source, record, new, *where)
    except UnicodeDecodeError:
        return None
    return place


def _module(language: str) -> ModuleType | None:
    name = _MODULES.get(language)
    return import_module(f"{__name__}.{name}") if name else None
