"""A chat as a markdown file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.chat.document import (
    as_written,
    closing,
    find_again,
    is_chat,
    new_chat,
    note_of,
    opening,
    place_of_note,
    read_chat,
)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("What is this?\n", "What is this?"),
        ("# Speed\n\nWhat is slow?\n", "What is slow?"),
        ("# Chat\n\n## You\n\nfirst\n\n## Rulewright\n\nyes\n\n## You\n\nsecond\nline\n\n", "second\nline"),
        (
            "## You\n\nhow do I write\n\n```\n## You\nno\n```\n\nin markdown?\n",
            "how do I write\n\n```\n## You\nno\n```\n\nin markdown?",
        ),
        ("## You\n\n```x = 1``` is what?\n\n## Rulewright\n\nOne.\n\n## You\n\nand two?\n", "and two?"),
        ("## you\nlower\n", "lower"),
        ("## You (still)\r\n\r\nCRLF\r\n", "CRLF"),
        ("## You\n\nfirst\n\n## Rulewright\n\nyes\n", ""),
        ("", ""),
        (new_chat(), ""),
        (f"# Chat\n\n{note_of('abcd1234')}\n\nWhat?\n", "What?"),
    ],
)
def test_what_a_document_asks(text: str, question: str) -> None:
    assert read_chat(text).question == question


def test_a_document_knows_its_conversation_and_its_title() -> None:
    asked = read_chat(f"# Speed of the cart\n\n{note_of('abcd1234')}\n\n## You\n\nWhy?\n\n")
    assert (asked.session, asked.title) == ("abcd1234", "Speed of the cart")
    assert read_chat("Why?").session == ""


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("# T\n\n## You\n", 3),
        ("notes\n\n# T\n\n## You\n", 10),
        ("notes\r\n# T\r\n\r\n## You\r\n", 10),
        ("## # T\n# Other\n", 0),
        ("# Other\n# That\n", 7),
        ("", 0),
    ],
)
def test_a_note_goes_behind_the_title_wherever_that_stands_by_now(text: str, at: int) -> None:
    assert place_of_note(text, "# T") == at


def test_a_note_goes_behind_a_title_and_not_into_the_end_of_its_line() -> None:
    assert read_chat("# T\r\n\r\n## You\r\n\r\nx\r\n").note_at == len("# T")


def test_an_answer_goes_behind_the_question() -> None:
    text = "# Chat\n\n## You\n\nWhy?\n\n\n"
    asked = read_chat(text)
    assert text[: asked.end].endswith("Why?")
    made = text[: asked.end] + opening(text, asked.end) + "Because."
    assert made == "# Chat\n\n## You\n\nWhy?\n\n## Rulewright\n\nBecause."
    assert closing("Because.") == "\n\n## You\n\n"
    assert closing("Because.\n") == "\n## You\n\n"


def test_headings_of_an_answer_are_lower_than_ours_but_not_in_code() -> None:
    answer = "# One\n\n## You\n\n### Three\n\n```sh\n# a comment\n```\n\n#include\n"
    assert as_written(answer, is_whole=True) == (
        "### One\n\n### You\n\n### Three\n\n```sh\n# a comment\n```\n\n#include\n"
    )
    assert read_chat("## You\n\nq\n\n## Rulewright\n\n" + as_written(answer, is_whole=True)).question == ""


def test_code_that_an_answer_leaves_open_is_closed() -> None:
    assert as_written("Look:\n\n```py\ndef f(", is_whole=True) == "Look:\n\n```py\ndef f(\n```\n"
    assert as_written("````\n```\n", is_whole=True) == "````\n```\n````\n"


@given(st.text(alphabet=st.sampled_from("#`~ \na-"), max_size=60))
def test_the_next_question_is_found_whatever_was_asked(asked: str) -> None:
    text = "## You\n\n" + asked.rstrip()
    made = text + opening(text, len(text)) + "Well."
    assert read_chat(made + closing(made) + "more?").question == "more?"


@given(st.text(alphabet=st.sampled_from("#`~ \na-"), max_size=60), st.text(alphabet="ab ?", min_size=1))
def test_the_next_question_is_found_whatever_was_answered(answer: str, question: str) -> None:
    text = "## You\n\nfirst"
    made = text + opening(text, len(text)) + as_written(answer, is_whole=True)
    made += closing(made) + question
    assert read_chat(made).question == question.strip()


@given(st.text(alphabet=st.sampled_from("#`~ \na-"), max_size=60), st.data())
def test_what_is_written_of_a_beginning_is_a_beginning_of_what_is_written(answer: str, data: st.DataObject) -> None:
    n = data.draw(st.integers(0, len(answer)))
    assert as_written(answer, is_whole=True).startswith(as_written(answer[:n], is_whole=False))
    assert as_written(answer, is_whole=False).startswith(as_written(answer[:n], is_whole=False))


def test_what_was_written_is_found_where_it_stands_by_now() -> None:
    text = "new line\n## Rulewright\n\nHello\n"
    assert find_again(text, ["## Rulewright\n\n", "## Rulewright\n\nHello"], 0) == (1, text.index("Hello") + 5)
    # The editor has not made the last edit.
    assert find_again(text, ["## Rulewright\n\nHello", "## Rulewright\n\nHello world"], 0) == (
        0,
        text.index("Hello") + 5,
    )
    # Two answers begin alike: the one that stands where it was counts.
    twice = "## Rulewright\n\nHello\n\n## Rulewright\n\nHello"
    assert find_again(twice, ["## Rulewright\n\nHello"], len(twice)) == (0, len(twice))
    assert find_again(twice, ["## Rulewright\n\nHello"], 3) == (0, twice.index("Hello") + 5)
    # Somebody mended a word of it: its end is known.
    changed = "## Rulewright\n\nHallo, this is the rest of it"
    assert find_again(changed, ["## Rulewright\n\nHello, this is the rest of it"], 0) == (0, len(changed))
    assert find_again("all is gone", ["## Rulewright\n\nHello"], 0) is None


@given(
    st.text(alphabet=st.sampled_from("xy\n"), max_size=30),
    st.text(alphabet=st.sampled_from("xy\n"), max_size=30),
    st.text(alphabet=st.sampled_from("ab\n"), min_size=1, max_size=40),
)
def test_typing_elsewhere_never_loses_it(before: str, after: str, written: str) -> None:
    text = before + "Q" + written + "Q" + after
    found = find_again(text, ["Q" + written + "Q"], 0)
    assert found == (0, len(before) + len(written) + 2)


def test_a_chat_is_known_by_its_name() -> None:
    assert is_chat("/p/.rulewright/a.chat.md")
    assert not is_chat("/p/README.md")
