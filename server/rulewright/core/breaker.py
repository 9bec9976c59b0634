"""A circuit breaker as a value: what fails again and again is left alone for a while, then tried once.

Closed, it lets everything through. Enough failures within a window open it, and one that is grave does at once.
Open, it lets nothing through until its rest is over; then it is half-open and lets one trial through, whose outcome
closes it or opens it for twice as long. Time is handed in, in seconds of any clock; one that jumps back makes no rest
longer.
"""

from typing import Literal

import msgspec

State = Literal["closed", "open", "half_open"]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """When a breaker opens, and for how long; seconds."""

    failures: int = 3
    """So many within `window_s` open it."""
    window_s: float = 300.0
    rest_s: float = 300.0
    """The first rest; each failed trial doubles the next one."""
    max_rest_s: float = 3600.0
    trial_s: float = 60.0
    """A trial that nobody reports on for so long counts as not made."""


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one thing that can fail. The default is closed, with nothing against it."""

    failed_at: tuple[float, ...] = ()
    """When it failed while it was closed, oldest first; no more than open it."""
    opened_at: float | None = None
    rest_s: float = 0.0
    """How long it rests from `opened_at` on."""
    tried_at: float | None = None
    """When the trial that is under way began."""
    reason: str = ""
    """Of the last failure, as a sentence."""
    trips: int = 0
    """How often it opened since it was last closed."""


def state(breaker: Breaker, now: float) -> State:
    """What a breaker lets through now."""
    if breaker.opened_at is None:
        return "closed"
    return "open" if retry_in_s(breaker, now) > 0 else "half_open"


def retry_in_s(breaker: Breaker, now: float) -> float:
    """How long it stays open; 0 when it is not open. Never longer than its whole rest."""
    if breaker.opened_at is None:
        return 0.0
    return min(max(breaker.opened_at + breaker.rest_s - now, 0.0), breaker.rest_s)


def admit(breaker: Breaker, now: float, limits: Limits) -> tuple[bool, Breaker]:
    """Whether to let one attempt through, and what is known from then on: a trial lets no second one through."""
    match state(breaker, now):
        case "closed":
            return True, breaker
        case "open":
            if breaker.opened_at is not None and now < breaker.opened_at:
                # The clock jumped back: the rest counts from here.
                return False, msgspec.structs.replace(breaker, opened_at=now)
            return False, breaker
        case _:
            on_trial = breaker.tried_at is not None and 0 <= now - breaker.tried_at < limits.trial_s
            return not on_trial, breaker if on_trial else msgspec.structs.replace(breaker, tried_at=now)


def succeeded(breaker: Breaker) -> Breaker:
    """After an attempt that went well. A trial closes it; while it is closed, failures are forgotten by time alone."""
    return breaker if breaker.tried_at is None else Breaker()


def abandoned(breaker: Breaker) -> Breaker:
    """After an attempt that ended before it could tell anything: a trial leaves room for another one."""
    return breaker if breaker.tried_at is None else msgspec.structs.replace(breaker, tried_at=None)


def failed(breaker: Breaker, now: float, limits: Limits, reason: str, *, grave: bool = False) -> Breaker:
    """After an attempt that failed; `grave` opens it at once."""
    if breaker.opened_at is not None:
        if breaker.tried_at is None:
            # An attempt that began before it opened says nothing new.
            return breaker
        rest_s = min(max(breaker.rest_s * 2, limits.rest_s), limits.max_rest_s)
        return Breaker(opened_at=now, rest_s=rest_s, reason=reason, trips=breaker.trips + 1)
    recent = tuple(at for at in breaker.failed_at if 0 <= now - at <= limits.window_s)
    failures = (*recent, now)[-limits.failures :]
    if grave or len(failures) >= limits.failures:
        return Breaker(opened_at=now, rest_s=min(limits.rest_s, limits.max_rest_s), reason=reason, trips=1)
    return Breaker(failed_at=failures, reason=reason)
