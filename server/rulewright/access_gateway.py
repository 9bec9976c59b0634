"""The door to tokens and to the audit log. Every call says for whom; everything waits for the disk."""

from collections.abc import Callable, Sequence

from msgspec import structs

from rulewright.core.access import Grant, Grants, Refused, in_order
from rulewright.core.permissions import NotAllowed, Principal, Resource, demand
from rulewright.services.access.signing import Issuer
from rulewright.services.state.access_rows import StateRefusals

TOKENS = Resource("tokens")
AUDIT = Resource("audit log")


class AccessProblem(Exception):  # noqa: N818 - an answer, not a fault
    """Something cannot be done; the message is a sentence for people."""


class AccessGateway:
    """Everything an interface may do with tokens."""

    def __init__(self, issuer: Issuer, grants: Grants, refusals: StateRefusals, now_s: Callable[[], float]) -> None:
        self._issuer, self._grants, self._refusals, self._now_s = issuer, grants, refusals, now_s

    def issue(
        self,
        principal: Principal,
        user_id: str,
        *,
        name: str = "",
        rights: Sequence[str],
        days: float,
        is_for_once: bool = False,
    ) -> tuple[str, Grant]:
        """A new token and what it gives; nobody gives rights that they do not have.

        Raises AccessProblem and NotAllowed.
        """
        demand(principal, "administer", TOKENS)
        try:
            wanted = in_order(rights)
            if beyond := [right for right in wanted if not principal.may(right)]:
                raise AccessProblem(f"You may not `{beyond[0]}` yourself, so you cannot let others.")
            return self._issuer.issue(user_id, name, wanted, days=days, is_for_once=is_for_once)
        except (OSError, ValueError) as error:
            raise AccessProblem(str(error)) from None

    def tokens(self, principal: Principal) -> tuple[tuple[Grant, str], ...]:
        """Every token with its state, the newest first. Raises NotAllowed."""
        demand(principal, "administer", TOKENS)
        now = int(self._now_s())
        return tuple((grant, grant.state(now)) for grant in self._grants.all())

    def revoke(self, principal: Principal, token: str) -> Grant:
        """Let a token let in nobody any more, by its id or the beginning of it. Raises AccessProblem and NotAllowed."""
        demand(principal, "administer", TOKENS)
        found = [grant for grant in self._grants.all() if grant.token_id.startswith(token)] if token else []
        if len(found) != 1:
            many = f"{len(found)} tokens begin with {token}: give more of it." if found else ""
            raise AccessProblem(many or f"There is no token {token}. `rulewright token list` lists them.")
        try:
            if not self._grants.revoke(found[0].token_id, int(self._now_s())):
                raise AccessProblem(f"The token {found[0].token_id} was revoked before.")
        except OSError as error:
            raise AccessProblem(f"Nothing was revoked: {error}.") from None
        return found[0]

    def refusals(self, principal: Principal, limit: int) -> tuple[tuple[Refused, int], ...]:
        """Who was refused what, the newest first, and how many times. Raises NotAllowed."""
        demand(principal, "administer", AUDIT)
        # Who brings a token that counts no more is not let in as anybody, but whose it was is known.
        users = {grant.token_id: grant.user_id for grant in self._grants.all()}
        return tuple(
            (structs.replace(refused, user_id=refused.user_id or users.get(refused.token_id, "")), times)
            for refused, times in self._refusals.newest(limit)
        )


__all__ = ["AccessGateway", "AccessProblem", "NotAllowed"]
