"""Answers that are found again."""

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.infill.known import KnownAnswers

TEXT = st.text(alphabet="ab\n", min_size=1, max_size=12)


def always(_: tuple[str, str]) -> bool:
    return True


def known(*answers: tuple[str, str, str]) -> KnownAnswers:
    made = KnownAnswers()
    for prefix, suffix, text in answers:
        made.add("a", prefix, suffix, text, (), 0.0)
    return made


@given(TEXT, TEXT, TEXT)
def test_typing_what_it_says_leaves_the_rest(prefix: str, suffix: str, text: str) -> None:
    answers = known((prefix, suffix, text))
    for n in range(len(text)):
        hit = answers.find("a", prefix + text[:n], suffix, always, 1.0)
        assert hit is not None
        assert (hit.text, hit.n_typed, hit.age_s) == (text[n:], n, 1.0)
    assert answers.find("a", prefix + text, suffix, always, 1.0) is None


@given(TEXT, TEXT, TEXT, TEXT)
def test_a_hit_says_what_the_answer_said(prefix: str, suffix: str, text: str, now: str) -> None:
    hit = known((prefix, suffix, text)).find("a", now, suffix, always, 0.0)
    fits = now.startswith(prefix) and (prefix + text).startswith(now) and now != prefix + text
    assert (hit is not None) == fits
    if hit is not None:
        assert now + hit.text == prefix + text


@given(st.lists(st.tuples(TEXT, TEXT, TEXT), max_size=30), TEXT, TEXT)
def test_it_finds_what_a_search_of_all_would(answers: list[tuple[str, str, str]], now: str, suffix: str) -> None:
    last = {(prefix, behind): text for prefix, behind, text in answers}
    fitting = {
        (prefix + text)[len(now) :]
        for (prefix, behind), text in last.items()
        if behind == suffix and now.startswith(prefix) and (prefix + text).startswith(now)
    } - {""}
    hit = known(*answers).find("a", now, suffix, always, 0.0)
    assert (hit.text in fitting) if hit is not None else not fitting


def test_another_scope_or_suffix_is_another_place() -> None:
    answers = known(("x", "y", "z"))
    assert answers.find("b", "x", "y", always, 0.0) is None
    assert answers.find("a", "x", "yy", always, 0.0) is None


def test_the_newest_of_two_is_taken() -> None:
    answers = known(("x", "", "one"), ("xo", "", "ther"))
    hit = answers.find("a", "xo", "", always, 0.0)
    assert hit is not None
    assert hit.text == "ther"


def test_sources_must_be_as_they_were() -> None:
    answers = KnownAnswers()
    answers.add("a", "x", "", "y", (("b.py", "1"), ("c.py", "1")), 0.0)
    assert answers.find("a", "x", "", lambda used: used == ("b.py", "1"), 0.0) is None
    assert len(answers) == 0


def test_five_minutes() -> None:
    answers = known(("x", "", "y"))
    assert answers.find("a", "x", "", always, 300.0) is not None
    assert answers.find("a", "x", "", always, 300.1) is None
    assert len(answers) == 0


def test_what_was_used_longest_ago_goes_first() -> None:
    answers = KnownAnswers(n_answers=3)
    for name in "abc":
        answers.add("s", name, "", "text", (), 0.0)
    assert answers.find("s", "a", "", always, 0.0) is not None
    answers.add("s", "d", "", "text", (), 0.0)
    assert [answers.find("s", name, "", always, 0.0) is not None for name in "abcd"] == [True, False, True, True]


def test_one_answer_for_each_place() -> None:
    answers = known(("x", "", "one"), ("x", "", "two"), ("x", "", ""))
    assert len(answers) == 1
    hit = answers.find("a", "x", "", always, 0.0)
    assert hit is not None
    assert hit.text == "two"
    answers.forget()
    assert len(answers) == 0
    assert answers.find("a", "x", "", always, 0.0) is None
