"""Five hundred rule files of other tools: how soon they are rules, and how soon a saved one is diagnosed."""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.peer import Peer
from tests.bench.timing import Figure
from tests.harness.program import environment

N_CURSOR, N_COPILOT, N_CODE = 400, 100, 2_000
N_TURNS = 40
WARM_UP = 5
PUBLISH = "textDocument/publishDiagnostics"
PROSE = (
    "- Write **short** functions; see `src/module_{number}.py` and [the guide](../../docs/guide.md): no café tricks.\n"
)
CURSOR = (
    "---\ndescription: Rules of part {number}\nglobs: src/**/*.py,*.part{number}\nalwaysApply: false\n---\n"
    "# Part {number}\n\n"
)
STAR = "---\ndescription: Rules of part {number}\nglobs: **/*.part{number}\n---\n# Part {number}\n\n"
COPILOT = '---\napplyTo: "src/**/*.py, docs/**"\n---\n# Part {number}\n\n'

# What any reader of these files does at least: find them, read their bytes, and have libyaml parse what stands on top.
FLOOR = """
import json, os, sys, time
import yaml
begun = time.perf_counter()
for folder, folders, files in os.walk("."):
    for name in files:
        if name.endswith((".mdc", ".instructions.md")):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                text = file.read()
            matter = text.split("---\\n")[1]
            try:
                yaml.load(matter, yaml.CSafeLoader)
            except yaml.YAMLError:
                pass
print(json.dumps(time.perf_counter() - begun))
"""
OURS = """
import json, time
from pathlib import Path
from rulewright.app import headless
gateway = headless()
begun = time.perf_counter()
project, _ = gateway.open_project(str(Path.cwd()), {})
taken = time.perf_counter() - begun
assert sum(1 for rule in project.book.rules if rule.format) == 500
print(json.dumps(taken))
"""


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve() / "work"
        _workspace(root)
        environ = {f"RULEWRIGHT_{kind}_DIR": str(Path(name) / kind.lower()) for kind in ("STATE", "CACHE", "CONFIG")}
        turns = [(_seconds(OURS, root, environ), _seconds(FLOOR, root, environ)) for _ in range(9)]
        ours, floor = (statistics.median(column) for column in zip(*turns, strict=True))
        label = f"{N_CURSOR + N_COPILOT} rule files of other tools read, the project opened"
        yield Figure(label, ours, "under 300 ms", "their bytes and libyaml alone", floor, ok=ours < 0.3)
        yield _saved(root, environ)


def _saved(root: Path, environ: dict[str, str]) -> Figure:
    peer = Peer(["-m", "rulewright", "serve", "--stdio"], root, **environ)
    path = root / ".cursor" / "rules" / "r0.mdc"
    try:
        peer.begin()
        named = peer.open(".cursor/rules/r0.mdc", path.read_text("utf-8"))
        _wait_for(peer, named["textDocument"]["uri"], 1)
        # The code is indexed for the first time; event_loop tells what that costs those who type meanwhile.
        peer.ask("rulewright/settled", None)
        seconds = []
        for turn in range(2, N_TURNS + WARM_UP + 2):
            text = STAR.format(number=0) + PROSE.format(number=turn) * (10 + turn % 2)
            change = {"textDocument": {**named["textDocument"], "version": turn}, "contentChanges": [{"text": text}]}
            peer.tell("textDocument/didChange", change)
            path.write_text(text, encoding="utf-8")
            began = time.perf_counter()
            peer.tell("textDocument/didSave", named)
            peer.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})
            _wait_for(peer, named["textDocument"]["uri"], turn)
            seconds.append(time.perf_counter() - began)
    finally:
        peer.close()
    p95 = statistics.quantiles(seconds[WARM_UP:], n=20)[-1]
    return Figure("diagnostics of one of them when it is saved, p95", p95, "under 50 ms", ok=p95 < 50e-3)


def _wait_for(peer: Peer, uri: str, version: int) -> None:
    """Until diagnostics of this version have come."""
    while True:
        params = peer.note(PUBLISH)
        if params["uri"] == uri and params.get("version") == version and params["diagnostics"]:
            return


def _seconds(program: str, root: Path, environ: dict[str, str]) -> float:
    # A second start finds compiled modules, unless the environment forbids to keep them.
    known = {key: value for key, value in environment(**environ).items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([sys.executable, "-c", program], cwd=root, env=known, capture_output=True, check=True)
    return float(json.loads(done.stdout))


def _workspace(root: Path) -> None:
    (root / ".git").mkdir(parents=True)
    for number in range(N_CODE):
        path = root / f"src/part_{number % 50}/module_{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n", encoding="utf-8")
    for folder in (".cursor/rules", ".github/instructions"):
        (root / folder).mkdir(parents=True)
    for number in range(N_CURSOR):
        head = (STAR if number % 3 == 0 else CURSOR).format(number=number)
        text = head + PROSE.format(number=number) * (5 + number % 60)
        (root / f".cursor/rules/r{number}.mdc").write_text(text, encoding="utf-8")
    for number in range(N_COPILOT):
        text = COPILOT.format(number=number) + PROSE.format(number=number) * (5 + number % 200)
        (root / f".github/instructions/r{number}.instructions.md").write_text(text, encoding="utf-8")
