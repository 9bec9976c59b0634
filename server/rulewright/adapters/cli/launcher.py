"""What the command line may start, and what it hands to each command."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rulewright.access_gateway import AccessGateway
    from rulewright.code_gateway import CodeGateway
    from rulewright.core.addresses import Address
    from rulewright.core.permissions import Principal
    from rulewright.core.privacy.proof import Proof
    from rulewright.core.server_report import ServerReport
    from rulewright.core.session import SessionEvent
    from rulewright.gateway import Gateway
    from rulewright.session_gateway import SessionGateway


class Conversations(Protocol):
    """Conversations, open for a while."""

    gateway: "SessionGateway"

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong; each is given once."""

    def close(self) -> None:
        """Write what is not written yet, and let go."""

    def give_up(self) -> None:
        """Let go, and forget what could not be written."""


class Access(Protocol):
    """Tokens and refusals, open for a while."""

    gateway: "AccessGateway"

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong; each is given once."""

    def close(self) -> None:
        """Let go."""


class Launcher(Protocol):
    """What the command line may start: the composition root."""

    def headless(self, *, keeps_history: bool = False) -> "Gateway":
        """A gateway to rules and checks; what happens to rules is kept where that is wanted."""

    def code(self) -> "CodeGateway":
        """A gateway to the code."""

    def conversations(self, announce: "Callable[[SessionEvent], None]" = ...) -> Conversations:
        """The conversations of this user; `announce` is told what happens in them."""

    def access(self) -> Access:
        """The tokens of this user, and who was refused."""

    def local_principal(self) -> "Principal":
        """Whoever runs the command."""

    def serve_stdio(self) -> int:
        """Run the language server for one client; the exit code."""

    def serve_sockets(
        self, wanted: Mapping[str, "Address"], token_file: Path | None, say: Callable[[str], None]
    ) -> int:
        """Run it for several; the exit code. Raises OSError and ValueError."""

    def connect(self, address: "Address", token_file: Path | None) -> int:
        """Join standard input and output to a server on a socket; the exit code. Raises as `serve_sockets`."""

    def running_servers(self, pid: int | None = None) -> "tuple[tuple[ServerReport, ...], tuple[str, ...]]":
        """Every server of this user that runs, or one, and sentences about those that do not answer."""

    def serve_mcp(self, folder: Path | None) -> int:
        """Serve the Model Context Protocol; the exit code. Raises ImportError without its SDK, and ValueError."""

    def prove_privacy(self, tell: Callable[[str], None]) -> "Proof":
        """Plant secrets and drive every feature past them; `tell` gets the name of each."""
