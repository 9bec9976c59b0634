"""Where the checks of a rule stand: in the front matter, in files beside it, and in fenced blocks of its text."""

import re
from collections.abc import Callable, Container, Iterator
from typing import Any

import msgspec

from rulewright.core.languages import canonical
from rulewright.core.rules.check_remarks import Path
from rulewright.core.rules.frontmatter import MAX_CHARACTERS
from rulewright.core.rules.problems import Problem, problem
from rulewright.core.rules.rule import Example

Beside = Callable[[str], bytes]
"""Reads a file by its path from the rule file's folder. Raises OSError with the reason."""

MAX_CHECK_FILES = 20
MAX_CHECK_FILE_BYTES = MAX_CHARACTERS

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})[ \t]*([^\r\n]*?)[ \t]*\r?$", re.MULTILINE)


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


class Block(msgspec.Struct, frozen=True):
    """A fenced block of a text."""

    words: tuple[str, ...]
    """What stands behind the fence, in lower case."""
    text: str
    start: int
    """Where its opening fence starts and ends in the text."""
    end: int


def blocks(body: str) -> Iterator[Block]:
    """The fenced blocks of a text.

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
        yield Block(tuple(info.lower().split()), body[opening.end() : end], opening.start(), opening.end())
        if closed is None:
            return
        place = closed.end()


def fenced(body: str, offset: int) -> Iterator[CheckSource]:
    """The blocks fenced with ```` ```yaml check ```` in the text of a rule, which starts at `offset` of its file."""
    for block in blocks(body):
        if block.words[:2] in {("yaml", "check"), ("yml", "check")}:
            yield CheckSource(block.text, (), (offset + block.start, offset + block.end), "The fenced check")


def fenced_examples(body: str, languages: Container[str]) -> Iterator[tuple[Example, Block]]:
    """The blocks fenced as ```` ```python bad ```` and ```` ```python good ````, with the block each begins at.

    `fixed` in the place of `good`, next to a bad block of the same language, says that it is what the fix makes of
    that one; good code alone is often good for other reasons. Blocks in other languages than those of the checks
    only illustrate.
    """
    waiting: tuple[Example, Block] | None = None
    for block in blocks(body):
        if len(block.words) < 2:  # noqa: PLR2004 - the language and the word
            continue
        language, word = canonical(block.words[0]) or block.words[0], block.words[1]
        if word not in {"bad", "good", "fixed"} or language not in languages:
            continue
        code = block.text.removeprefix("\r").removeprefix("\n")
        if word == "fixed" and waiting is not None and waiting[0].language == language:
            yield msgspec.structs.replace(waiting[0], good=code), waiting[1]
            waiting = None
            continue
        if waiting is not None:
            yield waiting
            waiting = None
        if word == "bad":
            waiting = Example(bad=code, language=language), block
        else:
            yield Example(good=code, language=language), block
    if waiting is not None:
        yield waiting


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
