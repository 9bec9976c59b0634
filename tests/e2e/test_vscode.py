"""The extension in a real VS Code: a user's day through the editor's own API, and a folder that is not trusted."""

import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.bench.token_server import token_server
from tests.e2e.vscode import pictures
from tests.e2e.vscode.machine import Machine
from tests.e2e.vscode.workspace import write_workspace
from tests.harness import nodejs
from tests.harness.llamacpp_server import llamacpp
from tests.harness.told_model import told_model
from tests.harness.wait import is_alive, until

SLOW = """
[[models]]
name = "slow"
provider = "openai"
base_url = "{url}"
model = "t20-3000"
intents = ["complete"]
"""
"""Asked where code is to be written: an answer that can be stopped on any machine."""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SUITES = Path(__file__).parent / "vscode"
BIN = Path(sys.executable).parent
SUITE_TIMEOUT_S = 300


@pytest.fixture(scope="module")
def package() -> Path:
    return nodejs.package()


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine.installed()


def run_suites(machine: Machine, package: Path, home: Path, *suites: str, **plan: Any) -> list[dict[str, Any]]:
    """Run suites inside the package as it would be installed, each in a window of its own; what each reports."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(home / "unpacked")
    extension = home / "unpacked" / "extension"
    for name in ("steps.js", *suites):
        shutil.copy(SUITES / name, extension)
    done = machine.run(
        "run_suite.mjs",
        home,
        {
            **plan,
            "extension": str(extension),
            "suites": [str(extension / suite) for suite in suites],
            "timeoutMs": SUITE_TIMEOUT_S * 1000,
        },
    )
    shown = f"{done.stdout}\n{done.stderr}"
    sys.stdout.write(shown)
    log = home / "editor" / "server.log"
    assert done.returncode == 0, shown + (log.read_text("utf-8", "replace")[-4000:] if log.exists() else "")
    return [check_report(extension, SUITES / suite) for suite in suites]


def check_report(extension: Path, suite: Path) -> dict[str, Any]:
    """What a suite reports, which must have passed every step that it has and left no process."""
    steps = re.findall(r"^ +async function (\w+)", suite.read_text("utf-8"), re.MULTILINE)
    report: dict[str, Any] = json.loads((extension / f"{steps[0]}.json").read_text())
    assert report["passed"] == steps
    assert report["pids"]
    for pid in report["pids"]:
        until(lambda pid=pid: not is_alive(pid))
    return report


def test_the_extensions_own_logic(package: Path) -> None:
    assert package.stat().st_size < nodejs.LARGEST_PACKAGE_BYTES
    nodejs.npm(nodejs.EXTENSION, "run", "lint")
    output = nodejs.npm(nodejs.EXTENSION, "run", "test")
    assert "fail 0" in output
    assert "skipped 0" in output


def test_a_users_day(machine: Machine, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_workspace(tmp_path / "my wörk 😀")
    file = tmp_path / "day.code-workspace"
    file.write_text(json.dumps({"folders": [{"path": str(folder)}], "settings": {}}))
    shutil.copytree(SUITES / "python_stand_in", tmp_path / "editor" / "extensions" / "ms-python.python-9.9.9")
    config = tmp_path / "config"
    config.mkdir()
    with llamacpp() as url, token_server() as paced:
        (config / "rulewright.toml").write_text(pictures.MODEL.format(url=url) + SLOW.format(url=paced))
        day, again = run_suites(
            machine,
            package,
            tmp_path,
            "main_suite.js",
            "again_suite.js",
            target={"workspace": str(file)},
            trusted=True,
            settings={"rulewright.server.command": [str(BIN / "rulewright")]},
            variables={"RULEWRIGHT_CONFIG_DIR": str(config)},
        )
    first, later = day["figures"], again["figures"]
    with capsys.disabled():
        print(
            f"\nVS Code: the package has {package.stat().st_size:,} bytes; until the server was started, loading and "
            f"activating took {first['startedAfterMs']:.0f} ms in a first window, {first['askedVersionMs']:.0f} ms of "
            f"it to ask for its version, and {later['startedAfterMs']:.0f} ms in a later one; loading the protocol's "
            f"client, while the server got ready, took {first['loadedClientMs']:.0f} ms"
        )


TOLD = """
[[models]]
name = "told"
provider = "openai"
base_url = "{url}"
model = "told"
roles = ["chat", "complete"]

[ghost_text]
debounce_ms = 0
"""
TILL = """\
def total(prices):
    result = 0
    return result


def read(text):
    return eval(text)
"""
FIX = """\
```python src/till.py
<<<<<<< SEARCH
    return eval(text)
=======
    return literal_eval(text)
>>>>>>> REPLACE
```
"""


def test_ghost_text_and_an_ai_fix_by_keys(machine: Machine, package: Path, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "shop", files=0)
    (folder / "src" / "till.py").write_text(TILL)
    config = tmp_path / "config"
    config.mkdir()
    plan = {
        "target": {"folder": str(folder)},
        "trusted": True,
        "vsix": str(package),
        "settings": {"rulewright.server.command": [str(BIN / "rulewright")]},
        "pictures": str(tmp_path / "pictures"),
        "folder": str(folder),
        "variables": {"RULEWRIGHT_CONFIG_DIR": str(config)},
    }
    with told_model(lambda _: FIX, lambda _: "for price in prices:\n        result += price") as (url, asked):
        (config / "rulewright.toml").write_text(TOLD.format(url=url))
        done = machine.run("ghost_text.mjs", tmp_path, plan)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr[-4000:]}"
    assert done.stdout.count("# passed") == 3
    assert any("suffix" in body for body in asked)
    assert "What the developer says: parse it instead" in str(asked[-1])


def test_a_folder_that_is_not_trusted(machine: Machine, package: Path, tmp_path: Path) -> None:
    folder = write_workspace(tmp_path / "cloned", files=0)
    program = folder / ".venv" / "bin" / "rulewright"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ntouch '{folder}/it-was-run'\necho rulewright 9.9.9\n")
    program.chmod(0o755)
    (folder / ".vscode").mkdir()
    (folder / ".vscode" / "settings.json").write_text(json.dumps({"rulewright.server.command": str(program)}))
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    write_forwarding_wheel(wheels)
    programs = tmp_path / "programs"
    programs.mkdir()
    python = getattr(sys, "_base_executable", sys.executable)
    (programs / "python3").symlink_to(python)
    run_suites(
        machine,
        package,
        tmp_path,
        "untrusted_suite.js",
        target={"folder": str(folder)},
        trusted=False,
        settings={},
        variables={
            "PATH": f"{programs}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(wheels),
            "PIP_CONFIG_FILE": os.devnull,
        },
    )
    assert not (folder / "it-was-run").exists()


def write_forwarding_wheel(folder: Path) -> None:
    """A package of our name that runs the server under test, so that a set-up needs no index."""
    name = "rulewright-9.9.9"
    info = f"{name}.dist-info"
    files = {
        "rulewright_forward.py": "import os, sys\n"
        f"def main():\n    os.execv({str(BIN / 'rulewright')!r}, [{str(BIN / 'rulewright')!r}, *sys.argv[1:]])\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: rulewright\nVersion: 9.9.9\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\nrulewright = rulewright_forward:main\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(folder / f"{name}-py3-none-any.whl", "w") as archive:
        for path, content in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(path, content)


def test_the_package_installs_and_pictures_are_taken(machine: Machine, package: Path, tmp_path: Path) -> None:
    """Only the installation counts: what is on the pictures is for people to look at."""
    done = pictures.take(machine, package, BIN / "rulewright", tmp_path)
    sys.stdout.write(f"{done.stdout}\n{done.stderr}")
    assert "was successfully installed" in done.stdout, f"{done.stdout}\n{done.stderr}"


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("RULEWRIGHT_CHROMIUM", raising=False)
    with pytest.raises(RuntimeError, match="Chromium"):
        Machine.find_chromium()


def test_a_broken_lock_file_fails_with_what_npm_says(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{")
    (tmp_path / "package-lock.json").write_text("{}")
    with pytest.raises(RuntimeError, match="npm ci"):
        nodejs.install(tmp_path)
