"""Laws of the table of names: it answers as looking at every name would, whatever happened to it before."""

from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rulewright.core.index import name_block, name_marks, names
from rulewright.core.index.match import Matcher
from rulewright.core.index.name_marks import mark_all, marks_of_name
from rulewright.core.index.names import NameTable
from rulewright.core.index.pattern import fold

PARTS = ("get", "Get", "GET", "g", "s", "S", "us", "User", "_", "__", "2", "é", "É", "名", "用", "$", "\n", "ǆ")
some_names = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=5).map("".join),
    st.text("abA_", max_size=4),
    st.text(max_size=3),
)
ids = st.integers(0, 5) | st.integers(-(2**63), 2**63 - 1)
symbols = st.lists(st.tuples(some_names, ids), max_size=40)
limits = st.sampled_from([0, 1, 2, 3, 5, 100])


@pytest.fixture(autouse=True, scope="module")
def _small_blocks():
    """So that names fill several blocks, and columns are used for few of them."""
    with patch.object(names, "N_BLOCK", 3), patch.object(name_block, "N_BLOCK", 3):
        yield


def patterns_of(known):
    some = [name for name, _ in known] or ["a"]
    cut = st.builds(lambda name, a, b: name[a : a + b], st.sampled_from(some), st.integers(0, 3), st.integers(0, 5))
    return st.one_of(cut, cut.map(str.lower), some_names, st.just(""))


def every_name(known):
    return {name.replace("\n", " ") for name, _ in known} - {""}


def prefix_by_looking(pattern, known, limit):
    pattern = pattern.replace("\n", " ")
    found = [name for name in every_name(known) if fold(name).startswith(fold(pattern))]

    def rank(name):
        # A whole name in another case comes before longer names in the same.
        return (len(name) != len(pattern), not name.startswith(pattern), len(name), name)

    return sorted(found, key=rank)[:limit]


def search_by_looking(pattern, known, limit):
    every = sorted(every_name(known))
    hits = [(score, every[i]) for i, score in Matcher(pattern).scores(every)]
    hits.sort(key=lambda hit: (-hit[0], len(hit[1]), hit[1]))
    return tuple(hits[:limit]), len(hits) <= limit


def answers(table, pattern, limit):
    found = table.search(pattern, limit)
    return table.prefix(pattern, limit), found.matches, found.is_complete


@settings(max_examples=120, deadline=None)
@given(st.data(), symbols, limits)
def test_it_answers_as_looking_at_every_name_would(data, known, limit):
    pattern = data.draw(patterns_of(known))
    table = NameTable(known)
    prefix, matches, is_complete = answers(table, pattern, limit)
    assert prefix == prefix_by_looking(pattern, known, limit)
    assert (matches, is_complete) == search_by_looking(pattern, known, limit)
    assert len(table) == len(every_name(known))
    for name in every_name(known):
        assert list(table.ids(name)) == sorted({new for other, new in known if other.replace("\n", " ") == name})


@settings(max_examples=120, deadline=None)
@given(
    st.data(),
    symbols,
    st.lists(st.tuples(st.booleans(), st.tuples(some_names, st.integers(0, 5))), max_size=30),
    limits,
    st.sampled_from([0, 2, 15_000]),
)
@example(None, [("ab", 1)], [(True, ("ab", 1)), (False, ("ba", 2))], 5, 15_000)
def test_what_was_added_and_removed_leaves_no_trace(data, before, changes, limit, n_looks):
    table = NameTable(before)
    left = {(name.replace("\n", " "), new): None for name, new in before if name}
    for is_removed, (name, new) in changes:
        symbol = (name.replace("\n", " "), new)
        if is_removed:
            assert table.remove(name, new) == (symbol in left)
            left.pop(symbol, None)
        else:
            table.add(name, new)
            if name:
                left[symbol] = None
    with patch.object(names, "N_LOOKS", n_looks):
        fresh = NameTable(sorted(left))
        assert len(table) == len(fresh)
        for name, _ in [*before, *(symbol for _, symbol in changes)]:
            assert table.ids(name) == fresh.ids(name)
        patterns = [data.draw(patterns_of([*before, *left])) for _ in range(3)] if data else ["a", "b", "ab"]
        for pattern in patterns:
            assert answers(table, pattern, limit) == answers(fresh, pattern, limit)


@settings(deadline=None)
@given(st.data(), symbols, limits)
def test_the_order_of_symbols_changes_nothing(data, known, limit):
    pattern = data.draw(patterns_of(known))
    other = data.draw(st.permutations(known))
    added = NameTable()
    for name, new in other:
        added.add(name, new)
    assert answers(NameTable(known), pattern, limit) == answers(NameTable(other), pattern, limit)
    assert answers(NameTable(known), pattern, limit) == answers(added, pattern, limit)


@settings(deadline=None)
@given(st.integers(1, 12).flatmap(lambda n: st.lists(st.text("aAbZz09_é$名", min_size=n, max_size=n), min_size=1)))
def test_marks_of_many_names_are_those_of_each(some):
    with patch.object(name_marks, "_N_FEW", 0):
        bits = mark_all(some, len(some[0]) + 1)
    for at, name in enumerate(some):
        assert {mark for mark, having in enumerate(bits) if having >> at & 1} == set(marks_of_name(name).all_of)
    assert max(bits).bit_length() <= len(some)
