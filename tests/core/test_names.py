"""What the table of names finds, in examples, and with more names than it is willing to look at."""

import itertools

import pytest

from rulewright.core.index import names
from rulewright.core.index.match import kind_of
from rulewright.core.index.name_block import N_BLOCK
from rulewright.core.index.names import NameTable
from rulewright.core.index.pattern import Kind

SOME = ("get", "GET", "Get", "getUser", "getUsers", "get_user", "GetUser", "forget", "target", "gadget", "_get", "set")


def table_of(*some):
    return NameTable((name, i) for i, name in enumerate(some))


def found(table, pattern, limit=100):
    return [name for _, name in table.search(pattern, limit).matches]


def test_prefixes_come_whole_first_then_in_the_same_case_then_the_rest():
    table = table_of(*SOME)
    assert table.prefix("get", 100) == ["get", "GET", "Get", "getUser", "getUsers", "get_user", "GetUser"]
    assert table.prefix("GET", 2) == ["GET", "Get"]
    assert table.prefix("getu", 100) == ["GetUser", "getUser", "getUsers"]
    assert table.prefix("x", 100) == []
    assert table.prefix("", 2) == ["GET", "Get"]


def test_a_search_finds_what_prefixes_do_not():
    table = table_of(*SOME, "HashMap", "hash_map", "HTTPServer", "ungetUser")
    assert found(table, "HM") == ["HashMap", "hash_map"]
    assert found(table, "hs") == ["HTTPServer", "HashMap", "hash_map"]
    assert found(table, "gu") == ["GetUser", "getUser", "getUsers", "get_user"]
    assert found(table, "user") == ["GetUser", "getUser", "getUsers", "get_user", "ungetUser"]
    assert found(table, "usr") == ["GetUser", "getUser", "getUsers", "get_user", "ungetUser"]
    assert found(table, "zz") == []


def test_an_answer_says_whether_it_is_all():
    table = table_of("aa", "ab", "b_a")
    assert table.search("a", 3).is_complete
    assert not table.search("a", 2).is_complete
    assert table.search("zz", 0).is_complete
    assert not table.search("", 2).is_complete
    assert table.search("", 3).is_complete


def test_names_beyond_ascii():
    table = table_of("größe", "GRÖSSE", "neueGröße", "获取用户", "имяФайла", "naïve_größe", "名value")
    assert table.prefix("GRÖ", 9) == ["GRÖSSE", "größe"]
    assert found(table, "ng") == ["neueGröße", "naïve_größe"]
    assert found(table, "用户") == ["获取用户"]
    assert found(table, "иф") == ["имяФайла"]
    assert found(table, "v") == ["名value"]


def test_ids_of_a_name():
    table = NameTable([("a", 3), ("b", 1), ("a", 1), ("a", 3), ("a", 2**40)])
    assert list(table.ids("a")) == [1, 3, 2**40]
    assert list(table.ids("c")) == []
    assert list(table.ids("")) == []
    table.ids("a").append(7)
    assert list(table.ids("a")) == [1, 3, 2**40]
    table.add("a", 2)
    assert list(table.ids("a")) == [1, 2, 3, 2**40]


def test_ids_of_names_that_were_added_later():
    table = table_of("xab", "xcd")
    for number, name in enumerate(("xbc", "bxa", "xaa", "xbc"), 10):
        table.add(name, number)
    assert [list(table.ids(name)) for name in ("xab", "xcd", "xbc", "bxa", "xaa")] == [[0], [1], [10, 13], [11], [12]]
    # Parts of names that stand one behind the other are no names.
    assert [list(table.ids(name)) for name in ("xca", "bcx", "abx", "xac")] == [[], [], [], []]
    assert found(table, "xa") == ["xaa", "xab"]


def test_building_pauses_and_the_table_is_the_same():
    some = [f"{a}{b}{i}" for i in range(60) for a in ("get", "set", "Is") for b in ("User", "_name", "")]
    some = [f"{name}_{i}" for i in range(20) for name in some]
    gathered = names.Gathered()
    for at in range(0, len(some), 1000):
        gathered.take((name, at + i) for i, name in enumerate(some[at : at + 1000]))
    steps = gathered.table("a step")
    seen = []
    while True:
        try:
            seen.append(next(steps))
        except StopIteration as done:
            table = done.value
            break
    assert set(seen) == {"a step"}
    # Each pause is after one block.
    assert len(seen) >= len(table) // N_BLOCK
    assert len(table) == len(set(some))
    for name in some[::501]:
        assert some[table.ids(name)[0]] == name


def test_more_names_of_one_length_than_a_block_holds():
    letters = "abcdefghijklmnopqrstuvwxyz"
    some = ["x" + "".join(rest) for rest in itertools.product(letters, letters, letters[:10])]
    assert len(some) > N_BLOCK
    table = NameTable((name, i) for i, name in enumerate(reversed(some)))
    assert len(table) == len(some)
    assert table.prefix("x", 3) == some[:3]
    assert table.prefix("xzz", 100) == [name for name in some if name.startswith("xzz")]
    assert [list(table.ids(name)) for name in some[::999]] == [[len(some) - 1 - i] for i in range(0, len(some), 999)]
    table.add("xzzz", 1)
    assert table.prefix("xzz", 100)[-1] == "xzzz"


COMPETING = [
    # The hump is at the second letter; others have theirs at the third.
    ("abc", ["a_bc", "abx_c", "abxx_c", "aby_c"]),
    # No letter of the pattern starts a word but the first.
    ("ab_", ["abC", "a_bxC", "a_byC"]),
    # Names that start with the letters, but not in this case, come before the one that does.
    ("aBc", ["aBCx", "Abcx", "Abcy", "AbcC", "a_Bcx", "a_Bcy"]),
]


@pytest.mark.parametrize(("pattern", "some"), COMPETING, ids=[p for p, _ in COMPETING])
def test_the_best_one_is_found_among_many(pattern, some):
    assert found(table_of(*some), pattern, 1) == some[:1]


def test_short_names_do_not_hide_better_long_ones(monkeypatch):
    monkeypatch.setattr(names, "_N_BATCH", 1)
    some = [f"aXxBx{c}1c" for c in "defgh"] + ["ab_then_something_longer_c"]
    assert found(table_of(*some), "abc", 1) == some[-1:]


def test_a_name_that_was_added_later_keeps_the_alphabet():
    table = table_of("xb", "xc", "xd")
    table.add("xa", 1)
    assert table.prefix("x", 1) == ["xa"]
    assert table.prefix("X", 1) == ["xa"]
    assert table.prefix("", 1) == ["xa"]


def test_where_too_many_might_match_the_short_ones_are_found(monkeypatch):
    # None of them starts with the pattern, and its letters tell little.
    some = [f"b{'c' * n}_ta{i:03}et" for n in range(1, 5) for i in range(100)]
    table = table_of(*some)
    every = table.search("tet", 1000)
    assert every.is_complete
    assert len(every.matches) == 400
    monkeypatch.setattr(names, "N_LOOKS", 250)
    cut = table.search("tet", 1000)
    assert not cut.is_complete
    assert cut.matches == every.matches[:200]
    assert {kind_of(score) for score, _ in cut.matches} == {Kind.FUZZY}
