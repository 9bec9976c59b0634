"""Plain front matter is read as the YAML library reads it."""

from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from rulewright.core.rules import frontmatter
from rulewright.core.rules.flat_keys import read_flat

KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,6}", fullmatch=True)
PLAIN = """true True tRUE null Null ~ yes off y 0 7 007 1_0 0x1f 1.5 -3 2024-01-02 12:30 .inf it's src/**/*.py,*.md a#b
a: 'q' "q" '' "" 'it''s' é | *a e5 << = @x Infinity 1e3 NaN 123456789 1234567890"""
SPACED = ("", "a b  c", 'say "x"', "a, b", "[a, b]", "a: b", "a #b", '"a\\nb"', "a\tb", "- a", "> x", "null x")
WORDS = st.sampled_from([*PLAIN.split(), *SPACED, "a\u2028b", "a\x85b"])
TEXTS = st.text(st.sampled_from(list("ab1 :#\"'-,*[]{}\t\\.\u00e9")), max_size=12)
LINES = st.builds(
    lambda key, colon, value, tail: f"{key}{colon}{value}{tail}",
    KEYS,
    st.sampled_from([": ", ":  ", ":", " : "]),
    WORDS | TEXTS,
    st.sampled_from(["", " ", "   "]),
)
SOURCES = st.lists(LINES | st.just("") | TEXTS, min_size=1, max_size=6).map("\n".join)


@given(SOURCES, st.sampled_from(["\n", "\n\n", "\r\n", ""]), st.sampled_from(["", "\ufeff", "```md\n"]))
@example("a: b", "\n", "")
@example("a: 'x' ", "\n", "")
def test_both_ways_agree(source: str, end: str, before: str) -> None:
    """The library reads the same values, in the same places, and finds nothing to say."""
    content = f"{before}---\n{source}{end}---\nBody.\n"
    ours = frontmatter.read(content)
    with patch.object(frontmatter, "read_flat", lambda _source: None):
        assert ours == frontmatter.read(content)


@given(st.dictionaries(KEYS, st.sampled_from(["word", "two words", "7", "true", "'a: b'", '"#"']), min_size=1))
def test_plain_lines_are_read_here(lines: dict[str, str]) -> None:
    """What most rule files hold needs no library, whatever the order of its keys."""
    flat = read_flat("".join(f"{key}: {value}\n" for key, value in lines.items()))
    if not {key.lower() for key in lines} & {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}:
        assert flat is not None
        assert list(flat.data) == list(lines)
