"""Puts conversations together: the one place that names what keeps them. Imported when somebody asks for one."""

import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from rulewright.core.bus import update_of
from rulewright.core.config import InteractionsSettings, merge
from rulewright.core.interaction import Keep
from rulewright.core.session import SessionEvent, session_of
from rulewright.core.session_ports import Embed
from rulewright.services.access.owner import owner
from rulewright.services.clock import SystemClock
from rulewright.services.files import find_root
from rulewright.services.interactions import Interactions
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.settings import read_layers
from rulewright.services.state.places import workspace_id
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore
from rulewright.services.user_folders import state_folder
from rulewright.session_gateway import Place, SessionGateway

if TYPE_CHECKING:
    # Who only lists conversations starts no server.
    from rulewright.services.bus import Bus
    from rulewright.services.registry import Registry
    from rulewright.services.synchroniser import Synchroniser
    from rulewright.tree import Node

TIDY_S = 60.0
"""How often what can wait is done while a server runs."""


class Conversations:
    """Conversations, and calls of models, of this user. One a process is enough; it may be used in any thread."""

    def __init__(
        self, store: StateStore | None = None, announce: Callable[[SessionEvent], None] = lambda _: None
    ) -> None:
        """`store` is one that others use too, and close; else it is this one's own."""
        folder = Path(state_folder())
        clock = SystemClock()
        self._is_own = store is None
        self._version = -1
        self._tidied_at_s = monotonic()
        self._is_looked_through = False
        self.store = store or StateStore(folder, clock.now)
        self._running = Running(folder)
        self.sessions = Sessions(self.store, clock, self._running, _new_id, announce)
        self.interactions = Interactions(self.store, clock, _kept_of_calls)
        self.gateway = SessionGateway(self.sessions, self.interactions, _place, self._leftovers)

    def start(self) -> None:
        """Do what has to be done once, in a thread: first conversations, then calls of models."""
        self.sessions.look()
        self.tidy()

    def tidy(self) -> None:
        """Do what can wait, when there is nothing else to do; in a thread."""
        self._tidied_at_s = monotonic()
        self.sessions.tidy()
        self.interactions.tidy()

    def has_news(self) -> bool:
        """Whether another process wrote since this was asked last, or there is something that has waited long."""
        version = self.store.read(lambda db: int(db.execute("pragma data_version").fetchone()[0]), -1)
        before, self._version = self._version, version
        return version != before or self._is_untidy()

    def look(self) -> None:
        """Announce what other processes wrote, and do what has waited long; in a thread."""
        self.sessions.look()
        if self._is_untidy():
            self.tidy()
            if not self._is_looked_through:
                # Once for each process, and not while it starts.
                self._is_looked_through = True
                self.store.look_through()

    def _is_untidy(self) -> bool:
        return monotonic() - self._tidied_at_s >= TIDY_S

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last; each is given once."""
        return self.store.take_problems()

    def close(self) -> None:
        """Write what is not written yet, and let go."""
        # No model is asked on the way out.
        self.sessions.embed = None
        self.sessions.tidy()
        self._running.close()
        if self._is_own:
            self.store.close()

    def give_up(self) -> None:
        """Let go, and forget what could not be written: whoever wanted it was told that it was not done."""
        self._running.close()
        if self._is_own:
            self.store.close()

    def _leftovers(self) -> list[Path]:
        found = self.store.path.parent.glob(f"{self.store.path.name}.damaged-*")
        return sorted(p for p in found if not p.name.endswith(("-wal", "-shm")))


class Shared:
    """The conversations of a process that serves several clients, on its bus. Opened when somebody asks for them."""

    def __init__(self, bus: "Bus", registry: "Registry", synchroniser: "Synchroniser") -> None:
        self.bus, self.registry = bus, registry
        self._synchroniser = synchroniser
        self._lock = Lock()
        self._kept: Conversations | None = None
        self.owner = owner()

    @property
    def door(self) -> SessionGateway:
        """The door to them. May wait for the disk the first time."""
        return self._opened().gateway

    def _opened(self) -> Conversations:
        with self._lock:
            if self._kept is None:
                self._kept = Conversations(announce=self._announce)
                self._kept.start()
            return self._kept

    def following(self) -> AbstractContextManager[None]:
        """While this lasts, the bus tells also what other processes write."""
        kept = self._opened()
        return self._synchroniser.following(kept.has_news, kept.look)

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last."""
        return self._kept.take_problems() if self._kept is not None else ()

    def learn_meaning(self, embed: Embed) -> None:
        """Work out, with a model that embeds, what conversations that changed are about; found by it from now on.

        Waits for the model: not for an event loop.
        """
        kept = self._opened()
        kept.sessions.embed = embed
        kept.sessions.learn_meaning()

    def _announce(self, event: SessionEvent) -> None:
        self.bus.publish("context_updates", update_of(event), key=session_of(event))

    def close(self) -> None:
        """Write what is not written yet, and let go."""
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()


_SHARED: "WeakKeyDictionary[Node, Shared]" = WeakKeyDictionary()
_SHARING = Lock()


def shared_by(node: "Node") -> Shared:
    """The conversations of a process that serves; they end with its tree."""
    with _SHARING:
        if node not in _SHARED:
            _SHARED[node] = Shared(node.bus, node.registry, node.synchroniser)
            node.tree.on_closed(_SHARED[node].close)
        return _SHARED[node]


def _new_id() -> str:
    return secrets.token_hex(8)


def _place(start: Path) -> Place:
    root = find_root(start)
    return Place(workspace_id(str(root)), str(root))


def _kept_of_calls() -> tuple[Keep, int]:
    """The user's settings: a project has no say in what is kept of their calls."""
    layers: list[Any] = [layer for layer in read_layers(Path.home())[0] if layer.layer != "project"]
    settings: InteractionsSettings = merge(layers)[0].interactions
    return settings.keep, settings.days
