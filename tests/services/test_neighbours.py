"""Other servers of the same editor are seen by their processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.services.neighbours import Process, languages_beside, languages_of


@pytest.mark.parametrize(
    ("command", "languages"),
    [
        ("/usr/bin/node /opt/npm/bin/pyright-langserver --stdio", {"python"}),
        ("/home/user/.cargo/bin/rust-analyzer", {"rust"}),
        ("C:\\tools\\gopls.exe -mode=stdio", {"go"}),
        ("node /usr/lib/code/tsserver.js --useInferredProjectPerProjectRoot", {"javascript", "typescript", "tsx"}),
        ("node /x/extensions/ms-python.vscode-pylance-2026.1/dist/server.bundle.js --stdio", {"python"}),
        ("ruff server", set()),
        ("vim notes/about/the/language/gopls", set()),
        ("less a b gopls", set()),
    ],
)
def test_a_server_is_known_by_its_program(command: str, languages: set[str]) -> None:
    words = tuple(command.split())
    if command.startswith("vim"):
        words = (words[0], "-R", "--", *words[1:])
    assert languages_of([Process(1, 0, words)]) == languages


def test_a_server_that_runs_below_the_editor_is_found_and_one_of_ours_is_not(tmp_path: Path) -> None:
    script = tmp_path / "pyright-langserver"
    script.write_text("import sys\nprint('up', flush=True)\nsys.stdin.read()\n")
    with subprocess.Popen([sys.executable, str(script)], stdin=-1, stdout=-1) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        server.stdout.readline()
        assert languages_beside(os.getpid(), 0) == {"python"}
        assert languages_beside(os.getpid(), server.pid) == frozenset()
        assert languages_beside(os.getppid(), os.getpid()) == frozenset()
        server.stdin.close()
    assert languages_beside(os.getpid(), 0) == frozenset()
