"""Syntax errors of a parsed text as problems for people.

A parser that goes on after an error says little of it: an ERROR node may hold half a file or one sign, and a MISSING
node is a guess. So a problem points at the first thing that was not expected, says what is known for sure, and what
lies right beside another problem is left out as its echo.
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec
from tree_sitter import Node

from rulewright.core.index.grammars import Grammar
from rulewright.core.index.traits import comment_signs

MAX_PROBLEMS = 50
_NEAR_ROWS = 2
"""Rows behind a problem in which another is most likely its echo."""
_PER_REGION = 3
"""Problems in one top-level part of a text."""
_MAX_SHOWN = 30
"""Characters of a text that are shown in a message."""
_MAX_SCAN = 200_000
"""Bytes that are read to see whether a bracket is closed."""
_SMALL = 60
"""Bytes of one line that may be unexpected as a whole; of more only the first token is."""

TRUSTED = frozenset(
    {
        "dart", "elixir", "go", "hcl", "java", "javascript", "json", "lua", "ocaml", "ocaml-interface", "php", "proto",
        "python", "ruby", "rust", "scala", "solidity", "toml", "tsx", "typescript", "yaml",
    }
)  # fmt: skip
"""Languages whose grammar takes real code for what it is: in 400 to 3,000 files of well-known projects each, at most
one in 500 has a problem here and is good code. Most others raise more alarms (C and C++ with their macros, Bash, C#,
CSS, Erlang, Haskell, HTML, Kotlin, Perl, SQL, Swift, Zig); of Clojure, GraphQL, R and Vue too few files were seen."""

_PAIRS = {"(": ")", "[": "]", "{": "}", "#{": "}", "${": "}", "%{": "}"}
_CLOSING = frozenset(_PAIRS.values())
_QUOTES = frozenset({'"', "'", "`", '"""', "'''", "string_start", "raw_string_start", "heredoc_start"})
_BLOCK_WORDS = frozenset(
    {"def", "class", "module", "do", "begin", "case", "function", "macro", "struct", "fn", "if", "unless", "while"}
)
_ENDS_WITH_WORD = frozenset({"ruby", "elixir", "lua", "julia"})
_NAMES = {"identifier": "a name", "expression": "an expression", "string": "a string", "type": "a type"}


_GAPS: dict[str, re.Pattern[bytes]] = {
    "go": re.compile(rb"\bnew\("),
    "rust": re.compile(rb"\bstr!|^---|^\s*(?:pub )?type \w+;"),
    "typescript": re.compile(rb"\bimport\(|\bexport type \*"),
    "tsx": re.compile(rb"\bimport\(|\bexport type \*|&\w+\d;"),
    "json": re.compile(rb"^\s*(?:'|[A-Za-z_$][\w$]*\s*:)|\de\+\d"),
}
"""Good code that a grammar does not know: `new` of a value (Go 1.26), macros that are named as a type is, a Rust
script's front matter, types of imports, JSON5. Nothing is reported in a line that has it, nor behind it in its part."""

_TEMPLATE = re.compile(
    rb"\{\{[-#/>^&!~]?\s*[\w.$|\"' ()]+[-~]?\}\}|\{%-?\s*\w|<%[=#-]?\s|%\{~?\s*(?:if|for|else|endif|endfor)\b"
)
_NO_TEMPLATE = frozenset({"html", "javascript", "markdown", "svelte", "tsx", "typescript", "vue"})
"""Languages in which the signs of a template engine mean something else."""


class SyntaxProblem(msgspec.Struct, frozen=True):
    """A place where a text breaks the rules of its language."""

    start_byte: int
    end_byte: int
    """Behind the last byte; only of an empty text is the range empty."""
    message: str


def syntax_problems(
    grammar: Grammar, source: bytes, root: Node, limit: int = MAX_PROBLEMS
) -> tuple[SyntaxProblem, ...]:
    """The syntax errors of a tree, in order, at most `limit`; `root` is its root, or any node of it.

    Judges no language: outside `TRUSTED` what it finds may be good code that the grammar does not know.
    """
    found: list[SyntaxProblem] = []
    last_row = -_NEAR_ROWS - 1
    per_region: dict[int, int] = {}
    gap = _GAPS.get(grammar.name)
    if root.has_error and grammar.name not in _NO_TEMPLATE and _TEMPLATE.search(source):
        # What makes a text of a template may be good code; the template is not.
        return ()
    for node, region in _broken(root):
        row = node.start_point[0]
        if row - last_row <= _NEAR_ROWS:
            last_row = max(last_row, row)
            continue
        if per_region.get(region, 0) >= _PER_REGION or (grammar.name == "json" and _is_trailing_comma(source, node)):
            continue
        if gap is not None and gap.search(_line(source, node)):
            per_region[region] = _PER_REGION
            continue
        problem = _missing(source, node) if node.is_missing else _unexpected(grammar.name, source, node)
        per_region[region] = per_region.get(region, 0) + 1
        last_row = max(row, last_row)
        found.append(problem)
        if len(found) >= limit:
            break
    return tuple(found)


def _broken(root: Node) -> Iterator[tuple[Node, int]]:
    """ERROR and MISSING nodes, outermost first, each with the number of the top-level part that it is in."""
    if not root.has_error:
        return
    if root.is_error and not any(child.has_error for child in root.children):
        yield root, 0
        return
    for region, child in enumerate(root.children):
        waiting = [child]
        while waiting:
            node = waiting.pop()
            if node.is_error or node.is_missing:
                yield node, region
            elif node.has_error:
                waiting.extend(reversed(node.children))


def _is_trailing_comma(source: bytes, node: Node) -> bool:
    """Whether an error is a comma before a closing bracket, which files for people are allowed to have."""
    start, end = _before(source, node.end_byte)
    return source[start:end] == b"," and _CLOSES.match(source, end, end + 1_000) is not None


_CLOSES = re.compile(rb"(?:\s|//[^\n]*|/\*[\s\S]*?\*/)*[\]}]")


def _line(source: bytes, node: Node) -> bytes:
    start = source.rfind(b"\n", 0, node.start_byte) + 1
    end = source.find(b"\n", node.start_byte)
    return source[start : end if end >= 0 else None]


def _missing(source: bytes, node: Node) -> SyntaxProblem:
    start, end = _before(source, node.start_byte)
    if node.is_named or not node.type.strip() or node.type.startswith("_"):
        what = _NAMES.get(node.type, "")
        return SyntaxProblem(start, end, f"Missing {what}" if what else "Something is missing here")
    opening = next((o for o, c in _PAIRS.items() if c == node.type), "")
    before = node.prev_sibling
    while opening and before is not None:
        if before.type == opening:
            where = "" if before.start_point[0] == node.start_point[0] else f" in line {before.start_point[0] + 1}"
            return SyntaxProblem(
                start, end, f"Missing `{node.type}` for the `{opening}`{where}" if where else f"Missing `{node.type}`"
            )
        before = before.prev_sibling
    return SyntaxProblem(start, end, f"Missing `{node.type}`")


def _unexpected(language: str, source: bytes, node: Node) -> SyntaxProblem:
    known = (
        _unclosed_text(language, source, node)
        or _unclosed_bracket(language, source, node)
        or _unended_word(language, source, node)
    )
    if known is not None:
        return known
    while (inner := next((c for c in node.children if c.has_error), None)) is not None:
        if inner.is_missing:
            return _missing(source, inner)
        node = inner
    # Some grammars' scanners read one byte more than there is.
    start, end = node.start_byte, min(node.end_byte, len(source))
    if start == end:
        return SyntaxProblem(*_before(source, start), "Something is missing here")
    line_end = source.find(b"\n", start, end)
    if line_end < 0 and end - start <= _SMALL:
        children = node.children
        if children and len(children) > 1 and not children[-1].is_named and children[-1].type in _OPERATORS:
            last = children[-1]
            return SyntaxProblem(
                last.start_byte,
                last.end_byte,
                f"Something is missing after {_shown(source, last.start_byte, last.end_byte)}",
            )
        return SyntaxProblem(start, end, f"Unexpected {_shown(source, start, end)}")
    children = [c for c in node.children if c.start_point[0] == node.start_point[0]]
    if len(children) > 1 and children[-1].end_byte < end and line_end >= 0 and children[-1].end_byte <= line_end:
        # The first line was understood as the beginning of something that did not come.
        begin, stop = _last_token(children[-1])
        return SyntaxProblem(begin, stop, f"Something is missing after {_shown(source, begin, stop)}")
    first = node
    while first.children:
        first = next((c for c in first.children if not c.is_extra or c.is_error), first.children[0])
    start = first.start_byte
    line_end = source.find(b"\n", start, first.end_byte)
    stop = min(max(line_end if line_end >= 0 else first.end_byte, start + 1), len(source))
    return SyntaxProblem(start, stop, f"Unexpected {_shown(source, start, stop)}")


_OPERATORS = frozenset(
    {"=", ":=", "==", "+", "-", "*", "/", "%", "&&", "||", "and", "or", "not", "|", "&", ",", ".", "->", "=>", "?", ":"}
)


def _last_token(node: Node) -> tuple[int, int]:
    while node.children:
        node = node.children[-1]
    return node.start_byte, node.end_byte


def _unclosed_text(language: str, source: bytes, node: Node) -> SyntaxProblem | None:
    """A string or a comment that is opened and not closed."""
    _, block = comment_signs(language)
    if block and source.startswith(block[0], node.start_byte) and source.find(block[1], node.start_byte) < 0:
        return SyntaxProblem(node.start_byte, node.start_byte + len(block[0]), "This comment is never closed")
    opened: Node | None = None
    for child in node.children:
        if child.type in _QUOTES:
            opened = None if opened is not None else child
    if opened is None:
        return None
    line_end = source.find(b"\n", opened.end_byte)
    end = line_end if line_end >= 0 else len(source)
    return SyntaxProblem(opened.start_byte, len(source[:end].rstrip()), "This string is never closed")


def _unclosed_bracket(language: str, source: bytes, node: Node) -> SyntaxProblem | None:
    opened: list[Node] = []
    for child in node.children:
        if child.type in _PAIRS and not child.is_named:
            opened.append(child)
        elif child.type in _CLOSING and not child.is_named:
            at = next((i for i in reversed(range(len(opened))) if _PAIRS[opened[i].type] == child.type), -1)
            if at < 0 and not opened:
                return SyntaxProblem(child.start_byte, child.end_byte, f"Unexpected `{child.type}`")
            if 0 <= at < len(opened) - 1:
                opened = opened[at + 1 :]
                break
            del opened[max(at, 0) :]
    for bracket in reversed(opened):
        if not _is_closed(language, source, bracket):
            return SyntaxProblem(bracket.start_byte, bracket.end_byte, f"This `{bracket.type}` is never closed")
    return None


def _is_closed(language: str, source: bytes, bracket: Node) -> bool:
    """Whether the text behind a bracket closes it, before any other kind is closed that was not opened there."""
    waiting = [_PAIRS[bracket.type].encode()]
    for found in _tokens(language).finditer(source, bracket.end_byte, bracket.end_byte + _MAX_SCAN):
        sign = found[0]
        if sign in _OPENING_BYTES:
            waiting.append(_OPENING_BYTES[sign])
        elif sign in _CLOSING_BYTES:
            if sign != waiting[-1]:
                return False
            waiting.pop()
            if not waiting:
                return True
    return False


_OPENING_BYTES = {b"(": b")", b"[": b"]", b"{": b"}"}
_CLOSING_BYTES = frozenset(_OPENING_BYTES.values())


@cache
def _tokens(language: str) -> re.Pattern[bytes]:
    """Brackets, and what may hold brackets that are none: strings and comments, roughly."""
    lines, block = comment_signs(language)
    parts = [rb'"""[\s\S]*?"""', rb"'''[\s\S]*?'''", rb'"(?:\\.|[^"\\\n])*"', rb"'(?:\\.|[^'\\\n])*'", rb"`[^`]*`"]
    if language in {"rust", "ocaml", "haskell", "scala", "clojure"}:
        parts[3:] = [rb"'(?:\\.|[^'\\\n])'"]
    if block:
        parts.insert(0, re.escape(block[0]) + rb"[\s\S]*?" + re.escape(block[1]))
    parts += [re.escape(sign) + rb"[^\n]*" for sign in lines]
    return re.compile(b"|".join([*parts, rb"[()\[\]{}]"]))


def _unended_word(language: str, source: bytes, node: Node) -> SyntaxProblem | None:
    if language not in _ENDS_WITH_WORD or source[node.end_byte :].strip():
        return None
    opened = [c for c in node.children if not c.is_named and c.type in _BLOCK_WORDS]
    if not opened or any(c.type == "end" for c in node.children):
        return None
    last = opened[-1]
    return SyntaxProblem(last.start_byte, last.end_byte, f"This `{last.type}` has no `end`")


def _before(source: bytes, byte: int) -> tuple[int, int]:
    """The last character before a byte that is no space, or the first of the text."""
    end = len(source[:byte].rstrip())
    if end == 0:
        return 0, min(1, len(source))
    start = end - 1
    while start > 0 and source[start] & 0xC0 == 0x80:  # noqa: PLR2004 - the middle of a character
        start -= 1
    return start, end


def _shown(source: bytes, start: int, end: int) -> str:
    text = " ".join(source[start:end].decode("utf-8", "replace").split()).replace("`", "'")
    return f"`{text}`" if len(text) <= _MAX_SHOWN else f"`{text[: _MAX_SHOWN - 1]}…`"
