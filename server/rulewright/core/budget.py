"""What may be spent on models: budgets of a day, by feature and for all, and the sentence where they end."""

from collections.abc import Mapping, Sequence

import msgspec


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one day."""

    name: str
    """The setting, as people write it: `limits.usd_per_day`."""
    feature: str = ""
    """Of which feature's calls; empty for those of all."""
    cost_micro: int = 0
    """Millionths of a dollar; 0 for no limit."""
    tokens: int = 0
    """Sent and answered together; 0 for no limit."""


class Spent(msgspec.Struct, frozen=True):
    """What calls of today added up to."""

    cost_micro: int = 0
    tokens: int = 0


def why_not(
    budgets: Sequence[Budget], spent: Mapping[str, Spent], feature: str, *, cost_micro: int, tokens: int
) -> str:
    """Why a call that would cost so much may not be made, as a sentence; empty when it may.

    `spent` has by feature what was spent today, and under the empty name what all of it was.
    """
    for budget in budgets:
        if budget.feature not in ("", feature):
            continue
        so_far = spent.get(budget.feature, Spent())
        if budget.cost_micro and so_far.cost_micro + cost_micro > budget.cost_micro:
            return (
                f"Nothing was sent: it would have cost about {dollars(cost_micro)}, and {dollars(so_far.cost_micro)} "
                f"of the {dollars(budget.cost_micro)} of today are spent ({budget.name}). "
                f"{_what_helps(fits=cost_micro <= budget.cost_micro)}"
            )
        if budget.tokens and so_far.tokens + tokens > budget.tokens:
            return (
                f"Nothing was sent: it would have taken about {tokens:,} tokens, and {so_far.tokens:,} of the "
                f"{budget.tokens:,} of today are used ({budget.name}). {_what_helps(fits=tokens <= budget.tokens)}"
            )
    return ""


def _what_helps(*, fits: bool) -> str:
    """What helps a call for which there is no room today."""
    return "It goes on tomorrow, or with a higher limit." if fits else "Only a higher limit or less to send helps."


def dollars(cost_micro: int) -> str:
    """An amount for people."""
    amount = cost_micro / 1e6
    return f"${amount:,.2f}" if amount >= 1 or not cost_micro else f"${amount:.4f}"
