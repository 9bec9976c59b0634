"""What an export says of limits, of files that others wrote in, and of two names of one file."""

from rulewright.core.rules.formats.marks import with_section
from rulewright.core.rules.rule import Rule
from rulewright.features.rule_export import There, export, exported_rules, plan_export

LONG = Rule(id="long", path=".ai-rules/long.md", body="word " * 8_000 + "\n")


def plan(rules, name, there=None):
    return plan_export(export(rules, [name]), [name], there or {})


def test_a_file_that_its_tool_does_not_read_whole_is_reported_and_not_cut():
    for name in ("windsurf", "copilot", "agents"):
        found = plan([LONG], name)
        assert [remark.kind for remark in found.remarks] == ["limit"], name
        assert LONG.body in found.changes[0].after
    assert plan([LONG], "cursor").remarks == ()


def test_what_others_wrote_in_a_file_stays_when_its_rules_are_gone():
    text = with_section("Mine.\n", "Ours.\n")
    found = plan([], "agents", {"AGENTS.md": There(text)})
    assert [(c.state, c.after) for c in found.changes] == [("gone", "Mine.\n\n")]


def test_two_names_of_one_file_are_written_once():
    names = ("agents", "gemini")
    there = {"AGENTS.md": There(None, "/p/AGENTS.md"), "GEMINI.md": There(None, "/p/AGENTS.md")}
    found = plan_export(export([LONG], names), names, there)
    assert [change.path for change in found.changes] == ["AGENTS.md"]


def test_only_the_project_s_own_rules_are_written():
    foreign = Rule(id="cursor/x", path=".cursor/rules/x.mdc", body="x")
    shipped = Rule(id="d", path="rulewright:defaults/d.md", source="default", body="x")
    assert exported_rules([LONG, foreign, shipped]) == (LONG,)
