"""What comes often or is large: results and parameters that go past cattrs, and look no different for it."""

import msgspec
import pytest
from lsprotocol import types as t
from lsprotocol.converters import get_converter

from rulewright.adapters.lsp.params import HOT, read_hot
from rulewright.adapters.lsp.wire import Ready, is_record
from tests.harness.lsp_memory import Refused

# Large answers


class Row(msgspec.Struct, rename="camel"):
    """A record as a feature would have it."""

    sort_text: str


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        (Row("a"), True),
        ([Row("a"), Row("b")], True),
        ([], True),
        ([Row("a"), t.Position(1, 2)], False),
        (t.Position(1, 2), False),
        ({"a": Row("a")}, False),
        (None, False),
    ],
)
def test_records_are_told_from_the_types_of_lsprotocol(value, is_one):
    assert is_record(value) is is_one


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (Row("a"), {"sortText": "a"}),
        ([Row("a"), Row("b")], [{"sortText": "a"}, {"sortText": "b"}]),
        ([], []),
        (None, None),
        ([Row("a"), t.Location("u", t.Range(t.Position(0, 1), t.Position(2, 3)))], NotImplemented),
        (t.Hover("x"), {"contents": "x"}),
        ([t.SelectionRange(t.Range(t.Position(0, 1), t.Position(2, 3)))], NotImplemented),
        (Ready(b'{"made":  "elsewhere"}'), {"made": "elsewhere"}),
        (Row("half \ud83d of a pair"), {"sortText": "half \ufffd of a pair"}),
    ],
)
async def test_whatever_a_handler_returns_arrives(client, result, expected):
    async def handler(_params):
        return result

    client.server.feature("test/result")(handler)
    await client.initialize()
    answer = await client.request("test/result", {})
    if expected is NotImplemented:
        where = {"start": {"line": 0, "character": 1}, "end": {"line": 2, "character": 3}}
        assert answer[-1]["range"] == where
    else:
        assert answer == expected


async def test_json_made_elsewhere_is_sent_as_it_is(client, monkeypatch):
    async def handler(_params):
        return Ready(b'[1,  {"spaces":  "kept"}]')

    client.server.feature("test/ready")(handler)
    await client.initialize()
    sent, write = [], client.write
    monkeypatch.setattr(client, "write", lambda body: (sent.append(body), write(body)))
    await client.request("test/ready", {})
    assert sent == [b'{"jsonrpc":"2.0","id":%d,"result":[1,  {"spaces":  "kept"}]}' % client.n_ids]


# Parameters of hot requests


PLACE = {"textDocument": {"uri": "file:///a"}, "position": {"line": 1, "character": 2}}
WHERE = {"start": {"line": 0, "character": 1}, "end": {"line": 2, "character": 3}}
HOT_PARAMS = {
    "textDocument/completion": [PLACE, {**PLACE, "context": {"triggerKind": 2, "triggerCharacter": "."}}],
    "textDocument/inlineCompletion": [
        {**PLACE, "context": {"triggerKind": 1}},
        {**PLACE, "context": {"triggerKind": 2, "selectedCompletionInfo": {"range": WHERE, "text": "x"}}},
    ],
    "textDocument/references": [{**PLACE, "context": {"includeDeclaration": True}}],
    "textDocument/documentSymbol": [PLACE, {**PLACE, "workDoneToken": 1, "partialResultToken": "x"}],
    "textDocument/selectionRange": [{**PLACE, "positions": [{"line": 1, "character": 2}] * 2}],
    "textDocument/diagnostic": [PLACE, {**PLACE, "identifier": "rulewright", "previousResultId": "7"}],
}


def hot_cases():
    return [(method, params) for method in HOT for params in HOT_PARAMS.get(method, [PLACE])]


def plain(value):
    """Values by the names of their attributes, of whichever library; scalars with their types."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    names = getattr(value, "__struct_fields__", None) or [a.name for a in getattr(value, "__attrs_attrs__", ())]
    return {name: plain(getattr(value, name)) for name in names} if names else (type(value), value)


@pytest.mark.parametrize(("method", "params"), hot_cases())
def test_a_handler_cannot_tell_a_record_from_the_type_of_lsprotocol(method, params):
    hot = read_hot(method, 1, params)
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    slow = get_converter().structure(message, t.METHOD_TO_TYPES[method][0])
    # Two of them take no such token; theirs is then always None.
    assert plain(hot.params) == {"partial_result_token": plain(None), **plain(slow.params)}
    assert (hot.id, hot.method, hot.jsonrpc) == (slow.id, slow.method, slow.jsonrpc)


def test_a_method_without_a_row_is_not_hot():
    assert read_hot("textDocument/codeAction", 1, {}) is None


@pytest.mark.parametrize("line", [1, 1.0, "1"])
async def test_a_line_is_a_number_however_it_is_written(client, monkeypatch, line):
    async def hover(params):
        return t.Hover(type(params.position.line).__name__)

    monkeypatch.setitem(client.server.protocol.fm.features, "textDocument/hover", hover)
    await client.initialize()
    params = {"textDocument": {"uri": "file:///a"}, "position": {"line": line, "character": 0}}
    assert await client.request("textDocument/hover", params) == {"contents": "int"}


@pytest.mark.parametrize("line", [-1, 2**31, None, 1.5, "x"])
async def test_what_is_no_line_is_refused(client, monkeypatch, line):
    monkeypatch.setitem(client.server.protocol.fm.features, "textDocument/hover", None)
    await client.initialize()
    params = {"textDocument": {"uri": "file:///a"}, "position": {"line": line, "character": 0}}
    with pytest.raises(Refused, match=r"textDocument/hover are wrong: .*position\.line"):
        await client.request("textDocument/hover", params)
