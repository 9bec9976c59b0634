"""A worker process that does what it is told, to try how workers are started and ended."""

import os
import signal
import sys
from pathlib import Path

from rulewright.processes.framing import READY, receive, send

prepared: list[str] = []


def prepare(*words: str) -> None:
    """Remember what was prepared."""
    prepared.extend(words)


def main(*arguments: bytes) -> None:
    """Answer what is asked, until the pipe is closed."""
    orders, answers = os.dup(0), os.dup(1)
    send(answers, READY)
    while (body := receive(orders)) is not None:
        what, _, rest = body.partition(b" ")
        match what:
            case b"arguments":
                send(answers, b"|".join(arguments))
            case b"prepared":
                send(answers, " ".join(prepared).encode())
            case b"pid":
                send(answers, b"%d %d" % (os.getpid(), os.getppid()))
            case b"open":
                send(answers, b"%d" % len(list(Path("/proc/self/fd").iterdir())))
            case b"folder":
                send(answers, os.fsencode(Path.cwd()))
            case b"path":
                send(answers, os.fsencode(os.pathsep.join(sys.path)))
            case b"end":
                sys.exit(int(rest)) if __name__ == "__main__" else os._exit(int(rest))
            case b"signal":
                os.kill(os.getpid(), int(rest))
            case b"hang":
                signal.pause()


if __name__ == "__main__":
    main(*map(os.fsencode, sys.argv[1:]))
