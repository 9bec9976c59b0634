"""A doc comment from an unknown hand does nothing but be read, as a markdown parser that is not ours sees it."""

import pytest
import tree_sitter_markdown
from hypothesis import given, settings
from hypothesis import strategies as st
from tree_sitter import Language, Node, Parser

from rulewright.core.markdown import escaped, fenced, inline, plain, prose

BLOCKS = Parser(Language(tree_sitter_markdown.language()))
INLINES = Parser(Language(tree_sitter_markdown.inline_language()))
BAD = {"html_tag", "html_block", "image", "uri_autolink", "link_reference_definition", "full_reference_link"}


def nodes(node: Node) -> list[Node]:
    return [node, *(n for c in node.children for n in nodes(c))]


def dangers(markdown: str) -> list[str]:
    source = markdown.encode()
    found = []
    for block in nodes(BLOCKS.parse(source).root_node):
        if block.type in BAD:
            found.append(block.type)
        if block.type != "inline":
            continue
        text = source[block.start_byte : block.end_byte]
        for node in nodes(INLINES.parse(text).root_node):
            said = text[node.start_byte : node.end_byte].decode()
            if node.type in BAD or (node.type == "link_destination" and not said.startswith(("http://", "https://"))):
                found.append(f"{node.type}: {said}")
    return found


PIECES = st.sampled_from(
    ["`", "``", "```", "~~~", "````", "<", ">", "<b>", "</b>", "<!--", "-->", "<img src=x>", "[", "]", "(", ")", "[a]",
     "(command:x)", "(javascript:x)",
     "[x]: command:y", "![i](http://e/x.png)", "<http://e>",
     "https://example.org/",
     "[ok](https://example.org/a)", "\\",
     "\\`", "\n", "\n\n", "    ", "\t", "- ", "> ", "1. ", "# ", "|", "---", "a", "_",
     "*", "&lt;", "&#60;", "!", "\r\n", "\u202e", "\x00", ">>> ", "é😀"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_doc_does_anything(doc: str) -> None:
    assert dangers(prose(doc)) == []
    assert prose(doc).count("\u202e") == plain(doc).count("\x00") == 0


def test_the_judge_sees_dangers() -> None:
    bad = ["<b>x</b>", "![i](http://e/x.png)", "[a](command:x)", "<http://e>", "<div>\n\nx"]
    assert all(dangers(text) for text in bad)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_nothing_closes_a_fence(code: str) -> None:
    text = fenced(code, "py`thon\n<b>")
    blocks = [n for n in nodes(BLOCKS.parse(f"{text}\n\nbehind\n".encode()).root_node) if n.type == "fenced_code_block"]
    assert len(blocks) == 1
    assert dangers(text) == []
    assert dangers(f"x {inline(code)} y") == []
    assert dangers(f"x {escaped(code)} y") == []


@pytest.mark.parametrize(
    ("doc", "markdown"),
    [
        ("Plain `code`, *stress* and a list[int].", "Plain `code`, *stress* and a list[int]."),
        ("See [the manual](https://example.org/a_b).", "See [the manual](https://example.org/a_b)."),
        ("a < b and Vec<T>", r"a < b and Vec\<T>"),
        ("- one\n    more\n- two", "- one\n    more\n- two"),
        (">>> f(1)\n2\n\nAfter.", "```py\n>>> f(1)\n2\n```\n\nAfter."),
        ("Like:\n\n    x = 1\n    y = 2\n\nAfter.", "Like:\n\n```py\nx = 1\ny = 2\n```\n\nAfter."),
        ("~~~rust\nlet x;\n~~~", "```rust\nlet x;\n```"),
        ("open\n```\nnever closed", "open\n\n```py\nnever closed\n```"),
        ("", ""),
    ],
)
def test_what_stays(doc: str, markdown: str) -> None:
    assert prose(doc, "py") == markdown
