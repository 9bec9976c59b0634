"""Questions about code over the protocol, with everything but the child process."""

import asyncio

import msgspec
import pytest

from rulewright.core import code_messages as say
from tests.harness.gateways import make_gateway, write_rules
from tests.harness.inline_code import InlineCode
from tests.harness.lsp_memory import FULL, PUSH, connect, range_

STACK = '''\
class Stack:
    """Holds things, the last one first."""

    def push(self, item):
        self.items.append(item)
'''
USE = "from stack import Stack\n\ns = Stack()\ns.push(1)\n"


FLAG = '''\
class Flag:
    def hoist(self):
        """Up it goes."""

    def wave(self):
        """Wave it.

        .. deprecated:: 2.0
        """
'''


@pytest.fixture
def code(tmp_path_factory):
    return InlineCode(tmp_path_factory.mktemp("cache"))


@pytest.fixture
async def client(code):
    async with connect(make_gateway(code)) as client:
        yield client


@pytest.fixture
def work(tmp_path):
    (tmp_path / "stack.py").write_text(STACK)
    (tmp_path / "use.py").write_text(USE)
    return tmp_path


def at(uri, line, character, **more):
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}


def of(uri):
    return {"textDocument": {"uri": uri}}


async def test_what_is_announced(client, work):
    announced = await client.initialize(root=work)
    for name in (
        "completionProvider",
        "hoverProvider",
        "definitionProvider",
        "referencesProvider",
        "documentHighlightProvider",
        "documentSymbolProvider",
        "workspaceSymbolProvider",
        "foldingRangeProvider",
        "selectionRangeProvider",
        "callHierarchyProvider",
    ):
        assert announced[name], name
    assert announced["completionProvider"]["resolveProvider"] is True


async def test_a_jump_to_a_file_that_nobody_opened(client, work):
    await client.initialize(root=work)
    uri = client.open(work / "use.py", USE)
    await client.settled()
    found = await client.request("textDocument/definition", at(uri, 2, 5))
    assert [(f["uri"], f["range"]) for f in found] == [((work / "stack.py").as_uri(), range_((0, 6), (0, 11)))]
    method = await client.request("textDocument/definition", at(uri, 3, 3))
    assert [f["range"] for f in method] == [range_((3, 8), (3, 12))]


async def test_uses_are_found_in_all_files_and_in_what_is_not_saved(client, work):
    await client.initialize(root=work)
    stack = client.open(work / "stack.py", STACK)
    uri = client.open(work / "use.py", USE)
    client.change(uri, USE + "Stack()\n")
    await client.settled()
    found = await client.request("textDocument/references", at(stack, 0, 7, context={"includeDeclaration": True}))
    places = sorted((f["uri"].rpartition("/")[2], f["range"]["start"]["line"]) for f in found)
    assert places == [("stack.py", 0), ("use.py", 0), ("use.py", 2), ("use.py", 4)]


async def test_a_hover_shows_signature_doc_and_the_rules_that_apply(client, work):
    write_rules(work)
    await client.initialize({**FULL, "textDocument": {"hover": {"contentFormat": ["markdown"]}}}, root=work)
    uri = client.open(work / "use.py", USE)
    await client.settled()
    found = await client.request("textDocument/hover", at(uri, 2, 5))
    text = found["contents"]["value"]
    assert "class Stack" in text
    assert "Holds things, the last one first." in text
    assert "**Rules**: `no-print`" in text
    assert await client.request("textDocument/hover", at(uri, 1, 0)) is None


async def test_a_completion_offers_members_and_an_item_can_be_looked_at(client, work):
    await client.initialize(root=work)
    uri = client.open(work / "use.py", USE + "s.pu")
    await client.settled()
    found = await client.request("textDocument/completion", at(uri, 4, 4))
    (item,) = [i for i in found["items"] if i["label"] == "push"]
    resolved = await client.request("completionItem/resolve", item)
    assert resolved["detail"] == "def push(self, item)"


async def test_docs_of_a_file_that_nobody_opened_are_read_when_they_are_shown(client, work):
    (work / "flag.py").write_text(FLAG)
    await client.initialize(
        {"textDocument": {"completion": {"completionItem": {"tagSupport": {"valueSet": [1]}}}}}, root=work
    )
    uri = client.open(work / "use.py", "from flag import Flag\n\nf = Flag()\nf.")
    await client.settled()
    found = await client.request("textDocument/completion", at(uri, 3, 2))
    items = {i["label"]: i for i in found["items"]}
    assert "tags" not in items["hoist"]
    assert items["wave"]["tags"] == [1]
    resolved = await client.request("completionItem/resolve", items["hoist"])
    assert "Up it goes." in str(resolved["documentation"])
    # What was written since is read as it is now.
    (work / "flag.py").write_text("import os\n\n" + FLAG.replace("Up it goes.", "It goes up."))
    again = await client.request("completionItem/resolve", items["hoist"])
    assert "It goes up." in str(again["documentation"])
    (work / "flag.py").unlink()
    gone = await client.request("completionItem/resolve", items["hoist"])
    assert "documentation" not in gone


async def test_a_completion_imports_what_is_not_imported_yet(client, work):
    await client.initialize(root=work)
    uri = client.open(work / "new.py", "Sta")
    await client.settled()
    found = await client.request("textDocument/completion", at(uri, 0, 3))
    (item,) = [i for i in found["items"] if i["label"] == "Stack"]
    assert [e["newText"] for e in item["additionalTextEdits"]] == ["from stack import Stack\n\n"]


async def test_symbols_of_a_document_and_of_the_workspace(client, work):
    tree = {"documentSymbol": {"hierarchicalDocumentSymbolSupport": True}}
    await client.initialize({**FULL, "textDocument": tree}, root=work)
    uri = client.open(work / "stack.py", STACK)
    (stack,) = await client.request("textDocument/documentSymbol", of(uri))
    assert (stack["name"], [c["name"] for c in stack["children"]]) == ("Stack", ["push"])
    await client.settled()
    found = await client.request("workspace/symbol", {"query": "psh"})
    assert [(f["name"], f["containerName"]) for f in found] == [("push", "Stack")]


async def test_structure(client, work):
    await client.initialize(root=work)
    uri = client.open(work / "stack.py", STACK)
    folds = await client.request("textDocument/foldingRange", of(uri))
    assert (0, 4) in {(f["startLine"], f["endLine"]) for f in folds}
    (chosen,) = await client.request(
        "textDocument/selectionRange", {**of(uri), "positions": [at(uri, 4, 14)["position"]]}
    )
    assert chosen["range"] == range_((4, 13), (4, 18))
    assert chosen["parent"]["range"]["start"]["line"] <= 4
    marks = await client.request("textDocument/documentHighlight", at(uri, 3, 20))
    assert [m["range"]["start"]["line"] for m in marks] == [3, 4]


async def test_calls(client, work):
    await client.initialize(root=work)
    stack = client.open(work / "stack.py", STACK)
    await client.settled()
    (item,) = await client.request("textDocument/prepareCallHierarchy", at(stack, 3, 9))
    (caller,) = await client.request("callHierarchy/incomingCalls", {"item": item})
    assert caller["from"]["uri"] == (work / "use.py").as_uri()
    assert caller["fromRanges"] == [range_((3, 2), (3, 6))]
    assert await client.request("callHierarchy/outgoingCalls", {"item": {**item, "data": {"path": "../x"}}}) is None


async def test_a_language_that_another_server_answers_for_is_left_to_it(client, work):
    await client.initialize(
        root=work, options={"rulewright": {"code": {"beside": ["python"], "hover": ["*", "python"]}}}
    )
    uri = client.open(work / "use.py", USE)
    await client.settled()
    assert not await client.request("textDocument/definition", at(uri, 2, 5))
    assert await client.request("textDocument/hover", at(uri, 2, 5))


async def syntax_of(client, uri):
    items = (await client.pull(uri))["items"]
    return [i["message"] for i in items if i["code"] == "rulewright/syntax"]


async def test_syntax_errors_are_shown_when_the_typing_rests(client, work):
    await client.initialize(root=work, options={"rulewright": {"server": {"syntax_rest_ms": 40}}})
    uri = client.open(work / "a.py", "x = 1\n")
    client.change(uri, "x = (\n")
    assert await syntax_of(client, uri) == []
    await client.until(lambda: [m for m in client.messages if m.get("method") == "workspace/diagnostic/refresh"])
    assert len(await syntax_of(client, uri)) == 1
    client.change(uri, "x = (1)\n")
    assert await syntax_of(client, uri) == []


async def test_syntax_errors_are_pushed_when_the_typing_rests(client, work):
    await client.initialize(PUSH, root=work, options={"rulewright": {"server": {"syntax_rest_ms": 40}}})
    uri = client.open(work / "a.py", "x = 1\n")
    client.change(uri, "x = (\n")

    def shown():
        return [p for p in client.published(uri) if any(d["code"] == "rulewright/syntax" for d in p["diagnostics"])]

    assert await client.until(shown)


async def test_progress_is_shown_with_an_estimate_and_can_be_stopped(client, code, work):
    await client.initialize({**FULL, "window": {"workDoneProgress": True}}, root=work)
    code.report(say.Progress("/w", 10, 400, 12.3))

    def values(kind):
        return [
            m["params"]
            for m in client.messages
            if m.get("method") == "$/progress" and m["params"]["value"]["kind"] == kind
        ]

    await client.until(lambda: values("report"))
    assert values("begin")[0]["value"]["cancellable"] is True
    assert values("report")[0]["value"] == {
        "kind": "report",
        "message": "10 of 400 files, about 12 s left",
        "percentage": 2,
    }
    client.notify("window/workDoneProgress/cancel", {"token": values("report")[0]["token"]})
    await client.settled()
    assert code.told[-1] == say.Pause(True)
    await client.request("workspace/executeCommand", {"command": "rulewright.resumeIndex", "arguments": []})
    assert code.told[-1] == say.Pause(False)
    code.report(say.Progress("/w", 400, 400))
    await client.until(lambda: values("end"))


async def test_forty_changes_each_with_a_question_behind_it(client, work):
    await client.initialize(root=work)
    uri = client.open(work / "a.py", "")
    messages, answers = [], []
    for n in range(40):
        messages.append(client.change_message(uri, f"def f{n}():\n    pass\n"))
        request = client.request_message("textDocument/documentSymbol", of(uri))
        answers.append(client.answer_to(request))
        messages.append(request)
    client.send(*messages)
    found = await asyncio.gather(*answers)
    assert [one[0]["name"] for one in found] == [f"f{n}" for n in range(40)]


async def test_the_index_says_how_it_is(client, work):
    await client.initialize(root=work)
    status = await client.request("workspace/executeCommand", {"command": "rulewright.indexStatus", "arguments": []})
    (one,) = status.values()
    assert (one["files"], one["symbols"]) == (2, 3)
    assert msgspec.json.encode(one)


async def test_a_file_that_changes_on_disk_is_known_at_once(client, work):
    await client.initialize(root=work)
    (work / "stack.py").write_text("class Heap:\n    pass\n")
    event = {"uri": (work / "stack.py").as_uri(), "type": 2}
    client.notify("workspace/didChangeWatchedFiles", {"changes": [event]})
    await client.settled()
    assert [f["name"] for f in await client.request("workspace/symbol", {"query": "Heap"})] == ["Heap"]
    assert await client.request("workspace/symbol", {"query": "Stack"}) == []


async def test_what_was_just_typed_has_members_at_once(client, work):
    await client.initialize(root=work)
    text = "class Q:\n    def method(self): pass\n\n\nq = Q()\nq."
    uri = client.open(work / "new.py", text)
    found = await client.request("textDocument/completion", at(uri, 5, 2))
    assert "method" in [i["label"] for i in found["items"]]


async def test_a_symbol_of_a_folder_in_a_folder_comes_once(client, work):
    (work / "sub").mkdir()
    (work / "sub" / "inner.py").write_text("class Inner: pass\n")
    await client.initialize(roots=[work, work / "sub"])
    found = await client.request("workspace/symbol", {"query": "Inner"})
    assert [f["name"] for f in found] == ["Inner"]


async def test_one_file_under_two_spellings(client, work):
    await client.initialize(root=work)
    (work / "sp ace.py").write_text("")
    first = client.open(work / "sp ace.py", "def one(): pass\n")
    other = first.replace("sp%20ace", "sp%20%61ce")
    document = {"uri": other, "languageId": "python", "version": 1, "text": "def one(): pass\n"}
    client.notify("textDocument/didOpen", {"textDocument": document})
    client.notify("textDocument/didClose", {"textDocument": {"uri": other}})
    client.change(first, "def two(): pass\n")
    found = await client.request("textDocument/documentSymbol", of(first))
    assert [f["name"] for f in found] == ["two"]


async def test_a_folder_that_is_closed_keeps_its_index(client, work, code):
    await client.initialize(root=work)
    uri = client.open(work / "stack.py", STACK)
    asked = client.ask("textDocument/references", at(uri, 0, 7, context={"includeDeclaration": True}))
    event = {"added": [], "removed": [{"uri": work.as_uri(), "name": "work"}]}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await asked
    event = {"added": event["removed"], "removed": []}
    client.notify("workspace/didChangeWorkspaceFolders", {"event": event})
    await client.settled()
    status = await client.request("workspace/executeCommand", {"command": "rulewright.indexStatus", "arguments": []})
    assert status[work.as_posix()]["parsed"] == 0


async def test_a_header_is_read_in_the_language_that_it_is_written_in(client, work):
    (work / "area.cpp").write_text("int area();\n")
    await client.initialize(root=work)
    uri = client.open(work / "shape.h", "class Shape {\npublic:\n  int area();\n};\n", "c")
    found = await client.request("textDocument/documentSymbol", of(uri))
    assert [(s["name"], s.get("containerName")) for s in found] == [("Shape", None), ("area", "Shape")]
