"""A check of one file starts fast because it loads little."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.harness.gateways import NO_PRINT
from tests.harness.program import environment, write_files
from tests.harness.world_git import git

LOADED = """
import json, runpy, sys
before = set(sys.modules)
sys.argv = ["rulewright", *sys.argv[1:]]
try:
    runpy.run_module("rulewright", run_name="__main__")
except SystemExit as end:
    code = end.code
loaded = {name.split(".")[0] for name in set(sys.modules) - before}
others = {n for n in loaded if n not in sys.stdlib_module_names and not n.startswith(("_", "cython_runtime"))}
print(json.dumps({"code": code, "others": sorted(others), "all": sorted(loaded)}), file=sys.stderr)
"""

ONE_FILE = ["ast_grep_py", "click", "msgspec", "rulewright", "yaml"]
"""What a check of one file needs from others. To add one costs every user of a save hook its time."""

SLOW_PARTS = {
    "asyncio", "cattrs", "concurrent", "http", "logging", "lsprotocol", "multiprocessing", "pathspec", "pickle",
    "pygls", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "typing_extensions", "unittest", "watchfiles", "xml",
}  # fmt: skip


def loaded(root, *arguments, stdin=""):
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=root,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )
    found = json.loads(done.stderr.splitlines()[-1])
    assert done.returncode == found["code"]
    return found


@pytest.fixture
def root(tmp_path):
    return write_files(tmp_path, {".git/HEAD": "", ".ai-rules/no-print.md": NO_PRINT, "a.py": "print(1)\n"})


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "a.py"],
        ["check", "--format", "json", "a.py"],
        ["check", "--format", "github", "a.py"],
        ["check", "--format", "junit", "a.py"],
        ["check", "-", "--stdin-filename", "a.py"],
    ],
)
def test_a_check_of_one_file_loads_these_packages_and_no_other(root, arguments):
    found = loaded(root, *arguments, stdin="print(1)\n")
    assert found["code"] == 1
    assert found["others"] == ONE_FILE
    assert SLOW_PARTS & set(found["all"]) <= {"tempfile"}


def test_explaining_one_file_loads_no_more(root):
    found = loaded(root, "rules", "why", "a.py")
    assert found["code"] == 0
    assert set(found["others"]) <= set(ONE_FILE)


def test_the_version_loads_next_to_nothing(root):
    found = loaded(root, "--version")
    assert found["others"] == ["rulewright"]
    assert not SLOW_PARTS & set(found["all"]) - {"tempfile"}


def test_an_index_is_built_without_what_msgspec_can_do_without(root):
    found = loaded(root, "index", "build", "--quiet")
    assert found["code"] == 0
    assert "typing_extensions" not in found["all"]


def test_a_workspace_needs_only_the_reader_of_ignore_files_beside(root):
    write_files(root, {".gitignore": "*.log\n"})
    # Which asks for the other by itself.
    assert loaded(root, "check")["others"] == sorted([*ONE_FILE, "pathspec", "typing_extensions"])


def test_only_what_asks_git_starts_programs(root):
    write_files(root, {"b.json": '{"version": 1, "findings": []}'})
    assert "subprocess" not in loaded(root, "check", "--baseline", "b.json", "a.py")["all"]
    shutil.rmtree(root / ".git")
    git(root, "init", "-q")
    git(root, "commit", "-q", "--allow-empty", "-m", "first")
    since = loaded(root, "check", "--since", "HEAD", "a.py")
    assert since["others"] == ONE_FILE
    assert "subprocess" in since["all"]
