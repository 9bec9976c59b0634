"""Programs that are killed at random moments lose nothing that they said was kept; `tests.kills` kills more."""

import json
import os
import sqlite3
import subprocess
import sys

import pytest

from rulewright.services.clock import SystemClock
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore
from tests.harness.program import environment
from tests.kills.run import ROOT, Account, Said, look, run

N_KILLS = int(os.environ.get("RULEWRIGHT_TEST_KILLS", "10"))


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_that_was_acknowledged(tmp_path):
    account = run(tmp_path, N_KILLS, seed=int(os.environ.get("RULEWRIGHT_TEST_SEED", "1")))
    assert account.is_good, "\n".join(account.lines())
    assert account.n_kills == N_KILLS


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ({"what": "append", "session": "aaaa", "message": "m", "size": 1}, "conversation aaaa"),
        ({"what": "call", "call": "c"}, "call c"),
        ({"what": "rule", "number": 1, "rule": "r"}, "rule event 1"),
    ],
)
def test_what_was_acknowledged_and_is_not_there_is_seen(tmp_path, line, lost):
    account, said = Account(), Said()
    look(tmp_path, said, account)
    assert (account.lost, account.problems) == ([], [])
    said.take({"mark": "!", "problem": "", **line}, account)
    look(tmp_path, said, account)
    assert account.lost == [lost]
    assert not account.is_good


def test_a_database_that_is_not_sound_is_seen(tmp_path):
    account = Account()
    look(tmp_path, Said(), account)
    with sqlite3.connect(tmp_path / "state.db") as db:
        db.execute("insert into llm_usage values ('w', 'u', 'd', 'm', '', 1, 0, 0, 0, 0, 0)")
    db.close()
    look(tmp_path, Said(), account)
    assert account.problems == ["1 calls are counted, 0 are there"]


def read(folder, session):
    clock = SystemClock()
    store = StateStore(folder, clock.now)
    running = Running(folder)
    try:
        found = {m.id for m in Sessions(store, clock, running, lambda: "reader00").open(session).messages}
        assert store.take_problems() == ()
        return found
    finally:
        running.close()
        store.close()


@pytest.mark.parametrize("n_bytes", [400_000, 2_000_000])
def test_files_that_may_grow_no_further_lose_nothing_that_was_acknowledged(tmp_path, n_bytes):
    """The system refuses in the middle of a transaction, for the log or for the database itself."""
    filler = subprocess.Popen(
        [sys.executable, "-m", "tests.kills.filler", str(tmp_path), str(n_bytes)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(PYTHONPATH=os.pathsep.join([str(ROOT / "server"), str(ROOT)])),
    )
    with filler:
        first = json.loads(filler.stdout.readline())
        assert len(first["acknowledged"]) > 3
        (problem,) = first["problems"]
        assert "cannot be written" in problem
        assert read(tmp_path, first["session"]) == set(first["acknowledged"])
        filler.stdin.write(b"go on\n")
        filler.stdin.flush()
        second = json.loads(filler.stdout.readline())
        assert (second["all_kept"], second["problems"]) == (True, [])
        assert read(tmp_path, first["session"]) == {*first["acknowledged"], *second["refused"]}
        filler.stdin.write(b"end\n")
    assert filler.returncode == 0
