"""Gateways for tests of the protocol: the real one without processes, and one that can be held up."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from rulewright import app
from rulewright.adapters.lsp.moment import MOMENT
from rulewright.core.config import PrivacySettings, SettingProblem, Settings, SettingsLayer, merge
from rulewright.core.models import ModelProvider
from rulewright.core.ports import Code
from rulewright.core.rules.policy import policy_of
from rulewright.core.snapshot import Snapshot
from rulewright.features.diagnostics import Diagnosis
from rulewright.gateway import Gateway
from rulewright.privacy_view import path_rules
from rulewright.rule_gateway import RuleGateway
from rulewright.services.clock import SystemClock
from rulewright.services.documents import DocumentStore
from rulewright.services.egress import Gate, Outgoing
from rulewright.services.events import MemoryEventLog
from rulewright.services.files import ProjectRuleFiles
from rulewright.services.projects import Projects
from rulewright.services.rule_use import RuleUse
from rulewright.services.rules import RuleKeeper
from rulewright.services.workers import InlineRunner
from rulewright.session_app import shared_by

NO_PRINT = """\
---
description: Log, do not print
globs: ["**/*.py"]
check:
  language: python
  message: Use the log
  rule: {pattern: print($A)}
  fix: log($A)
  url: https://rules.example/no-print
---
People read logs.
"""


class HeldGateway(Gateway):
    """The real gateway, whose diagnoses can be held up and whose calls are noted."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.free = asyncio.Event()
        self.free.set()
        self.diagnosing = asyncio.Event()
        """Set once a diagnosis has begun."""
        self.seen: list[tuple[str, int | None]] = []
        """For each diagnosis the text and the version that it saw."""
        self.n_cancelled = 0
        self.reloaded: list[str] = []
        self.configured: list[Mapping[str, Any]] = []
        self.is_watching = False

    async def diagnose(self, snapshot: Snapshot, uri: str) -> Diagnosis:
        """Diagnose once that is free to go on."""
        document = snapshot.documents.get(uri)
        self.diagnosing.set()
        self.seen.append((document.text.content, document.version) if document else ("", None))
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise
        return await super().diagnose(snapshot, uri)

    async def reload(self, paths: Any) -> tuple[str, ...]:
        """Note and do it."""
        self.reloaded += paths
        return await super().reload(paths)

    async def configure(self, editor_settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Note and do it."""
        self.configured.append(editor_settings)
        return await super().configure(editor_settings)

    async def watch(self, _on_change: Any, *, projects: bool) -> None:
        """Watch nothing, until cancelled."""
        self.is_watching = self.is_watching or projects
        await asyncio.Event().wait()


def make_gateway(code: Code | None = None, providers: Iterable[ModelProvider] = ()) -> HeldGateway:
    """A gateway as the server has it, but everything happens in this process and at once.

    `providers` stand behind the real gate, whatever the settings say of addresses.
    """

    async def offload(function: Callable[..., Any], /, *arguments: Any) -> Any:
        await asyncio.sleep(0)
        return function(*arguments)

    def read_settings(_: str, overlay: Mapping[str, Any]) -> tuple[Settings, tuple[SettingProblem, ...]]:
        return merge(
            [
                SettingsLayer("default", "test", {"server": {"debounce_ms": 1}, "rules": {"defaults": "never"}}),
                SettingsLayer("editor", "editor", overlay),
            ]
        )

    def rules(root: str, settings: Settings) -> RuleKeeper:
        policy = policy_of(settings.rules)
        return RuleKeeper(ProjectRuleFiles(Path(root)), MemoryEventLog(), SystemClock(), policy)

    def watch(_r: Any, _f: Any, _o: Callable[[list[str]], Awaitable[None]]) -> Awaitable[None]:
        raise NotImplementedError

    runner = InlineRunner()
    projects = Projects(read_settings, rules)
    about_rules = RuleGateway(projects, offload, use=RuleUse(SystemClock()))

    def outgoing(_: Any) -> Outgoing:
        opened = {project.root: project.settings.privacy for project in projects.opened}
        return Outgoing(Gate(lambda root: opened.get(root, PrivacySettings()), path_rules()), providers)

    made = HeldGateway(projects, DocumentStore(), lambda _: runner, offload, watch, code, about_rules, None, outgoing)
    made._open_conversations = lambda: shared_by(made.tree.node)
    made._open_models = app._models
    return made


def write_rules(root: Path, rules: Mapping[str, str] | None = None) -> None:
    """Put rules into a project."""
    folder = root / ".ai-rules"
    folder.mkdir(exist_ok=True)
    for name, text in (rules or {"no-print.md": NO_PRINT}).items():
        (folder / name).write_text(text, encoding="utf-8")


__all__ = ["MOMENT", "NO_PRINT", "HeldGateway", "Iterable", "make_gateway", "write_rules"]
