"""The real code host behind its pipes, and what happens when it dies, hangs or cannot be started."""

import json
import os
import signal
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from rulewright.core import code_messages as say
from rulewright.core.changes import ContentChange
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.restarts import Intensity
from rulewright.core.supervision import Alone
from rulewright.core.text import Position, Range
from rulewright.services import code_host as module
from rulewright.services.code_host import CodeHost
from tests.harness.wait import until

TEXT = "def first():\n    return 1\n\n\nfirst()\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RULEWRIGHT_CACHE_DIR", str(tmp_path / "cache"))
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "other.py").write_text("def elsewhere():\n    pass\n")
    return folder.as_posix()


@pytest.fixture
def host() -> Iterator[CodeHost]:
    made = CodeHost()
    yield made
    made.close()


def begin(host: CodeHost, root: str) -> str:
    settings = IndexSettings(jobs=1), CodeSettings()
    capabilities = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}}
    host.tell(say.Configure((say.Root(root, *settings),), "utf-16", capabilities))
    uri = f"file://{root}/a.py"
    host.tell(say.Opened(uri, f"{root}/a.py", "python", 1, TEXT.encode()))
    return uri


def names(host: CodeHost, uri: str) -> list[str]:
    answer = json.loads(host.ask(say.DocumentSymbols(uri)).result(30))
    return [symbol["name"] for symbol in answer or []]


def change(line: int, new: str) -> tuple[ContentChange, ...]:
    return (ContentChange(Range(Position(line, 0), Position(line, 0)), new),)


def process_of(host: CodeHost) -> int:
    assert host._process is not None
    return host._process.pid


def test_a_question_sees_what_was_said_before_it_and_nothing_after(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    asked = []
    for version in range(2, 22):
        host.tell(say.Changed(uri, version, change(0, f"def added_{version}():\n    pass\n")))
        asked.append(host.ask(say.DocumentSymbols(uri)))
    found = [[s["name"] for s in json.loads(a.result(30))] for a in asked]
    assert [len(one) for one in found] == list(range(2, 22))
    assert [one[0] for one in found] == [f"added_{version}" for version in range(2, 22)]


def test_the_index_answers_for_files_that_nobody_opened(host: CodeHost, root: str) -> None:
    begin(host, root)
    host.ask(say.Settled()).result(30)
    found = json.loads(host.ask(say.WorkspaceSymbols("elsew")).result(30))
    assert [(s["name"], s["location"]["uri"]) for s in found] == [("elsewhere", f"file://{root}/other.py")]


def test_a_killed_host_is_replaced_and_told_everything_again(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    host.tell(say.Changed(uri, 2, change(0, "def second():\n    pass\n")))
    assert names(host, uri) == ["second", "first"]
    first = process_of(host)
    os.kill(first, signal.SIGKILL)
    until(lambda: host._process is not None and host._process.pid != first)
    assert names(host, uri) == ["second", "first"]
    assert host.gone == ""


def test_a_question_that_was_asked_when_the_host_died_is_asked_of_the_next_one(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    assert names(host, uri)
    os.kill(process_of(host), signal.SIGSTOP)
    asked = host.ask(say.DocumentSymbols(uri)), host.ask(say.DocumentSymbols(uri))
    os.kill(process_of(host), signal.SIGKILL)
    assert [[s["name"] for s in json.loads(a.result(30))] for a in asked] == [["first"], ["first"]]
    assert host._waiting == {}


def test_a_question_that_two_hosts_died_of_is_answered_with_nothing(tmp_path: Path) -> None:
    host = CodeHost(script(tmp_path, f"import sys\nopen({str(tmp_path / 'n')!r}, 'a').write('x')\nsys.stdin.read(9)\n"))
    try:
        assert host.ask(say.Status()).result(30) == b"null"
        assert (tmp_path / "n").read_text() == "xx"
    finally:
        host.close()


def test_what_a_hung_host_was_at_is_given_up_and_the_next_question_is_not(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    assert names(host, uri)
    host._silent_s = 0.2
    os.kill(process_of(host), signal.SIGSTOP)
    first, second = host.ask(say.DocumentSymbols(uri)), host.ask(say.DocumentSymbols(uri))
    first.add_done_callback(lambda _: setattr(host, "_silent_s", 20))
    assert first.result(30) == b"null"
    assert [s["name"] for s in json.loads(second.result(30))] == ["first"]


def test_a_document_whose_questions_hung_two_hosts_is_opened_without_its_grammar(
    host: CodeHost, root: str, caplog: pytest.LogCaptureFixture
) -> None:
    uri = begin(host, root)
    for _ in range(2):
        assert names(host, uri) == ["first"]
        host._silent_s = 0.2
        os.kill(process_of(host), signal.SIGSTOP)
        asked = host.ask(say.DocumentSymbols(uri))
        asked.add_done_callback(lambda _: setattr(host, "_silent_s", 20))
        assert asked.result(30) == b"null"
    assert names(host, uri) == []
    assert host.gone == ""
    assert f"{uri} has cost two processes" in caplog.text


def test_nobody_is_blamed_where_a_question_was_taken_back_before(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    other = uri.replace("/a.py", "/other.py")
    host.tell(say.Opened(other, other.removeprefix("file://"), "python", 1, TEXT.encode()))
    for _ in range(2):
        assert names(host, uri) == names(host, other) == ["first"]
        host._silent_s = 0.2
        os.kill(process_of(host), signal.SIGSTOP)
        assert host.ask(say.DocumentSymbols(uri)).cancel()
        asked = host.ask(say.DocumentSymbols(other))
        asked.add_done_callback(lambda _: setattr(host, "_silent_s", 20))
        assert asked.result(30) == b"null"
    assert names(host, uri) == names(host, other) == ["first"]


def script(tmp_path: Path, body: str) -> list[str]:
    path = tmp_path / "host.py"
    path.write_text(textwrap.dedent(body))
    return [sys.executable, str(path)]


def test_a_host_that_hangs_is_ended(tmp_path: Path) -> None:
    host = CodeHost(script(tmp_path, "import sys\nsys.stdin.read()\n"), silent_s=0.2)
    try:
        assert host.ask(say.Status()).result(30) == b"null"
    finally:
        host.close()


def test_after_some_deaths_the_server_goes_on_without_a_host_and_says_so(tmp_path: Path) -> None:
    host = CodeHost(script(tmp_path, "raise SystemExit(3)\n"))
    try:
        host.start()
        until(lambda: bool(host.gone))
        assert "goes on without knowing the code" in host.gone
        assert host.ask(say.Status()).result(1) == b"null"
    finally:
        host.close()


class _AsksMeanwhile(Alone):
    """Somebody asks while it is decided whether there will be a next host."""

    host: CodeHost

    def __init__(self, intensity: Intensity) -> None:
        super().__init__(intensity)
        self.asked: list[Future[bytes]] = []
        self.said: list[str] = []

    def started(self, child: str, pid: int | None = None) -> None:
        self.said.append("started")
        super().started(child, pid)

    def ended(self, child: str, reason: str, now: float) -> bool:
        self.asked.append(self.host.ask(say.Status()))
        self.said.append("ended")
        return super().ended(child, reason, now)


def test_who_asks_between_two_hosts_starts_none_beside_the_supervisor(tmp_path: Path) -> None:
    overseer = _AsksMeanwhile(Intensity(max_restarts=1, max_seconds=120.0))
    overseer.host = host = CodeHost(script(tmp_path, "raise SystemExit(3)\n"), overseer=overseer)
    try:
        host.start()
        until(lambda: bool(host.gone))
        assert overseer.said == ["started", "ended", "started", "ended"]
        assert [asked.result(1) for asked in overseer.asked] == [b"null", b"null"]
        assert host._process is None
    finally:
        host.close()


def test_a_host_that_cannot_be_started_is_said_once() -> None:
    host = CodeHost(["/no/such/program"])
    assert host.ask(say.Status()).result(1) == b"null"
    assert "cannot be started" in host.gone
    host.close()


def test_a_document_that_cost_two_hosts_is_opened_without_its_grammar() -> None:
    told = module._Told(say.Opened("file:///w/a.py", "/w/a.py", "python", 1, b"x"))
    told.blame()
    assert told.settle("utf-16").language_id == "python"
    told.blame()
    assert (told.settle("utf-16").language_id, told.settle("utf-16").path) == ("plaintext", "/w/a.py.unknown")


def test_a_document_that_was_parsed_is_not_to_blame() -> None:
    told = module._Told(say.Opened("file:///w/a.py", "/w/a.py", "python", 1, b"x"))
    for _ in range(3):
        told.seen(1)
        told.blame()
    assert told.settle("utf-16").language_id == "python"


def test_half_of_a_surrogate_pair_reaches_the_host(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    host.tell(say.Changed(uri, 2, change(0, "# \ud83d\n")))
    assert names(host, uri) == ["first"]


def test_a_cancelled_question_is_taken_back(host: CodeHost, root: str) -> None:
    uri = begin(host, root)
    assert host.ask(say.References(uri, Position(0, 5))).cancel()
    assert names(host, uri) == ["first"]
    assert host._waiting == {}


def test_an_index_that_was_there_already_is_not_told_as_no_files(host: CodeHost) -> None:
    host._hear(say.Progress("/shop", 0, 0))
    host._hear(say.Progress("/bank", 2, 3))
    assert [(one.id, one.detail) for one in host.indexing()] == [
        ("index of shop", "nothing to read again"),
        ("index of bank", "2 of 3 files"),
    ]
