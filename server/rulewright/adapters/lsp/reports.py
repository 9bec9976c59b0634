"""A diagnosis as the client gets it: its items, and an id that is equal for equal items."""

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from rulewright.adapters.lsp import convert, wire
from rulewright.adapters.lsp.language_server import Server
from rulewright.core import uris
from rulewright.core.snapshot import Snapshot
from rulewright.core.text import Text
from rulewright.services.files import Unreadable, read_text

if TYPE_CHECKING:
    from rulewright.features.diagnostics import Diagnosis


async def items_of(
    ls: Server, snapshot: Snapshot, uri: str, diagnosis: "Diagnosis"
) -> tuple[list[wire.Diagnostic], str]:
    """The findings in the client's units, and their result id.

    The id is made from what is sent: a finding may keep its offsets while its line or its column changes.
    """
    if not diagnosis.findings:
        return [], "none"
    text = await _text(snapshot, uri, in_code_points=ls.encoding == "utf-32")
    items = [convert.diagnostic(finding, text, ls.encoding) for finding in diagnosis.findings]
    return items, sha256(msgspec.json.encode([_key(item) for item in items])).hexdigest()[:16]


def _key(item: wire.Diagnostic) -> tuple[object, ...]:
    message = item.message.encode("utf-8", "replace").decode()
    description = item.code_description.href if item.code_description else ""
    return item.range, item.severity, item.code, message, description, str(item.data)


async def _text(snapshot: Snapshot, uri: str, *, in_code_points: bool) -> Text:
    document = snapshot.documents.get(uri)
    if document is not None:
        return document.text
    path = uris.to_path(uri)
    project = snapshot.project_of(path)
    if in_code_points or project is None:
        return Text("")
    return await asyncio.to_thread(_read, path, project.settings.check.max_file_kb)


def _read(path: str, max_kb: int) -> Text:
    try:
        return Text(read_text(Path(path), max_kb=max_kb))
    except Unreadable:
        return Text("")
