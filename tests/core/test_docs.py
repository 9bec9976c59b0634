"""Docs are taken from comments and strings in the same words by the quick way and by the long one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.index import docs
from rulewright.core.index.docs import MAX_DOC, cleaned, doc_above, doc_string, signs_of

PIECES = (
    "word", "it's", "a  b", " ", "  ", "    ", "\n", "\n", "\n    ", "\n        ", "\n  ", "\n\t", "\t", "\r\n", "\x0c",
    "\u2028", "\xa0", "ü", "\n    word", "\n        more", "x" * 300,
)  # fmt: skip


def without_indentation(text: str) -> str:
    """As PEP 257 says it: all lines but the first lose what they share."""
    lines = text.expandtabs().splitlines()
    rests = [line for line in lines[1:] if line.strip()]
    shared = min((len(line) - len(line.lstrip()) for line in rests), default=0)
    kept = [line.strip() if not number else line[shared:].rstrip() for number, line in enumerate(lines)]
    return "\n".join(kept).strip()[:MAX_DOC]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_a_string_loses_the_indentation_that_its_lines_share(text: str) -> None:
    assert cleaned("elixir", doc_string(b'"""%b word"""' % text.encode())) == without_indentation(f"\n{text} word")


LINES = (
    "# one", "# two", "#three", "##", "#!ruby", "#> no", "# rubocop:disable all", "#", "    # far", "  # near", "",
    "x = 1", "call(", ")", "# ü", "#\ttab  ", "  #   deep",
)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.sampled_from(LINES), max_size=8),
    st.sampled_from(["ruby", "elixir", "go", "rust", "csharp", "lua", "php"]),
)
def test_a_comment_of_several_lines_is_read_the_same_at_once_and_line_by_line(lines: list[str], language: str) -> None:
    signs = signs_of(language)
    sign = (signs.lines[0] if signs.lines else b"#").decode()
    lines = [line.replace("#", sign) for line in lines]
    source = "\n".join([*lines, "  def name"]).encode()
    start = source.rindex(b"def name")
    quick = cleaned(language, doc_above(signs, source, start))
    aligned, docs._aligned = docs._aligned, lambda *_: -1
    try:
        assert quick == cleaned(language, doc_above(signs, source, start))
    finally:
        docs._aligned = aligned
