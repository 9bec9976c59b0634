"""The Model Context Protocol SDK's own client, driving `rulewright mcp` in a process of its own, one call at a time."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp.client.client import Client
from mcp.client.context import ClientRequestContext
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp_types import CallToolResult, ListRootsResult, Root, TextContent, TextResourceContents

from tests.harness.program import PACKAGE, PROGRAM

HANDSHAKE = "legacy"
"""What the SDK calls the protocol before 2026-07-28, which most clients speak."""
NEWEST = "auto"


class Agent:
    """A client that is connected. What it announces as its roots can be changed at any time."""

    def __init__(self, portal: BlockingPortal, client: Client, roots: list[Path]) -> None:
        self._portal, self.client, self.roots = portal, client, roots

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """The answer of a tool; its structure has been held against the schema that the server announced."""
        answer: CallToolResult = self._portal.call(self.client.call_tool, tool, arguments)
        return answer

    def structure(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structure of an answer that is no error."""
        answer = self.call(tool, **arguments)
        assert not answer.is_error, text_of(answer)
        structure: dict[str, Any] = answer.structured_content
        return structure

    def text(self, tool: str, **arguments: Any) -> str:
        """The text of an answer that is no error."""
        answer = self.call(tool, **arguments)
        assert not answer.is_error, text_of(answer)
        return text_of(answer)

    def error(self, tool: str, **arguments: Any) -> str:
        """The sentence of an answer that is an error."""
        answer = self.call(tool, **arguments)
        assert answer.is_error, text_of(answer)
        assert answer.structured_content is None
        return text_of(answer)

    def ask(self, method: str, *arguments: Any, **more: Any) -> Any:
        """The result of any method of the SDK's client."""

        async def ask() -> Any:
            return await getattr(self.client, method)(*arguments, **more)

        return self._portal.call(ask)

    def read(self, uri: str) -> list[str]:
        """The texts of a resource."""
        contents = self.ask("read_resource", uri).contents
        return [content.text for content in contents if isinstance(content, TextResourceContents)]


def text_of(answer: CallToolResult) -> str:
    """The one text of an answer."""
    (content,) = answer.content
    assert isinstance(content, TextContent)
    return content.text


@contextmanager
def agent(
    folder: Path, *arguments: str, mode: str = NEWEST, roots: Sequence[Path] | None = None, **environ: str
) -> Iterator[Agent]:
    """Start the server in `folder` and connect; a client without `roots` does not announce that it has any."""
    shown = list(roots or ())

    async def list_roots(context: ClientRequestContext) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=path.as_uri()) for path in shown])  # type: ignore[arg-type]

    ours = {name: value for name, value in os.environ.items() if name.startswith("RULEWRIGHT_")}
    command, *first = PROGRAM
    parameters = StdioServerParameters(
        command=command, args=[*first, "mcp", *arguments], cwd=folder, env={**ours, "PYTHONPATH": PACKAGE, **environ}
    )
    connecting = Client(stdio_client(parameters), mode=mode, list_roots_callback=None if roots is None else list_roots)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(connecting) as client:
        yield Agent(portal, client, shown)
