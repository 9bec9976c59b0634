"""The code host: reads messages of the server, keeps the code gateway up to date, answers questions in JSON.

One thread does all the work, in this order: what the server says, then a slice of an answer that takes long, then a
slice of the index. So an answer is about the documents as they were when its question was sent, a long one holds up no
short one, and indexing holds up nobody.
"""

import contextlib
import gc
import os
import queue
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator
from time import monotonic
from typing import Any

import msgspec

from rulewright.adapters.lsp.code_answers import Answering, Answers
from rulewright.code_gateway import CodeGateway
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
    Ready,
    Seen,
    ToHost,
    Touched,
    decode_to_host,
    encode,
)
from rulewright.core.code_ports import IndexProgress
from rulewright.processes import framing, quick

SLICE_S = 0.005
"""How long an index or a long answer may go on before the next message is looked for."""
REST_S = 0.1
"""How often an idle host looks whether a document has rested."""
PROGRESS_S = 0.2
MUCH_S = 0.5
"""Work of so long may have made much that stays."""
ALIVE_S = 1.0
NOTHING = b"null"
ERROR = 40
"""`logging.ERROR`, without importing it."""


class CodeHost:
    """The loop and what it is at."""

    def __init__(
        self,
        gateway: CodeGateway,
        send: Callable[[FromHost], None],
        inbox: "queue.SimpleQueue[ToHost | None] | None" = None,
    ) -> None:
        self._gateway, self._send = gateway, send
        self._answers = Answers()
        self.inbox: queue.SimpleQueue[ToHost | None] = inbox or queue.SimpleQueue()
        self.cancelled: set[int] = set()
        """Filled by the thread that reads, so that a question can be cancelled before its turn."""
        self._running: deque[tuple[int, Generator[None, None, bytes]]] = deque()
        self._unparsed: dict[str, tuple[str, int | None]] = {}
        self._told: dict[str, tuple[float, IndexProgress]] = {}
        self._has_work = True
        self._lived_at = 0.0
        self._worked_s = 0.0
        """Of work that nobody asked for, since there was nothing left to do."""

    def run(self) -> None:
        """Go on until there are no more messages."""
        while True:
            message = self._next()
            if message is _END:
                return
            if message is not None:
                self._take(message)
            elif self._running:
                self._go_on()
                self._live()
            else:
                self._work()

    def _work(self) -> None:
        """What is to be done while nobody asks. A fault in it costs no more than this turn."""
        began = monotonic()
        try:
            self._parse()
            self._has_work = self._gateway.work(SLICE_S)
            self._report()
            self._worked_s += monotonic() - began
            if not self._has_work:
                if self._worked_s > MUCH_S:
                    self._settle()
                self._worked_s = 0.0
        except Exception:  # noqa: BLE001 - as in `_take`
            self._has_work = False
            self._send(Log(ERROR, _fault()))

    def _settle(self) -> None:
        """Let the collector of garbage look once at what much work has made, and then never again.

        With a million names a full look takes 60 ms, and it would come in the middle of an answer.
        """
        gc.collect()
        gc.freeze()

    def _live(self) -> None:
        """Say now and then that a long answer is still being worked at."""
        if monotonic() - self._lived_at > ALIVE_S:
            self._lived_at = monotonic()
            self._send(Alive())

    def _next(self) -> Any:
        """The next message; None when there is time for other work."""
        busy = bool(self._running or self._has_work or self._unparsed)
        try:
            message = self.inbox.get_nowait() if busy else self.inbox.get(timeout=self._rest_s())
        except queue.Empty:
            return None
        return _END if message is None else message

    def _rest_s(self) -> float | None:
        return REST_S if self._gateway.n_unsaid() else self._gateway.next_scan_s()

    def _take(self, message: ToHost) -> None:
        self._has_work = True
        try:
            match message:
                case Ask():
                    self._gateway.active()
                    self._begin(message)
                case Cancel():
                    self._stop(message.id)
                case Configure():
                    # What they look at may be gone afterwards.
                    self._end_running()
                    self._answers = Answers(message.capabilities, message.client_name)
                    self._gateway.configure(message)
                case Opened():
                    self._unparsed[message.uri] = message.path, message.version
                    self._gateway.opened(message)
                case Changed():
                    self._gateway.active()
                    self._gateway.changed(message)
                    self._unparsed[message.uri] = "", message.version
                case Closed():
                    self._unparsed.pop(message.uri, None)
                    self._gateway.closed(message.uri)
                case Touched():
                    self._gateway.touched(message.paths)
                case Pause():
                    self._gateway.pause(message.paused)
        except Exception:  # noqa: BLE001 - one message that cannot be handled must not end all answers
            self._send(Log(ERROR, _fault()))

    def _begin(self, message: Ask) -> None:
        if message.id in self.cancelled:
            self.cancelled.discard(message.id)
            return
        try:
            answer: Answering = self._answers.answer(self._gateway, message.question)
        except Exception:  # noqa: BLE001 - as above
            self._send(Answer(message.id, NOTHING, _fault()))
            return
        if isinstance(answer, bytes):
            self._send(Answer(message.id, answer))
        else:
            self._running.append((message.id, answer))

    def _go_on(self) -> None:
        number, answering = self._running.popleft()
        if number in self.cancelled:
            self._stop(number)
            answering.close()
            return
        until = monotonic() + SLICE_S
        try:
            while monotonic() < until:
                next(answering)
        except StopIteration as done:
            self._send(Answer(number, done.value))
        except Exception:  # noqa: BLE001 - as above
            self._send(Answer(number, NOTHING, _fault()))
        else:
            self._running.append((number, answering))

    def _end_running(self) -> None:
        while self._running:
            number, answering = self._running.popleft()
            answering.close()
            self._send(Answer(number, NOTHING))

    def _stop(self, number: int) -> None:
        self.cancelled.discard(number)
        for item in [r for r in self._running if r[0] == number]:
            self._running.remove(item)
            item[1].close()

    def _parse(self) -> None:
        """Parse what has changed while nobody asks, so that the next answer need not."""
        unparsed, self._unparsed = self._unparsed, {}
        for uri, (_, version) in unparsed.items():
            self._gateway.parse(uri)
            self._send(Seen(uri, version))

    def _report(self) -> None:
        now = monotonic()
        for root, progress in self._gateway.progress():
            at, told = self._told.get(root, (0.0, None))
            is_over = progress.done >= progress.total
            if progress != told and (is_over or now - at > PROGRESS_S):
                self._told[root] = now, progress
                self._send(Progress(root, progress.done, progress.total, progress.seconds_left))


_END: Any = object()


def serve(make_gateway: Callable[[Callable[[list[str]], None]], CodeGateway]) -> int:
    """Serve the parent at the other end of standard input and output until it closes them; the exit code.

    `make_gateway` gets a function that takes absolute paths that changed on disk, from any thread.
    """
    with contextlib.suppress(ValueError, AttributeError):
        # An interrupt in a terminal is the parent's business.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    stdin, stdout = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    inbox: queue.SimpleQueue[ToHost | None] = queue.SimpleQueue()
    gateway = make_gateway(lambda paths: inbox.put(Touched(tuple(paths))))
    host = CodeHost(gateway, _sender(stdout), inbox)
    threading.Thread(target=_read, args=(stdin, host), name="messages", daemon=True).start()
    quick.begun()
    try:
        host.run()
    except BrokenPipeError:
        return 0
    finally:
        gateway.close()
    return 0


def _sender(fd: int) -> Callable[[FromHost], None]:
    def send(message: FromHost) -> None:
        framing.send(fd, encode(message))

    send(Ready())
    return send


def _read(fd: int, host: CodeHost) -> None:
    try:
        with open(fd, "rb", buffering=1 << 16) as stream:
            for body in framing.messages(stream):
                message = decode_to_host(body)
                if isinstance(message, Cancel):
                    host.cancelled.add(message.id)
                host.inbox.put(message)
    except (OSError, ValueError, msgspec.DecodeError):
        pass  # A parent that cannot be understood is as good as none.
    finally:
        host.inbox.put(None)


def _fault() -> str:
    """The traceback of what is being handled."""
    import traceback  # noqa: PLC0415 - slow to import, and seldom wanted

    return traceback.format_exc()
