"""Parts of prompts, one by one. What holds for all of them is a law (tests/properties)."""

import pytest

from rulewright.core.prompt.build import Request, build
from rulewright.core.prompt.chunks import way_of
from rulewright.core.prompt.excerpt import Source
from rulewright.core.prompt.fit import drops, fit, rule_tokens
from rulewright.core.prompt.guide import gather, guide_of, plain, prioritise
from rulewright.core.prompt.outline import headings, nested
from rulewright.core.prompt.records import Prompt
from rulewright.core.prompt.secret_names import is_secret_name
from rulewright.core.prompt.template import NAMES, TemplateProblem, read_template
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.rule import Source as RuleSource
from rulewright.core.rules.select import Applied


def rule(name: str, body: str = "", *, priority: int = 5, folder: str = "", source: RuleSource = "project") -> Applied:
    """A rule that applies."""
    made = Rule(
        id=name, path=f"{name}.md", order=f"{name}.md", body=body, priority=priority, folder=folder, source=source
    )
    return Applied(made, "no globs, every file")


def prompt(*applied: Applied, budget: int = 4000, rules_budget: int = 4000, source: Source | None = None) -> Prompt:
    """A prompt with these rules."""
    return build(
        Request(task="Do it.", budget=budget, rules_budget=rules_budget, path="a.py", applied=applied, source=source)
    )


# What a rule says


def text(body: str) -> str:
    """The text of a rule in a prompt."""
    return guide_of(rule("r", body).rule).text()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("# One\n\nText.\n\n## Two\n", "## One\n\nText.\n\n### Two"),
        ("### Deep\n#### Deeper\n", "## Deep\n### Deeper"),
        ("# 1\n###### 6\n", "## 1\n###### 6"),
        ("One\n===\n\nTwo\n---\n", "## One\n\n\n### Two"),
        ("Text\n\n```\n# code\n```\n", "Text\n\n```\n# code\n```"),
        ("a\n\n```yaml check\nrule: {pattern: x}\n```\n\nb\n", "a\n\nb"),
        ("a\r\n\r\n\r\nb\r\n", "a\n\nb"),
        ("a\u200bb\u202ec\x1b[2J\U000e0041", "abc[2J"),
        ("- one\n---\n- two\n", "- one\n---\n- two"),
        ("| a |\n|---|\n", "| a |\n|---|"),
        ("#hash and # no heading\n", "#hash and # no heading"),
    ],
)
def test_the_text_of_a_rule(body: str, expected: str) -> None:
    assert text(body) == expected


def test_a_rule_without_a_text_says_its_description_and_one_without_either_says_nothing() -> None:
    described = Rule(id="r", path="r.md", description="Never\nprint", body="\n\n")
    assert guide_of(described).text() == "Never print"
    assert gather([rule("empty", " \n\n")]) == []
    assert rule_tokens(rule("empty").rule) == 0 < rule_tokens(described)


def test_headings_know_their_sections() -> None:
    found = headings(["# A", "text", "", "B", "---", "~~~", "# no", "~~~", "## C ##"])
    assert [(h.row, h.level, h.title) for h in found] == [(0, 1, "A"), (3, 2, "B"), (8, 2, "C")]
    assert nested(["no heading"], 2) == ["no heading"]


# Order


def test_rules_come_by_priority_then_nearness_then_source_then_size() -> None:
    given = [
        rule("long", "A long text about something that is not short."),
        rule("short", "Short."),
        rule("user", "Of the user.", source="user"),
        rule("near", "Near.", folder="src/deep"),
        rule("outer", "Outer.", folder="src"),
        rule("first", "First.", priority=9, source="default"),
        rule("last", "Last.", priority=1, source="user"),
    ]
    order = [guide.rule.id for guide in prioritise(gather(given))]
    assert order == ["first", "near", "outer", "user", "short", "long", "last"]


def test_kinds_of_rules_stand_under_headings_of_their_own() -> None:
    made = prompt(
        rule("dep", "Of a package.", source="dependency", priority=9),
        rule("own", "Ours.", source="project"),
        rule("mine", "Mine.", source="user", priority=1),
    )
    assert [(p.kind, p.id) for p in made.parts] == [
        ("task", ""),
        ("user_rule", "mine"),
        ("rule", "own"),
        ("dependency_rule", "dep"),
    ]
    assert made.text.index("Mine.") < made.text.index("Ours.") < made.text.index("Of a package.")


# Cuts

LONG = "# Head\n\nFirst words.\n\n## More\n\n" + "Many more words. " * 30


def test_whole_rules_go_before_sections_and_the_last_goes_first() -> None:
    small = [rule(f"r{n}", f"Rule number {n} says this and nothing else.", priority=9 - n) for n in range(4)]
    each = rule_tokens(small[0].rule)
    fitted = fit(prioritise(gather(small)), 2 * each + 45)
    assert [kept.guide.rule.id for kept in fitted.kept] == ["r0", "r1"]
    assert [(cut.kind, cut.id, cut.tokens) for cut in fitted.cuts] == [("rule", "r2", each), ("rule", "r3", each)]


def test_a_rule_that_went_comes_back_where_it_fits() -> None:
    given = [rule("a", "Short.", priority=9), rule("b", LONG, priority=8), rule("c", "Short too.", priority=7)]
    assert [k.guide.rule.id for k in fit(prioritise(gather(given)), 120).kept] == ["a", "c"]
    assert dict(drops(given, 120)) == {"b.md": rule_tokens(given[1].rule)}


def test_the_one_that_counts_most_loses_sections_and_no_sentence() -> None:
    fitted = fit(prioritise(gather([rule("a", LONG, priority=9), rule("b", "B. " * 60)])), 90)
    (kept,) = fitted.kept
    assert kept.guide.text(kept.n_lines) == "## Head\n\nFirst words."
    assert [(cut.kind, cut.what) for cut in fitted.cuts] == [("rule", ""), ("section", "More")]
    assert drops([rule("a", LONG)], 90) == {}


def test_one_without_headings_goes_as_a_whole() -> None:
    assert fit(prioritise(gather([rule("a", "Words and words. " * 50)])), 60).kept == ()


def test_equal_texts_are_there_once() -> None:
    made = prompt(rule("a", "Same."), rule("b", "Same.\n"), rule("c", "Other."))
    assert made.text.count("Same.") == 1
    assert [(cut.kind, cut.id, cut.reason) for cut in made.cuts] == [
        ("duplicate", "b", "a.md says the same, word for word.")
    ]


def test_a_cut_is_said_in_the_prompt() -> None:
    made = prompt(*(rule(f"r{n}", f"{n} " * 40) for n in range(9)), rules_budget=150)
    assert "\nLeft out for space: 8 rules (r1, r2, r3, …).\n" in made.text
    assert made.rule_tokens <= 150


@pytest.mark.parametrize(
    "body",
    [
        "# " + " " * 400_000 + "x",
        "# " + "# " * 200_000 + "x",
        "#" * 400_000,
        "## Short\n\nText.\n" * 20_000,
        "`" * 400_000,
        "part1 " * 60_000,
        "\u200b" * 200_000 + "x",
        "=" * 400_000,
        "- " * 200_000,
        "{{#task}}" * 40_000,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_hostile_rule_takes_time_by_its_length_alone(body: str) -> None:
    made = prompt(rule("bad", body), rule("good", "Be short.", priority=9), source=source("a = 1\n"))
    assert "Be short." in made.text
    assert made.tokens <= 4000


# The file


def source(content: str, line: int | None = None) -> Source:
    """A file."""
    return Source("a.py", "python", content, line, way_of("python"))


def test_a_file_keeps_its_bytes() -> None:
    content = "a = 1\r\n\r\n\r\nb = '\u200b'"
    made = prompt(source=source(content))
    assert content + "\n</part1>" in made.text
    assert made.remarks == ("a.py holds 1 character that nobody sees; the prompt has it as it is.",)


def test_what_is_not_text_is_replaced_and_said() -> None:
    made = prompt(source=source("a = '\udce9'\n"))
    assert "a = '\ufffd'" in made.text
    assert made.remarks == ("a.py is not UTF-8; what could not be read stands as \ufffd.",)
    made.text.encode()


def test_the_piece_at_the_line_is_there_and_the_rest_is_listed() -> None:
    content = "".join(f"value_{n} = compute({n}, {n + 1})\n" for n in range(2000))
    made = prompt(source=source(content, 1000), budget=1500)
    (part, *_) = [p for p in made.parts if p.lines and p.lines[0] <= 1000 <= p.lines[1]]
    assert part.kind == "file"
    shown = sum(p.lines[1] - p.lines[0] + 1 for p in made.parts if p.lines)
    gone = 0
    for cut in made.cuts:
        first, last = cut.what.removeprefix("lines ").split("-")
        gone += int(last) - int(first) + 1
    assert shown + gone == 2000
    assert made.tokens > 0.85 * made.budget, "what there is room for is used"


@pytest.mark.parametrize("content", [")" * 300_000 + "x\n", ";\n" * 100_000, " " * 300_000 + "x\n", "# a\n" * 50_000])
def test_a_hostile_file_takes_time_by_its_length_alone(content: str) -> None:
    made = prompt(source=source(content, 1))
    assert made.tokens <= 4000


def test_an_empty_file_has_no_part() -> None:
    assert [p.kind for p in prompt(source=source("")).parts] == ["task"]


# Names


@pytest.mark.parametrize(
    "path",
    [
        ".env", "a/.env.production", "prod.env", "key.pem", "x/ID_RSA", "id_ed25519.bak", ".netrc", ".npmrc", "a.p12",
        ".aws/config", "home/.ssh/known_hosts", "credentials.json", "secrets.yaml", "client_secret_1.json", "a.tfvars",
        "terraform.tfstate", "service-account-x.json", ".git/config", "store.jks", ".bash_history", "aws_credentials",
    ],
)  # fmt: skip
def test_a_secret_has_such_a_name(path: str) -> None:
    assert is_secret_name(path)


@pytest.mark.parametrize(
    "path",
    [
        ".env.example", ".env.sample", "env.py", "id_rsa.pub", "keys.py", "secrets.py", "credentials.md", "environment",
        "src/key.ts", "monkey.py", "envelope.env.py", "history.py", ".gitignore", "secret_names.py",
    ],
)  # fmt: skip
def test_other_files_have_none(path: str) -> None:
    assert not is_secret_name(path)


def test_a_word_of_somebody_else_cannot_end_what_it_stands_in() -> None:
    assert plain('a"> </part1>') == "a__ _/part1_"
    assert not set(plain('a"><\n\x1b\u202e')) & set('"<>\n\x1b\u202e')
    assert len(plain("x" * 999)) == 200


# Templates


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{{unknown}}", "has the unknown place {{unknown}}; known: " + ", ".join(NAMES)),
        ("{{task.__class__}}", "has the unknown place {{task.__class__}}; known: " + ", ".join(NAMES)),
        ("{{#task}}", "opens {{#task}} and does not close it"),
        ("{{#task}}{{#file}}{{/task}}{{/file}}", "closes {{/task}}, which is not the section that is open"),
        ("{{/task}}", "closes {{/task}}, which is not the section that is open"),
        ("a {{ b", "has brackets that are no place: {{ b"),
        ("a }} b", "has brackets that are no place: }} b"),
        ("{{task}}" * 201, "has more than 200 places"),
        ("{{#task}}" * 9, "has sections nested more than 8 deep"),
        ("x" * 64_001, "has 64,001 characters; 64,000 are read at most"),
    ],
)
def test_what_is_wrong_with_a_template(written: str, problem: str) -> None:
    with pytest.raises(TemplateProblem) as told:
        read_template(written)
    assert str(told.value) == problem


def test_a_section_is_shown_where_its_part_is_not_empty_and_takes_its_lines_along() -> None:
    template = read_template("a\n{{#file}}\n[{{ file }}]\n{{/file}}\nb{{#line}}, {{line}}{{/line}}\n")
    assert template.render({"file": "F"}) == "a\n[F]\nb\n"
    assert template.render({"line": "3"}) == "a\nb, 3\n"


def test_a_template_without_places_for_rules_says_so() -> None:
    template = read_template("{{task}}")
    made = build(
        Request(
            task="Do it.", budget=99, rules_budget=99, path="a", applied=(rule("r", "R."),), template=template,
            template_name="mine.md",
        )
    )  # fmt: skip
    assert (made.text, made.remarks) == ("Do it.", ("The template mine.md has no place for 1 of the rules.",))


def test_the_texts_of_thousands_of_rules_are_kept() -> None:
    rules = [rule(f"r{n}", f"Text {n}.").rule for n in range(5_000)]
    first = [guide_of(r).lines for r in rules]
    assert all(guide_of(r).lines is lines for r, lines in zip(rules, first, strict=True))
