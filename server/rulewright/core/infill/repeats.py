"""Step 4: an answer that goes in circles is cut behind the first round.

A model that has begun to repeat itself does not stop, so only a repetition that lasts to the end of an answer is one.
Real code repeats itself too: what is not stopped for its length has to do it more often.
"""

from rulewright.core.infill.draft import Place, is_near

MAX_PERIOD = 10
"""Lines of a round."""
_ROUNDS_CUT, _ROUNDS_WHOLE = 3, 5
_SIMILAR = 5
"""Lines in a row that differ in at most a tenth."""
_SHORTEST = 30
"""Characters of a line's end that goes in circles."""


def without_repeats(place: Place, text: str) -> str:
    """An answer up to the end of the first round."""
    lines = text.split("\n")
    # The last line of a cut answer may be a part of the round.
    kept = lines[:-1] if place.is_cut and len(lines) > 1 else lines
    while kept and not kept[-1].strip():
        kept = kept[:-1]
    rounds = _ROUNDS_CUT if place.is_cut else _ROUNDS_WHOLE
    for period in range(1, min(MAX_PERIOD, len(kept) // rounds) + 1):
        first = _first_of_round(kept, period)
        n_rounds = (len(kept) - first) // period
        block = "".join(kept[len(kept) - period :])
        if n_rounds >= rounds and sum(map(str.isalnum, block)) > 2:  # noqa: PLR2004 - brackets and blank lines repeat
            return "\n".join(lines[: first + period]).rstrip("\n")
    if place.is_cut and (similar := _similar_from(kept)) >= 0:
        return "\n".join(lines[: similar + 1])
    return _without_circles(text) if place.is_cut else text


def _first_of_round(lines: list[str], period: int) -> int:
    """From where on each line is that of a round before or behind it."""
    at = len(lines) - period
    while at > 0 and lines[at - 1] == lines[at - 1 + period]:
        at -= 1
    return at


def _similar_from(lines: list[str]) -> int:
    """Where lines begin that are nearly the same to the end; -1 where there are not enough."""
    at = len(lines) - 1
    while at > 0 and lines[at].strip() and is_near(lines[at - 1].strip(), lines[at].strip()):
        at -= 1
    return at if len(lines) - at >= _SIMILAR else -1


def _without_circles(text: str) -> str:
    """Without rounds within the last line."""
    start = text.rfind("\n") + 1
    line = text[start:]
    for period in range(1, min(60, len(line) // 3) + 1):
        at = len(line) - period
        while at > 0 and line[at - 1] == line[at - 1 + period]:
            at -= 1
        n = len(line) - at
        if n >= max(_SHORTEST, 3 * period) and any(map(str.isalnum, line[-period:])):
            return text[: start + at + period]
    return text
