"""A supervisor of tasks. One task, `run`, does everything that changes anything, in order, so callers may be cancelled.

Cancelling `run` stops all children in reverse order, each with its deadline, however often it is cancelled. A task
cannot be killed: one that does not end in time is let go, and that is told.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from time import monotonic
from typing import Any

from rulewright.core.bus import Supervised
from rulewright.core.restarts import Decision, Intensity, Member, Strategy, decide, pause_s
from rulewright.core.supervision import (
    Child,
    ChildState,
    Counted,
    GaveUp,
    Running,
    State,
    count_children,
    sentence_of,
)

log = logging.getLogger(__name__)

_Step = Callable[[], Awaitable[Any]]


class Supervisor:
    """Starts children in order, starts them again as `core.restarts` says, and stops them in reverse."""

    def __init__(
        self,
        name: str,
        children: Iterable[Child] = (),
        *,
        strategy: Strategy = "one_for_one",
        intensity: Intensity | None = None,
        tell: Callable[[Supervised], object] = lambda _: None,
        clean: Callable[[str], str] = str,
        now: Callable[[], float] = monotonic,
    ) -> None:
        """`tell` hears what happens to children, in the loop; `clean` takes secrets out of a sentence."""
        self.name, self.strategy = name, strategy
        self._intensity = intensity or Intensity()
        self._tell, self._clean, self._now = tell, clean, now
        self._slots: dict[str, _Slot] = {}
        """By id, in the order in which they were started first."""
        self._inbox: asyncio.Queue[tuple[_Step, asyncio.Future[Any] | None]] = asyncio.Queue()
        self._restarted_at: tuple[float, ...] = ()
        self._late: set[asyncio.Task[None]] = set()
        self._is_over = False
        for child in children:
            self.add(child)

    # What callers may do; in the loop's thread

    def add(self, child: Child) -> None:
        """Have a child started, after all that were added before. Raises ValueError when there is one of that name."""
        self._claim(child)
        self._post(partial(self._start, (child.id,)))

    async def start_child(self, child: Child) -> None:
        """The same, and wait until it has begun. Raises GaveUp when the supervisor is over."""
        self._claim(child)
        await self._ask(partial(self._start, (child.id,)))

    async def terminate_child(self, child_id: str) -> None:
        """Stop a child; a temporary one is forgotten. Raises KeyError when there is none, GaveUp as `start_child`."""
        slot = self._slots[child_id]
        if slot.child.restart == "temporary" and self.strategy == "one_for_one" and not self._is_over:
            # It concerns no other child, so none has to wait until this one has ended.
            await uncancelled(self._terminate(slot))
        else:
            await self._ask(partial(self._terminate, slot))

    async def restart_child(self, child_id: str) -> None:
        """Start a child again that was stopped or has ended. Raises as `terminate_child`."""
        if child_id not in self._slots:
            raise KeyError(child_id)
        await self._ask(partial(self._start, (child_id,)))

    def delete_child(self, child_id: str) -> None:
        """Forget a child that does not run. Raises KeyError, and ValueError when it runs."""
        if self._slots[child_id].runs:
            message = f"{child_id} runs"
            raise ValueError(message)
        del self._slots[child_id]

    def which_children(self) -> tuple[ChildState, ...]:
        """All children as they are now, in the order of their start."""
        now = self._now()
        return tuple(slot.shown(now) for slot in self._slots.values())

    def count_children(self) -> Counted:
        """How many there are."""
        return count_children(self.which_children())

    async def run(self, running: Running | None = None) -> None:
        """Supervise until cancelled. Raises GaveUp."""
        try:
            self._post(partial(_ready, running))
            while True:
                step, answer = await self._inbox.get()
                await _take(step, answer)
        finally:
            self._is_over = True
            await uncancelled(self._end())

    # What `run` does

    def _post(self, step: _Step) -> None:
        self._inbox.put_nowait((step, None))

    async def _ask(self, step: _Step) -> None:
        if self._is_over:
            message = f"{self.name} is over"
            raise GaveUp(message)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((step, answer))
        await answer

    def _claim(self, child: Child) -> None:
        known = self._slots.get(child.id)
        if known is not None and (known.runs or known.child.restart != "temporary"):
            message = f"{self.name} has a child {child.id} already"
            raise ValueError(message)
        self._slots[child.id] = _Slot(child)

    async def _start(self, child_ids: Iterable[str]) -> None:
        for child_id in child_ids:
            slot = self._slots.get(child_id)
            if slot is None or slot.runs:
                continue
            slot.begin(self._now(), self._name_of(slot))
            assert slot.task is not None
            slot.task.add_done_callback(partial(self._over, slot))
            if slot.child.says_ready:
                await asyncio.wait(
                    {slot.task, slot.begun}, timeout=slot.child.ready_s, return_when=asyncio.FIRST_COMPLETED
                )
                if not slot.begun.done() and not slot.task.done():
                    slot.failure = f"it was not ready within {slot.child.ready_s:g} seconds"
                    slot.task.cancel()

    def _name_of(self, slot: "_Slot") -> str:
        return f"{self.name}/{slot.child.id}"

    def _over(self, slot: "_Slot", task: asyncio.Task[None]) -> None:
        """A task of a child has ended, by itself or because it was told to."""
        if not task.cancelled():
            task.exception()  # Looked at, so that nobody says that it never was.
        self._late.discard(task)
        if slot.task is task and not slot.is_stopping and not self._is_over:
            self._post(partial(self._ended, slot, task))

    async def _ended(self, slot: "_Slot", task: asyncio.Task[None]) -> None:
        """A child has ended by itself."""
        if slot.task is not task or slot.is_stopping or self._slots.get(slot.child.id) is not slot:
            return  # It was stopped meanwhile.
        slot.task, slot.pid, slot.show = None, None, tuple
        error = None if task.cancelled() else task.exception()
        failed = task.cancelled() or error is not None
        slot.state = "ended"
        if failed:
            said = slot.failure or (sentence_of(error) if error is not None else "its task was cancelled")
            slot.last_error = self._clean(said)
            level = logging.WARNING if isinstance(error, GaveUp) or error is None else logging.ERROR
            log.log(level, "%s failed: %s", self._name_of(slot), slot.last_error, exc_info=_trace(error))
        slot.failure = ""
        decision = decide(
            self.strategy,
            [Member(s.child.id, s.child.restart) for s in self._slots.values()],
            slot.child.id,
            "failed" if failed else "normal",
            now=self._now(),
            restarted_at=self._restarted_at,
            intensity=self._intensity,
        )
        self._restarted_at = decision.restarted_at
        match decision.action:
            case "leave":
                self._say(slot, ("gave_up" if isinstance(error, GaveUp) else "failed") if failed else "ended")
                if decision.forget and not slot.child.capability:
                    del self._slots[slot.child.id]
                elif failed:
                    # What is missing now is still to be seen.
                    slot.state = "given_up"
            case "give_up":
                slot.state = "given_up"
                self._say(slot, "gave_up")
                raise GaveUp(
                    f"{slot.child.id} failed {self._intensity.max_restarts + 1} times within "
                    f"{self._intensity.max_seconds:g} seconds, the last time because {slot.last_error or 'it ended'}"
                )
            case "restart":
                await self._restart(slot, decision)

    async def _restart(self, slot: "_Slot", decision: Decision) -> None:
        slot.restarts += 1
        self._say(slot, "restarted")
        for child_id in decision.stop:
            await self._stop(self._slots[child_id])
        for child_id in decision.forget:
            self._slots.pop(child_id, None)
        wait_s = (
            pause_s(len(self._restarted_at), slot.child.pause_s, slot.child.max_pause_s) if slot.child.pause_s else 0.0
        )
        if not wait_s:
            await self._start(decision.start)
            return
        for child_id in decision.start:
            self._slots[child_id].state = "waiting"
        loop = asyncio.get_running_loop()
        slot.timer = loop.call_later(wait_s, self._post, partial(self._start_waiting, decision.start))

    async def _start_waiting(self, child_ids: Iterable[str]) -> None:
        """Start those that were not stopped meanwhile."""
        waiting = [name for name in child_ids if name in self._slots and self._slots[name].state == "waiting"]
        await self._start(waiting)

    async def _terminate(self, slot: "_Slot") -> None:
        await self._stop(slot)
        if slot.child.restart == "temporary" and self._slots.get(slot.child.id) is slot:
            del self._slots[slot.child.id]

    async def _stop(self, slot: "_Slot") -> None:
        """Have a child end; when this returns it has, or was let go."""
        slot.quiet()
        task = slot.task
        if task is None:
            slot.state = "ended" if slot.state != "given_up" else slot.state
            return
        slot.is_stopping = True
        task.cancel()
        if not task.done():
            await asyncio.wait({task}, timeout=slot.child.shutdown_s)
        # Only now: who stops in the middle of this finds the task again.
        slot.task, slot.pid, slot.show, slot.state = None, None, tuple, "ended"
        if not task.done():
            self._late.add(task)
            self._say(slot, "late", f"it did not end within {slot.child.shutdown_s:g} seconds")

    async def _end(self) -> None:
        for slot in reversed(tuple(self._slots.values())):
            await self._stop(slot)
        while not self._inbox.empty():
            _, answer = self._inbox.get_nowait()
            if answer is not None and not answer.done():
                answer.set_exception(GaveUp(f"{self.name} is over"))

    def _say(self, slot: "_Slot", what: Any, reason: str = "") -> None:
        try:
            self._tell(
                Supervised(self.name, slot.child.id, what, reason or slot.last_error, slot.child.capability),
            )
        except Exception:
            log.exception("what happened to %s could not be told", self._name_of(slot))


class _Slot:
    """A child and what is known of it; the `Running` that its task gets."""

    def __init__(self, child: Child) -> None:
        self.child = child
        self.task: asyncio.Task[None] | None = None
        self.state: State = "starting"
        self.begun: asyncio.Future[None]
        self.is_stopping = False
        """Whether it was told to end."""
        self.timer: asyncio.TimerHandle | None = None
        self.restarts = 0
        self.started_at = 0.0
        self.last_error = ""
        self.failure = ""
        self.pid: int | None = None
        self.strategy: Strategy | None = None
        self.show: Callable[[], tuple[ChildState, ...]] = tuple
        self.say: Callable[[], str] = str

    @property
    def runs(self) -> bool:
        return self.task is not None

    def begin(self, now: float, name: str) -> None:
        self.quiet()
        self.is_stopping = False
        loop = asyncio.get_running_loop()
        self.begun = loop.create_future()
        self.started_at = now
        self.state = "starting" if self.child.says_ready else "running"
        self.task = loop.create_task(self._run(), name=name, context=self.child.context)

    async def _run(self) -> None:
        await self.child.run(self)

    def quiet(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def ready(self) -> None:
        if self.state == "starting":
            self.state = "running"
        if not self.begun.done():
            self.begun.set_result(None)

    def shows(self, children: Callable[[], tuple[ChildState, ...]], strategy: Strategy = "one_for_one") -> None:
        self.show, self.strategy = children, strategy

    def is_process(self, pid: int) -> None:
        self.pid = pid

    def tells(self, detail: Callable[[], str]) -> None:
        self.say = detail

    def shown(self, now: float) -> ChildState:
        return ChildState(
            id=self.child.id,
            state=self.state,
            restart=self.child.restart,
            restarts=self.restarts,
            uptime_s=round(now - self.started_at, 1) if self.runs else 0.0,
            last_error=self.last_error,
            pid=self.pid,
            strategy=self.strategy or "",
            detail=self.say() if self.runs else "",
            children=self.show(),
        )


def subtree(make: "Callable[[], Supervisor]", child_id: str, **of_child: Any) -> Child:
    """A supervisor as a child of another one, made anew for each start; further words are those of `Child`."""

    async def run(running: Running) -> None:
        supervisor = make()
        running.shows(supervisor.which_children, supervisor.strategy)
        await supervisor.run(running)

    return Child(id=child_id, run=run, **of_child)


async def uncancelled(work: Coroutine[Any, Any, None]) -> None:
    """Do `work` to its end; to be cancelled meanwhile counts when it is done."""
    task = asyncio.ensure_future(work)
    is_cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            is_cancelled = True
    task.result()
    if is_cancelled:
        raise asyncio.CancelledError


async def _ready(running: Running | None) -> None:
    if running is not None:
        running.ready()


async def _take(step: _Step, answer: "asyncio.Future[Any] | None") -> None:
    try:
        await step()
    except BaseException:
        if answer is not None and not answer.done():
            answer.set_exception(GaveUp("it ended meanwhile"))
            answer.exception()  # Who asked may be gone.
        raise
    if answer is not None and not answer.done():
        answer.set_result(None)


def _trace(error: BaseException | None) -> BaseException | None:
    return error if error is not None and not isinstance(error, GaveUp) else None
