"""What a tree of supervised children is made of, and what is seen of it. `core.restarts` decides, services do it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol

import msgspec

from rulewright.core.restarts import Intensity, Member, Restart, Strategy, decide

State = Literal["starting", "running", "waiting", "ended", "given_up"]
"""`waiting`: it will be started again after a pause. `given_up`: it failed too often, and is not started again."""


class ChildState(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One child as it is now."""

    id: str
    state: State
    restart: Restart
    restarts: int = 0
    """How often it was started again since its supervisor began."""
    uptime_s: float = 0.0
    """Since it was started last; 0 when it does not run."""
    last_error: str = ""
    """A sentence without secrets; empty while nothing went wrong."""
    pid: int | None = None
    """Where it is a process of its own."""
    strategy: Strategy | Literal[""] = ""
    """Of a supervisor; empty for a worker."""
    detail: str = ""
    """What there is to say beside that, such as how far an index is."""
    children: "tuple[ChildState, ...]" = ()


class Counted(msgspec.Struct, frozen=True):
    """How many children a supervisor has."""

    specs: int
    active: int
    supervisors: int
    workers: int


class Running(Protocol):
    """What a child that is started gets to say about itself. All may be called in the loop's thread only."""

    def ready(self) -> None:
        """It has begun: those after it may start."""
        ...

    def shows(self, children: "Callable[[], tuple[ChildState, ...]]", strategy: Strategy = "one_for_one") -> None:
        """It is a supervisor, and these are its children."""
        ...

    def is_process(self, pid: int) -> None:
        """It is a process of its own."""
        ...

    def tells(self, detail: Callable[[], str]) -> None:
        """What there is to say of it, asked when somebody looks."""
        ...


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """The specification of a child."""

    id: str
    run: Callable[[Running], Awaitable[None]]
    """Its whole life. It ends when it is cancelled; to return is a normal end, to raise a failed one."""
    restart: Restart = "permanent"
    shutdown_s: float = 5.0
    """How long it may take to end when it is told to."""
    says_ready: bool = False
    """Whether the next child waits until this one calls `ready`."""
    ready_s: float = 30.0
    """How long that may take; afterwards it counts as failed."""
    pause_s: float = 0.0
    """How long to wait before the first restart; each recent one doubles it."""
    max_pause_s: float = 30.0
    capability: str = ""
    """What Rulewright goes on without when it is gone, as people say it: `knowing the code`."""
    context: Any = None
    """The context variables that it sees; those of its supervisor where this is None."""


class GaveUp(Exception):  # noqa: N818 - how a supervisor ends
    """A supervisor has stopped its children, because they failed too often."""


class Overseer(Protocol):
    """Who decides about children that live outside of an event loop, such as processes. Any thread may call."""

    intensity: Intensity

    def started(self, child: str, pid: int | None = None) -> None:
        """A child was started."""
        ...

    def ended(self, child: str, reason: str, now: float) -> bool:
        """A child failed, at `now` by the monotonic clock; whether it may be started again."""
        ...

    def lost(self, child: str, reason: str) -> None:
        """A child cannot be had at all: there is no use in starting it again."""
        ...

    def removed(self, child: str) -> None:
        """A child was ended on purpose."""
        ...


class Alone:
    """The overseer of what has none: the same decision, and nobody who is told."""

    def __init__(self, intensity: Intensity) -> None:
        self.intensity = intensity
        self._restarted_at: tuple[float, ...] = ()

    def started(self, child: str, pid: int | None = None) -> None:
        """Nobody asks."""

    def ended(self, child: str, reason: str, now: float) -> bool:  # noqa: ARG002 - see `Overseer`
        """Whether it may be started again."""
        members = (Member(child, "permanent"),)
        decision = decide(
            "one_for_one",
            members,
            child,
            "failed",
            now=now,
            restarted_at=self._restarted_at,
            intensity=self.intensity,
        )
        self._restarted_at = decision.restarted_at
        return decision.action == "restart"

    def lost(self, child: str, reason: str) -> None:
        """Nobody asks."""

    def removed(self, child: str) -> None:
        """Nobody asks."""


def count_children(children: Sequence[ChildState]) -> Counted:
    """How many there are of which kind."""
    return Counted(
        len(children),
        sum(child.state == "running" for child in children),
        sum(bool(child.strategy) for child in children),
        sum(not child.strategy for child in children),
    )


def sentence_of(error: BaseException) -> str:
    """The first line of what an error says, with its kind unless it is a sentence of ours."""
    lines = str(error).strip().splitlines()
    if lines and isinstance(error, GaveUp):
        return lines[0]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
