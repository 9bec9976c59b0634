"""Finds the doc comment of a definition, and takes its signs away."""

import re
from functools import cache

from rulewright.core.index.traits import Traits, comment_signs, traits_of

MAX_DOC = 2_000
"""Characters that are kept."""
_MAX_LINES = 80
_MAX_ATTRIBUTE = 30
"""Lines of one attribute or annotation."""
_CLOSING = (b")", b"]")
_DIRECTIVE = re.compile(
    rb"//(?:go:\w|nolint|export )|(?://|#|/\*)[ ]?(?:eslint|tslint:|@ts-|prettier-|istanbul |c8 |biome-|noqa"
    rb"|type: ?ignore|pylint:|pyright:|mypy:|fmt:|pragma:|rubocop:)"
)
"""What a comment says to a tool and not to people."""
_QUOTES = re.compile(rb'(?:~\w+)?("""|\'\'\'|"|\')')
_STRING = re.compile(rb'\s*(?:#[^\n]*\n\s*)*[rRuUbB]{0,2}("""|\'\'\'|"|\')')


@cache
def _signs(language: str) -> tuple[tuple[bytes, ...], tuple[bytes, bytes] | None, Traits]:
    return *comment_signs(language), traits_of(language)


@cache
def _beginnings(language: str) -> tuple[bytes, ...]:
    """How a line may begin that stands right above a definition and has to do with its doc."""
    line_signs, _, traits = _signs(language)
    return (*line_signs, traits.attribute) if traits.attribute else line_signs


@cache
def _endings(language: str) -> tuple[bytes, ...]:
    block = _signs(language)[1]
    return (*_CLOSING, block[1]) if block else _CLOSING


def doc_above(  # noqa: C901 - the hot path: it runs for every definition
    language: str, source: bytes, start: int
) -> str:
    """The comment right above the line that holds the byte `start`; empty when there is none."""
    line_signs, block, traits = _signs(language)
    end = source.rfind(b"\n", 0, start)
    if end < 0:
        return ""
    begin = source.rfind(b"\n", 0, end) + 1
    line = source[begin:end].strip()
    if not line or not (line.startswith(_beginnings(language)) or line.endswith(_endings(language))):
        return ""
    collected: list[bytes] = []
    for _ in range(_MAX_LINES):
        if end < 0:
            break
        begin = source.rfind(b"\n", 0, end) + 1
        line = source[begin:end].strip()
        if line_signs and line.startswith(line_signs) and not line.startswith(_NOT_COMMENTS):
            if _DIRECTIVE.match(line) or (traits.attribute and line.startswith(traits.attribute)):
                pass
            elif collected and collected[-1].startswith(b"///") and not line.startswith(b"///"):
                # Where doc comments have a sign of their own, an ordinary comment above them is about something else.
                break
            else:
                collected.append(line)
        elif block and line.endswith(block[1]) and not collected:
            opening = source.rfind(block[0], 0, end)
            # A comment behind code is about that code.
            if opening < 0 or source[source.rfind(b"\n", 0, opening) + 1 : opening].strip():
                break
            collected.append(source[opening:end])
            break
        elif not (traits.attribute and line.startswith(traits.attribute)):
            opening = _attribute_around(source, begin, end, traits.attribute) if line[-1:] in _CLOSING else -1
            if opening < 0:
                break
            begin = opening
        end = begin - 1
    return clean(language, b"\n".join(reversed(collected))) if collected else ""


def _attribute_around(source: bytes, begin: int, end: int, sign: bytes) -> int:
    """The start of the line on which an attribute of several lines begins that ends at `end`; -1 when none does."""
    for _ in range(_MAX_ATTRIBUTE if sign else 0):
        if begin <= 0:
            break
        begin = source.rfind(b"\n", 0, begin - 1) + 1
        if source[begin : begin + 200].lstrip().startswith(sign):
            return begin if _is_one_group(source[begin:end].strip()) else -1
    return -1


_SIGN = re.compile(rb"[()\[\]{}]")


def _is_one_group(text: bytes) -> bool:
    """Whether the brackets that are opened first are closed at the very end, and no sooner."""
    depth = 0
    for found in _SIGN.finditer(text):
        depth += 1 if found[0] in b"([{" else -1
        if depth == 0:
            return found.end() == len(text)
    return False


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


_BEHIND = re.compile(rb"[ \t]*[;,]?[ \t]*(?:\n[ \t]*(?=\(\*\*)|(?=(?://|/\*|--|\{-)[/*!]*[ ]?[<^])|(?=\(\*\*))")


def doc_after(language: str, source: bytes, end: int) -> str:
    """The doc comment right behind a definition that ends at a byte, such as `///< text`, `-- ^ text` or OCaml's."""
    behind = _BEHIND.match(source, end, end + 400)
    if behind is None:
        return ""
    _, block, _ = _signs(language)
    at = behind.end()
    if block and source.startswith(block[0], at):
        stop = source.find(block[1], at, at + 4 * MAX_DOC)
        comment = source[at : stop + len(block[1])] if stop >= 0 else b""
    else:
        stop = source.find(b"\n", at)
        comment = source[at : stop if stop >= 0 else None]
    return clean(language, comment).lstrip("<^ ")


_REMARK = re.compile(rb"[ \t]*[;,]?[ \t]*(//[^\n]*|/\*.*?\*/)[ \t]*\r?$", re.MULTILINE)


def doc_behind(language: str, source: bytes, end: int) -> str:
    """The comment on the same line behind a definition that ends at a byte, as Go has it for fields."""
    line = source[end : end + MAX_DOC].partition(b"\n")[0]
    found = _REMARK.match(line) if b"//" in line or b"/*" in line else None
    return clean(language, found[1]) if found else ""


def doc_body(language: str, source: bytes, start: int) -> str:
    """The block comment that opens a body in brackets, as PowerShell's help."""
    _, block, _ = _signs(language)
    at = start
    while at < len(source) and source[at : at + 1] in b"{ \t\r\n":
        at += 1
    if block is None or not source.startswith(block[0], at):
        return ""
    stop = source.find(block[1], at, at + 4 * MAX_DOC)
    return clean(language, source[at : stop + len(block[1])]) if stop >= 0 else ""


def doc_string(literal: bytes) -> str:
    """What a string literal says: without its quotes, a sigil before them, and shared indentation."""
    opened = _QUOTES.match(literal)
    if opened is None:
        return ""
    end = literal.rfind(opened[1], opened.end())
    return _dedent("\n" + literal[opened.end() : end if end >= 0 else None].decode("utf-8", "replace"))


_NOT_COMMENTS = (b"#!", b"#>")
"""How lines begin that look like comments and are none of their own."""
_MARKS = {"r": re.compile(r"^'"), "haskell": re.compile(r"^\s*[|^](?= )")}
"""What stands between the sign of a doc comment and its text."""


_STAR = re.compile(r"^[ \t]*\*? ?|[ \t\r]+$", re.MULTILINE)
_FIRST_STAR = re.compile(r"[^\n]*(\n[ \t]*\*)")


def _without_stars(text: str) -> str:
    """The inside of a block comment without the star that may begin each line."""
    text = text.rstrip()
    first = _FIRST_STAR.match(text)
    # Nearly always the stars of all lines stand below each other.
    if first is not None and text.count(first[1]) == text.count("\n"):
        return text.replace(first[1] + " ", "\n").replace(first[1], "\n")
    return _STAR.sub("", text)


def clean(language: str, comment: bytes) -> str:
    """A comment's text without its signs."""
    line_signs, block, _ = _signs(language)
    lines: list[str] = []
    text = comment[: MAX_DOC * 3 // 2 if comment.isascii() else 4 * MAX_DOC].decode("utf-8", "replace")
    if block:
        opening, closing = block[0].decode(), block[1].decode()
        if text.lstrip().startswith(opening):
            text = text.strip().removeprefix(opening).removesuffix(closing).lstrip("*!")
            text = _dedent(_without_stars(text))
            return text.removeprefix(".SYNOPSIS").lstrip() if language == "powershell" else text
    signs = "".join(sorted({sign.decode()[0] for sign in line_signs}))
    for line in text.splitlines():
        stripped = line.strip().lstrip(signs)
        if language in _MARKS:
            stripped = _MARKS[language].sub("", stripped)
        lines.append(stripped.removeprefix("!").removeprefix("|").rstrip())
    text = _dedent("\n".join(lines))
    return _without_tags(text) if language == "csharp" else text


_REFERENCE = re.compile(r"<(?:see|seealso|paramref|typeparamref)\b[^>]*?\b\w+=\"(?:[A-Z]:)?([^\"]*)\"[^>]*/>")
_PARAMETER = re.compile(r"<(?:param|typeparam|exception)\b[^>]*?\b\w+=\"(?:[A-Z]:)?([^\"]*)\"\s*>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")


def _without_tags(text: str) -> str:
    """A doc comment in XML as plain text: references by their names, a parameter as `name: text`."""
    text = _PARAMETER.sub(r"\1: ", _REFERENCE.sub(r"\1", text))
    lines = [line.strip() for line in _TAG.sub("", text).splitlines()]
    text = "\n".join(line for line in lines if line)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")


_AT_MARGIN = re.compile(r"\n\S")


def _dedent(text: str) -> str:
    """Without the indentation that all lines but the first share, as `inspect.cleandoc` has it."""
    lines = (text.expandtabs() if "\t" in text else text).splitlines()
    if len(lines) <= 1 or _AT_MARGIN.search(text):
        # Some line behind the first begins at the margin.
        return "\n".join([line.rstrip() for line in lines]).strip()[:MAX_DOC]
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    kept = [lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])] if lines else []
    return "\n".join(kept).strip()[:MAX_DOC]
