"""didOpen, didChange, didSave, didClose. Plain functions, so that they act in the order of the messages."""

import logging

from lsprotocol import types as t

from rulewright.adapters.lsp import convert
from rulewright.adapters.lsp.language_server import Server
from rulewright.core import uris

log = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Handle the documents that the client opens."""
    server.feature(t.TEXT_DOCUMENT_DID_OPEN)(did_open)
    server.feature(t.TEXT_DOCUMENT_DID_CHANGE)(did_change)
    server.feature(t.TEXT_DOCUMENT_DID_CLOSE)(did_close)
    server.feature(t.TEXT_DOCUMENT_DID_SAVE, t.SaveOptions(include_text=False))(did_save)


def did_open(ls: Server, params: t.DidOpenTextDocumentParams) -> None:
    """Take a document; its text wins over the file from now on."""
    document = params.text_document
    ls.gateway.open_document(document.uri, document.language_id, document.version, document.text)
    ls.recent_uri = document.uri
    ls.publisher.document_changed(document.uri)


def did_change(ls: Server, params: t.DidChangeTextDocumentParams) -> None:
    """Make the changes in order, each counted in the text left by the ones before."""
    document = params.text_document
    if document.uri not in ls.gateway.take_snapshot().documents:
        log.warning("a change of %s was ignored: it is not open", document.uri)
        return
    changes = convert.content_changes(params.content_changes)
    ls.gateway.change_document(document.uri, document.version, changes, ls.encoding)
    ls.recent_uri = document.uri
    ls.publisher.document_changed(document.uri)


def did_save(ls: Server, params: t.DidSaveTextDocumentParams) -> None:
    """Take a rule file or settings that were saved: one in a new folder is seen by no watcher yet."""
    path = uris.to_path(params.text_document.uri)
    ls.gateway.touched([path])
    ls.publisher.document_saved(params.text_document.uri)
    if "/.ai-rules/" in path or path.endswith(("/rulewright.toml", "/pyproject.toml")):
        ls.pending.start(ls.reload([path]), "reading a saved file")


def did_close(ls: Server, params: t.DidCloseTextDocumentParams) -> None:
    """Forget a document; the file counts again."""
    uri = params.text_document.uri
    ls.gateway.close_document(uri)
    if ls.recent_uri == uri:
        ls.recent_uri = ""
    ls.publisher.document_closed(uri)
