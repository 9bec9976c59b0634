"""Which conversation a few letters of its id mean, for whom, and what of it they may do."""

from collections.abc import Sequence

from rulewright.core.permissions import Action, NotAllowed, Principal, Refusal, Resource, authorize
from rulewright.core.session import Session, clean

KIND = "conversation"
LEAST = 4
"""Letters of an id that may stand for it."""
MAX_NAMED = 5


class NoSuchSession(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing, or more than one thing, is meant; the message is a sentence."""


def meant(principal: Principal, asked: str, candidates: Sequence[tuple[str, str]]) -> str:
    """The id that is meant by it or its beginning, of ids with the users whose they are. Raises NoSuchSession.

    What belongs to others is not even counted for those who may not administer.
    """
    visible = [session for session, user in candidates if may_see(principal, session, user)]
    if len(asked) < LEAST:
        raise NoSuchSession(f"`{clean(asked)}` is too little of an id: give {LEAST} letters of it at least.")
    if asked in visible:
        return asked
    found = [session for session in visible if session.startswith(asked)]
    if len(found) == 1:
        return found[0]
    if found:
        more = f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else ""
        raise NoSuchSession(
            f"`{clean(asked)}` begins several conversations: {', '.join(found[:MAX_NAMED])}{more}. Write more of it."
        )
    raise NoSuchSession(absent(asked))


def absent(asked: str) -> str:
    """The sentence for what is not there, or not for whoever asks."""
    return f"There is no {KIND} {clean(asked)[:80]}."


def may_see(principal: Principal, session_id: str, user: str) -> bool:
    """Whether somebody may know that there is such a conversation."""
    refusal = authorize(principal, "read", resource(session_id, user))
    return refusal is None or not refusal.is_missing


def demand_for(principal: Principal, action: Action, session: Session) -> None:
    """Raises NotAllowed when something may not be done with a conversation, which for strangers is not there at all."""
    refusal = authorize(principal, action, resource(session.id, session.user))
    if refusal is not None:
        raise NotAllowed(refusal, principal)


def demand_all(principal: Principal) -> None:
    """Raises NotAllowed for who may not see what belongs to others."""
    if not principal.may("administer"):
        raise NotAllowed(Refusal("administer", Resource("server")), principal)


def resource(session_id: str, user: str) -> Resource:
    """A conversation as permissions know it."""
    # Whose it is could not be told is nobody's: an empty owner would be everybody's.
    return Resource(KIND, session_id, owner=user or "?", is_hidden=True)
