"""What the place of a rule file says where the file itself says nothing: `10-python/` is about Python.

A folder gives a language when it carries a number, as in `10-python`, or lies in a folder `languages`. The first folder
gives the scope, which is a label. What the file states wins.
"""

import re

import msgspec

from rulewright.core.languages import canonical

_NUMBER = re.compile(r"^\d+[-_. ]+(?=.)")
_OF_LANGUAGES = frozenset({"languages", "language", "lang", "langs"})


class Place(msgspec.Struct, frozen=True):
    """What a path below a rules folder says."""

    scope: str = ""
    """The name of the first folder."""
    language: str = ""
    folder: str = ""
    """The folder that gives the language, as it is written."""


def place_of(below: str) -> Place:
    """What the folders of `below`, a path with forward slashes, say."""
    folders = below.split("/")[:-1]
    if not folders:
        return Place()
    language, named = "", ""
    of_languages = False
    for number, folder in enumerate(folders):
        plain = unnumbered(folder)
        if of_languages or plain != folder:
            found = canonical(plain)
            if found:
                # The innermost one is the most exact.
                language, named = found, "/".join(folders[: number + 1])
        of_languages = plain.lower() in _OF_LANGUAGES
    return Place(unnumbered(folders[0]), language, named)


def default_id(below: str) -> str:
    """`00-global/10-style.md` is `global/style`."""
    stem = re.sub(r"\.(?:md|mdc|markdown)$", "", below, flags=re.IGNORECASE)
    return "/".join(unnumbered(part) for part in stem.split("/"))


def unnumbered(name: str) -> str:
    """A name without the number that orders it."""
    return _NUMBER.sub("", name)
