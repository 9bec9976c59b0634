"""Puts conversations together: the one place that names what keeps them. Imported when somebody asks for one."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rulewright.core.config import InteractionsSettings, merge
from rulewright.core.interaction import Keep
from rulewright.core.session import SessionEvent
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


class Conversations:
    """Conversations, and calls of models, of this user. One a process is enough; it may be used in any thread."""

    def __init__(
        self, store: StateStore | None = None, announce: Callable[[SessionEvent], None] = lambda _: None
    ) -> None:
        """`store` is one that others use too, and close; else it is this one's own."""
        folder = Path(state_folder())
        clock = SystemClock()
        self._is_own = store is None
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
        self.sessions.tidy()
        self.interactions.tidy()

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last; each is given once."""
        return self.store.take_problems()

    def close(self) -> None:
        """Write what is not written yet, and let go."""
        self.sessions.tidy()
        self._running.close()
        if self._is_own:
            self.store.close()

    def _leftovers(self) -> list[Path]:
        found = self.store.path.parent.glob(f"{self.store.path.name}.damaged-*")
        return sorted(p for p in found if not p.name.endswith(("-wal", "-shm")))


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
