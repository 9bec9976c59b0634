"""A project with a chat in it, whose models say what they are told to."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rulewright.chat_gateway import Asking, ChatGateway
from rulewright.chat_shelf import Finder, ProjectShelf
from rulewright.core.bus import ModelResponded
from rulewright.core.chat.events import ChatEvent
from rulewright.core.permissions import Principal
from rulewright.core.snapshot import Project
from rulewright.services.access.owner import owner
from rulewright.services.models.scripted import ScriptedProvider
from rulewright.session_app import Conversations
from rulewright.session_gateway import SessionGateway
from tests.harness.gateways import make_gateway


class Talks:
    """One process, with its conversations on the disk."""

    def __init__(self, root: Path, providers: tuple[ScriptedProvider, ...], settings: Mapping[str, Any]) -> None:
        self.kept = Conversations()
        self.heard: list[ModelResponded] = []
        self.me: Principal = owner()
        gateway = make_gateway(providers=providers)
        models = [{"name": p.name, "provider": "openai", "model": f"{p.name}-1"} for p in providers]
        overlay = {"models": models, **settings}
        self.project: Project
        self.project, self.problems = gateway.open_project(root.as_posix(), overlay)
        self.chat: ChatGateway = gateway.talk(lambda: self.kept.gateway, self.me, self.heard.append)

    @property
    def door(self) -> SessionGateway:
        """The door to conversations."""
        return self.kept.gateway

    def shelf(self, finder: Finder | None = None, texts: Mapping[str, str] | None = None) -> ProjectShelf:
        """The project's files."""

        async def offload(function: Callable[..., Any], /, *arguments: Any) -> Any:
            return function(*arguments)

        return ProjectShelf(self.project, offload, texts or {}, finder)

    async def ask(self, text: str = "", **asking: Any) -> list[ChatEvent]:
        """All that comes of a question."""
        shelf = asking.pop("shelf", None) or self.shelf()
        return [event async for event in self.chat.ask(self.project, shelf, Asking(text=text, **asking))]

    def texts(self, session: str) -> list[tuple[str, str, str]]:
        """Role, status and text of each message of a conversation, as the disk has it."""
        other = Conversations()
        try:
            found = other.gateway.open(self.me, session)
            return [(m.role, m.status, m.plain) for m in found.messages]
        finally:
            other.close()


@contextmanager
def talks(root: Path, *providers: ScriptedProvider, **settings: Any) -> Iterator[Talks]:
    """A chat about the project at `root`; settings by table."""
    made = Talks(root, providers, settings)
    try:
        yield made
    finally:
        made.kept.close()
