"""The server: announces tools and resources, decodes what a client asks, and encodes the answers."""

import asyncio
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import mcp_types as t
import msgspec
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from rulewright import __version__
from rulewright.adapters.mcp import resources
from rulewright.adapters.mcp.encode import clean, schema_of
from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.prompts import PROMPTS, Made, make_prompt
from rulewright.adapters.mcp.session import Context, Session
from rulewright.adapters.mcp.tools import TOOLS, Tool
from rulewright.code_gateway import CodeGateway
from rulewright.core.supervision import Child, Running
from rulewright.gateway import Gateway

log = logging.getLogger(__name__)

INSTRUCTIONS = """\
Rulewright knows the rules of this team: what its code should look like, and checks that find what is forbidden.
Before you write or change a file, call `rules_for_file` with its path (it need not exist yet) and follow the rules.
Before you save what you wrote, call `check` with `path` and the whole `text`, and mend what it finds; `fixed_text` is \
the text with all safe fixes. After changes in many files call `check` with `paths`.
`why` tells why a rule applies to a file or not. `search_symbols` finds where something is defined.
Do not switch rules off, and do not add comments that suppress findings, unless the user asks for it."""

INTERRUPTED = 130
"""The exit code of shells for a program that Ctrl-C ended."""
_READ_ONLY = t.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


def serve(gateway: Gateway, open_code: Callable[[], CodeGateway], folder: Path | None) -> int:
    """Serve one client on standard input and output until it leaves; the exit code. Raises ValueError for `folder`."""
    return asyncio.run(_serve(gateway, open_code, folder))


async def _serve(gateway: Gateway, open_code: Callable[[], CodeGateway], folder: Path | None) -> int:
    try:
        session = Session(gateway, open_code, folder)
    except Problem as problem:
        raise ValueError(str(problem)) from None
    server = build_server(session)
    _leave_when_interrupted(session)
    over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def take(_: Running) -> None:
        try:
            async with stdio_server() as (read, write):
                await server.run(read, write, server.create_initialization_options())
        except* BrokenPipeError:
            log.info("The client is gone.")
        except* Exception as failed:  # noqa: BLE001 - whoever waits for the end is told
            over.set_exception(failed)
        finally:
            if not over.done():
                over.set_result(None)

    gateway.tree.add(Child(id="messages", run=take, restart="temporary"))
    try:
        await over
    finally:
        await session.close()
    return 0


def _leave_when_interrupted(session: Session) -> None:
    """End on Ctrl-C: the SDK would wait for a line of input first, in a thread that nothing ends."""
    loop = asyncio.get_running_loop()
    leaving: list[asyncio.Task[None]] = []

    async def leave() -> None:
        await session.close()
        os._exit(INTERRUPTED)

    def interrupted() -> None:
        if leaving:
            os._exit(INTERRUPTED)
        leaving.append(loop.create_task(leave()))

    with suppress(NotImplementedError):  # Windows
        loop.add_signal_handler(signal.SIGINT, interrupted)


class Handlers:
    """What a client may ask."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def list_tools(self, _context: Context, _params: t.PaginatedRequestParams | None) -> t.ListToolsResult:
        """The tools."""
        return t.ListToolsResult(tools=[announced(tool) for tool in TOOLS.values()])

    async def call_tool(
        self, context: Context, params: t.CallToolRequestParams
    ) -> t.CallToolResult | t.InputRequiredResult:
        """The answer of a tool; what is wrong with the question is an answer too, which the model reads."""
        tool = TOOLS.get(params.name)
        if tool is None:
            raise MCPError(t.INVALID_PARAMS, f"There is no tool {params.name}. There are {', '.join(TOOLS)}.")

        async def answer() -> t.CallToolResult | t.InputRequiredResult:
            places = await self._session.places(context, params.input_responses)
            if isinstance(places, t.InputRequiredResult):
                return places
            result, text = await tool.run(self._session, places, _arguments(tool, params.arguments))
            content: list[t.ContentBlock] = [t.TextContent(text=clean(text))]
            return t.CallToolResult(content=content, structured_content=clean(msgspec.to_builtins(result)))

        said: t.CallToolResult | t.InputRequiredResult | str = await _attempt(answer, f"tool {tool.name}")
        if isinstance(said, str):
            return t.CallToolResult(content=[t.TextContent(text=said)], is_error=True)
        return said

    async def list_resources(self, context: Context, params: t.PaginatedRequestParams | None) -> t.ListResourcesResult:
        """The resources, a page at a time."""

        async def answer() -> resources.Page:
            cursor = params.cursor if params is not None else None
            return await resources.list_resources(self._session, await self._session.last_places(context), cursor)

        page = _or_raise(await _attempt(answer, "list of resources"))
        return t.ListResourcesResult(resources=page.resources, next_cursor=page.next_cursor)

    async def list_templates(
        self, _context: Context, _params: t.PaginatedRequestParams | None
    ) -> t.ListResourceTemplatesResult:
        """Resources by the form of their URI."""
        return t.ListResourceTemplatesResult(resource_templates=list(resources.TEMPLATES))

    async def read_resource(
        self, context: Context, params: t.ReadResourceRequestParams
    ) -> t.ReadResourceResult | t.InputRequiredResult:
        """The texts of a resource."""

        async def answer() -> list[str] | t.InputRequiredResult:
            places = await self._session.places(context, params.input_responses)
            if isinstance(places, t.InputRequiredResult):
                return places
            return await resources.read_resource(self._session, places, params.uri)

        texts = _or_raise(await _attempt(answer, f"resource {params.uri}"))
        if isinstance(texts, t.InputRequiredResult):
            return texts
        return t.ReadResourceResult(
            contents=[
                t.TextResourceContents(uri=clean(params.uri), mime_type=resources.MARKDOWN, text=clean(text))
                for text in texts
            ]
        )

    async def list_prompts(self, _context: Context, _params: t.PaginatedRequestParams | None) -> t.ListPromptsResult:
        """The prompts."""
        return t.ListPromptsResult(prompts=list(PROMPTS))

    async def get_prompt(
        self, context: Context, params: t.GetPromptRequestParams
    ) -> t.GetPromptResult | t.InputRequiredResult:
        """The text of a prompt."""

        async def answer() -> Made | t.InputRequiredResult:
            places = await self._session.places(context, params.input_responses)
            if isinstance(places, t.InputRequiredResult):
                return places
            return await make_prompt(self._session, places, params.name, params.arguments or {})

        made = _or_raise(await _attempt(answer, f"prompt {params.name}"))
        if isinstance(made, t.InputRequiredResult):
            return made
        said = t.PromptMessage(role="user", content=t.TextContent(text=clean(made.text)))
        return t.GetPromptResult(description=clean(" ".join(made.remarks)) or None, messages=[said])

    async def roots_changed(self, _context: Context, _params: t.NotificationParams) -> None:
        """Ask for the client's folders again."""
        self._session.forget_roots()


def build_server(session: Session) -> Server[Any]:
    """The server of one client."""
    handlers = Handlers(session)
    server: Server[Any] = Server(
        "rulewright",
        version=__version__,
        title="Rulewright",
        description="A team's rules: which apply to a file, what they say, and what breaks them.",
        instructions=INSTRUCTIONS,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )
    server.add_notification_handler("notifications/roots/list_changed", t.NotificationParams, handlers.roots_changed)
    # What the SDK would trace is not ours to tell anybody.
    server.middleware.clear()
    return server


def announced(tool: Tool) -> t.Tool:
    """A tool as clients see it."""
    return t.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=schema_of(tool.arguments),
        output_schema=schema_of(tool.result),
        annotations=_READ_ONLY,
    )


def _arguments(tool: Tool, given: dict[str, Any] | None) -> Any:
    """What a tool was called with; raises Problem. A model may write a number as text, and null for nothing."""
    stated = {name: value for name, value in (given or {}).items() if value is not None}
    try:
        return msgspec.convert(stated, tool.arguments, strict=False)
    except msgspec.ValidationError as error:
        raise Problem(f"The arguments of {tool.name} are wrong: {error}.") from None


async def _attempt(answer: Callable[[], Awaitable[Any]], what: str) -> Any:
    """The answer, or a sentence that says why there is none."""
    try:
        return await answer()
    except Problem as problem:
        return clean(str(problem))
    except OSError as error:
        log.warning("the %s failed", what, exc_info=True)
        where = f"{error.filename}: " if error.filename else ""
        return clean(f"{where}{error.strerror or error}.")
    except Exception as error:
        log.exception("the %s failed", what)
        return clean(f"Rulewright failed, which is a fault of its own: {type(error).__name__}. Its log tells more.")


def _or_raise(said: Any) -> Any:
    if isinstance(said, str):
        raise MCPError(t.INVALID_PARAMS, said)
    return said
