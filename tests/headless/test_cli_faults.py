"""The command line when its surroundings fail: pipes, signals, disks and names."""

import json
import os
import shutil
import signal
import subprocess
import sys

import pytest

from tests.harness import in_process
from tests.harness.gateways import NO_PRINT
from tests.harness.program import PROGRAM, ServerProcess, command, environment, write_files
from tests.harness.wait import until


@pytest.fixture
def root(tmp_path):
    return write_files(tmp_path, {".git/HEAD": "", ".ai-rules/no-print.md": NO_PRINT, "a.py": "print(1)\n"})


def shell(root, line):
    """Run a line of `sh`; gives its exit code, output and errors."""
    done = subprocess.run(  # noqa: PLW1510 - the exit code is for the test to look at
        ["sh", "-c", line, "sh", *PROGRAM], cwd=root, capture_output=True, env=environment(), stdin=subprocess.DEVNULL
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr
    return done.returncode, done.stdout, done.stderr


# Pipes


@pytest.mark.parametrize("output", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_a_reader_that_has_seen_enough_ends_the_output(root, output):
    write_files(root, {"many.py": "print(1)\n" * 5000})
    command_line = f'"$@" check --set check.max_findings=9000 --format {output}'
    code, out, err = shell(root, f'({command_line}; echo "exit $?" >&2) | head -c 1')
    assert (code, len(out)) == (0, 1)
    assert err == b"exit 1\n"


def test_a_reader_that_is_gone_before_the_first_word_is_no_fault(root):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*PROGRAM, "check"], cwd=root, stdout=writing, stderr=subprocess.PIPE, env=environment(), check=False
    )
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr == b""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["check", "check --format json", "check --fix"])
def test_streams_that_are_closed_are_not_missed(root, closed, arguments):
    code, _, _ = shell(root, f'"$@" {arguments} {closed}')
    assert code == (0 if arguments == "check --fix" else 1)


def test_closed_standard_input_holds_an_empty_file(root):
    code, out, _ = shell(root, '"$@" check -q - --stdin-filename a.py <&-')
    assert (code, out) == (0, b"")


@pytest.mark.parametrize("arguments", ["serve --stdio", "--stdio"])
def test_a_server_without_standard_input_leaves(root, arguments):
    code, out, _ = shell(root, f'"$@" {arguments} <&-')
    assert (code, out) == (0, b"")


@pytest.mark.parametrize("arguments", ["check", "--version", "--help"])
def test_a_full_disk_behind_the_output_is_said(root, arguments):
    code, _, err = shell(root, f'"$@" {arguments} > /dev/full')
    assert code == 2
    assert err == b"rulewright: No space left on device.\n"


# Signals

SLOW = """---
description: Slow
language: python
check:
  language: python
  message: m
  rule: {kind: identifier, regex: '^a$',
         inside: {stopBy: end, kind: module, has: {stopBy: end, kind: class_definition}}}
---
"""


def all_children(pid):
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):  # noqa: PTH208
        with open(f"/proc/{pid}/task/{task}/children") as listed:  # noqa: PTH123
            found += [int(child) for child in listed.read().split()]
    return found


def running(pid):
    with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123
        return stat.read().rpartition(b")")[2].split()[0] == b"R"


def interrupted(root, *arguments, whole_group=True):
    """Start a check, interrupt it when its processes are at work."""
    process = subprocess.Popen(
        [*PROGRAM, *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    workers = until(lambda: (found := all_children(process.pid)) and all(map(running, found)) and found)
    if whole_group:
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    until(lambda: not any(os.path.exists(f"/proc/{worker}") for worker in workers))  # noqa: PTH110
    return process.returncode, out, err


@pytest.mark.parametrize("whole_group", [True, False], ids=["typed", "sent"])
def test_an_interrupt_ends_the_check_and_its_processes(root, whole_group):
    write_files(root, {".ai-rules/slow.md": SLOW, **{f"{n}.py": "a\n" * 180_000 for n in range(4)}})
    code, out, err = interrupted(root, "check", whole_group=whole_group)
    assert code == 130
    assert out == b""
    assert err.strip() == b"Interrupted."


def test_an_interrupt_while_standard_input_is_read_ends_the_check(root):
    process = subprocess.Popen(
        [*PROGRAM, "check", "-", "--stdin-filename", "a.py"],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    until(lambda: is_reading(process.pid))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.strip() == b"Interrupted."


def is_reading(pid):
    """Whether the process waits in `read` of its standard input."""
    with open(f"/proc/{pid}/syscall") as syscall:  # noqa: PTH123
        words = syscall.read().split()
    return words[:2] == ["0", "0x0"]


# Disks

RACE = """
import sys
from rulewright import app
from rulewright.adapters.cli.main import run
from rulewright.files_gateway import FilesGateway

fix = FilesGateway.fix
def fix_late(self, project, report):
    with open("a.py", "w") as file:
        file.write("print(2)  # by somebody else\\n")
    return fix(self, project, report)
FilesGateway.fix = fix_late
sys.argv = ["rulewright", "check", "--fix", "-q"]
sys.exit(run(app))
"""


def test_a_file_that_changed_since_it_was_read_is_not_overwritten(root):
    done = subprocess.run([sys.executable, "-c", RACE], cwd=root, capture_output=True, env=environment(), check=False)
    assert (root / "a.py").read_text() == "print(2)  # by somebody else\n"
    assert b"a.py" in done.stderr
    assert b"changed while it was checked" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1


def test_a_disk_that_is_full_leaves_every_file_whole_and_is_said(root):
    """The limit on the size of files is met as the end of a disk is."""
    big = "print(1)\n" + "# filler\n" * 2000
    write_files(root, {"big.py": big, "z.py": "print(1)\n"})
    # 8 blocks of 512 bytes: the small files can be written, the big one cannot.
    code, _, err = shell(root, "trap '' XFSZ; ulimit -f 8; \"$@\" check -q --fix")
    assert code == 1
    assert b"big.py" in err
    assert b"File too large" in err
    assert (root / "big.py").read_text() == big
    assert [(root / name).read_text() for name in ("a.py", "z.py")] == ["log(1)\n", "log(1)\n"]
    assert not list(root.glob(".rulewright-*"))


def test_a_folder_that_nothing_can_be_written_to_is_said(root):
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY], cwd=root, capture_output=True, env=environment(), check=False
    )
    assert b"a.py" in done.stderr
    assert b"Read-only file system" in done.stderr
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1
    assert (root / "a.py").read_text() == "print(1)\n"


READ_ONLY = """
import errno, os, sys, tempfile
from rulewright import app
from rulewright.adapters.cli.main import run

def read_only(*arguments, **options):
    raise OSError(errno.EROFS, os.strerror(errno.EROFS))
tempfile.mkstemp = read_only
sys.argv = ["rulewright", "check", "--fix", "-q"]
sys.exit(run(app))
"""


def test_the_working_folder_may_be_gone(root):
    (root / "gone").mkdir()
    code, _, err = shell(root, 'cd gone && rmdir ../gone && "$@" check')
    assert code == 2
    assert err.startswith(b"rulewright: ")


# Names

NAMES = [
    "two words.py",
    "🦀.py",
    "caf\udce9.py",
    "line\nbreak.py",
    "-q.py",
    "'quoted\".py",
    "é.py",
    "e\u0301.py",
    "a;b&c.py",
]


def test_files_of_any_name_can_be_checked_and_fixed(root):
    (root / "a.py").unlink()
    write_files(root, dict.fromkeys(NAMES, "print(1)\n"))
    found = json.loads(command(root, "check", "--format", "json").stdout)["findings"]
    assert sorted(f["path"] for f in found) == sorted(name.replace("\udce9", "\ufffd") for name in NAMES)
    shown = command(root, "check", "-q", "--", *NAMES)
    assert shown.stdout.count(b"Use the log") == len(NAMES)
    assert command(root, "check", "--diff", "--", *NAMES).stdout.count(b"+log(1)") == len(NAMES)
    done = command(root, "check", "-q", "--fix", "--", *NAMES)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert {(root / name).read_text() for name in NAMES} == {"log(1)\n"}


@pytest.mark.parametrize("name", ["caf\udce9.py", "line\nbreak.py", "-q.py"])
def test_rules_can_be_explained_for_a_file_of_any_name(root, name):
    done = command(root, "rules", "why", "--", name)
    assert done.returncode == 0
    assert b"no-print" in done.stdout


@pytest.mark.parametrize("folder", ["caf\udce9", "🦀 two words", "line\nbreak"])
def test_a_project_may_have_any_name(root, folder):
    project = root / folder
    write_files(project, {"rulewright.toml": "", ".ai-rules/no-print.md": NO_PRINT, "a.py": "print(1)\n"})
    assert command(project, "check").returncode == 1
    for output in ("json", "sarif", "github", "gitlab", "junit"):
        assert in_process.command(project, "check", "--format", output).returncode == 1
    assert in_process.command(project, "rules", "list", "--json").returncode == 0
    assert command(project, "check", "--fix", "-q").returncode == 0
    assert (project / "a.py").read_text() == "log(1)\n"


def test_a_terminal_that_knows_few_letters_is_told_everything(root):
    write_files(root, {"🦀.py": "print('é')\n"})
    done = command(root, "check", "-q", env=environment(PYTHONIOENCODING="latin-1"))
    assert b"\\U0001f980.py:1:1" in done.stdout
    assert b"print('\xe9')" in done.stdout


def test_a_name_that_is_too_long_for_the_disk_is_said(root):
    done = command(root, "check", "x" * 300)
    assert done.returncode == 2
    assert done.stderr.endswith(b": File name too long.\n")


def test_a_path_through_the_folder_above_is_found(root):
    write_files(root, {"src/b.py": "print(1)\n", "lib/c.py": "print(1)\n"})
    for arguments in (["../lib"], ["../lib/c.py"], ["../src/../lib"]):
        done = command(root / "src", "check", "-q", *arguments)
        assert done.stdout.startswith(b"../lib/c.py:1:1"), done.stderr
    assert command(root / "src", "rules", "why", "../lib/c.py").stdout.startswith(b"lib/c.py")
    stdin = command(root / "src", "check", "-q", "-", "--stdin-filename", "../lib/new.py", stdin=b"print(1)")
    assert stdin.stdout.startswith(b"../lib/new.py:1:1")


def test_the_line_that_is_shown_is_the_one_that_is_meant(root):
    write_files(root, {"a.py": "x = 1\x0c\ny = '\u2028'\r\nprint(1)\n"})
    assert b"   3 | print(1)" in command(root, "check", "-q").stdout


def test_a_pipe_is_not_waited_for(root):
    os.mkfifo(root / "pipe.py")
    os.mkfifo(root / ".gitignore")
    assert command(root, "check", "-q").returncode == 1
    named = command(root, "check", "--verbose", "pipe.py")
    assert b"pipe.py: left out, not a regular file" in named.stdout


def test_a_link_that_leads_nowhere_is_said(root):
    (root / "link.py").symlink_to("nowhere.py")
    done = command(root, "check", "link.py")
    assert done.returncode == 2
    assert b"link.py does not exist." in done.stderr


def test_a_link_that_is_named_is_checked_and_fixed_behind_it(root):
    (root / "link.py").symlink_to("a.py")
    assert command(root, "check", "-q", "--fix", "link.py").returncode == 0
    assert (root / "link.py").is_symlink()
    assert (root / "a.py").read_text() == "log(1)\n"


# What editors add to the command line


@pytest.mark.parametrize(
    "arguments",
    [
        ["--stdio"],
        ["--stdio", "--stdio"],
        ["serve", "--stdio", "--stdio"],
        ["serve", "--stdio", "--clientProcessId=1"],
        ["--clientProcessId=1", "--stdio"],
    ],
    ids=" ".join,
)
def test_a_server_starts_with_what_editors_add(root, arguments):
    with ServerProcess(root, arguments) as server:
        server.begin()
        (item,) = server.pull((root / "a.py").as_uri())
        assert item["code"] == "no-print"
        assert server.end() == 0


def test_a_folder_that_is_deleted_while_it_is_served_ends_nothing(root):
    with ServerProcess(root) as server:
        server.begin()
        uri = (root / "a.py").as_uri()
        assert server.pull(uri)
        shutil.rmtree(root)
        assert server.pull(uri) == []
        assert server.end() == 0


@pytest.mark.parametrize("name", ["", ".", "src"])
def test_asking_why_of_a_folder_is_told_to_name_a_file(root, name):
    (root / "src").mkdir()
    done = command(root, "rules", "why", name)
    assert done.returncode == 2
    assert f"`{name}` is no file".encode() in done.stderr
