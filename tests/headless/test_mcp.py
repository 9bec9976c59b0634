"""`rulewright mcp`, as the SDK's own client sees it."""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from mcp.shared.exceptions import MCPError

from rulewright import __version__
from rulewright.core.edits import Edit, apply
from rulewright.core.text import Position, Text
from tests.harness.gateways import NO_PRINT
from tests.harness.mcp_client import agent
from tests.harness.program import PROGRAM, command, environment, write_files

pytestmark = pytest.mark.slow

NAMES = """\
---
description: How things are named
---
Names are nouns.

# Units

A number says its unit: `timeout_s`, `n_rules`, and never just `timeout`, whatever the library calls it.
"""
SAME = "---\nlanguage: go\n---\nWrap errors.\n"
FILES = {
    ".git/HEAD": "",
    ".gitignore": "build/\n",
    "rulewright.toml": '[rules]\ndefaults = "never"\n',
    ".ai-rules/no-print.md": NO_PRINT,
    ".ai-rules/10-style/names.md": NAMES,
    ".ai-rules/20-go/errors.md": SAME,
    ".ai-rules/20-go/errors_too.md": SAME,
    ".ai-rules/20-go/no_panic.md": "---\ncheck: {language: go, rule: {pattern: panic($A)}}\n---\n",
    "a.py": "print(1)\n",
    "src/b.py": "class Invoice:\n    def total_cents(self):\n        print(2)\n",
    "build/made.py": "print(3)\n",
    ".env": "PASSWORD=hunter2\n",
    "src/secrets.yaml": "password: hunter2\n",
    "data.py": b"print(1)\0",
    "src/.env.py": "def hunter2(): ...\n",
    "src/latin.py": b"print('\xe9')\n",
}
PAGE = (Path(__file__).parents[2] / "docs/mcp.md").read_text("utf-8")
KEEPS = ("RULEWRIGHT_CONFIG_DIR", "RULEWRIGHT_STATE_DIR", "RULEWRIGHT_CACHE_DIR")


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The project of the module; a test that changes it puts it back."""
    root = write_files(tmp_path_factory.mktemp("project"), FILES)
    write_files(root.parent / "elsewhere", {"secret.py": "print('hunter2')\n"})
    (root / "src/out.py").symlink_to(root.parent / "elsewhere/secret.py")
    return root


@pytest.fixture(scope="module")
def ai(root, tmp_path_factory):
    """An agent whose server was started in a folder of the project."""
    folders = {name: str(tmp_path_factory.mktemp(name.lower())) for name in KEEPS}
    with agent(root, **folders) as connected:
        yield connected


def ids(structure):
    return [rule["id"] for rule in structure["rules"]]


# What there is


def test_the_server_says_who_it_is_and_when_to_call_what(ai):
    assert ai.client.server_info.name == "rulewright"
    assert ai.client.server_info.version == __version__
    tools = ai.ask("list_tools").tools
    assert {tool.name for tool in tools} == set(re.findall(r"`(\w+)`", ai.client.instructions)) - {
        "path", "text", "paths", "fixed_text",
    }  # fmt: skip


def test_every_tool_only_reads_and_says_what_it_takes_and_gives(ai):
    for tool in ai.ask("list_tools").tools:
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.title
        assert len(tool.description) > 100
        for schema in (tool.input_schema, tool.output_schema):
            assert schema["type"] == "object"
        assert all(about["description"] for about in tool.input_schema["properties"].values())
        assert "remarks" in tool.output_schema["properties"]


def test_the_page_lists_the_tools_and_resources_that_there_are(ai):
    tools = ai.ask("list_tools").tools
    rows = [
        f"| `{tool.name}` | {', '.join(f'`{name}`' for name in tool.input_schema['properties'])} "
        f"| {re.match(r'.*?[.](?= )', tool.description)[0]} |"
        for tool in tools
    ]
    assert table("## Tools") == rows
    templates = ai.ask("list_resource_templates").resource_templates
    named = [line.split("`")[1] for line in table("## Resources")]
    assert named == ["rulewright://rules", *(template.uri_template for template in templates)]


def table(chapter):
    """The rows of the table of a chapter."""
    lines = PAGE.partition(chapter)[2].partition("\n## ")[0].splitlines()
    return [line for line in lines if line.startswith("| `")]


def test_the_settings_on_the_page_start_this_server():
    found = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
    found += [tomllib.loads(block) for block in re.findall(r"^```toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)]
    assert [list(one) for one in found] == [["mcpServers"], ["servers"], ["context_servers"], ["mcp_servers"]]
    for one in found:
        ((name, server),) = next(iter(one.values())).items()
        assert (name, server["command"], server["args"]) == ("rulewright", "rulewright", ["mcp"])


# Rules for a file


def test_the_rules_for_a_file_come_with_their_text_and_their_reasons(ai):
    found = ai.structure("rules_for_file", path="src/b.py")
    assert (found["path"], found["language"]) == ("src/b.py", "python")
    assert ids(found) == ["no-print", "style/names"]
    first, second = found["rules"]
    assert (first["path"], first["source"], first["checks"]) == (".ai-rules/no-print.md", "project", 1)
    assert first["reason"] == "glob **/*.py"
    assert "People read logs." in first["text"]
    assert second["is_whole"]
    assert "timeout_s" in second["text"]
    assert found["tokens"] == first["tokens"] + second["tokens"] <= found["budget"] == 4000
    text = ai.text("rules_for_file", path="src/b.py")
    assert first["text"] in text
    assert second["text"] in text


def test_a_file_that_is_not_there_yet_has_rules_too(ai, root):
    found = ai.structure("rules_for_file", path=str(root / "new/folder/x.py"))
    assert found["path"] == "new/folder/x.py"
    assert ids(found) == ["no-print", "style/names"]


def test_what_has_no_room_is_named(ai):
    found = ai.structure("rules_for_file", path="a.py", budget=80)
    assert ids(found) == ["no-print"]
    assert found["tokens"] <= 80
    assert [(cut["kind"], cut["id"]) for cut in found["left_out"]] == [("rule", "style/names")]
    assert "Left out: style/names. " in ai.text("rules_for_file", path="a.py", budget=80)
    nothing = ai.structure("rules_for_file", path="a.py", budget=0)
    assert (nothing["rules"], nothing["tokens"]) == ([], 0)
    assert "none has a text that fits" in ai.text("rules_for_file", path="a.py", budget=0)


def test_what_is_said_twice_is_given_once_and_what_says_nothing_is_named(ai):
    found = ai.structure("rules_for_file", path="main.go")
    assert ids(found) == ["go/errors", "style/names"]
    assert [(cut["kind"], cut["id"]) for cut in found["left_out"]] == [("duplicate", "go/errors_too")]
    assert found["silent"] == ["go/no_panic"]
    assert "Rules without a text, which `check` enforces: go/no_panic." in ai.text("rules_for_file", path="main.go")


def test_numbers_may_be_written_as_text_and_nothing_as_null(ai):
    assert ids(ai.structure("rules_for_file", path="a.py", budget="80")) == ["no-print"]
    assert ai.structure("rules_for_file", path="a.py", budget=None)["budget"] == 4000


# Why


def test_why_gives_every_verdict_with_its_reason(ai):
    found = ai.structure("why", path="a.py")
    assert {rule["id"]: rule["verdict"] for rule in found["rules"]} == {
        "no-print": "applied",
        "style/names": "applied",
        "go/errors": "not_applied",
        "go/errors_too": "not_applied",
        "go/no_panic": "not_applied",
    }
    text = ai.text("why", path="a.py")
    assert "- applied: no-print (.ai-rules/no-print.md): glob **/*.py; 1 check\n" in text
    assert text.endswith(f"\n- {found['n_resting']} rules that come with Rulewright do not apply")
    assert found["n_resting"] > 15


def test_why_of_one_rule(ai):
    (verdict,) = ai.structure("why", path="a.py", rule="go/errors")["rules"]
    assert (verdict["verdict"], verdict["path"]) == ("not_applied", ".ai-rules/20-go/errors.md")
    (resting,) = ai.structure("why", path="a.py", rule="python/bare-except")["rules"]
    assert (resting["verdict"], resting["reason"]) == (
        "disabled",
        "the default rules are switched off (rules.defaults)",
    )
    assert ai.error("why", path="a.py", rule="no-prnt").endswith("Do you mean `no-print`?")


# Check


def test_a_text_is_checked_before_it_is_written(ai, root):
    text = "def f():\n    print('a🦀b')\n"
    found = ai.structure("check", path="src/new.py", text=text)
    (finding,) = found["findings"]
    assert (finding["rule"], finding["severity"], finding["message"]) == ("no-print", "warning", "Use the log")
    assert [finding[k] for k in ("path", "line", "column", "end_line", "end_column")] == ["src/new.py", 2, 5, 2, 17]
    assert finding["url"] == "https://rules.example/no-print"
    (fix,) = finding["fixes"]
    whole = Text(text)

    def offset(line, column):
        return whole.offset(Position(line - 1, column - 1))

    edits = [
        Edit(offset(e["line"], e["column"]), offset(e["end_line"], e["end_column"]), e["new_text"])
        for e in fix["edits"]
    ]
    assert apply(text, edits) == found["fixed_text"] == "def f():\n    log('a🦀b')\n"
    assert not (root / "src/new.py").exists()
    shown = ai.text("check", path="src/new.py", text=text)
    assert shown.startswith("src/new.py:2:5: warning no-print: Use the log\n    fix: ")
    assert shown.endswith("@@ -1,2 +1,2 @@\n def f():\n-    print('a🦀b')\n+    log('a🦀b')")


def test_a_text_in_which_nothing_is_found(ai):
    found = ai.structure("check", path="a.py", text="log(1)\n")
    assert (found["findings"], found["n_files"], found["fixed_text"]) == ([], 1, None)
    assert ai.text("check", path="a.py", text="") == "Checked 1 file: nothing to report."


def test_a_long_text_is_checked_and_not_given_back(ai):
    found = ai.structure("check", path="a.py", text="print(1)\n" + "x = 1\n" * 10_000)
    assert (found["n_findings"], found["fixed_text"]) == (1, None)
    assert found["remarks"] == ["The text is too long to be given back with its fixes; the findings have the edits."]
    (skipped,) = ai.structure("check", path="a.py", text="x = 1\n" * 200_000)["skipped"]
    assert skipped == {"path": "a.py", "reason": "larger than 1024 kB (check.max_file_kb)"}


def test_the_text_of_a_rule_is_checked_as_one(ai):
    found = ai.structure("check", path=".ai-rules/new.md", text="---\nglobs: [\n---\nBe brief.\n")
    assert [f["severity"] for f in found["findings"]] == ["error"]
    assert found["findings"][0]["rule"].startswith("rulewright/")


def test_files_are_checked_as_the_command_line_does(ai, root):
    done = command(root, "check", "--format", "json", "a.py", "src")
    said = json.loads(done.stdout)["findings"]
    found = ai.structure("check", paths=["a.py", "src"])
    keys = ("path", "line", "column", "end_line", "end_column", "severity", "message")
    assert [[f[k] for k in keys] for f in found["findings"]] == [[f[k] for k in keys] for f in said]
    assert len(said) == found["n_findings"] == 3
    everything = ai.structure("check", paths=["."])
    assert everything["findings"] == found["findings"]


def test_the_most_severe_findings_are_kept(ai):
    found = ai.structure("check", paths=["."], limit=1)
    assert (len(found["findings"]), found["n_findings"]) == (1, 3)
    assert "2 less severe findings are not listed." in ai.text("check", paths=["."], limit=1)


def test_what_is_withheld_from_models_is_not_read(ai):
    found = ai.structure("check", paths=[".env", "build/made.py", "src/out.py", "src", "data.py"])
    assert {s["path"]: s["reason"] for s in found["skipped"]} == {
        ".env": "it has the name of a file with secrets",
        "build/made.py": "it is ignored by git",
        "src/out.py": "it is a link that leads out of the project",
        "data.py": "binary",
        "src/.env.py": "it has the name of a file with secrets",
        "src/secrets.yaml": "it has the name of a file with secrets",
    }
    assert {f["path"] for f in found["findings"]} == {"src/b.py", "src/latin.py"}
    # What the agent brings itself is its own.
    assert ai.structure("check", path="build/made.py", text="print(3)\n")["n_findings"] == 1


# Symbols


def test_symbols_are_found_and_what_is_new_too(ai, root):
    found = ai.structure("search_symbols", query="totcen")
    assert [(s["name"], s["kind"], s["path"], s["line"], s["container"]) for s in found["symbols"]] == [
        ("total_cents", "method", "src/b.py", 2, "Invoice")
    ]
    assert found["is_complete"]
    assert ai.text("search_symbols", query="totcen") == "src/b.py:2:9  method total_cents  in Invoice"
    write_files(root, {"src/c.py": "def total_cents_of(x): ...\n"})
    names = [s["name"] for s in ai.structure("search_symbols", query="total_cents")["symbols"]]
    assert names == ["total_cents", "total_cents_of"]
    (root / "src/c.py").unlink()
    assert len(ai.structure("search_symbols", query="total_cents")["symbols"]) == 1
    # What is withheld from models has no symbols either.
    assert ai.text("search_symbols", query="hunter2") == "No symbol matches hunter2."
    assert ai.text("search_symbols", query="qqqq") == "No symbol matches qqqq."


# Resources


def test_rules_are_resources(ai):
    listed = ai.ask("list_resources").resources
    assert [r.uri for r in listed] == [
        "rulewright://rules",
        *(f"rulewright://rules/{i}" for i in ("style/names", "go/errors", "go/errors_too", "go/no_panic", "no-print")),
    ]
    assert {r.uri_template for r in ai.ask("list_resource_templates").resource_templates} == {
        "rulewright://rules/{+id}",
        "rulewright://rules-for/{+path}",
    }
    for resource in listed:
        assert all(ai.read(resource.uri))
    (text,) = ai.read("rulewright://rules")
    assert "- `no-print` (project; **/*.py): Log, do not print\n" in text
    (rule,) = ai.read("rulewright://rules/style/names")
    assert rule.startswith("# style/names\n\n- applies to: every file\n")
    assert "timeout_s" in rule
    assert ai.read("rulewright://rules-for/src/new%20file.py") == [ai.text("rules_for_file", path="src/new file.py")]


def test_many_rules_are_listed_page_by_page(ai, root):
    many = {f".ai-rules/90-many/r{n:03}.md": f"Number {n}.\n" for n in range(250)}
    write_files(root, many)
    first = ai.ask("list_resources")
    second = ai.ask("list_resources", cursor=first.next_cursor)
    assert (len(first.resources), len(second.resources), second.next_cursor) == (200, 56, None)
    with pytest.raises(MCPError, match="`no` is no cursor of this server"):
        ai.ask("list_resources", cursor="no")
    for path in many:
        (root / path).unlink()


def test_names_that_are_not_utf8_are_told_as_well_as_can_be(ai, root):
    path = root / ".ai-rules" / os.fsdecode(b"caf\xe9.md")
    path.write_text("Serve it hot.\n")
    assert "caf\ufffd" in ids(ai.structure("rules_for_file", path="a.py"))
    assert "Serve it hot." in ai.text("rules_for_file", path="a.py")
    assert "caf\ufffd" in {r.name for r in ai.ask("list_resources").resources}
    assert "`caf\ufffd`" in ai.read("rulewright://rules")[0]
    path.unlink()


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("rulewright://rules/no-prin", "Do you mean `no-print`?"),
        ("rulewright://rules-for/../../etc/passwd", "lies outside of"),
        ("rulewright://other", "There is no resource rulewright://other."),
        ("file:///etc/passwd", "There is no resource file:///etc/passwd."),
    ],
)
def test_a_resource_that_is_not_there_is_an_error(ai, uri, said):
    with pytest.raises(MCPError, match=re.escape(said)):
        ai.read(uri)


# The prompt


def test_the_prompt_is_that_of_the_command_line(ai, root):
    (prompt,) = ai.ask("list_prompts").prompts
    assert [(a.name, a.required) for a in prompt.arguments] == [("path", True), ("task", True), ("line", False)]
    asked = {"path": "src/b.py", "task": "Rename it.", "line": "2"}
    made = ai.ask("get_prompt", "task", asked)
    done = command(root, "prompt", "src/b.py", "--task", "Rename it.", "--line", "2")
    (message,) = made.messages
    assert (message.role, message.content.text) == ("user", done.stdout.decode())
    withheld = ai.ask("get_prompt", "task", {"path": ".env", "task": "Tell me."})
    assert "has the name of a file with secrets" in withheld.description
    assert "hunter2" not in withheld.messages[0].content.text


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("other", {}, "There is no prompt other."),
        ("task", {"path": "a.py"}, "The argument `task` is empty"),
        ("task", {"path": "/etc/passwd", "task": "x"}, "lies outside of"),
        ("task", {"task": "x"}, "The path is empty"),
        ("task", {"path": "a.py", "task": "x", "line": "0"}, "The argument `line` is 0"),
    ],
)
def test_a_prompt_that_cannot_be_made_is_an_error(ai, name, arguments, said):
    with pytest.raises(MCPError, match=re.escape(said)):
        ai.ask("get_prompt", name, arguments)


# Rules that change


def test_rules_are_those_of_the_moment(ai, root):
    path = root / ".ai-rules/style.md"
    assert "style" not in ids(ai.structure("rules_for_file", path="a.py"))
    path.write_text("Be brief.\n")
    assert "Be brief." in ai.text("rules_for_file", path="a.py")
    path.write_text("Be short.\n")
    found = ai.structure("rules_for_file", path="a.py")
    assert "Be short." in {rule["text"] for rule in found["rules"]}
    assert ai.read("rulewright://rules/style")[0].endswith("\nBe short.\n")
    path.write_text("---\nglobs: [\n---\nBe silent.\n")
    broken = ai.structure("rules_for_file", path="a.py")
    assert "Be short." in {rule["text"] for rule in broken["rules"]}
    (remark,) = broken["remarks"]
    assert remark.startswith(".ai-rules/style.md:")
    assert remark in ai.text("why", path="a.py")
    path.unlink()
    assert "style" not in ids(ai.structure("rules_for_file", path="a.py"))


def test_a_rule_that_was_never_good_is_told(ai, root):
    path = root / ".ai-rules/never.md"
    path.write_text("---\ncheck: {language: cobol, rule: {pattern: x}}\nglobs: [\n---\n")
    said = ai.structure("check", path="a.py", text="")["remarks"]
    assert said
    assert all(remark.startswith(".ai-rules/never.md:") for remark in said)
    path.unlink()
    assert ai.structure("check", path="a.py", text="")["remarks"] == []


def test_settings_are_those_of_the_moment(ai, root):
    path = root / "rulewright.toml"
    before = path.read_text()
    path.write_text(before + 'disable = ["no-print"]\nprompt_tokens = 77\nnonsense = 1\n')
    found = ai.structure("rules_for_file", path="a.py")
    assert "no-print" not in ids(found)
    assert found["budget"] == 77
    assert "nonsense" in found["remarks"][0]
    path.write_text(before + "[index]\nenabled = false\n")
    assert ai.error("search_symbols", query="x") == "The index is switched off by the setting index.enabled."
    path.write_text(before)
    assert ai.structure("rules_for_file", path="a.py")["remarks"] == []


# What is wrong


@pytest.mark.parametrize("tool", ["rules_for_file", "why"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/etc/passwd", "/etc/passwd lies outside of "),
        ("../x.py", "../x.py lies outside of "),
        ("src/../../x.py", "src/../../x.py lies outside of "),
        ("", "The path is empty"),
        ("a\0b", "The path is empty, or none"),
        (".", ". is a folder: name a file in it"),
        ("src", "src is a folder: name a file in it"),
    ],
)
def test_a_path_that_cannot_be_asked_about(ai, tool, path, said):
    assert ai.error(tool, path=path).startswith(said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "Name files or folders in `paths`"),
        ({"paths": []}, "Name files or folders in `paths`"),
        ({"paths": ["gone.py"]}, "gone.py does not exist. To check a file before it is written"),
        ({"paths": ["a.py", "/etc/passwd"]}, "/etc/passwd lies outside of "),
        ({"text": "x"}, "Give `path` and `text` together"),
        ({"path": "a.py"}, "Give `path` and `text` together"),
        ({"path": "src", "text": "x"}, "src is a folder: name a file for `text`."),
        ({"paths": "a.py"}, "The arguments of check are wrong: Expected `array`, got `str` - at `$.paths`."),
        ({"paths": ["a.py"], "limit": 0}, "The arguments of check are wrong: Expected `int` >= 1 - at `$.limit`."),
        ({"path": "a.py", "text": "", "fix": True}, "The arguments of check are wrong: Object contains unknown field"),
    ],
)
def test_arguments_that_make_no_sense(ai, arguments, said):
    assert ai.error("check", **arguments).startswith(said)


def test_an_empty_query_and_an_unknown_tool(ai):
    assert ai.error("search_symbols", query=" ").startswith("The query is empty")
    with pytest.raises(MCPError, match=r"There is no tool delete\. There are rules_for_file, "):
        ai.call("delete", path="a.py")


# The process


def test_only_the_protocol_is_written_and_the_server_ends_with_its_input(root):
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    messages = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "why", "arguments": {"path": "../x"}}},
        {"id": 3, "method": "nonsense"},
    ]
    with subprocess.Popen(
        [*PROGRAM, "mcp"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(),
    ) as server:  # fmt: skip
        for message in messages:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.write("this is no message\n")
        server.stdin.flush()
        said = [json.loads(server.stdout.readline()) for _ in range(3)]
        rest, log = server.communicate()
    assert server.returncode == 0
    assert {message["id"] for message in said} == {1, 2, 3}
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in rest.splitlines())
    assert "Traceback" not in log


@pytest.mark.slow
def test_an_interrupt_ends_it_though_nothing_comes_in(root):
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    with subprocess.Popen(
        [*PROGRAM, "mcp"], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, env=environment(),
    ) as server:  # fmt: skip
        server.stdin.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}) + "\n")
        server.stdin.flush()
        assert json.loads(server.stdout.readline())["id"] == 1
        server.send_signal(signal.SIGINT)
        assert server.wait() == 130
        assert server.stderr.read() == ""


def test_without_the_sdk_a_sentence_says_what_helps(root):
    script = "import sys; sys.modules['mcp'] = None; sys.argv = ['rulewright', 'mcp']; import runpy; "
    script += "runpy.run_module('rulewright', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=root, capture_output=True, text=True, env=environment(), check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "Error: The SDK of the Model Context Protocol is not installed: pip install 'rulewright[mcp]' brings it.\n"
    )


def test_a_folder_that_is_everything_is_refused(root):
    done = command(root, "mcp", "--root", root.anchor)
    assert done.returncode == 2
    assert b"is no project, and too much to look at" in done.stderr
