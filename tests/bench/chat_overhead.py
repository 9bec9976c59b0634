"""What we add to an answer in an editor, beyond what the model takes, in a workspace of 100,000 symbols.

The server is the real program on pipes, the model a server in a process of its own that says when a connection to it
was closed. All clocks are the machine's one monotonic clock.
"""

import json
import random
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.big_workspace import NOUNS, VERBS, Editor, settings, write_files
from tests.bench.timing import Figure
from tests.bench.token_server import token_server

N_QUESTIONS, N_CANCELLED, N_CHATS = 100, 50, 200
LATENCY_S = 0.005
"""Until the model's first word."""


def figures() -> Iterator[Figure]:
    """The figures."""
    with token_server() as url, TemporaryDirectory() as folder:
        root = Path(folder) / "work"
        write_files(root)
        named = {"quick": f"t{LATENCY_S * 1000:.0f}-20", "long": "t20-3000", "talk": "t20-400"}
        models = "".join(
            f'[[models]]\nname = "{name}"\nprovider = "openai"\nbase_url = "{url}/v1"\nmodel = "{model}"\n'
            for name, model in named.items()
        )
        environ = settings(Path(folder), f"{models}[limits]\nat_once = 256\n")
        with Editor(root, environ) as editor:
            editor.until_words_are_known()
            yield from _first_words(editor)
            yield _given_up(editor, url)
            yield from _at_once(editor)


def _question(number: int) -> str:
    chance = random.Random(number)
    first, second, third, fourth = chance.sample(NOUNS.split(), 4)
    return f"how does {chance.choice(VERBS.split())}_{first}_{second} deal with the {third} of a {fourth}?"


def _first_words(editor: Editor) -> Iterator[Figure]:
    added = []
    for number in range(N_QUESTIONS + 5):
        began = time.monotonic()
        editor.question(_question(number), "quick")
        first, _ = editor.until("grew")
        editor.until("done")
        if number >= 5:
            added.append(first - began - LATENCY_S)
    added.sort()
    p95, p50 = added[int(0.95 * len(added))], added[len(added) // 2]
    yield Figure("chat, first word less the model's own time, p95", p95, "under 30 ms", ok=p95 < 0.030)
    yield Figure("the same, median", p50, "under 30 ms", ok=p50 < 0.030)


def _given_up(editor: Editor, url: str) -> Figure:
    took = []
    for number in range(N_CANCELLED):
        asked = editor.question(f"say a lot about {number}", "long")
        # Words of the one before may still be on their way.
        _, session = editor.until("asked")
        editor.until("grew", session)
        began = time.monotonic()
        editor.tell("$/cancelRequest", {"id": asked})
        moments: list[float] = []
        while not moments:
            with urllib.request.urlopen(f"{url}/closed", timeout=30) as answer:
                moments = json.loads(answer.read())
        took.append(moments[-1] - began)
    took.sort()
    p95 = took[int(0.95 * len(took))]
    return Figure("cancel until the model's server sees it, p95", p95, "under 50 ms", ok=p95 < 0.050)


def _at_once(editor: Editor) -> Iterator[Figure]:
    """Two stalls: while all of them begin at one moment, and when all are on their way."""
    numbers = {editor.question(f"count for me, number {number}", "talk") for number in range(N_CHATS)}
    last: dict[str, float] = {}
    longest = {False: 0.0, True: 0.0}
    n_over = 0
    while numbers:
        at, message = editor.hear()
        n_over += message.get("id") in numbers
        numbers.discard(message.get("id"))
        if message.get("method") != "rulewright/chat" or message["params"]["event"]["type"] != "grew":
            continue
        session = message["params"]["session"]
        all_go = len(last) == N_CHATS
        if session in last and not n_over:
            longest[all_go] = max(longest[all_go], at - last[session])
        last[session] = at
    if len(last) < N_CHATS:
        raise OSError(f"only {len(last)} of {N_CHATS} chats were answered")
    name = f"{N_CHATS} chats at 50 tokens a second, longest stall"
    # Where the first were over before the last began, they were never all on their way.
    steady = longest[True] or longest[False]
    yield Figure(name, steady, "under 250 ms", ok=steady < 0.250)
    yield Figure("the same while all of them begin at one moment", longest[False], "under 1 s", ok=longest[False] < 1)
