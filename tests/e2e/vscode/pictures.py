"""Takes pictures of the extension in VS Code. `python -m tests.e2e.vscode.pictures FOLDER` keeps them."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.vscode.machine import Machine
from tests.e2e.vscode.workspace import write_workspace
from tests.harness import nodejs
from tests.harness.llamacpp_server import llamacpp

MODEL = """\
[[models]]
name = "tiny"
provider = "llamacpp"
base_url = "{url}"
temperature = 0.0

[chat]
answer_tokens = 800
"""


def take(machine: Machine, package: Path, server: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Install the package, work as a user does, and write the pictures to `home/pictures`."""
    folder = write_workspace(home / "shop", files=0)
    config = home / "config"
    config.mkdir()
    plan = {
        "target": {"folder": str(folder)},
        "trusted": True,
        "vsix": str(package),
        "settings": {"rulewright.server.command": [str(server)]},
        "pictures": str(home / "pictures"),
        "folder": str(folder),
        "variables": {"RULEWRIGHT_CONFIG_DIR": str(config)},
    }
    with llamacpp() as url:
        (config / "rulewright.toml").write_text(MODEL.format(url=url))
        return machine.run("take_pictures.mjs", home, plan)


def main() -> None:
    """Take them and keep them."""
    kept = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as home:
        done = take(Machine.installed(), nodejs.package(), Path(sys.executable).with_name("rulewright"), Path(home))
        sys.stdout.write(done.stdout + done.stderr)
        shutil.copytree(Path(home) / "pictures", kept, dirs_exist_ok=True)


if __name__ == "__main__":
    main()
