"""Doors: what interfaces call. Each is opened for somebody, and each of its methods needs a right.

A door that was opened for nobody in particular is that of whoever started the process, who may do everything.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

from rulewright.core.permissions import Action, NotAllowed, Principal, Resource, demand

T = TypeVar("T")
ANYONE = "anyone"
"""The right of a method that only ends what its caller has begun, or tells what they may do."""


def _unheard(_: NotAllowed) -> None:
    """Nobody keeps account of refusals."""


class Door:
    """What all doors have."""

    principal: Principal | None = None
    """For whom it is open; None for whoever started the process."""
    refused: Callable[[NotAllowed], None] = staticmethod(_unheard)
    """Told of each refusal, once."""

    def may(self, action: Action) -> bool:
        """Whether the one for whom it is open has a right."""
        return self.principal is None or self.principal.may(action)

    def hand_on(self, door: T) -> T:
        """Another door, opened for the same one."""
        if isinstance(door, Door):
            door.principal, door.refused = self.principal, self.refused
        return door


def guarded(resource: str, **rights: str) -> Callable[[type[T]], type[T]]:
    """Makes a class refuse those without the right for what they call.

    `rights` has for each action, or for `anyone`, the names of public methods and properties, parted by spaces. Calls
    raise NotAllowed before they do anything. Raises ValueError when a public name is missing, or named twice.
    """

    def close(door: type[T]) -> type[T]:
        named = [name for names in rights.values() for name in names.split()]
        public = set(public_names(door))
        if wrong := sorted(public.symmetric_difference(named) | {n for n in named if named.count(n) > 1}):
            raise ValueError(f"{door.__name__}: each public name needs one right: {', '.join(wrong)}")
        for action, names in rights.items():
            for name in names.split():
                member = door.__dict__[name]
                if action != ANYONE:
                    setattr(door, name, _guarded(member, cast("Action", action), Resource(resource)))
        return door

    return close


def public_names(door: type) -> Iterable[str]:
    """The names of methods and properties that a class itself has for others."""
    for name, member in vars(door).items():
        if not name.startswith("_") and (callable(member) or isinstance(member, property)):
            yield name


def needed(door: type, name: str) -> Action | None:
    """The right that a method or property needs; None for none."""
    member = vars(door)[name]
    found = getattr(member.fget if isinstance(member, property) else member, "needs", None)
    return cast("Action | None", found)


def _guarded(member: Any, action: Action, resource: Resource) -> Any:
    if isinstance(member, property):
        return property(_guarded(member.fget, action, resource), doc=member.__doc__)

    @wraps(member)
    def guard(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.principal is not None:
            _let_in(self, self.principal, action, resource)
        return member(self, *arguments, **named)

    guard.needs = action  # type: ignore[attr-defined]
    return guard


def _let_in(door: Door, principal: Principal, action: Action, resource: Resource) -> None:
    try:
        demand(principal, action, resource)
    except NotAllowed as refusal:
        refusal.is_noted = True
        door.refused(refusal)
        raise
