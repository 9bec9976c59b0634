"""Whether an answer that is still coming, or has just come, is one to what stands in the file now."""

from typing import Literal

import msgspec


class Following(msgspec.Struct, frozen=True):
    """How a request stands to the text as it is now."""

    state: Literal["serves", "diverged"]
    left: str = ""
    """What of the answer is still to be typed; empty while somebody types ahead of it."""
    n_typed: int = 0
    """Characters that were typed since the request."""

    @property
    def serves(self) -> bool:
        """Whether its answer can be used."""
        return self.state == "serves"


DIVERGED = Following("diverged")


def follow(
    asked: tuple[str, str], answer: str, now: tuple[str, str], *, is_whole: bool = False, n_ahead: int = 100
) -> Following:
    """How a request for a prefix and a suffix, answered so far with `answer`, stands to those of now.

    It serves while what was typed since is what the answer says, as far as that is known. Somebody may be `n_ahead`
    characters ahead of an answer that is not whole; who has typed all of a whole one is left nothing.
    """
    (prefix, suffix), (new_prefix, new_suffix) = asked, now
    if suffix != new_suffix or not new_prefix.startswith(prefix):
        return DIVERGED
    typed = new_prefix[len(prefix) :]
    if answer.startswith(typed):
        left = answer[len(typed) :]
        return Following("serves", left, len(typed)) if left or not is_whole else DIVERGED
    if is_whole or not typed.startswith(answer) or len(typed) - len(answer) > n_ahead:
        return DIVERGED
    return Following("serves", "", len(typed))
