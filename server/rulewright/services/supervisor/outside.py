"""A supervisor of what lives outside of the event loop: processes that threads drive, and that start before any loop.

Its children start and end themselves and ask here whether they may start again. Once it has given up, none may, until
its own supervisor starts it again.
"""

import threading
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import msgspec

from rulewright.core.bus import Supervised
from rulewright.core.restarts import Intensity, Member, Restart, decide
from rulewright.core.supervision import ChildState, GaveUp, Running

if TYPE_CHECKING:
    import asyncio


class _Member(msgspec.Struct):
    started_at: float = 0.0
    runs: bool = False
    pid: int | None = None
    restarts: int = 0
    n_starts: int = 0
    last_error: str = ""


class OutsideSupervisor:
    """An `Overseer` that has a place in the tree. one_for_one; all its children are permanent."""

    def __init__(
        self,
        intensity: Intensity | None = None,
        *,
        now: Callable[[], float] = monotonic,
        clean: Callable[[str], str] = str,
        name: str = "",
        tell: Callable[[Supervised], object] = lambda _: None,
    ) -> None:
        """`clean` takes secrets out of a sentence; `tell` hears of restarts, in any thread."""
        self.name, self.tell = name, tell
        self.intensity = intensity or Intensity()
        self.more: Callable[[], tuple[ChildState, ...]] = tuple
        """Tells of children that a child of ours supervises."""
        self._now, self.clean = now, clean
        self._lock = threading.Lock()
        self._members: dict[str, _Member] = {}
        self._restarted_at: tuple[float, ...] = ()
        self._given_up = ""
        self._is_told = False
        self._wake: Callable[[], None] = lambda: None

    def started(self, child: str, pid: int | None = None) -> None:
        """See `Overseer`."""
        with self._lock:
            member = self._members.setdefault(child, _Member())
            member.runs, member.started_at, member.pid = True, self._now(), pid
            member.n_starts += 1

    def ended(self, child: str, reason: str, now: float) -> bool:
        """See `Overseer`."""
        reason = self.clean(reason)
        with self._lock:
            member = self._members.setdefault(child, _Member())
            member.runs, member.pid, member.last_error = False, None, reason
            if self._given_up:
                return False
            decision = decide(
                "one_for_one",
                [Member(name, "permanent") for name in self._members],
                child,
                "failed",
                now=now,
                restarted_at=self._restarted_at,
                intensity=self.intensity,
            )
            self._restarted_at = decision.restarted_at
            may_restart = decision.action == "restart"
            if may_restart:
                member.restarts += 1
            else:
                self._given_up = (
                    f"{child} ended {self.intensity.max_restarts + 1} times within "
                    f"{self.intensity.max_seconds:g} seconds" + (f", the last time because {reason}" if reason else "")
                )
            wake = self._wake
        if may_restart:
            self.tell(Supervised(self.name, child, "restarted", reason))
        else:
            wake()
        return may_restart

    def lost(self, child: str, reason: str) -> None:
        """See `Overseer`."""
        with self._lock:
            member = self._members.setdefault(child, _Member())
            member.runs, member.pid, member.last_error = False, None, self.clean(reason)
            self._given_up = f"{child}: {member.last_error}"
            wake = self._wake
        wake()

    def removed(self, child: str) -> None:
        """See `Overseer`."""
        with self._lock:
            self._members.pop(child, None)

    def which_children(self) -> tuple[ChildState, ...]:
        """All children as they are now."""
        now = self._now()
        permanent: Restart = "permanent"
        with self._lock:
            shown = tuple(
                ChildState(
                    id=name,
                    state="running" if m.runs else "given_up" if self._given_up else "waiting",
                    restart=permanent,
                    restarts=m.restarts,
                    uptime_s=round(now - m.started_at, 1) if m.runs else 0.0,
                    last_error=m.last_error,
                    pid=m.pid,
                )
                for name, m in self._members.items()
            )
        return (*shown, *self.more())

    async def run(self, running: Running) -> None:
        """Be a child of a supervisor. Raises GaveUp when too much failed; that may have been before the start."""
        import asyncio  # noqa: PLC0415 - processes are started before there is a loop, and nothing may delay that

        loop = asyncio.get_running_loop()
        failed: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(_finish, failed)
            except RuntimeError:  # The loop is closed: the server ends.
                return

        with self._lock:
            if self._is_told:
                self._given_up, self._is_told, self._restarted_at = "", False, ()
            self._wake = wake
            is_over = bool(self._given_up)
        running.shows(self.which_children)
        running.ready()
        try:
            if not is_over:
                await failed
        finally:
            self._wake = lambda: None
        self._is_told = True
        raise GaveUp(self._given_up)


def _finish(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)
