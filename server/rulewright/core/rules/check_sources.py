"""Where the checks of a rule stand: in the front matter, in files beside it, and in fenced blocks of its text."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from rulewright.core.rules.check_remarks import Path
from rulewright.core.rules.frontmatter import MAX_CHARACTERS
from rulewright.core.rules.problems import Problem, problem

Beside = Callable[[str], bytes]
"""Reads a file by its path from the rule file's folder. Raises OSError with the reason."""

MAX_CHECK_FILES = 20
MAX_CHECK_FILE_BYTES = MAX_CHARACTERS

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\r\n]*?)[ \t]*\r?$", re.MULTILINE)
_CHECK_WORDS = re.compile(r"ya?ml[ \t]+check\b", re.IGNORECASE)


class CheckSource(msgspec.Struct, frozen=True):
    """Check documents from one place."""

    value: Any
    """What YAML gave, or a text of YAML documents."""
    at: Path
    """Where to report what is wrong with them."""
    span: tuple[int, int] | None = None
    """The same as offsets in the file, where it is outside the front matter."""
    named: str = "The text of `check`"
    """What it is called in a sentence."""


def fenced(body: str, offset: int) -> Iterator[CheckSource]:
    """The blocks fenced with ```` ```yaml check ```` in the text of a rule, which starts at `offset` of its file.

    A fence in another block, such as one that shows how to write a rule, is text of that block.
    """
    place = 0
    while opening := _FENCE.search(body, place):
        fence, info = opening[1], opening[2]
        if fence[0] == "`" and "`" in info:
            # Code in a line, not a block.
            place = opening.end()
            continue
        closing = re.compile(rf"^ {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*\r?$", re.MULTILINE)
        closed = closing.search(body, opening.end())
        end = closed.start() if closed else len(body)
        if _CHECK_WORDS.match(info):
            span = (offset + opening.start(), offset + opening.end())
            yield CheckSource(body[opening.end() : end], (), span, "The fenced check")
        if closed is None:
            return
        place = closed.end()


def from_file(name: str, at: Path, beside: Beside | None) -> CheckSource | Problem:
    """The checks in a file beside a rule file, or why there are none."""
    try:
        data = _read(name, beside)
        text = data.decode("utf-8-sig")
    except OSError as error:
        why = error.strerror or str(error)
    except UnicodeDecodeError as error:
        why = f"it is not UTF-8 (byte {error.start})"
    else:
        return CheckSource(text, at, named=f"The text of `{name}`")
    return problem("check-file", "error", f"The checks in `{name}` are not used: {why}.", *at)


def _read(name: str, beside: Beside | None) -> bytes:
    if beside is None:
        raise OSError(0, "files beside a rule are not read here")
    data = beside(name)
    if len(data) > MAX_CHECK_FILE_BYTES:
        raise OSError(0, f"it has more than {MAX_CHECK_FILE_BYTES:,} bytes, the most that is read")
    return data
