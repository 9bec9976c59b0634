"""What rule files look like from outside tells whether one of them changed."""

import os

import pytest

from rulewright.services.files import ProjectRuleFiles, stamp
from tests.harness.program import write_files

FILES = {
    ".git/HEAD": "",
    ".ai-rules/a.md": "A.\n",
    ".ai-rules/checks/a.yml": "id: x\n",
    "sub/.ai-rules/b.md": "B.\n",
    "CLAUDE.md": "@docs/style.md\n",
    "docs/style.md": "Style.\n",
    "package.json": "{}\n",
    "src/a.py": "x = 1\n",
}


@pytest.fixture
def root(tmp_path):
    return write_files(tmp_path / "project", FILES)


@pytest.fixture
def files(root, tmp_path):
    write_files(tmp_path / "user", {"mine.md": "Mine.\n"})
    return ProjectRuleFiles(root, user=tmp_path / "user")


def test_it_stays_while_nothing_changes(root, files):
    assert stamp(files) == stamp(files)
    assert hash(stamp(files)) == hash(stamp(ProjectRuleFiles(root, user=files.sources["user"].top)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".ai-rules/a.md", "Another one.\n"),
        (".ai-rules/a.md", "B.\n"),
        (".ai-rules/new.md", "New.\n"),
        (".ai-rules/checks/a.yml", "id: longer\n"),
        ("sub/.ai-rules/b.md", "Longer than it was.\n"),
        ("new/folder/.ai-rules/c.md", "C.\n"),
        ("AGENTS.md", "New.\n"),
        ("docs/style.md", "What another tool's file pulls in.\n"),
        ("package.json", '{"dependencies": {"react": "19"}}\n'),
        ("../user/mine.md", "Mine and more.\n"),
        ("../user/more.md", "More.\n"),
    ],
)
def test_it_differs_when_a_rule_may_have_changed(root, files, path, text):
    before = stamp(files)
    is_new = not (root / path).exists()
    write_files(root, {path: text})
    if not is_new:
        # As if some time had passed: a disk's clock ticks every few milliseconds.
        os.utime(root / path, ns=(1, 1))
    assert stamp(files) != before


def test_it_differs_when_a_rule_goes_or_is_replaced(root, files):
    before = stamp(files)
    (root / "spare").write_text("A.\n")
    info = (root / ".ai-rules/a.md").stat()
    os.utime(root / "spare", ns=(info.st_atime_ns, info.st_mtime_ns))
    (root / "spare").replace(root / ".ai-rules/a.md")
    replaced = stamp(files)
    assert replaced != before
    (root / ".ai-rules/a.md").unlink()
    assert stamp(files) not in {before, replaced}


def test_a_link_that_leads_nowhere_has_one_too(root, files):
    (root / ".ai-rules/gone.md").symlink_to(root / "nowhere.md")
    before = stamp(files)
    assert before == stamp(files)
    write_files(root, {"nowhere.md": "Here.\n"})
    assert stamp(files) != before
