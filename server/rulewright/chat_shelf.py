"""A project as questions see it: its files as they are in the editor, without those that no model is shown."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

from rulewright.core.chat.ports import About, Read
from rulewright.core.code_messages import ContextFor, MapOf
from rulewright.core.models import ModelProvider, Source
from rulewright.core.prompt.conversation import Piece
from rulewright.core.retrieve.found import Context
from rulewright.core.retrieve.found import Piece as FoundPiece
from rulewright.core.retrieve.map import RepositoryMap
from rulewright.core.retrieve.meaning import cut
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found
from rulewright.features.meaning import ranked_by_meaning
from rulewright.privacy_view import withheld_of
from rulewright.services import git
from rulewright.services.files import Unreadable, read_text, walk
from rulewright.services.files.read import leads_inside

log = logging.getLogger(__name__)
MAX_LISTED = 5_000
MAX_PATCHES = 40
WIDER = 2
Offload = Callable[..., Awaitable[Any]]
Diagnose = Callable[[str], Awaitable[Sequence[str]]]


class Finder(Protocol):
    """Finds code, where there is an index."""

    async def define(self, name: str, path: str, tokens: int) -> Sequence[Piece]:
        """Definitions of a name, those near a file first."""
        ...

    async def find(self, question: str, path: str, line: int, tokens: int) -> About:
        """What a question is about."""
        ...

    async def overview(self, path: str, tokens: int) -> str:
        """A map of the project."""
        ...


AskCode = Callable[[ContextFor | MapOf], Awaitable[Context | RepositoryMap | None]]
"""Asks whoever has the index; None where there is none."""


class CodeFinder:
    """Finds code by the index, and where the user named a model that embeds, by what it means."""

    def __init__(self, root: str, ask: AskCode, embedder: ModelProvider | None = None) -> None:
        self._root, self._ask, self._embedder = root, ask, embedder

    async def define(self, name: str, path: str, tokens: int) -> Sequence[Piece]:
        """See `Finder`."""
        wanted = name.rpartition(".")[2]
        # Between backquotes it is a name, whatever it looks like.
        found = await self._context(f"`{name}`", path, tokens)
        same = [one for one in found.pieces if one.name == wanted]
        container = name.rpartition(".")[0].rpartition(".")[2]
        inside = [one for one in same if container and one.container.rpartition(".")[2] == container]
        return [_piece(one, "named in the question") for one in inside or same]

    async def find(self, question: str, path: str, line: int, tokens: int) -> About:
        """See `Finder`."""
        del line
        found = await self._context(question, path, tokens, self._embedder)
        return About([_piece(one, one.why) for one in found.pieces], found.remarks)

    async def overview(self, path: str, tokens: int) -> str:
        """See `Finder`."""
        drawn = await self._ask(MapOf(self._root, tokens, (path,) if path else ()))
        return drawn.text if isinstance(drawn, RepositoryMap) and drawn.files else ""

    async def _context(self, question: str, path: str, tokens: int, embedder: ModelProvider | None = None) -> Context:
        # A model that ranks what was found wants more to choose from than there is room for.
        wanted = tokens if embedder is None else WIDER * tokens
        try:
            found = await self._ask(ContextFor(self._root, question, wanted, focus=(path,) if path else ()))
            if embedder is not None and isinstance(found, Context):
                found = cut(await ranked_by_meaning(found, question, embedder, self._root), tokens)
        except Exception:
            # What is found unasked must not cost anybody an answer.
            log.exception("the index could not be asked for context")
            return Context()
        return found if isinstance(found, Context) else Context()


def _piece(found: FoundPiece, why: str) -> Piece:
    return Piece(
        text=found.text,
        what=f"{found.path}:{found.first_line}-{found.last_line}",
        why=why,
        source=Source(found.path, found.first_line, found.last_line),
        tokens=found.tokens,
    )


class NoFinder:
    """There is no index."""

    async def define(self, name: str, path: str, tokens: int) -> Sequence[Piece]:
        """Nothing."""
        del name, path, tokens
        return ()

    async def find(self, question: str, path: str, line: int, tokens: int) -> About:
        """Nothing."""
        del question, path, line, tokens
        return About()

    async def overview(self, path: str, tokens: int) -> str:
        """Nothing."""
        del path, tokens
        return ""


async def _nothing_wrong(_: str) -> Sequence[str]:
    return ()


class ProjectShelf:
    """See `core.chat.ports.Shelf`."""

    def __init__(
        self,
        project: Project,
        offload: Offload,
        texts: Mapping[str, str],
        finder: Finder | None = None,
        diagnose: Diagnose = _nothing_wrong,
    ) -> None:
        """`texts` has by path below the root what is open, saved or not."""
        self._project, self._offload, self._texts = project, offload, texts
        self._finder = finder or NoFinder()
        self._diagnose = diagnose
        self._why: Callable[[str], str] | None = None

    async def read(self, path: str) -> Read:
        """See `core.chat.ports.Shelf`."""
        found: Read = await self._offload(self._read, path)
        return found

    def _read(self, path: str) -> Read:
        root = Path(self._project.root)
        full = root / path
        if path not in self._texts and not full.exists():
            return Read(why_not="is not there")
        if not leads_inside(root, full):
            return Read(why_not="leads out of the project")
        if full.is_dir():
            return Read(why_not="is a folder")
        if reason := self._withheld(path):
            return Read(why_not=f"{reason}, so it is not sent")
        if path in self._texts:
            return Read(self._texts[path])
        try:
            # Half characters, which stand for bytes that are no UTF-8, mean nothing to a model.
            text = read_text(full, max_kb=self._project.settings.check.max_file_kb)
            return Read(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
        except Unreadable as reason_text:
            return Read(why_not=f"is not sent: it is {reason_text}")

    def _withheld(self, path: str) -> str:
        # What ignore files say is looked up once for a question.
        if self._why is None:
            self._why = withheld_of(self._project)
        return self._why(path)

    async def listing(self, path: str) -> Sequence[str]:
        """See `core.chat.ports.Shelf`."""
        found: Sequence[str] = await self._offload(self._listing, path)
        return found

    def _listing(self, path: str) -> Sequence[str]:
        root = Path(self._project.root)
        if path and not (root / path).is_dir():
            return ()
        entries = islice(walk(root, path), MAX_LISTED)
        return [entry.path for entry in entries if isinstance(entry, Found) and not self._withheld(entry.path)]

    async def changes(self, revision: str) -> tuple[Sequence[tuple[str, str]], str]:
        """See `core.chat.ports.Shelf`."""
        try:
            patches, n_more = await self._offload(git.patches_since, Path(self._project.root), revision, MAX_PATCHES)
        except git.GitProblem as problem:
            return (), str(problem)
        return patches, f"{n_more:,} more files changed, and are not looked at." if n_more else ""

    async def diagnostics(self, path: str) -> Sequence[str]:
        """See `core.chat.ports.Shelf`."""
        return await self._diagnose(path)

    async def define(self, name: str, path: str, tokens: int) -> Sequence[Piece]:
        """See `core.chat.ports.Shelf`."""
        return await self._finder.define(name, path, tokens)

    async def find(self, question: str, path: str, line: int, tokens: int) -> About:
        """See `core.chat.ports.Shelf`."""
        return await self._finder.find(question, path, line, tokens)

    async def overview(self, path: str, tokens: int) -> str:
        """See `core.chat.ports.Shelf`."""
        return await self._finder.overview(path, tokens)
