"""A project's files as a client has them, for whoever asks a model about them."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from rulewright.adapters.lsp.language_server import Server
from rulewright.chat_shelf import CodeFinder, ProjectShelf
from rulewright.core import uris
from rulewright.core.code_messages import ContextFor, MapOf
from rulewright.core.retrieve.found import Context
from rulewright.core.retrieve.map import RepositoryMap
from rulewright.core.snapshot import Project, Snapshot

NO_TEXTS: Mapping[str, str] = {}


def shelf_of(
    ls: Server,
    snapshot: Snapshot,
    project: Project,
    diagnostics: Sequence[Any] = (),
    texts: Mapping[str, str] = NO_TEXTS,
) -> ProjectShelf:
    """The files of a project as they are in the editor.

    `diagnostics` are what other servers say of the document that is asked about; `texts` stand for files by their path.
    """
    known = {
        relative: document.text.content
        for document in snapshot.documents.values()
        if (relative := project.relative(document.path)) is not None
    }

    async def diagnose(path: str) -> list[str]:
        uri = uris.from_path(f"{project.root}/{path}")
        found = (await ls.gateway.diagnose(snapshot, uri)).findings
        lines = [f"{path}:{f.range.start.line + 1}: {f.severity}: {f.message} ({f.rule_id})" for f in found]
        return [*lines, *(_line_of(path, one) for one in diagnostics)]

    async def ask_code(question: ContextFor | MapOf) -> Context | RepositoryMap | None:
        asked = ls.gateway.ask_code(question)
        if asked is None:
            return None
        kind: Any = Context if isinstance(question, ContextFor) else RepositoryMap
        answer: bytes = await asyncio.wrap_future(asked)
        found: Context | RepositoryMap | None = msgspec.json.decode(answer, type=kind | None)
        return found

    finder = CodeFinder(project.root, ask_code, ls.gateway.embedder(project))
    return ProjectShelf(project, asyncio.to_thread, {**known, **texts}, finder, diagnose)


def _line_of(path: str, diagnostic: Any) -> str:
    match diagnostic:
        case {"message": str(message), "range": {"start": {"line": int(line)}}}:
            return f"{path}:{line + 1}: {message} ({diagnostic.get('source') or 'another server'})"
        case _:
            return f"{path}: {diagnostic}"
