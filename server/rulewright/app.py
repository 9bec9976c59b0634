"""The composition root: the one place that names concrete services and hands them to the gateway."""

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import structs

from rulewright.core.addresses import Address
from rulewright.core.config import (
    CheckSettings,
    Layer,
    PackagesSettings,
    PrivacySettings,
    SettingProblem,
    Settings,
    SettingsLayer,
    merge,
    of_trust,
)
from rulewright.core.ports import CheckRunner, Code, EventLog
from rulewright.core.rules.policy import policy_of
from rulewright.gateway import Gateway, OnChange
from rulewright.rule_gateway import RuleGateway
from rulewright.services.clock import SystemClock
from rulewright.services.documents import DocumentStore
from rulewright.services.events import MemoryEventLog
from rulewright.services.files import PackageRules, ProjectRuleFiles, stamp
from rulewright.services.projects import Projects
from rulewright.services.rule_use import RuleUse
from rulewright.services.rules import RuleKeeper
from rulewright.services.settings import read_layers
from rulewright.services.user_folders import user_rules_folder
from rulewright.services.workers import AdaptiveRunner
from rulewright.services.workers.set_aside import ONE_RUN, Breakers, BreakingRunner

if TYPE_CHECKING:
    from rulewright.access_app import Access
    from rulewright.adapters.lsp.language_server import Server
    from rulewright.code_gateway import CodeGateway
    from rulewright.core.model_settings import ModelSettings
    from rulewright.core.models import ModelProvider
    from rulewright.core.peers import Peer
    from rulewright.core.permissions import Principal
    from rulewright.core.privacy.proof import Proof
    from rulewright.core.server_report import ServerReport
    from rulewright.core.session import SessionEvent
    from rulewright.model_gateway import ModelGateway
    from rulewright.services.breakers import Circuits
    from rulewright.services.egress import Outgoing
    from rulewright.services.models.http import Connections
    from rulewright.services.models.keys import Keys
    from rulewright.services.state.rule_use import StateRuleUse
    from rulewright.services.state.store import StateStore
    from rulewright.session_app import Conversations
    from rulewright.session_gateway import Conversing
    from rulewright.tree import ClientTree, Node

MAX_WORKERS = 4
SERVER_WORKERS = 2
"""One for what the user waits for, one for the rest of the workspace."""


def headless(*, keeps_history: bool = False) -> Gateway:
    """A gateway for the command line: no event loop, processes only for much work.

    What happens to rules is kept only where a command is about that.
    """

    def runner(check: CheckSettings) -> CheckRunner:
        runner = AdaptiveRunner(lambda: _pool(check, min(os.cpu_count() or 1, MAX_WORKERS)))
        return BreakingRunner(runner, Breakers(ONE_RUN))

    async def offload(function: Callable[..., Any], /, *arguments: Any) -> Any:
        return function(*arguments)

    return _gateway("flags", "--set", runner, offload, keeps_history=keeps_history)


def serving() -> Gateway:
    """A gateway for the language server: checks run in other processes, the disk is read in other threads."""
    # Started first: it gets ready on another core while the protocol engine is imported here.
    from rulewright.services.code_host import INTENSITY, CodeHost
    from rulewright.services.supervisor.outside import OutsideSupervisor

    knowing = OutsideSupervisor(INTENSITY)
    code = CodeHost(overseer=knowing)
    knowing.more = code.indexing
    code.start()
    from rulewright.node_app import client_of, new_node

    node = new_node("stdio")
    return _serving(_watched_pools(node), client_of(node, knowing), code)


def _serving(runner: Callable[[CheckSettings], CheckRunner], tree: "ClientTree", code: Code | None = None) -> Gateway:
    import asyncio

    return _gateway("editor", "the editor's settings", runner, asyncio.to_thread, code, tree, keeps_history=True)


def code() -> "CodeGateway":
    """A gateway to the code for the command line."""
    from rulewright.code_app import code_gateway

    return code_gateway()


def conversations(announce: "Callable[[SessionEvent], None]" = lambda _: None) -> "Conversations":
    """The conversations of this user, with what keeps them; `announce` is told what happens in them."""
    from rulewright.session_app import Conversations

    return Conversations(announce=announce)


def access() -> "Access":
    """The tokens of this user, and who was refused."""
    from rulewright.access_app import Access

    return Access()


def local_principal() -> "Principal":
    """Whoever started this process."""
    from rulewright.services.access.owner import owner

    return owner()


def serve_stdio() -> int:
    """Run the language server on standard input and output; returns the exit code."""
    from rulewright.adapters.lsp.front import serve_stdio as serve

    return serve(serving, importing_engine)


def serve_sockets(wanted: Mapping[str, Address], token_file: Path | None, say: Callable[[str], None]) -> int:
    """Run the language server on sockets until the process is told to end; returns the exit code.

    `wanted` has addresses by transport, `tcp` or `ws`; `say` gets a line for people about each. The token to ask for
    is that of `token_file`, else a new one. Raises OSError and ValueError, both with what went wrong.
    """
    import asyncio

    from rulewright.access_app import Access
    from rulewright.node_app import new_client, new_node
    from rulewright.services.code_host import INTENSITY
    from rulewright.services.workers.shared import SharedRunners

    with importing_engine():
        from rulewright.adapters.lsp.server import build_server
        from rulewright.adapters.lsp.sockets import node

    shared = new_node("sockets")
    # What one client's checks do to a worker is no business of another's, so each has breakers of its own.
    shared_pools = SharedRunners(lambda check: _pool(check, SERVER_WORKERS, shared))

    def runners(check: CheckSettings) -> CheckRunner:
        return BreakingRunner(shared_pools(check), Breakers(time_of_day=SystemClock().now))

    access = Access()

    def session(principal: "Principal") -> "Server":
        # What knows the code is a process for each client, started when it opens something.
        code, tree = new_client(shared, INTENSITY)
        gateway = _serving(runners, tree, code)
        gateway.open_for(principal, access.note)
        return build_server(gateway)

    async def ended() -> None:
        await shared.tree.aclose()
        await asyncio.to_thread(shared_pools.close)

    try:
        with access.doorkeeper(token_file, say) as doorkeeper:
            shared.listens = doorkeeper.listens
            return node.run(session, wanted, doorkeeper, shared.tree.begin, ended)
    finally:
        access.close()


def connect(address: Address, token_file: Path | None) -> int:
    """Join standard input and output to a node on this machine; returns the exit code. Raises as `serve_sockets`."""
    from rulewright.adapters.lsp.sockets.connect import connect as join
    from rulewright.services.access.token_files import read_token, token_path
    from rulewright.services.user_folders import state_folder

    return join(address, read_token(token_file or token_path(Path(state_folder()), "tcp", address.port)))


def serve_mcp(folder: Path | None) -> int:
    """Serve the Model Context Protocol on standard input and output; returns the exit code.

    Without `folder` the client's roots are the projects, or the folder here. Raises ImportError without the SDK.
    """
    from rulewright.adapters.mcp.server import serve
    from rulewright.node_app import client_of, new_node

    node = new_node("mcp")
    return serve(_serving(_watched_pools(node), client_of(node)), code, folder)


def running_servers(pid: int | None = None) -> "tuple[tuple[ServerReport, ...], tuple[str, ...]]":
    """Every server of this user that runs, or one, and sentences about those that do not answer."""
    from rulewright.node_app import running_servers as ask

    return ask(pid)


def importing_engine() -> AbstractContextManager[None]:
    """What to import the protocol engine within: from the second start on it takes half as long."""
    from rulewright.services.compiled_classes import kept, kept_in

    return kept(kept_in())


def _gateway(
    layer: Layer,
    origin: str,
    runner: Callable[[CheckSettings], CheckRunner],
    offload: Any,
    code: Code | None = None,
    tree: "ClientTree | None" = None,
    *,
    keeps_history: bool,
) -> Gateway:
    def read_settings(root: str, overlay: Mapping[str, Any]) -> tuple[Settings, tuple[SettingProblem, ...]]:
        layers, problems = read_layers(Path(root))
        layers = [_with_trust(root, layer, is_trusted_by_editor=projects.is_trusted_by_editor) for layer in layers]
        settings, more = merge([*layers, SettingsLayer(layer, origin, overlay)])
        packages[root] = settings.packages
        return settings, (*problems, *more)

    state = _State() if keeps_history else _Glances()
    packages: dict[str, PackagesSettings] = {}
    files: dict[str, ProjectRuleFiles] = {}

    def rules(root: str, settings: Settings) -> RuleKeeper:
        of = settings.rules
        policy = policy_of(of)
        files[root] = ProjectRuleFiles(
            Path(root),
            gitignore=settings.check.gitignore,
            user=Path(user_rules_folder()),
            packages=PackageRules(Path(root), lambda: packages[root]),
        )
        return RuleKeeper(files[root], state.log(root), SystemClock(), policy)

    projects = Projects(read_settings, rules)
    use = RuleUse(SystemClock(), state.use) if isinstance(state, _State) else None
    about_rules = RuleGateway(projects, offload, state, use, lambda root: stamp(files[root]))

    def privacy(root: str) -> PrivacySettings:
        opened = next((project for project in projects.opened if project.root == root), None)
        return opened.settings.privacy if opened is not None else _privacy_of(root)

    return Gateway(
        projects,
        DocumentStore(),
        runner,
        offload,
        _watch,
        code,
        about_rules,
        tree,
        open_conversations=_conversing(tree.node) if tree is not None else None,
        open_outgoing=lambda models: _outgoing(
            privacy, _providers(models), _peers(), tree.node.circuits if tree is not None else None
        ),
        open_models=_models,
    )


def prove_privacy(tell: Callable[[str], None]) -> "Proof":
    """Plant secrets that open nothing, and drive every feature past them; `tell` gets the name of each."""
    from rulewright.privacy_proof import prove

    def privacy(root: str) -> PrivacySettings:
        # Where nothing is sent at all, nothing would be proved.
        return structs.replace(_privacy_of(root), on_secret="redact", local_models="as_others")  # noqa: S106 - a verb

    return prove(lambda providers, peers: _outgoing(privacy, providers, peers), tell=tell)


def _outgoing(
    privacy: Callable[[str], PrivacySettings],
    providers: "Iterable[ModelProvider]",
    peers: "Iterable[Peer]",
    circuits: "Circuits | None" = None,
) -> "Outgoing":
    """Ways out of this machine, each behind a breaker, and that behind the gate: nobody else makes one."""
    from rulewright.privacy_view import path_rules
    from rulewright.services.breakers import Circuits
    from rulewright.services.egress import Gate, Outgoing
    from rulewright.services.guarded import GuardedPeer, GuardedProvider

    circuits = circuits or Circuits()
    return Outgoing(
        Gate(privacy, path_rules()),
        (GuardedProvider(provider, circuits) for provider in providers),
        (GuardedPeer(peer, circuits) for peer in peers),
    )


def _providers(models: "Sequence[ModelSettings]") -> "Iterable[ModelProvider]":
    """The providers of models of settings; with none, those of the user's own settings."""
    if not models:
        models = merge(read_layers(Path(os.devnull))[0])[0].models
    if not models:
        return ()
    from rulewright.services.models.make import make_providers

    return make_providers(models, *_reaching())


@cache
def _reaching() -> "tuple[Keys, Connections]":
    """What the models of a process share: keys that commands gave, and connections."""
    from rulewright.services.models.http import Connections
    from rulewright.services.models.keys import Keys

    return Keys(), Connections()


def _models(gateway: Gateway, named: "Sequence[ModelSettings]") -> "ModelGateway":
    """The door to the models of settings, which are asked through the ways out of `gateway`."""
    from rulewright.model_gateway import ModelGateway
    from rulewright.services.models.nearby import look_nearby
    from rulewright.services.settings import user_file

    keys, connections = _reaching()

    def has_key(model: "ModelSettings") -> bool | None:
        key = keys.at_hand(model)
        return None if key is None else bool(key.value)

    return ModelGateway(
        named, lambda: gateway.outgoing.providers, has_key, lambda: look_nearby(connections), user_file()
    )


def _peers() -> "Iterable[Peer]":
    """The way to other nodes, where this one has joined some; none in this version."""
    return ()


def _privacy_of(root: str) -> PrivacySettings:
    """What counts for a project that is not open, or with an empty `root` for what is about none."""
    layers, _ = read_layers(Path(root or os.devnull))
    return merge([_with_trust(root, layer, is_trusted_by_editor=False) for layer in layers])[0].privacy


def _with_trust(root: str, layer: SettingsLayer, *, is_trusted_by_editor: bool) -> SettingsLayer:
    """A layer with what is known of the trust in it, where that makes a difference."""
    if layer.layer != "project" or not of_trust(layer.values):
        return layer
    if is_trusted_by_editor:
        return structs.replace(layer, trust="trusted")
    from rulewright.privacy_view import trust_of
    from rulewright.services.user_folders import config_folder

    return structs.replace(layer, trust=trust_of(Path(config_folder()), Path(root), layer.values))


class _Glances:
    """Keeps nothing; what a server kept of switches and of rules without a file counts all the same."""

    def log(self, root: str) -> EventLog:
        """An event log in memory."""
        from rulewright.services.state.glance import glance
        from rulewright.services.user_folders import state_folder

        return MemoryEventLog(stored=lambda: glance(Path(state_folder()), root))

    def take_problems(self) -> tuple[str, ...]:
        """None: nothing is written."""
        return ()

    def close(self) -> None:
        """Nothing is open."""


class _State:
    """`state.db`. SQLite is imported with the first project, in the thread that opens it."""

    def __init__(self) -> None:
        self._store: StateStore | None = None
        self._is_closed = False

    def log(self, root: str) -> EventLog:
        """The event log of a project that is in it."""
        from rulewright.services.state.rule_log import StateEventLog

        return StateEventLog(self._opened(), root)

    def _opened(self) -> "StateStore":
        from rulewright.services.state.store import StateStore
        from rulewright.services.user_folders import state_folder

        if self._store is None:
            self._store = StateStore(Path(state_folder()), SystemClock().now)
            if self._is_closed:
                self._store.close()
        return self._store

    def use(self, root: str) -> "StateRuleUse":
        """What is kept of the use of a project's rules."""
        from rulewright.services.state.rule_use import StateRuleUse

        return StateRuleUse(self._opened(), root)

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last."""
        return self._store.take_problems() if self._store is not None else ()

    def close(self) -> None:
        """Let go of it for good: a client may leave while its projects are still being opened in a thread."""
        self._is_closed = True
        if self._store is not None:
            self._store.close()


def _conversing(node: "Node") -> "Callable[[], Conversing]":
    """The conversations of a process, opened when somebody asks for them, in whatever thread."""

    def open_conversations() -> "Conversing":
        from rulewright.session_app import shared_by

        return shared_by(node)

    return open_conversations


def _watched_pools(node: "Node") -> Callable[[CheckSettings], CheckRunner]:
    def runner(check: CheckSettings) -> CheckRunner:
        return BreakingRunner(_pool(check, SERVER_WORKERS, node), Breakers(time_of_day=SystemClock().now))

    return runner


def _pool(check: CheckSettings, size: int, node: "Node | None" = None) -> CheckRunner:
    from rulewright.services.workers.pool import WorkerPool

    return WorkerPool(check.jobs or size, check.timeout_s, node.tree.checks if node is not None else None)


def _watch(
    roots: Callable[[], Iterable[str]], folders: Callable[[], Iterable[str]], on_change: OnChange
) -> Awaitable[None]:
    from rulewright.services.watcher import watch

    return watch(roots, folders, on_change)
