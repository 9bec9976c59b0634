"""The open documents. A change makes new ones, so that whoever holds the old ones keeps them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from rulewright.core.changes import ContentChange, apply_changes
from rulewright.core.snapshot import Document
from rulewright.core.text import PositionEncoding, Text

__all__ = ["ContentChange", "DocumentStore"]


class DocumentStore:
    """Holds what editors have open, by URI, and frees it on close."""

    def __init__(self) -> None:
        self._documents: Mapping[str, Document] = MappingProxyType({})

    @property
    def documents(self) -> Mapping[str, Document]:
        """The documents of this moment; the mapping never changes, a later look gives another one."""
        return self._documents

    def open(self, uri: str, path: str, language_id: str, version: int | None, content: str) -> Document:
        """Take a document; one that is open already is replaced."""
        return self._keep(Document(uri, path, language_id, version, Text(content)))

    def change(
        self,
        uri: str,
        version: int | None,
        changes: Sequence[ContentChange],
        encoding: PositionEncoding,
    ) -> Document | None:
        """Make `changes` in order, each range counted in the text left by the ones before.

        None when the document is not open: there is nothing to change, and the caller should say so.
        """
        old = self._documents.get(uri)
        if old is None:
            return None
        text = apply_changes(old.text, changes, encoding)
        return self._keep(Document(uri, old.path, old.language_id, version, text))

    def close(self, uri: str) -> bool:
        """Forget a document; False when it was not open."""
        if uri not in self._documents:
            return False
        self._documents = MappingProxyType({u: d for u, d in self._documents.items() if u != uri})
        return True

    def _keep(self, document: Document) -> Document:
        self._documents = MappingProxyType({**self._documents, document.uri: document})
        return document
