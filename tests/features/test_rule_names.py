"""Ids of rules in settings and in comments, and whether a rule may be called so."""

import pytest

from rulewright.core.edits import apply
from rulewright.features.rule_writing.names import names_in_code, renamed_rule, renamed_settings, why_not


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[rules]\ndisable = ["old", "other"]\n', '[rules]\ndisable = ["new", "other"]\n'),
        ("[rules]\ndisable = ['old']\n", "[rules]\ndisable = ['new']\n"),
        ('rules.disable = [\n  "other",\n  "old",\n]\n', 'rules.disable = [\n  "other",\n  "new",\n]\n'),
        (
            '[x]\ndisable = ["old"]\n[rules]\ndisable = ["old"]\n',
            '[x]\ndisable = ["old"]\n[rules]\ndisable = ["new"]\n',
        ),
        ('[rules]\ndisable = ["older"]\n', '[rules]\ndisable = ["older"]\n'),
        ("[rules\n", "[rules\n"),
        ("[check]\njobs = 1\n", "[check]\njobs = 1\n"),
    ],
)
def test_a_settings_file_gets_the_new_id(before: str, after: str) -> None:
    edits = renamed_settings(before, "old", "new", table=())
    assert edits is not None
    assert apply(before, edits) == after


def test_a_shared_settings_file_gets_it_in_our_table_alone() -> None:
    text = '[tool.other.rules]\ndisable = ["old"]\n[tool.rulewright.rules]\ndisable = ["old"]\n'
    edits = renamed_settings(text, "old", "new", table=("tool", "rulewright"))
    assert edits is not None
    changed = '[tool.other.rules]\ndisable = ["old"]\n[tool.rulewright.rules]\ndisable = ["new"]\n'
    assert apply(text, edits) == changed


def test_settings_in_a_form_that_is_not_edited_say_so() -> None:
    assert renamed_settings('rules = { disable = ["old"] }\n', "old", "new", table=()) is None


@pytest.mark.parametrize(
    ("new_id", "says"),
    [
        ("new", ""),
        ("a/b.c-d", ""),
        ("", "cannot be the id"),
        ("a b", "cannot be the id"),
        ("-a", "cannot be the id"),
        ("a" * 300, "200 characters"),
        ("rulewright/x", "own remarks"),
        ("taken", "There is a rule `taken` already."),
    ],
)
def test_whether_a_rule_may_be_called_so(new_id: str, says: str) -> None:
    said = why_not(new_id, {"taken"})
    assert (said == "") == (says == "")
    assert says in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("---\nid: old\n---\n", "---\nid: new\n---\n"),
        ('---\nid: "old" # a\n---\n', '---\nid: "new" # a\n---\n'),
        ("---\nglobs: x\n---\n", "---\nid: new\nglobs: x\n---\n"),
        ("---\r\nglobs: x\r\n---\r\n", "---\r\nid: new\r\nglobs: x\r\n---\r\n"),
        ("Only text about old things.\n", "---\nid: new\n---\nOnly text about old things.\n"),
        ("---\n{ globs: x }\n---\n", "---\n{id: new,  globs: x }\n---\n"),
        ("---\noverrides: old, older\nid: old\n---\n", "---\noverrides: new, older\nid: new\n---\n"),
    ],
)
def test_the_rule_itself_gets_its_id(content: str, expected: str) -> None:
    assert apply(content, renamed_rule(content, "old", "new", is_it=True)) == expected


def test_an_id_that_yaml_would_not_take_for_a_text_is_quoted() -> None:
    content = "---\nid: old\n---\n"
    assert apply(content, renamed_rule(content, "old", "404", is_it=True)) == '---\nid: "404"\n---\n'


def test_ids_in_comments_are_found_where_they_stand() -> None:
    code = "print(1)  # rulewright: ignore[old, other]\nx = 'rulewright: ignore[old]'\n# ast-grep-ignore: old\n"
    found = names_in_code(code, "python")
    assert [(n.text, code[n.start : n.end]) for n in found] == [("old", "old"), ("other", "other"), ("old", "old")]
    assert names_in_code(code, "toml") == ()
