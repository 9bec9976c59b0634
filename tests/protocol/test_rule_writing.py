"""Writing rules over the protocol: completion, hovers, jumps, renames, and a rule from code."""

import asyncio

import pytest

from tests.harness.gateways import NO_PRINT, make_gateway
from tests.harness.inline_code import InlineCode
from tests.harness.lsp_memory import FULL, Refused, connect, range_
from tests.harness.program import write_files

RUN = "workspace/executeCommand"
RENAME = "textDocument/rename"
PREPARE = "textDocument/prepareRename"
SELECTION = range_((1, 4), (1, 14))
CODE = "def f(x):\n    compile(x)\n"
WRITER = {
    **FULL,
    "workspace": {
        **FULL["workspace"],
        "workspaceEdit": {"documentChanges": True, "resourceOperations": ["create", "rename", "delete"]},
    },
    "textDocument": {
        **FULL["textDocument"],
        "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "rename": {"dynamicRegistration": True, "prepareSupport": True},
    },
    "window": {"showDocument": {"support": True}},
}
LOUD = "---\nid: loud\noverrides: [no-print, other]\ndisable: no-print\n---\nSay it loudly.\n"


@pytest.fixture
def root(tmp_path):
    return write_files(
        tmp_path,
        {
            ".ai-rules/no-print.md": NO_PRINT,
            ".ai-rules/loud.md": LOUD,
            "src/a.py": "print(1)  # rulewright: ignore[no-print]\n",
            "src/b.py": "print(2)\n",
            "web/x.ts": "",
        },
    )


@pytest.fixture
async def client():
    async with connect(make_gateway()) as client:
        yield client


def at(uri, line, character, **more):
    return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}, **more}


def texts_of(edit, root):
    """By path relative to the root, the text after the edit of a document whose old text is on disk; and versions."""
    found, versions = {}, {}
    for change in edit["documentChanges"]:
        uri = change["textDocument"]["uri"]
        name = uri.removeprefix(f"{root.as_uri()}/")
        lines = (root / name).read_text("utf-8").split("\n")
        for one in sorted(change["edits"], key=lambda e: str(e["range"]["start"]), reverse=True):
            start, end = one["range"]["start"], one["range"]["end"]
            line = lines[start["line"]]
            assert start["line"] == end["line"]
            lines[start["line"]] = line[: start["character"]] + one["newText"] + line[end["character"] :]
        found[name], versions[name] = "\n".join(lines), change["textDocument"]["version"]
    return found, versions


async def complete(client, uri, line, character):
    found = await client.request("textDocument/completion", at(uri, line, character))
    return {item["label"]: item for item in found["items"]} if found else None


# Completion


async def test_keys_come_with_their_meaning_and_with_places_to_fill_in(client, root):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".ai-rules/new.md", "---\nche\n---\n", "markdown")
    found = await complete(client, uri, 1, 3)
    check = found["check"]
    assert check["textEdit"]["range"] == range_((1, 0), (1, 3))
    assert check["insertTextFormat"] == 2
    assert check["textEdit"]["newText"].startswith("check:\n  language: ${1:python}")
    assert "ast-grep" in check["documentation"]["value"]
    assert await client.request("completionItem/resolve", check) == check


async def test_a_client_that_fills_in_nothing_gets_the_key_alone(client, root):
    await client.initialize(root=root)
    uri = client.open(root / ".ai-rules/new.md", "---\nche\n---\n", "markdown")
    check = (await complete(client, uri, 1, 3))["check"]
    assert check["textEdit"]["newText"] == "check: "
    assert isinstance(check["documentation"], str)


async def test_ids_and_globs_come_from_the_project(client, root):
    await client.initialize(root=root)
    uri = client.open(root / ".ai-rules/new.md", '---\noverrides: [n]\nglobs: "😀"\n---\n', "markdown")
    assert list(await complete(client, uri, 1, 13)) == ["loud", "no-print"]
    globs = await complete(client, uri, 2, 9)
    assert list(globs)[:2] == ["**/*.py", "src/**"]
    assert globs["src/**"]["textEdit"] == {"range": range_((2, 8), (2, 9)), "newText": "src/**"}


async def test_positions_are_in_the_units_of_the_client(client, root):
    await client.initialize({**FULL, "general": {"positionEncodings": ["utf-16"]}}, root=root)
    uri = client.open(root / ".ai-rules/new.md", '---\nglobs: ["😀", "s"]\n---\n', "markdown")
    globs = await complete(client, uri, 1, 16)
    assert globs["src/**"]["textEdit"]["range"] == range_((1, 15), (1, 16))


async def test_an_empty_rule_file_gets_whole_rules(client, root):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".ai-rules/new.md", "", "markdown")
    assert list(await complete(client, uri, 0, 0)) == ["rule", "rule with check"]
    assert await complete(client, client.open(root / "notes.md", "", "markdown"), 0, 0) is None


async def test_the_text_of_a_rule_is_completed_like_any_other(root, tmp_path_factory):
    async with connect(make_gateway(InlineCode(tmp_path_factory.mktemp("cache")))) as client:
        await client.initialize(root=root)
        text = "---\nid: x\n---\nSomething about something. Som\n"
        uri = client.open(root / ".ai-rules/new.md", text, "markdown")
        await client.settled()
        assert "language" not in (await complete(client, uri, 3, 30) or {})
        assert "globs" in await complete(client, uri, 1, 0)
        # The question that nobody waits for any more went to the host too; the next one is answered all the same.
        code = client.open(root / "src/c.py", "value = 1\nval")
        await client.settled()
        assert "value" in await complete(client, code, 1, 3)


async def test_files_of_other_tools_have_their_own_keys(client, root):
    text = '---\ndescription: x\nglobs: "*.ts"\n---\nText.\n'
    write_files(root, {".cursor/rules/ts.mdc": text})
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".cursor/rules/ts.mdc", text.replace("description: x", "al"), "markdown")
    found = await complete(client, uri, 1, 2)
    assert "alwaysApply" in found
    assert "check" not in found
    hover = await client.request("textDocument/hover", at(uri, 2, 10))
    assert hover["contents"]["value"].startswith("**`*.ts`**: matches ")
    other = client.open(root / "more.md", "---\noverrides: cursor/ts\n---\n", "markdown")
    assert await client.request("textDocument/hover", at(other, 1, 14)) is None


# Hovers


async def test_a_hover_says_what_stands_there(client, root):
    await client.initialize(WRITER, root=root)
    text = "---\noverrides: [no-print]\nglobs: src/**\n\n---\n"
    uri = client.open(root / ".ai-rules/loud.md", text, "markdown")

    async def hover(line, character):
        found = await client.request("textDocument/hover", at(uri, line, character))
        return found and (found["contents"]["value"], found.get("range"))

    key, where = await hover(1, 2)
    assert key.startswith("**`overrides`**: Ids of rules")
    assert where == range_((1, 0), (1, 9))
    assert await hover(1, 14) == (
        "**`no-print`**: Log, do not print\n\n- `.ai-rules/no-print.md`",
        range_((1, 12), (1, 20)),
    )
    assert (await hover(2, 9))[0] == "**`src/**`**: matches 2 files\n\n- `src/a.py`\n- `src/b.py`"
    assert "touches" in (await hover(0, 1))[0]
    assert await hover(5, 0) is None


# Ids


async def test_a_jump_leads_to_the_rule(client, root):
    await client.initialize(root=root)
    uri = client.open(root / ".ai-rules/loud.md", LOUD, "markdown")
    rule = (root / ".ai-rules/no-print.md").as_uri()
    top = [{"uri": rule, "range": range_((0, 0), (0, 0))}]
    assert await client.request("textDocument/definition", at(uri, 2, 14)) == top
    assert await client.request("textDocument/definition", at(uri, 3, 10)) == top
    assert await client.request("textDocument/definition", at(uri, 2, 23)) == []
    other = client.open(root / ".ai-rules/more.md", "---\noverrides: loud\n---\n", "markdown")
    assert await client.request("textDocument/definition", at(other, 1, 12)) == [
        {"uri": uri, "range": range_((1, 4), (1, 8))}
    ]
    code = client.open(root / "src/a.py", (root / "src/a.py").read_text())
    assert await client.request("textDocument/definition", at(code, 0, 32)) == top
    assert await client.request("textDocument/definition", at(code, 0, 2)) is None


async def test_references_are_who_names_the_rule(client, root):
    await client.initialize(root=root)
    uri = client.open(root / ".ai-rules/loud.md", LOUD, "markdown")
    for declaration, first in ((False, []), (True, [("no-print.md", 0)])):
        question = at(uri, 2, 14, context={"includeDeclaration": declaration})
        found = await client.request("textDocument/references", question)
        assert [(f["uri"].rpartition("/")[2], f["range"]["start"]["line"]) for f in found] == [
            *first,
            ("loud.md", 2),
            ("loud.md", 3),
            ("a.py", 0),
        ]


async def test_a_rule_gets_another_id_wherever_it_is_named(client, root):
    (root / "rulewright.toml").write_text('[rules]\ndisable = ["no-print"]\n')
    await client.initialize(WRITER, root=root, options={"rules": {"disable": ["no-print"]}})
    uri = client.open(root / ".ai-rules/loud.md", LOUD, "markdown")
    client.change(uri, LOUD)
    prepared = await client.request(PREPARE, at(uri, 2, 14))
    assert prepared == {"range": range_((2, 12), (2, 20)), "placeholder": "no-print"}
    edit = await client.request(RENAME, at(uri, 2, 14, newName="use-the-log"))
    texts, versions = texts_of(edit, root)
    assert texts == {
        ".ai-rules/no-print.md": NO_PRINT.replace("---\n", "---\nid: use-the-log\n", 1),
        ".ai-rules/loud.md": LOUD.replace("no-print", "use-the-log"),
        "rulewright.toml": '[rules]\ndisable = ["use-the-log"]\n',
        "src/a.py": "print(1)  # rulewright: ignore[use-the-log]\n",
    }
    assert versions == {
        ".ai-rules/loud.md": 2,
        ".ai-rules/no-print.md": None,
        "rulewright.toml": None,
        "src/a.py": None,
    }
    assert client.notes("window/showMessage") == []


async def test_a_rule_that_is_not_saved_yet_gets_the_id_too(client, root):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".ai-rules/new.md", "---\noverrides: no-print\n---\n", "markdown")
    edit = await client.request(RENAME, at(uri, 1, 14, newName="x"))
    (change,) = [c for c in edit["documentChanges"] if c["textDocument"]["uri"] == uri]
    assert change["textDocument"]["version"] == 1
    assert change["edits"] == [{"range": range_((1, 11), (1, 19)), "newText": "x"}]
    question = at(uri, 1, 14, context={"includeDeclaration": False})
    found = await client.request("textDocument/references", question)
    assert {"uri": uri, "range": range_((1, 11), (1, 19))} in found


async def test_the_id_of_a_rule_is_changed_where_it_stands(client, root):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".ai-rules/loud.md", LOUD, "markdown")
    edit = await client.request(RENAME, at(uri, 1, 5, newName="very/loud"))
    assert texts_of(edit, root)[0] == {".ai-rules/loud.md": LOUD.replace("id: loud", "id: very/loud")}
    same = await client.request(RENAME, at(uri, 1, 5, newName="loud"))
    assert same["documentChanges"] == []


@pytest.mark.parametrize(
    ("line", "character", "new", "says"),
    [
        (1, 5, "no-print", "There is a rule `no-print` already."),
        (1, 5, "no spaces", "cannot be the id of a rule"),
        (1, 5, "rulewright/x", "own remarks"),
        (2, 23, "x", "There is no rule `other` in force."),
        (0, 1, "x", "There is no id of a rule here."),
    ],
)
async def test_an_id_that_cannot_be_is_refused_with_the_reason(client, root, line, character, new, says):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".ai-rules/loud.md", LOUD, "markdown")
    with pytest.raises(Refused, match=says) as refused:
        await client.request(RENAME, at(uri, line, character, newName=new))
    assert refused.value.code == -32803


async def test_a_rule_that_is_not_the_projects_keeps_its_id(client, root):
    await client.initialize(WRITER, root=root, options={"rules": {"defaults": "always"}})
    text = "---\noverrides: [python/none-comparison, none-comparison]\n---\n"
    book = client.server.gateway.take_snapshot().projects[0].book
    name = next(e.rule_id for e in book.entries.values() if e.source == "default")
    uri = client.open(root / ".ai-rules/mine.md", text.replace("none-comparison]", f"{name}]"), "markdown")
    line = text.replace("none-comparison]", f"{name}]").split("\n")[1]
    place = at(uri, 1, line.rindex(name) + 1)
    with pytest.raises(Refused, match="is not the project's own"):
        await client.request(PREPARE, place)
    with pytest.raises(Refused, match="is not the project's own"):
        await client.request(RENAME, {**place, "newName": "x"})
    (found,) = await client.request("textDocument/definition", place)
    assert "/rulewright/defaults/" in found["uri"]


async def test_a_rule_of_another_tool_keeps_its_id(client, root):
    write_files(root, {".cursor/rules/ts.mdc": "---\nalwaysApply: true\n---\nText.\n"})
    await client.initialize(WRITER, root=root)
    uri = client.open(root / ".ai-rules/mine.md", "---\noverrides: cursor/ts\n---\n", "markdown")
    place = at(uri, 1, 14)
    with pytest.raises(Refused, match="stands in a file of another tool"):
        await client.request(PREPARE, place)
    (found,) = await client.request("textDocument/definition", place)
    assert found["uri"].endswith("/.cursor/rules/ts.mdc")


async def test_nothing_is_changed_through_a_link_that_leads_out(client, root, tmp_path_factory):
    outside = tmp_path_factory.mktemp("elsewhere") / "notes.md"
    outside.write_text("---\noverrides: no-print\n---\n")
    (root / ".ai-rules/linked.md").symlink_to(outside)
    (root / "rulewright.toml").symlink_to(outside)
    await client.initialize(WRITER, root=root, options={"rules": {"disable": ["no-print"]}})
    uri = client.open(root / ".ai-rules/loud.md", LOUD, "markdown")
    edit = await client.request(RENAME, at(uri, 2, 14, newName="x"))
    assert set(texts_of(edit, root)[0]) == {".ai-rules/no-print.md", ".ai-rules/loud.md", "src/a.py"}
    (shown,) = client.notes("window/showMessage")[-1:]
    assert "`rules.disable` names `no-print` in a place that was not changed" in shown["message"]


async def test_in_code_there_is_nothing_to_rename(client, root):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / "src/b.py", "print(2)\n")
    assert await client.request(PREPARE, at(uri, 0, 2)) is None
    with pytest.raises(Refused, match="Only ids of rules"):
        await client.request(RENAME, at(uri, 0, 2, newName="x"))


async def test_renaming_is_registered_for_rule_files_alone(client, root):
    announced = await client.initialize(WRITER, root=root)
    assert not announced.get("renameProvider")
    registered = [
        r for note in client.notes("client/registerCapability") for r in note["registrations"] if r["method"] == RENAME
    ]
    (one,) = registered
    assert one["registerOptions"]["prepareProvider"] is True
    assert next(f["pattern"] for f in one["registerOptions"]["documentSelector"]) == "**/.ai-rules/**"


async def test_a_client_that_cannot_be_told_is_not_asked(client, root):
    await client.initialize(root=root)
    methods = [r["method"] for n in client.notes("client/registerCapability") for r in n["registrations"]]
    assert RENAME not in methods


# A rule from code


def offered(actions):
    return [a for a in actions if "rule from this code" in a["title"]]


async def test_a_rule_is_made_from_a_selection(client, root):
    await client.initialize(WRITER, root=root)
    client.replies["workspace/applyEdit"] = lambda _: {"applied": True}
    client.replies["window/showDocument"] = lambda _: {"success": True}
    uri = client.open(root / "src/new.py", CODE)
    (action,) = offered(await client.actions(uri, SELECTION))
    assert action["kind"] == "refactor.extract.rule"
    assert "edit" not in action
    made = await client.request(RUN, {k: action["command"][k] for k in ("command", "arguments")})
    new = (root / ".ai-rules/no-compile.md").as_uri()
    assert made == {"id": "no-compile", "uri": new}
    (asked,) = client.notes("workspace/applyEdit")
    create, change = asked["edit"]["documentChanges"]
    assert (create["kind"], create["uri"], change["textDocument"]) == ("create", new, {"uri": new, "version": None})
    (edit,) = change["edits"]
    assert "    pattern: 'compile($A)'\n" in edit["newText"]
    assert "  - bad: 'compile(x)'\n" in edit["newText"]
    (shown,) = client.notes("window/showDocument")
    assert (shown["uri"], shown["selection"]["start"]) == (new, {"line": 1, "character": 13})
    # Saved, it is in force at once.
    (root / ".ai-rules/no-compile.md").write_text(edit["newText"])
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": new, "type": 1}]})
    await client.settled()
    assert [d["code"] for d in (await client.pull(uri))["items"]] == ["no-compile"]


async def test_where_the_client_makes_no_files_the_rule_is_written(client, root):
    await client.initialize(root=root)
    uri = client.open(root / "src/new.py", CODE)
    (action,) = offered(await client.actions(uri, SELECTION))
    made = await client.request(RUN, {k: action["command"][k] for k in ("command", "arguments")})
    assert made["id"] == "no-compile"
    assert "pattern: 'compile($A)'" in (root / ".ai-rules/no-compile.md").read_text()
    assert [d["code"] for d in (await client.pull(uri))["items"]] == ["no-compile"]
    again = await client.request(RUN, {k: action["command"][k] for k in ("command", "arguments")})
    assert again["id"] == "no-compile-2"


async def test_a_client_without_literals_gets_a_command(client, root):
    commands = {"general": {"positionEncodings": ["utf-32"]}, "workspace": {"applyEdit": True}}
    await client.initialize(commands, root=root)
    uri = client.open(root / "src/new.py", CODE)
    (action,) = offered(await client.actions(uri, SELECTION))
    assert action["command"] == "rulewright.newRuleFromCode"


@pytest.mark.parametrize(
    ("name", "text", "chosen", "only"),
    [
        ("src/new.py", CODE, range_((1, 4), (1, 4)), None),
        ("src/new.py", CODE, range_((1, 4), (1, 6)), None),
        ("src/new.py", CODE, SELECTION, ["quickfix"]),
        ("notes.toml", "a = 'b'\n", range_((0, 0), (0, 7)), None),
        (".ai-rules/x.md", "# Some title\n", range_((0, 0), (0, 12)), None),
        ("src/new.py", "x = 1\n" * 1000, range_((0, 0), (999, 0)), None),
    ],
)
async def test_where_no_rule_can_be_made_none_is_offered(client, root, name, text, chosen, only):
    await client.initialize(WRITER, root=root)
    language = {"py": "python", "toml": "toml", "md": "markdown"}[name.rpartition(".")[2]]
    uri = client.open(root / name, text, language)
    assert offered(await client.actions(uri, chosen, only=only)) == []


@pytest.mark.parametrize("only", [["refactor"], ["refactor.extract"], [""]])
async def test_it_is_offered_among_refactorings(client, root, only):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / "src/new.py", CODE)
    assert len(offered(await client.actions(uri, SELECTION, only=only))) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "Select the code"),
        ([{"uri": 7}], "Select the code"),
        ([{"uri": "U", "range": range_((0, 0), (0, 7))}], "Select all of it"),
        ([{"uri": "U", "range": range_((2, 0), (2, 5))}], "syntax error"),
        ([{"uri": "U", "range": SELECTION, "version": 7}], "has changed"),
        ([{"uri": "file:///elsewhere/x.py", "range": SELECTION}], "has changed"),
    ],
)
async def test_what_cannot_be_made_a_rule_says_why(client, root, arguments, says):
    await client.initialize(WRITER, root=root)
    uri = client.open(root / "src/new.py", f"{CODE}pass((\n")
    arguments = [{**a, "uri": uri} if a.get("uri") == "U" else a for a in arguments]
    assert await client.request(RUN, {"command": "rulewright.newRuleFromCode", "arguments": arguments}) is None
    (shown,) = client.notes("window/showMessage")
    assert says in shown["message"]


async def test_a_client_that_does_not_make_the_file_is_believed(client, root):
    await client.initialize(WRITER, root=root)
    client.replies["workspace/applyEdit"] = lambda _: {"applied": False, "failureReason": "read-only"}
    uri = client.open(root / "src/new.py", CODE)
    argument = {"uri": uri, "range": SELECTION}
    asked = client.ask(RUN, {"command": "rulewright.newRuleFromCode", "arguments": [argument]})
    assert await asyncio.wait_for(asked, 30) is None
    (shown,) = client.notes("window/showMessage")
    assert "did not make .ai-rules/no-compile.md: read-only." in shown["message"]
    assert client.notes("window/showDocument") == []
