"""Which lines of a file are in question. Lines end at a line feed here, as they do for git."""

from difflib import SequenceMatcher

from rulewright.core.changed import Lines

MAX_COMPARED = 20_000
"""Lines of a text that is compared with the one on disk; of a longer one all lines are in question."""


def lines_of(content: str) -> list[str]:
    """The lines of a text without their ends; one for the empty text."""
    lines = content.split("\n")
    if len(lines) > 1 and not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def in_question(changed: Lines | None, disk: str, now: str) -> frozenset[int]:
    """Numbers from 0 of the lines of `now` that a review is about.

    `changed` are those of the text on `disk` that changed, None for all of it; `now` is what an editor has instead.
    """
    lines = lines_of(now)
    if changed is None:
        return frozenset(range(len(lines)))
    new = {n for start, end in changed for n in range(start, end)}
    if now == disk:
        return frozenset(n for n in new if n < len(lines))
    before = lines_of(disk)
    if max(len(lines), len(before)) > MAX_COMPARED:
        return frozenset(range(len(lines)))
    found: set[int] = set()
    for kind, start, end, first, last in SequenceMatcher(None, before, lines, autojunk=False).get_opcodes():
        if kind == "equal":
            found.update(first + n - start for n in range(start, end) if n in new)
        else:
            found.update(range(first, last))
    return frozenset(found)
