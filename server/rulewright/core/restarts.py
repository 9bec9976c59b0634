"""What a supervisor does when a child ends: OTP's rules, as a pure decision over values.

Time is handed in, in seconds of a clock that does not jump; one that jumps back makes a supervisor give up sooner,
never later. Source: the Erlang/OTP documentation of `supervisor`.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

Restart = Literal["permanent", "transient", "temporary"]
"""When a child that ended is started again: always; only when it failed; never."""
Strategy = Literal["one_for_one", "rest_for_one", "one_for_all"]
"""Who is started again with it: nobody; those started after it; all."""
Outcome = Literal["normal", "failed"]
"""How a child ended. One that was told to end does not come here."""


class Intensity(msgspec.Struct, frozen=True, kw_only=True):
    """How many restarts a supervisor makes in how many seconds before it gives up."""

    max_restarts: int = 10
    max_seconds: float = 60.0


class Member(msgspec.Struct, frozen=True):
    """What the decision needs of a child."""

    id: str
    restart: Restart


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to do now."""

    action: Literal["leave", "restart", "give_up"]
    stop: tuple[str, ...] = ()
    """Children to stop, in this order: the one started last comes first. Those that do not run need nothing."""
    forget: tuple[str, ...] = ()
    """Children whose specification goes: temporary ones are not started again."""
    start: tuple[str, ...] = ()
    """Children to start, in this order."""
    restarted_at: tuple[float, ...] = ()
    """The restarts that count from now on, this one too."""


def decide(
    strategy: Strategy,
    members: Sequence[Member],
    ended: str,
    outcome: Outcome,
    *,
    now: float,
    restarted_at: Sequence[float] = (),
    intensity: Intensity,
) -> Decision:
    """What follows from the end of child `ended`; `members` are in the order in which they were started.

    Raises ValueError when there is no such child.
    """
    at = next((number for number, member in enumerate(members) if member.id == ended), None)
    if at is None:
        message = f"there is no child {ended}"
        raise ValueError(message)
    kept = recent(restarted_at, now, intensity)
    child = members[at]
    if child.restart == "temporary":
        return Decision(action="leave", forget=(ended,), restarted_at=kept)
    if child.restart == "transient" and outcome == "normal":
        return Decision(action="leave", restarted_at=kept)
    if len(kept) >= intensity.max_restarts:
        return Decision(
            action="give_up", stop=tuple(m.id for m in reversed(members) if m.id != ended), restarted_at=kept
        )
    match strategy:
        case "one_for_one":
            concerned: Sequence[Member] = (child,)
        case "rest_for_one":
            concerned = members[at:]
        case "one_for_all":
            concerned = members
    return Decision(
        action="restart",
        stop=tuple(m.id for m in reversed(concerned) if m.id != ended),
        forget=tuple(m.id for m in concerned if m.restart == "temporary"),
        start=tuple(m.id for m in concerned if m.restart != "temporary"),
        restarted_at=(*kept, now),
    )


def recent(restarted_at: Sequence[float], now: float, intensity: Intensity) -> tuple[float, ...]:
    """The restarts that still count; those that seem to lie ahead do, for the clock has jumped back."""
    return tuple(at for at in restarted_at if now - at <= intensity.max_seconds)


def pause_s(n_recent: int, first_s: float, most_s: float) -> float:
    """How long to wait before a restart, where a child asks for that: twice as long after each recent one."""
    return min(first_s * 2.0 ** min(max(n_recent - 1, 0), 30), most_s)
