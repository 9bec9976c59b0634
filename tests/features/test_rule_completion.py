"""What is offered in a rule file. `|` is the cursor."""

import pytest
import yaml

from rulewright.core.rules.check_words import OUTER_KEYS, RELATION_KEYS, RULE_KEYS
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import KEYS
from rulewright.core.rules.rule import CHUNKINGS, Rule
from rulewright.features.rule_writing.completion import Around, Grammar, Suggestion, complete
from rulewright.features.rule_writing.words import CHECK, RELATION, RULE, SNIPPETS, TABLES, VALUES, WHOLE, plain
from rulewright.writing_gateway import grammar_of

PATHS = ("src/a.py", "src/b.py", "src/core/c.py", "tests/test_a.py", "web/x.ts", "README.md", ".ai-rules/py/c.yml")
RULES = (
    Rule(id="no-print", path=".ai-rules/no-print.md", description="Log, do not print", tags=("style",)),
    Rule(id="py/names", path=".ai-rules/py/names.md", tags=("style", "names")),
    Rule(id="me", path=".ai-rules/py/me.md"),
)


def around(*, snippets: bool = False, folder: str = "") -> Around:
    return Around(
        keys=KEYS,
        path=".ai-rules/py/me.md",
        folder=folder,
        rules=(*RULES, Rule(id="off", path=".ai-rules/off.md")),
        active=RULES,
        paths=lambda: PATHS,
        grammar=lambda language: Grammar(("call", "string"), ("function",)) if language == "python" else Grammar(),
        snippets=snippets,
    )


def offered(marked: str, **more) -> dict[str, Suggestion]:
    at = marked.index("|")
    found = complete(marked[:at] + marked[at + 1 :], at, around(**more))
    assert found is not None
    return {one.label: one for one in found.items}


def accepted(marked: str, label: str, **more) -> str:
    """The text once a suggestion was taken."""
    at = marked.index("|")
    content = marked[:at] + marked[at + 1 :]
    found = complete(content, at, around(**more))
    assert found is not None
    (one,) = [s for s in found.items if s.label == label]
    return content[: found.start] + one.text + content[found.end :]


def matter(text: str) -> str:
    return f"---\n{text}\n---\nText.\n"


@pytest.mark.parametrize(
    ("text", "there", "not_there"),
    [
        ("|", {"globs", "check", "id"}, {"rule", "pattern"}),
        ("globs: x\nla|", {"language", "check"}, {"globs"}),
        ("check:\n  |", {"language", "rule", "fix"}, {"globs"}),
        ("check:\n  language: go\n  |", {"rule"}, {"language", "globs"}),
        ("check:\n  - language: go\n    r|", {"rule"}, {"language"}),
        ("check:\n  - language: go\n  - |", {"rule", "language"}, {"globs"}),
        ("check:\n  rule:\n    |", {"pattern", "kind", "inside", "any"}, {"stopBy", "language"}),
        ("check:\n  rule:\n    inside:\n      |", {"kind", "stopBy", "field"}, {"language"}),
        ("check:\n  rule:\n    any:\n      - |", {"pattern", "kind"}, {"stopBy"}),
        ("check:\n  rule:\n    nthChild:\n      |", {"position", "ofRule"}, {"kind"}),
        ("check:\n  constraints:\n    A:\n      |", {"regex", "kind"}, {"language"}),
        ("check:\n  constraints:\n    |", set(), {"regex"}),
        ("check:\n  transform:\n    B:\n      |", {"replace", "convert"}, {"kind"}),
        ("check: { language: python, r| }", {"rule"}, {"language"}),
        ("check: { rule: { any: [ { | } ] } }", {"kind"}, {"language"}),
        ("examples:\n  - |", {"bad", "good"}, {"rule"}),
        ("examples:\n  - bad: x\n    |", {"good"}, {"bad"}),
        # Broken, as it is while somebody types.
        ("globs: [a\nla|", {"language"}, {"globs"}),
        ("check: {language: go\nex|", {"examples"}, {"check"}),
        ('description: "never ends\nla|', {"language"}, {"description"}),
        ("a: b: c\n  - x\nla|", {"language"}, set()),
    ],
)
def test_keys(text: str, there: set[str], not_there: set[str]) -> None:
    found = set(offered(matter(text)))
    assert there <= found
    assert not_there & found == set()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alwaysApply: |", ["true", "false"]),
        ("chunk: |", list(CHUNKINGS)),
        ("check:\n  severity: |", ["error", "warning", "info", "hint", "off"]),
        ("overrides: [|]", ["no-print", "py/names"]),
        ("overrides: [no-print, |]", ["py/names"]),
        ("disable:\n  - |", ["no-print", "py/names"]),
        ("tags: |", ["style", "names"]),
        ("check_file: |", ["c.yml"]),
        ("check:\n  language: python\n  rule:\n    kind: |", ["call", "string"]),
        ("check:\n  language: go\n  rule:\n    kind: |", []),
        ("language: python\ncheck: { rule: { has: { field: | } } }", ["function"]),
        ("check:\n  rule: { inside: { stopBy: | } }", ["end", "neighbor"]),
        ("check:\n  utils:\n    is-x: { kind: call }\n  rule: { matches: | }", ["is-x"]),
        ("description: |", []),
        ("check:\n  message: pri|", []),
        ("examples:\n  - bad: |", []),
    ],
)
def test_values(text: str, expected: list[str]) -> None:
    found = list(offered(matter(text)))
    assert (
        found == expected
        if expected not in (["end", "neighbor"], list(CHUNKINGS))
        else sorted(found) == sorted(expected)
    )


def test_languages_of_a_rule_are_all_and_of_a_check_those_that_can_be_checked() -> None:
    assert {"python", "toml"} <= set(offered(matter("language: |")))
    assert "There are no checks" in offered(matter("language: |"))["toml"].doc
    of_check = set(offered(matter("check:\n  language: |")))
    assert "python" in of_check
    assert "toml" not in of_check


def test_globs_are_of_the_real_tree_the_most_frequent_first() -> None:
    found = offered(matter('globs: "|"'))
    assert list(found)[:3] == ["**/*.py", "src/**", "**/*.md"]
    assert found["**/*.py"].detail == "4 files"
    assert ".ai-rules/**" not in found
    assert list(offered(matter('globs: ["src/|"]'))) == ["src/**/*.py", "src/core/**"]
    assert "!src/**" in offered(matter('globs: ["**/*.py", "!|"]'))
    assert "core/**" in offered(matter('globs: "|"'), folder="src")


@pytest.mark.parametrize(
    ("text", "label", "becomes"),
    [
        ("la|", "language", "language: "),
        ("la|nguage: go", "language", "language: go"),
        ("globs: |", "**/*.py", 'globs: "**/*.py"'),
        ("globs:|", "src/**", "globs: src/**"),
        ('globs: "|"', "**/*.py", 'globs: "**/*.py"'),
        ('globs: "src/**, te|"', "tests/**", 'globs: "src/**, tests/**"'),
        ("globs: [|]", "**/*.py", 'globs: ["**/*.py"]'),
        ("globs:\n  - s|rc/x", "src/**", "globs:\n  - src/**"),
        ("globs:\n  |", "**/*.py", 'globs:\n  - "**/*.py"'),
        ("overrides: no-print, |", "py/names", "overrides: no-print, py/names"),
        ("check: { lan| }", "language", "check: { language:  }"),
        ("alwaysApply: t|rue", "false", "alwaysApply: false"),
    ],
)
def test_what_is_taken_is_written_as_yaml_needs_it(text: str, label: str, becomes: str) -> None:
    assert accepted(matter(text), label) == matter(becomes)


def test_a_place_outside_of_the_front_matter_is_left_to_others() -> None:
    at = len(matter("globs: x"))
    assert complete(matter("globs: x"), at, around()) is None
    assert complete("# A title\n\nText", 3, around()) is None


def test_prose_and_comments_get_no_words() -> None:
    assert offered(matter("# about la|")) == {}
    assert offered(matter("check:\n  note: >\n    la|")) == {}


@pytest.mark.parametrize(
    "text",
    ["a: " + "[" * 5_000 + "|", "a: {" * 5_000 + "|", "- " * 5_000 + "|", "x" * 200_000 + "|", "a:\n" * 90_000 + "|"],
)
def test_what_no_rule_can_be_is_not_read_to_its_end(text: str) -> None:
    content = matter(text.removesuffix("|"))
    found = complete(content, 4 + len(text) - 1, around())
    assert found is None or found.items == ()


def test_a_check_in_a_fence_of_the_text_is_a_check() -> None:
    text = "---\nlanguage: python\n---\n\n```yaml check\nrule:\n  |\n```\n"
    assert "pattern" in offered(text)
    assert list(offered(text.replace("|", "kind: |"))) == ["call", "string"]


@pytest.mark.parametrize("written", ["|", "ru|", "|\n"])
def test_an_empty_file_gets_whole_rules(written: str) -> None:
    assert list(offered(written)) == ["rule", "rule with check"]


def test_a_file_of_another_tool_gets_its_keys_and_no_rule_of_ours() -> None:
    theirs = Around(keys={"applyTo": "Files"}, path="x.instructions.md", paths=lambda: PATHS)
    assert complete("", 0, theirs) is None
    found = complete("---\n\n---\n", 4, theirs)
    assert found is not None
    assert [one.label for one in found.items] == ["applyTo"]
    globs = complete("---\napplyTo: \n---\n", 13, theirs)
    assert globs is not None
    assert globs.items[0].text == '"**/*.py"'


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_whole_rule_has_no_problems_and_its_examples_pass(name: str) -> None:
    seen = load(Origin(".ai-rules/x.md", "x.md"), plain(WHOLE[name][1]).encode())
    assert [p.problem.message for p in seen.parsed.problems] == []
    assert seen.parsed.rule is not None
    assert [r.outcome for r in run_examples(seen.parsed.rule)] == (["reported", "validated"] if "check" in name else [])


@pytest.mark.parametrize(("kind", "key"), sorted(SNIPPETS))
def test_a_snippet_is_yaml_and_begins_with_its_key(kind: str, key: str) -> None:
    assert list(yaml.safe_load(plain(SNIPPETS[kind, key]))) == [key]
    assert key in (KEYS if kind == "file" else TABLES[kind])


def test_a_snippet_fits_behind_a_dash() -> None:
    text = accepted(matter("check:\n  rule:\n    any:\n      - |"), "has", snippets=True)
    # Editors indent the lines behind the first one like the first, so they are two columns short here.
    lines = plain(text).split("\n")
    start = next(i for i, line in enumerate(lines) if "has:" in line)
    lines[start + 1 : start + 3] = [f"      {line}" for line in lines[start + 1 : start + 3]]
    check = yaml.safe_load("\n".join(lines).split("---\n")[1])
    assert check["check"]["rule"]["any"] == [{"has": {"kind": None, "stopBy": "end"}}]


def test_every_word_has_its_meaning() -> None:
    assert set(CHECK) == set(OUTER_KEYS)
    assert set(RULE) == set(RULE_KEYS)
    assert set(RELATION) == set(RELATION_KEYS)
    assert set(VALUES["file", "chunk"]) == set(CHUNKINGS)


@pytest.mark.parametrize("language", ["python", "typescript", "go", "elixir", "kotlin", "dart"])
def test_kinds_are_those_that_ast_grep_knows(language: str) -> None:
    found = grammar_of(language)
    assert len(found.kinds) > 10
    kind = found.kinds[0]
    seen = load(
        Origin(".ai-rules/x.md", "x.md"),
        f"---\ncheck: {{ language: {language}, rule: {{ kind: {kind} }} }}\n---\n".encode(),
    )
    assert seen.parsed.problems == ()
    assert grammar_of("no such language") == Grammar()
