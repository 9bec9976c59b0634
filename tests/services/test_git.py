"""What git says about changes, read from a real git with files of every kind."""

import os
import shutil
from pathlib import Path

import pytest

from rulewright.core.changed import read_changes, read_patch
from rulewright.services import git as service
from rulewright.services.git import GitProblem, changed_since
from tests.harness.program import write_files
from tests.harness.world_git import git

ODD_NAMES = [
    "two words.py",
    "🦀.py",
    "caf\udce9.py",
    "line\nbreak.py",
    "tab\there.py",
    "'quo\"ted\\.py",
    "-q.py",
    "b/c.py",
]


@pytest.fixture
def root(tmp_path):
    git(tmp_path, "init", "-q")
    return tmp_path


def commit(root):
    git(root, "add", "--all")
    git(root, "commit", "-q", "--allow-empty", "-m", "more")


def test_names_of_every_kind_are_read(root):
    write_files(root, dict.fromkeys(ODD_NAMES, "a\nb\n"))
    commit(root)
    write_files(root, dict.fromkeys(ODD_NAMES, "a\nB\nc"))
    assert changed_since(root, "HEAD").files == dict.fromkeys(ODD_NAMES, ((1, 3),))
    git(root, "rm", "-q", "--cached", "-r", ".")
    git(root, "commit", "-q", "-m", "none")
    assert changed_since(root, "HEAD").files == dict.fromkeys(ODD_NAMES)


def test_every_kind_of_change_is_told(root):
    before = {
        "same.py": "a\n",
        "gone.py": "a\n",
        "shorter.py": "a\nb\nc\nd\n",
        "first.py": "a\nb\n",
        "looks like a patch.py": "@@ -1 +1 @@\n+++ b/other.py\n--- a/other.py\nend\n",
        "no end.py": "a",
        "crlf.py": "a\r\nb\r\n",
        "link.py": "a\n",
        "blob.py": b"\0a",
        "marked.py": "a\n",
        "mode.sh": "a\n",
        "moved.py": "a\nb\nc\nd\n",
        ".gitattributes": "marked.py binary\n",
    }
    write_files(root, before)
    commit(root)
    git(root, "mv", "moved.py", "to.py")
    (root / "gone.py").unlink()
    (root / "link.py").unlink()
    (root / "link.py").symlink_to("same.py")
    (root / "mode.sh").chmod(0o755)
    after = {
        "shorter.py": "a\nd\n",
        "first.py": "b\n",
        "looks like a patch.py": "@@ -1 +2 @@\n+++ b/another.py\n--- a/other.py\nend\n++ b/third.py\n",
        "no end.py": "a\nb",
        "crlf.py": "a\r\nB\r\n",
        "blob.py": b"\0b",
        "marked.py": "b\n",
        "staged.py": "new\n",
        "empty.py": "",
        "untracked.py": "a\nb\n",
    }
    write_files(root, after)
    git(root, "add", "staged.py", "empty.py")
    assert changed_since(root, "HEAD").files == {
        "shorter.py": ((1, 1),),
        "first.py": ((0, 0),),
        "looks like a patch.py": ((0, 2), (4, 5)),
        "no end.py": ((0, 2),),
        "crlf.py": ((1, 2),),
        "link.py": ((0, 1),),
        "blob.py": None,
        "marked.py": None,
        "mode.sh": (),
        "to.py": (),
        "staged.py": ((0, 1),),
        "empty.py": (),
        "untracked.py": None,
    }


def test_a_project_in_a_part_of_a_repository_sees_only_that(root):
    write_files(root, {"part/a.py": "a\n", "b.py": "b\n"})
    commit(root)
    write_files(root, {"part/a.py": "A\n", "b.py": "B\n", "part/new.py": "", "beside.py": ""})
    assert changed_since(root / "part", "HEAD").files == {"a.py": ((0, 1),), "new.py": None}


def test_settings_of_the_user_and_of_a_hook_change_nothing(root, tmp_path):
    write_files(root, {"a é.py": "a\nb\nc\nd\n", "sub/b.py": "x\n"})
    commit(root)
    write_files(root, {"a é.py": "a\nb\nC\nd\n"})
    plain = changed_since(root, "HEAD")
    for name, value in {
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
        "diff.external": "false",
        "diff.context": "9",
        "diff.interHunkContext": "9",
        "diff.relative": "false",
        "core.quotePath": "false",
        "color.ui": "always",
        "core.fsmonitor": str(root / "never-there"),
    }.items():
        git(root, "config", name, value)
    hook = {"GIT_DIR": "elsewhere", "GIT_INDEX_FILE": "none", "GIT_EXTERNAL_DIFF": "false", "GIT_DIFF_OPTS": "-u9"}
    assert changed_since(root, "HEAD", {**os.environ, **hook}) == plain
    assert plain.files == {"a é.py": ((2, 3),)}


def test_the_commit_where_the_branches_parted_is_what_counts(root):
    write_files(root, {"a.py": "a\n"})
    commit(root)
    git(root, "branch", "topic")
    write_files(root, {"a.py": "A\n", "b.py": "b\n"})
    commit(root)
    git(root, "checkout", "-q", "topic")
    write_files(root, {"c.py": "c\n"})
    commit(root)
    for revision in ("main", "main~0", git(root, "rev-parse", "main").strip()):
        assert changed_since(root, revision).files == {"c.py": ((0, 1),)}


def problem(root, revision="HEAD", **environ):
    with pytest.raises(GitProblem) as raised:
        changed_since(root, revision, {**os.environ, **environ})
    return str(raised.value)


def test_without_git_a_sentence_says_so(root, tmp_path):
    (tmp_path / "empty").mkdir()
    assert problem(root, PATH=str(tmp_path / "empty")) == "git was not found on the PATH, and --since needs it."


def test_a_git_that_may_not_be_started_is_told(root, tmp_path):
    write_files(tmp_path, {"bin/git": "no program"})
    assert problem(root, PATH=str(tmp_path / "bin")) == "git could not be started: Permission denied."


def fake(tmp_path, script):
    write_files(tmp_path, {"bin/git": f"#!/bin/sh\n{script}\n"})
    (tmp_path / "bin/git").chmod(0o755)
    return f"{tmp_path / 'bin'}:{os.environ['PATH']}"


def test_a_git_that_takes_too_long_is_ended(root, tmp_path, monkeypatch):
    monkeypatch.setattr(service, "TIMEOUT_S", 0.2)
    path = fake(tmp_path, "exec tail -f /dev/null")
    assert problem(root, PATH=path) == "`git rev-parse` took longer than 0.2 s and was ended."


def test_a_repository_of_somebody_else_is_told(root, tmp_path):
    said = "fatal: detected dubious ownership in repository at '/x'"
    assert "does not trust this folder: detected dubious ownership" in problem(
        root, PATH=fake(tmp_path, f'echo "{said}" >&2; exit 128')
    )


def test_a_diff_that_fails_is_told(root, tmp_path):
    commit(root)
    real = shutil.which("git")
    script = f'case "$*" in *numstat*) echo "fatal: bad object" >&2; exit 128;; esac; exec {real} "$@"'
    assert problem(root, PATH=fake(tmp_path, script)) == "`git diff` failed: bad object."


@pytest.mark.parametrize("revision", ["-q", "--output=x", "", "a\0b", "HEAD^{tree}", "a..b", "@{u}", "HEAD:a.py"])
def test_what_is_no_revision_is_refused(root, revision):
    write_files(root, {"a.py": "a\n"})
    commit(root)
    assert problem(root, revision).startswith("git knows no revision ")
    assert not Path(root, "x").exists()


def test_a_patch_that_ends_early_is_read_as_far_as_it_goes():
    patch = b"+++ b/a.py\n@@ -1,2 +3,9 @@\n-x\n"
    assert read_patch(patch) == {"a.py": ((2, 11),)}
    assert read_changes(b"1\t1\ta.py\0x\0", b"", b"").files == {"a.py": ()}


def test_before_the_first_commit_all_is_new(root):
    write_files(root, {"a.py": "a\n", "b.py": "b\n", "c.txt": "", ".gitignore": "c.txt\n"})
    git(root, "add", "a.py")
    assert changed_since(root, "HEAD").files == dict.fromkeys(["a.py", "b.py", ".gitignore"])
    assert problem(root, "main") == "git knows no revision `main` here."
