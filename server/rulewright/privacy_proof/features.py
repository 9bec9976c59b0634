"""The features that could show something, and how each is driven. A new one is one line in `FEATURES`."""

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import msgspec

from rulewright.core.rules.foreign_names import ExportTarget
from rulewright.privacy_proof.bench import Bench, RecordingPeer, RecordingProvider
from rulewright.privacy_proof.canaries import CODE, RULE, SHOWN, Kind
from rulewright.privacy_proof.listener import Listener, listening

Drive = Callable[[Bench], bytes]


NAMES: Mapping[Kind, str] = {"key in a name": "files are called by their names"}


class NotThere(Exception):  # noqa: N818 - an answer, not a fault
    """A feature cannot be driven here; the message says why."""


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """Something that shows or sends text."""

    name: str
    drive: Drive
    """All that would leave, as bytes. Raises NotThere."""
    works_by: str = SHOWN
    """What is in these bytes if the feature did anything; empty where nothing has to be."""
    keeps: Mapping[Kind, str] = {}
    """Canaries that stay where they are by design, on this machine, each with the reason."""


def prompt(bench: Bench) -> bytes:
    """`rulewright prompt` about every file."""
    heard = [bench.print("prompt", path, "--task", bench.task) for path in bench.paths]
    for path in bench.paths:
        record = json.loads(bench.print("prompt", path, "--task", bench.task, "--json"))
        # The record also names the file, for the program that asked about it.
        heard.append(str(record["text"]).encode())
    return b"\n".join(heard)


def mcp(bench: Bench) -> bytes:
    """Every tool, resource and prompt of the Model Context Protocol, over the real server."""
    if find_spec("mcp") is None:
        raise NotThere("it needs pip install 'rulewright[mcp]'")
    with bench.talk("lines", "mcp", "--root", str(bench.root)) as talk:
        client = {"name": "proof", "version": "1"}
        talk.ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        talk.tell("notifications/initialized", {})

        def call(name: str, **arguments: Any) -> None:
            talk.ask("tools/call", {"name": name, "arguments": arguments})

        for path in bench.paths:
            call("rules_for_file", path=path)
            call("why", path=path)
            call("check", paths=[path])
            talk.ask("prompts/get", {"name": "task", "arguments": {"path": path, "task": bench.task}})
            talk.ask("resources/read", {"uri": f"rulewright://rules-for/{path}"})
        call("check", paths=["."])
        for word in (SHOWN, "VALUE", "canary", "connect", "gh"):
            call("search_symbols", query=word, limit=200)
        talk.ask("resources/list", {})
        talk.ask("resources/read", {"uri": "rulewright://rules"})
        talk.ask("resources/read", {"uri": "rulewright://rules/proof"})
        for uri in (".git/config", "../home/.netrc", str(bench.home / ".netrc")):
            talk.ask("resources/read", {"uri": f"file://{uri}"})
            call("check", paths=[uri])
    return talk.heard


def models(bench: Bench) -> bytes:
    """A provider, through the gate, sent everything."""
    provider = RecordingProvider()
    return bench.sent_to_models(provider, bench.make_outgoing([provider], []).providers[provider.name])


def peers(bench: Bench) -> bytes:
    """Another node, through the gate, told everything."""
    peer = RecordingPeer()
    return bench.sent_to_peers(peer, bench.make_outgoing([], [peer]).peers[peer.name])


def exported(bench: Bench) -> bytes:
    """The rules, written for every other tool."""
    tools = tuple(get_args(ExportTarget))
    heard = [bench.run("rules", "sync"), *(bench.run("rules", "export", "--to", tool) for tool in tools)]
    rest = {*bench.paths, ".ai-rules/proof.md", "rulewright.toml"}
    written = [
        path.read_bytes()
        for path in sorted(bench.root.rglob("*"))
        if path.is_file() and path.relative_to(bench.root).as_posix() not in rest and ".git" not in path.parts
    ]
    if len(written) <= len(tools) // 2:
        raise ValueError(f"only {len(written)} files were written for {len(tools)} tools")
    return b"\n".join([*heard, *written])


def check(bench: Bench) -> bytes:
    """`rulewright check`, in every format."""
    formats = ("text", "json", "sarif", "github", "gitlab", "junit")
    return b"\n".join(bench.run("check", "--format", name) for name in formats)


def context(bench: Bench) -> bytes:
    """`rulewright index map` and `index context`, about every file and every word."""
    heard = [bench.print("index", "map", "--tokens", "100000", *as_) for as_ in ((), ("--json",))]
    asked = [*(f"{path}:1" for path in bench.paths), *(f"`{word}`" for word in (SHOWN, "VALUE", "canary", "connect"))]
    for about in asked:
        record = json.loads(bench.print("index", "context", about, "--json", "--tokens", "100000", "--limit", "200"))
        # The question itself is the user's own.
        heard.append(json.dumps([record["pieces"], record["left_out"]]).encode())
    return b"\n".join(heard)


def chat(bench: Bench) -> bytes:
    """`rulewright ask` about everything, with a server of models that writes down what it is sent."""
    named = " ".join(f'@file:"{path}"' for path in bench.paths)
    with _writing_down(bench) as listener:
        for question in (bench.task, f"/review {bench.task} {named} @diff @map @diagnostics @src/ @build/"):
            done = bench.run("ask", question, "--at", f"{CODE}:1-2")
            if b"Fine." not in done:
                raise ValueError(f"a question got no answer: {done.decode('utf-8', 'replace')}")
        bench.run("ask", f"what is @symbol:{SHOWN}?")
    return b"\n".join([*listener.heard, bench.run("receipts"), bench.run("usage")])


def review(bench: Bench) -> bytes:
    """`rulewright review` of every file, by a rule with a key in it."""
    rule = bench.root / ".ai-rules" / "guiding.md"
    rule.write_text(f"Never write {bench.canaries.values['key in a rule']} into a file.\n", "utf-8")
    try:
        with _writing_down(bench) as listener:
            bench.run("review", ".", "--no-cache")
            bench.run("review", *bench.paths, "--no-cache")
    finally:
        rule.unlink()
    return b"\n".join([*listener.heard, bench.run("receipts"), bench.run("usage")])


def fix(bench: Bench) -> bytes:
    """`rulewright fix` of every file, of which nothing can be fixed by us."""
    with _writing_down(bench) as listener:
        told = [bench.run("fix", "."), bench.run("fix", *bench.paths, "--json")]
    return b"\n".join([*listener.heard, *told, bench.run("receipts"), bench.run("usage")])


def in_code(bench: Bench) -> bytes:
    """Ghost text in every file, and everything that a model may do with each, in an editor."""
    key = bench.canaries.values["key in code"]
    with _writing_down(bench, "roles = ['chat', 'complete']\n") as listener, bench.talk("headers", "--stdio") as talk:
        folders = [{"uri": bench.root.as_uri(), "name": "proof"}]
        can = {"workspace": {"applyEdit": True}, "textDocument": {"inlineCompletion": {}, "codeAction": {}}}
        talk.ask("initialize", {"processId": None, "rootUri": None, "workspaceFolders": folders, "capabilities": can})
        talk.tell("initialized", {})
        for path in bench.paths:
            full = bench.root / path
            text = full.read_text("utf-8")
            item = {"uri": full.as_uri(), "languageId": "python", "version": 1, "text": text}
            talk.tell("textDocument/didOpen", {"textDocument": item})
            document = {"uri": full.as_uri()}
            for row, line in enumerate(text.split("\n")):
                place = {"line": row, "character": len(line)}
                asked = {"textDocument": document, "position": place, "context": {"triggerKind": 1}}
                talk.ask("textDocument/inlineCompletion", asked)
            last = {"line": text.count("\n"), "character": 0}
            for kind in ("fix", "fix_all", "refactor", "follow_rules", "document", "test", "explain", "review"):
                where = {"start": {"line": 0, "character": 0}, "end": last}
                order = {
                    "kind": kind,
                    "uri": full.as_uri(),
                    "range": where,
                    "instruction": bench.task,
                    "code": "no-such-rule",
                    "diagnostics": [{"message": f"bad key {key}", "range": where}],
                }
                talk.ask("workspace/executeCommand", {"command": "rulewright.ai", "arguments": [order]})
        talk.ask("shutdown", None)
        talk.tell("exit", None)
        log = talk.log
    # Pages for their reader, in a folder that git ignores.
    shutil.rmtree(bench.root / ".rulewright", ignore_errors=True)
    return b"\n".join([*listener.heard, log, bench.run("receipts"), bench.run("usage")])


@contextmanager
def _writing_down(bench: Bench, more: str = "") -> "Iterator[Listener]":
    """The user's settings name a model whose server writes down what it is sent: on this machine, and as any other."""
    settings = bench.home / "rulewright-config" / "rulewright.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    before = settings.read_text("utf-8") if settings.exists() else None
    with listening() as listener:
        model = f"[[models]]\nname = 'proof'\nprovider = 'openai'\nbase_url = '{listener.url}'\n{more}"
        settings.write_text(f"{before or ''}\n{model}", "utf-8")
        try:
            yield listener
        finally:
            settings.unlink() if before is None else settings.write_text(before, "utf-8")


def editor(bench: Bench) -> bytes:
    """What the server writes to its log, and says of its state, while an editor has everything open."""
    with bench.talk("headers", "--stdio") as talk:
        folders = [{"uri": bench.root.as_uri(), "name": "proof"}]
        talk.ask("initialize", {"processId": None, "capabilities": {}, "workspaceFolders": folders, "trace": "verbose"})
        talk.tell("initialized", {})
        for path in bench.paths:
            full = bench.root / path
            item = {"uri": full.as_uri(), "languageId": "python", "version": 1, "text": full.read_text("utf-8")}
            talk.tell("textDocument/didOpen", {"textDocument": item})
        talk.ask("rulewright/settled", None)
        talk.ask("workspace/executeCommand", {"command": "rulewright.reload", "arguments": []})
        # What is refused is logged.
        talk.ask(f"no/such/{bench.canaries.values['key in a task']}", {"key": bench.canaries.values["key in code"]})
        status = talk.ask("rulewright/status", None)
        talk.ask("shutdown", None)
        talk.tell("exit", None)
    return json.dumps(status).encode() + talk.log


def said_of_itself(bench: Bench) -> bytes:
    """`rulewright doctor`, `paths`, `trust --status`, and the lists of rules."""
    commands = (("doctor",), ("doctor", "--json"), ("paths",), ("trust", "--status"), ("rules", "list"), ("status",))
    return b"\n".join(bench.run(*command) for command in commands)


def kept(bench: Bench) -> bytes:
    """`state.db` and all else that is kept of projects, apart from what is known of the code."""
    bench.run("rules", "history")
    bench.run("rules", "stats")
    return b"\n".join(_files(bench.home / "rulewright-state", ("**/*",)))


def _files(folder: Path, globs: Iterable[str]) -> list[bytes]:
    return [path.read_bytes() for glob in globs for path in sorted(folder.glob(glob)) if path.is_file()]


FEATURES: tuple[Feature, ...] = (
    Feature(name="prompt", drive=prompt),
    Feature(name="mcp", drive=mcp),
    Feature(name="models", drive=models),
    Feature(name="peers", drive=peers),
    Feature(name="chat", drive=chat),
    Feature(name="review", drive=review),
    Feature(name="fix", drive=fix, keeps=NAMES),
    Feature(name="ghost text, AI actions", drive=in_code),
    Feature(name="rules export", drive=exported, works_by=RULE),
    Feature(name="check", drive=check, works_by=CODE, keeps=NAMES),
    Feature(name="map, context", drive=context, keeps=NAMES),
    Feature(name="server log, status", drive=editor, works_by="no/such/"),
    Feature(name="doctor, lists", drive=said_of_itself, works_by="proof", keeps=NAMES),
    Feature(
        name="state.db",
        drive=kept,
        works_by=RULE,
        keeps={
            "key in a rule": "each version of a rule is kept, in a file that only you can read",
            "key in a task": "what you say in a conversation is kept, in a file that only you can read",
            "key in a name": "the same, where you named the file",
        },
    ),
)
