"""Where features are driven: a project and a home with canaries, and programs that run in there."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

import msgspec

import rulewright
from rulewright.core.models import (
    Capabilities,
    Delta,
    Embeddings,
    Finished,
    Infill,
    Message,
    ModelEvent,
    ModelProvider,
    ModelRequest,
    Part,
    Source,
    TokenCounter,
)
from rulewright.core.peers import Payload, Peer, Sent
from rulewright.privacy_proof.canaries import CODE, SHOWN, WITHHELD, Canaries
from rulewright.privacy_proof.talk import Framing, Talk
from rulewright.services.egress import Outgoing

MakeOutgoing = Callable[[Iterable[ModelProvider], Iterable[Peer]], Outgoing]
LIMIT_S = 120


class RecordingProvider:
    """Writes down what it is sent."""

    name, is_local = "recording", False

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def capabilities(self) -> Capabilities:
        """All."""
        return Capabilities(infill=True, embed=True)

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Write it down."""
        self.sent.append(repr(request))
        yield Delta("fine")
        yield Finished()

    async def embed(self, root: str, parts: Sequence[Part]) -> Embeddings:
        """Write it down."""
        self.sent.append(repr((root, parts)))
        return Embeddings(tuple((1.0,) for _ in parts), self.name)

    async def count_tokens(self, root: str, parts: Sequence[Part]) -> int:
        """Write it down, as a server gets it."""
        del root
        self.sent.append("".join(part.text for part in parts))
        return 1

    async def close(self) -> None:
        """Nothing is open."""


class RecordingPeer:
    """Writes down what it is sent."""

    name = "recording"

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def publish(self, subject: str, payload: Payload) -> Sent:
        """Write it down."""
        self.sent.append(repr((subject, payload)))
        return Sent()

    async def request(self, subject: str, payload: Payload, timeout_s: float) -> Sent:
        """Write it down."""
        del timeout_s
        return await self.publish(subject, payload)

    async def close(self) -> None:
        """Nothing is open."""


class Bench(msgspec.Struct, frozen=True):
    """A place to drive features in."""

    root: Path
    home: Path
    canaries: Canaries
    make_outgoing: MakeOutgoing

    @property
    def environ(self) -> dict[str, str]:
        """Of the programs: a home of their own, and a secret among the variables."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
        return {
            **kept,
            "HOME": str(self.home),
            "USERPROFILE": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "RULEWRIGHT_CONFIG_DIR": str(self.home / "rulewright-config"),
            "RULEWRIGHT_CACHE_DIR": str(self.home / "rulewright-cache"),
            "RULEWRIGHT_STATE_DIR": str(self.home / "rulewright-state"),
            "PYTHONPATH": str(Path(rulewright.__file__).parents[1]),
            "RULEWRIGHT_LOG_LEVEL": "debug",
            "SERVICE_API_KEY": self.canaries.values["environment"],
        }

    @property
    def task(self) -> str:
        """What somebody asks for, who has pasted a key."""
        return f"Mend {SHOWN}. The key is {self.canaries.values['key in a task']}."

    @property
    def paths(self) -> tuple[str, ...]:
        """All files that have a canary, relative to the root."""
        return (CODE, f"src/{self.canaries.values['key in a name']}.py", *WITHHELD.values())

    def program(self, *arguments: str) -> tuple[str, ...]:
        """The command that runs us."""
        return (sys.executable, "-P", "-m", "rulewright", *arguments)

    def print(self, *arguments: str) -> bytes:
        """Run a command; what it prints for others, without what it says to the person."""
        return self._run(*arguments).stdout

    def run(self, *arguments: str) -> bytes:
        """Run a command; all that it prints."""
        done = self._run(*arguments)
        return done.stdout + done.stderr

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: PLW1510 - a finding is no failure
            self.program(*arguments), cwd=self.root, env=self.environ, capture_output=True, timeout=LIMIT_S
        )

    def talk(self, framing: Framing, *arguments: str) -> Talk:
        """Start a server."""
        return Talk(self.program(*arguments), self.root, self.environ, framing)

    def parts(self) -> tuple[Part, ...]:
        """Everything with a canary, as a careless feature would put it into a request."""
        files = [Part((self.root / path).read_text("utf-8"), "code", Source(path), label=path) for path in self.paths]
        rule = ".ai-rules/proof.md"
        at_home = [path for path in self.home.rglob("*") if path.is_file() and path.suffix not in {".db", ".json"}]
        outside = [Part(p.read_text("utf-8", "replace"), "code", Source(p.as_posix())) for p in at_home]
        texts = [*self.environ.values(), (self.root / ".git/config").read_text("utf-8")]
        return (
            Part(self.task),
            Part((self.root / rule).read_text("utf-8"), "text", Source(rule)),
            *files,
            *outside,
            *(Part(text) for text in texts),
        )

    def sent_to_models(self, provider: RecordingProvider, outgoing: ModelProvider) -> bytes:
        """Send a provider everything, in every way there is; what reached the recording one."""
        parts, root = self.parts(), self.root.as_posix()
        first, second, *rest = parts
        requests = (
            ModelRequest(root=root, messages=(Message("system", parts), Message("user", parts))),
            ModelRequest(root=root, messages=tuple(Message("user", (part,)) for part in parts)),
            ModelRequest(root=root, infill=Infill(first, second, tuple(rest)), stop=(self.task,), purpose="complete"),
        )

        async def send() -> None:
            for request in requests:
                async for _ in outgoing.stream(request):
                    pass
            await outgoing.embed(root, parts)
            if isinstance(outgoing, TokenCounter):
                await outgoing.count_tokens(root, parts)

        asyncio.run(send())
        return "\n".join(provider.sent).encode()

    def sent_to_peers(self, peer: RecordingPeer, outgoing: Peer) -> bytes:
        """The same for another node."""
        root = self.root.as_posix()

        async def send() -> None:
            for part in self.parts():
                sources = (part.source,) if part.source is not None else ()
                await outgoing.publish("texts", Payload(root=root, value={"text": part.text}, sources=sources))
                await outgoing.request("bytes", Payload(root=root, data=part.text.encode(), sources=sources), 1.0)
                if part.source is not None:
                    await outgoing.publish(part.source.path, Payload(root=root))
            await outgoing.publish("shown", Payload(root=root, value=SHOWN))

        asyncio.run(send())
        return "\n".join(peer.sent).encode()
