"""What the editor at the other end can do, read once from its `initialize` request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from lsprotocol import types as t
from pygls.capabilities import ServerCapabilitiesBuilder, get_capability

from rulewright.core.text import PositionEncoding

_ENCODINGS: Mapping[str, PositionEncoding] = {"utf-8": "utf-8", "utf-16": "utf-16", "utf-32": "utf-32"}

TAKES_DOCUMENT_CHANGES = frozenset({"neovim"})
"""Editors that take edits of a version, and refuse those of another, without saying that they do."""
WITHOUT_FILE_WATCHER = frozenset({"helix"})
"""Editors that accept the registration of a file watcher and then report only what they save themselves."""


@dataclass(frozen=True, slots=True)
class Client:
    """Capabilities by the decisions that depend on them."""

    name: str = ""
    version: str = ""
    encoding: PositionEncoding = "utf-16"
    pulls: bool = False
    """Asks for diagnostics, and can be told to ask again.

    One that cannot be told would go on showing what the rules said before they changed: push to it instead.
    """
    literal_actions: bool = False
    """Takes code actions rather than commands only."""
    resolves_edits: bool = False
    document_changes: bool = False
    applies_edits: bool = False
    configuration: bool = False
    registers_configuration: bool = False
    registers_watchers: bool = False
    watches_files: bool = False
    """Registers watchers and means it."""
    progress: bool = False
    refreshes_lenses: bool = False
    markdown_hover: bool = False
    snippets: bool = False
    """Takes completions with places to fill in."""
    markdown_completion: bool = False
    annotates_changes: bool = False
    """Shows what an edit is about."""
    creates_files: bool = False
    """Makes a new file as part of an edit."""
    shows_documents: bool = False
    reads_content: bool = False
    """Asks for the text of documents that only the server has."""
    shows_ghost_text: bool = False
    """Asks for inline completions."""
    registers_rename: bool = False
    """Can be told which files names are changed in."""


def read_client(params: t.InitializeParams) -> Client:
    """The client that `params` describe."""
    capabilities = params.capabilities

    def can(path: str) -> bool:
        return bool(get_capability(capabilities, path))

    name = params.client_info.name if params.client_info else ""
    resolvable = get_capability(capabilities, "text_document.code_action.resolve_support.properties") or ()
    registers_watchers = can("workspace.did_change_watched_files.dynamic_registration")
    return Client(
        name=name,
        version=(params.client_info.version or "") if params.client_info else "",
        encoding=_ENCODINGS[ServerCapabilitiesBuilder.choose_position_encoding(capabilities)],
        pulls=get_capability(capabilities, "text_document.diagnostic") is not None
        and can("workspace.diagnostics.refresh_support"),
        literal_actions=can("text_document.code_action.code_action_literal_support"),
        resolves_edits="edit" in resolvable and can("text_document.code_action.data_support"),
        document_changes=can("workspace.workspace_edit.document_changes") or name.lower() in TAKES_DOCUMENT_CHANGES,
        applies_edits=can("workspace.apply_edit"),
        configuration=can("workspace.configuration"),
        registers_configuration=can("workspace.did_change_configuration.dynamic_registration"),
        registers_watchers=registers_watchers,
        watches_files=registers_watchers and name.lower() not in WITHOUT_FILE_WATCHER,
        progress=can("window.work_done_progress"),
        refreshes_lenses=can("workspace.code_lens.refresh_support"),
        markdown_hover="markdown" in (get_capability(capabilities, "text_document.hover.content_format") or ()),
        snippets=can("text_document.completion.completion_item.snippet_support"),
        markdown_completion="markdown"
        in (get_capability(capabilities, "text_document.completion.completion_item.documentation_format") or ()),
        annotates_changes=can("workspace.workspace_edit.change_annotation_support"),
        creates_files="create" in (get_capability(capabilities, "workspace.workspace_edit.resource_operations") or ()),
        shows_documents=can("window.show_document.support"),
        reads_content=can("workspace.text_document_content"),
        shows_ghost_text=get_capability(capabilities, "text_document.inline_completion") is not None,
        registers_rename=can("text_document.rename.dynamic_registration"),
    )


def readable_part(value: Any, is_readable: Callable[[Any], bool]) -> Any:
    """What can be read of capabilities newer than we are, or wrong in a corner; None when nothing can.

    A session should not fail to start for a symbol kind that nobody had thought of.
    """
    if is_readable(value):
        return value
    kept: Any = None
    if isinstance(value, dict):
        parts = {k: readable_part(v, partial(_is_readable_at, is_readable, k)) for k, v in value.items()}
        kept = {k: part for k, part in parts.items() if part is not None}
    elif isinstance(value, list):
        kept = [part for part in value if is_readable([part])]
    return kept if is_readable(kept) else None


def _is_readable_at(is_readable: Callable[[Any], bool], key: str, part: Any) -> bool:
    return is_readable({key: part})
