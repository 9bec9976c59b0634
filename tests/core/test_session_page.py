"""A conversation that is longer than a client takes is read in pages."""

import msgspec
import pytest

from rulewright.core.session import Conversation, Message, Part, Session
from rulewright.core.session_page import page


def said(number, text="x", **facts):
    return Message(role="user", parts=(Part(text),), id=f"m{number}", lamport=number, node="n", at="", **facts)


def conversation(*messages):
    session = Session(id="abcd", workspace="w", root="/p", user="ann", created="", updated="", n_messages=len(messages))
    return Conversation(session, messages)


TEN = conversation(*map(said, range(10)))
ONE = len(msgspec.json.encode(said(1)))


def ids(found):
    return [int(m.id[1:]) for m in found.messages], found.earlier, found.next


@pytest.mark.parametrize(
    ("begin", "limit", "n_fit", "expected"),
    [
        (None, None, 99, (list(range(10)), 0, None)),
        (None, None, 3, ([7, 8, 9], 7, None)),
        (None, 2, 99, ([8, 9], 8, None)),
        (0, None, 4, ([0, 1, 2, 3], 0, "m4")),
        (0, 2, 99, ([0, 1], 0, "m2")),
        ("m4", None, 4, ([4, 5, 6, 7], 4, "m8")),
        ("m8", None, 4, ([8, 9], 8, None)),
        (12, None, 4, ([], 10, None)),
    ],
)
def test_a_page_has_what_fits_and_says_what_is_beside_it(begin, limit, n_fit, expected):
    assert ids(page(TEN, begin, limit, n_fit * ONE)) == expected


def test_pages_are_the_whole_conversation():
    read, begin = [], 0
    while begin is not None:
        found = page(TEN, begin, max_bytes=3 * ONE + 1)
        read += found.messages
        begin = found.next
    assert tuple(read) == TEN.messages


def test_a_message_longer_than_a_page_is_one_alone():
    long = conversation(said(0), said(1, "y" * 1_000), said(2))
    assert ids(page(long, max_bytes=100)) == ([2], 2, None)
    assert ids(page(long, "m1", max_bytes=100)) == ([1], 1, "m2")


def test_what_was_edited_meanwhile_is_still_found_and_what_never_was_there_is_not():
    edited = conversation(said(0), said(11, supersedes="m1"), said(2))
    assert ids(page(edited, "m1")) == ([11, 2], 1, None)
    assert page(edited, "m7") is None
    assert ids(page(conversation())) == ([], 0, None)
