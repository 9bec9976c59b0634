"""Finds the doc comment or the string of a definition, and takes its signs away where somebody wants to read it.

A record has it as it is written: few are ever read, and to clean all of them is a tenth of what an index adds to
parsing.
"""

import re
from functools import cache, lru_cache

import msgspec

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
_DOC_SIGN = b"///"
_ODD = re.compile(_DIRECTIVE.pattern + rb"|#[!>]")
"""Where a comment may hold lines that are not for people."""
_SIGIL_QUOTES = r'(?:~\w+)?("""|\'\'\'|"|\')'
_QUOTES = re.compile(_SIGIL_QUOTES.encode())
_QUOTES_OF_TEXT = re.compile(_SIGIL_QUOTES)
_STRING = re.compile(rb'\s*(?:#[^\n]*\n\s*)*[rRuUbB]{0,2}("""|\'\'\'|"|\')')


class Signs(msgspec.Struct, frozen=True):
    """How a language writes comments, made ready to look for them."""

    language: str
    traits: Traits
    lines: tuple[bytes, ...]
    """Of comments up to the end of a line."""
    block: tuple[bytes, bytes] | None
    beginnings: tuple[bytes, ...]
    """How a line may begin that stands right above a definition and has to do with its doc."""
    endings: tuple[bytes, ...]
    """How it may end."""
    ending: re.Pattern[str] | None
    """A comment that ends a line."""
    sign: bytes
    """The only one of `lines`, where what it begins needs nothing but that sign taken away."""
    before: re.Pattern[str] | None
    """What stands before the text of each line of a comment, from the end of the line before it on.

    A regex that begins with plain text is found ten times as fast.
    """

    said: tuple[str, ...] = ()
    """`lines` as text."""

    def may_end(self, text: str) -> bool:
        """Whether a text has the sign of a comment up to the end of a line anywhere."""
        if len(self.said) == 1:
            return self.said[0] in text
        return any([sign in text for sign in self.said])  # noqa: C419 - a list is quicker for a few


NO_SIGNS = Signs("", Traits(), (), None, (), (), None, b"", None)


@cache
def signs_of(language: str) -> Signs:
    """The signs of a language, by its canonical name."""
    lines, block = comment_signs(language)
    traits = traits_of(language)
    either = "|".join(re.escape(sign.decode()) for sign in lines)
    first = "".join(sorted({re.escape(sign.decode()[0]) for sign in lines}))
    mark = _MARKS.get(language, "")
    return Signs(
        language,
        traits,
        lines,
        block,
        (*lines, traits.attribute) if traits.attribute else lines,
        (*(_CLOSING if traits.attribute else ()), *(block[1:] if block else ())),
        re.compile(rf"(?m)(?:^|(?<=\s))(?:{either})(?![\[{{{{]).*$") if lines else None,
        lines[0] if len(lines) == 1 and not (block and block[0].startswith(lines[0])) else b"",
        re.compile(rf"\n[^\S\n]*[{first}]*{mark}!?\|?") if lines else None,
        tuple(sign.decode() for sign in lines),
    )


def doc_above(signs: Signs, source: bytes, start: int) -> str:  # noqa: C901, PLR0912 - the hot path: every definition
    """The comment right above the line that holds the byte `start`, as it is written; empty when there is none."""
    end = source.rfind(b"\n", 0, start)
    if end < 0:
        return ""
    begin = source.rfind(b"\n", 0, end) + 1
    line = source[begin:end].strip()
    if not line or not (line.startswith(signs.beginnings) or line.endswith(signs.endings)):
        return ""
    if line.startswith(signs.beginnings) and (first := _aligned(signs, source, begin, end, line)) >= 0:
        return comment_text(signs, source[first:end])
    line_signs, block, attribute = signs.lines, signs.block, signs.traits.attribute
    collected: list[bytes] = []
    for _ in range(_MAX_LINES):
        if line_signs and line.startswith(line_signs) and not line.startswith(_NOT_COMMENTS):
            if _DIRECTIVE.match(line) or (attribute and line.startswith(attribute)):
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
        elif not (attribute and line.startswith(attribute)):
            opening = _attribute_around(source, begin, end, attribute) if line[-1:] in _CLOSING else -1
            if opening < 0:
                break
            begin = opening
        end = begin - 1
        if end < 0:
            break
        begin = source.rfind(b"\n", 0, end) + 1
        line = source[begin:end].strip()
    return comment_text(signs, b"\n".join(reversed(collected))) if collected else ""


def _aligned(signs: Signs, source: bytes, begin: int, end: int, line: bytes) -> int:
    """Where a comment begins whose last line is given, of lines that stand below each other and all belong to it.

    Nearly every one of several lines is so; -1 where it takes a closer look.
    """
    sign = _DOC_SIGN if line.startswith(_DOC_SIGN) else signs.sign
    if not sign or not line.startswith(sign):
        return -1
    margin = source[begin : source.find(sign, begin) + len(sign)]
    first = begin
    while first > 0:
        above = source.rfind(b"\n", 0, first - 1) + 1
        if not source.startswith(margin, above):
            line = source[above : first - 1].strip()
            if line and (line.startswith(signs.beginnings) or line.endswith(signs.endings)):
                return -1
            break
        first = above
    comment = source[first:end]
    if len(comment) > MAX_DOC or comment.count(b"\n") >= _MAX_LINES or _ODD.search(comment):
        return -1
    return first if sign is _DOC_SIGN or _DOC_SIGN not in comment else -1


def _attribute_around(source: bytes, begin: int, end: int, sign: bytes) -> int:
    """The start of the line on which an attribute of several lines begins that ends at `end`; -1 when none does."""
    nearest = source.rfind(sign, 0, begin) if sign else -1
    if nearest < 0 or source.count(b"\n", nearest, begin) > _MAX_ATTRIBUTE:
        return -1  # Nearly always: a call or a list ends here.
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
    """The string that opens a body, as in Python, with its quotes; empty when something else does."""
    opening = _STRING.match(source, body_start)
    if opening is None:
        return ""
    quote = opening[1]
    end = source.find(quote, opening.end())
    if end < 0 or (len(quote) == 1 and b"\n" in source[opening.end() : end]):
        return ""
    text = source[opening.start(1) : min(end, opening.end() + 4 * MAX_DOC)] + quote
    return text.decode("utf-8", "replace") if text.strip(b"\"' \t\r\n") else ""


_ARROW = re.compile(rb"\A((?://|/\*|--|\{-)[/*!]*[ ]?)[<^]+")
"""What says that a comment is about what stands before it."""
_BEHIND = re.compile(rb"[ \t]*[;,]?[ \t]*(?:\n[ \t]*(?=\(\*\*)|(?=(?://|/\*|--|\{-)[/*!]*[ ]?[<^])|(?=\(\*\*))")


def doc_after(signs: Signs, source: bytes, end: int) -> str:
    """The doc comment right behind a definition that ends at a byte, such as `///< text`, `-- ^ text` or OCaml's.

    As it is written, like all that is found here.
    """
    behind = _BEHIND.match(source, end, end + 400)
    if behind is None:
        return ""
    block = signs.block
    at = behind.end()
    if block and source.startswith(block[0], at):
        stop = source.find(block[1], at, at + 4 * MAX_DOC)
        comment = source[at : stop + len(block[1])] if stop >= 0 else b""
    else:
        stop = source.find(b"\n", at)
        comment = source[at : stop if stop >= 0 else None]
    return comment_text(signs, _ARROW.sub(rb"\1", comment))


_REMARK = re.compile(rb"[ \t]*[;,]?[ \t]*(//[^\n]*|/\*.*?\*/)[ \t]*\r?$", re.MULTILINE)


def doc_behind(signs: Signs, source: bytes, end: int) -> str:
    """The comment on the same line behind a definition that ends at a byte, as Go has it for fields."""
    stop = source.find(b"\n", end, end + MAX_DOC)
    at = source.find(b"/", end, stop if stop >= 0 else end + MAX_DOC)
    if at < 0:
        return ""
    found = _REMARK.match(source[end : stop if stop >= 0 else end + MAX_DOC])
    return comment_text(signs, found[1]) if found else ""


def doc_body(signs: Signs, source: bytes, start: int) -> str:
    """The block comment that opens a body in brackets, as PowerShell's help."""
    block = signs.block
    at = start
    while at < len(source) and source[at : at + 1] in b"{ \t\r\n":
        at += 1
    if block is None or not source.startswith(block[0], at):
        return ""
    stop = source.find(block[1], at, at + 4 * MAX_DOC)
    return comment_text(signs, source[at : stop + len(block[1])]) if stop >= 0 else ""


def doc_string(literal: bytes) -> str:
    """A string literal that says something; empty where it is none."""
    opened = _QUOTES.match(literal)
    if opened is None:
        return ""
    if len(literal) > 4 * MAX_DOC:
        literal = literal[: 4 * MAX_DOC] + opened[1]
    return literal.decode("utf-8", "replace")


_WORD = re.compile(rb"[^\W_]|[\x80-\xff]")


def comment_text(signs: Signs, comment: bytes) -> str:
    """What is kept of a comment, as it is written; empty where it has nothing but signs."""
    text = comment[: MAX_DOC * 3 // 2 if comment.isascii() else 4 * MAX_DOC].decode("utf-8", "replace")
    return text if _WORD.search(comment) or _without_signs(signs, text) else ""


_STRINGS = frozenset({"python", "elixir", "julia", "clojure", "graphql"})
"""Languages whose docs are strings, not comments alone."""


@lru_cache(maxsize=512)
def cleaned(language: str, doc: str) -> str:
    """The doc of a symbol as people read it: without signs or quotes, and without the indentation that its lines share.

    What is no comment and no string of the language, such as a doc of embedded code, is clean already.
    """
    signs = signs_of(language)
    begins = doc.lstrip()
    opened = _QUOTES_OF_TEXT.match(doc) if language in _STRINGS else None
    if opened is not None:
        end = doc.rfind(opened[1], opened.end())
        text = doc[opened.end() : end if end >= 0 else None]
        return _dedent(text if signs.traits.doc == "inside" else "\n" + text)
    if (signs.block and begins.startswith(signs.block[0].decode())) or begins.startswith(
        tuple(sign.decode() for sign in signs.lines)
    ):
        return _without_signs(signs, doc)
    return _dedent(doc)


_DEPRECATED = re.compile(
    r"(?:^|\s)(?:@[Dd]eprecated\b|\.\. deprecated::|[Dd]eprecated:|Deprecated\.|DEPRECATED\b|\*\*Deprecated)"
    r"|^\W*Deprecated\b",
    re.MULTILINE,
)
_MARKED = re.compile(r"@[Dd]eprecated|\[Obsolete|#\[deprecated")


_DEPRECATING = (b"eprecated", b"DEPRECATED", b"Obsolete")
"""By which `is_deprecated` knows all that it knows."""


def may_deprecate(words: bytes) -> bool:
    """Whether a text with these words may say of something that it is deprecated."""
    return any(word in words for word in _DEPRECATING)


def deprecations(source: bytes, start: int, end: int) -> list[int]:
    """The bytes between two at which words stand by which something may be deprecated, in no order."""
    found: list[int] = []
    for word in _DEPRECATING:
        at = source.find(word, start, end)
        while at >= 0:
            found.append(at)
            at = source.find(word, at + len(word), end)
    return found


def is_deprecated(language: str, doc: str, signature: str) -> bool:
    """Whether a doc, as it is written, or an annotation says that something should not be used any more."""
    if _MARKED.search(signature):
        return True
    has_word = "eprecated" in doc or "DEPRECATED" in doc
    return has_word and _DEPRECATED.search(cleaned(language, doc)) is not None


_NOT_COMMENTS = (b"#!", b"#>")
"""How lines begin that look like comments and are none of their own."""
_MARKS = {"r": "'?", "haskell": r"(?:[^\S\n]*[|^](?= ))?"}
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


def _without_signs(signs: Signs, text: str) -> str:
    if signs.block:
        opening, closing = signs.block[0].decode(), signs.block[1].decode()
        if text.lstrip().startswith(opening):
            text = text.strip().removeprefix(opening).removesuffix(closing).lstrip("*!")
            text = _dedent(_without_stars(text))
            return text.removeprefix(".SYNOPSIS").lstrip() if signs.language == "powershell" else text
    text = _dedent(signs.before.sub("\n", "\n" + text)[1:] if signs.before is not None else text)
    return _without_tags(text) if signs.language == "csharp" else text


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
_INDENTED = re.compile(r"\n( +)\S")


@cache
def _less_than(width: int) -> re.Pattern[str]:
    """A line that begins with fewer spaces, and has more than spaces."""
    return re.compile(rf"\n(?! {{{width}}}|\n| *\Z)")


def _dedent(text: str) -> str:
    """Without the indentation that all lines but the first share, as `inspect.cleandoc` has it."""
    if " \n" not in text and text.replace("\n", "").isprintable():
        # Nearly always nothing stands at the end of a line, and the second line has the least before it.
        indented = _INDENTED.search(text) if _AT_MARGIN.search(text) is None else None
        if indented is None:
            return text.strip()[:MAX_DOC]
        if _less_than(len(indented[1])).search(text) is None:
            return text.replace("\n" + indented[1], "\n").strip()[:MAX_DOC]
    lines = (text.expandtabs() if "\t" in text else text).splitlines()
    if len(lines) <= 1 or _AT_MARGIN.search(text):
        # Some line behind the first begins at the margin.
        return "\n".join([line.rstrip() for line in lines]).strip()[:MAX_DOC]
    indents = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(indents, default=0)
    kept = [lines[0].strip(), *(line[margin:].rstrip() for line in lines[1:])] if lines else []
    return "\n".join(kept).strip()[:MAX_DOC]
