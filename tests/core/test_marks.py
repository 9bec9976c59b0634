"""Laws of our sections in files of other tools."""

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.rules.formats.marks import (
    BEGIN,
    END,
    begin_line,
    harmless,
    has_unclosed,
    is_marked_only,
    section_of,
    sections,
    with_section,
    without_marked,
)

LINES = st.sampled_from(
    ["", "text", "# Title", "---", "```", begin_line(), begin_line("0123abcd"), END, f" {END}", "é\u2028"]
)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", "\r", ""])), max_size=8).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@given(TEXTS, TEXTS)
def test_what_stands_outside_stays_and_twice_is_once(text: str, section: str) -> None:
    made = with_section(text, harmless(section), "0123abcd")
    assert with_section(made, harmless(section), "0123abcd") == made
    outside = without_marked(text)
    if section_of(text) is None:
        assert made.startswith(text)
        assert not without_marked(made)[len(outside) :].strip()
    else:
        assert without_marked(made) == outside
    assert len(list(sections(made))) == 1
    assert section_of(made).stamp == "0123abcd"


@given(TEXTS)
def test_a_text_without_a_section_is_all_outside(text: str) -> None:
    if section_of(text) is None:
        assert without_marked(text) == text
        assert not is_marked_only(text)


def test_an_unclosed_mark_makes_no_section() -> None:
    text = f"{BEGIN} -->\nmine\n"
    assert section_of(text) is None
    assert has_unclosed(text)
    made = with_section(text, "ours\n")
    assert made.startswith(text)
    assert without_marked(made) == text + "\n"
    assert has_unclosed(made)


def test_an_export_is_only_marked() -> None:
    assert is_marked_only(with_section("---\nglobs: a\n---\n", "text\n"))
    assert is_marked_only(with_section("", "text\n"))
    assert not is_marked_only(with_section("own words\n", "text\n"))
    assert not is_marked_only("---\nglobs: a\n---\n")


def test_line_ends_are_those_of_the_file() -> None:
    assert with_section("a\r\nb\r\n", "x\ny\n") == f"a\r\nb\r\n\r\n{begin_line()}\r\nx\r\ny\r\n{END}\r\n"
    assert with_section(f"{begin_line()}\nold\n{END}", "new") == f"{begin_line()}\nnew\n{END}"
