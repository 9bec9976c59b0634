"""The code host, a child process that knows the code: started, fed, asked, and replaced when it dies or goes silent.

Whoever asks gets an answer in any case; where there is no host it says nothing, and a line in the log says why.
What a new process must know (workspaces, open documents) is told to it again.
"""

import contextlib
import itertools
import logging
import queue
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from time import monotonic

import msgspec

from rulewright.core.changes import apply_changes
from rulewright.core.code_messages import (
    Alive,
    Answer,
    Ask,
    Cancel,
    Changed,
    Closed,
    Configure,
    FromHost,
    Log,
    Opened,
    Pause,
    Progress,
    Question,
    Ready,
    Seen,
    ToHost,
    decode_from_host,
    encode,
)
from rulewright.core.restarts import Intensity
from rulewright.core.supervision import Alone, ChildState, Overseer
from rulewright.core.text import PositionEncoding, Text
from rulewright.processes import own_python
from rulewright.processes.framing import messages, send

log = logging.getLogger(__name__)

SILENT_S = 10.0
"""Seconds that a question may wait while the host says nothing at all, before it is ended."""
GUARD_S = 0.5
INTENSITY = Intensity(max_restarts=3, max_seconds=120.0)
"""A host is told everything again when it starts, so one that goes on dying is no use to anybody."""
NAME = "host"

NOTHING = b"null"

Listener = Callable[[Progress], None]


class CodeHost:
    """One child process at a time. All methods may be called from any thread; none waits for the host."""

    def __init__(
        self, command: list[str] | None = None, silent_s: float = SILENT_S, overseer: Overseer | None = None
    ) -> None:
        self._overseer = overseer or Alone(INTENSITY)
        self._progress: dict[str, Progress] = {}
        self._command = command or own_python.command("rulewright", "--code-host")
        self._silent_s = silent_s
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[Question, Future[bytes]]] = {}
        self._again: set[int] = set()
        """Of those that wait: what a host that ended had been asked already."""
        self._listeners: list[Listener] = []
        self._configured: Configure | None = None
        self._paused = False
        self._documents: dict[str, _Told] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._heard_at = monotonic()
        self._taken_back: set[str] = set()
        """Documents of questions that were cancelled since an answer came; the host may still be at one."""
        self._hung = 0
        """Process id of the host that was ended last because it said nothing."""
        self._closed = threading.Event()
        self.gone = ""
        """Why there is no host any more; empty while there is one."""

    def start(self) -> None:
        """Start the process; a question and a document that is opened do that too."""
        with self._lock:
            if self._process is None and not self._closed.is_set() and not self.gone:
                self._launch()

    def tell(self, message: ToHost) -> None:
        """Say something to the host, and to every one that takes its place as far as that still matters then.

        Where none has been started, a document that is opened does that; all else waits for it.
        """
        with self._lock:
            if self.gone:
                return
            self._remember(message)
            if self._process is not None:
                self._outbox.put(encode(message))
            elif isinstance(message, Opened):
                self.start()  # It is told all that is remembered, this too.

    def ask(self, question: Question) -> "Future[bytes]":
        """The answer as JSON; `null` when there is none to be had. Cancelling the future tells the host."""
        future: Future[bytes] = Future()
        with self._lock:
            self.start()
            if self._process is None:
                future.set_result(NOTHING)
                return future
            number = next(self._numbers)
            if not self._waiting:
                self._heard_at = monotonic()
            self._waiting[number] = question, future
            self._outbox.put(encode(Ask(number, question)))
        future.add_done_callback(lambda done: self._over(number, done))
        return future

    def on_progress(self, listener: Listener) -> None:
        """Call this, in a thread of the host's, when an index has got further."""
        self._listeners.append(listener)

    def indexing(self) -> tuple[ChildState, ...]:
        """The builders of indexes, which are children of the host: as far as it tells."""
        with self._lock:
            runs, told = self._process is not None, tuple(self._progress.values())
        return tuple(
            ChildState(
                id=f"index of {Path(one.root).name or one.root}",
                state="running" if runs and one.done < one.total else "ended",
                restart="transient",
                detail=f"{one.done:,} of {one.total:,} files" if one.total else "nothing to read again",
            )
            for one in told
        )

    def close(self) -> None:
        """End the process."""
        self._closed.set()
        self._overseer.removed(NAME)
        with self._lock:
            process, self._process = self._process, None
            self._outbox.put(None)
            self._give_up_waiting()
        if process is not None:
            _end(process)

    # The state that a new process needs

    def _remember(self, message: ToHost) -> None:
        match message:
            case Configure():
                self._configured = message
            case Opened():
                self._documents[message.uri] = _Told(message)
            case Changed():
                if (told := self._documents.get(message.uri)) is not None:
                    if any(change.range is None for change in message.changes):
                        told.changes.clear()  # A new text makes them void.
                    told.changes.append(message)
                    if len(told.changes) > _MANY_CHANGES:
                        told.settle(self._encoding)
            case Closed():
                self._documents.pop(message.uri, None)
            case Pause():
                self._paused = message.paused

    @property
    def _encoding(self) -> PositionEncoding:
        return self._configured.encoding if self._configured else "utf-16"

    def _restore(self) -> None:
        if self._configured is not None:
            self._outbox.put(encode(self._configured))
        if self._paused:
            self._outbox.put(encode(Pause(True)))
        for told in self._documents.values():
            self._outbox.put(encode(told.settle(self._encoding)))
        for number, (question, _) in self._waiting.items():
            self._outbox.put(encode(Ask(number, question)))

    # The process

    def _launch(self) -> None:
        try:
            self._process = own_python.launch(self._command)
        except OSError as error:
            reason = f"it cannot be started: {error}"
            self._overseer.lost(NAME, reason)
            self._lose(reason)
            return
        self._overseer.started(NAME, self._process.pid)
        self._outbox = queue.SimpleQueue()
        self._heard_at = monotonic()
        self._restore()
        process, outbox = self._process, self._outbox
        for target, name in ((self._write, "code host: out"), (self._read, "code host: in"), (self._guard, "watch")):
            threading.Thread(target=target, args=(process, outbox), name=name, daemon=True).start()

    def _write(self, process: "subprocess.Popen[bytes]", outbox: "queue.SimpleQueue[bytes | None]") -> None:
        assert process.stdin is not None
        with contextlib.suppress(OSError, ValueError):
            while (body := outbox.get()) is not None:
                send(process.stdin.fileno(), body)

    def _read(self, process: "subprocess.Popen[bytes]", outbox: "queue.SimpleQueue[bytes | None]") -> None:
        assert process.stdout is not None
        try:
            for body in messages(process.stdout):
                self._hear(decode_from_host(body))
        except (OSError, ValueError, msgspec.DecodeError) as error:
            log.debug("reading from the code host ended: %s", error)
        outbox.put(None)
        self._died(process)

    def _guard(self, process: "subprocess.Popen[bytes]", _: object) -> None:
        while process.poll() is None and not self._closed.wait(GUARD_S):
            with self._lock:
                waits = bool(self._waiting) and monotonic() - self._heard_at > self._silent_s
            if waits:
                log.warning("the code host has said nothing for %g seconds and is ended", self._silent_s)
                self._hung = process.pid
                process.kill()
                return

    def _hear(self, message: FromHost) -> None:
        self._heard_at = monotonic()
        match message:
            case Answer():
                with self._lock:
                    self._taken_back.clear()
                    _, future = self._waiting.pop(message.id, (None, None))
                    self._again.discard(message.id)
                if message.failure:
                    log.error("a question about code was not answered: %s", message.failure)
                if future is not None and future.set_running_or_notify_cancel():
                    future.set_result(message.json)
            case Seen():
                if (told := self._documents.get(message.uri)) is not None:
                    told.seen(message.version)
            case Progress():
                self._progress[message.root] = message
                for listener in tuple(self._listeners):
                    listener(message)
            case Log():
                log.log(message.level, "%s", message.text)
            case Alive() | Ready():
                pass

    def _over(self, number: int, future: "Future[bytes]") -> None:
        with self._lock:
            question, _ = self._waiting.pop(number, (None, None))
            self._again.discard(number)
            if future.cancelled() and self._process is not None:
                self._taken_back.add(getattr(question, "uri", ""))
                self._outbox.put(encode(Cancel(number)))

    def _died(self, process: "subprocess.Popen[bytes]") -> None:
        """Whether there is a next one is decided while this one still has the place, or somebody who asks takes it."""
        with self._lock:
            if process is not self._process:
                return
        _end(process)
        if self._closed.is_set():
            return
        hung = process.pid == self._hung
        how = "it said nothing any more" if hung else f"it ended with {process.returncode}"
        goes_on = self._overseer.ended(NAME, how, monotonic())
        with self._lock:
            if process is not self._process:  # Closed meanwhile.
                self._overseer.removed(NAME)
                return
            self._process = None
            at = self._at() if hung else ""
            for uri, told in self._documents.items():
                was_given_up = told.is_given_up
                told.blame(is_asked=uri == at)
                if told.is_given_up and not was_given_up:
                    log.warning("%s has cost two processes that know the code; its grammar is not used any more", uri)
            self._give_up_asked(hung=hung)
            if not goes_on:
                allowed = self._overseer.intensity
                self._lose(f"it died {allowed.max_restarts + 1} times within {allowed.max_seconds:g} seconds")
                return
            log.warning("the code host ended unexpectedly (%s); a new one takes its place", process.returncode)
            self.start()

    def _lose(self, reason: str) -> None:
        with self._lock:
            self.gone = f"Rulewright goes on without knowing the code: {reason}. Restart the server to try again."
            self._give_up_waiting()
        log.error("%s", self.gone)

    def _at(self) -> str:
        """The document that the host was at: that of the oldest question; empty where it may have been another."""
        oldest = next((getattr(question, "uri", "") for question, _ in self._waiting.values()), "")
        return oldest if self._taken_back <= {oldest} else ""

    def _give_up_asked(self, *, hung: bool) -> None:
        """A host has ended: give up what it may have ended of, keep the rest for the next one.

        That is what two hosts have been asked, and of a host that hung the oldest question, which it was at. So no
        question costs more than two hosts, and somebody who waits for another answer only waits longer.
        """
        kept = {number: asked for number, asked in self._waiting.items() if number not in self._again}
        for number in list(kept)[:1] if hung else ():
            del kept[number]
        self._waiting = {number: asked for number, asked in self._waiting.items() if number not in kept}
        self._give_up_waiting()
        self._waiting, self._again = kept, set(kept)

    def _give_up_waiting(self) -> None:
        waiting, self._waiting = self._waiting, {}
        self._again.clear()
        for _, future in waiting.values():
            if future.set_running_or_notify_cancel():
                future.set_result(NOTHING)


_MANY_CHANGES = 200
_MAX_DEATHS_OF_A_DOCUMENT = 2


class _Told:
    """What the host knows of an open document."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.changes: list[Changed] = []
        self._seen: int | None = None
        self._is_seen = False
        self._deaths = 0

    def seen(self, version: int | None) -> None:
        """The host has parsed this version."""
        self._seen, self._is_seen = version, True

    def blame(self, *, is_asked: bool = False) -> None:
        """A host died; whether this document was what it was at, nobody knows, but it can be.

        It can where it had not been parsed, or where the host hung at a question about it.
        """
        latest = self.changes[-1].version if self.changes else self.opened.version
        if is_asked or not self._is_seen or self._seen != latest:
            self._deaths += 1
        self._is_seen = False

    @property
    def is_given_up(self) -> bool:
        """Whether it has cost as many hosts as it may."""
        return self._deaths >= _MAX_DEATHS_OF_A_DOCUMENT

    def settle(self, encoding: PositionEncoding) -> Opened:
        """The document as it is now; without a language, and so without a grammar, when that has cost two hosts."""
        if self.changes:
            text = Text(self.opened.text.decode("utf-8", "surrogatepass"))
            for change in self.changes:
                text = apply_changes(text, change.changes, encoding)
            version = self.changes[-1].version
            content = text.content.encode("utf-8", "surrogatepass")
            self.opened = msgspec.structs.replace(self.opened, text=content, version=version)
            self.changes = []
        if self.is_given_up:
            return msgspec.structs.replace(self.opened, path=self.opened.path + _UNKNOWN, language_id="plaintext")
        return self.opened


_UNKNOWN = ".unknown"
"""An ending that no language has."""


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    process.wait()
