"""What we add to an answer in an editor, beyond what the model takes, in a workspace of 100,000 symbols.

The server is the real program on pipes, the model a server in a process of its own that says when a connection to it
was closed. All clocks are the machine's one monotonic clock.
"""

import json
import queue
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from tests.bench.timing import Figure
from tests.bench.token_server import token_server
from tests.harness.program import PROGRAM, environment

N_FILES, N_FUNCTIONS = 2_000, 50
"""100,000 symbols."""
N_QUESTIONS, N_CANCELLED, N_CHATS = 100, 50, 200
LATENCY_S = 0.005
"""Until the model's first word."""


def figures() -> Iterator[Figure]:
    """The figures."""
    with token_server() as url, TemporaryDirectory() as folder:
        root = Path(folder) / "work"
        _write(root)
        environ = _settings(Path(folder), url)
        with _Editor(root, environ) as editor:
            yield from _first_words(editor)
            yield _given_up(editor, url)
            yield from _at_once(editor)


def _write(root: Path) -> None:
    (root / ".git").mkdir(parents=True)
    for number in range(N_FILES):
        path = root / f"package_{number % 40}" / f"module_{number}.py"
        path.parent.mkdir(exist_ok=True)
        functions = (
            f"def compute_{name}_{number}_{n}(first, second):\n    return first + second * {n}\n\n\n"
            for n in range(N_FUNCTIONS)
            for name in (("price", "weight", "size", "colour", "order")[n % 5],)
        )
        path.write_text("".join(functions))


def _settings(folder: Path, url: str) -> dict[str, str]:
    (folder / "config").mkdir()
    named = {"quick": f"t{LATENCY_S * 1000:.0f}-20", "long": "t20-3000", "talk": "t20-400"}
    models = "".join(
        f'[[models]]\nname = "{name}"\nprovider = "openai"\nbase_url = "{url}/v1"\nmodel = "{model}"\n'
        for name, model in named.items()
    )
    (folder / "config" / "rulewright.toml").write_text(f"{models}[limits]\nat_once = 256\n")
    return environment(
        RULEWRIGHT_CONFIG_DIR=str(folder / "config"),
        RULEWRIGHT_STATE_DIR=str(folder / "state"),
        RULEWRIGHT_CACHE_DIR=str(folder / "cache"),
    )


class _Editor:
    """A client that notes when each message came."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        self.root = root
        self._process = subprocess.Popen(
            [*PROGRAM, "serve", "--stdio"], cwd=root, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self.heard: queue.SimpleQueue[tuple[float, Any]] = queue.SimpleQueue()
        self._n_ids = 0
        self._reader = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._reader.start()
        folders = [{"uri": self.root.as_uri(), "name": "work"}]
        self.ask("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": folders})
        self.tell("initialized", {})
        self.uri = (self.root / "package_7" / "module_7.py").as_uri()
        text = (self.root / "package_7" / "module_7.py").read_text()
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        self.ask("rulewright/settled", None)
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self._process.wait(60)
        self._reader.join()
        self._in.close()
        self._out.close()

    def _read(self) -> None:
        while True:
            length = 0
            while (line := self._out.readline()) not in (b"\r\n", b""):
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            if not length:
                return
            body = self._out.read(length)
            self.heard.put((time.monotonic(), json.loads(body)))

    def _send(self, message: Any) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"content-length: %d\r\n\r\n%b" % (len(body), body))
        self._in.flush()

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def begin(self, method: str, params: Any) -> int:
        """Send a request; its number."""
        self._n_ids += 1
        self._send({"id": self._n_ids, "method": method, "params": params})
        return self._n_ids

    def ask(self, method: str, params: Any) -> Any:
        """Send a request, and wait for the answer."""
        number = self.begin(method, params)
        while True:
            _, message = self.heard.get(timeout=600)
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def question(self, text: str, model: str) -> int:
        """Ask a model."""
        said = {"text": text, "uri": self.uri, "model": model}
        return self.begin("workspace/executeCommand", {"command": "rulewright.chat", "arguments": [said]})

    def until(self, kind: str, session: str = "") -> tuple[float, str]:
        """When the next event of a kind came, and of which conversation; one is waited for if it is named."""
        while True:
            at, message = self.heard.get(timeout=120)
            if message.get("method") == "rulewright/chat":
                event, of = message["params"]["event"], message["params"]["session"]
                if event["type"] == "failed":
                    raise OSError(event["text"])
                if event["type"] == kind and session in ("", of):
                    return at, of


def _first_words(editor: _Editor) -> Iterator[Figure]:
    added = []
    for number in range(N_QUESTIONS + 5):
        began = time.monotonic()
        editor.question(f"how is compute_price_{number * 7}_5 made from the weight of an order?", "quick")
        first, _ = editor.until("grew")
        editor.until("done")
        if number >= 5:
            added.append(first - began - LATENCY_S)
    added.sort()
    p95, p50 = added[int(0.95 * len(added))], added[len(added) // 2]
    yield Figure("chat, first word less the model's own time, p95", p95, "under 30 ms", ok=p95 < 0.030)
    yield Figure("the same, median", p50, "under 30 ms", ok=p50 < 0.030)


def _given_up(editor: _Editor, url: str) -> Figure:
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


def _at_once(editor: _Editor) -> Iterator[Figure]:
    """Two stalls: while all of them begin at one moment, and when all are on their way."""
    numbers = {editor.question(f"count for me, number {number}", "talk") for number in range(N_CHATS)}
    last: dict[str, float] = {}
    longest = {False: 0.0, True: 0.0}
    n_over = 0
    while numbers:
        at, message = editor.heard.get(timeout=120)
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
