"""The history of rules in words."""

import pytest

from rulewright.core.events import RuleEvent, Unreadable
from rulewright.core.rules.book import RuleBook, Seen, diff, fold
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from rulewright.features.rule_history import compare, find_version, history, two_newest

CHECK = "check:\n  - {id: one, language: python, rule: {pattern: f($A)}}\n"
NOON = "2026-03-02T12:00:00+01:00"


def events(*texts, times=None):
    """What was seen when a rule file had these texts, one after the other; None for no file."""
    book, log = RuleBook(), []
    for number, text in enumerate(texts):
        seen = [] if text is None else [Seen(parse(Origin(".ai-rules/a.md", "a.md"), text.encode()))]
        gone = [".ai-rules/a.md"] if text is None else []
        found = diff(book, seen, gone, now=times[number] if times else NOON)
        book = fold(book, found)
        log += found
    return log


def told(*texts):
    return history(events(*texts), {})[0][0].what


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("A.\n", "A.\nB.\n", "text +1 -0"),
        ("A.\nB.\n", "C.\nB.\n", "text +1 -1"),
        ("A.\n", "A.\r\n", "text line ends"),
        ("---\npriority: 1\n---\n", "---\npriority: 2\nglobs: '*.py'\n---\n", "priority, globs"),
        ("---\nversion: 1\n---\n", "---\nversion: 2\n---\n", "version 1 to 2"),
        ("A.\n", "---\nversion: 2\n---\nA.\n", "version none to 2"),
        ("---\nodd: 1\n---\n", "---\nodd: 2\n---\n", "other keys"),
        ("---\ntags: [a, b]\n---\n", "---\ntags: a, b\n---\n", "written otherwise, with the same meaning"),
        ("A.\n", f"---\n{CHECK}---\nA.\n", "language, check one added"),
        (f"---\n{CHECK}---\n", "---\ntags: x\n---\n", "language, tags, check one removed"),
        (f"---\n{CHECK}---\n", f"---\n{CHECK.replace('f($A)', 'g($A)')}---\n", "check one changed"),
        ("A.\n", None, "removed"),
    ],
)
def test_what_changed_is_told_in_a_few_words(before, after, what):
    assert told(before, after) == what


def test_what_was_added_and_what_broke_is_told():
    broken = "---\nglobs: [\n---\n"
    lines = history(events("A.\n", broken, "B.\n", None, broken), {})[0]
    assert [(line.revision, line.event) for line in lines] == [
        (5, "rule_rejected"),
        (4, "rule_removed"),
        (3, "rule_changed"),
        (2, "rule_rejected"),
        (1, "rule_added"),
    ]
    assert lines[0].what.endswith("(no version is in force)")
    assert lines[1].what == "removed"
    assert lines[2].what.endswith("can be read again")
    assert lines[3].what.endswith("(the version before stays in force)")
    assert lines[4].what == "added, guides only"


def test_what_came_before_the_first_line_counts():
    first, second = events("A.\n", "A.\nB.\n")
    assert history([second], {2: first})[0][0].what == "text +1 -0"


def test_a_clock_that_was_set_back_is_told_and_the_numbers_order():
    times = ["2026-03-02T12:00:00+01:00", "2026-03-02T11:59:59+01:00", "2026-03-02T11:30:00+00:00", "nonsense"]
    lines, remarks = history(events("A.", "B.", "C.", "D.", times=times), {})
    assert [line.revision for line in lines] == [4, 3, 2, 1]
    assert remarks == ("The clock was set back between #1 and #2; the numbers tell the order.",)


def test_an_event_that_cannot_be_read_has_its_line():
    (line,) = history([Unreadable(7, "it names no path")], {})[0]
    assert (line.revision, line.event, line.what) == (7, "unreadable", "cannot be read: it names no path")


def test_a_version_is_named_by_its_number_or_by_its_author():
    log = events("---\nversion: 1.0\n---\n", "---\nversion: 1\n---\n", "---\nversion: 1.0\n---\nB.\n")
    assert [find_version(log, wanted).event_id for wanted in ("1.0", "#1", "1", "3")] == [3, 1, 1, 3]
    assert [find_version(log, wanted) for wanted in ("9", "#9", "#1.0", "x", "", "#", "²")] == [None] * 7


def test_a_comparison_says_where_no_line_ends():
    one, other = events("A.\n", "A.")
    assert compare(one, other).diff.splitlines()[2:] == [
        "@@ -1 +1 @@",
        "-A.",
        "+A.",
        "\\ No newline at end of file",
    ]
    assert two_newest([one]) is None
    assert two_newest([]) is None
    assert two_newest([one, other]) == (one, other)
    again = RuleEvent(event_id=3, event_type="rule_changed", path=other.path, rule_id="a", content="A.")
    assert two_newest([one, other, again]) == (one, again)


def test_a_rule_of_many_equal_lines_is_told_of_at_once():
    # Compared pair by pair, with all that is equal, these would take days.
    assert told("a\n" * 300_000, "b\n" + "a\n" * 200_000 + "c\n") == "text +200002 -300000"
    assert told("a\n" * 300_000, "a\n" * 150_000 + "b\n" + "a\n" * 150_000) == "text +1 -0"
