"""What we add to an answer in an editor, beyond what the model takes, in a workspace of 100,000 symbols.

The server is the real program on pipes, the model a server in a process of its own that says when a connection to it
was closed. All clocks are the machine's one monotonic clock.
"""

import json
import queue
import random
import subprocess
import threading
import time
import urllib.request
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import msgspec

from tests.bench.timing import Figure
from tests.bench.token_server import token_server
from tests.harness.program import PROGRAM, environment
from tests.harness.wait import until

N_FILES, N_FUNCTIONS = 2_000, 50
"""100,000 symbols."""
N_QUESTIONS, N_CANCELLED, N_CHATS = 100, 50, 200
LATENCY_S = 0.005
"""Until the model's first word."""
VERBS = """
get set make read write load save parse check find add remove update build open close send take put start stop run
wait show hide merge split sort count map join move copy clear
"""
NOUNS = """
name value path file line key data node list text type index item state error result user token config option event
message request response cache table field record session client server stream buffer block queue task worker thread
lock page query filter rule label color width height point shape image layer module package import symbol scope class
method function argument parameter return call frame stack heap pointer address socket port host route header body
cookie schema model view form button menu window panel cursor selection range offset length size weight price order
cart basket invoice payment account city country currency rate tax discount coupon stock product category review
rating comment author editor book chapter section paragraph sentence word letter digit number matrix vector graph edge
tree branch leaf root parent child sibling ancestor depth level score rank match pattern group flag mask bit byte
chunk packet segment fragment digest hash salt cipher secret certificate policy role permission owner member team
project issue ticket milestone release version patch commit diff hunk conflict merge tag remote mirror clone fork
sensor motor valve pump meter gauge signal channel carrier antenna modem planet orbit comet galaxy spectrum photon
"""


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
    """Files whose names are made of words as code has them: some everywhere, most seldom."""
    chance, nouns, verbs = random.Random(7), NOUNS.split(), VERBS.split()
    weights = [1 / (rank + 3) for rank in range(len(nouns))]
    (root / ".git").mkdir(parents=True)
    for number in range(N_FILES):
        path = root / f"package_{number % 40}" / f"module_{number}.py"
        path.parent.mkdir(exist_ok=True)
        functions = []
        for _ in range(N_FUNCTIONS):
            first, second, *said = chance.choices(nouns, weights, k=8)
            verb = chance.choice(verbs)
            functions.append(
                f"def {verb}_{first}_{second}({said[0]}, {said[1]}):\n"
                f'    """{verb.capitalize()} the {first} of a {said[2]} for each {said[3]}."""\n'
                f"    return {said[0]}.{said[4]}({said[1]}, {number})\n\n\n"
            )
        path.write_text("".join(functions))


def _question(number: int) -> str:
    chance = random.Random(number)
    first, second, third, fourth = chance.sample(NOUNS.split(), 4)
    return f"how does {chance.choice(VERBS.split())}_{first}_{second} deal with the {third} of a {fourth}?"


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


def _frames(data: bytes) -> tuple[list[bytes], bytes]:
    """The bodies of messages, and what is left of one that is not whole yet."""
    found, at = [], 0
    while (end := data.find(b"\r\n\r\n", at)) >= 0:
        length = int(data[at:end].lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(data) < end + 4 + length:
            break
        at = end + 4 + length
        found.append(data[end + 4 : at])
    return found, data[at:]


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
        self._blocks: queue.SimpleQueue[tuple[float, list[bytes]]] = queue.SimpleQueue()
        self._heard: deque[tuple[float, bytes]] = deque()
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
        self._until_indexed()
        return self

    def _until_indexed(self) -> None:
        """Wait for the index, and then for the words, which the first question asks for."""
        whole = {f"{N_FILES:,} of {N_FILES:,} files", "nothing to read again"}
        until(lambda: any(told in json.dumps(self.ask("rulewright/status", None)) for told in whole), 600)
        remarks = ["none yet"]
        while remarks:
            self.question("what is there?", "quick")
            while (event := self.event())["type"] != "done":
                remarks = event.get("remarks", []) if event["type"] == "prepared" else remarks

    def event(self) -> Any:
        """The next event of a chat."""
        while True:
            _, message = self.hear()
            if message.get("method") == "rulewright/chat":
                return message["params"]["event"]

    def __exit__(self, *_: object) -> None:
        self.ask("shutdown", None)
        self.tell("exit", None)
        self._process.wait(60)
        self._reader.join()
        self._in.close()
        self._out.close()

    def _read(self) -> None:
        """Note when something came, and leave the rest to who asks: to be busy here would be taken for a stall."""
        rest = b""
        while block := self._out.read1(1 << 20):
            at = time.monotonic()
            messages, rest = _frames(rest + block)
            if messages:
                self._blocks.put((at, messages))

    def hear(self, timeout_s: float = 120.0) -> tuple[float, Any]:
        """The next message, and when it came."""
        while not self._heard:
            at, messages = self._blocks.get(timeout=timeout_s)
            self._heard.extend((at, message) for message in messages)
        at, body = self._heard.popleft()
        return at, msgspec.json.decode(body)

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
            _, message = self.hear(600.0)
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def question(self, text: str, model: str) -> int:
        """Ask a model."""
        said = {"text": text, "uri": self.uri, "model": model}
        return self.begin("workspace/executeCommand", {"command": "rulewright.chat", "arguments": [said]})

    def until(self, kind: str, session: str = "") -> tuple[float, str]:
        """When the next event of a kind came, and of which conversation; one is waited for if it is named."""
        while True:
            at, message = self.hear()
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
        editor.question(_question(number), "quick")
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
