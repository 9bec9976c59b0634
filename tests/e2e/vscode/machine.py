"""What this machine has to run the editor with; installs what a package manager can bring."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from tests.harness import nodejs

HERE = Path(__file__).parent
PLACE = nodejs.ROOT / ".e2e" / "vscode"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
RUN_TIMEOUT_S = 600


class Machine(NamedTuple):
    """Programs and folders."""

    code_server: Path
    chromium: Path

    @classmethod
    def installed(cls) -> "Machine":
        """Install what is not there yet. Raises RuntimeError with what is missing."""
        return cls(install_code_server(), cls.find_chromium())

    @classmethod
    def find_chromium(cls) -> Path:
        """Chromium: named, on the path, or from Debian's packages where we may install them."""
        named = os.environ.get("RULEWRIGHT_CHROMIUM")
        if named:
            return Path(named)
        found = _on_path()
        if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
            for arguments in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "chromium"]):
                subprocess.run(["apt-get", *arguments], check=False, timeout=RUN_TIMEOUT_S, capture_output=True)
            found = _on_path()
        if found is None:
            raise RuntimeError(
                "The tests in VS Code need Chromium, and there is none: install it (`apt-get install chromium`), or "
                "name it in RULEWRIGHT_CHROMIUM."
            )
        return found

    def run(self, script: str, home: Path, plan: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        """Run one of the scripts beside this module with a plan. `variables` of the plan are for the editor."""
        place = home / "editor"
        place.mkdir(exist_ok=True)
        user = home / "home"
        user.mkdir()
        whole = {
            **plan,
            "home": str(place),
            "codeServer": str(self.code_server),
            "node": str(nodejs.node()),
            "chromium": str(self.chromium),
        }
        path = home / "plan.json"
        path.write_text(json.dumps(whole))
        inherited = {k: v for k, v in os.environ.items() if k not in {"VIRTUAL_ENV", "CONDA_PREFIX"}}
        own = {"HOME": str(user), "XDG_CACHE_HOME": str(user / "cache"), "XDG_CONFIG_HOME": str(user / "config")}
        return subprocess.run(
            [nodejs.node(), HERE / script, path],
            env={**inherited, **own, **plan.get("variables", {})},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=RUN_TIMEOUT_S,
            check=False,
        )


def _on_path() -> Path | None:
    for name in CHROMIUM:
        if found := shutil.which(name):
            return Path(found)
    return None


def install_code_server() -> Path:
    """The editor, from its packages, without anything that has to be compiled."""
    PLACE.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, PLACE)
    inner = PLACE / "node_modules" / "code-server" / "lib" / "vscode"
    done = inner / "node_modules" / ".complete"
    if nodejs.install(PLACE) or not done.exists():
        # Its own installation script would do this and then compile modules that are not needed here.
        nodejs.npm(inner, "install", "--omit=dev", "--ignore-scripts", "--no-package-lock")
        done.touch()
    return PLACE
