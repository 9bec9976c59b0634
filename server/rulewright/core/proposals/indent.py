"""Indentation of an answer as the document has it: moved by a constant, tabs for spaces, two spaces for four."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec

_LEAD = re.compile(r"[ \t]*")
TAB = 8
"""Columns of a tab where tabs and spaces are compared; which number it is does not matter, only that it is large."""
USUAL = 4
"""Spaces of a step where a text does not show any."""


class Style(msgspec.Struct, frozen=True):
    """How a text is indented."""

    is_tabs: bool = False
    unit: int = USUAL
    """Spaces of a step; of a text with tabs nothing."""


def lead_of(line: str) -> str:
    """The white space that a line begins with."""
    return _LEAD.match(line)[0]  # type: ignore[index] # the pattern matches anything


def style_of(lines: Iterable[str]) -> Style | None:
    """How lines are indented; None where none is."""
    tabs = spaces = 0
    widths: Counter[int] = Counter()
    last = 0
    for line in lines:
        lead = lead_of(line)
        if len(lead) == len(line):
            continue
        if lead.startswith("\t"):
            tabs += 1
        elif len(lead) > 1:
            spaces += 1
            if len(lead) > last:
                widths[len(lead) - last] += 1
        last = len(lead)
    if not tabs and not spaces:
        return None
    steps = [width for width in widths if width in {2, 3, 4, 8}]
    return Style(tabs > spaces, max(steps, key=lambda width: (widths[width], -width)) if steps else USUAL)


class Shift(msgspec.Struct, frozen=True):
    """From the indentation of an answer to that of the document."""

    known: dict[str, str]
    """White space in the answer, and in the document on the same line."""
    from_style: Style
    to_style: Style

    def line(self, line: str) -> str:
        """A line of the answer as it stands in the document; a blank one has nothing."""
        lead = lead_of(line)
        rest = line[len(lead) :]
        return self._lead(lead) + rest if rest else ""

    def _lead(self, lead: str) -> str:
        if lead in self.known:
            return self.known[lead]
        inner = max((key for key in self.known if lead.startswith(key)), key=len, default=None)
        if inner is not None:
            return self.known[inner] + self._converted(lead[len(inner) :], is_all=not inner.strip("\t") and not inner)
        if not self.known:
            return self._converted(lead, is_all=True)
        # Less indented than anything that is known: count back from the least.
        least = min(self.known, key=_width)
        steps = self._steps(least) - self._steps(lead)
        one = "\t" if self.to_style.is_tabs else " " * self.to_style.unit
        if self.from_style.is_tabs == self.to_style.is_tabs and not self.to_style.is_tabs:
            return " " * max(len(self.known[least]) - (len(least) - len(lead)), 0)
        return self.known[least].removesuffix(one * max(steps, 0))

    def _steps(self, lead: str) -> int:
        return lead.count("\t") + lead.count(" ") // max(self.from_style.unit, 1)

    def _converted(self, lead: str, *, is_all: bool) -> str:
        """White space beyond what is known, in the document's own signs."""
        if self.to_style.is_tabs and lead and "\t" not in lead and (is_all or not self.from_style.is_tabs):
            steps, more = divmod(len(lead), self.from_style.unit)
            return "\t" * steps + " " * more
        if not self.to_style.is_tabs and "\t" in lead:
            return lead.replace("\t", " " * self.to_style.unit)
        if self._scales and not self.to_style.is_tabs and len(lead) % self.from_style.unit == 0:
            return " " * (len(lead) // self.from_style.unit * self.to_style.unit)
        return lead

    @property
    def _scales(self) -> bool:
        """Whether the answer's steps are of another width."""
        gaps = {len(there) - len(here) for here, there in self.known.items() if "\t" not in here + there}
        return len(gaps) > 1 and not self.from_style.is_tabs


def shift_of(pairs: Iterable[tuple[str, str]], answer: Sequence[str], document: Sequence[str]) -> Shift | None:
    """How lines of an answer are moved, from pairs of equal lines; None where they are not moved alike.

    `answer` and `document` are the lines from which the style of each is told.
    """
    known: dict[str, str] = {}
    for here, there in pairs:
        if not here.strip():
            continue
        if known.setdefault(lead_of(here), lead_of(there)) != lead_of(there):
            return None
    order = sorted(known, key=_width)
    widths = [_width(known[key]) for key in order]
    if any(a >= b for a, b in pairwise(widths)):
        return None
    answered = style_of(answer)
    near, usual = style_of([f"{lead}x" for lead in known.values()]), style_of(document)
    to_style = near or usual or answered or Style()
    if usual is not None and to_style.is_tabs == usual.is_tabs:
        # A few lines do not show how wide a step is.
        to_style = usual
    return Shift(known, answered or to_style, to_style)


def _width(lead: str) -> int:
    return len(lead.expandtabs(TAB))
