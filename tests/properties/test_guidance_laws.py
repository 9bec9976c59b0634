"""Laws of the rules for a file: the budget, and what becomes of each rule."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.config import Settings
from rulewright.core.prompt.fit import drops
from rulewright.core.rules.book import Entry, RuleBook
from rulewright.core.rules.rule import Rule
from rulewright.core.snapshot import Project
from rulewright.core.tokens import budgeted
from rulewright.features.guidance import guidance

bodies = st.lists(
    st.sampled_from(
        ["# Head", "A sentence that says something.", "</part1>", '<part2 rule="x">', "```", "", "# Other"]
    ),
    max_size=12,
).map("\n".join)


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """A project with a few rules, all for every file."""
    rules = [
        Rule(
            id=f"r{number}",
            path=f".ai-rules/r{number}.md",
            order=f"{number}",
            priority=draw(st.sampled_from([1, 5, 9])),
            description=draw(st.sampled_from(["", "What it is about"])),
            body=draw(bodies),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    entries = {
        rule.path: Entry(path=rule.path, rule_id=rule.id, rule=rule, status="active", revision=1, loaded_at="")
        for rule in rules
    }
    return Project("/p", Settings(), RuleBook(MappingProxyType(entries)))


@given(projects(), st.integers(0, 300))
def test_no_more_tokens_than_the_budget_and_no_rule_is_lost(project: Project, budget: int) -> None:
    found = guidance(project, "a.py", budget)
    assert sum(rule.tokens for rule in found.rules) == found.tokens <= budget
    named = [rule.id for rule in found.rules] + [cut.id for cut in found.left_out if cut.kind != "section"]
    assert sorted([*named, *found.silent]) == sorted(rule.id for rule in project.book.rules)
    shortened = {cut.id for cut in found.left_out if cut.kind == "section"}
    assert shortened == {rule.id for rule in found.rules if not rule.is_whole}


@given(projects(), st.integers(0, 300))
def test_the_same_rules_are_dropped_as_from_a_prompt(project: Project, budget: int) -> None:
    dropped = drops(project.book.selection.select("a.py"), budget)
    assert {cut.path for cut in guidance(project, "a.py", budget).left_out if cut.kind == "rule"} == set(dropped)


@given(projects())
def test_a_rule_ends_where_it_ends(project: Project) -> None:
    found = guidance(project, "a.py", 10_000)
    if not found.rules:
        assert found.text == ""
        return
    tag = found.text.partition(" ")[0].removeprefix("<")
    blocks = found.text.split(f"</{tag}>")
    assert len(blocks) == len(found.rules) + 1
    for block, rule in zip(blocks, found.rules, strict=False):
        head, _, body = block.strip("\n").partition("\n")
        assert head == f'<{tag} rule="{rule.id}" source="project">'
        assert body == rule.text
    assert budgeted(found.text) <= found.tokens + 2 * len(found.rules)
