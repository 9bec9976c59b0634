"""Finds the doc comment of a definition, and takes its signs away."""

import re
from functools import cache

from rulewright.core.index.traits import Traits, comment_signs, traits_of

MAX_DOC = 2_000
"""Characters that are kept."""
_MAX_LINES = 80
_QUOTES = re.compile(rb'(?:~\w+)?("""|\'\'\'|"|\')')
_STRING = re.compile(rb'\s*(?:#[^\n]*\n\s*)*[rRuUbB]{0,2}("""|\'\'\'|"|\')')


@cache
def _signs(language: str) -> tuple[tuple[bytes, ...], tuple[bytes, bytes] | None, Traits]:
    return *comment_signs(language), traits_of(language)


def doc_above(language: str, source: bytes, start: int) -> str:
    """The comment right above the line that holds the byte `start`; empty when there is none."""
    line_signs, block, traits = _signs(language)
    end = source.rfind(b"\n", 0, start)
    collected: list[bytes] = []
    for _ in range(_MAX_LINES):
        if end < 0:
            break
        begin = source.rfind(b"\n", 0, end) + 1
        line = source[begin:end].strip()
        if line_signs and line.startswith(line_signs):
            if traits.attribute and line.startswith(traits.attribute):
                pass
            else:
                collected.append(line)
        elif block and line.endswith(block[1]):
            opening = source.rfind(block[0], 0, end)
            # A comment behind code is about that code.
            if opening < 0 or source[source.rfind(b"\n", 0, opening) + 1 : opening].strip():
                break
            collected.append(source[opening:end])
            break
        elif not (traits.attribute and line.startswith(traits.attribute)):
            break
        end = begin - 1
    return clean(language, b"\n".join(reversed(collected))) if collected else ""


def doc_inside(source: bytes, body_start: int) -> str:
    """The string that opens a body, as in Python; empty when something else does."""
    opening = _STRING.match(source, body_start)
    if opening is None:
        return ""
    quote = opening[1]
    end = source.find(quote, opening.end())
    if end < 0 or (len(quote) == 1 and b"\n" in source[opening.end() : end]):
        return ""
    return _dedent(source[opening.end() : min(end, opening.end() + 4 * MAX_DOC)].decode("utf-8", "replace"))


def doc_string(literal: bytes) -> str:
    """What a string literal says: without its quotes, a sigil before them, and shared indentation."""
    opened = _QUOTES.match(literal)
    if opened is None:
        return ""
    end = literal.rfind(opened[1], opened.end())
    return _dedent("\n" + literal[opened.end() : end if end >= 0 else None].decode("utf-8", "replace"))


def clean(language: str, comment: bytes) -> str:
    """A comment's text without its signs."""
    line_signs, block, _ = _signs(language)
    lines: list[str] = []
    text = comment[: 4 * MAX_DOC].decode("utf-8", "replace")
    if block:
        opening, closing = block[0].decode(), block[1].decode()
        if text.lstrip().startswith(opening):
            text = text.strip().removeprefix(opening).removesuffix(closing).lstrip("*!")
            return _dedent("\n".join(line.strip().removeprefix("*").removeprefix(" ") for line in text.splitlines()))
    signs = "".join(sorted({sign.decode()[0] for sign in line_signs}))
    for line in text.splitlines():
        stripped = line.strip().lstrip(signs)
        lines.append(stripped.removeprefix("!").removeprefix("|").rstrip())
    return _dedent("\n".join(lines))


def _dedent(text: str) -> str:
    """Without the indentation that all lines but the first share, as `inspect.cleandoc` has it."""
    lines = text.expandtabs().splitlines()
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    kept = [lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])] if lines else []
    return "\n".join(kept).strip()[:MAX_DOC]
