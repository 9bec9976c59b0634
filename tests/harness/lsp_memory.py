"""A client in memory: bytes in, messages out, no process. It checks that each message it gets is a valid one.

async with connect(gateway) as client:
    await client.initialize(root=str(tmp_path))
    uri = client.open(tmp_path / "a.py", "print(1)\n")
    report = await client.pull(uri)
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from lsprotocol import types as t
from lsprotocol.converters import get_converter

from rulewright.adapters.lsp.framing import Framer, frame
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.protocol import decode
from rulewright.adapters.lsp.server import build_server

Message = dict[str, Any]
Reply = Callable[[Any], Any]

FULL: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-32"]},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceFolders": True,
        "workspaceEdit": {"documentChanges": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True},
        "didChangeConfiguration": {"dynamicRegistration": True},
        "diagnostics": {"refreshSupport": True},
    },
    "textDocument": {
        "diagnostic": {},
        "publishDiagnostics": {"versionSupport": True},
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source.fixAll"]}},
            "isPreferredSupport": True,
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        },
    },
    "window": {"workDoneProgress": True},
}
"""A client that can do everything, and counts in code points so that tests are easy to read."""

PUSH: dict[str, Any] = {"general": {"positionEncodings": ["utf-32"]}}
"""A client that can do next to nothing."""


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """An error answer."""

    def __init__(self, error: Message) -> None:
        super().__init__(error["message"])
        self.code: int = error["code"]
        self.message: str = error["message"]


class MemoryClient:
    """Talks to one server in the same event loop, as an editor would: it answers what it is asked."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.messages: list[Message] = []
        """Everything that came from the server."""
        self.replies: dict[str, Reply] = {t.WORKSPACE_CONFIGURATION: lambda p: [None for _ in p["items"]]}
        """How to answer requests of the server; null where there is nothing. A Refused is an error."""
        self.exit_code: int | None = None
        self.n_ids = 0
        self._methods: dict[int | str | None, str] = {}
        self._waiting: dict[int | str | None, list[asyncio.Future[Any]]] = defaultdict(list)
        self._versions: dict[str, int] = {}
        self._framer = Framer()
        self._converter = get_converter()
        self._changed = asyncio.Event()
        server.protocol.set_writer(self)
        server.on_leave(self._left)

    # The server's side of the wire

    def write(self, body: bytes) -> None:
        """Take a message from the server."""
        message = msgspec.json.decode(body)
        self._check(message)
        self.messages.append(message)
        self._changed.set()
        if "method" not in message:
            self._take_answer(message)
        elif "id" in message:
            asyncio.get_running_loop().call_soon(self._reply, message)

    def close(self) -> None:
        """Nothing is held."""

    def _left(self, code: int) -> None:
        self.exit_code = code

    def _check(self, message: Message) -> None:
        """Raises when lsprotocol cannot read the message."""
        assert message["jsonrpc"] == "2.0"
        if "method" in message:
            if message["method"] != "rulewright/chat":
                self._converter.structure(message, t.METHOD_TO_TYPES[message["method"]][0])
        elif "error" in message:
            assert isinstance(message["error"]["code"], int)
            assert isinstance(message["error"]["message"], str)
        elif (kinds := t.METHOD_TO_TYPES.get(self._methods[message["id"]])) is not None:
            assert kinds[1] is not None
            self._converter.structure(message, kinds[1])

    def _take_answer(self, message: Message) -> None:
        if message["id"] is None:
            return
        assert self._waiting[message["id"]], f"a second answer: {message}"
        waiting = self._waiting[message["id"]].pop(0)
        if waiting.done():
            return
        if "error" in message:
            waiting.set_exception(Refused(message["error"]))
            waiting.exception()  # A test need not look at every answer.
        else:
            waiting.set_result(message["result"])

    def _reply(self, request: Message) -> None:
        try:
            reply_to = self.replies.get(request["method"])
            reply = reply_to(request.get("params")) if reply_to else None
        except Refused as error:
            answer: Message = {"error": {"code": error.code, "message": error.message}}
        else:
            if reply is NotImplemented:  # The client never answers.
                return
            answer = {"result": reply}
        self.send({"jsonrpc": "2.0", "id": request["id"], **answer})

    # The client's side

    def feed(self, data: bytes) -> None:
        """Send bytes."""
        for body in self._framer.feed(data):
            self.server.protocol.receive(body)

    def send(self, *messages: Any) -> None:
        """Send messages in one write."""
        self.feed(b"".join(frame(msgspec.json.encode(message)) for message in messages))

    def request_message(self, method: str, params: Any = None, *, msg_id: int | str | None = None) -> Message:
        """A request, with an answer to come."""
        self.n_ids += 1
        msg_id = self.n_ids if msg_id is None else msg_id
        self._methods[msg_id] = method
        self._waiting[msg_id].append(asyncio.get_running_loop().create_future())
        return {"jsonrpc": "2.0", "id": msg_id, "method": method, "params": params}

    def answer_to(self, request: Message) -> asyncio.Future[Any]:
        """The future answer; ask before the request is sent."""
        return self._waiting[request["id"]][-1]

    def ask(self, method: str, params: Any = None) -> asyncio.Future[Any]:
        """Send a request; its answer will come."""
        request = self.request_message(method, params)
        answer = self.answer_to(request)
        self.send(request)
        return answer

    async def request(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for the answer. Raises Refused."""
        return await self.ask(method, params)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send(notification(method, params))

    async def refusal(self, method: str, params: Any = None) -> int:
        """The error code of the answer."""
        try:
            result = await self.request(method, params)
        except Refused as error:
            return error.code
        raise AssertionError(f"answered with {result!r}")

    async def initialize(
        self,
        capabilities: Mapping[str, Any] = FULL,
        *,
        root: str | Path | None = None,
        roots: Sequence[str | Path] = (),
        options: Any = None,
        **more: Any,
    ) -> Message:
        """Start the session; the server's capabilities."""
        folders = [Path(folder) for folder in ([root] if root else roots)]
        params = {
            "processId": None,
            "rootUri": folders[0].as_uri() if folders else None,
            "workspaceFolders": [{"uri": f.as_uri(), "name": f.name} for f in folders] or None,
            "capabilities": capabilities,
            "initializationOptions": options,
            **more,
        }
        result: Message = await self.request(t.INITIALIZE, params)
        self.notify(t.INITIALIZED, {})
        await self.settled()
        return result["capabilities"]  # type: ignore[no-any-return]

    async def settled(self) -> None:
        """Wait until all that was sent so far has had its effects."""
        await self.request("rulewright/settled")

    async def until(self, condition: Callable[[], Any]) -> Any:
        """Wait for messages until the condition holds; its value."""
        while not (value := condition()):
            self._changed.clear()
            await self._changed.wait()
        return value

    async def shut_down(self) -> int | None:
        """End the session as an editor does; the exit code."""
        await self.request(t.SHUTDOWN)
        self.notify(t.EXIT)
        return self.exit_code

    # Documents

    def open(self, path: Path, content: str, language_id: str = "python") -> str:
        """Open a document; its URI."""
        uri = path.as_uri()
        self._versions[uri] = 1
        document = {"uri": uri, "languageId": language_id, "version": 1, "text": content}
        self.notify(t.TEXT_DOCUMENT_DID_OPEN, {"textDocument": document})
        return uri

    def change(self, uri: str, *changes: Message | str) -> int:
        """Change a document; its new version. A change that is a string replaces the whole text."""
        self.send(self.change_message(uri, *changes))
        return self._versions[uri]

    def change_message(self, uri: str, *changes: Message | str) -> Message:
        """A didChange with the next version."""
        self._versions[uri] += 1
        params = {
            "textDocument": {"uri": uri, "version": self._versions[uri]},
            "contentChanges": [{"text": c} if isinstance(c, str) else c for c in changes],
        }
        return notification(t.TEXT_DOCUMENT_DID_CHANGE, params)

    def close_document(self, uri: str) -> None:
        """Close a document."""
        self.notify(t.TEXT_DOCUMENT_DID_CLOSE, {"textDocument": {"uri": uri}})

    async def pull(self, uri: str, previous: str | None = None) -> Message:
        """The report for a document."""
        params = {"textDocument": {"uri": uri}, "identifier": "rulewright", "previousResultId": previous}
        return await self.request(t.TEXT_DOCUMENT_DIAGNOSTIC, params)  # type: ignore[no-any-return]

    async def actions(
        self, uri: str, range_: Message, only: Sequence[str] | None = None, shown: Sequence[Message] = ()
    ) -> list[Message]:
        """The code actions at a range."""
        context = {"diagnostics": shown, **({"only": only} if only is not None else {})}
        params = {"textDocument": {"uri": uri}, "range": range_, "context": context}
        return await self.request(t.TEXT_DOCUMENT_CODE_ACTION, params) or []

    # What came

    def notes(self, method: str) -> list[Any]:
        """The parameters of notifications and requests of one method, oldest first."""
        return [m.get("params") for m in self.messages if m.get("method") == method]

    def published(self, uri: str) -> list[Message]:
        """What was published for a document, oldest first."""
        return [p for p in self.notes(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS) if p["uri"] == uri]


def notification(method: str, params: Any = None) -> Message:
    """A message that has no answer."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def range_(start: tuple[int, int], end: tuple[int, int]) -> Message:
    """A range as it goes over the wire."""
    (a, b), (c, d) = start, end
    return {"start": {"line": a, "character": b}, "end": {"line": c, "character": d}}


@asynccontextmanager
async def connect(gateway: Any) -> AsyncIterator[MemoryClient]:
    """A client connected to a new server. Afterwards nothing may be left: no request without its answer, no task."""
    server = build_server(gateway)
    client = MemoryClient(server)
    try:
        yield client
        await client.until(lambda: not any(client._waiting.values()))
    finally:
        await server.aclose()


__all__ = [
    "FULL",
    "PUSH",
    "MemoryClient",
    "Message",
    "Refused",
    "connect",
    "decode",
    "notification",
    "range_",
]
