"""`get_or_compute`: what was worked out lately is not worked out again, and never twice at the same time.

Values are kept in memory and, where a folder is given, on disk for other processes, each for its time to live. Nothing
is unpickled: a value is the msgpack of its type, and what cannot be read is a miss. A damaged folder is made anew.
"""

import asyncio
import hashlib
import logging
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

T = TypeVar("T")
log = logging.getLogger(__name__)

TTL_S = 300.0
SIZE_LIMIT = 256 << 20
"""Bytes on disk; what was used longest ago goes first."""
MAX_IN_MEMORY = 1024
"""Values."""


class Cache(Generic[T]):
    """Values of one type by any text. Threads and event loops may share it; no fault of the disk is an error."""

    def __init__(
        self,
        kind: type[T],
        folder: Path | None = None,
        *,
        size_limit: int = SIZE_LIMIT,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` is for what is in memory; what is on disk is dated by the time of day."""
        self._encode = msgspec.msgpack.Encoder().encode
        self._decoder = msgspec.msgpack.Decoder(kind)
        self._folder, self._size_limit, self._now = folder, size_limit, now
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, tuple[float, T]] = OrderedDict()
        self._computing: dict[str, _Computing] = {}
        # One thread for the disk: connections of SQLite belong to threads, and only the own one can be closed.
        self._disk_thread = ThreadPoolExecutor(1, "cache") if folder is not None else None
        self._disk: Any = None
        self.hits = 0
        self.misses = 0

    # Asking

    async def get_or_compute(
        self, key: str, compute: Callable[[], Awaitable[T | None]], ttl_s: float = TTL_S
    ) -> T | None:
        """The value of `key`, which `compute` gives where it is not known. None and errors are not kept.

        Whoever asks meanwhile waits for the same computation and gets its value or its error. It goes on as long as
        anybody waits for it, and is cancelled with the last one.
        """
        while True:
            if (known := self.peek(key)) is not None:
                return known
            with self._lock:
                one = self._computing.get(key)
                is_first = one is None
                if one is None:
                    one = self._computing[key] = _Computing()
                one.n_waiting += 1
            if is_first:
                one.task = asyncio.create_task(self._compute(one, key, compute, ttl_s), name=f"computing {key[:60]}")
                # One that is cancelled before its first step never comes to say so.
                one.task.add_done_callback(partial(self._dropped, key, one))
            try:
                return await self._wait(one)
            except _GivenUpError:
                continue  # Who computed it was cancelled in another thread or loop; we still want it.
            finally:
                with self._lock:
                    one.n_waiting -= 1
                    is_unwanted = not one.n_waiting
                if is_unwanted and one.task is not None and not one.future.done():
                    one.stop()

    async def _wait(self, one: "_Computing") -> T | None:
        # Shielded by a future of our own: that this caller is cancelled is no news for the others.
        mine: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        loop = asyncio.get_running_loop()

        def over(done: "Future[Any]") -> None:
            try:
                loop.call_soon_threadsafe(_hand_over, done, mine)
            except RuntimeError:  # The loop of this caller is closed.
                return

        one.future.add_done_callback(over)
        found: T | None = await mine
        return found

    async def _compute(
        self, one: "_Computing", key: str, compute: Callable[[], Awaitable[T | None]], ttl_s: float
    ) -> None:
        try:
            found = await asyncio.wrap_future(self._later(self._read, key))
            if found is None:
                self.misses += 1
                found = await compute()
                self._remember(key, found, ttl_s)
                if found is not None:
                    await asyncio.wrap_future(self._later(self._write, key, found, ttl_s))
        except asyncio.CancelledError:
            if one.is_stopped or _is_cancelling():
                raise
            # Something that it waited for was; to those who wait here that is a failure like any other.
            self._over(key, one, error=RuntimeError("it was cancelled from inside"))
        except BaseException as error:  # noqa: BLE001 - it is the answer of everybody who waits
            self._over(key, one, error=error)
        else:
            self._over(key, one, found)

    def get_or_compute_here(self, key: str, compute: Callable[[], T | None], ttl_s: float = TTL_S) -> T | None:
        """The same for a thread, which computes or waits. Not for an event loop."""
        while True:
            if (known := self.peek(key)) is not None:
                return known
            with self._lock:
                one = self._computing.get(key)
                is_first = one is None
                if one is None:
                    one = self._computing[key] = _Computing()
                one.n_waiting += 1
            try:
                if is_first:
                    return self._compute_here(one, key, compute, ttl_s)
                found: T | None = one.future.result()
            except CancelledError:
                continue
            finally:
                with self._lock:
                    one.n_waiting -= 1
            return found

    def _compute_here(self, one: "_Computing", key: str, compute: Callable[[], T | None], ttl_s: float) -> T | None:
        try:
            found: T | None = self._later(self._read, key).result()
            if found is None:
                self.misses += 1
                found = compute()
                self._remember(key, found, ttl_s)
                if found is not None:
                    self._later(self._write, key, found, ttl_s).result()
        except BaseException as error:
            self._over(key, one, error=error)
            raise
        self._over(key, one, found)
        return found

    def peek(self, key: str) -> T | None:
        """The value in memory; None when there is none, or its time is over."""
        with self._lock:
            held = self._memory.get(key)
            if held is None:
                return None
            if held[0] <= self._now():
                del self._memory[key]
                return None
            self._memory.move_to_end(key)
            self.hits += 1
        return held[1]

    def prune(self) -> None:
        """Take what has lived long enough out of the memory."""
        now = self._now()
        with self._lock:
            for key in [key for key, (until, _) in self._memory.items() if until <= now]:
                del self._memory[key]

    def forget(self, key: str) -> None:
        """Have it computed anew. Reads the disk."""
        with self._lock:
            self._memory.pop(key, None)
        self._later(self._delete, key).result()

    def close(self) -> None:
        """Let go of the files; everything goes on in memory."""
        thread, self._disk_thread = self._disk_thread, None
        if thread is not None:
            thread.submit(self._let_go)
            thread.shutdown()

    # Keeping

    def _over(self, key: str, one: "_Computing", found: T | None = None, *, error: BaseException | None = None) -> None:
        """A computation has ended; called once more, this does nothing."""
        with self._lock:
            if self._computing.get(key) is not one:
                return
            del self._computing[key]
        if error is not None:
            one.future.set_exception(error)
        else:
            one.future.set_result(found)

    def _dropped(self, key: str, one: "_Computing", _: object) -> None:
        """A task has ended; where it could not say how, it was cancelled."""
        with self._lock:
            if self._computing.get(key) is one:
                del self._computing[key]
        one.future.cancel()

    def _remember(self, key: str, found: T | None, ttl_s: float) -> None:
        if found is None or ttl_s <= 0:
            return
        with self._lock:
            self._memory[key] = self._now() + ttl_s, found
            self._memory.move_to_end(key)
            while len(self._memory) > MAX_IN_MEMORY:
                self._memory.popitem(last=False)

    def _later(self, work: Callable[..., Any], *arguments: Any) -> "Future[Any]":
        """What comes of work on the disk, which is done in its thread; None where there is no disk."""
        thread = self._disk_thread
        if thread is not None and self._folder is not None:
            try:
                return thread.submit(work, *arguments)
            except RuntimeError:
                log.debug("a cache was closed while it was used")
        nothing: Future[Any] = Future()
        nothing.set_result(None)
        return nothing

    # In the thread of the disk

    def _delete(self, key: str) -> None:
        self._on_disk(lambda disk: disk.delete(_name(key)))

    def _read(self, key: str) -> T | None:
        row = self._on_disk(lambda disk: disk.get(_name(key), expire_time=True))
        if row is None or type(row[0]) is not bytes:
            return None
        data, until = row
        try:
            found: T = self._decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._delete(key)
            return None
        self.hits += 1
        # A time of day that jumped must not make it live longer than it was given.
        left_s = min(until - time.time(), TTL_S) if isinstance(until, float) else TTL_S
        self._remember(key, found, left_s)
        return found

    def _write(self, key: str, found: T, ttl_s: float) -> None:
        if self._folder is None or ttl_s <= 0:
            return
        try:
            data = self._encode(found)
        except (TypeError, ValueError, OverflowError) as error:
            log.debug("a value cannot be kept on disk: %s", error)
            return
        self._on_disk(lambda disk: disk.set(_name(key), data, expire=ttl_s))

    def _on_disk(self, work: Callable[[Any], Any]) -> Any:
        """What `work` says of the disk; None where there is none, or it fails."""
        if self._folder is None:
            return None
        from rulewright.storage.bytes_disk import FAULTS, Busy, is_corrupt, open_cache  # noqa: PLC0415 - not all need it

        try:
            self._disk = self._disk or open_cache(
                self._folder, size_limit=self._size_limit, eviction="least-recently-used"
            )
            return work(self._disk)
        except Busy:
            return None
        except FAULTS as error:
            self._let_go()
            if is_corrupt(error):
                log.warning("the cache in %s is damaged (%s); it was made anew", self._folder, error)
                shutil.rmtree(self._folder, ignore_errors=True)
            else:
                log.warning("the cache in %s cannot be used (%s); going on in memory", self._folder, error)
                self._folder = None
            return None

    def _let_go(self) -> None:
        from rulewright.storage.bytes_disk import FAULTS  # noqa: PLC0415 - as above

        disk, self._disk = self._disk, None
        if disk is not None:
            try:
                disk.close()
            except FAULTS:
                log.debug("a cache could not be closed", exc_info=True)


class _Computing:
    """A computation that is under way."""

    def __init__(self) -> None:
        self.future: Future[Any] = Future()
        self.n_waiting = 0
        self.task: asyncio.Task[None] | None = None
        self.is_stopped = False

    def stop(self) -> None:
        """Cancel the task, from whichever thread the last one who waited is in."""
        assert self.task is not None
        self.is_stopped = True
        try:
            self.task.get_loop().call_soon_threadsafe(self.task.cancel)
        except RuntimeError:  # Its loop is closed.
            return


class _GivenUpError(Exception):
    """Who computed was cancelled."""


def _is_cancelling() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _hand_over(done: "Future[Any]", mine: "asyncio.Future[Any]") -> None:
    if mine.done():
        return
    if done.cancelled():
        mine.set_exception(_GivenUpError())
    elif (error := done.exception()) is not None:
        mine.set_exception(error)
    else:
        mine.set_result(done.result())


def _name(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
