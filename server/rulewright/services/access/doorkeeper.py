"""Who lets clients of sockets in: by the secret of this server, which its user has, or by a token made for somebody."""

import contextlib
import hmac
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from rulewright.core.access import NotLetIn, Refused
from rulewright.core.addresses import Address
from rulewright.core.permissions import Principal
from rulewright.services.access.signing import Issuer
from rulewright.services.access.token_files import make_token, read_token, remove_token, token_path

ASKED = (
    "This server lets in who brings its token: give what is in its token file as initializationOptions.token, "
    "or start `rulewright connect` in place of a server."
)
WRONG = (
    "The token is not that of this server. It makes a new one when it starts: read its token file again, "
    "or have one made for you with `rulewright token new`."
)

NO_READER = "This token does not allow to read (`read`), and without that there is nothing an editor could do."


class Doorkeeper:
    """The secrets of one server: given by its user, else made, and removed at the end."""

    def __init__(
        self,
        state: Path,
        given: Path | None,
        owner: Principal,
        issuer: Issuer,
        note: Callable[[Refused], None],
        now_s: Callable[[], float],
        say: Callable[[str], None],
    ) -> None:
        """Raises as `read_token` when there is nothing to ask for in `given`; `say` gets lines for people."""
        self._state = state
        self._given = given, read_token(given) if given is not None else ""
        self._owner, self._issuer, self._note, self._now_s = owner, issuer, note, now_s
        self._say = say
        self.listens: list[str] = []
        """Where clients can come, with how."""
        self._made: dict[Path, str] = {}

    def __enter__(self) -> Self:
        """The secrets, as long as they are of use."""
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        """Remove what was made."""
        for path, token in self._made.items():
            with contextlib.suppress(OSError):
                remove_token(path, token)

    def secret(self, transport: str, address: Address) -> str:
        """What the owner's clients bring to an address, whose port is taken already. Raises OSError."""
        if self._given[0] is not None:
            return self._given[1]
        path = token_path(self._state, transport, address.port)
        self._made[path] = token = make_token(path)
        return token

    def listening(self, transport: str, address: Address) -> None:
        """Say where, and where the token is."""
        self.listens.append(f"{transport} {address}")
        path = self._given[0] or token_path(self._state, transport, address.port)
        self._say(f"Listening on {transport} {address}. The token is in {path}")

    def at_once(self, given: str | None, secret: str) -> Principal | None:
        """The owner, who brings `secret` itself: they come in however slow the disk is. None for anybody else."""
        is_secret = given is not None and hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode())
        return self._owner if is_secret else None

    def let_in(self, given: str | None) -> Principal:
        """Who brings a token. Raises NotLetIn. Reads and writes the disk."""
        try:
            return self._of_token(given)
        except NotLetIn as refused:
            self._note(
                Refused(
                    at=int(self._now_s()),
                    user_id="",
                    token_id=refused.token_id,
                    action="enter",
                    resource="server",
                    reason=refused.reason,
                )
            )
            raise

    def _of_token(self, given: str | None) -> Principal:
        if given is None:
            raise NotLetIn(ASKED, "brought no token")
        if given.count(".") != 2:  # noqa: PLR2004 - the form of a signed token (RFC 7519)
            raise NotLetIn(WRONG, "not the token of this server")
        who = self._issuer.let_in(given)
        if not who.may("read"):
            raise NotLetIn(NO_READER, "may not read", who.token_id)
        return who
