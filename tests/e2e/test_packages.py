"""The packages in an empty environment: they install, and do the main job there.

Needs the network, or a local index that pip is told of, for what the package depends on.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from rulewright import __version__
from tests.harness.packages import Packages, build

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

PYTHONS = (sys.executable, *os.environ.get("RULEWRIGHT_PACKAGE_PYTHONS", "").split(os.pathsep))
"""Interpreters to install into; the variable names more, as paths."""
PLACE = "my tools 😀"
MISTAKE = "def f(x=[]):\n    return x\n"
KEPT_OUT = ("RULEWRIGHT_", "XDG_", "PYTHON", "VIRTUAL_ENV")


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module", params=[p for p in PYTHONS if p], ids=lambda p: Path(p).name)
def installed(request: pytest.FixtureRequest, packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel and what it depends on, and nothing else, in a folder that is hard to name."""
    folder = tmp_path_factory.mktemp("wheel") / PLACE
    subprocess.run([request.param, "-m", "venv", folder], check=True)
    pip(folder, packages.wheel)
    return folder


@pytest.fixture(scope="module")
def from_source(installed: Path, packages: Packages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the source package, which borrows what that depends on."""
    folder = tmp_path_factory.mktemp("source") / PLACE
    subprocess.run([installed / "bin" / "python", "-m", "venv", folder], check=True)
    (borrowed,) = installed.glob("lib/python*/site-packages")
    (own,) = folder.glob("lib/python*/site-packages")
    (own / "borrowed.pth").write_text(f"{borrowed}\n", "utf-8")
    pip(folder, "--no-deps", packages.source)
    return folder


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "my wörk 😀"
    (root / "src").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "src" / "app.py").write_text(MISTAKE, "utf-8")
    return root


def pip(folder: Path, *arguments: str | Path) -> None:
    done = subprocess.run(
        [folder / "bin" / "python", "-m", "pip", "install", "--no-input", "--quiet", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(KEPT_OUT)}
    return {**kept, "HOME": str(home), **more}


def run(
    folder: Path, root: Path, *arguments: str, env: Mapping[str, str] | None = None, under: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    command = [*under, folder / "bin" / "rulewright", *arguments]
    done = subprocess.run(
        command, cwd=root, env=env or environment(root.parent), capture_output=True, text=True, check=False, timeout=300
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def session(
    folder: Path, root: Path, env: Mapping[str, str] | None = None, under: Sequence[str] = ()
) -> dict[int, dict[str, Any]]:
    """A session of an editor with one document: the answers, by the number of the question."""
    uri = (root / "src" / "app.py").as_uri()
    document = {"uri": uri, "languageId": "python", "version": 1, "text": MISTAKE}
    start = {"processId": None, "rootUri": root.as_uri(), "capabilities": {"textDocument": {"diagnostic": {}}}}
    at = {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 4}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": start},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": 2, "method": "rulewright/settled"},
        {"id": 3, "method": "textDocument/diagnostic", "params": {"textDocument": {"uri": uri}}},
        {"id": 4, "method": "textDocument/hover", "params": at},
    ]
    process = subprocess.Popen(
        [*under, folder / "bin" / "rulewright", "--stdio"],
        cwd=root,
        env=env or environment(root.parent),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    write(process.stdin, messages)
    answers: dict[int, dict[str, Any]] = {}
    for message in read(process.stdout):
        if "method" in message and "id" in message:
            # A question of the server's, such as to register something: yes to all.
            write(process.stdin, [{"id": message["id"], "result": None}])
        elif "id" in message:
            answers[message["id"]] = message["result"]
            if len(answers) == len([m for m in messages if "id" in m]):
                write(process.stdin, [{"id": 99, "method": "shutdown"}])
            if message["id"] == 99:
                break
    write(process.stdin, [{"method": "exit"}])
    _, error = process.communicate(timeout=60)
    assert process.returncode == 0, error.decode()
    return answers


def write(stream: Any, messages: list[dict[str, Any]]) -> None:
    for message in messages:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stream.flush()


def read(stream: Any) -> Iterator[dict[str, Any]]:
    while line := stream.readline():
        length = int(line.partition(b":")[2])
        assert stream.readline() == b"\r\n"
        yield json.loads(stream.read(length))


def does_the_main_job(
    folder: Path, root: Path, env: Mapping[str, str] | None = None, under: Sequence[str] = ()
) -> None:
    """Check, index, serve, and write first rules."""
    version = run(folder, root, "--version", env=env, under=under)
    assert version.stdout == f"rulewright {__version__}\n"
    checked = run(folder, root, "check", env=env, under=under)
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "src/app.py:1:7: warning python/mutable-default-argument" in checked.stdout
    built = run(folder, root, "index", "build", env=env, under=under)
    assert built.returncode == 0, built.stderr
    assert built.stdout.startswith("1 files, 1 symbols")
    answers = session(folder, root, env, under)
    assert answers[1]["serverInfo"] == {"name": "rulewright", "version": __version__}
    assert [d["code"] for d in answers[3]["items"]] == ["python/mutable-default-argument"]
    assert "def f" in answers[4]["contents"]["value"]
    assert run(folder, root, "init", env=env, under=under).returncode == 0
    assert list((root / ".ai-rules").rglob("*.md"))
    assert run(folder, root, "rules", "test", env=env, under=under).returncode == 0


def test_the_wheel_does_the_main_job(installed: Path, workspace: Path) -> None:
    does_the_main_job(installed, workspace)


def test_the_source_package_does_the_main_job(from_source: Path, workspace: Path) -> None:
    (own,) = from_source.glob("lib/python*/site-packages/rulewright/__init__.py")
    assert own.exists()
    does_the_main_job(from_source, workspace)


def test_nothing_that_is_required_is_missing_or_at_odds(installed: Path) -> None:
    done = subprocess.run([installed / "bin" / "python", "-m", "pip", "check"], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


def test_an_editor_gets_the_path_of_this_installation(installed: Path, workspace: Path) -> None:
    done = run(installed, workspace, "editor-config", "kate", "--language", "python")
    assert json.loads(done.stdout)["servers"]["rulewright"]["command"][0] == str(installed / "bin" / "rulewright")


def bound_by_modes() -> list[str]:
    """What to start a program with so that the modes of files count, also when we are root."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    assert setpriv, "as root this test needs setpriv, of util-linux"
    return [setpriv, "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search,-fowner"]


def files(folder: Path) -> set[tuple[str, int]]:
    return {(str(p), p.lstat().st_mtime_ns) for p in folder.rglob("*")}


def protect(folder: Path, *, writable: bool = False) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o200 if writable else mode & ~0o222)


def test_a_read_only_installation_and_home_do(installed: Path, workspace: Path) -> None:
    under = bound_by_modes()
    home = workspace.parent / "home"
    home.mkdir()
    before = files(installed)
    for folder in (installed, home):
        protect(folder)
    try:
        for target in (installed / "written", home / "written", *installed.glob("lib/python*/site-packages/written")):
            tried = subprocess.run([*under, "touch", target], capture_output=True, check=False)
            assert tried.returncode != 0, "the test cannot show anything: this process writes everywhere"
        env = environment(home)
        does_the_main_job(installed, workspace, env, under)
        said = run(installed, workspace, "index", "build", env=env, under=under)
        assert "The index is kept in memory only" in said.stderr
        assert run(installed, workspace, "paths", env=env, under=under).returncode == 0
        refused = run(installed, workspace, "editor-config", "neovim", "--write", env=env, under=under)
        assert (refused.returncode, "Permission denied" in refused.stderr) == (2, True)
        assert files(installed) == before
        assert list(home.iterdir()) == []
    finally:
        for folder in (installed, home):
            protect(folder, writable=True)
