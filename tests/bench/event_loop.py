"""Typing in a file of 5,000 lines while a workspace is indexed: how soon diagnostics come, and how late the loop is."""

import json
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.edit_file import source
from tests.bench.peer import Peer
from tests.bench.timing import Figure
from tests.bench.watched_server import METHOD

N_KEYS = 150
GAP_S = 0.02
RULE = """---
globs: ["**/*.py"]
check: {language: python, message: no, rule: {pattern: forbidden($A)}}
---
"""


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "work"
        (root / ".ai-rules").mkdir(parents=True)
        (root / ".ai-rules" / "rule.md").write_text(RULE)
        # The standard library is what is indexed meanwhile.
        (root / "lib").symlink_to(sysconfig.get_path("stdlib"))
        copied = root / "stdlib"
        copied.mkdir()
        for n, path in enumerate(sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py"))):
            if "site-packages" not in path.parts:
                (copied / f"m{n}.py").write_bytes(path.read_bytes())
        typed, late = session(root, Path(folder) / "cache")
        calm_typed, calm = session(root, Path(folder) / "cache", settled=True)
    for name, keys, (ours, worst, control) in (
        ("while indexing", typed, late),
        ("when indexed", calm_typed, calm),
    ):
        p95 = sorted(keys)[int(len(keys) * 0.95)]
        yield Figure(f"keystroke to diagnostics {name}, p95", p95, "under 50 ms", ok=p95 < 50e-3)
        limit = control + 5e-3
        what = f"lateness of the event loop {name}, a string opened too, p99"
        yield Figure(what, ours, "at most 5 ms more", "an idle loop", control, ok=ours <= limit)
        yield Figure(f"the same, the worst of all {name}", worst, "reported")


def session(root: Path, cache: Path, *, settled: bool = False) -> tuple[list[float], tuple[float, float, float]]:
    """Seconds from each keystroke to its diagnostics; p99 and worst lateness of the loop, and p99 of an idle one."""
    idle = subprocess.Popen([sys.executable, "-m", "tests.bench.lateness"], stdin=-1, stdout=-1, text=True)
    peer = Peer(
        ("-m", "tests.bench.watched_server", "--stdio"),
        root,
        RULEWRIGHT_CACHE_DIR=str(cache),
        PYTHONPATH=str(Path.cwd()),
    )
    try:
        peer.begin()
        text = source()
        document = peer.open("typed.py", text)
        row = next(n for n in range(2_500, 5_000) if text.splitlines()[n].endswith(")"))
        at = {"line": row, "character": len(text.splitlines()[row])}
        pull(peer, document)
        if settled:
            peer.ask("rulewright/settled", None)
        peer.ask(METHOD, None)
        mark(idle)
        keys = []
        typed = ""
        for version in range(2, N_KEYS + 2):
            # A letter and its removal in turns; now and then a string is opened, and gone with the next key.
            key = "" if typed else '"""' if version % 50 == 0 else "x"
            where = {"start": at, "end": {**at, "character": at["character"] + len(typed)}}
            typed = key
            started = time.perf_counter()
            changed = {**document["textDocument"], "version": version}
            peer.tell(
                "textDocument/didChange", {"textDocument": changed, "contentChanges": [{"range": where, "text": key}]}
            )
            # As editors do: all at once, and nothing waits for anything else.
            completed = peer.begin_ask("textDocument/completion", {**document, "position": at})
            pulled = peer.begin_ask("textDocument/diagnostic", document)
            first = json.loads(peer.answer_to_any())
            second = json.loads(peer.answer_to_any()) if first["id"] != pulled else None
            diagnosed = second or first
            if diagnosed["id"] != pulled or "result" not in diagnosed:
                raise RuntimeError(f"no diagnostics: {diagnosed}")
            keys.append(time.perf_counter() - started)
            if second is None:
                peer.answer_to(completed)
            time.sleep(GAP_S)  # rulewright: ignore[tests/wait-for-conditions] - as long as people take
        taken = json.loads(peer.ask(METHOD, None))["result"]
        return keys, (taken["p99"], taken["worst"], mark(idle))
    finally:
        peer.close()
        idle.kill()
        idle.communicate()


def pull(peer: Peer, document: dict[str, Any]) -> None:
    """Have the diagnostics of a document; an error is no answer."""
    answer = json.loads(peer.ask("textDocument/diagnostic", document))
    if "result" not in answer:
        raise RuntimeError(f"no diagnostics: {answer}")


def mark(idle: "subprocess.Popen[str]") -> float:
    """The p99 of the idle loop since the last mark."""
    assert idle.stdin is not None
    assert idle.stdout is not None
    print("mark", file=idle.stdin, flush=True)
    return float(idle.stdout.readline())
