"""Progress is for somebody who looks, and leaves nothing behind."""

import io
import os
import pty
import signal
import subprocess
import sys

import pytest

from rulewright.adapters.cli.progress import ProgressLine, wants_progress
from tests.harness.program import PROGRAM, environment, write_files
from tests.headless.test_cli_faults import SLOW


class Clock:
    time = 100.0

    def __call__(self):
        return self.time


def on_screen(written):
    """The line that a terminal shows in the end."""
    line = ""
    for part in written.split("\r"):
        line = part + line[len(part) :]
    return line.rstrip()


def test_it_comes_after_half_a_second_and_then_ten_times_a_second():
    out, clock = io.StringIO(), Clock()
    with ProgressLine(shown=True, stream=out, clock=clock) as progress:
        progress("Found", 1)
        clock.time += 0.49
        progress("Found", 2)
        assert out.getvalue() == ""
        clock.time += 0.02
        progress("Found", 1200)
        assert on_screen(out.getvalue()) == "Found 1,200 files"
        progress("Checked", 1, 1300)
        assert on_screen(out.getvalue()) == "Found 1,200 files"
        clock.time += 0.1
        progress("Checked", 20, 1300)
        assert on_screen(out.getvalue()) == "Checked 20 of 1,300 files"
        progress.clear()
        assert on_screen(out.getvalue()) == ""
        length = len(out.getvalue())
    assert len(out.getvalue()) == length
    assert "\n" not in out.getvalue()


def test_it_goes_away_when_the_work_fails():
    out, clock = io.StringIO(), Clock()

    def fail():
        with ProgressLine(shown=True, stream=out, clock=clock) as progress:
            clock.time += 1
            progress("Checked", 1, 2)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert on_screen(out.getvalue()) == ""
    assert out.getvalue()


def test_only_a_terminal_is_looked_at():
    terminal = io.StringIO()
    assert not wants_progress(terminal, {})
    terminal.isatty = lambda: True
    assert wants_progress(terminal, {"TERM": "xterm", "CI": "false"})
    assert not wants_progress(terminal, {"TERM": "xterm", "CI": "true"})
    assert not wants_progress(terminal, {"TERM": "dumb"})


def test_a_long_check_at_a_terminal_tells_how_far_it_is_and_leaves_no_trace(tmp_path):
    root = write_files(tmp_path, {".git/HEAD": "", ".ai-rules/slow.md": SLOW})
    write_files(root, {f"{n}.py": "a\n" * 500 for n in range(300)})
    process, master = on_terminal(root, [*PROGRAM, "check"])
    seen = b""
    while b" files" not in seen and (part := read(master)):
        seen += part
    os.killpg(process.pid, signal.SIGINT)
    seen += rest(process, master)
    before, interrupted, _ = seen.decode().rpartition("Interrupted.")
    assert interrupted
    assert on_screen(before) == ""


AT_ONCE = """
import sys
from rulewright import __main__
from rulewright.adapters.cli import progress
progress.FIRST_AFTER_S = -1
sys.exit(__main__.main())
"""


@pytest.mark.parametrize(
    ("arguments", "environ", "shown"),
    [
        (["check"], {}, "Found 1 file"),
        (["check", "--format", "json"], {}, "Found 1 file"),
        (["check", "--quiet"], {}, ""),
        (["check"], {"CI": "true"}, ""),
        (["index", "build"], {}, "\rIndexed "),
        (["index", "build", "--quiet"], {}, ""),
    ],
)
def test_it_is_for_people_only(tmp_path, arguments, environ, shown):
    root = write_files(tmp_path, {"rulewright.toml": "", "a.py": "x = 1\n"})
    process, master = on_terminal(root, [sys.executable, "-P", "-c", AT_ONCE, *arguments], **environ)
    seen = rest(process, master).decode()
    assert process.returncode == 0
    assert shown in seen
    assert bool(seen) == bool(shown)
    assert on_screen(seen) == ""


def on_terminal(root, command, **environ):
    """A process whose errors go to a terminal, and the other side of that."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env=environment(**{"CI": "", "TERM": "xterm", **environ}),
        start_new_session=True,
    )
    os.close(slave)
    return process, master


def rest(process, master):
    """What is written until the end."""
    seen = b""
    while part := read(master):
        seen += part
    process.wait()
    os.close(master)
    return seen


def read(master):
    try:
        return os.read(master, 4096)
    except OSError:
        # Linux says so when the other side of a terminal is closed.
        return b""
