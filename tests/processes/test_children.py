"""Workers are started, spoken with and ended in the same way, whether they are forked or programs of their own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rulewright.processes import children as children_module
from rulewright.processes import own_python
from rulewright.processes.children import CAN_FORK, Child, Children, Forking, Spawning
from rulewright.processes.framing import READY, receive, send
from tests.harness.wait import is_alive, until

MODULE = "tests.harness.told_worker"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(params=[Spawning, *([Forking] if CAN_FORK else [])])
def children(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Children]:
    """Each way of starting workers there is here."""
    yield from _opened(request.param, monkeypatch)


@pytest.fixture
def forking(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forking]:
    """Workers that are forked."""
    yield from _opened(Forking, monkeypatch)


def _opened(make: Callable[[str], Children], monkeypatch: pytest.MonkeyPatch) -> Iterator:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    made = make(MODULE)
    yield made
    made.close()


def started(children: Children, *arguments: bytes) -> Child:
    child = children.start(arguments)
    assert receive(child.answers) == READY
    return child


def asked(child: Child, what: bytes) -> bytes | None:
    send(child.orders, what)
    return receive(child.answers)


def end(child: Child) -> int | None:
    child.kill()
    how = child.wait()
    child.close()
    return how


def test_a_worker_gets_its_arguments_as_they_are(children: Children) -> None:
    child = started(children, b"a b", b"", "\u20ac".encode(), b"-x")
    assert asked(child, b"arguments") == "a b||\u20ac|-x".encode()
    assert end(child) == -signal.SIGKILL


def test_two_workers_are_two_processes(children: Children) -> None:
    first, second = started(children), started(children)
    told = [asked(child, b"pid").split()[0] for child in (first, second)]
    assert told == [b"%d" % first.pid, b"%d" % second.pid]
    assert len(set(told)) == 2
    assert [end(first), end(second)] == [-signal.SIGKILL] * 2
    until(lambda: not any(is_alive(int(pid)) for pid in told))


@pytest.mark.parametrize(("what", "how"), [(b"end 0", 0), (b"end 7", 7), (b"signal 27", -27), (b"signal 11", -11)])
def test_how_a_worker_ended_is_told(children: Children, what: bytes, how: int) -> None:
    child = started(children)
    assert asked(child, what) is None
    assert child.wait() == how
    child.kill()
    child.close()


def test_a_worker_ends_when_its_pipe_is_closed(children: Children) -> None:
    child = started(children)
    pid = child.pid
    child.close()
    until(lambda: not is_alive(pid))
    child.wait()


def test_closing_ends_those_that_are_forked(forking: Forking) -> None:
    child, hung = started(forking), started(forking)
    send(hung.orders, b"hang")
    parent = int(asked(child, b"pid").split()[1])
    forking.close()
    until(lambda: not any(map(is_alive, (child.pid, hung.pid, parent))))
    assert [child.wait(), hung.wait()] == [-signal.SIGKILL] * 2
    child.close()
    hung.close()
    again = started(forking)
    assert int(asked(again, b"pid").split()[1]) != parent
    assert end(again) == -signal.SIGKILL


def test_what_is_prepared_once_is_there_in_all(forking: Forking) -> None:
    forking.begin(("a", "b"))
    first = started(forking)
    forking.begin(("b", "c"))
    second = started(forking)
    assert [asked(first, b"prepared"), asked(second, b"prepared")] == [b"a b", b"a b c"]
    assert asked(first, b"pid").split()[1] == asked(second, b"pid").split()[1]
    end(first)
    end(second)


def test_what_is_prepared_is_there_again_when_what_forks_was_ended(forking: Forking) -> None:
    forking.begin(("a",))
    first = started(forking)
    parent = int(asked(first, b"pid").split()[1])
    os.kill(parent, signal.SIGKILL)
    until(lambda: not is_alive(parent))
    forking.begin(("b",))
    second = started(forking)
    assert asked(second, b"prepared") == b"a b"
    assert int(asked(second, b"pid").split()[1]) != parent
    first.kill()
    first.close()
    end(second)


def test_what_was_prepared_is_forgotten_with_the_end_of_all(forking: Forking) -> None:
    forking.begin(("a",))
    end(started(forking))
    forking.close()
    forking.begin(("b",))
    child = started(forking)
    assert asked(child, b"prepared") == b"b"
    end(child)


def test_nothing_of_one_worker_is_open_in_another(forking: Forking) -> None:
    many = [started(forking) for _ in range(5)]
    assert len({asked(child, b"open") for child in many}) == 1
    for child in many:
        end(child)


def test_no_descriptor_is_left_behind(children: Children) -> None:
    end(started(children))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        end(started(children))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_workers_outlive_the_process_that_forked_them_and_others_can_be_started(forking: Forking) -> None:
    child = started(forking)
    parent = int(asked(child, b"pid").split()[1])
    os.kill(parent, signal.SIGKILL)
    until(lambda: not is_alive(parent))
    assert asked(child, b"arguments") == b""
    second = started(forking)
    assert int(asked(second, b"pid").split()[1]) != parent
    # Nobody is left who could tell how the first one ends.
    pid = child.pid
    assert end(child) is None
    until(lambda: not is_alive(pid))
    assert end(second) == -signal.SIGKILL


def test_a_worker_can_be_ended_when_what_forked_it_does_nothing(forking: Forking) -> None:
    child = started(forking)
    pid, parent = map(int, asked(child, b"pid").split())
    assert child.pid == pid
    os.kill(parent, signal.SIGSTOP)
    try:
        child.kill()
        child.kill()
        assert receive(child.answers) is None
        until(lambda: not is_alive(pid))
    finally:
        os.kill(parent, signal.SIGCONT)
    assert child.wait() == -signal.SIGKILL
    child.close()


def test_closing_ends_all_when_what_forked_them_does_nothing(forking: Forking, monkeypatch: pytest.MonkeyPatch) -> None:
    child = started(forking)
    pid, parent = map(int, asked(child, b"pid").split())
    assert child.pid == pid
    monkeypatch.setattr(children_module, "_END_S", 0.1)
    os.kill(parent, signal.SIGSTOP)
    forking.close()
    until(lambda: not is_alive(pid) and not is_alive(parent))
    assert child.wait() is None
    child.close()


SCRIPT = """
import sys
from rulewright.processes.children import Forking
from rulewright.processes.framing import receive, send
forking = Forking("tests.harness.told_worker")
child, hung = forking.start(()), forking.start(())
receive(child.answers), receive(hung.answers)
send(hung.orders, b"hang")
send(child.orders, b"pid")
print(*map(int, receive(child.answers).split()), hung.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path_to_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that are started find the package and these tests."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "server")]))


@pytest.mark.usefixtures("path_to_us")
def test_all_end_with_the_process_that_wanted_them() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ids = list(map(int, process.stdout.readline().split()))
        assert len(ids) == 3
        process.kill()
    until(lambda: not any(map(is_alive, ids)))


KINDS = """
import os, signal, sys, threading, time
from pathlib import Path
from rulewright.processes import children
from rulewright.processes.framing import READY, receive, send

def asked(child, what):
    send(child.orders, what)
    return receive(child.answers).decode()

def tell(when):
    forking = children.Forking("tests.harness.told_worker")
    forking.begin(("x", "y"))
    child = forking.start((b"a b", b""))
    assert receive(child.answers) == READY
    answers = [asked(child, what) for what in (b"arguments", b"prepared", b"open", b"folder")]
    assert os.getcwd() not in asked(child, b"path").split(os.pathsep)
    assert "" not in asked(child, b"path").split(os.pathsep)
    pid, parent = map(int, asked(child, b"pid").split())
    if "ignored" in sys.argv:
        os.kill(parent, signal.SIGHUP)
        os.kill(pid, signal.SIGINT)
        assert asked(child, b"pid")
    same = Path(f"/proc/{parent}/cmdline").read_bytes() == Path("/proc/self/cmdline").read_bytes()
    if when == "stopped":
        children._END_S = 0.1
        os.kill(parent, signal.SIGSTOP)
    forking.close()
    child.close()
    print(when, "a copy" if same else "a program", *answers, flush=True)
    return pid, parent

if "ignored" in sys.argv:
    # As under nohup, in the background of a shell, and under some programs that start others.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_IGN)
ids = [*tell("alone"), *tell("stopped")]
with open(sys.argv[1]):
    ids += tell("with a file")
go_on = threading.Event()
thread = threading.Thread(target=go_on.wait)
thread.start()
ids += tell("with a thread")
go_on.set()
thread.join()
# Python has done with a thread before the system has.
for _ in range(1000):
    if len(os.listdir("/proc/self/task")) == 1:
        break
    time.sleep(0.01)
ids += tell("alone again")
try:
    print("left", os.waitpid(-1, os.WNOHANG))
except ChildProcessError:
    print(*ids)
"""


@pytest.mark.usefixtures("path_to_us")
@pytest.mark.parametrize("signals", ["usual", "ignored"] if CAN_FORK else [])
def test_what_forks_is_a_copy_where_that_is_sound(signals: str, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    # The folder it is run in is on its path.
    (tmp_path / "kinds.py").write_text(KINDS)
    done = subprocess.run(
        [sys.executable, "-m", "kinds", file, signals],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    *lines, ids = done.stdout.splitlines()
    # It is in the folder of the package, with nothing open but what was given to it.
    (same,) = {line.partition("a b")[2] for line in lines}
    assert same.startswith("| x y ")
    assert same.endswith(f" {REPOSITORY / 'server'}")
    assert [line.partition(" a b|")[0] for line in lines] == [
        "alone a copy",
        "stopped a copy",
        "with a file a program",
        "with a thread a program",
        "alone again a copy",
    ]
    until(lambda: not any(map(is_alive, map(int, ids.split()))))


def test_the_folder_it_is_run_in_is_not_on_the_path_of_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), own_python.HOME, "/elsewhere"])
    assert own_python.path() == [own_python.HOME, "/elsewhere"]
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert own_python.path() == [str(tmp_path), own_python.HOME, "/elsewhere"]
