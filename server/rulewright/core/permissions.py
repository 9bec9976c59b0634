"""Who may do what: a principal has rights, a resource may belong to somebody, and a small table joins them.

Nothing here knows how somebody proved who they are: that is done where they come in.
"""

from typing import Literal, get_args

import msgspec

Action = Literal["read", "chat", "edit", "run_model", "change_rules", "administer"]
ACTIONS: tuple[Action, ...] = get_args(Action)

MEANINGS: dict[Action, str] = {
    "read": "see files, rules, findings and conversations",
    "chat": "begin conversations and write in them",
    "edit": "change files",
    "run_model": "have a model answer, which may cost money",
    "change_rules": "switch rules, and write, import or export them",
    "administer": "see what belongs to others, revoke tokens, stop and inspect the server",
}


class Principal(msgspec.Struct, frozen=True):
    """Somebody for whom something is done."""

    user_id: str
    """What their conversations are kept under."""
    name: str
    """For people to read."""
    rights: frozenset[Action] = frozenset(ACTIONS)
    token_id: str = ""
    """Of the token that they showed; empty for whoever started the process."""

    def may(self, action: Action) -> bool:
        """Whether they have a right."""
        return action in self.rights


class Resource(msgspec.Struct, frozen=True):
    """What something is done to."""

    kind: str
    """As people call it: conversation, project, rule, server."""
    name: str = ""
    owner: str = ""
    """The user whose it is; empty for what belongs to all."""
    is_hidden: bool = False
    """Whether those who may not have it are told that there is none."""


class Refusal(msgspec.Struct, frozen=True):
    """Why something is not done."""

    action: Action
    resource: Resource
    is_missing: bool = False
    """Whether to say that there is no such thing: even that it is there is none of their business."""

    def sentence(self, principal: Principal) -> str:
        """What happened and what helps."""
        what = f"{self.resource.kind} {self.resource.name}".strip()
        if self.is_missing:
            return f"There is no {what}."
        if self.resource.owner not in ("", principal.user_id) and not principal.may("administer"):
            return f"This {what} belongs to somebody else."
        has = ", ".join(action for action in ACTIONS if principal.may(action)) or "nothing"
        return (
            f"{principal.name} may not {MEANINGS[self.action]} (`{self.action}`); the token shown allows {has}. "
            "Ask whoever started the server for one that does."
        )


class NotAllowed(Exception):  # noqa: N818 - an answer, not a fault
    """Something is refused; the message is a sentence for the person."""

    def __init__(self, refusal: Refusal, principal: Principal) -> None:
        super().__init__(refusal.sentence(principal))
        self.refusal, self.principal = refusal, principal
        self.is_noted = False
        """Whether the audit log has it."""


def authorize(principal: Principal, action: Action, resource: Resource) -> Refusal | None:
    """None when it may be done.

    What has an owner is theirs, and that of those who administer, who still need the right for the action itself.
    """
    if resource.owner not in ("", principal.user_id) and not principal.may("administer"):
        return Refusal(action, resource, is_missing=resource.is_hidden)
    if not principal.may(action):
        return Refusal(action, resource)
    return None


def demand(principal: Principal, action: Action, resource: Resource) -> None:
    """Raises NotAllowed when it may not be done."""
    if (refusal := authorize(principal, action, resource)) is not None:
        raise NotAllowed(refusal, principal)
