"""Every rule's verdict for a file, with what it costs in a prompt."""

from types import MappingProxyType

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.config import RulesSettings, Settings
from rulewright.core.rules.book import Entry, RuleBook
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.core.snapshot import Project
from rulewright.features.explain import explain

FILES = {
    "a.md": "---\nglobs: '**/*.py'\npriority: 9\noverrides: c\n---\nFirst and foremost, be kind to readers.\n",
    "b.md": "---\nlanguage: python\ncheck: {rule: {pattern: eval($X)}}\n---\n" + "Say it in many words. " * 40 + "\n",
    "c.md": "---\nlanguage: python\n---\nSilenced.\n",
    "d.md": "---\nlanguage: go\n---\nFor others.\n",
    "e.md": "---\ndescription: Only when asked\nalwaysApply: false\n---\nAsk.\n",
}


def project(budget=4_000, files=None):
    """A project with rules of these texts."""
    entries = {}
    for name, content in (files or FILES).items():
        rule = load(Origin(f".ai-rules/{name}", name), content.encode()).parsed.rule
        entries[rule.path] = Entry(
            path=rule.path, rule_id=rule.id, rule=rule, status="active", revision=1, loaded_at=""
        )
    settings = Settings(rules=RulesSettings(prompt_tokens=budget))
    return Project("/project", settings, RuleBook(MappingProxyType(entries)))


def verdicts(explanation):
    return {v.id: v.verdict for v in explanation.rules}


def test_each_rule_has_a_verdict_with_its_cost_and_its_place():
    found = explain(project(), "new/file.py")
    assert verdicts(found) == {
        "a": "applied",
        "b": "applied",
        "c": "overridden",
        "d": "not_applied",
        "e": "not_applied",
    }
    by_id = {v.id: v for v in found.rules}
    assert by_id["c"].by == ".ai-rules/a.md"
    assert [v.precedence for v in found.rules] == [1, 2, 3, 4, 5]
    assert all(v.tokens > 0 for v in found.rules)
    assert by_id["b"].tokens > by_id["a"].tokens
    assert found.tokens == by_id["a"].tokens + by_id["b"].tokens
    assert found.budget == 4_000


def test_a_rule_without_room_is_dropped_and_its_checks_run_all_the_same():
    found = explain(project(100), "a.py")
    by_id = {v.id: v for v in found.rules}
    assert verdicts(found)["b"] == "dropped"
    assert (by_id["b"].checks, by_id["a"].verdict) == (1, "applied")
    assert by_id["b"].reason == (
        "language python; but rules may take 100 tokens of a prompt (rules.prompt_tokens); its checks run all the same"
    )
    assert found.tokens == by_id["a"].tokens


def test_the_version_of_the_set_changes_with_what_applies():
    one = explain(project(), "a.py").rule_version
    assert one
    assert explain(project(0), "b.py").rule_version == one
    other = {**FILES, "d.md": FILES["d.md"] + "More.\n"}
    assert explain(project(files=other), "a.py").rule_version == one
    assert explain(project(files=other), "a.go").rule_version != explain(project(), "a.go").rule_version
    assert explain(project(), "a.txt").rule_version == ""


@given(budget=st.integers(0, 400), path=st.sampled_from(["a.py", "a.go", "a.txt"]))
def test_what_is_selected_is_applied_or_dropped(budget, path):
    of = project(budget)
    found = explain(of, path)
    selected = {a.rule.path for a in of.book.selection.select(path)}
    assert {v.path for v in found.rules if v.verdict in {"applied", "dropped"}} == selected
    assert found.tokens <= budget
    assert len(found.rules) == len(FILES)


@pytest.mark.parametrize("name", ["version", "path", "language", "budget", "tokens", "rule_version", "rules"])
def test_programs_find_it_in_json(name):
    assert name in msgspec.json.decode(msgspec.json.encode(explain(project(), "a.py")))
