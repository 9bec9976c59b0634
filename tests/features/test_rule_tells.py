"""What is said of a place in a rule file. `|` is the cursor."""

import pytest

from rulewright.core.rules.parse import KEYS
from rulewright.core.rules.rule import Rule
from rulewright.features.rule_writing.completion import Around
from rulewright.features.rule_writing.hover import Told, tell

PATHS = ("src/a.py", "src/b.py", "web/x.ts", *(f"web/{n}.css" for n in range(20)))
RULES = (Rule(id="no-print", path=".ai-rules/no-print.md", description="Log, do not print"),)


def told(text: str, **more) -> Told | None:
    marked = f"---\n{text}\n---\nText.\n"
    at = marked.index("|")
    around = Around(keys=KEYS, path=".ai-rules/me.md", rules=RULES, paths=lambda: PATHS, **more)
    return tell(marked[:at] + marked[at + 1 :], at, around)


@pytest.mark.parametrize(
    ("text", "name", "part"),
    [
        ("glo|bs: x", "globs", "Files that the rule applies to"),
        ("check:\n  ru|le: {}", "rule", "What to find"),
        ("check: { rule: { ins|ide: {} } }", "inside", "A node around this one"),
        ("examples:\n  - b|ad: x", "bad", "Code that the check must find"),
        ("overrides: [no-p|rint]", "no-print", "Log, do not print"),
        ("overrides: other, no-p|rint", "no-print", "Log, do not print"),
        ("disable:\n  - nobo|dy", "nobody", "There is no rule of this id."),
        ("language: p|y", "python", ".pyi"),
        ("language: to|ml", "toml", "There are no checks"),
        ("check:\n  severity: h|int", "hint", "A suggestion."),
        ("priority: 1|0", "priority", "higher wins"),
        ("check:\n  rule:\n    inside: { stopBy: e|nd }", "end", "Look at all"),
    ],
)
def test_what_is_said(text: str, name: str, part: str) -> None:
    found = told(text)
    assert found is not None
    assert found.name == name
    assert part in found.text


@pytest.mark.parametrize("text", ["|", "nobody-kn|ows: 1", "# com|ment", "check:\n  note: |\n    lo|ng"])
def test_where_nothing_is_known_nothing_is_said(text: str) -> None:
    assert told(text) is None


def test_a_glob_says_what_it_matches() -> None:
    found = told('globs: "src/**, web/*.c|ss"')
    assert found is not None
    assert (found.name, found.text) == ("web/*.css", "matches 20 files")
    assert found.listed == tuple(f"web/{n}.css" for n in range(8))
    assert found.n_more == 12
    taken_out = told('globs: ["**/*", "!sr|c/**"]')
    assert taken_out is not None
    assert (taken_out.text, taken_out.listed) == ("takes out 2 files", ("src/a.py", "src/b.py"))
    nothing = told("globs: li|b/**")
    assert nothing is not None
    assert nothing.text == "matches 0 files"


def test_a_glob_belongs_to_the_folder_of_its_rules() -> None:
    found = told("globs: '*.p|y'", folder="src")
    assert found is not None
    assert found.listed == ("src/a.py", "src/b.py")


def test_a_glob_of_another_tool_means_what_it_means_there() -> None:
    found = told("globs: '*.t|s'", meant=lambda glob: f"/{glob}")
    assert found is not None
    assert found.text == "matches 0 files"
