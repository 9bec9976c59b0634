"""What a model is to change in an editor: the document, what is asked for, and whether it is still as it was."""

import asyncio
from pathlib import Path
from typing import Any, cast

import msgspec
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp import convert
from rulewright.adapters.lsp.ai_actions import same_rule
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.refusals import REQUEST_FAILED
from rulewright.core import uris
from rulewright.core.languages import language_of
from rulewright.core.models import Source
from rulewright.core.prompt.conversation import Piece
from rulewright.core.proposals.testing import is_test
from rulewright.core.snapshot import Document, Project, Snapshot
from rulewright.core.text import Text
from rulewright.edit_gateway import EditGateway, Kind, Wanted

GONE = -1
"""Stands for the version of a document that is not what it was."""


class Order(msgspec.Struct, rename="camel", kw_only=True):
    """The argument of `rulewright.ai`."""

    kind: str = "refactor"
    uri: str = ""
    version: int | msgspec.UnsetType | None = msgspec.UNSET
    """With it, only that version of the document is changed."""
    range: Any = None
    diagnostics: tuple[dict[str, Any], ...] = ()
    """What is to go, as the client shows it; ours or another server's."""
    code: str = ""
    """A rule, for `fix_all`."""
    instruction: str = ""
    model: str = ""


class Place(msgspec.Struct, frozen=True):
    """What is to be changed."""

    project: Project
    snapshot: Snapshot
    document: Document
    path: str
    start: int
    end: int


class Target:
    """The document that is changed: open, or a file, or a file that is yet to be made."""

    def __init__(self, ls: Server, wanted: Wanted, uri: str, full: Path, *, is_new: bool = False) -> None:
        self._ls, self._full = ls, full
        self.wanted, self.uri, self.is_new = wanted, uri, is_new
        self.text = Text(wanted.text)
        self._was_open = self._opened is not None

    @property
    def _opened(self) -> Document | None:
        return self._ls.gateway.take_snapshot().documents.get(self.uri)

    def now(self) -> int | None:
        """The version that was asked about while the text is still that one, else `GONE`.

        A document that was closed and opened again may have the same version and another text.
        """
        opened = self._opened
        if opened is not None:
            return self.wanted.version if opened.text.content == self.wanted.text else GONE
        if self._was_open:
            return GONE
        there = self._full.exists()
        is_same = not there if self.is_new else there and _read(self._full) == self.wanted.text
        return self.wanted.version if is_same else GONE


async def target_of(ls: Server, order: Order, place: Place, door: EditGateway) -> Target:
    """What an order is about. Raises JsonRpcException where it is about nothing."""
    if order.kind == "test":
        return await _tests(ls, order, place, door)
    document = place.document
    found = (await ls.gateway.diagnose(place.snapshot, document.uri)).findings
    if order.kind == "fix_all":
        ours = same_rule(found, order.code)
    else:
        ours = tuple(one for one in found if _is_told(one, order, document, ls))
    told = tuple(
        (int(one["range"]["start"]["line"]), str(one.get("message", "")).split("\n")[0])
        for one in order.diagnostics
        if one.get("source") != convert.SOURCE and _has_range(one)
    )
    start, end = place.start, place.end
    if order.kind == "fix_all" and ours:
        start, end = min(f.start for f in ours), max(f.end for f in ours)
    wanted = Wanted(
        kind=cast("Kind", order.kind),
        path=place.path,
        text=document.text.content,
        language=language_of(place.path, document.language_id),
        version=document.version,
        start=start,
        end=end,
        instruction=order.instruction,
        findings=ours,
        told=told,
        model=order.model,
    )
    return Target(ls, wanted, document.uri, Path(document.path))


async def _tests(ls: Server, order: Order, place: Place, door: EditGateway) -> Target:
    root, text = place.project.root, place.document.text
    language = language_of(place.path, place.document.language_id)
    if is_test(place.path):
        raise JsonRpcException("This file holds tests itself; choose code to be tested.", REQUEST_FAILED)
    path = door.test_file(place.path, lambda one: Path(root, one).exists())
    if not path:
        nobody = f"Nobody knows where tests of {place.path} belong; write the first one."
        raise JsonRpcException(nobody, REQUEST_FAILED)
    full = Path(root, path)
    uri = uris.from_path(full.as_posix())
    opened = ls.gateway.take_snapshot().documents.get(uri)
    is_new = opened is None and not await asyncio.to_thread(full.exists)
    there = opened.text.content if opened is not None else ""
    if opened is None and not is_new:
        read = await asyncio.to_thread(_read, full)
        if read is None:
            raise JsonRpcException(f"{path} cannot be read as UTF-8, so nothing is put into it.", REQUEST_FAILED)
        there = read
    name = await asyncio.to_thread(door.named, text.content, language, place.start, place.end)
    first = text.content.count("\n", 0, place.start) + 1
    chosen = text.content[place.start : place.end]
    if not chosen.strip() or name:
        chosen, first = text.content, 1
    last = first + chosen.count("\n")
    piece = Piece(
        text=chosen,
        what=f"{place.path}:{first}-{last}",
        why="what is to be tested",
        source=Source(place.path, first, last),
        language=language,
        is_named=True,
    )
    what = f"`{name}` in {place.path}" if name else f"{place.path}:{first}-{last}"
    wanted = Wanted(
        kind="test",
        path=path,
        text=there,
        language=language,
        version=opened.version if opened is not None else None,
        end=len(there),
        instruction=f"Write tests for {what}. {order.instruction}".strip(),
        pieces=(piece,),
        is_whole=True,
        model=order.model,
    )
    return Target(ls, wanted, uri, full, is_new=is_new)


def _has_range(diagnostic: Any) -> bool:
    match diagnostic:
        case {"range": {"start": {"line": int()}}}:
            return True
        case _:
            return False


def _is_told(finding: Any, order: Order, document: Document, ls: Server) -> bool:
    """Whether a finding is one that the client named."""
    where = convert.wire_range(finding.range, document.text, ls.encoding)
    spot = {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }
    return any(
        one.get("source") == convert.SOURCE and one.get("code") == finding.rule_id and one.get("range") == spot
        for one in order.diagnostics
    )


def _read(path: Path) -> str | None:
    """The text of a file with its own line ends; None where it is none."""
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        return None
