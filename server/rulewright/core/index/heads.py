"""The signature of a definition: what stands before its body, in one line."""

import re

from tree_sitter import Node

from rulewright.core.index.docs import NO_SIGNS, Signs
from rulewright.core.index.finds import Found

MAX_SIGNATURE = 300


def end_of_head(source: bytes, item: Found, body: Node | None) -> int:
    """The byte at which the signature of a definition ends."""
    extent = item.plan.extent
    name_end = item.name_node.end_byte
    if name_end >= item.end:
        name_end = item.start
    if extent == "line":
        line = source.find(b"\n", name_end, item.end)
        return line if line >= 0 else item.end
    if body is None or extent or body.start_byte <= name_end:
        return item.node.end_byte
    end = body.start_byte
    if source.find(b"\n", name_end, end) >= 0:
        # Comments between a head and its body belong to neither.
        while (before := body.prev_sibling) is not None and before.is_extra:
            body, end = before, before.start_byte
    return end


_ATTRIBUTE = re.compile(
    rb"\s*(?:#?\[[^\]\"]*(?:\"[^\"]*\"[^\]\"]*)*\]|@[\w.:]+(?:\((?:[^()\"]|\"[^\"\n]*\"|\([^()]*\))*\))?(?=\s))\s*"
)


ATTRIBUTE_SIGNS = (b"[", b"@", b"#")
"""How attributes begin."""


def behind_attributes(source: bytes, start: int, end: int) -> int:
    """Where a signature begins that leaves out `[Attribute]`, `#[Attribute]` and `@Annotation(...)`."""
    while source.startswith(ATTRIBUTE_SIGNS, start) and (found := _ATTRIBUTE.match(source, start, end)):
        start = found.end()
    return start


def head_around(source: bytes, item: Found, body: Node) -> str:
    """Of a definition whose name stands behind its body, as `typedef struct { ... } stack`."""
    before = signature_of(source, item.start, body.start_byte, NO_SIGNS)
    return f"{before} {signature_of(source, body.end_byte, item.end, NO_SIGNS)}"[:MAX_SIGNATURE]


def signature_of(source: bytes, start: int, end: int, signs: Signs) -> str:
    """The text between two bytes in one line, without comments and what opens a body; at most `MAX_SIGNATURE`."""
    raw = source[start:end] if end - start <= 2 * MAX_SIGNATURE else source[start : start + 2 * MAX_SIGNATURE]
    plain = raw.strip()
    # In bytes it takes ten times as long to look for something.
    text = plain.decode("utf-8", "replace")
    is_plain = len(plain) <= MAX_SIGNATURE and "\n" not in text and "  " not in text and "\t" not in text
    # A head on one line, as nearly all are; a comment in it is left out only where it ends that line.
    if is_plain and (len(raw) == len(plain) or not signs.may_end(text)):
        return text.strip().removesuffix("=>").rstrip(" {:=;,\r")
    text = raw.decode("utf-8", "replace")
    if signs.ending is not None and "\n" in text and signs.may_end(text):
        text = signs.ending.sub("", text)
    if end - start > 2 * MAX_SIGNATURE:
        text = text.rstrip("\ufffd")
    return " ".join(text.split())[:MAX_SIGNATURE].removesuffix("=>").rstrip(" {:=;,")
