"""The real program in a process of its own: the command line, and a language server asked one thing at a time."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from io import BufferedRWPair
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import rulewright

PACKAGE = str(Path(rulewright.__file__).parents[1])
PROGRAM = (sys.executable, "-P", "-m", "rulewright")

Message = dict[str, Any]


def environment(**more: str) -> dict[str, str]:
    """The environment of a process that shall find this copy of the program."""
    return {**os.environ, "PYTHONPATH": PACKAGE, **more}


def command(
    root: Path, *arguments: str | bytes, stdin: bytes = b"", **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run the command line in a folder; whatever happens, people see no traceback."""
    done = subprocess.run(  # noqa: PLW1510 - the exit code is for the test to look at
        [*PROGRAM, *arguments],
        cwd=root,
        input=stdin,
        capture_output=True,
        env=options.pop("env", None) or environment(),
        **options,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode(errors="replace")
    return done


def write_files(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files, with their folders, exactly as they are given."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return root


class Session:
    """A client that counts in code points and asks one thing at a time."""

    def __init__(self, root: Path, in_: IO[bytes] | BufferedRWPair, out: IO[bytes] | BufferedRWPair) -> None:
        self.root = root
        self.notes: list[Message] = []
        self._n_ids = 0
        self._in, self._out = in_, out

    def begin(self, options: Any = None) -> Message:
        """Start a session in the root; the server's capabilities."""
        capabilities: Message = self.ask("initialize", self.introduction(options))["capabilities"]
        self.tell("initialized", {})
        self.ask("rulewright/settled")
        return capabilities

    def introduction(self, options: Any = None) -> Message:
        """The parameters of `initialize`."""
        folder = {"uri": self.root.as_uri(), "name": "w"}
        return {
            "processId": os.getpid(),
            "rootUri": folder["uri"],
            "workspaceFolders": [folder],
            "initializationOptions": options,
            "capabilities": {"general": {"positionEncodings": ["utf-32"]}, "textDocument": {"diagnostic": {}}},
        }

    def open(self, name: str, text: str, language: str = "python") -> str:
        """Open a document of the root; its URI."""
        uri = (self.root / name).as_uri()
        document = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def leave(self) -> None:
        """Say goodbye as an editor does."""
        self.ask("shutdown")
        self.tell("exit")

    def tell(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any = None) -> Any:
        """Send a request; its result."""
        answer = self.answer(method, params)
        assert "error" not in answer, answer
        return answer["result"]

    def answer(self, method: str, params: Any = None) -> Message:
        """Send a request; all of its answer."""
        self._n_ids += 1
        self._send({"id": self._n_ids, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" not in message:
                assert message["id"] == self._n_ids
                return message
            self.notes.append(message)
            if "id" in message:
                self._send({"id": message["id"], "result": None})

    def pull(self, uri: str) -> list[Message]:
        """The diagnostics of one file."""
        report = self.ask("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert report["kind"] == "full"
        items: list[Message] = report["items"]
        return items

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._in.flush()

    def _receive(self) -> Message:
        length = 0
        while (line := self._out.readline()) != b"\r\n":
            assert line, "the server is gone"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: Message = json.loads(self._out.read(length))
        return message


class ServerProcess(Session):
    """`rulewright serve --stdio` and its client."""

    def __init__(self, root: Path, arguments: Sequence[str] = ("serve", "--stdio")) -> None:
        self._process = subprocess.Popen(
            [*PROGRAM, *arguments], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        super().__init__(root, self._process.stdin, self._process.stdout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _t: type[BaseException] | None, error: BaseException | None, _b: TracebackType | None) -> None:
        if error is not None:
            self._process.kill()
        self._process.communicate()

    def end(self) -> int:
        """Leave as an editor does; the exit code."""
        self.leave()
        return self._process.wait()
