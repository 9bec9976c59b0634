"""Wider and wider stretches of text around a place: a word, what the tree holds it in, the file."""

from tree_sitter import Node

from rulewright.core.index.buffer import Buffer
from rulewright.core.index.plain import word_at

MAX_STEPS = 200
"""Of one place; deeper nesting is data."""
_QUOTES = b"\"'`"


def around(buffer: Buffer, byte: int) -> list[tuple[int, int]]:
    """The stretches around a byte, the smallest first, each strictly inside the next; the last is the whole file."""
    source = buffer.source
    found: list[tuple[int, int]] = []
    if (word := word_at(source, byte)) is not None:
        found.append(word[1:])
    piece = buffer.piece_at(byte)
    if piece is not None:
        found += _ancestors(piece.tree.root_node, source, byte)
    if buffer.root is not None:
        found += _ancestors(buffer.root, source, byte)
    else:
        found += _lines(source, byte)
    found.append((0, len(source)))
    return _nested(found, byte)


def _ancestors(root: Node, source: bytes, byte: int) -> list[tuple[int, int]]:
    node: Node | None = _smallest(root, source, byte)
    found: list[tuple[int, int]] = []
    for _ in range(MAX_STEPS):
        if node is None:
            break
        found += _inside(node, source)
        found.append((node.start_byte, _trimmed(source, node)))
        node = node.parent
    return found


def _smallest(root: Node, source: bytes, byte: int) -> Node | None:
    """The smallest node at a byte; behind the end of a line, that of the character before."""
    at = byte
    if at and (at >= len(source) or source[at : at + 1].isspace()) and not source[at - 1 : at].isspace():
        at -= 1
    return root.descendant_for_byte_range(at, min(at + 1, len(source)))


def _trimmed(source: bytes, node: Node) -> int:
    """The end of a node without the line ends behind its text."""
    # Some grammars get a line end behind the text, which is no part of it.
    end = min(node.end_byte, len(source))
    if node.parent is None:
        return end
    while end > node.start_byte and source[end - 1] in b"\r\n":
        end -= 1
    return end


def _inside(node: Node, source: bytes) -> list[tuple[int, int]]:
    """What is between the quotes or the brackets of a node."""
    start, end = node.start_byte, min(node.end_byte, len(source))
    if end - start < 2:  # noqa: PLR2004 - a pair
        return []
    first, last = source[start], source[end - 1]
    if first in _QUOTES and last == first:
        width = 3 if end - start >= 6 and source[start : start + 3] == bytes([first]) * 3 else 1  # noqa: PLR2004
        return [(start + width, end - width)]
    if (first, last) in {(40, 41), (91, 93), (123, 125)}:
        return [(start + 1, end - 1)]
    return []


def _lines(source: bytes, byte: int) -> list[tuple[int, int]]:
    begin = source.rfind(b"\n", 0, byte) + 1
    end = source.find(b"\n", byte)
    end = len(source) if end < 0 else end
    text = source[begin:end]
    return [(begin + len(text) - len(text.lstrip()), begin + len(text.rstrip())), (begin, end)]


def _nested(found: list[tuple[int, int]], byte: int) -> list[tuple[int, int]]:
    """Those that hold the byte and grow, in order."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda r: (r[1] - r[0], r)):
        if not start <= byte <= end:
            continue
        if not kept or (start <= kept[-1][0] and kept[-1][1] <= end and (start, end) != kept[-1]):
            kept.append((start, end))
    return kept
