"""What a server says of itself to whoever runs it: `rulewright status` prints it, its socket carries it as JSON."""

import msgspec

from rulewright.core.breaker import State
from rulewright.core.figures import Figures
from rulewright.core.rules.job import SetAside
from rulewright.core.supervision import ChildState


class CircuitState(msgspec.Struct, frozen=True, rename="camel"):
    """A breaker around something that can fail."""

    name: str
    state: State
    reason: str = ""
    """Of its last failure."""
    retry_in_s: float = 0.0
    trips: int = 0


class ProjectReport(msgspec.Struct, frozen=True, rename="camel"):
    """A project that is open."""

    root: str
    rules: int
    """In force."""
    revision: int


class ClientReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A client and what is done for it."""

    name: str
    """In the tree."""
    program: str = ""
    """What it calls itself."""
    open_documents: int = 0
    projects: tuple[ProjectReport, ...] = ()
    calls: dict[str, int]
    """How often each question was asked."""
    metrics: Figures
    set_aside: tuple[SetAside, ...] = ()
    """Checks that are not run now."""


class ServerReport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A server that runs."""

    version: int
    """Of this record."""
    program_version: str
    pid: int
    interface: str
    """`stdio`, `sockets` or `mcp`."""
    uptime_s: float
    listens: tuple[str, ...] = ()
    """Where clients reach it, such as `tcp 127.0.0.1:7777`; nowhere where it serves standard input and output."""
    tree: ChildState
    circuits: tuple[CircuitState, ...] = ()
    registry: dict[str, int]
    """How many there are of each kind."""
    clients: tuple[ClientReport, ...] = ()
