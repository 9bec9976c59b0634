"""What the cursor stands in: a name, a member, a name that is being declared, an import, a comment, a string, a number.

The tree says what is a comment and what a string; everything else is read from the text before the cursor, because the
tree of a line that is being typed is broken just where it matters.
"""

import re
from functools import cache
from typing import Literal

import msgspec
from tree_sitter import Node

from rulewright.core.complete.keywords import Vocabulary, vocabulary
from rulewright.core.complete.statements import ImportPlace, import_at
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.chain import code_before
from rulewright.core.index.grammars import Grammar, grammar_of
from rulewright.core.index.traits import comment_signs

Place = Literal["name", "member", "declare", "method", "import", "comment", "string", "number"]
Group = Literal["statement", "expression", "infix"]

HEAD = 2_000
"""Bytes before the cursor that are looked at."""
MAX_WORD = 200
"""Bytes; a longer run of letters is data."""
MAX_DEPTH = 12
"""Nodes around the cursor that are looked at for comments and strings."""


class Context(msgspec.Struct, frozen=True):
    """One place in a text, in bytes, and what belongs there."""

    place: Place
    words: Vocabulary
    """Of the language at the cursor, which may be embedded in another."""
    start: int
    """Of the word that the cursor is in or behind."""
    byte: int
    """The cursor."""
    end: int
    """Of that word."""
    prefix: str
    """The word up to the cursor."""
    group: Group = "expression"
    """Which keywords may stand here."""
    wants: Literal["", "type", "call", "tag", "attribute", "property"] = ""
    operator: str = ""
    """What stands between a receiver and its member."""
    receiver: str = ""
    """The last name of the receiver, or the sign that a literal begins with."""
    before: tuple[str, str] = ("", "")
    """The two tokens before the word, the nearer last."""
    brought: ImportPlace | None = None
    """In an import: what is asked for."""
    grammar: Grammar | None = None
    root: Node | None = None
    """Of the tree at the cursor."""


def context_at(buffer: Buffer, byte: int) -> Context:
    """What a byte of a document stands in. Never raises, whatever the text."""
    source = buffer.source
    byte = min(max(byte, 0), len(source))
    grammar, root, language = buffer.grammar, buffer.near_root, buffer.language
    if (piece := buffer.piece_at(byte)) is not None and (inner := grammar_of(piece.language)) is not None:
        grammar, root, language = inner, piece.tree.root_node, piece.language
    words = vocabulary(grammar.name if grammar is not None else language)
    start, end = word_around(source, byte, words)
    prefix = source[start:byte].decode("utf-8", "replace")

    def context(place: Place) -> Context:
        return Context(place, words, start, byte, end, prefix, grammar=grammar, root=root)

    within = _within(root, source, byte, start, words)
    if within == "comment":
        return context("comment")
    brought = import_at(words.language, source, start, byte, in_string=within == "string")
    if brought is not None:
        before = tokens_before(source, start, words.language)
        return msgspec.structs.replace(context("import"), brought=brought, before=before)
    if within == "string":
        return context("string")
    line = source[source.rfind(b"\n", max(0, start - HEAD), start) + 1 : start]
    if prefix[:1].isdigit() or _IN_NUMBER.search(line[-40:] + prefix.encode("utf-8", "replace")):
        return context("number")
    return _in_code(context("name"), source, line)


def _in_code(found: Context, source: bytes, line: bytes) -> Context:
    """The context of a name in code; `line` is what stands before it on its line."""
    start, end, words, root = found.start, found.end, found.words, found.root
    before = tokens_before(source, start, words.language)
    operator = _operator(source, start, words)
    if operator:
        receiver = _receiver(source, code_before(source, max(0, start - HEAD), start, words.language), operator, words)
        return msgspec.structs.replace(found, place="member", operator=operator, receiver=receiver, before=before)
    if words.language in _MARKUP:
        return _markup(found, source, before)
    if _is_declared(source, start, end, line, before, words, root):
        # The name of a method may be that of one which a base has.
        is_method = words.language == "python" and _METHOD.fullmatch(line) is not None
        return msgspec.structs.replace(found, place="method" if is_method else "declare", before=before)
    group = _group(source, start, line, before, words)
    wants = _wants(source, start, end, before, words, root)
    if wants == "type" and group == "statement":
        wants = ""  # Where a statement begins, a type is one of many things.
    return msgspec.structs.replace(found, group=group, wants=wants, before=before)


_METHOD = re.compile(rb"[ \t]+(?:async[ \t]+)?def[ \t]+")
_MARKUP = frozenset({"html", "svelte", "vue", "css"})


# --- words ------------------------------------------------------------------------------------------------------------


@cache
def _word_patterns(start: str, inside: str, end: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    first = re.escape(start.encode())
    more = re.escape(inside.encode())
    tail = f"[{re.escape(end)}]?".encode() if end else b""
    body = rb"[\w\x80-\xff%b]" % more
    head = b"[%b]{0,2}" % first if first else b""
    return re.compile(head + body + b"*" + tail + rb"\Z"), re.compile(body + b"*" + tail)


def word_around(source: bytes, byte: int, words: Vocabulary) -> tuple[int, int]:
    """The bytes of the word that a byte is in or right behind; both are the byte itself where there is none."""
    behind, ahead = _word_patterns(words.word_start, words.word_inside, words.word_end)
    floor = max(0, byte - MAX_WORD)
    found = behind.search(source, floor, byte)
    start = found.start() if found else byte
    if source.startswith(b"::", start, byte):
        start += 2
    elif found and words.word_start and _is_operator_like(source, start, byte, words):
        start += 1
    after = ahead.match(source, byte, min(len(source), byte + MAX_WORD))
    stop = after.end() if after else byte
    if start == byte and stop > byte and byte > 0 and source[byte - 1 : byte].isalnum():
        stop = byte
    return start, stop


def _is_operator_like(source: bytes, start: int, byte: int, words: Vocabulary) -> bool:
    """Whether a sign that may begin a name is something else here: the second `:` of `::`, a sign behind a word."""
    sign = source[start : start + 1]
    if sign.isalnum() or sign == b"_" or not sign or sign.decode("latin-1") not in words.word_start:
        return False
    before = source[start - 1 : start]
    if sign == b":":
        return before == b":" or before.isalnum() or (start + 1 < byte and source[start + 1 : start + 2] == b":")
    return sign in {b"-", b"%"} and (before.isalnum() or before in {b"_", b")"})


_TOKEN = re.compile(rb"[\w\x80-\xff]+[?!]?|&&|\|\||[=!<>]=|->|=>|::|:=|\?\.|\S")


def tokens_before(source: bytes, start: int, language: str = "") -> tuple[str, str]:
    """The two tokens before a byte, the nearer last; a line end behind a whole statement is a token too."""
    at = code_before(source, max(0, start - HEAD), start, language)
    found = _TOKEN.findall(source[max(0, at - 120) : at])[-2:]
    texts = [t.decode("utf-8", "replace") for t in found]
    between = source[at:start]
    if b"\n" in between and (not found or found[-1] not in _OPEN_ENDS):
        texts = [*texts[-1:], "\n"]
    texts = ["", "", *texts]
    return texts[-2], texts[-1]


_OPEN_ENDS = frozenset({b"(", b"[", b",", b".", b"=", b"+", b"->", b"=>", b"&&", b"||", b"|"})


# --- comments and strings ---------------------------------------------------------------------------------------------

_COMMENT = re.compile(r"comment|shebang|hash_bang")
_STRING = re.compile(
    r"string|char_literal|character|heredoc|regex|raw_text|rune_literal|charlist|sigil|quoted|nowdoc|word_list|"
    r"attribute_value$|symbol_array|text_block"
)
_NO_STRING = re.compile(r"string_type|type|string_array|^string_concat|concatenated|binary_string|identifier|_name$")
_CODE = re.compile(r"interpolation|template_substitution|substitution|expansion|string_interpolated|embedded|jsx_expr")


def _within(root: Node | None, source: bytes, byte: int, start: int, words: Vocabulary) -> str:
    """`comment`, `string` or nothing."""
    if root is None:
        return _within_line(source, byte, words)
    if byte == 0:
        return ""
    node: Node | None = root.descendant_for_byte_range(byte - 1, byte)
    depth = 0
    while node is not None and depth < MAX_DEPTH:
        depth += 1
        kind = node.type
        if _COMMENT.search(kind) and _holds(node, source, byte, is_comment=True):
            return "comment"
        if _CODE.search(kind) and node.start_byte < byte < node.end_byte:
            return ""
        if node.is_named and _STRING.search(kind) and not _NO_STRING.search(kind) and _holds(node, source, byte):
            if root.has_error and _in_open_comment(source, byte, words.language):
                return "comment"
            return "" if root.has_error and _is_interpolated(source, byte, words.language) else "string"
        node = node.parent
    if not _is_broken(root, byte, start):
        return ""
    if _in_open_comment(source, byte, words.language):
        return "comment"
    return "string" if _in_open_text(source, byte, words.language) else _within_line(source, byte, words)


_LONG_QUOTES: dict[str, tuple[bytes, ...]] = {
    **dict.fromkeys(("elixir", "java", "kotlin", "scala", "swift", "dart", "julia"), (b'"""',)),
    **dict.fromkeys(("python", "toml"), (b'"""', b"'''")),
}


def _in_open_text(source: bytes, byte: int, language: str) -> bool:
    """Whether a text of several lines begins before a byte and has no end yet."""
    return any(
        source.count(quote, 0, byte) % 2 == 1 and source.find(quote, byte) < 0
        for quote in _LONG_QUOTES.get(language, ())
    )


def _in_open_comment(source: bytes, byte: int, language: str) -> bool:
    """Whether a block comment begins before a byte and has no end yet."""
    signs = comment_signs(language)[1]
    if signs is None:
        return False
    opened = source.rfind(signs[0], max(0, byte - HEAD), byte)
    return opened >= 0 and source.find(signs[1], opened + len(signs[0])) < 0


def _holds(node: Node, source: bytes, byte: int, *, is_comment: bool = False) -> bool:
    """Whether a byte lies inside a comment or a string, not only right behind it."""
    if not node.start_byte < byte <= node.end_byte:
        return False
    if is_comment:
        text = source[node.start_byte : min(node.end_byte, node.start_byte + 4)]
        if text.startswith((b"/*", b"(*", b"{-", b"<!", b"<#", b"--[[", b"#=", b"#|")):
            return byte < node.end_byte
        return b"\n" not in source[node.start_byte : byte]
    if byte < node.end_byte:
        return True
    # At its end: inside as long as it is not closed. Parts of a string have no signs of their own.
    if node.child_count == 0 and node.parent is not None and _STRING.search(node.parent.type):
        return False
    last = source[byte - 1 : byte]
    return last not in _ENDS or node.end_byte - node.start_byte < 2  # noqa: PLR2004 - one sign alone only opens


_ENDS = frozenset({b'"', b"'", b"`", b"/", b")", b"]", b"}", b"|", b">"})


def _is_broken(root: Node, byte: int, start: int) -> bool:
    node: Node | None = root.descendant_for_byte_range(max(0, start - 1), byte)
    for _ in range(4):
        if node is None:
            return False
        if node.is_error or node.is_missing or (node.has_error and node.parent is None):
            return True
        node = node.parent
    return False


def _within_line(source: bytes, byte: int, words: Vocabulary) -> str:
    """The same, from the line alone: a quote that is not closed, or a comment sign outside quotes."""
    signs = comment_signs(words.language)[0]
    line = source[source.rfind(b"\n", max(0, byte - HEAD), byte) + 1 : byte]
    quotes = b'"`' if words.language in _APOSTROPHES else b"\"'`"
    opened = 0
    at = 0
    while at < len(line):
        char = line[at]
        if opened:
            if char == ord("\\"):
                at += 1
            elif char == opened:
                opened = 0
        elif char in quotes and not (char == ord("'") and line[max(0, at - 1) : at].isalnum()):
            opened = char
        elif any(line.startswith(sign, at) for sign in signs):
            return "comment"
        at += 1
    return "string" if opened and not _is_interpolated(source, byte, words.language) else ""


_INTERPOLATED: dict[str, re.Pattern[bytes]] = {
    **dict.fromkeys(("javascript", "typescript", "tsx", "vue", "svelte"), re.compile(rb"`[^`]*\$\{[^`{}]*\Z")),
    "python": re.compile(rb"[fF][rR]?(?:\"[^\"\n]*|'[^'\n]*)(?<!\{)\{[^{}\"'\n]*\Z"),
    **dict.fromkeys(("ruby", "elixir"), re.compile(rb"#\{[^{}\n]*\Z")),
    **dict.fromkeys(("kotlin", "dart", "scala", "php", "bash"), re.compile(rb"\$\{[^{}\n]*\Z")),
    "swift": re.compile(rb"\\\([^()\n]*\Z"),
    "csharp": re.compile(rb"\$@?\"[^\"\n]*\{[^{}\"\n]*\Z"),
}


def _is_interpolated(source: bytes, byte: int, language: str) -> bool:
    """Whether a byte in a string is code again, where the string has no end yet, so that the tree cannot say."""
    pattern = _INTERPOLATED.get(language)
    return pattern is not None and pattern.search(source, max(0, byte - 300), byte) is not None


_APOSTROPHES = frozenset({"rust", "haskell", "ocaml", "clojure", "sql", "", "markdown"})


_IN_NUMBER = re.compile(rb"(?<![\w\x80-\xff.)\]])\d[\w]*\.?[\d]*\Z|(?<![\w\x80-\xff])\d[\d_]*\.\w*\Z")


# --- members ----------------------------------------------------------------------------------------------------------


def _operator(source: bytes, start: int, words: Vocabulary) -> str:
    floor = max(0, start - HEAD)
    at = code_before(source, floor, start, words.language)
    if at < start and b"\n" not in source[at:start] and source[at - 1 : at] != b".":
        return ""
    for sign in words.operators:
        encoded = sign.encode()
        if not source.endswith(encoded, floor, at):
            continue
        before = source[max(0, at - len(encoded) - 1) : at - len(encoded)]
        if sign == "." and before == b".":
            return ""
        if sign == ":" and (before in {b":", b""} or before.isspace()):
            return ""
        if sign in {".", ":", "#", "$", "@"} and not (
            before.isalnum() or before in _RECEIVER_ENDS or before >= b"\x80"
        ):
            # A chain may go on on the next line; otherwise nothing stands before the dot.
            if sign != "." or not before.isspace():
                return ""
            if not source[floor : at - 1].rstrip()[-1:].strip(b"{;,(["):
                return ""
        return sign
    return ""


_RECEIVER_ENDS = frozenset({b"_", b")", b"]", b"}", b'"', b"'", b"`", b"?", b"!", b">"})
_LAST_NAME = re.compile(rb"([@$]{0,2}[\w\x80-\xff]+[?!]?)\s*\Z")


def _receiver(source: bytes, end: int, operator: str, words: Vocabulary) -> str:
    """What stands before the operator that ends at a byte."""
    floor = max(0, end - HEAD)
    head = source[floor : code_before(source, floor, end - len(operator.encode()), words.language)]
    if (name := _LAST_NAME.search(head, max(0, len(head) - MAX_WORD))) is not None:
        return name[1].decode("utf-8", "replace")
    last = head[-1:]
    opened = {b")": "(", b"]": "[", b"}": "{"}.get(last, last.decode("latin-1"))
    if opened == "[" and re.search(rb"[\w)\]]\[[^\[\]]*\]\Z", head):
        return ""
    return opened


# --- declarations -----------------------------------------------------------------------------------------------------

_PARAMETERS = re.compile(r"parameters?$|parameter_list$|parameter_declaration$|lambda_parameters|closure_parameters")


def _is_declared(
    source: bytes,
    start: int,
    end: int,
    line: bytes,
    before: tuple[str, str],
    words: Vocabulary,
    root: Node | None,
) -> bool:
    """Whether the word is a name that is being made here."""
    last = before[1]
    if last in words.declares and line.rstrip().endswith(last.encode()):
        return not (last in {"type", "import", "global", "nonlocal"} and before[0] in {"import", "{"})
    if words.language == "rust" and last == "mut" and before[0] == "let":
        return True
    if words.language == "go" and re.match(rb"\s*func\s*\([^)]*\)\s*\Z", line):
        return True
    if _FOR.search(line) and words.language in _FOR_NAMES:
        return True
    if words.typed_names and _TYPED.search(line) and last not in words.keywords:
        return True
    if root is None or not words.declares:
        return False
    return _is_parameter(source, start, end, words, root)


_FOR = re.compile(rb"\bfor\s+(?:\(\s*)?(?:\w+\s*,\s*)*\Z")
_FOR_NAMES = frozenset({"python", "rust", "julia", "swift", "kotlin", "ruby", "lua", "elixir", "scala"})
_TYPED = re.compile(rb"(?:\A|[\s(,<{;])[A-Za-z_][\w.]*(?:<[^<>]*>|\[\])?[*&]?\s+[*&]?\Z")


def _is_parameter(source: bytes, start: int, end: int, words: Vocabulary, root: Node) -> bool:
    node: Node | None = root.descendant_for_byte_range(start, max(start, end - 1))
    for _ in range(3):
        if node is None:
            return False
        if _PARAMETERS.search(node.type) and node.start_byte < start:
            head = source[node.start_byte : start].rstrip()
            # Behind a colon or an equals sign stands a type or a value, and so does a type in languages without.
            if words.language == "python" and head.endswith(b"*"):
                return True
            return not words.typed_names and head[-1:] in {b"(", b",", b"|"}
        node = node.parent
    return False


# --- where keywords may stand -----------------------------------------------------------------------------------------

_STARTS = frozenset({"{", "}", ";", "do", "then", "else", "begin", "->", "=>", "try", "\n", ""})
_CONTINUES = re.compile(r"[\w)\]}\"'`]")


def _group(source: bytes, start: int, line: bytes, before: tuple[str, str], words: Vocabulary) -> Group:
    if words.everywhere:
        return "statement"
    last = before[1]
    if not line.strip():
        if _in_brackets(source, start):
            return "expression" if last in {"(", "[", ",", "\n", "{", "="} else "infix"
        return "statement"
    if last in _STARTS or (last == ":" and words.language == "python" and not _in_brackets(source, start)):
        return "statement" if not _in_brackets(source, start) or last in {"{", ";"} else "expression"
    if last in words.keywords and last not in _VALUES:
        # `async`, `export`, `pub` and the like stand before another statement.
        return "statement" if last in _MODIFIERS else "expression"
    if last == ")" and _CONDITION.search(line):
        return "statement"
    return "infix" if _CONTINUES.match(last[-1:]) else "expression"


_CONDITION = re.compile(rb"(?:\A|[\s};])(?:if|while|for|elif|elsif|else if|switch)\s*\([^;{}]*\)\s*\Z")
"""What a statement without braces follows on the same line."""
_VALUES = frozenset({"None", "True", "False", "null", "true", "false", "nil", "self", "this", "super", "undefined"})
_MODIFIERS = frozenset(
    {
        "abstract",
        "async",
        "data",
        "default",
        "defer",
        "export",
        "extern",
        "final",
        "go",
        "inline",
        "internal",
        "lateinit",
        "local",
        "open",
        "override",
        "partial",
        "private",
        "protected",
        "pub",
        "public",
        "readonly",
        "sealed",
        "static",
        "suspend",
        "unsafe",
        "virtual",
    }
)


def _in_brackets(source: bytes, start: int) -> bool:
    """Whether an opening round or square bracket before is not closed."""
    depth = 0
    for char in reversed(source[max(0, start - HEAD) : start]):
        if char in b")]":
            depth += 1
        elif char in b"([":
            if depth == 0:
                return True
            depth -= 1
        elif char in b"{};" and depth == 0:
            return False
    return False


_CALLED = re.compile(rb"\(|!\(|\s*::<")


def _wants(
    source: bytes, start: int, end: int, before: tuple[str, str], words: Vocabulary, root: Node | None
) -> Literal["", "type", "call"]:
    if before[1] in words.types_after or (before[1] == "(" and before[0] in words.types_after):
        return "type"
    if before[1] == "@" and words.language in {"python", "java", "typescript", "tsx", "javascript", "kotlin"}:
        return "call"
    if root is not None and end > start:
        node = root.descendant_for_byte_range(start, end - 1)
        if node is not None and (
            node.type in {"type_identifier", "type"} or (node.parent is not None and node.parent.type in _TYPE_PARENTS)
        ):
            return "type"
    return "call" if _CALLED.match(source, end) else ""


_TYPE_PARENTS = frozenset({"type", "type_annotation", "type_arguments", "generic_type", "superclass", "union_type"})


# --- markup and style -------------------------------------------------------------------------------------------------

_TAG = re.compile(rb"<[^<>]*\Z")


def _markup(found: Context, source: bytes, before: tuple[str, str]) -> Context:
    head = source[max(0, found.start - HEAD) : found.start]
    if found.words.language == "css":
        inside = head.count(b"{") > head.count(b"}")
        wants: Literal["property", "tag"] = "property" if inside and before[1] in {"{", ";", "\n", "}"} else "tag"
        group: Group = "expression" if inside and wants != "property" else "statement"
        return msgspec.structs.replace(found, wants=wants if group == "statement" else "", group=group, before=before)
    tag = _TAG.search(head)
    if tag is None:
        return msgspec.structs.replace(found, place="string", before=before)
    is_name = re.fullmatch(rb"</?", tag[0]) is not None
    return msgspec.structs.replace(found, wants="tag" if is_name else "attribute", before=before)
