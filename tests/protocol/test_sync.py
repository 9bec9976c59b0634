"""Whatever an editor does to a document, the server has the same text, in each unit of counting."""

import asyncio
import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rulewright.core.text import Position, Text
from tests.harness.gateways import make_gateway
from tests.harness.lsp_memory import connect, range_

URI = "file:///w/a.py"
PIECES = st.sampled_from(["a", "é", "😀", "\u0301", "\u2028", "\n", "\r\n", "\r", " "])
CONTENT = st.lists(PIECES, max_size=12).map("".join)
PLACE = st.integers(0, 40)


class Editing(RuleBasedStateMachine):
    """The model is one plain string."""

    encoding = "utf-16"

    @initialize()
    def start(self):
        self.runner = asyncio.Runner()
        self.stack = connect(make_gateway())
        self.client = self.runner.run(self.stack.__aenter__())
        capabilities = {"general": {"positionEncodings": [self.encoding]}}
        announced = self.runner.run(self.client.initialize(capabilities))
        assert announced["positionEncoding"] == self.encoding
        self.model: str | None = None
        self.version = 0

    def _send(self, method, params):
        async def send():
            self.client.notify(method, params)

        self.runner.run(send())

    @precondition(lambda self: self.model is None)
    @rule(text=CONTENT)
    def open(self, text):
        self.model, self.version = text, self.version + 1
        document = {"uri": URI, "languageId": "python", "version": self.version, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})

    @precondition(lambda self: self.model is not None)
    @rule()
    def close(self):
        self.model = None
        self._send("textDocument/didClose", {"textDocument": {"uri": URI}})

    @rule(changes=st.lists(st.tuples(PLACE, PLACE, CONTENT), max_size=4), whole=st.none() | CONTENT)
    def change(self, changes, whole):
        made = []
        model = self.model or ""
        if whole is not None:
            made.append({"text": whole})
            model = whole
        for a, b, new in changes:
            start, end = sorted((_snap(model, a), _snap(model, b)))
            made.append({"range": range_(self._place(model, start), self._place(model, end)), "text": new})
            model = model[:start] + new + model[end:]
        self.version += 1
        document = {"uri": URI, "version": self.version}
        self._send("textDocument/didChange", {"textDocument": document, "contentChanges": made})
        self.model = model if self.model is not None else None

    def _place(self, model, offset):
        text = Text(model)
        place = text.position(offset)
        there = text.to_client(Position(place.line, place.character), self.encoding)
        return there.line, there.character

    @invariant()
    def same(self):
        if not hasattr(self, "client"):
            return
        documents = self.client.server.gateway.take_snapshot().documents
        got = documents.get(URI)
        assert (got.text.content if got else None) == self.model
        assert (got.version if got else self.version) == self.version

    def teardown(self):
        if hasattr(self, "client"):
            self.runner.run(self.stack.__aexit__(None, None, None))
            self.runner.close()


def _snap(model, offset):
    """An offset that an editor can name: not between the two characters of a line end."""
    offset = min(offset, len(model))
    return offset - 1 if model[offset - 1 : offset + 1] == "\r\n" else offset


class EditingInUtf8(Editing):
    encoding = "utf-8"


class EditingInUtf32(Editing):
    encoding = "utf-32"


LIMITS = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestUtf16 = Editing.TestCase
TestUtf16.settings = LIMITS
# These differ in how a place is counted alone.
FEWER = settings(LIMITS, max_examples=8)
TestUtf8 = EditingInUtf8.TestCase
TestUtf8.settings = FEWER
TestUtf32 = EditingInUtf32.TestCase
TestUtf32.settings = FEWER


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (None, "utf-16"),
        ([], "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["klingon", "utf-32"], "utf-32"),
        (["klingon"], "utf-16"),
    ],
)
async def test_the_first_unit_that_both_know_is_used(client, offered, chosen):
    capabilities = {} if offered is None else {"general": {"positionEncodings": offered}}
    assert (await client.initialize(capabilities))["positionEncoding"] == chosen


async def test_half_of_a_surrogate_pair_does_not_lose_the_change(client, tmp_path):
    from rulewright.adapters.lsp.framing import frame

    await client.initialize()
    uri = client.open(tmp_path / "a.py", "x")
    change = client.change_message(uri, 'print("HALF")\n')
    body = json.dumps(change).replace("HALF", "\\ud83d")
    client.feed(frame(body.encode()))
    assert client.server.gateway.take_snapshot().documents[uri].text.content == 'print("\ud83d")\n'
    await client.settled()


async def test_a_change_of_a_document_that_is_not_open_is_ignored_and_logged(client, tmp_path, caplog):
    await client.initialize()
    uri = (tmp_path / "a.py").as_uri()
    client.notify(
        "textDocument/didChange",
        {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": "x"}]},
    )
    await client.settled()
    assert not client.server.gateway.take_snapshot().documents
    assert "not open" in caplog.text


async def test_documents_without_a_file_are_kept_too(client):
    await client.initialize()
    document = {"uri": "untitled:Untitled-1", "languageId": "python", "version": 1, "text": "print(1)\n"}
    client.notify("textDocument/didOpen", {"textDocument": document})
    assert (await client.pull("untitled:Untitled-1"))["items"] == []
