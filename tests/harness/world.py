"""A small world for a case: a folder, a gateway, a clock that stands still until it is told to move."""

import asyncio
import contextlib
import io
import os
import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from rulewright import app
from rulewright.adapters.cli.main import run
from rulewright.core.config import Settings, SettingsLayer, merge
from rulewright.core.edits import apply
from rulewright.core.findings import Finding
from rulewright.core.rules.policy import policy_of
from rulewright.core.text import Range, Text
from rulewright.core.uris import from_path
from rulewright.gateway import Gateway
from rulewright.services.documents import DocumentStore
from rulewright.services.events import MemoryEventLog
from rulewright.services.files import DEFAULT_RULES, ProjectRuleFiles
from rulewright.services.projects import Projects
from rulewright.services.rules import RuleKeeper
from rulewright.services.workers import InlineRunner
from tests.harness.case import CRLF, CURSOR
from tests.harness.world_completion import CompletionSteps
from tests.harness.world_conversation import ConversationSteps
from tests.harness.world_git import GitSteps, steady
from tests.harness.world_models import ModelSteps
from tests.harness.world_navigation import NavigationSteps

START = datetime(2026, 3, 2, 10, 42, tzinfo=timezone(timedelta(hours=1)))


class FakeClock:
    """Moves only when told."""

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        """The time it was set to."""
        return self.time

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.time += timedelta(seconds=seconds)


async def at_once(function: Callable[..., Any], /, *arguments: Any) -> Any:
    """Offload nothing."""
    return function(*arguments)


class World(NavigationSteps, CompletionSteps, GitSteps, ModelSteps, ConversationSteps):
    """A workspace with everything around it that a step needs."""

    def __init__(self, root: Path, settings: Mapping[str, Any] | None = None, *, defaults: bool = False) -> None:
        self.root = self.here = root
        self.clock = FakeClock()
        self.log = MemoryEventLog()
        self.overlay = settings or {}
        self.cursors: dict[str, int] = {}

        def read_settings(_: str, overlay: Mapping[str, Any]) -> tuple[Settings, tuple[Any, ...]]:
            return merge([SettingsLayer("flags", "settings", overlay)])

        def make_rules(root: str, settings: Settings) -> RuleKeeper:
            files = ProjectRuleFiles(Path(root), defaults=DEFAULT_RULES if defaults else None)
            rules = settings.rules
            policy = policy_of(rules)
            return RuleKeeper(files, self.log, self.clock, policy)

        self.projects = Projects(read_settings, make_rules)
        self.gateway = Gateway(self.projects, DocumentStore(), lambda _: InlineRunner(), at_once, _never)

    def write(self, path: str, body: str) -> None:
        """A file of the workspace; `\\xNN` in a file called *.bytes is not interpreted, `<CURSOR>` is taken out."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if body.startswith(CRLF):
            body = body.removeprefix(CRLF).replace("\n", "\r\n")
        if CURSOR in body:
            self.cursors[path] = body.index(CURSOR)
            body = body.replace(CURSOR, "", 1)
        target.write_bytes(body.encode("utf-8", "surrogateescape"))

    def open(self) -> None:
        """Open the project."""
        self.gateway.open_project(self.root.as_posix(), self.overlay)

    def close(self) -> None:
        """End what was begun."""
        self.end_models()
        super().close()

    def step(self, words: list[str], body: str) -> list[tuple[str, str]]:
        """Run one step; gives named results, each a text of lines."""
        verb, *arguments = words
        results = getattr(self, f"do_{verb}")(body, *arguments)
        return [(name, "".join(f"{line}\n" for line in lines)) for name, lines in results]

    # Steps

    def do_check(self, _: str, *paths: str) -> Any:
        project = self.projects.views[0]
        reports = list(self.gateway.files.check(project, paths))
        own = [f for f in project.book.findings if f.path not in paths]
        lines = [line(f) for r in reports for f in r.findings] + [line(f) for f in own]
        lines += [f"{r.path}: not checked, {r.skipped}" for r in reports if r.skipped]
        yield "findings", lines or ["nothing"]

    def do_fix(self, _: str, path: str) -> Any:
        project = self.projects.views[0]
        report = next(iter(self.gateway.files.check(project, [path])))
        fixed = self.gateway.files.fix(project, report)
        yield path, fixed.content.splitlines()
        yield "left", [line(f) for f in fixed.remaining] or ["nothing"]

    def do_why(self, _: str, path: str) -> Any:
        explanation = self.gateway.explain_path(self.projects.views[0], path)
        rows = [(v.verdict.replace("_", " "), v.id, v.reason) for v in explanation.rules]
        yield "why", columns(rows) or ["no rules"]

    def do_reload(self, _: str, *paths: str) -> Any:
        before = len(self.log.read())
        asyncio.run(self.gateway.reload([f"{self.root.as_posix()}/{p}" for p in paths]))
        events = self.log.read()[before:]
        yield "events", [f"{e.event_id} {e.event_type} {e.rule_id}" for e in events] or ["none"]

    def do_save(self, body: str, path: str) -> Any:
        self.write(path, body)
        return ()

    def do_delete(self, _: str, path: str) -> Any:
        (self.root / path).unlink()
        return ()

    def do_advance(self, _: str, seconds: str) -> Any:
        self.clock.advance(float(seconds.removesuffix("s")))
        return ()

    def do_actions(self, body: str, path: str, *only: str) -> Any:
        uri = from_path(f"{self.root.as_posix()}/{path}")
        content = body or (self.root / path).read_text()
        self.gateway.open_document(uri, "", 1, content)
        place = Text(content).position(self.cursors.get(path, 0))
        actions = asyncio.run(self.gateway.code_actions(self.gateway.take_snapshot(), uri, [Range(place, place)], only))
        rows = [f"{a.kind}{' (preferred)' if a.preferred else ''}: {a.title}" for a in actions]
        yield "actions", rows or ["none"]
        document = self.gateway.take_snapshot().documents[uri]
        for action in actions:
            edits = asyncio.run(self.gateway.action_edits(document, action))
            after = ["cannot be done here"] if edits is None else apply(content, edits).splitlines()
            yield f"after {action.title}", after

    def do_cd(self, _: str, folder: str) -> Any:
        self.here = (self.here / folder).resolve()
        return ()

    def do_run(self, body: str, *arguments: str) -> Any:
        code, out = self.command(shlex.split(" ".join(arguments)), body)
        yield f"exit {code}", out.splitlines()

    def command(self, arguments: list[str], stdin: str = "") -> tuple[int, str]:
        """Run the command line in this process; gives the exit code and what it printed."""
        out = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
        incoming = io.TextIOWrapper(io.BytesIO(stdin.encode()))
        with (
            contextlib.chdir(self.here),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            _stdin(incoming),
            _arguments(arguments),
            _environment(
                RULEWRIGHT_CONFIG_DIR=str(self.root / ".no-user-settings"),
                RULEWRIGHT_CACHE_DIR=str(self.root / ".cache"),
                RULEWRIGHT_STATE_DIR=str(self.root / ".state"),
                XDG_CONFIG_HOME=str(self.root / ".config"),
            ),
        ):
            code = run(app)
        text = out.buffer.getvalue().decode("utf-8")
        out.close()
        text = text.replace(self.root.as_posix(), "<root>")
        return code, steady(text)


async def _never(*_: object) -> None:
    await asyncio.Event().wait()


Watch = Callable[..., Awaitable[None]]


@contextlib.contextmanager
def _stdin(stream: io.TextIOWrapper) -> Any:
    import sys

    before, sys.stdin = sys.stdin, stream
    try:
        yield
    finally:
        sys.stdin = before


@contextlib.contextmanager
def _arguments(arguments: list[str]) -> Any:
    import sys

    before, sys.argv = sys.argv, ["rulewright", *arguments]
    try:
        yield
    finally:
        sys.argv = before


@contextlib.contextmanager
def _environment(**values: str) -> Any:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def line(finding: Finding) -> str:
    """A finding for people."""
    start = finding.range.start
    fix = " [fix]" if finding.fix else ""
    place = f"{finding.path}:{start.line + 1}:{start.character + 1}"
    return f"{place} {finding.severity} {finding.rule_id}: {finding.message}{fix}"


def columns(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows as aligned lines."""
    rows = list(rows)
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(len(rows[0]) if rows else 0)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
