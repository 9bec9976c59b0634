"""What one review may take: calls and tokens of its own, beside the budgets of the day. Threads may share it."""

from contextlib import AbstractContextManager

import msgspec

from rulewright.core.call_account import WhyNot


class Limits(msgspec.Struct, frozen=True):
    """Of one review. 0 is no limit."""

    calls: int = 0
    tokens: int = 0
    """Sent and answered."""


class Held(msgspec.Struct, frozen=True):
    """What is set aside for a call that is under way."""

    cost_micro: int = 0
    tokens: int = 0


class Purse:
    """What was taken, and what is set aside."""

    def __init__(self, limits: Limits, lock: AbstractContextManager[object]) -> None:
        """`lock` lets one thread at a time in."""
        self._limits, self._lock = limits, lock
        self.n_calls = self.n_tokens = self.n_settled = 0
        self._held: dict[int, Held] = {}

    @property
    def is_held(self) -> bool:
        """Whether anything is set aside now."""
        return bool(self._held)

    def take(self, call: int, cost_micro: int, tokens: int, why_not: WhyNot) -> str:
        """Set aside what a call may take at most; why it may not be made, as a sentence, or nothing.

        `why_not` knows the budgets of the day, as far as calls have ended. What is set aside for others counts too.
        """
        with self._lock:
            refused = self._refused(call, cost_micro, tokens, why_not)
            if not refused:
                self.n_calls += 1
                self._held[call] = Held(cost_micro, tokens)
            return refused

    def _refused(self, call: int, cost_micro: int, tokens: int, why_not: WhyNot) -> str:
        if self._limits.calls and self.n_calls >= self._limits.calls:
            return f"This review has made the {self._limits.calls:,} calls that it may make (--max-calls)."
        others = [held for number, held in self._held.items() if number != call]
        n_others = sum(held.tokens for held in others)
        if self._limits.tokens and self.n_tokens + n_others + tokens > self._limits.tokens:
            return (
                f"The next call may take {tokens:,} tokens, and {self.n_tokens + n_others:,} of the "
                f"{self._limits.tokens:,} of this review are used (--max-tokens)."
            )
        return why_not(cost_micro + sum(held.cost_micro for held in others), tokens + n_others)

    def settle(self, call: int, tokens: int) -> None:
        """A call has ended, and took so many tokens."""
        with self._lock:
            self._held.pop(call, None)
            self.n_settled += 1
            self.n_tokens += tokens
