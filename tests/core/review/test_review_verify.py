"""What is believed of what a model says: only what was sent, and only where it stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.prompt.guide import guide_of
from rulewright.core.review.answer import Said
from rulewright.core.review.ask import Ask, Judged
from rulewright.core.review.lines import in_question, lines_of
from rulewright.core.review.verify import Believed, findings_of, sentence_of, verify
from rulewright.core.rules.rule import Rule

LINES = (
    "def weigh(basket):",
    "    data = sum(basket)",
    "    print(data)",
    "    # twice",
    "    total = 2 * data",
    "    # twice",
    "    return  total",
    "})",
)
LOG = guide_of(Rule(id="log", path=".ai-rules/log.md", description="Log, do not print.", body="People read logs.\n"))
NAMES = guide_of(Rule(id="Names", path=".ai-rules/names.md", body="# Names\n\n- No `data`. No `tmp`.\n"))


def ask(*, start: int = 10, asked: set[int] | None = None) -> Ask:
    return Ask(
        path="src/cart.py",
        language="python",
        start=start,
        lines=LINES,
        n_file_lines=100,
        asked=frozenset(range(start, start + len(LINES)) if asked is None else asked),
        rules=(Judged("log", LOG), Judged("Names", NAMES)),
    )


@pytest.mark.parametrize(
    ("said", "line", "quote"),
    [
        (Said("log", 13, "print(data)"), 12, "print(data)"),
        (Said("log", 13, "    print(data)"), 12, "print(data)"),
        (Said("names", 12, "data"), 11, "data"),
        (Said("`Names` ", 12, "data"), 11, "data"),
        (Said("log", 13, "13|     print(data)"), 12, "print(data)"),
        (Said("log", 13, ">13| print(data)"), 12, "print(data)"),
        (Said("log", 13, "...print(data)..."), 12, "print(data)"),
        (Said("log", 13, "\n    print(data)\n    # twice"), 12, "print(data)"),
        (Said("log", 17, "return total"), 16, "return  total"),
        (Said("log", 18, "})"), 17, "})"),
        (Said("log", 15, "print(data)"), 12, "print(data)"),
        (Said("log", 16, "# twice"), 15, "# twice"),
    ],
    ids=["exact", "with white space", "a part", "in backquotes", "with its number", "with its mark", "with dots",
         "more lines", "other white space", "a short line as a whole", "a line nearby", "one of two, named"],
)  # fmt: skip
def test_what_stands_there_is_believed(said: Said, line: int, quote: str) -> None:
    verified = verify([said], ask())
    assert [(one.line, one.quote) for one in verified.found] == [(line, quote)]
    assert verified.n_dropped == 0


@pytest.mark.parametrize(
    "said",
    [
        Said("prints", 13, "print(data)"),
        Said("", 13, "print(data)"),
        Said("log", 13, "println(data)"),
        Said("log", 13, ""),
        Said("log", 13, "  \n "),
        Said("log", 13, "("),
        Said("log", 15, "# twice"),
        Said("log", 0, "print(data)"),
        Said("log", -13, "print(data)"),
        Said("log", 99, "print(data)"),
        Said("log", 19, "print(data)"),
        Said("log", 10**30, "print(data)"),
    ],
    ids=["no such rule", "no rule", "not there", "no quote", "a blank quote", "what stands anywhere",
         "one of two, neither named", "no line", "below nothing", "far below", "further than nearby", "no number"],
)  # fmt: skip
def test_what_does_not_is_left_out_and_counted(said: Said) -> None:
    verified = verify([said, Said("log", 13, "print(data)")], ask())
    assert (len(verified.found), verified.n_dropped) == (1, 1)


def test_lines_that_are_not_in_question_are_left_out_however_well_quoted() -> None:
    asked = ask(asked={11})
    assert verify([Said("log", 13, "print(data)")], asked).n_dropped == 1
    assert verify([Said("log", 12, "print(data)")], asked).n_dropped == 1
    assert len(verify([Said("log", 12, "sum(basket)")], asked).found) == 1


def test_a_rule_is_told_once_of_a_line() -> None:
    said = [Said("log", 13, "print(data)", "One."), Said("log", 13, "data", "Two."), Said("Names", 13, "data", "No.")]
    assert [(one.guide.rule.id, one.why) for one in verify(said, ask()).found] == [("log", "One."), ("Names", "No.")]


@given(
    st.lists(st.builds(Said, st.sampled_from(["log", "Names", "x"]), st.integers(0, 30), st.text())),
    st.sets(st.integers(10, 17)),
)
def test_nothing_is_made_up(said: list[Said], asked: set[int]) -> None:
    sent = ask(asked=asked)
    verified = verify(said, sent)
    assert len(verified.found) + verified.n_dropped <= len(said)
    for one in verified.found:
        assert one.line in asked
        assert one.quote in LINES[one.line - 10]
        assert one.guide in (LOG, NAMES)


def test_a_finding_names_the_words_and_quotes_the_rule() -> None:
    content = "\r\n".join(LINES) + "\r\n"
    found = findings_of(
        [Believed(NAMES, 1, "data", ""), Believed(LOG, 2, "print(data)", "It\nprints.")], "a.py", content, "warning"
    )
    assert [(f.rule_id, content[f.start : f.end], f.range.start.line, f.range.start.character) for f in found] == [
        ("Names", "data", 1, 4),
        ("log", "print(data)", 2, 4),
    ]
    assert found[0].message == "This breaks the rule Names."
    assert found[0].note == "The rule: No `data`.\nThe line: data"
    assert found[1].note.startswith("The rule: Log, do not print.\n")
    assert {f.severity for f in found} == {"warning"}


def test_a_line_with_a_secret_is_meant_as_a_whole() -> None:
    (finding,) = findings_of([Believed(LOG, 0, 'K = "[redacted: key]"', "x")], "a.py", '  K = "abc"  \nb\n', "info")
    assert (finding.start, finding.end) == (2, 11)
    assert "abc" not in finding.note


@given(st.text(alphabet="ab\r\n \u2028x"), st.integers(0, 20))
def test_a_finding_lies_in_its_line_whatever_ends_lines(content: str, line: int) -> None:
    lines = lines_of(content)
    if line < len(lines):
        (finding,) = findings_of([Believed(LOG, line, lines[line].strip(), "x")], "a.py", content, "info")
        assert content.count("\n", 0, finding.start) == line
        assert "\n" not in content[finding.start : finding.end]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (Rule(id="a", path="a", description="Do  this\nalways", body="Not this."), "Do this always"),
        (Rule(id="a", path="a", body="Do this. Not that.\n"), "Do this."),
        (Rule(id="a", path="a", body="# Title\n\n1. Use `a.b` here\n2. Not there\n"), "Use `a.b` here"),
        (Rule(id="a", path="a", body="# Only a title\n"), "Only a title"),
        (Rule(id="a", path="a", body="x" * 500), "x" * 199 + "…"),
    ],
)
def test_a_rule_is_quoted_by_a_sentence(rule: Rule, sentence: str) -> None:
    assert sentence_of(guide_of(rule)) == sentence


@pytest.mark.parametrize(
    ("changed", "disk", "now", "asked"),
    [
        (None, "a\nb\n", "a\nb\n", {0, 1}),
        (((1, 2),), "a\nb\nc\n", "a\nb\nc\n", {1}),
        (((1, 1),), "a\nc\n", "a\nc\n", set()),
        (((1, 9),), "a\nb\n", "a\nb\n", {1}),
        ((), "a\nb\n", "a\nb\n", set()),
        # In the editor there is a line more above, and another one is new.
        (((1, 2),), "a\nb\nc\n", "new\na\nb\nother\n", {0, 2, 3}),
        ((), "a\nb\n", "a\nb\nc\n", {2}),
        ((), "", "", set()),
    ],
)
def test_lines_in_question_are_those_that_changed_as_the_editor_has_them(changed, disk, now, asked) -> None:  # type: ignore[no-untyped-def]
    assert in_question(changed, disk, now) == asked
