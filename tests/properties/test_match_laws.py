"""Laws of matching names; `reference` says once more, slowly and plainly, what matches and at what cost."""

from functools import cache
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rulewright.core.index.match import Matcher, kind_of, positions, score
from rulewright.core.index.pattern import COST_LIMIT, SEPARATORS, Kind, fold, other_case, word_starts

PARTS = ("get", "Get", "GET", "g", "U", "us", "User", "un", "N", "2", "_", "__", "-", "é", "É", "ж", "名", "$")
words = st.sampled_from(PARTS)
names = st.one_of(
    st.lists(words, min_size=1, max_size=7).map("".join),
    st.text("abAB_1", min_size=1, max_size=12),
    st.text(min_size=1, max_size=8),
)
patterns = st.one_of(
    st.lists(words, min_size=1, max_size=3).map("".join),
    st.text("abAB_1", min_size=1, max_size=5),
    st.text(min_size=1, max_size=3),
)


@st.composite
def pairs(draw):
    """A name and a pattern that has a chance."""
    name = draw(names)
    kept = [c for c in name if draw(st.booleans())]
    pattern = "".join(draw(st.sampled_from([c, c, c.lower(), c + "_"])) for c in kept[:6]) or draw(patterns)
    return pattern, name


def blank(text):
    return text.replace("\n", " ")


def is_cased(char):
    return other_case(char) != char


def is_upper(char):
    return fold(char) != char


def starts_word(name, i):
    if i == 0 or not is_cased(name[i]) or not is_cased(name[i - 1]):
        return True
    if not is_upper(name[i]):
        return False
    return not is_upper(name[i - 1]) or (i + 1 < len(name) and is_cased(name[i + 1]) and not is_upper(name[i + 1]))


def fits(char, name, i):
    return fold(char) == fold(name[i]) and (not is_upper(char) or is_upper(name[i]) or starts_word(name, i))


def cheapest(pattern, name, heads, is_fuzzy):
    """The lowest cost of `pattern` in `name`, by trying everything; `None` where there is no way."""
    front = len(pattern) - len(pattern.lstrip(SEPARATORS))

    @cache
    def rest(k, i):
        """The cost of what follows, when character `k` of the pattern was found at `i`."""
        marked = False
        k += 1
        while k < len(pattern) and k >= front and pattern[k] in SEPARATORS:
            marked = True
            k += 1
        if k == len(pattern):
            return 0 if not marked or any(starts_word(name, j) for j in range(i + 1, len(name))) else None
        found = []
        for j in range(i + 1, len(name)):
            if not fits(pattern[k], name, j) or (marked and not starts_word(name, j)):
                continue
            if j == i + 1 or (j == i + 2 and name[i + 1] in SEPARATORS):
                price = 0
            elif starts_word(name, j):
                price = 1
            elif is_fuzzy:
                price = 2
            else:
                continue
            more = rest(k, j)
            if more is not None:
                found.append(price + more)
        return min(found, default=None)

    costs = [rest(0, i) for i in heads if fits(pattern[0], name, i)]
    return min((1 + c for c in costs if c is not None), default=None)


def reference(pattern, name):
    """Kind and cost, or `None`."""
    pattern, name = blank(pattern), blank(name)

    def piece(i):
        return i + len(pattern) <= len(name) and all(fits(c, name, i + k) for k, c in enumerate(pattern))

    if name == pattern:
        return Kind.EXACT, 1
    if piece(0):
        if len(name) == len(pattern):
            return Kind.WHOLE, 1
        return (Kind.PREFIX_CASE if name.startswith(pattern) else Kind.PREFIX), 1
    letters = [i for i, c in enumerate(name) if is_cased(c)]
    hump = cheapest(pattern, name, {0, *letters[:1]}, False)
    if hump is not None:
        return Kind.HUMP, min(hump, COST_LIMIT)
    heads = [i for i in range(len(name)) if starts_word(name, i)]
    if any(piece(i) for i in heads):
        return Kind.WORD, 1
    fuzzy = cheapest(pattern, name, heads, True)
    return None if fuzzy is None else (Kind.FUZZY, min(fuzzy, COST_LIMIT))


@settings(max_examples=400, deadline=None)
@given(pairs())
@example(("gUN", "get_user_name"))
@example(("get_", "getUser"))
@example(("_", "a_b"))
@example((" ", "a\nb"))
@example(("\n", "a\nb"))
@example(("aa_", "aA"))
@example(("ab1", "b_a__B1b"))
@example(("éÉ", "xÉé_É"))
def test_kind_and_cost_are_those_of_trying_everything(pair):
    pattern, name = pair
    expected = reference(pattern, name)
    found = score(pattern, name)
    assert (found is None) == (expected is None)
    if expected:
        kind, cost = expected
        assert kind_of(found) == kind
        # What is left of a score when kind and cost are taken away is the length of the name.
        assert found == (kind << 20) + ((COST_LIMIT - cost + 1) << 16) - len(name)


@settings(deadline=None)
@given(patterns, st.lists(names, max_size=30))
def test_many_names_at_once_score_as_one_by_one(pattern, many):
    together = dict(Matcher(pattern).scores(many))
    assert together == {i: s for i, name in enumerate(many) if (s := score(pattern, name)) is not None}


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_positions_ascend_and_spell_the_pattern(pair):
    pattern, name = blank(pair[0]), blank(pair[1])
    found = positions(pattern, name)
    assert bool(found) == (score(pattern, name) is not None)
    if found:
        assert list(found) == sorted(set(found))
        front = len(pattern) - len(pattern.lstrip(SEPARATORS))
        marks = pattern[:front] + "".join(c for c in pattern[front:] if c not in SEPARATORS)
        assert fold("".join(name[i] for i in found)) in {fold(pattern), fold(marks)}
        assert starts_word(name, found[0])


@settings(max_examples=200, deadline=None)
@given(pairs())
def test_the_places_of_a_match_have_its_cost(pair):
    pattern, name = pair
    found = score(pattern, name)
    places = positions(pattern, name)
    if found is not None and kind_of(found) in {Kind.HUMP, Kind.FUZZY}:
        cost = 1
        for i, j in pairwise(places):
            if j != i + 1 and not (j == i + 2 and blank(name)[i + 1] in SEPARATORS):
                cost += 1 if starts_word(blank(name), j) else 2
        assert found == (kind_of(found) << 20) + ((COST_LIMIT - min(cost, COST_LIMIT) + 1) << 16) - len(name)


@given(pairs(), st.text("abAB_1é", min_size=1, max_size=3))
def test_a_longer_pattern_never_matches_more(pair, more):
    pattern, name = pair
    if score(pattern + more, name) is not None:
        assert score(pattern, name) is not None


@given(pairs(), names)
def test_a_prefix_beats_everything_else(pair, other):
    pattern, _ = pair
    rest = score(pattern, other)
    if rest is not None and not fold(blank(other)).startswith(fold(blank(pattern))):
        for longer in (pattern + "x", pattern + "x" * 200):
            assert score(pattern, longer) > rest
        assert score(pattern, pattern) > score(pattern, pattern + "x")


@given(names)
def test_word_starts_are_those_of_the_definition(name):
    assert word_starts(name) == [starts_word(name, i) for i in range(len(name))]


@given(st.text())
def test_folding_keeps_the_length_and_settles(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)
    assert fold(text) == "".join(fold(c) for c in text)
    assert all(other_case(other_case(c)) == c for c in text)
