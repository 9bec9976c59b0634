"""Changes on a real disk are seen, however they are made."""

import asyncio
import shutil
from contextlib import asynccontextmanager

import pytest

from rulewright.services import watcher
from rulewright.services.watcher import is_wanted, watch


class Seen:
    """What was reported; a test waits for the paths that it wants to see."""

    def __init__(self):
        self.paths = set()
        self.changed = asyncio.Event()
        self.asked = asyncio.Event()
        self.held = asyncio.Event()
        self.held.set()

    async def take(self, paths):
        self.paths |= set(paths)
        self.changed.set()
        await self.held.wait()

    async def until(self, *paths):
        while not {str(p) for p in paths} <= self.paths:
            self.changed.clear()
            await self.changed.wait()

    async def after_writing(self, rule):
        """Write a rule; then it must be reported, or its folder is, which has all of it looked through."""
        self.paths.clear()
        rule.write_text("one")
        while self.paths.isdisjoint({str(rule), str(rule.parent)}):
            self.changed.clear()
            await self.changed.wait()


@asynccontextmanager
async def watching(roots, folders=None):
    seen = Seen()

    def asked():
        seen.asked.set()
        return [str(r) for r in roots]

    def rule_folders():
        return [f"{r}/.ai-rules" for r in roots] if folders is None else [str(f) for f in folders]

    task = asyncio.ensure_future(watch(asked, rule_folders, seen.take))
    await seen.asked.wait()
    # The watch is set up by the tasks that `watch` starts, when they first run.
    for _ in range(5):
        await asyncio.sleep(0)
    try:
        yield seen
    finally:
        assert not task.done()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.fixture
def root(tmp_path):
    (tmp_path / ".ai-rules").mkdir()
    return tmp_path


async def test_an_edited_rule_is_seen(root):
    rule = root / ".ai-rules/a.md"
    rule.write_text("one")
    async with watching([root]) as seen:
        rule.write_text("two")
        await seen.until(rule)


async def test_a_rule_that_an_editor_replaces_is_seen(root):
    rule = root / ".ai-rules/a.md"
    rule.write_text("one")
    async with watching([root]) as seen:
        (root / ".ai-rules/.a.md.swp").write_text("two")
        (root / ".ai-rules/.a.md.swp").rename(rule)
        await seen.until(rule)


async def test_a_new_folder_of_rules_is_seen(root):
    async with watching([root]) as seen:
        (root / ".ai-rules/10-python").mkdir()
        await seen.until(root / ".ai-rules/10-python")
        (root / ".ai-rules/10-python/a.md").write_text("one")
        await seen.until(root / ".ai-rules/10-python/a.md")


async def test_a_deleted_rule_is_seen(root):
    rule = root / ".ai-rules/a.md"
    rule.write_text("one")
    async with watching([root]) as seen:
        rule.unlink()
        await seen.until(rule)


@pytest.mark.parametrize("name", ["rulewright.toml", "pyproject.toml"])
async def test_settings_are_seen(root, name):
    async with watching([root]) as seen:
        (root / "other.toml").write_text("")
        (root / name).write_text("")
        await seen.until(root / name)
        assert str(root / "other.toml") not in seen.paths


async def test_the_first_rules_of_a_project_are_seen(tmp_path):
    async with watching([tmp_path]) as seen:
        (tmp_path / ".ai-rules").mkdir()
        await seen.until(tmp_path / ".ai-rules")
        for n in range(5):
            await seen.after_writing(tmp_path / f".ai-rules/{n}.md")


async def test_rules_that_are_removed_and_come_back_are_seen(root):
    async with watching([root]) as seen:
        shutil.rmtree(root / ".ai-rules")
        await seen.until(root / ".ai-rules")
        (root / ".ai-rules").mkdir()
        for n in range(5):
            await seen.after_writing(root / f".ai-rules/{n}.md")


async def test_what_changes_while_a_change_is_taken_is_not_lost(root):
    async with watching([root]) as seen:
        seen.held.clear()
        (root / ".ai-rules/a.md").write_text("one")
        await seen.until(root / ".ai-rules/a.md")
        (root / ".ai-rules/b.md").write_text("one")
        (root / "rulewright.toml").write_text("")
        seen.held.set()
        await seen.until(root / ".ai-rules/b.md", root / "rulewright.toml")


async def test_several_roots_and_nested_rules_are_seen(tmp_path):
    roots = [tmp_path / "one", tmp_path / "two"]
    folders = [tmp_path / "one/.ai-rules", tmp_path / "two/.ai-rules", tmp_path / "two/app/.ai-rules"]
    for folder in folders:
        folder.mkdir(parents=True)
    async with watching(roots, folders) as seen:
        for folder in folders:
            (folder / "🦀 a.md").write_text("one")
        await seen.until(*(folder / "🦀 a.md" for folder in folders))


async def test_a_file_whose_name_is_not_utf_8_ends_nothing(root, monkeypatch):
    monkeypatch.setattr(watcher, "RETRY_S", 0.01)
    async with watching([root]) as seen:
        for folder in (root, root / ".ai-rules"):
            (folder / "caf\udce9.md").write_text("one")
            await seen.until(root / ".ai-rules")
            await seen.after_writing(root / ".ai-rules/a.md")


async def test_a_root_that_is_opened_later_is_watched(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher, "LOOK_AGAIN_S", 0.01)
    monkeypatch.setattr(watcher, "RETRY_S", 0.01)
    roots = []
    async with watching(roots) as seen:
        for name in ("one", "two"):
            (tmp_path / name / ".ai-rules").mkdir(parents=True)
            roots.append(tmp_path / name)
            await seen.until(tmp_path / name / ".ai-rules")
            await seen.after_writing(tmp_path / name / ".ai-rules/a.md")


async def test_a_root_that_is_deleted_ends_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher, "RETRY_S", 0.01)
    root = tmp_path / "root"
    (root / ".ai-rules").mkdir(parents=True)
    async with watching([root]) as seen:
        shutil.rmtree(root)
        await seen.until(root / ".ai-rules")
        (root / ".ai-rules").mkdir(parents=True)
        for n in range(5):
            await seen.after_writing(root / f".ai-rules/{n}.md")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/w/.ai-rules", True),
        ("/w/x/.ai-rules/10/a.md", True),
        ("/w/rulewright.toml", True),
        ("/w/pyproject.toml", True),
        ("/w/my-pyproject.toml", False),
        ("/w/.ai-rules-old/a.md", False),
        ("/w/a.py", False),
    ],
)
def test_only_rules_and_settings_matter(path, wanted):
    assert is_wanted(path) is wanted
