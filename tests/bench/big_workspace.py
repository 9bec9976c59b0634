"""A workspace of 100,000 symbols, and a client that notes when each message of the server came."""

import json
import queue
import random
import subprocess
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any, Self

import msgspec

from tests.harness.program import PROGRAM, environment
from tests.harness.wait import until

N_FILES, N_FUNCTIONS = 2_000, 50
"""100,000 symbols."""
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


def write_files(root: Path, n_files: int = N_FILES) -> None:
    """Files whose names are made of words as code has them: some everywhere, most seldom."""
    chance, nouns, verbs = random.Random(7), NOUNS.split(), VERBS.split()
    weights = [1 / (rank + 3) for rank in range(len(nouns))]
    (root / ".git").mkdir(parents=True)
    for number in range(n_files):
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


def settings(folder: Path, text: str) -> dict[str, str]:
    """The environment of a server whose user has these settings."""
    (folder / "config").mkdir()
    (folder / "config" / "rulewright.toml").write_text(text)
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


class Editor:
    """A client that notes when each message came."""

    def __init__(self, root: Path, environ: dict[str, str], capabilities: Any = None) -> None:
        self.root = root
        self.n_files = len(list(root.glob("package_*/module_*.py")))
        self._capabilities = capabilities or {}
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
        self.ask("initialize", {"processId": None, "capabilities": self._capabilities, "workspaceFolders": folders})
        self.tell("initialized", {})
        self.uri = (self.root / "package_7" / "module_7.py").as_uri()
        text = (self.root / "package_7" / "module_7.py").read_text()
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": item})
        self.ask("rulewright/settled", None)
        whole = {f"{self.n_files:,} of {self.n_files:,} files", "nothing to read again"}
        until(lambda: any(told in json.dumps(self.ask("rulewright/status", None)) for told in whole), 600)
        return self

    @property
    def pid(self) -> int:
        """Of the server."""
        return self._process.pid

    def until_words_are_known(self) -> None:
        """Wait for the words of definitions, which the first question asks for."""
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
