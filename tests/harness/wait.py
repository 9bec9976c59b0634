"""Wait for what another process does and nobody announces. The only place in the tests that lets time pass."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
STEP_S = 0.01


def until(condition: Callable[[], T], timeout_s: float = 30) -> T:
    """Wait until `condition` gives something true, and give that. Raises AssertionError when it never does."""
    give_up_at = time.monotonic() + timeout_s
    while not (value := condition()):
        assert time.monotonic() < give_up_at, f"still not so after {timeout_s:g} s"
        time.sleep(STEP_S)
    return value


def is_alive(pid: int) -> bool:
    """Whether a process is there and has not ended; a zombie has."""
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != b"Z"
