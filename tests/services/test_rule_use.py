"""Of what use rules were: counted in memory, added up in the state folder."""

import sqlite3
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.findings import Finding
from rulewright.core.rules.use import Use, joined, used
from rulewright.core.text import Text
from rulewright.services.rule_use import RuleUse
from rulewright.services.state.places import state_path
from rulewright.services.state.rule_use import StateRuleUse
from rulewright.services.state.store import StateStore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NOWHERE = Text("").range(0, 0)


class Clock:
    def now(self):
        return NOON


def finding(rule_path, path="a.py"):
    return Finding("r", "warning", "m", path, 0, 0, NOWHERE, rule_path=rule_path)


def server(folder, root="/project"):
    store = StateStore(folder, Clock().now)
    return RuleUse(Clock(), lambda root: StateRuleUse(store, root)), store


def test_what_is_counted_outlives_the_server_and_several_add_to_it(tmp_path):
    one, first = server(tmp_path)
    two, second = server(tmp_path)
    for use in (one, two):
        use.diagnosed("/project", "file:///a.py", ["r.md", "s.md"], [finding("r.md"), finding("r.md")])
        use.diagnosed("/project", "file:///a.py", ["r.md"], [finding("r.md")])
        assert use.of("/project", "r.md").fired >= 2
        use.save()
        use.save()
    first.close()
    second.close()
    again, _ = server(tmp_path)
    at = NOON.isoformat(timespec="seconds")
    assert again.of("/project", "r.md") == Use(applied_at=at, fired=4, fired_at=at)
    assert again.of("/project", "s.md") == Use(applied_at=at)
    assert again.of("/other", "r.md") == Use()


def test_what_cannot_be_written_waits(tmp_path):
    folder = tmp_path / "state"
    folder.write_text("in the way")
    use, _ = server(folder)
    use.diagnosed("/project", "file:///a.py", ["r.md"], [finding("r.md")])
    use.save()
    use.diagnosed("/project", "file:///b.py", ["r.md"], [finding("r.md", "b.py")])
    assert use.of("/project", "r.md").fired == 2
    folder.unlink()
    use.save()
    again, _ = server(folder)
    assert again.of("/project", "r.md").fired == 2


def test_a_document_that_is_opened_again_fires_again_and_problems_of_a_rule_file_do_not(tmp_path):
    use, _ = server(tmp_path)
    for _ in range(2):
        use.diagnosed("/project", "file:///a.py", ["r.md"], [finding("r.md")])
        use.closed("file:///a.py")
    use.diagnosed("/project", "file:///r.md", ["s.md"], [finding("r.md", "r.md")])
    assert use.of("/project", "r.md").fired == 2


def test_rows_of_another_hand_and_paths_of_any_bytes(tmp_path):
    use, store = server(tmp_path)
    use.diagnosed("/project", "file:///a.py", ["caf\udce9.md", "r.md"], [])
    use.save()
    store.close()
    db = sqlite3.connect(state_path(tmp_path))
    db.execute("update rule_use set fired = 'many' where path = 'r.md'")
    db.commit()
    db.close()
    again, _ = server(tmp_path)
    assert again.of("/project", "r.md") == Use()


COUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 5), max_size=3)


@given(st.lists(COUNTS, max_size=8), st.integers(0, 8))
def test_counting_in_two_times_is_counting_at_once(turns, cut):
    def counted(turns, before):
        known = {}
        for after in turns:
            known = used(known, "abc", before, after, "now")
            before = after
        return known

    cut = min(cut, len(turns))
    whole = counted(turns, {})
    one, two = counted(turns[:cut], {}), counted(turns[cut:], turns[cut - 1] if cut else {})
    assert {p: joined(one.get(p, Use()), two.get(p, Use())) for p in {*one, *two}} == whole
    assert all(use.fired <= sum(turn.get(path, 0) for turn in turns) for path, use in whole.items())
