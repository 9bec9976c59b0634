"""A million definitions in 20,000 real files: what the processes of the real server hold, and how soon they answer.

All on pipes, as an editor has it. The workspace is indexed anew, so the highest figure of memory has that in it.
"""

import random
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.big_workspace import N_FUNCTIONS, NOUNS, VERBS, Editor, settings, write_files
from tests.bench.timing import Figure, Memory

N_FILES = 20_000
N_QUESTIONS = 200
LIMIT_BYTES = 400e6
COMPLETION_ITEM = {
    "snippetSupport": True,
    "labelDetailsSupport": True,
    "insertReplaceSupport": True,
    "resolveSupport": {"properties": ["documentation", "detail", "additionalTextEdits"]},
}
CAPABILITIES = {"textDocument": {"completion": {"completionItem": COMPLETION_ITEM}}}
"""As the big editors have it: what is shown of one item alone is asked for later."""


def figures() -> Iterator[Figure | Memory]:
    """The figures."""
    with TemporaryDirectory() as folder:
        root = Path(folder) / "work"
        write_files(root, N_FILES)
        began = time.monotonic()
        with Editor(root, settings(Path(folder), ""), CAPABILITIES) as editor:
            yield Figure(f"{N_FILES * N_FUNCTIONS:,} definitions indexed", time.monotonic() - began, "no limit")
            yield from _asked(editor)
            yield from _held(editor.pid)


def _asked(editor: Editor) -> Iterator[Figure]:
    chance = random.Random(3)
    nouns, verbs = NOUNS.split(), VERBS.split()
    names = [f"{chance.choice(verbs)}_{chance.choice(nouns)}_{chance.choice(nouns)}" for _ in range(N_QUESTIONS)]

    def search(query: str) -> None:
        if not editor.ask("workspace/symbol", {"query": query}):
            raise OSError(f"nothing is found for {query}")

    yield from _figures("symbols by the first half of a name", 0.06, search, [name[: len(name) // 2] for name in names])
    humps = ["".join(part[:2] for part in name.split("_")) for name in names]
    yield from _figures("symbols by two letters of each word", 0.06, search, humps)
    end = {"line": 100_000, "character": 0}
    versions = count(2)

    def type_(text: str) -> None:
        version = {"uri": editor.uri, "version": next(versions)}
        change = {"range": {"start": end, "end": end}, "text": text}
        editor.tell("textDocument/didChange", {"textDocument": version, "contentChanges": [change]})

    def complete(typed: str) -> None:
        if not editor.ask("textDocument/completion", {"textDocument": {"uri": editor.uri}, "position": end})["items"]:
            raise OSError(f"nothing completes {typed}")

    typed = [name[:2] for name in names]
    yield from _figures("completion behind two letters", 0.01, complete, typed, lambda name: type_("\n\n" + name))


def _figures(
    name: str, limit_s: float, ask: Callable[[str], None], texts: list[str], before: Callable[[str], None] | None = None
) -> Iterator[Figure]:
    took = []
    for text in texts:
        if before is not None:
            before(text)
        began = time.monotonic()
        ask(text)
        took.append(time.monotonic() - began)
    took.sort()
    p95 = took[int(0.95 * len(took))]
    yield Figure(f"{name}, there and back, p95 of {len(took)}", p95, f"under {limit_s * 1e3:g} ms", ok=p95 < limit_s)
    yield Figure("  the same, median", took[len(took) // 2], "no limit")


def _held(server: int) -> Iterator[Memory]:
    for pid in [server, *_below(server)]:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line
        )
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        name = "the code host" if b"--code-host" in command else "the server" if pid == server else "a helper"
        now, most = (int(status[key].split()[0]) * 1024 for key in ("VmRSS", "VmHWM"))
        yield Memory(f"{name} holds", now, "under 400 MB", ok=now < LIMIT_BYTES)
        yield Memory("  at most, while it indexed", most, "under 400 MB", ok=most < LIMIT_BYTES)


def _below(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [one for child in children for one in (child, *_below(child))]
