"""Puts together who is let in, and what is kept of those who were refused. Imported by whom that concerns."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from time import time

from rulewright.access_gateway import AccessGateway
from rulewright.core.access import Refused
from rulewright.core.permissions import NotAllowed
from rulewright.services.access.doorkeeper import Doorkeeper
from rulewright.services.access.owner import owner
from rulewright.services.access.signing import Issuer
from rulewright.services.access.token_files import key_path, read_or_make_key
from rulewright.services.clock import SystemClock
from rulewright.services.state.access_rows import StateGrants, StateRefusals
from rulewright.services.state.store import StateStore
from rulewright.services.user_folders import state_folder


class Access:
    """Tokens and refusals of this user. May be used in any thread."""

    def __init__(self) -> None:
        self._folder = Path(state_folder())
        self._store = StateStore(self._folder, SystemClock().now)
        self._refusals = StateRefusals(self._store)
        grants = StateGrants(self._store)
        issuer = Issuer(grants, partial(read_or_make_key, key_path(self._folder)), time)
        self.owner = owner()
        self.gateway = AccessGateway(issuer, grants, self._refusals, time)
        self._issuer = issuer
        self._writing = ThreadPoolExecutor(1, "audit")

    def doorkeeper(self, token_file: Path | None, say: Callable[[str], None]) -> Doorkeeper:
        """Who lets clients of sockets in. Raises OSError and ValueError, both with what is wrong with `token_file`."""
        return Doorkeeper(self._folder, token_file, self.owner, self._issuer, self._refusals.add, time, say)

    def note(self, refusal: NotAllowed) -> None:
        """Keep that somebody was refused something."""
        who, what = refusal.principal, refusal.refusal
        resource = f"{what.resource.kind} {what.resource.name}".strip()
        # Those who are refused come from the event loop, and the disk may take its time.
        self._writing.submit(
            self._refusals.add,
            Refused(
                at=int(time()),
                user_id=who.user_id,
                token_id=who.token_id,
                action=what.action,
                resource=resource,
                reason="belongs to somebody else" if who.may(what.action) else "has not the right",
            ),
        )

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last; each is given once."""
        return self._store.take_problems()

    def close(self) -> None:
        """Write what is under way, and let go of the database."""
        self._writing.shutdown()
        self._store.close()
