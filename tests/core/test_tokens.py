"""What the estimate of tokens holds to, whatever the text. How near it comes to real vocabularies is a bench."""

import base64
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.tokens import budgeted, estimate

RANDOM = Random(5)
DATA = RANDOM.randbytes(6000)
MINIFIED = "a=function(b,c){return b?c:a(b-1,c+1)};var aLongerName=[1,22,333];" * 100
DENSE = {
    "minified": MINIFIED,
    "base64": base64.b64encode(DATA).decode(),
    "hexadecimal": DATA.hex(),
    "one long word": "".join(RANDOM.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(5000)),
    "signs": "".join(RANDOM.choice("!@#$%^&*()_+-=[]{};:,.<>/?") for _ in range(5000)),
    "digits": "".join(RANDOM.choice("0123456789") for _ in range(5000)),
}

TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(["name", "aLongName", " ", "    ", "\n", "\t", "(", "});", "12345", "漢字", "😀", "é"])
    ).map("".join),
)


def test_nothing_costs_nothing() -> None:
    assert (estimate(""), budgeted("")) == (0, 0)


@pytest.mark.parametrize("text", ["a", " ", "\n", "\t", "é", "漢", "\0", "\r\n", "\u200b"])
def test_something_costs_something(text: str) -> None:
    assert estimate(text) >= 1


@pytest.mark.parametrize("name", DENSE)
def test_dense_text_is_never_counted_below_a_sixth_of_its_length(name: str) -> None:
    assert estimate(DENSE[name]) >= len(DENSE[name]) // 6


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        # What cl100k and o200k say, the lower and the upper of the two, with room.
        ("def add(a, b):\n    return a + b\n", 11, 16),
        ("这是一个用于测试的句子,我们希望估计足够准确。", 16, 35),
        ("Это предложение для проверки оценки числа токенов. ", 10, 40),
        ("😀🎉🚀🔥", 4, 12),
        (" " * 5000, 30, 120),
        ("-" * 5000, 60, 500),
        ("SELECT name FROM tables WHERE id = 12345;\n", 10, 15),
    ],
)
def test_usual_texts_are_near_what_vocabularies_say(text: str, least: int, most: int) -> None:
    assert least <= estimate(text) <= most


def test_the_end_of_a_line_costs_the_same_in_both_spellings() -> None:
    text = "first\nsecond\n\n    third\n"
    assert estimate(text.replace("\n", "\r\n")) == estimate(text)


@given(TEXTS)
def test_the_budget_counts_a_tenth_more(text: str) -> None:
    assert estimate(text) * 1.1 <= budgeted(text) + 1e-9 < estimate(text) * 1.1 + 1


@given(TEXTS, TEXTS)
def test_joined_texts_cost_about_what_they_cost_apart(one: str, other: str) -> None:
    apart = estimate(one) + estimate(other)
    assert apart - 5 <= estimate(one + other) <= apart + 20
    assert estimate(one + other) >= estimate(one) - 5


@given(TEXTS)
def test_lines_add_up(text: str) -> None:
    lines = text.splitlines(keepends=True)
    assert abs(sum(map(estimate, lines)) - estimate(text)) <= 2 * len(lines) + 2


@pytest.mark.parametrize("piece", ["word ", "漢", "-", "    ", "aB", "1", "\n \t"])
def test_twice_the_text_costs_twice_as_much(piece: str) -> None:
    # A count that is linear in the text, for runs of any length.
    one, two = estimate(piece * 10_000), estimate(piece * 20_000)
    assert abs(two - 2 * one) <= 20
