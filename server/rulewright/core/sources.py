"""Which files are worth checking: not binaries, not minified files, not what a program wrote."""

import re
from typing import Literal

import msgspec

Unfit = Literal["binary", "minified", "generated"]

HEAD = 1024
"""Characters of a file that may say it is generated."""

_GENERATED = re.compile(
    r"@generated\b|\bCode generated\b.{0,200}\bDO NOT EDIT\b|\bDO NOT EDIT\b.{0,80}\bgenerated\b",
    re.IGNORECASE | re.DOTALL,
)
MINIFIED_BYTES = 10_000
MINIFIED_MEAN_LINE = 500


def is_binary(data: bytes) -> bool:
    """As git tests: a NUL among the first 8,000 bytes; UTF-16 with its mark counts as text."""
    return b"\0" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff"))


def unfit(content: str) -> Unfit | None:
    """Why a text is not checked, or None."""
    if len(content) > MINIFIED_BYTES and len(content) > MINIFIED_MEAN_LINE * (content.count("\n") + 1):
        return "minified"
    head = content[:HEAD]
    # A word that all of them hold: looking for it takes a hundredth of the time.
    if "generated" in head.lower() and _GENERATED.search(head):
        return "generated"
    return None


EXCLUDED = "named by check.exclude"
"""The reason for leaving out what a setting names."""

LINK = "symbolic link"
"""The reason for leaving a link out."""

NEVER = "never checked"
"""The reason for leaving them out."""


class Found(msgspec.Struct, frozen=True):
    """A regular file, relative to the root, with forward slashes."""

    path: str


class Skipped(msgspec.Struct, frozen=True):
    """A file or folder that was left out."""

    path: str
    reason: str
