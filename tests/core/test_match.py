"""What matches what, and what comes first."""

import pytest

from rulewright.core.index.match import Matcher, kind_of, positions, score
from rulewright.core.index.pattern import Kind

KINDS = [
    ("getUserName", "getUserName", Kind.EXACT),
    ("getusername", "getUserName", Kind.WHOLE),
    ("get", "getUserName", Kind.PREFIX_CASE),
    ("get", "GetUserName", Kind.PREFIX),
    ("Get", "getUserName", Kind.PREFIX),
    ("gUN", "getUserName", Kind.HUMP),
    ("gun", "getUserName", Kind.HUMP),
    ("getun", "getUserName", Kind.HUMP),
    ("get_un", "getUserName", Kind.HUMP),
    ("gUN", "get_user_name", Kind.HUMP),
    ("gun", "get_user_name", Kind.HUMP),
    ("getun", "get_user_name", Kind.HUMP),
    ("get_un", "get_user_name", Kind.HUMP),
    ("get un", "get_user_name", Kind.HUMP),
    ("get_", "getUserName", Kind.HUMP),
    ("gn", "getUserName", Kind.HUMP),
    ("HM", "HashMap", Kind.HUMP),
    ("hs", "HTTPServer", Kind.HUMP),
    ("mv", "MAX_VALUE", Kind.HUMP),
    ("gun", "_get_user_name", Kind.HUMP),
    ("b64", "base64", Kind.HUMP),
    ("b64d", "base64decode", Kind.HUMP),
    ("user", "getUserName", Kind.WORD),
    ("_user", "get_user", Kind.WORD),
    ("init", "__init__", Kind.HUMP),
    ("__init", "__init__", Kind.PREFIX_CASE),
    ("un", "getUserName", Kind.FUZZY),
    ("urnm", "getUserName", Kind.FUZZY),
    ("gtusr", "getUserName", Kind.FUZZY),
    ("abcde", "axBxcxdxe", Kind.FUZZY),
    ("abcdefghijkl", "axbxcxdxexfxgxhxixjxkxl", Kind.FUZZY),
    ("größe", "GRÖßE_MAX", Kind.PREFIX),
    ("ng", "neue_größe", Kind.HUMP),
    ("имя", "получитьИмя", Kind.WORD),
    ("用户", "获取用户", Kind.WORD),
    ("empty?", "empty?", Kind.EXACT),
    ("<$", "<$>", Kind.PREFIX_CASE),
]
NONE = [
    ("gux", "getUserName"),
    ("ser", "getUserName"),  # it starts inside a word
    ("nu", "getUserName"),
    ("gEt", "getUserName"),  # an upper case letter inside a word
    ("HTTP", "HttpServer"),
    ("get_", "getter"),  # no other word
    ("get_t", "getter"),
    ("_get", "get"),
    ("a", ""),
    ("ss", "ß"),
]


@pytest.mark.parametrize(("pattern", "name", "kind"), KINDS)
def test_kinds(pattern, name, kind):
    assert kind_of(score(pattern, name)) is kind


@pytest.mark.parametrize(("pattern", "name"), NONE)
def test_no_match(pattern, name):
    assert score(pattern, name) is None
    assert positions(pattern, name) == ()


ORDERS = [
    ("map", ["map", "Map", "mapKeys", "mapIndexed", "Mapper", "myArrayPool", "toMap", "sumGapAp"]),
    ("gun", ["gun", "gunSight", "guessName", "getUserName", "get_user_names", "bigUncleNow"]),
    ("name", ["name", "name_of", "newAsyncModeExit", "user_name", "nodeAtTime"]),
    ("gUN", ["gUN", "gUNs", "getUserName", "get_user_name"]),
]


@pytest.mark.parametrize(("pattern", "names"), ORDERS, ids=[p for p, _ in ORDERS])
def test_order(pattern, names):
    found = sorted(Matcher(pattern).scores(names), key=lambda hit: -hit[1])
    matching = [names[i] for i, _ in found]
    assert matching == [name for name in names if name in matching]
    assert len(matching) >= 4


def test_camel_and_snake_case_cost_the_same():
    for pattern in ("gun", "getun", "get_un", "gUN", "guserNa"):
        assert score(pattern, "getUserNameXX") == score(pattern, "get_user_name")


def test_positions_prefer_whole_words():
    assert positions("user", "u_s_e_r_user") == (0, 2, 4, 6)
    assert positions("user", "the_u_user") == (6, 7, 8, 9)
    assert positions("gun", "guessUserName") == (0, 1, 9)
    assert positions("get_un", "getUserName") == (0, 1, 2, 3, 7)
    assert positions("get_u", "get_user") == (0, 1, 2, 3, 4)


def test_the_empty_pattern_matches_everything_alike():
    assert Matcher("").scores(["b", "", "aa"]) == [(0, 0), (1, 0), (2, 0)]
    assert positions("", "a") == ()


def test_a_line_feed_in_a_name_hides_no_other_name():
    names = ["a\nb", "\n", "ab", "\nb"]
    assert {names[i] for i, _ in Matcher("b").scores(names)} == {"a\nb", "\nb"}
    assert {names[i] for i, _ in Matcher("a b").scores(names)} == {"a\nb"}


def test_a_pattern_of_many_different_characters_beyond_ascii():
    pattern = "".join(chr(0x4E00 + i) for i in range(200))
    assert kind_of(score(pattern, pattern)) is Kind.EXACT
    assert kind_of(score(pattern, "x" + pattern + "y")) is Kind.WORD
    assert score(pattern, pattern[:-1]) is None


def test_names_made_to_be_slow_are_not():
    # With backtracking the first of these takes longer than the age of the universe.
    names = ["a_" * 3000 + "cb", "aA" * 3000, "a" * 100_000]
    assert [i for i, _ in Matcher("a" * 40 + "b").scores(names)] == [0]
    assert len(Matcher("a" * 400).scores(names)) == 3


def test_a_name_that_is_too_long_to_tell_still_counts():
    names = ["a" * 70_000, "a" * 80_000, "a" * 70_000 + "b"]
    scores = [s for _, s in Matcher("a").scores(names)]
    assert {kind_of(s) for s in scores} == {Kind.PREFIX_CASE}
