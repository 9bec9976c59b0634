"""The protocol engine: pygls, entered and left through seams of our own.

- `receive` takes the body of a message. Whatever is wrong with it, a request gets exactly one answer.
- `handle_message` keeps the moment of each message (`moment.py`) for its handler. Work that must begin in the
  order of the messages begins there too: the function in `at_read` runs at once, its handler a turn later.
- `_send_data` encodes with msgspec and lets no second answer to a request pass. It is the only private
  name of pygls that is overridden; its signature has been the same since 1.0.

What comes often or is large goes past cattrs: parameters named in `params.HOT`, and results that are records of
msgspec's (`wire.py`) or `Ready` JSON.
"""

import contextvars
import json
import logging
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs
import msgspec
from cattrs import Converter, transform_error
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    LanguageServerProtocol,
    lsp_method,
)

from rulewright.adapters.lsp.calls import Calls
from rulewright.adapters.lsp.capabilities_table import meaning, spell_capabilities
from rulewright.adapters.lsp.client import readable_part
from rulewright.adapters.lsp.front import Front
from rulewright.adapters.lsp.moment import MOMENT, Moment
from rulewright.adapters.lsp.params import read_hot
from rulewright.adapters.lsp.progress import TOKEN
from rulewright.adapters.lsp.refusals import answers_refusals
from rulewright.adapters.lsp.trace import Trace
from rulewright.adapters.lsp.wire import Ready, is_record

if TYPE_CHECKING:
    from rulewright.adapters.lsp.language_server import Server

log = logging.getLogger(__name__)

Phase = Literal["new", "running", "down"]
MessageId = int | str

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NOT_INITIALIZED = -32002

MAX_LOGGED = 200
"""Characters of what a client sent."""
TRACES = frozenset(value.value for value in t.TraceValue)


class BodyWriter(Protocol):
    """Where messages go; it adds the header."""

    def write(self, body: bytes) -> None:
        """Send one body."""

    def close(self) -> None:
        """Send no more."""


class RulewrightProtocol(LanguageServerProtocol):
    """One connection to one client."""

    _server: "Server"

    def __init__(self, server: "Server", converter: Converter) -> None:
        self.converter = converter
        self.front: Front | None = None
        """What has answered `initialize`, where it has."""
        self.announced_by_client: Mapping[str, Any] = {}
        """The client's capabilities as JSON values, as far as they can be read."""
        self.phase: Phase = "new"
        self.calls = Calls(self.send)
        self.at_read: dict[str, Callable[[Any], Any]] = {}
        """By method, what to call with the parameters at the moment a message is read; `moment.early()` has its result.

        It must not wait. When the request ends in an error, a cancelled one included, a result that has a method
        `cancel` is cancelled: nobody waits for it.
        """
        self._n_received = 0
        self._unanswered: dict[MessageId, tuple[object, Any]] = {}
        self._requests = Trace(self.notify)
        super().__init__(server, converter)

    # In

    def receive(self, body: bytes) -> None:
        """Take one message, whatever it holds."""
        try:
            message = decode(body)
        except (ValueError, RecursionError) as error:
            self.refuse(None, PARSE_ERROR, f"The message is not JSON: {error}.")
            return
        match message:
            case {"method": str(method), "id": int() | str() as msg_id} if not isinstance(msg_id, bool):
                self._receive_request(method, msg_id, message)
            case {"method": str(), "id": _}:
                self.refuse(None, INVALID_REQUEST, "The id of a request must be a number or a string.")
            case {"method": str(method)}:
                self._receive_notification(method, message)
            case {"id": _, "result": _} | {"id": _, "error": _}:
                if not self.calls.resolve(message):
                    log.debug("an answer to nothing that was asked: %s", message["id"])
            case _:
                self.refuse(None, INVALID_REQUEST, "The message is no request, notification or answer.")

    def _receive_request(self, method: str, msg_id: MessageId, message: dict[str, Any]) -> None:
        refusal = self._refusal(method, msg_id, message)
        if refusal is not None:
            self.refuse(msg_id, *refusal)
            return
        try:
            request = read_hot(method, msg_id, message.get("params"))
            if request is None:
                request = self._structure(method, message, JsonRPCRequestMessage)
        except Exception as error:  # noqa: BLE001 - as below
            self.refuse(msg_id, INVALID_PARAMS, _wrong(method, error))
            return
        self.handle_message(request)

    def _refusal(self, method: str, msg_id: MessageId, message: Mapping[str, Any]) -> tuple[int, str] | None:
        if message.get("jsonrpc") != "2.0":
            return INVALID_REQUEST, 'A message must say "jsonrpc": "2.0".'
        if msg_id in self._unanswered:
            return INVALID_REQUEST, f"A request with the id {msg_id!r} is still waiting for its answer."
        if self.phase == "new" and method != t.INITIALIZE:
            return NOT_INITIALIZED, f"{method} came before initialize."
        if self.phase == "down":
            return INVALID_REQUEST, f"{method} came after shutdown."
        if self.phase == "running" and method == t.INITIALIZE:
            return INVALID_REQUEST, "initialize came twice."
        if not self._handles(method) or _is_notification(self.get_message_type(method)):
            return METHOD_NOT_FOUND, f"There is no request {method}."
        return None

    def _receive_notification(self, method: str, message: dict[str, Any]) -> None:
        wanted = self.phase == "running" or method == t.EXIT
        if not wanted or message.get("jsonrpc") != "2.0":
            log.warning("%s was ignored: it came before initialize or after shutdown, or is malformed", method)
            return
        if not self._handles(method) and method != t.CANCEL_REQUEST:
            log.debug("%s was ignored: it is not known", method)
            return
        try:
            notification = self._structure(method, message, JsonRPCNotification)
        except Exception as error:  # noqa: BLE001 - as below
            log.warning("%s was ignored: %s", method, _wrong(method, error))
            return
        self.handle_message(notification)

    def _handles(self, method: str) -> bool:
        return method in self.fm.builtin_features or method in self.fm.features

    def _structure(self, method: str, message: dict[str, Any], other: type[Any]) -> Any:
        if method in {t.SHUTDOWN, t.EXIT}:
            message.pop("params", None)
        if method == t.INITIALIZE and isinstance(message.get("params"), dict):
            message["params"] = self._readable(message["params"])
        kind = self.get_message_type(method)
        return self.converter.structure({"params": None, **message}, kind or other)

    def _readable(self, params: dict[str, Any]) -> dict[str, Any]:
        def is_readable(capabilities: Any) -> bool:
            try:
                self.converter.structure(capabilities, t.ClientCapabilities)
            except Exception:  # noqa: BLE001 - cattrs raises whatever a value made it stumble over
                return False
            return True

        spell_capabilities(params)
        if not is_readable(params.get("capabilities")):
            log.warning("the client's capabilities can be read in part only")
            params["capabilities"] = readable_part(params.get("capabilities"), is_readable) or {}
        self.announced_by_client = params["capabilities"]
        if not isinstance(params.get("trace"), str) or params["trace"] not in TRACES:
            params.pop("trace", None)
        return params

    def handle_message(self, message: Any) -> None:
        """Handle a message in a context that keeps its moment."""
        contextvars.copy_context().run(self._handle_at_this_moment, message)

    def _handle_at_this_moment(self, message: Any) -> None:
        self._n_received += 1
        moment = Moment(self._n_received, self._server.gateway.take_snapshot(), self._server.ready.is_set())
        MOMENT.set(moment)
        begin = self.at_read.get(message.method)
        if begin is not None:
            moment = _begin(moment, begin, message.params)
            MOMENT.set(moment)
        if hasattr(message, "id"):
            self._unanswered[message.id] = self._server.pending.begin(), moment.begun
            self._requests.begin(message.id, message.method)
        super().handle_message(message)

    # Out

    def refuse(self, msg_id: MessageId | None, code: int, text: str) -> None:
        """Answer with an error a request that no handler will see."""
        log.info("refused: %s", text[:MAX_LOGGED])
        answer = {"jsonrpc": "2.0", "id": msg_id, "error": {"code": code, "message": text}}
        self._write_answer(msg_id, encode(answer))

    def send(self, message: Any) -> None:
        """Send a message made of plain values, msgspec records and lsprotocol's types."""
        self._write(encode(self.converter.unstructure(message)))

    def tell(self, method: str, record: msgspec.Struct) -> None:
        """Send a notification whose parameters are a record of `wire.py`."""
        self._write(encode({"jsonrpc": "2.0", "method": method, "params": record}))

    def _send_data(self, data: Any) -> None:
        if hasattr(data, "method") or not hasattr(data, "id"):
            self.send(data)
            return
        waiting = self._unanswered.pop(data.id, None)
        if waiting is None:
            log.error("a second answer to request %r was held back", data.id)
            return
        key, begun = waiting
        try:
            if isinstance(data, t.ResponseErrorMessage) and hasattr(begun, "cancel"):
                begun.cancel()
            answer = self._encode_answer(data)
            self._requests.end(data.id, answer, self.trace)
            self._write_answer(data.id, answer)
        except Exception as error:
            log.exception("the answer to request %r could not be sent", data.id)
            self.refuse(data.id, INTERNAL_ERROR, f"The answer could not be encoded: {error}.")
        finally:
            self._server.pending.end(key)

    def _encode_answer(self, data: Any) -> bytes:
        if isinstance(data, JsonRPCResponseMessage):
            if isinstance(data.result, Ready):
                return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (encode(data.id), data.result.json)
            if is_record(data.result):
                return encode({"jsonrpc": "2.0", "id": data.id, "result": data.result})
        return encode(self.converter.unstructure(self._tell_of_failure(data)))

    def _write_answer(self, msg_id: MessageId | None, answer: bytes) -> None:
        """Send an answer, unless the front has given it before us."""
        given = self.front.take_answer(msg_id) if self.front is not None else None
        if given is None:
            self._write(answer)
            return
        ours = decode(answer)
        if "error" in ours:
            self._server.give_up(f"Rulewright cannot start the session: {ours['error']['message']}")
        elif meaning(ours["result"]) != meaning(given):
            log.error("initialize was answered with %s, but right would have been %s", given, ours["result"])

    def _tell_of_failure(self, answer: Any) -> Any:
        if isinstance(answer, t.ResponseErrorMessage) and answer.error and answer.error.code == INTERNAL_ERROR:
            trace = answer.error.data["traceback"] if isinstance(answer.error.data, dict) else ()
            self._server.report_failure(answer.error.message, "".join(trace))
            answer.error.data = None
        return answer

    def _write(self, body: bytes) -> None:
        if self.writer is None:
            log.error("there is nowhere to send a message to")
            return
        self.writer.write(body)

    # What pygls has built in and we do ourselves

    @lsp_method(t.INITIALIZE)
    def lsp_initialize(self, params: t.InitializeParams) -> Generator[Any, Any, t.InitializeResult]:
        """Let pygls work out the capabilities, then adapt them to the client."""
        result = yield from super().lsp_initialize(params)
        self.trace = params.trace or t.TraceValue.Off
        self._server.adapt(result.capabilities)
        self.phase = "running"
        return result

    @lsp_method(t.SHUTDOWN)
    def lsp_shutdown(self, *_args: Any) -> None:  # type: ignore[override]
        """Answer what still waits, as cancelled, and take no more."""
        self.phase = "down"
        # Cancelling calls back at once and takes the request out, so pygls' own loop over them can break.
        for message_id, future in tuple(self._request_futures.items()):
            if message_id != self.msg_id and not future.done():
                future.cancel()
        self._shutdown = True
        self._server.pending.cancel()

    @lsp_method(t.EXIT)
    def lsp_exit(self, *_args: Any) -> None:  # type: ignore[override]
        """Leave; without a shutdown before it, that is an error."""
        self._server.leave(0 if self.phase == "down" else 1)

    @lsp_method(t.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: t.DidOpenTextDocumentParams) -> None:
        """Our own documents are the only ones."""
        self._forward(t.TEXT_DOCUMENT_DID_OPEN, params)

    @lsp_method(t.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: t.DidChangeTextDocumentParams) -> None:
        """Our own documents are the only ones."""
        self._forward(t.TEXT_DOCUMENT_DID_CHANGE, params)

    @lsp_method(t.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: t.DidCloseTextDocumentParams) -> None:
        """Our own documents are the only ones."""
        self._forward(t.TEXT_DOCUMENT_DID_CLOSE, params)

    @lsp_method(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def lsp_workspace__did_change_workspace_folders(self, params: t.DidChangeWorkspaceFoldersParams) -> None:
        """Our own projects are the only ones."""
        self._forward(t.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS, params)

    @lsp_method(t.WORKSPACE_EXECUTE_COMMAND)
    async def lsp_workspace__execute_command(  # type: ignore[override]
        self, params: t.ExecuteCommandParams
    ) -> Any:
        """Run a command as a task, so that it can be cancelled; it gets its arguments as they came."""
        command = self.fm.commands.get(params.command)
        if command is None:
            raise JsonRpcInvalidParams(f"There is no command {params.command}.")
        TOKEN.set(params.work_done_token)
        return await answers_refusals(command, self._server.gateway.refused)(params.arguments or ())

    def _forward(self, method: str, params: Any) -> None:
        handler = self.fm.features.get(method)
        if handler is not None:
            handler(params)


def decode(body: bytes) -> Any:
    """The value of a JSON text. Raises ValueError or RecursionError."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        # An editor may send half of a surrogate pair, which msgspec refuses. To lose the change is worse.
        return json.loads(body)


def encode(value: Any) -> bytes:
    """JSON text of plain values and msgspec records."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        # Half of a surrogate pair: strict clients cannot read even its escaped form.
        text = json.dumps(msgspec.to_builtins(value, enc_hook=_of_raw), ensure_ascii=False)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def _of_raw(value: object) -> Any:
    """What stands in a record as JSON already."""
    if isinstance(value, msgspec.Raw):
        return decode(bytes(value))
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def _begin(moment: Moment, begin: Callable[[Any], Any], params: Any) -> Moment:
    """The moment with what `begin` began, or with its failure, for the handler to answer with."""
    try:
        return replace(moment, begun=begin(params))
    except Exception as error:  # noqa: BLE001 - the request still gets its one answer
        return replace(moment, failure=error)


def _is_notification(kind: type[Any] | None) -> bool:
    return kind is not None and "id" not in attrs.fields_dict(kind)


def _wrong(method: str, error: Exception) -> str:
    details = "; ".join(transform_error(error, path="message")) if isinstance(error, ExceptionGroup) else str(error)
    return f"The parameters of {method} are wrong: {details}"


__all__ = ["JsonRpcException", "RulewrightProtocol", "decode", "encode"]
