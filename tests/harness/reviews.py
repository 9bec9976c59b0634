"""Reviews of a project by models that say what they are told to."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rulewright.core.models import ModelRequest
from rulewright.core.permissions import Principal
from rulewright.core.review.events import Done, Found, NotReviewed, ReviewEvent, Skipped, Totals
from rulewright.core.snapshot import Project
from rulewright.review_gateway import ReviewGateway, Wanted
from rulewright.services.access.owner import owner
from rulewright.services.models.scripted import Say, Script, ScriptedProvider
from rulewright.session_app import Conversations
from tests.harness.gateways import make_gateway
from tests.harness.program import write_files

LOG = "---\ndescription: Log, do not print.\nglobs: ['**/*.py']\n---\nPeople read logs. Use `log`, which has levels.\n"
NAMES = "---\ndescription: Names say what is in them.\nglobs: ['**/*.py']\n---\nNo `data`, no `tmp`.\n"
CODE = "def weigh(basket):\n    data = sum(basket)\n    print(data)\n    return data\n"
FILES: Mapping[str, str] = {
    ".ai-rules/log.md": LOG,
    ".ai-rules/names.md": NAMES,
    "src/cart.py": CODE,
    "src/shelf.py": "def empty():\n    return []\n",
}


def breach(rule: str, line: int, quote: str, why: str = "It is so.") -> dict[str, Any]:
    """A finding as a model writes it."""
    return {"rule": rule, "line": line, "quote": quote, "why": why}


def says(*breaches: Mapping[str, Any]) -> Script:
    """An answer."""
    return [Say(json.dumps(list(breaches)))]


def for_file(answers: Mapping[str, Script]) -> ScriptedProvider:
    """A model that answers by the file that it is asked about, and finds nothing in all others."""

    def script(request: ModelRequest) -> Script:
        told = request.messages[-1].text
        return next((answer for path, answer in answers.items() if f'file="{path}"' in told), says())

    return ScriptedProvider(script, name="one")


class Reviews:
    """One process, with its calls on the disk."""

    def __init__(self, root: Path, providers: tuple[ScriptedProvider, ...], settings: Mapping[str, Any]) -> None:
        self.kept = Conversations()
        self.me: Principal = owner()
        self.gateway = make_gateway(providers=providers)
        models = [{"name": p.name, "provider": "openai", "model": f"{p.name}-1"} for p in providers]
        for model in models:
            model.update(settings.get("model", {}))
        overlay = {"models": models, **{name: table for name, table in settings.items() if name != "model"}}
        self.project: Project
        self.project, self.problems = self.gateway.open_project(root.as_posix(), overlay)
        self.door: ReviewGateway = self.gateway.review(lambda: self.kept.gateway, self.me)

    async def review(self, *paths: str, **wanted: Any) -> list[ReviewEvent]:
        """All that comes of a review of files and folders."""
        return [event async for event in self.door.review(self.project, Wanted(paths=paths or ("",), **wanted))]

    @property
    def calls(self) -> list[Any]:
        """The calls that are kept, the newest first."""
        return list(self.kept.gateway.interactions(self.me))


@contextmanager
def reviews(
    root: Path, *providers: ScriptedProvider, files: Mapping[str, str] = FILES, **settings: Any
) -> Iterator[Reviews]:
    """Reviews of the project at `root`; settings by table, `model` for all models."""
    write_files(root, files)
    made = Reviews(root, providers, settings)
    try:
        yield made
    finally:
        made.kept.close()


def totals(events: list[ReviewEvent]) -> Totals:
    """What a review added up to."""
    assert isinstance(events[-1], Done), events[-1]
    return events[-1].totals


def found(events: list[ReviewEvent]) -> list[tuple[str, int, str, str]]:
    """Path, line from 1, rule and message of all findings, sorted."""
    listed = [f for event in events if isinstance(event, Found) for f in event.findings]
    return sorted((f.path, f.range.start.line + 1, f.rule_id, f.message) for f in listed)


def skipped(events: list[ReviewEvent]) -> dict[str, str]:
    """Why files were left out."""
    return {event.path: event.why for event in events if isinstance(event, Skipped)}


def not_reviewed(events: list[ReviewEvent]) -> list[tuple[str, str]]:
    """What should have been reviewed and was not, with the reason, sorted."""
    return sorted((event.path, event.why) for event in events if isinstance(event, NotReviewed))
