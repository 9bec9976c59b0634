"""Every real rule file of other tools is imported, means what it meant, and comes back from an export."""

from pathlib import Path

import pytest

from rulewright.core.rules.formats import claim
from rulewright.core.rules.formats.write import TARGETS
from rulewright.core.rules.select import Policy, Selection
from rulewright.features.rule_export import export, plan_export
from rulewright.features.rule_import import Source, import_rule
from tests.harness.corpus import real_files
from tests.harness.imported import rule_in_place, rule_of

SAMPLES = [
    folder + name
    for folder in ("", "src/", "app/src/", "packages/web/", "tests/", "docs/", "lib/a/")
    for name in ("a.py", "b.ts", "c.test.tsx", "README.md", "d.go", "e.rs", "f.css", "package.json", "g.ex", "h.proto")
]


TOPS = {".mdc": ".cursor/rules/", ".instructions.md": ".github/instructions/", ".prompt.md": ".github/prompts/"}


def original(path: Path) -> str:
    """Where the file stood in its project."""
    place = path.name.replace("__", "/").split("/", 2)[2]
    found = claim(place)
    while found is None and "/" in place:
        place = place.partition("/")[2]
        found = claim(place)
    if found is None:
        # Collections keep their files where no tool looks.
        place = next((top + place for ending, top in TOPS.items() if place.endswith(ending)), place)
    return place


FILES = [(path, place) for path in real_files() if claim(place := original(path)) is not None]


@pytest.mark.parametrize(("path", "place"), FILES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_real_file_is_imported_and_means_the_same(path: Path, place: str) -> None:
    data = path.read_bytes()
    text = data.decode("utf-8", "surrogateescape")
    made = import_rule(Source(place, claim(place), text))
    there = rule_in_place(place, data)
    if not isinstance(made, tuple):
        assert there is None or not there.body.strip()
        return
    rule = rule_of(made[0])
    assert made[0].content.endswith(rule.body)
    assert text.endswith(rule.body) or not text.startswith("---")
    assert there is not None
    assert applies(rule) == applies(there)
    for target in TARGETS.values():
        plan = plan_export(export([rule], [target.name]), [target.name], {})
        assert plan.is_whole
        for change in plan.changes:
            assert claim(change.path).format.name == target.name


def applies(rule: object) -> frozenset[str]:
    selection = Selection([rule], Policy())
    return frozenset(sample for sample in SAMPLES if selection.select(sample))


def test_all_files_but_those_of_a_format_that_is_not_read_are_tried() -> None:
    assert {path.parent.name for path in real_files()} - {path.parent.name for path, _ in FILES} <= {"other"}
