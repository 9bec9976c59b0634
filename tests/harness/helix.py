"""Plays a session in the step language of `tests/data/clients/helix-session.jsonl`, which its first line explains.

Sleeps are left out: the order of the messages is the same, and they come at once.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rulewright.core.changes import ContentChange, apply_changes
from rulewright.core.text import Position, PositionEncoding, Range, Text
from tests.harness.lsp_memory import MemoryClient, Message, Refused

MISSING = object()
WORKSPACE = "file:///workspace"


class Session:
    """The editor's state: its text, the answers it got, the diagnostics it shows."""

    def __init__(self, client: MemoryClient, root: Path, capabilities: Mapping[str, Any]) -> None:
        self.client = client
        self.root = root
        self.capabilities = capabilities
        self.answers: dict[int, Any] = {}
        self.waiting: dict[int, Any] = {}
        self.text = ""
        self.version = -1
        self.uri = ""
        self.encoding: PositionEncoding = "utf-16"
        self.shown: list[Message] = []
        self.previous: str | None = None
        self.server_text_before_close: str | None = None
        self.n_refused = 0

    # Placeholders

    def fill(self, value: Any) -> Any:
        """`value` with its placeholders replaced; a member that is left out becomes MISSING."""
        if isinstance(value, str):
            return value.replace(WORKSPACE, self.root.as_uri()).replace("/workspace", str(self.root))
        if isinstance(value, list):
            return [filled for v in value if (filled := self.fill(v)) is not MISSING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (key := next(iter(value))).startswith("$"):
            return self.placeholder(key, value[key])
        return {k: filled for k, v in value.items() if (filled := self.fill(v)) is not MISSING}

    def placeholder(self, name: str, argument: Any) -> Any:
        """The value of one placeholder."""
        provider = self.server.get("diagnosticProvider") or {}
        match name:
            case "$version":
                return self.version
            case "$col":
                return argument[self.encoding]
            case "$diagnostic_identifier":
                return provider.get("identifier", MISSING)
            case "$previous_result_id":
                return MISSING if self.previous is None else self.previous
            case "$response":
                return self.response(*argument)
            case "$diagnostic":
                n, path = argument
                return pointer(self.by_position()[n], path) if n < len(self.shown) else MISSING
            case "$overlapping":
                return self.overlapping(self.by_position()[argument])
            case _:  # $config and $text_if_included: this editor has no table, and the server wants no text
                return MISSING

    def by_position(self) -> list[Message]:
        """The diagnostics shown, in the order of their places."""
        return sorted(self.shown, key=lambda d: tuple(d["range"]["start"].values()))

    def overlapping(self, chosen: Message) -> list[Message]:
        """The diagnostics at the place of one of them, as Helix sends them back."""
        kept = ("range", "severity", "code", "source", "message", "tags", "data")
        return [{k: d[k] for k in kept if k in d} for d in self.shown if d["range"] == chosen["range"]]

    def response(self, number: int, path: str | list[str]) -> Any:
        """A value within an answer; the first of several places that is there."""
        for one in [path] if isinstance(path, str) else path:
            if (value := pointer(self.answers.get(number), one)) is not MISSING:
                return value
        return MISSING

    @property
    def server(self) -> Message:
        """The server's capabilities."""
        return (self.answers.get(0) or {}).get("capabilities", {})  # type: ignore[no-any-return]

    def holds(self, when: Mapping[str, Any]) -> bool:
        """Whether a step is to be taken."""
        if "capability" in when and pointer(self.server, when["capability"]) in (MISSING, None, False):
            return False
        if "response" in when and self.response(*when["response"]) in (MISSING, None):
            return False
        if "trigger_character" in when:
            return when["trigger_character"] in (self.server.get("completionProvider") or {}).get(
                "triggerCharacters", ()
            )
        if "save" in when:
            sync = self.server.get("textDocumentSync")
            return isinstance(sync, int) or (isinstance(sync, dict) and bool(sync.get("save")))
        return "config" not in when

    # Steps

    async def step(self, step: Message) -> None:
        """Take one step."""
        match step["step"]:
            case "send" if self.holds(step.get("when", {})):
                await self.send(step["msg"])
            case "await" if "id" in step:
                await self.answered(step["id"])
            case "await":
                await self.client.settled()
                self.show_published()
            case "run_code_action":
                await self.run_code_action(step)

    async def send(self, message: Message) -> None:
        """Send a message of the editor's."""
        method = message["method"]
        if method == "textDocument/didChange":
            self.version += 1
        filled = self.fill(message)
        params = filled.get("params")
        if method == "initialize":
            params["capabilities"] = self.capabilities
        if method == "textDocument/codeAction" and "range" not in params:
            return
        if method == "textDocument/didOpen":
            self.version, self.text = 0, params["textDocument"]["text"]
            self.uri = params["textDocument"]["uri"]
        if method == "textDocument/didChange":
            self.edit(params["contentChanges"])
        if method == "textDocument/didClose":
            self.server_text_before_close = self.server_text()
        if "id" in filled:
            request = self.client.request_message(method, params, msg_id=filled["id"])
            self.waiting[filled["id"]] = self.client.answer_to(request)
            self.client.send(request)
        else:
            self.client.notify(method, params)

    def server_text(self) -> str | None:
        """The text as the server has it."""
        document = self.client.server.gateway.take_snapshot().documents.get(self.uri)
        return document.text.content if document else None

    async def answered(self, number: int) -> None:
        """Wait for an answer, if the request was sent."""
        if number not in self.waiting:
            return
        try:
            answer = await self.waiting.pop(number)
        except Refused:
            self.n_refused += 1
            return
        self.answers[number] = answer
        if number == 0:
            self.encoding = answer["capabilities"]["positionEncoding"]
        if isinstance(answer, dict) and "kind" in answer:
            self.previous = answer["resultId"]
            if answer["kind"] == "full":
                self.shown = answer["items"]

    def show_published(self) -> None:
        """Show what was pushed; a publication for another version is dropped, as Helix does."""
        for publication in self.client.published(self.uri):
            if publication.get("version") in (None, self.version):
                self.shown = publication["diagnostics"]

    async def run_code_action(self, step: Message) -> None:
        """Choose the first action of Helix's menu and make its edit."""
        actions = [a for a in self.answers.get(step["from"]) or [] if "disabled" not in a]
        if not actions:
            return
        action = min(
            actions,
            key=lambda a: (a.get("kind") != "quickfix", not a.get("diagnostics"), not a.get("isPreferred")),
        )
        if "edit" not in action or "command" not in action:
            action = await self.client.request("codeAction/resolve", action)
        for change in action["edit"]["documentChanges"]:
            assert change["textDocument"] == {"uri": self.uri, "version": self.version}
            self.make(change["edits"])

    def make(self, edits: Sequence[Message]) -> None:
        """Make edits that all count in one text, as one didChange whose changes count one behind the other."""
        ordered = sorted(edits, key=lambda e: tuple(e["range"]["start"].values()), reverse=True)
        changes = [{"range": e["range"], "text": e["newText"]} for e in ordered]
        self.version += 1
        self.edit(changes)
        document = {"uri": self.uri, "version": self.version}
        self.client.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def edit(self, changes: Sequence[Message]) -> None:
        """Change the editor's own text."""
        made = [ContentChange(_range(c["range"]), c["text"]) for c in changes]
        self.text = apply_changes(Text(self.text), made, self.encoding).content


def _range(value: Message) -> Range:
    return Range(Position(**value["start"]), Position(**value["end"]))


def pointer(value: Any, path: str) -> Any:
    """What a JSON pointer names, or MISSING."""
    for part in path.split("/")[1:]:
        try:
            value = value[int(part) if isinstance(value, list) else part]
        except (KeyError, IndexError, TypeError, ValueError):
            return MISSING
    return value


async def play(client: MemoryClient, steps: Sequence[Message], root: Path, capabilities: Mapping[str, Any]) -> Session:
    """Play a session; the editor's state at its end."""
    session = Session(client, root, capabilities)
    for step in json.loads(json.dumps(steps)):
        await session.step(step)
    for number in list(session.waiting):
        await session.answered(number)
    return session
