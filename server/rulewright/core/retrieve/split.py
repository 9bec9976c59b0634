"""Names cut into the words that they are made of, so that a question in plain words meets code.

`HTTPServerError`, `http_server_error` and "the HTTP server's errors" have the words in common. Of all that was tried on
Python's standard library (`tests/eval/retrieval`) this is what helps most.
"""

import re
from functools import lru_cache

MAX_WORD = 80
"""Characters; a longer run is data."""
MAX_QUESTION = 4000
"""Characters of a question that count; what is longer is a log or a file."""
MAX_TERMS = 40
"""Words of a question that are looked for."""

_WORD = re.compile(r"\w+")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IDENTIFIER = re.compile(r"[$]*[^\W\d][\w$]*")
_QUOTED = re.compile(r"`([^`\n]{1,200})`")
_MANY_KNOWN = 1 << 16

STOP_WORDS = frozenset(
    """
    a about all an and any are as at be been but by can could did do does for from get has have how i if in into is it
    its let me my no not of off on or our out please return returns should so some such than that the their them then
    there these they this those to up use used uses using was we were what when where whether which who why will with
    would you your
    """.split()  # noqa: SIM905 - a list of so many would fill a page
)
"""Words that say nothing about code, in questions and in documentation."""


def words_of_text(text: str) -> str:
    """The words of a text of code or prose, in lower case with blanks between; made ones also as they stand."""
    return " ".join(_cut(word) for word in _WORD.findall(text) if len(word) <= MAX_WORD)


def parts(name: str) -> tuple[str, ...]:
    """The words of one name: `readJSONFile` has read, json and file."""
    return tuple(part for word in _WORD.findall(name) for part in _parts(word))


def terms(question: str) -> tuple[str, ...]:
    """What to look for, each once, in the order of the question; all of its words where they all say nothing."""
    found = dict.fromkeys(words_of_text(question[:MAX_QUESTION]).split())
    telling = [word for word in found if word not in STOP_WORDS]
    return tuple(telling or found)[:MAX_TERMS]


def quoted_in(question: str) -> frozenset[str]:
    """The names between backquotes: whoever writes them so means them, however many there are of that name."""
    quoted = _QUOTED.findall(question[:MAX_QUESTION])
    return frozenset(name for code in quoted for name in _IDENTIFIER.findall(code))


def named_in(question: str) -> tuple[str, ...]:
    """The names that a question writes as code does: with a hump, a sign or a digit inside, or between backquotes."""
    text = question[:MAX_QUESTION]
    quoted = quoted_in(question)
    found = dict.fromkeys(
        word
        for word in _IDENTIFIER.findall(text)
        if word in quoted or (len(_parts(word)) > 1 and len(word) > 2)  # noqa: PLR2004
    )
    return tuple(found)[:MAX_TERMS]


@lru_cache(maxsize=_MANY_KNOWN)
def _cut(word: str) -> str:
    cut = _parts(word)
    return " ".join((*cut, word.lower())) if len(cut) > 1 else "".join(cut)


def _parts(word: str) -> tuple[str, ...]:
    if word.isascii():
        return tuple(part.lower() for part in _HUMPS.findall(word))
    # Other scripts have no humps that could be told from words.
    return tuple(part.lower() for part in word.split("_") if part)
