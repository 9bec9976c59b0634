"""`rules lint` on rule files that nobody would write by hand: no traceback, and no time without end."""

import json

import pytest

from tests.harness.in_process import command
from tests.harness.program import write_files

TOO_LONG = {("rulewright/too-long", ".ai-rules/links.md")}


def lint(root):
    done = command(root, "rules", "lint", "--json")
    return {(f["id"], f["path"]) for f in json.loads(done.stdout)["findings"]}


def test_a_rule_that_is_not_utf_8_is_linted_with_the_others(tmp_path):
    rule = "---\ndescription: café\noverrides: [gone]\n---\n[x](nowhere.md)\n".encode("latin-1")
    found = lint(write_files(tmp_path, {".git/HEAD": "", ".ai-rules/latin.md": rule}))
    assert {("rulewright/unknown-rule", ".ai-rules/latin.md"), ("rulewright/dead-link", ".ai-rules/latin.md")} <= found


@pytest.mark.parametrize("part", ["[](", "[", "[a](b", "[]( ", "](", "```\n[a](b)\n```\n"])
def test_a_rule_of_unclosed_links_is_linted_at_once(tmp_path, part):
    text = "---\ndescription: x\n---\n" + part * (60_000 // len(part))
    assert lint(write_files(tmp_path, {".git/HEAD": "", ".ai-rules/links.md": text})) <= TOO_LONG


def test_a_link_to_a_name_that_no_disk_can_hold_is_dead(tmp_path):
    text = f"---\ndescription: x\n---\n[x]({'a' * 280}.md) `{'a/' * 3000}b.md`\n"
    found = lint(write_files(tmp_path, {".git/HEAD": "", ".ai-rules/long.md": text}))
    assert ("rulewright/dead-link", ".ai-rules/long.md") in found


def test_what_only_looks_like_a_link_is_none(tmp_path):
    text = "---\ndescription: x\n---\nA slice a](b.md), and [a]\n](c.md).\n"
    assert lint(write_files(tmp_path, {".git/HEAD": "", ".ai-rules/prose.md": text})) == set()


def test_a_long_circle_is_told_at_its_first_rule_at_once(tmp_path):
    text = "---\ndescription: R\noverrides: [r{:04}]\n---\nText.\n"
    rules = {f".ai-rules/r{n:04}.md": text.format((n + 1) % 700) for n in range(700)}
    assert lint(write_files(tmp_path, {".git/HEAD": "", **rules})) == {
        ("rulewright/silenced-in-a-circle", ".ai-rules/r0000.md")
    }
