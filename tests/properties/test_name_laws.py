"""Laws of the table of names: it answers as looking at every name would, whatever happened to it before."""

from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.index import name_block, name_marks, names
from rulewright.core.index.match import Matcher
from rulewright.core.index.name_marks import mark_all, marks_of_name
from rulewright.core.index.names import NameTable
from rulewright.core.index.pattern import fold

PARTS = ("get", "Get", "GET", "g", "s", "S", "us", "User", "_", "__", "2", "é", "É", "名", "用", "$", "\n", "ǆ")
odd_names = st.one_of(
    st.lists(st.sampled_from(PARTS), max_size=5).map("".join),
    st.text("abA_", max_size=4),
    st.text(max_size=3),
)
# Few letters, so that many names match in many ways and compete for the places of an answer.
close_names = st.lists(st.sampled_from(["a", "A", "b", "B", "c", "C", "ab", "Ab", "_"]), min_size=1, max_size=5).map(
    "".join
)
ids = st.integers(0, 3) | st.integers(-(2**63), 2**63 - 1)
symbols = st.one_of(
    st.lists(st.tuples(odd_names, ids), max_size=40), st.lists(st.tuples(close_names, ids), min_size=10, max_size=60)
)
limits = st.sampled_from([0, 1, 2, 3, 5, 100])


@st.composite
def patterns(draw, known):
    """Pieces and some letters of known names, in either case, and anything else."""
    if not draw(st.integers(0, 5)):
        return draw(st.one_of(odd_names, st.just("")))
    name = draw(st.sampled_from([name for name, _ in known] or ["a"]))
    if draw(st.booleans()):
        start = draw(st.integers(0, 2))
        piece = name[start : start + draw(st.integers(1, 4))]
    else:
        piece = "".join(c for c in name if draw(st.booleans()))
    return draw(st.sampled_from([piece, piece.lower(), piece.upper(), piece + "_"]))


@pytest.fixture(autouse=True, scope="module")
def _small_blocks():
    """So that few names fill several blocks and batches."""
    with patch.multiple(names, N_BLOCK=3, _N_BATCH=1), patch.object(name_block, "N_BLOCK", 3):
        yield


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
    pattern = data.draw(patterns(known))
    table = NameTable(known)
    prefix, matches, is_complete = answers(table, pattern, limit)
    assert prefix == prefix_by_looking(pattern, known, limit)
    assert (matches, is_complete) == search_by_looking(pattern, known, limit)
    assert len(table) == len(every_name(known))
    for name in every_name(known):
        assert list(table.ids(name)) == sorted({new for other, new in known if other.replace("\n", " ") == name})


def test_a_separator_at_the_end_stands_for_the_next_word():
    known = [(name, 0) for name in ("abA", "aaaBAb", "abaaaAb", "aaBAb")]
    found = NameTable(known).search("ab_", 2)
    assert (found.matches, found.is_complete) == search_by_looking("ab_", known, 2)
    assert [name for _, name in found.matches] == ["abA", "abaaaAb"]


@settings(max_examples=120, deadline=None)
@given(st.data(), symbols, limits, st.sampled_from([0, 2, 15_000]))
def test_it_does_not_matter_when_a_name_was_added(data, some, limit, n_looks):
    known = some[: len(some) // 2]
    table = NameTable(known)
    every = {(name.replace("\n", " "), new): None for name, new in known if name}
    for name, new in data.draw(st.lists(st.sampled_from(some or [("a", 1)]), max_size=60)):
        table.add(name, new)
        table.add(name, new)
        if name:
            every[name.replace("\n", " "), new] = None
    with patch.object(names, "N_LOOKS", n_looks):
        fresh = NameTable(sorted(every))
        assert len(table) == len(fresh)
        for name, _ in some:
            assert table.ids(name) == fresh.ids(name)
        for _ in range(3):
            pattern = data.draw(patterns(some))
            assert answers(table, pattern, limit) == answers(fresh, pattern, limit)
        assert answers(table, "", limit) == answers(fresh, "", limit)


@settings(deadline=None)
@given(st.data(), symbols, limits)
def test_the_order_of_symbols_changes_nothing(data, known, limit):
    pattern = data.draw(patterns(known))
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
