"""Fix templates, expanded and indented."""

import pytest

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding, Fix
from rulewright.core.rules import engine
from rulewright.core.rules.fix import apply_fixes, expand, expand_message, used_names
from rulewright.core.text import Text


def expanded(content: str, pattern: str, template: str) -> str:
    node = engine.find(engine.parse(content, "python"), {"rule": {"pattern": pattern}})
    assert node is not None
    return expand(template, node, content)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("g($B, $A)", "g(2, 1)"),
        ("g($$A)", "g(1)"),
        ("$$$$A", "$"),
        ("$A$B", "12"),
        ("$AB", ""),
        ("$a $ $$ $$$ $", "$a $ $$ $$$ $"),
        ("$Ab", "1b"),
        ("", ""),
        ("$A\n  $B", "1\n  2"),
    ],
)
def test_variables_are_filled_in(template: str, expected: str) -> None:
    assert expanded("f(1, 2)\n", "f($A, $B)", template) == expected


def test_many_nodes_keep_what_stands_between_them() -> None:
    assert expanded("f(1,  # one\n  2)\n", "f($$$A)", "[$$$A]") == "[1,  # one\n  2]"
    assert expanded("f()\n", "f($$$A)", "[$$$A]") == "[]"


def test_a_capture_takes_the_indentation_of_its_new_place() -> None:
    content = "if x:\n    f([\n        1,\n    ])\n"
    assert expanded(content, "f($A)", "g(\n  $A\n)") == "g(\n      [\n          1,\n      ]\n    )"


def test_tabs_are_no_indentation() -> None:
    assert expanded("if x:\n\tf([\n\t\t1])\n", "f($A)", "g(\n $A)") == "g(\n [\n \t\t1])"


def test_names_in_a_template() -> None:
    assert used_names("$A $$B $$$C $A $lower $_D $1 $$$$E") == ["A", "B", "C", "_D", "1", "E"]


def test_a_message_stays_on_one_line() -> None:
    content = "f([\n  1])\n"
    node = engine.find(engine.parse(content, "python"), {"rule": {"pattern": "f($A)"}})
    assert node is not None
    assert expand_message("<$A> and $B", node, content) == "<[...> and "


def finding(content: str, start: int, end: int, new: str, *, safe: bool = True) -> Finding:
    place = Text(content).range(start, end)
    fix = Fix("fix", (Edit(start, end, new),), safe=safe)
    return Finding("r", "warning", "m", "a.py", start, end, place, fix=fix)


def test_of_overlapping_fixes_the_first_and_outermost_is_made() -> None:
    content = "0123456789"
    found = [
        finding(content, 2, 4, "inner"),
        finding(content, 2, 6, "<outer>"),
        finding(content, 5, 8, "late"),
        finding(content, 6, 7, "!"),
        finding(content, 9, 10, "never", safe=False),
    ]
    assert apply_fixes(content, found) == "01<outer>!789"
    assert apply_fixes(content, []) == content
