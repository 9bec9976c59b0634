"""Names that are a text and not an identifier: headings, and the heads of CSS's at-rules."""

import re

from tree_sitter import Node

_TAGS = re.compile(r"<[^<>]*>")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\([^()]*\)|\[[^\[\]]*\])")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)(.+?)(?<=\S)\1(?!\w)")
_CLOSING = re.compile(r"(?:^|\s+)#+\s*$")
_CODE_OR_TAG = re.compile(r"(`+)(.+?)\1|</?[A-Za-z][^<>]*>")


def heading(source: bytes, how: str, node: Node, name_node: Node, limit: int) -> str:
    """The text that begins at `name_node`, at most `limit` characters on one line.

    `how` is `inner`, up to the last child of `node`, which is an end tag; `head`, up to a block in curly brackets; or
    `markdown`, without its signs.
    """
    end = name_node.end_byte
    if how == "inner" and node.child_count:
        end = node.children[-1].start_byte
    elif how == "head":
        end = source.find(b"{", name_node.start_byte, node.end_byte)
        end = end if end >= 0 else node.end_byte
    text = source[name_node.start_byte : end][: 8 * limit].decode("utf-8", "replace")
    if how == "markdown":
        text = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _CLOSING.sub("", text)))
        text = _CODE_OR_TAG.sub(lambda found: found[2] or "", text)
    if how == "inner":
        text = _TAGS.sub("", text)
    return " ".join(text.split())[:limit]
