"""The server object that handlers get: the gateway, the client, the work in progress."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as t
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from rulewright import __version__
from rulewright.adapters.lsp import methods
from rulewright.adapters.lsp.calls import DEADLINE_S
from rulewright.adapters.lsp.client import Client
from rulewright.adapters.lsp.moment import MOMENT
from rulewright.adapters.lsp.pending import Pending
from rulewright.adapters.lsp.protocol import RulewrightProtocol
from rulewright.adapters.lsp.push_diagnostics import Publisher
from rulewright.adapters.lsp.refusals import answers_refusals
from rulewright.adapters.lsp.superseded import Pulls
from rulewright.core.permissions import NotAllowed
from rulewright.core.snapshot import Snapshot

if TYPE_CHECKING:
    from rulewright.adapters.lsp.chat_room import ChatRoom
    from rulewright.adapters.lsp.ghost_text import Ghosts
    from rulewright.adapters.lsp.index_progress import View
    from rulewright.adapters.lsp.rules_changed import RuleEvents
    from rulewright.core.text import PositionEncoding
    from rulewright.gateway import Gateway

log = logging.getLogger(__name__)
SCHEME = "rulewright"
"""Of documents that only the server has, such as receipts."""
F = TypeVar("F", bound=Callable[..., Any])

_converter = cache(default_converter)
"""One for all clients of a process: it makes code for each type that it meets, which takes longer than using it."""


class Server(LanguageServer):
    """One connection to one client."""

    protocol: RulewrightProtocol

    def __init__(self, gateway: "Gateway") -> None:
        self.gateway = gateway
        self.client = Client()
        self.pending = Pending(self.report_failure)
        self.publisher = Publisher(self)
        self.pulls = Pulls()
        self.ready = asyncio.Event()
        """Set once the projects named at the start are open."""
        self.projects_lock = asyncio.Lock()
        """Projects are opened, configured and closed one after the other, in the order of the messages."""
        self.changed_paths: set[str] = set()
        self.initial_settings: Mapping[str, Any] = {}
        self.editor_settings: Mapping[str, Any] = {}
        self.announces_workspace_diagnostics = False
        self.refresh: Callable[[], None] = lambda: None
        """Have the client pull diagnostics again."""
        self.rule_events: RuleEvents
        self.ghosts: Ghosts
        self.chat_room: Callable[[], Awaitable[ChatRoom]] | None = None
        self.index_views: dict[str, View] = {}
        self.stops: dict[int | str, Callable[[], None]] = {}
        """By the token of its progress, what stops some work."""
        self.recent_uri = ""
        """The document worked on last."""
        self.pages: dict[str, str] = {}
        """Texts of documents that only the server has, by their URI: proposals, answers."""
        self._shown: set[str] = set()
        self._leave: Callable[[int], None] = lambda _: None
        self._closing: list[Callable[[], None]] = []
        super().__init__(
            "rulewright",
            __version__,
            text_document_sync_kind=t.TextDocumentSyncKind.Incremental,
            protocol_cls=RulewrightProtocol,
            converter_factory=_converter,
        )

    def feature(self, feature_name: str, options: Any | None = None) -> Callable[[F], F]:
        """Register a handler; what it is refused at the door is an answer in words."""
        register = super().feature(feature_name, options)

        def decorate(handler: F) -> F:
            register(answers_refusals(handler, self.note_refusal))
            return handler

        return decorate

    def note_refusal(self, refused: NotAllowed) -> None:
        """Have it kept that the client was refused something."""
        self.gateway.refused(refused)

    @property
    def encoding(self) -> "PositionEncoding":
        """The unit in which the client counts characters."""
        return self.client.encoding

    async def snapshot(self) -> Snapshot:
        """What the current message may see: the documents of its moment, and rules once there are any."""
        moment = MOMENT.get()
        if moment.ready:
            return moment.snapshot
        await self.ready.wait()
        return Snapshot(moment.snapshot.documents, self.gateway.take_snapshot().projects)

    async def reload(self, paths: Iterable[str]) -> None:
        """Read changed files again. One reload runs, one waits, and all others join the one that waits."""
        self.changed_paths.update(paths)
        async with self.projects_lock:
            paths = sorted(self.changed_paths)
            self.changed_paths.clear()
            if paths:
                for message in await self.gateway.reload(paths):
                    self.show(message)

    async def ask(self, method: str, params: Any, deadline_s: float | None = DEADLINE_S) -> Any:
        """The client's answer to a request, as plain JSON values."""
        return await self.protocol.calls.ask(method, params, deadline_s)

    async def register(self, method: str, options: Any) -> bool:
        """Have the client send `method` from now on; False when it refused."""
        registration = t.Registration(id=method, method=method, register_options=options)
        try:
            await self.ask(t.CLIENT_REGISTER_CAPABILITY, t.RegistrationParams(registrations=[registration]))
        except (JsonRpcException, TimeoutError) as error:
            log.warning("the client did not register %s: %s", method, error)
            return False
        return True

    def adapt(self, capabilities: t.ServerCapabilities) -> None:
        """Take back what this client should not be offered."""
        capabilities.experimental = {"rulewright": {"version": methods.VERSION}}
        provider = capabilities.diagnostic_provider
        if provider is not None:
            provider.workspace_diagnostics = self.announces_workspace_diagnostics
        if not self.client.pulls:
            capabilities.diagnostic_provider = None
        if capabilities.workspace is not None:
            # The engine knows the request and not how it is announced.
            capabilities.workspace.text_document_content = t.TextDocumentContentOptions(schemes=[SCHEME])
        # Announced so, it would be asked of us in code too, where we do not answer; see `rule_writing`.
        capabilities.rename_provider = None

    def show(self, text: str, kind: t.MessageType = t.MessageType.Warning) -> None:
        """Show one message to the user, each text once."""
        if text not in self._shown and self.protocol.phase == "running":
            self._shown.add(text)
            self.window_show_message(t.ShowMessageParams(type=kind, message=text))

    def report_failure(self, text: str, trace: str) -> None:
        """An error of our own: the log gets all of it, the user one sentence."""
        log.error("%s\n%s", text, trace)
        self.show(
            f"Rulewright met an error of its own and goes on: {text}. The server's log has the details.",
            t.MessageType.Error,
        )

    def give_up(self, text: str) -> None:
        """End a session that cannot go on, with its reason."""
        log.error("%s", text)
        self.window_show_message(t.ShowMessageParams(type=t.MessageType.Error, message=text))
        self.leave(1)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Where pygls reports what went wrong. A request has its answer, so that is for notifications."""
        if source is FeatureRequestError:
            return
        data = getattr(error, "data", None)
        self.report_failure(str(error), "".join(data["traceback"]) if isinstance(data, dict) else "")

    def on_leave(self, leave: Callable[[int], None]) -> None:
        """Call `leave` with the exit code when the client, or its end, ends the session."""
        self._leave = leave

    def leave(self, code: int) -> None:
        """End the session."""
        self._leave(code)

    def on_close(self, call: Callable[[], None]) -> None:
        """Call this when the server closes."""
        self._closing.append(call)

    async def aclose(self) -> None:
        """End all work, then what it was done with."""
        if self.protocol.phase != "down":
            self.protocol.lsp_shutdown()
        await self.gateway.end_calls()
        # What takes messages and begins work ends before that work does.
        await self.gateway.tree.aclose()
        await self.pending.aclose()
        for call in self._closing:
            call()
        await self.gateway.aclose()
        self.shutdown()  # type: ignore[no-untyped-call]
