"""Writes messages until files may grow no further, then says what was acknowledged, and goes on when they may.

`python -m tests.kills.filler STATE BYTES`: what is refused is the system's word (`RLIMIT_FSIZE`), not SQLite's.
"""

import itertools
import json
import resource
import signal
import sys
from pathlib import Path

from rulewright.core.session import Draft
from rulewright.services.clock import SystemClock
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore

MAX_WRITES = 10_000


def main() -> None:
    """Fill."""
    folder, limit = Path(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    numbers = itertools.count()
    clock = SystemClock()
    store = StateStore(folder, clock.now)
    sessions = Sessions(store, clock, Running(folder), lambda: f"id{next(numbers):06}")
    session = sessions.create(workspace="w", root="/p", user="u").session.id
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    acknowledged, refused = [], []
    for number in range(MAX_WRITES):
        written = sessions.append(session, Draft.text("user", f"{number} " + "word " * 400))
        assert written.message is not None
        (refused if written.problem else acknowledged).append(written.message.id)
        if len(refused) == 3:
            break
    problems = store.take_problems()
    print(json.dumps({"session": session, "acknowledged": acknowledged, "problems": problems}), flush=True)
    sys.stdin.readline()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    sessions.tidy()
    print(json.dumps({"refused": refused, "all_kept": sessions.is_all_kept(), "problems": store.take_problems()}))
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    main()
