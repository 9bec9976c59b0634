"""What lasts between the requests of one client: its folders, and the threads that its questions are answered in."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mcp_types as t
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError

from rulewright.adapters.mcp.places import Place, place_of
from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.symbols import Symbols
from rulewright.code_gateway import CodeGateway
from rulewright.core.snapshot import Project
from rulewright.core.uris import to_path
from rulewright.gateway import Gateway

log = logging.getLogger(__name__)

ROOTS = "roots"
"""What the question for the client's folders is called where it is part of an answer."""
ROOTS_TIMEOUT_S = 10.0
MAX_REMARKS = 10

Context = ServerRequestContext[Any, Any]


class Session:
    """One client. `folder` is what the server was told to work in; without it the client is asked."""

    def __init__(self, gateway: Gateway, open_code: Callable[[], CodeGateway], folder: Path | None) -> None:
        self.gateway = gateway
        self.symbols = Symbols(open_code)
        self._fixed = (place_of(gateway, folder, is_fenced=False),) if folder is not None else None
        self._told: tuple[Place, ...] | None = None
        """The places of the client's roots, until it says that they changed."""
        self._looking = asyncio.Lock()

    def forget_roots(self) -> None:
        """The client has other roots now."""
        self._told = None

    async def places(
        self, context: Context, responses: t.InputResponses | None = None
    ) -> tuple[Place, ...] | t.InputRequiredResult:
        """Where this client works, or the question that it has to answer first; raises Problem.

        Clients of the handshake are asked by a request; the others get the question in place of an answer, and come
        back with what they say in `responses`.
        """
        if self._fixed is not None:
            return self._fixed
        capabilities = context.session.client_capabilities
        if capabilities is None or capabilities.roots is None:
            return self._here()
        if not context.session.can_send_request:
            said = (responses or {}).get(ROOTS)
            if isinstance(said, t.ListRootsResult):
                self._told = self._places_of(said)
                return self._told
            return t.InputRequiredResult(input_requests={ROOTS: t.ListRootsRequest()})
        if self._told is None:
            try:
                roots = await context.session.send_request(
                    t.ListRootsRequest(), t.ListRootsResult, request_read_timeout_seconds=ROOTS_TIMEOUT_S
                )
            except (MCPError, ValidationError) as error:
                log.warning("The client does not tell its roots, so the folder here counts: %s", error)
                return self._here()
            self._told = self._places_of(roots)
        return self._told

    async def last_places(self, context: Context) -> tuple[Place, ...]:
        """The same for requests that cannot be answered by a question: what the client said last counts."""
        places = await self.places(context)
        return (self._told or self._here()) if isinstance(places, t.InputRequiredResult) else places

    def _here(self) -> tuple[Place, ...]:
        return (place_of(self.gateway, Path.cwd(), is_fenced=False),)

    def _places_of(self, roots: t.ListRootsResult) -> tuple[Place, ...]:
        folders = [Path(path) for root in roots.roots if (path := to_path(str(root.uri)))]
        places, problems = [], []
        for folder in folders:
            try:
                # An editor that was started on a file may name that.
                places.append(place_of(self.gateway, folder.parent if folder.is_file() else folder, is_fenced=True))
            except Problem as problem:
                problems.append(problem)
        if problems and not places:
            raise problems[0]
        return tuple(dict.fromkeys(places)) or self._here()

    async def look(self, root: str) -> tuple[Project, tuple[str, ...]]:
        """A project as the disk has it now, and sentences about what is wrong with its rules and settings."""
        async with self._looking:
            project, said = await asyncio.to_thread(self.gateway.look_again, root)
        broken = [
            f"{f.path}:{f.range.start.line + 1}: {f.message}" for f in project.book.findings if f.severity == "error"
        ]
        remarks = [*said, *broken]
        more = [f"{len(remarks) - MAX_REMARKS} more such remarks."] if remarks[MAX_REMARKS:] else []
        return project, (*remarks[:MAX_REMARKS], *more)

    async def look_at_all(self, places: Sequence[Place]) -> tuple[list[Project], tuple[str, ...]]:
        """The same for the projects of all places."""
        looked = [await self.look(root) for root in dict.fromkeys(place.root for place in places)]
        return [project for project, _ in looked], tuple(remark for _, remarks in looked for remark in remarks)

    async def close(self) -> None:
        """End what was started."""
        await asyncio.to_thread(self.symbols.close)
        await self.gateway.aclose()
