"""Two real Neovims on one server, each joined in a way that `docs/sockets.md` names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.gateways import write_rules
from tests.harness.node import NodeProcess

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

BIN = Path(sys.executable).parent
PAGE = Path(__file__).parents[2] / "docs" / "sockets.md"
SCRIPT = Path(__file__).parent / "neovim" / "joined.lua"


def told(language: str, start: str) -> str:
    """The block of the page that begins so."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if block.startswith(start)]
    return found


def test_two_editors_join_one_server(tmp_path: Path) -> None:
    root = tmp_path / "w"
    (root / ".git").mkdir(parents=True)
    write_rules(root)
    (root / "a.py").write_text("print(1)\n")
    with NodeProcess(tmp_path / "state", "--tcp", "0") as node:
        port = str(node.ports["tcp"])
        by_itself = told("lua", "local token").replace("7777", port)
        by_itself = by_itself.replace("~/.local/state/rulewright", str(node.state))
        assert str(node.token_files["tcp"]) in by_itself
        by_command = told("console", "$ rulewright connect").split()[1:]
        words = ", ".join(f'"{word}"' for word in (str(BIN / by_command[0]), by_command[1], port))
        setups = {"socket.lua": by_itself, "command.lua": f'vim.lsp.config("rulewright", {{ cmd = {{ {words} }} }})\n'}
        running = []
        for name, setup in setups.items():
            path = tmp_path / name
            path.write_text(setup)
            home = tmp_path / f"home of {name}"
            home.mkdir()
            command = [BIN / "nvim", "--clean", "--headless", "-l", SCRIPT, root / "a.py", path]
            environment = {**node.env, "HOME": str(home), "XDG_STATE_HOME": str(home), "NVIM_LOG_FILE": os.devnull}
            running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment))
        for process in running:
            out, _ = process.communicate(timeout=120)
            assert process.returncode == 0, out.decode()
            assert b"joined\n" in out
        code, log = node.end()
    assert code == 0
    assert "Traceback" not in log
