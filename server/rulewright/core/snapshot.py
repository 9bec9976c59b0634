"""What a request sees: the documents, rules and settings of the moment its message was read. Nothing in it changes."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from rulewright.core.config import Settings
from rulewright.core.rules.book import RuleBook
from rulewright.core.text import Text


class Document(msgspec.Struct, frozen=True):
    """An open document, whose text wins over the file on disk."""

    uri: str
    path: str
    """Absolute, with forward slashes; empty when the URI is not a file's."""
    language_id: str
    version: int | None
    text: Text


class Project(msgspec.Struct, frozen=True):
    """One root folder with its own settings and rules."""

    root: str
    """Absolute, with forward slashes, no trailing slash."""
    settings: Settings
    book: RuleBook

    def relative(self, path: str) -> str | None:
        """`path` below the root, or None when it lies outside."""
        prefix = self.root if self.root.endswith("/") else self.root + "/"
        return path[len(prefix) :] if path.startswith(prefix) else None


class Snapshot(msgspec.Struct, frozen=True):
    """An immutable view of everything a request needs."""

    documents: Mapping[str, Document] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    """By URI."""
    projects: tuple[Project, ...] = ()

    def project_of(self, path: str) -> Project | None:
        """The innermost project that holds `path`."""
        holding = [p for p in self.projects if p.relative(path) is not None]
        return max(holding, key=lambda p: len(p.root), default=None)
