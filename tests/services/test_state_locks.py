"""Several that keep something in one process, beside other processes."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from rulewright.services.state.store import StateStore
from tests.harness.program import environment

OTHER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rulewright.services.state.store import StateStore
store = StateStore(Path(sys.argv[1]), lambda: datetime.now(UTC))
store.write(lambda db: db.execute("insert into cursors values (?, 'topic', 1)", (sys.argv[2],)))
store.close()
"""


def put(store, name):
    store.write(lambda db: db.execute("insert into cursors values (?, 'topic', 1)", (name,)))


def names(store):
    return store.read(lambda db: sorted(name for (name,) in db.execute("select subscriber from cursors")), [])


def test_one_that_is_opened_later_takes_no_lock_from_one_that_is_open(tmp_path: Path) -> None:
    def make() -> StateStore:
        return StateStore(tmp_path / "state", lambda: datetime.now(UTC))

    first = make()
    put(first, "first")
    second = make()
    put(second, "second")
    second.close()
    # Whoever is the last to leave takes the log with them; the first is still here.
    subprocess.run([sys.executable, "-c", OTHER, str(tmp_path / "state"), "other"], env=environment(), check=True)
    put(first, "first again")
    assert names(first) == ["first", "first again", "other", "second"]
    third = make()
    assert names(third) == ["first", "first again", "other", "second"]
    third.close()
    first.close()
