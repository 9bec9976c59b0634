"""What typing costs: git diffs replayed key by key, with a model that is right a third of the time.

Every added line of the last commits of a repository (`RULEWRIGHT_BENCH_REPO`, else this one) is typed where it was
added, one key at a time, and ghost text is asked for after each. The model is an oracle with faults: asked at a place,
it says the rest of what was added there, or, two times in three, something else from the same file. So it is known how
often a suggestion that was shown once serves the keys after it.
"""

import asyncio
import os
import random
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as t

from rulewright.core.models import Capabilities, ModelRequest
from rulewright.services.models.scripted import Say, ScriptedProvider, Step
from tests.bench.timing import Figure
from tests.harness.gateways import make_gateway, write_rules
from tests.harness.inline_code import InlineCode
from tests.harness.lsp_memory import FULL, MemoryClient, connect

REPOSITORY = Path(os.environ.get("RULEWRIGHT_BENCH_REPO") or Path(__file__).parents[2])
N_COMMITS, N_KEYS = 60, 4_000
RIGHT = 1 / 3
MAX_LINES = 6
"""Of one addition that are typed."""
GHOSTS = {**FULL, "textDocument": {**FULL["textDocument"], "inlineCompletion": {}}}


class Addition:
    """Lines that were added to a file."""

    def __init__(self, before: str, added: str, after: str) -> None:
        self.before, self.added, self.after = before, added, after


def figures() -> Iterator[Figure]:
    """The figures; ratios stand where others have seconds."""
    began = time.perf_counter()
    counts = asyncio.run(_replayed(list(_additions())))
    a_key_s = (time.perf_counter() - began) / counts["requests"]
    n = counts["requests"]
    share = 1 - counts["calls"] / n
    print(f"     {n:,} keys, {counts['calls']:,} calls of a model that is right {RIGHT:.0%} of the time")
    print(f"     {counts['shown'] / n:.0%} of the keys had a suggestion, {counts['repeated']:,} repeated what follows")
    name = f"{n:,} keys of git diffs, {share:.0%} answered without a call, each"
    yield Figure(name, a_key_s, "over 50 %, none repeats what follows", ok=share > 0.5 and not counts["repeated"])


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments], capture_output=True, check=True, encoding="utf-8", errors="replace"
    )
    return done.stdout


def _additions() -> Iterator[Addition]:
    """What the last commits added to files of Python, from a repository with or without a work tree."""
    for commit in _git("log", "--no-merges", f"-{N_COMMITS}", "--format=%H").split():
        path, rows = "", []
        for line in _git("show", "--unified=0", "--format=", commit, "--", "*.py").splitlines():
            if line.startswith("+++ "):
                path = line[6:] if line.startswith("+++ b/") else ""
            elif line.startswith("@@ ") and path:
                start, _, count = line.split(" ")[2].lstrip("+").partition(",")
                rows.append((path, int(start) - 1, int(count or 1)))
        for path, start, count in rows:
            if 0 < count <= MAX_LINES:
                lines = _git("show", f"{commit}:{path}").splitlines(keepends=True)
                added = "".join(lines[start : start + count]).rstrip("\n")
                if len(added.strip()) > 3:
                    after = "".join(["\n", *lines[start + count :]])
                    yield Addition("".join(lines[:start]), added, after)


async def _replayed(additions: Sequence[Addition]) -> Counter[str]:
    chance, counts = random.Random(7), Counter[str]()
    now: list[Addition] = []

    def oracle(request: ModelRequest) -> Sequence[Step]:
        counts["calls"] += 1
        assert request.infill is not None
        one = now[-1]
        typed = request.infill.prefix.text.rpartition("\n")[2]
        whole = f"{one.before}{one.added}"
        at = whole.rfind(request.infill.prefix.text[-200:]) + len(request.infill.prefix.text[-200:])
        rest = whole[at:]
        if chance.random() < RIGHT:
            return [Say(rest, 64)]
        lines = [line.strip() for line in one.before.splitlines() if len(line.strip()) > 3]
        return [Say(chance.choice(lines or ["pass"])[len(typed) % 3 :], 64)]

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "shop"
        root.mkdir()
        write_rules(root)
        can = Capabilities(infill=True, infill_extra=True)
        provider = ScriptedProvider(oracle, name="one", capabilities=can)
        gateway = make_gateway(InlineCode(Path(folder) / "cache"), providers=[provider])
        async with connect(gateway) as client:
            models = [{"name": "one", "provider": "llamacpp", "roles": ["complete"]}]
            options = {"rulewright": {"models": models, "ghost_text": {"debounce_ms": 0}}}
            await client.initialize(GHOSTS, root=root, options=options)
            for number, one in enumerate(additions):
                now.append(one)
                await _typed(client, root / f"m{number}.py", one, counts)
                if counts["requests"] >= N_KEYS:
                    break
    return counts


async def _typed(client: MemoryClient, path: Path, one: Addition, counts: Counter[str]) -> None:
    uri = client.open(path, one.before + one.after)
    row, column, version = one.before.count("\n"), 0, 1
    following = next((line.strip() for line in one.after.splitlines() if line.strip()), "")
    for number, sign in enumerate(one.added):
        at = {"line": row, "character": column}
        version += 1
        change = {"range": {"start": at, "end": at}, "text": sign}
        document = {"uri": uri, "version": version}
        client.notify(t.TEXT_DOCUMENT_DID_CHANGE, {"textDocument": document, "contentChanges": [change]})
        row, column = (row + 1, 0) if sign == "\n" else (row, column + 1)
        if sign in " \t" and not one.added[: number + 1].rpartition("\n")[2].strip():
            # An editor indents by itself.
            continue
        counts["requests"] += 1
        params: dict[str, Any] = {
            "textDocument": {"uri": uri},
            "position": {"line": row, "character": column},
            "context": {"triggerKind": 2},
        }
        # The client ends with an error where one is answered twice.
        answer = await client.request(t.TEXT_DOCUMENT_INLINE_COMPLETION, params)
        for item in (answer or {"items": []})["items"]:
            counts["shown"] += 1
            last = item["insertText"].splitlines()[-1].strip()
            counts["repeated"] += len(last) > 3 and last == following and "\n" in item["insertText"]
    client.close_document(uri)
