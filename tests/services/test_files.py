"""The disk as it really is: odd names, links in circles, pipes, files that go while they are looked at."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.core.sources import NEVER, Found, Skipped
from rulewright.services.files import (
    ProjectRuleFiles,
    Unreadable,
    find_root,
    is_rule_file,
    read_text,
    rules_folder_of,
    walk,
    write_new,
    write_text,
)
from rulewright.services.files.walk import NEVER_WALKED


def write(root: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content, "utf-8")
    return root


def found(root, start="", **options):
    return [e.path for e in walk(root, start, **options) if isinstance(e, Found)]


def skipped(root, start="", **options):
    return {e.path: e.reason for e in walk(root, start, **options) if isinstance(e, Skipped)}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


# Walking


def test_files_come_sorted_within_each_folder(tmp_path):
    write(tmp_path, dict.fromkeys(["b.py", "a/z.py", "a/b/c.py", "c/d.py", "a.py"], ""))
    assert found(tmp_path) == ["a/b/c.py", "a/z.py", "a.py", "b.py", "c/d.py"]
    assert found(tmp_path, "a") == ["a/b/c.py", "a/z.py"]


GIT_CASES = {
    "a pattern": ({".gitignore": "*.log\n"}, ["a.py"], ["a.log", "b/c.log"]),
    "an anchored pattern": ({".gitignore": "/a.py\n"}, ["b/a.py"], ["a.py"]),
    "a folder": ({".gitignore": "build/\n"}, ["c/build"], ["build/a.py", "b/build/c/d.py"]),
    "a pattern and its exception": ({".gitignore": "*.py\n!keep.py\n"}, ["keep.py", "b/keep.py"], ["a.py", "b/a.py"]),
    "nothing is kept below an ignored folder": (
        {".gitignore": "out/\n!out/keep.py\n"},
        ["a.py"],
        ["out/keep.py"],
    ),
    "a nested file is nearer": (
        {".gitignore": "*.gen\n", "b/.gitignore": "!*.gen\nlocal.py\n"},
        ["b/a.gen", "local.py"],
        ["a.gen", "b/local.py"],
    ),
    "a nested anchor": ({"b/.gitignore": "/x/*.py\n"}, ["x/a.py", "b/c/x/a.py"], ["b/x/a.py"]),
    "the repository's own excludes": (
        {".git/info/exclude": "private/\n*.tmp\n"},
        ["a.py"],
        ["private/a.py", "b/a.tmp"],
    ),
    "an ignore file above the excludes": (
        {".git/info/exclude": "*.tmp\n", ".gitignore": "!a.tmp\n"},
        ["a.tmp"],
        ["b.tmp"],
    ),
    "comments, blanks and escapes": (
        {".gitignore": "# no\n\n\\#yes\n\\!yes\ntrailing   \n"},
        ["# no"],
        ["#yes", "!yes", "trailing"],
    ),
    "windows line ends": ({".gitignore": "*.log\r\nbuild/\r\n"}, ["a.py"], ["a.log", "build/a.py"]),
    "a byte order mark": ({".gitignore": "\ufeff*.log\n"}, ["a.py"], ["a.log"]),
    "double stars": (
        {".gitignore": "a/**/z.py\n**/temp\n"},
        ["z.py"],
        ["a/z.py", "a/b/c/z.py", "b/temp/x", "temp"],
    ),
    "a form feed within a line": ({".gitignore": "a\x0cb.py\n"}, ["b.py", "a"], ["a\x0cb.py"]),
    "patterns that mean nothing": ({".gitignore": "!\n\\\n*.log\n"}, ["a.py"], ["a.log"]),
}
"""Ignore files, what `git ls-files --others --exclude-standard` lists beside them, and what it leaves out."""


@pytest.mark.parametrize(("ignores", "kept", "ignored"), GIT_CASES.values(), ids=GIT_CASES.keys())
def test_the_ignore_files_mean_what_they_mean_to_git(tmp_path, ignores, kept, ignored):
    write(tmp_path, {**dict.fromkeys([*kept, *ignored], ""), **ignores})
    assert [p for p in found(tmp_path) if ".gitignore" not in p] == sorted(kept, key=lambda p: p.split("/"))


def test_what_is_ignored_is_named_with_its_reason(tmp_path):
    write(tmp_path, {".gitignore": "build/\n*.log\n", "build/a.py": "", "a.log": "", "b.py": "", "c.py": ""})
    assert skipped(tmp_path, exclude=["b*"]) == {
        "build/": "ignored by git",
        "a.log": "ignored by git",
        "b.py": "named by check.exclude",
    }


def test_an_ignore_file_of_other_tools_counts_and_has_the_last_word(tmp_path):
    write(tmp_path, {".gitignore": "*.gen\n", ".ignore": "!keep.gen\nlocal.py\n"})
    write(tmp_path, dict.fromkeys(["a.gen", "keep.gen", "local.py"], ""))
    assert found(tmp_path) == [".gitignore", ".ignore", "keep.gen"]
    assert found(tmp_path, gitignore=False) == [".gitignore", ".ignore", "a.gen", "keep.gen", "local.py"]


def test_a_walk_that_starts_below_knows_the_ignore_files_above(tmp_path):
    write(tmp_path, {".gitignore": "*.gen\n", "a/.gitignore": "local.py\n"})
    write(tmp_path, dict.fromkeys(["a/b/x.gen", "a/b/local.py", "a/b/c.py"], ""))
    assert found(tmp_path, "a/b") == ["a/b/c.py"]


def test_a_pattern_of_bytes_that_are_no_text_matches_such_a_name(tmp_path):
    (tmp_path / ".gitignore").write_bytes(b"caf\xe9.py\n")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.py")).touch()
    (tmp_path / "café.py").touch()
    assert found(tmp_path) == [".gitignore", "café.py"]


def test_an_ignore_file_that_is_a_pipe_or_a_folder_is_passed_over(tmp_path):
    os.mkfifo(tmp_path / ".gitignore")
    (tmp_path / ".ignore").mkdir()
    (tmp_path / "a.py").touch()
    assert found(tmp_path) == ["a.py"]
    assert skipped(tmp_path) == {".gitignore": "not a regular file"}


@pytest.mark.parametrize("name", sorted(NEVER_WALKED))
def test_folders_of_other_people_s_files_are_never_walked(tmp_path, name):
    write(tmp_path, {f"{name}/a.py": "", f"b/{name}/c.py": ""})
    assert found(tmp_path, gitignore=False) == []
    assert skipped(tmp_path, gitignore=False) == {f"{name}/": NEVER, f"b/{name}/": NEVER}


def test_a_file_may_have_the_name_of_such_a_folder(tmp_path):
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert found(tmp_path) == [".git"]


def test_a_virtual_environment_is_known_by_its_file_whatever_its_name(tmp_path):
    write(tmp_path, {"env of mine/pyvenv.cfg": "", "env of mine/lib/a.py": "", "pyvenv.cfg.py": ""})
    assert found(tmp_path) == ["pyvenv.cfg.py"]
    assert skipped(tmp_path) == {"env of mine/": "virtual environment"}


def test_what_mix_installs_is_not_the_projects(tmp_path):
    write(
        tmp_path,
        {"mix.exs": "", "deps/ash/mix.exs": "", "_build/dev/a.ex": "", "lib/deps/a.ex": "", "web/deps/b.ts": ""},
    )
    assert found(tmp_path) == ["lib/deps/a.ex", "mix.exs", "web/deps/b.ts"]
    assert skipped(tmp_path) == {"deps/": "never checked", "_build/": "never checked"}


def test_links_are_named_and_not_followed(tmp_path):
    write(tmp_path, {"a/b.py": ""})
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "self").symlink_to("self")
    (tmp_path / "file").symlink_to("a/b.py")
    (tmp_path / "gone").symlink_to("nowhere")
    assert found(tmp_path) == ["a/b.py"]
    assert skipped(tmp_path) == dict.fromkeys(["a/loop", "self", "file", "gone"], "symbolic link")


def test_what_is_no_file_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a.py").touch()
    assert found(tmp_path) == ["a.py"]
    assert skipped(tmp_path) == {"pipe": "not a regular file"}


@pytest.mark.parametrize(
    ("start", "reason"), [("gone", "No such file or directory"), ("file", "Not a directory"), ("loop", "Too many")]
)
def test_a_folder_that_cannot_be_listed_is_named(tmp_path, start, reason):
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to("loop")
    ((path, why),) = skipped(tmp_path, start).items()
    assert path == start
    assert why.startswith(f"cannot be listed: {reason}")


def test_what_is_deleted_while_it_is_walked_does_not_end_the_walk(tmp_path):
    write(tmp_path, dict.fromkeys(["a.py", "b/c.py", "b/d/e.py", "f.py", "g/h.py"], ""))
    walking = walk(tmp_path)
    assert next(walking) == Found("a.py")
    (tmp_path / "b/d/e.py").unlink()
    (tmp_path / "b/d").rmdir()
    (tmp_path / "b/c.py").unlink()
    (tmp_path / "b").rmdir()
    (tmp_path / "f.py").unlink()
    assert list(walking) == [
        Skipped("b", "cannot be listed: No such file or directory"),
        Found("f.py"),
        Found("g/h.py"),
    ]


ODD_NAMES = ["two words.py", "🦀 crab.py", "line\nbreak.py", "tab\t.py", "-rf", "e\u0301.py", "é.py", "quote'\".py"]


def test_names_are_given_as_they_are(tmp_path):
    for name in ODD_NAMES:
        (tmp_path / name).touch()
    assert sorted(found(tmp_path)) == sorted(ODD_NAMES)


def test_a_name_that_is_not_utf_8_leads_back_to_its_file(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("text")
    (path,) = found(tmp_path)
    assert os.fsencode(path) == b"caf\xe9.py"
    assert read_text(tmp_path / path, max_kb=1) == "text"


def test_folders_may_be_nested_more_deeply_than_calls(tmp_path):
    deep = sys.getrecursionlimit() + 200
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(deep):
        os.mkdir("d", dir_fd=folder)
        inner = os.open("d", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = inner
    os.close(os.open("a.py", os.O_CREAT, dir_fd=folder))
    os.close(folder)
    assert found(tmp_path) == ["d/" * deep + "a.py"]
    # The removal that comes with temporary folders is recursive.
    subprocess.run(["rm", "-rf", str(tmp_path / "d")], check=True)


# The root


@pytest.mark.parametrize("mark", [".ai-rules", "rulewright.toml", ".git"])
def test_the_nearest_mark_is_the_root(tmp_path, mark):
    (tmp_path / ".git").mkdir()
    project = tmp_path / "project"
    (project / "a/b").mkdir(parents=True)
    (project / mark).mkdir()
    if mark == ".ai-rules":
        (tmp_path / ".git").rmdir()
    (project / "a/b/c.py").touch()
    assert find_root(project / "a/b") == project
    assert find_root(project / "a/b/c.py") == project
    assert find_root(project) == project


def test_nested_rules_belong_to_their_repository(tmp_path):
    for folder in (".git", ".ai-rules", "app/.ai-rules", "app/src/.ai-rules"):
        (tmp_path / folder).mkdir(parents=True)
    assert find_root(tmp_path / "app/src") == tmp_path


def test_without_a_repository_the_nearest_rules_are_the_root(tmp_path):
    for folder in (".ai-rules", "app/.ai-rules", "app/src"):
        (tmp_path / folder).mkdir(parents=True)
    assert find_root(tmp_path / "app/src") == tmp_path / "app"


def test_a_worktree_has_a_file_for_a_mark(tmp_path):
    (tmp_path / "tree/a").mkdir(parents=True)
    (tmp_path / "tree/.git").write_text("gitdir: elsewhere\n")
    assert find_root(tmp_path / "tree/a") == tmp_path / "tree"


def test_without_any_mark_the_folder_itself_is_the_root(tmp_path):
    (tmp_path / "a.py").touch()
    assert find_root(tmp_path) == tmp_path
    assert find_root(tmp_path / "a.py") == tmp_path
    assert find_root(tmp_path / "not there") == tmp_path


def test_steps_upwards_are_taken_before_marks_are_looked_for(tmp_path, monkeypatch):
    (tmp_path / "one/.git").mkdir(parents=True)
    (tmp_path / "two/.git").mkdir(parents=True)
    (tmp_path / "two/src").mkdir()
    monkeypatch.chdir(tmp_path / "one")
    assert find_root(Path("../two/src")) == tmp_path / "two"
    monkeypatch.chdir(tmp_path / "two/src")
    assert find_root(Path("..")) == tmp_path / "two"


# Reading


def reason(path, max_kb=1024):
    with pytest.raises(Unreadable) as caught:
        read_text(path, max_kb=max_kb)
    return str(caught.value)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(50 << 20)
    assert reason(tmp_path / "big") == "larger than 1024 kB (check.max_file_kb)"


def test_a_file_of_just_the_size_is_read(tmp_path):
    (tmp_path / "a").write_text("x" * 1024)
    assert len(read_text(tmp_path / "a", max_kb=1)) == 1024
    (tmp_path / "a").write_text("x" * 1025)
    assert reason(tmp_path / "a", max_kb=1) == "larger than 1 kB (check.max_file_kb)"


def test_what_is_no_file_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert reason(tmp_path / "pipe") == "not a regular file"
    assert reason(tmp_path) == "not a regular file"
    assert reason(Path("/dev/zero")) == "not a regular file"


def test_why_there_is_no_text_is_said(tmp_path):
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "dangling").symlink_to("nowhere")
    assert reason(tmp_path / "binary") == "binary"
    assert reason(tmp_path / "gone") == "deleted while it was read"
    assert reason(tmp_path / "dangling") == "deleted while it was read"
    assert reason(tmp_path / "loop") == "cannot be read: Too many levels of symbolic links"
    assert reason(tmp_path / "binary/x") == "cannot be read: Not a directory"
    assert reason(tmp_path / ("x" * 300)) == "cannot be read: File name too long"
    assert reason(tmp_path / "a\0b").startswith("cannot be read: ")


def test_an_error_while_reading_is_said():
    # A file that can be opened and not read.
    assert reason(Path("/proc/self/mem")) == "cannot be read: Input/output error"


BYTES = [b"caf\xe9\n", b"\xff\xfea\0b\0", b"\xef\xbb\xbfx", "🦀\r\n\r\n".encode(), b"\xed\xa0\x80", b"a\rb\n", b""]


@pytest.mark.parametrize("data", BYTES)
def test_a_text_that_is_written_back_has_the_same_bytes(tmp_path, data):
    path = tmp_path / "a"
    path.write_bytes(data)
    write_text(path, read_text(path, max_kb=1))
    assert path.read_bytes() == data


# Writing


@pytest.mark.parametrize("mode", [0o644, 0o755, 0o600, 0o444])
def test_a_file_keeps_its_permissions(tmp_path, mode):
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(mode)
    write_text(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_through_a_link_its_target_is_written(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a").write_text("old")
    (tmp_path / "link").symlink_to("real/a")
    (tmp_path / "link of link").symlink_to("link")
    write_text(tmp_path / "link of link", "new")
    assert (tmp_path / "link of link").is_symlink()
    assert (tmp_path / "real/a").read_text() == "new"
    assert not (tmp_path / "real/a").is_symlink()


def test_a_new_file_gets_its_folders(tmp_path):
    write_text(tmp_path / "a/b/c", "new")
    assert (tmp_path / "a/b/c").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "a/b/c").stat().st_mode) == 0o644


def test_a_target_that_cannot_be_replaced_leaves_no_temporary_file(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError):
        write_text(tmp_path / "folder", "new")
    assert names(tmp_path) == ["folder"]


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").write_text("old")
    with pytest.raises(OSError):
        write_text(tmp_path / "file/a", "new")
    assert (tmp_path / "file").read_text() == "old"
    assert names(tmp_path) == ["file"]


def test_a_disk_that_is_full_leaves_the_old_file_whole(tmp_path):
    """A limit on the size of files is met in the middle of writing, as the end of a disk is."""
    (tmp_path / "a").write_text("old")
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from rulewright.services.files import write_text\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_text(Path('a'), 'x' * 100_000)\n"
        "except OSError as error:\n"
        "    print(error.strerror)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "File too large\n"
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_text_that_cannot_be_bytes_leaves_the_old_file_whole(tmp_path):
    (tmp_path / "a").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_text(tmp_path / "a", "\ud83d")
    assert (tmp_path / "a").read_text() == "old"
    assert names(tmp_path) == ["a"]


# Rule files


def rule_paths(root, near=None, **options):
    return [o.path for o in ProjectRuleFiles(root, defaults=None, **options).list(near)]


def test_rule_files_are_found_in_every_folder(tmp_path):
    write(
        tmp_path,
        dict.fromkeys(
            [
                ".ai-rules/10-b/two.md",
                ".ai-rules/one.mdc",
                ".ai-rules/ONE.MARKDOWN",
                ".ai-rules/README.md",
                ".ai-rules/10-b/readme.MD",
                ".ai-rules/.hidden.md",
                ".ai-rules/notes.txt",
                "app/.ai-rules/three.md",
                "app/src/.ai-rules/four.md",
                "app/src/not-a-rule.md",
                "node_modules/x/.ai-rules/theirs.md",
            ],
            "",
        ),
    )
    files = ProjectRuleFiles(tmp_path, defaults=None)
    assert [(o.folder, o.below) for o in files.list()] == [
        ("", "10-b/two.md"),
        ("", "ONE.MARKDOWN"),
        ("", "one.mdc"),
        ("app", "three.md"),
        ("app/src", "four.md"),
    ]


def test_only_rules_that_could_apply_are_listed_near_a_path(tmp_path):
    write(
        tmp_path,
        dict.fromkeys([".ai-rules/a.md", "app/.ai-rules/b.md", "app/x/.ai-rules/c.md", "lib/.ai-rules/d.md"], ""),
    )
    assert rule_paths(tmp_path, ["app/main.py"]) == [".ai-rules/a.md", "app/.ai-rules/b.md"]
    assert rule_paths(tmp_path, ["app/x/y/z.py"]) == [".ai-rules/a.md", "app/.ai-rules/b.md", "app/x/.ai-rules/c.md"]
    assert rule_paths(tmp_path, ["main.py"]) == [".ai-rules/a.md"]
    assert rule_paths(tmp_path, ["lib/a.py", "app/b.py"]) == [
        ".ai-rules/a.md",
        "app/.ai-rules/b.md",
        "lib/.ai-rules/d.md",
    ]
    assert rule_paths(tmp_path, []) == [".ai-rules/a.md"]


def test_near_and_far_agree(tmp_path):
    write(tmp_path, dict.fromkeys([".ai-rules/a.md", "app/.ai-rules/b.md", "app/x/.ai-rules/c.md"], ""))
    assert rule_paths(tmp_path, ["app/x/y.py"]) == rule_paths(tmp_path)


def test_personal_rules_count_though_git_ignores_them(tmp_path):
    write(tmp_path, {".gitignore": ".ai-rules/\n", ".ai-rules/a.md": "", "app/.ai-rules/b.md": ""})
    assert rule_paths(tmp_path) == [".ai-rules/a.md"]
    assert rule_paths(tmp_path, gitignore=False) == [".ai-rules/a.md", "app/.ai-rules/b.md"]


def test_a_rules_folder_may_be_a_link_within_the_project(tmp_path):
    write(tmp_path, {"shared/a.md": "A.", "project/own/b.md": "B."})
    project = tmp_path / "project"
    (project / ".ai-rules").symlink_to("own")
    files = ProjectRuleFiles(project, defaults=None)
    assert rule_paths(project) == [".ai-rules/b.md"]
    assert [files.read(o) for o in files.list()] == [b"B."]
    (project / ".ai-rules").unlink()
    (project / ".ai-rules").symlink_to("../shared")
    with pytest.raises(OSError, match="leads out of the project"):
        files.read(files.list()[0])


def test_a_new_file_is_not_written_over_another_nor_through_a_link_that_leads_out(tmp_path):
    write(tmp_path, {"outside/a": "", "project/there": "old"})
    project = tmp_path / "project"
    (project / "out").symlink_to("../outside")
    (project / "dangling").symlink_to("../outside/new")
    assert write_new(project, "deep/new", "x")
    assert not write_new(project, "there", "x")
    assert not write_new(project, "dangling", "x")
    with pytest.raises(OSError, match="leads out of the project"):
        write_new(project, "out/b", "x")
    assert (project / "there").read_text() == "old"
    assert [p.name for p in (tmp_path / "outside").iterdir()] == ["a"]


def test_a_file_of_that_name_holds_no_rules(tmp_path):
    (tmp_path / ".ai-rules").write_text("")
    assert rule_paths(tmp_path) == []
    assert rule_paths(tmp_path, ["a.py"]) == []


def test_a_rule_file_that_is_gone_is_none_and_one_that_cannot_be_read_is_an_error(tmp_path):
    files = ProjectRuleFiles(tmp_path, defaults=None)
    origin = files.origin(".ai-rules/a.md")
    assert files.read(origin) is None
    (tmp_path / ".ai-rules/a.md").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        files.read(origin)


def test_our_own_rules_are_listed_and_can_be_read():
    files = ProjectRuleFiles(Path("/nowhere"))
    origins = files.list()
    assert origins
    assert {o.source for o in origins} == {"default"}
    assert all(files.read(o) for o in origins)


@pytest.mark.parametrize(
    ("path", "folder", "is_rule"),
    [
        (".ai-rules/a.md", "", True),
        ("x/y/.ai-rules/z/a.MDC", "x/y", True),
        ("x/.ai-rules/.ai-rules/a.md", "x", True),
        (".ai-rules/a.txt", "", False),
        (".ai-rules/Readme.md", "", False),
        (".ai-rules/.a.md", "", False),
        (".ai-rules", None, False),
        ("my.ai-rules/a.md", None, False),
        ("a.md", None, False),
    ],
)
def test_the_place_of_a_file_says_whether_it_is_a_rule(path, folder, is_rule):
    assert rules_folder_of(path) == folder
    assert is_rule_file(path) is is_rule
