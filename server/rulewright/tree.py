"""The tree of supervisors of a server, written down.

    rulewright                one_for_one
    ├── core                  permanent   what every interface needs
    │   ├── synchroniser      permanent   tells what other processes wrote, while somebody wants to know
    │   └── status            transient   answers `rulewright status`
    ├── checks                temporary   worker processes that check files, as many as are needed
    └── interfaces            permanent   one child for each client
        └── client 1          temporary
            ├── messages      temporary   takes what the client says
            ├── rules         permanent   rest_for_one
            │   ├── events      permanent   does what follows from a change of rules: new diagnostics, new lenses
            │   ├── cache       permanent   forgets what rules said to models, once it was kept long enough
            │   ├── store       permanent   takes what other programs keep of rules
            │   ├── aggregator  permanent   adds up which rules were of use, and writes that down
            │   └── watcher     permanent   sees rule files change on disk
            ├── code          temporary   the process that knows the code, and below it the builders of indexes
            └── background    permanent   what is nice to have: transient children

Ten restarts in 60 seconds are made unless it says otherwise. `permanent` is always started again, `transient` when it
failed, `temporary` never: what is temporary and gives up takes one capability with it, which is said, and all else goes
on. Only when `rulewright`, or a client's own supervisor, gives up does the server, or the session, end.

It starts when the first child is added, so that nothing waits for it.
"""

import asyncio
import contextvars
import itertools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from time import monotonic, time
from typing import TYPE_CHECKING, Literal

from msgspec import structs

from rulewright import __version__
from rulewright.core.bus import Publish, Supervised
from rulewright.core.restarts import Intensity, Strategy
from rulewright.core.server_report import ClientReport, ServerReport
from rulewright.core.supervision import Child, ChildState, GaveUp
from rulewright.services.breakers import Circuits
from rulewright.services.bus import Bus
from rulewright.services.registry import Registry
from rulewright.services.supervisor.outside import OutsideSupervisor
from rulewright.services.supervisor.supervisor import Supervisor, subtree, uncancelled
from rulewright.services.synchroniser import Synchroniser

if TYPE_CHECKING:
    from rulewright.core.models import ModelProvider

Part = Literal["rules", "background"]
PARTS: Mapping[Part, Strategy] = {"rules": "rest_for_one", "background": "one_for_one"}
ROOT = "rulewright"
SHUTDOWN_S = 10.0
"""Of a supervisor: its children have deadlines of their own."""


class Tree:
    """All that is supervised in this process. To be used in one event loop, but for `checks`."""

    def __init__(
        self,
        publish: Publish | None = None,
        *,
        clean: Callable[[str], str] = str,
        now: Callable[[], float] = monotonic,
        intensity: Intensity | None = None,
    ) -> None:
        """`clean` takes secrets out of a sentence."""
        self._publish, self.clean, self.now = publish, clean, now
        self.intensity = intensity or Intensity()
        self.checks = self.outside("checks", self.intensity)
        self._core: dict[str, Child] = {}
        self._clients: dict[str, Child] = {}
        self._interfaces: Supervisor | None = None
        self._root: Supervisor | None = None
        self._task: asyncio.Task[None] | None = None
        self._numbers = itertools.count(1)
        self._enders: list[Callable[[str], None]] = []
        self._closers: list[Callable[[], None]] = []
        self.gave_up = ""
        """Why nothing is supervised any more; empty while all is well."""

    def outside(self, name: str, intensity: Intensity | None = None) -> OutsideSupervisor:
        """A supervisor of processes, which may be used before there is a loop."""
        return OutsideSupervisor(intensity, now=self.now, clean=self.clean, name=f"{ROOT}/{name}", tell=self.tell)

    def tell(self, event: Supervised) -> None:
        """Put on the bus what happened to a child."""
        if self._publish is not None:
            self._publish("supervision", event, key=event.child)

    def in_core(self, child: Child) -> None:
        """Something that every interface needs. Before the first client."""
        self._core[child.id] = child

    def next_name(self) -> str:
        """The name of one more client."""
        return f"client {next(self._numbers)}"

    def on_end(self, call: Callable[[str], None]) -> Callable[[], None]:
        """Call this with a sentence when the whole tree has given up. Returns how to stop that."""
        self._enders.append(call)
        return lambda: self._enders.remove(call)

    def on_closed(self, call: Callable[[], None]) -> None:
        """Call this when everything has ended."""
        self._closers.append(call)

    def states(self) -> ChildState:
        """The tree as it is now."""
        root = self._root
        runs = self._task is not None and not self._task.done()
        return ChildState(
            id=ROOT,
            state="running" if runs else "given_up" if self.gave_up else "ended",
            restart="temporary",
            strategy="one_for_one",
            last_error=self.gave_up,
            children=root.which_children() if root is not None else (),
        )

    def supervisor(self, path: str, children: Iterable[Child] = (), strategy: Strategy = "one_for_one") -> Supervisor:
        """One supervisor of the tree."""
        return Supervisor(
            path, children, strategy=strategy, intensity=self.intensity, tell=self.tell, clean=self.clean, now=self.now
        )

    def add_client(self, child: Child) -> None:
        """Start a client's supervisor, and with the first one everything."""
        self.begin()
        self._clients[child.id] = child
        if self._interfaces is not None:
            self._interfaces.add(child)

    def begin(self) -> None:
        """Start everything, unless it has been. In the loop."""
        if self._task is None:
            self._root = self.supervisor(ROOT, self._children())
            # What is shared belongs to no client, so it sees nothing of the one that came first.
            self._task = asyncio.create_task(self._root.run(), name=ROOT, context=contextvars.Context())
            self._task.add_done_callback(self._over)

    def _children(self) -> list[Child]:
        return [
            subtree(lambda: self.supervisor(f"{ROOT}/core", self._core.values()), "core", shutdown_s=SHUTDOWN_S),
            Child(id="checks", run=self.checks.run, restart="temporary", capability="running checks"),
            subtree(self._make_interfaces, "interfaces", shutdown_s=2 * SHUTDOWN_S),
        ]

    def _make_interfaces(self) -> Supervisor:
        self._interfaces = self.supervisor(f"{ROOT}/interfaces", self._clients.values())
        return self._interfaces

    async def remove_client(self, name: str) -> None:
        """End a client's supervisor, if there is one, and wait until that is done."""
        if self._clients.pop(name, None) is None or self._interfaces is None:
            return
        with suppress(GaveUp, KeyError):
            await self._interfaces.terminate_child(name)

    def _over(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or not isinstance(error := task.exception(), BaseException):
            return
        self.gave_up = self.clean(str(error))
        for call in tuple(self._enders):
            call(f"Rulewright cannot go on: {self.gave_up}.")

    async def aclose(self) -> None:
        """End everything, in reverse order, and wait for it."""
        try:
            if self._task is not None:
                self._task.cancel()
                await uncancelled(_ended(self._task))
        finally:
            while self._closers:
                self._closers.pop()()


class Node:
    """What all clients of a process share."""

    def __init__(self, name: str, bus: Bus, registry: Registry, circuits: Circuits, tree: Tree) -> None:
        """`name` is what the process calls itself on the bus."""
        self.synchroniser = Synchroniser()
        tree.in_core(Child(id="synchroniser", run=lambda _: self.synchroniser.run()))
        self.name, self.bus, self.registry, self.circuits, self.tree = name, bus, registry, circuits, tree
        self.clients: dict[str, Callable[[], ClientReport]] = {}
        """By the name of the client, what there is to say of it."""
        self.listens: Sequence[str] = ()
        """Where it can be reached."""
        self._began_at = tree.now()

    def report(self) -> ServerReport:
        """Everything as it is now. Called in the loop."""
        return ServerReport(
            version=1,
            program_version=__version__,
            pid=os.getpid(),
            interface=self.name,
            uptime_s=round(self.tree.now() - self._began_at, 1),
            listens=tuple(self.listens),
            tree=self.tree.states(),
            circuits=self.circuits.states(),
            registry=self.registry.counts(),
            clients=tuple(tell() for tell in self.clients.values()),
        )


def make_node(
    name: str,
    *,
    clean: Callable[[str], str] = str,
    now: Callable[[], float] = monotonic,
    time_of_day: Callable[[], float] = time,
) -> Node:
    """All that is needed to serve, with nothing in it yet."""
    bus = Bus(name, time_of_day)
    tree = Tree(bus.publish, clean=clean, now=now)
    return Node(name, bus, Registry(bus.publish), Circuits(clean=clean, now=now), tree)


class ClientTree:
    """The part of the tree that is about one client. It begins with the first thing that is added."""

    def __init__(self, node: Node, code: OutsideSupervisor | None = None, *, is_only: bool = False) -> None:
        """With `is_only` everything ends with this client."""
        self.node, self.tree, self.name = node, node.tree, node.tree.next_name()
        self._is_only = is_only
        self.path = f"{ROOT}/interfaces/{self.name}"
        self._code = code
        self._parts: dict[str, dict[str, Child]] = {part: {} for part in PARTS}
        self._live: dict[str, Supervisor] = {}
        self._own: dict[str, Child] = {}
        self._supervisor: Supervisor | None = None
        self._models: frozenset[str] = frozenset()
        self._has_begun = False
        self._is_closed = False

    def add(self, child: Child, part: Part | None = None) -> None:
        """Have a child started, in one of the `PARTS` or beside them, in place of one of its name that has ended."""
        if self._is_closed:
            return
        (self._own if part is None else self._parts[part])[child.id] = child
        if not self._has_begun:
            self._has_begun = True
            self.tree.add_client(
                subtree(
                    self._make,
                    self.name,
                    restart="temporary",
                    shutdown_s=2 * SHUTDOWN_S,
                    context=contextvars.copy_context(),
                )
            )
            return
        live = self._supervisor if part is None else self._live.get(part)
        if live is not None:
            live.add(child)

    def _make(self) -> Supervisor:
        children = [*self._own.values(), *map(self._part, PARTS)]
        if self._code is not None:
            self._code.name = f"{self.path}/code"
            knowing = Child(id="code", run=self._code.run, restart="temporary", capability="knowing the code")
            children.insert(-1, knowing)
        self._supervisor = self.tree.supervisor(self.path, children)
        return self._supervisor

    def _part(self, part: Part) -> Child:
        def make() -> Supervisor:
            self._live[part] = self.tree.supervisor(f"{self.path}/{part}", self._parts[part].values(), PARTS[part])
            return self._live[part]

        return subtree(make, part, shutdown_s=SHUTDOWN_S)

    def register_models(self, models: "Mapping[str, ModelProvider]") -> None:
        """Say which models this client can ask now, by the names of its settings, in place of those before."""
        registry, before = self.node.registry, self._models
        self._models = frozenset(models)
        for name in before - self._models:
            registry.unregister("model", self._registered(name))
        for name, provider in models.items():
            metadata = {"model": name, "client": self.name, "local": "yes" if provider.is_local else "no"}
            registry.register("model", self._registered(name), metadata, provider)

    def _registered(self, model: str) -> str:
        return f"{model} for {self.name}"

    def concerns(self, event: Supervised) -> bool:
        """Whether the client may want to know: what happened to it, or to what all clients share."""
        is_mine = event.supervisor == self.path or event.supervisor.startswith(f"{self.path}/")
        return is_mine or not event.supervisor.startswith(f"{ROOT}/interfaces")

    def states(self, *, all_clients: bool = True) -> ChildState:
        """The tree as it is now, with the parts of other clients or without."""
        whole = self.tree.states()
        if all_clients:
            return whole

        def mine(child: ChildState) -> ChildState:
            others_out = tuple(one for one in child.children if one.id == self.name)
            return structs.replace(child, children=others_out) if child.id == "interfaces" else child

        return structs.replace(whole, children=tuple(map(mine, whole.children)))

    async def aclose(self) -> None:
        """End what is this client's, and wait for it."""
        self._is_closed = True
        self.node.clients.pop(self.name, None)
        self.node.registry.unregister("client", self.name)
        self.register_models({})
        if self._has_begun:
            await self.tree.remove_client(self.name)
        if self._is_only:
            await self.tree.aclose()


async def _ended(task: "asyncio.Task[None]") -> None:
    await asyncio.wait({task})
