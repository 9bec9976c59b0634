"""The worker processes of the index: what a file can do to them, and what is left when all is cut short."""

import logging
import os
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path

import pytest

from rulewright.core.index.analyse import analyse
from rulewright.processes import children
from rulewright.services.index.index import Index
from rulewright.services.index.tables import ANALYSED, WORDS_ONLY
from tests.harness.inline_analysts import contents, inline_index
from tests.harness.wait import is_alive, until

HERE = Path(__file__).parents[2]
LIBRARY = Path(sysconfig.get_path("stdlib"))

TRAP = """\
import os, signal, threading
from rulewright.core.index import analyse as module
really = module.analyse
def analyse(language, source, *more):
    if b"its_HANG" in source:
        while True:
            pass
    if b"its_STOP" in source:
        os.kill(os.getpid(), signal.SIGSTOP)
    if b"its_SLEEP" in source:
        threading.Event().wait()
    if b"its_BOOM" in source:
        os.abort()
    if b"its_RAISE" in source:
        1 / 0
    with open(os.environ["SEEN"], "a") as seen:
        seen.write(source.decode().split()[0] + "\\n")
    return really(language, source, *more)
module.analyse = analyse
"""
"""Makes a worker hang, end or fail on sight of a word, as a fault in a grammar would, and note what it analysed."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    for n in range(20):
        (root / f"f{n:02}.py").write_text(f"name_{n} = 1\n")
    return root


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What forks the workers is a program, which falls into the traps; a copy of this process would not."""
    monkeypatch.setattr(children, "can_fork_here", lambda: False)


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Sets the trap in worker processes; the file that lists what they analysed."""
    (tmp_path / "traps").mkdir()
    (tmp_path / "traps/sitecustomize.py").write_text(TRAP)
    (tmp_path / "seen").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "traps"), prepend=os.pathsep)
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    return tmp_path / "seen"


@pytest.fixture
def opened(root: Path, tmp_path: Path):
    made = []

    def opened(**settings: object) -> Index:
        index = Index(root, cache_dir=tmp_path / "cache", **{"workers": 2, **settings})
        made.append(index)
        return index

    yield opened
    for index in made:
        index.close()


def build(index: Index) -> Index:
    index.refresh()
    index.run()
    return index


def processes(index: Index):
    return index.analysts._processes  # type: ignore[attr-defined]


def pids(index: Index) -> list[int]:
    return [p.pid for p in processes(index)]


def test_processes_and_this_process_find_the_same(opened, root: Path, tmp_path: Path) -> None:
    for path in sorted(LIBRARY.glob("a*.py")):
        (root / path.name).write_bytes(path.read_bytes())
    (root / "sub").mkdir()
    (root / os.fsdecode(b"sub/\xff.py")).write_text("odd = 1\n")
    (root / "gen.py").write_text("# @generated\n")
    index = build(opened())
    here = build(inline_index(root, tmp_path / "other"))
    assert contents(index) == contents(here)
    assert index.status().parsed == here.status().parsed == len(index.paths())
    here.close()


def test_nothing_is_started_before_there_is_work_and_nothing_stays(opened, root: Path) -> None:
    index = opened()
    index.step(0)
    assert pids(index) == []
    index.refresh()
    until(lambda: index.step(0.01) and pids(index))
    running = pids(index)
    index.close()
    assert not any(is_alive(pid) for pid in running)
    assert build(opened()).is_idle


@pytest.mark.slow
def test_workers_that_knew_no_records_are_replaced_by_ones_that_do(opened, root: Path) -> None:
    index = build(opened())
    assert pids(index) == [], "they had been started without a cache"
    for n in range(20):
        (root / f"f{n:02}.py").write_text(f"changed_{n} = 1\n" * 800)
    build(index)
    assert pids(index) != []
    n_parsed = index.status().parsed
    for n in range(20):
        (root / f"f{n:02}.py").rename(root / f"g{n:02}.py")
    build(index)
    assert index.status().parsed == n_parsed == 40


def test_an_analysis_that_fails_costs_its_file_until_the_next_scan(opened, root: Path, seen: Path) -> None:
    (root / "f07.py").write_text("bad = 1 # its_RAISE\n")
    index = build(opened())
    assert index.why("f07.py").endswith(
        "words only: its analysis failed with ZeroDivisionError, which is a fault of ours."
    )
    assert index.files_with_word("its_RAISE") == ["f07.py"]
    assert len(index.paths()) == 20
    (seen.parent / "traps/sitecustomize.py").write_text("")
    index.analysts.close()
    build(index)
    assert index.file("f07.py").status == ANALYSED


@pytest.mark.slow
def test_a_file_at_which_a_worker_falls_asleep_is_given_up_too(opened, root: Path, seen: Path) -> None:
    (root / "f07.py").write_text("bad = 1 # its_SLEEP\n")
    index = build(opened(timeout_s=0.2))
    assert "took longer than 0.2 seconds" in index.file("f07.py").reason
    assert len(index.paths()) == 20


def test_a_machine_that_is_busy_or_asleep_is_not_the_fault_of_a_file(opened, root: Path, seen: Path) -> None:
    (root / "f07.py").write_text("good = 1 # its_STOP\n")
    index = opened(timeout_s=0.3, workers=1)
    index.refresh()
    (pid,) = until(lambda: index.step(0.01) and [p for p in pids(index) if is_stopped(p)])
    # For longer than the file may take of a processor.
    threading.Timer(1, os.kill, (pid, signal.SIGCONT)).start()
    index.run()
    assert {row.status for row in index.store.files()} == {ANALYSED}


def is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] == b"T"
    except FileNotFoundError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize("trap", ["HANG", "BOOM"])
def test_a_file_that_ends_its_worker_costs_itself_alone(
    opened, root: Path, seen: Path, trap: str, caplog: pytest.LogCaptureFixture
) -> None:
    (root / "f07.py").write_text(f"bad = 1 # its_{trap} unusual_word\n")
    index = build(opened(timeout_s=1))
    row = index.file("f07.py")
    assert row is not None
    assert row.status == WORDS_ONLY
    reason = "took longer than 1 seconds (index.timeout_s)" if trap == "HANG" else "ended unexpectedly"
    assert reason in row.reason
    assert index.why("f07.py") == f"f07.py is indexed (python): {row.reason}."
    assert index.files_with_word("unusual_word") == ["f07.py"]
    assert index.symbols_of("f07.py") == []
    others = [row for row in index.store.files() if row.path != "f07.py"]
    assert {(row.status, row.n_symbols) for row in others} == {(ANALYSED, 1)}
    assert len(others) == 19
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == [f"f07.py: {row.reason}"]

    # The same content is not tried again: not after a rename, not in another workspace, not by a later program.
    (root / "f07.py").rename(root / "renamed.py")
    index.close()
    seen.write_text("")
    again = build(opened(timeout_s=1))
    assert again.file("renamed.py").reason == row.reason
    assert again.status().parsed == 0
    assert seen.read_text() == ""
    # Another content is.
    (root / "renamed.py").write_text("good = 1\n")
    build(again)
    assert again.file("renamed.py").status == ANALYSED


def test_several_bad_files_among_many(opened, root: Path, seen: Path) -> None:
    for n in range(200):
        (root / f"g{n:03}.py").write_text(f"name_{n} = 1\n" if n % 50 else f"bad_{n} = 1 # its_BOOM\n")
    index = build(opened())
    bad = {row.path for row in index.store.files() if row.status == WORDS_ONLY}
    assert bad == {"g000.py", "g050.py", "g100.py", "g150.py"}
    assert len(index.paths()) == 220


def begun(opened, root: Path) -> Index:
    """An index with 300 files more that has begun to look for them."""
    for n in range(300):
        (root / f"g{n:03}.py").write_text(f"name_{n} = 1\n" * 50)
    index: Index = opened()
    index.refresh()
    return index


@pytest.mark.slow
def test_a_worker_that_is_killed_from_outside_costs_nothing(opened, root: Path) -> None:
    index = begun(opened, root)
    killed = 0
    while not index.is_idle:
        index.step(0.05)
        # What was in its hands is given out one by one; only a file that is there each time is to blame.
        is_searching = index.builder._alone or index.builder._suspect_order in index.builder._orders
        running = [p for p in processes(index) if p.is_ready.is_set()]
        if killed < 3 and running and not is_searching:
            os.kill(running[0].pid, signal.SIGKILL)
            until(lambda process=running[0]: not is_alive(process.pid))
            killed += 1
    assert killed >= 1
    assert {row.status for row in index.store.files()} == {ANALYSED}
    assert len(index.paths()) == 320


@pytest.mark.slow
def test_what_forks_the_workers_may_be_killed_too(opened, root: Path) -> None:
    index = begun(opened, root)
    while not any(p.is_ready.is_set() for p in processes(index)):
        index.step(0.05)
    workers = [p.pid for p in processes(index) if p.is_ready.is_set()]
    parent = int(Path(f"/proc/{workers[0]}/stat").read_text().rpartition(")")[2].split()[1])
    assert parent != os.getpid()
    os.kill(parent, signal.SIGKILL)
    index.run()
    assert {row.status for row in index.store.files()} == {ANALYSED}
    assert len(index.paths()) == 320
    # Nobody is left to end the workers but us.
    index.close()
    until(lambda: not any(map(is_alive, workers)))


def test_workers_that_do_not_start_leave_words(
    opened, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "traps").mkdir()
    (tmp_path / "traps/sitecustomize.py").write_text("import os\nos._exit(3)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "traps"))
    index = build(opened())
    assert {row.status for row in index.store.files()} == {WORDS_ONLY}
    assert index.files_with_word("name_3") == ["f03.py"]
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == [
        "the processes that analyse code do not start; only words are indexed"
    ]
    # That was no fault of the files, so they are tried again.
    monkeypatch.delenv("PYTHONPATH")
    build(index)
    assert {row.status for row in index.store.files()} == {ANALYSED}


def test_a_file_that_changes_while_it_is_analysed_is_looked_at_again(opened, root: Path) -> None:
    index = opened()
    index.refresh()
    until(lambda: index.step(0.01) and pids(index))
    (root / "f03.py").write_text("second = 1\n")
    (root / "f04.py").unlink()
    index.apply_events(["f03.py"], ["f04.py"])
    index.run()
    assert index.symbols_named("second")[0].path == "f03.py"
    assert index.symbols_named("name_3") == []
    assert index.symbols_named("name_4") == []
    assert "f04.py" not in index.paths()


def test_cancel_drops_what_is_queued_and_a_scan_finds_it(opened, root: Path) -> None:
    index = opened()
    index.refresh()
    until(lambda: index.step(0.01) and pids(index))
    index.cancel()
    assert index.is_idle or index._results
    assert pids(index) == []
    assert len(build(index).paths()) == 20


def test_a_host_is_told_when_there_is_something_to_take(opened, root: Path) -> None:
    told = threading.Event()
    index = opened(on_event=told.set)
    index.refresh()
    while not index.is_idle:
        index.step(0)
        if index.builder._orders:
            assert told.wait(30)
            told.clear()
    assert len(index.paths()) == 20


def test_a_record_is_there_also_while_a_worker_has_it(opened, root: Path) -> None:
    index = build(opened())
    assert index.record("f01.py") == analyse("python", b"name_1 = 1\n")


PROGRAM = """\
import sys
from pathlib import Path
from rulewright.services.index.index import Index
index = Index(sys.argv[1], cache_dir=Path(sys.argv[2]), workers=2)
index.refresh()
while not index.is_idle:
    index.step(0.1)
    print(len(index.paths()), *(p.pid for p in index.analysts._processes), flush=True)
"""


@pytest.mark.slow
def test_work_that_is_killed_goes_on_where_it_stopped(tmp_path: Path, seen: Path) -> None:
    root = tmp_path / "library"
    root.mkdir()
    files = [p for p in sorted(LIBRARY.glob("*.py")) if p.stat().st_size > 3000][:130]
    for at, path in enumerate(files):
        # The first word of a file tells which one a worker analysed.
        (root / path.name).write_bytes(b"#%d \n" % at + path.read_bytes())
        os.utime(root / path.name, (1e9, 1e9))
    cache = tmp_path / "cache"
    committed: set[str] = set()
    n_in_flight = 0
    for _ in range(3):
        before = len(seen.read_text().split())
        running = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, root, cache], cwd=HERE, stdout=subprocess.PIPE, text=True
        )
        assert running.stdout is not None
        n_paths, workers = 0, []
        for line in running.stdout:
            n_paths, *workers = map(int, line.split())
            if n_paths > len(committed) + 10:
                break
        running.send_signal(signal.SIGKILL)
        running.wait()
        running.stdout.close()
        # The workers end with their parent.
        until(lambda pids=workers: not any(map(is_alive, pids)))
        index = Index(root, cache_dir=cache)
        kept = set(index.paths())
        index.close()
        assert kept > committed, "what was written is still there"
        n_in_flight += len(seen.read_text().split()) - before - (len(kept) - len(committed))
        committed = kept
        if len(committed) == len(files):
            break
    assert len(committed) < len(files), "it was killed in the middle"
    index = build(Index(root, cache_dir=cache, workers=2))
    n_all = len(seen.read_text().split())
    assert index.status().parsed == len(files) - len(committed)
    assert n_all == len(files) + n_in_flight, "only what was in the hands of workers was done twice"
    fresh = build(Index(root, cache_dir=tmp_path / "fresh", workers=2))
    assert contents(index) == contents(fresh)
    index.close()
    fresh.close()


def test_nothing_is_done_twice_once_it_is_in_the_cache(tmp_path: Path, root: Path, seen: Path) -> None:
    """Records are stored before the rows: what is killed between the two costs a read of the cache and no parse."""
    index = build(Index(root, cache_dir=tmp_path / "cache", workers=1))
    database = Path(index.status().database)
    index.close()
    for path in database.parent.iterdir():
        path.unlink()
    index = build(Index(root, cache_dir=tmp_path / "cache", workers=1))
    assert (index.status().parsed, index.status().from_cache) == (0, 20)
    assert len(seen.read_text().split()) == 20
    index.close()


def test_an_index_never_waits_longer_than_it_is_told(opened, root: Path, seen: Path) -> None:
    (root / "f07.py").write_text("bad = 1 # its_HANG\n")
    index = opened(timeout_s=1)
    index.refresh()
    slowest = 0.0
    while not index.is_idle:
        began = time.thread_time()
        index.step(0.02)
        slowest = max(slowest, time.thread_time() - began)
    assert slowest < 1, "a file that hangs keeps its worker busy, not us"
