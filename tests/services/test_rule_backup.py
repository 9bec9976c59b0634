"""Files are changed together or not at all, and the last run can be taken back."""

import os

import pytest

from rulewright.services.files import together
from rulewright.services.files.rule_backup import MAX_KEPT, NothingToRevert, revert, swap_with_backup
from rulewright.services.files.together import Changed, Swap
from rulewright.services.user_folders import look


@pytest.fixture
def root(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "old.md").write_bytes(b"old\r\n\xff")
    return tmp_path / "project"


SWAPS = [Swap("old.md", b"old\r\n\xff", b"new"), Swap("a/b/c.md", None, b"made")]


def files(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_run_is_taken_back(root, tmp_path):
    before = files(root)
    swap_with_backup(tmp_path / "state", root, "rules export", SWAPS)
    assert files(root) == {"old.md": b"new", "a/b/c.md": b"made"}
    done = revert(tmp_path / "state", root)
    assert (done.command, done.paths, done.removed) == ("rules export", ("old.md",), ("a/b/c.md",))
    assert files(root) == before
    assert not (root / "a").exists()
    with pytest.raises(NothingToRevert):
        revert(tmp_path / "state", root)


def test_what_was_edited_since_is_not_taken_back(root, tmp_path):
    swap_with_backup(tmp_path / "state", root, "rules export", SWAPS)
    (root / "a/b/c.md").write_bytes(b"edited")
    with pytest.raises(Changed, match=r"a/b/c\.md"):
        revert(tmp_path / "state", root)
    assert files(root) == {"old.md": b"new", "a/b/c.md": b"edited"}


@pytest.mark.parametrize("function", ["replace", "fsync"])
def test_a_full_disk_leaves_all_as_it_was(root, tmp_path, monkeypatch, function):
    before, calls = files(root), []
    real = getattr(os, function)

    def fails(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(together.os, function, fails)
    with pytest.raises(OSError, match="No space"):
        together.swap_all(root, SWAPS)
    assert files(root) == before
    assert not (root / "a").exists()


def test_what_changed_meanwhile_is_not_written_over(root, tmp_path):
    (root / "old.md").write_bytes(b"other")
    with pytest.raises(Changed):
        swap_with_backup(tmp_path / "state", root, "rules export", SWAPS)
    assert files(root) == {"old.md": b"other"}
    assert not [p for p in (tmp_path / "state").rglob("*") if p.is_file()]


def test_nothing_is_read_or_written_through_a_link_that_leads_out(root, tmp_path):
    (tmp_path / "secret").write_bytes(b"s")
    (root / "AGENTS.md").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="leads out"):
        together.swap_all(root, [Swap("AGENTS.md", b"s", b"t")])
    assert (tmp_path / "secret").read_bytes() == b"s"


def test_only_the_last_runs_are_kept_and_wipe_knows_them(root, tmp_path):
    for number in range(MAX_KEPT + 3):
        swap_with_backup(tmp_path / "state", root, "rules export", [Swap(f"{number}.md", None, b"x")])
    found = look(
        {
            name: str(tmp_path / "state")
            for name in ("RULEWRIGHT_STATE_DIR", "RULEWRIGHT_CACHE_DIR", "RULEWRIGHT_CONFIG_DIR")
        }
    )
    data = [kept for kept in found.kept if kept.name == "data"]
    assert len(data[0].files) == MAX_KEPT
