"""Programs that are killed at random moments lose nothing that they said was kept; `tests.kills` kills more."""

import os
import sqlite3

import pytest

from tests.kills.run import Account, Said, look, run

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
