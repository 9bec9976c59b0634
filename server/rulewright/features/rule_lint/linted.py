"""One rule file under the lint, and the edits that mend what is found in it."""

from collections.abc import Sequence

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding, Fix, Severity
from rulewright.core.rules.foreign_names import GLOB_KEYS
from rulewright.core.rules.parse import Parsed
from rulewright.core.rules.rule import Rule
from rulewright.core.text import Text

Span = tuple[int, int]
Offer = tuple[str, Sequence[Edit], bool]
"""A way to mend: its title, the edits, and whether it may be taken unasked."""


class Linted:
    """A rule with its file."""

    def __init__(self, rule: Rule, parsed: Parsed) -> None:
        self.rule, self.parsed = rule, parsed
        self.text = Text(parsed.content)
        data = parsed.matter.data if parsed.matter is not None else None
        self.keys = data or {}
        self.glob_key = next((key for key in GLOB_KEYS if key in self.keys), "globs")
        """The key that the globs stand under."""

    @property
    def body_offset(self) -> int:
        """Where the text below the front matter starts."""
        starts = self.text.line_starts
        return starts[self.rule.body_line] if self.rule.body_line < len(starts) else len(self.parsed.content)

    def finding(self, code: str, severity: Severity, message: str, place: Span, *fixes: Offer) -> Finding:
        """A remark at a place, with the ways to mend it, the first one to be taken unasked."""
        start, end = place
        made = [Fix(title, tuple(edits), safe) for title, edits, safe in fixes]
        return Finding(
            f"rulewright/{code}",
            severity,
            message,
            self.rule.path,
            start,
            end,
            self.text.range(start, end),
            rule_path=self.rule.path,
            fix=made[0] if made else None,
            other_fixes=tuple(made[1:]),
        )

    def value(self, key: str, number: int, written: str) -> Span | None:
        """Where one of the values of a key is written; None where that is not plain to see."""
        assert self.parsed.matter is not None
        item = self.parsed.matter.places.get((key, number))
        whole = item or self.parsed.matter.values.get((key,))
        if whole is None:
            return None
        found = self.parsed.content[whole[0] : whole[1]].find(written)
        again = self.parsed.content[whole[0] : whole[1]].count(written)
        return (whole[0] + found, whole[0] + found + len(written)) if found >= 0 and again == 1 else None

    def replaced(self, key: str, number: int, written: str, by: str) -> list[Offer]:
        """The fix that writes another value, which is a guess, or none."""
        span = self.value(key, number, written)
        return [] if span is None else [(f"Write `{by}`", [Edit(*span, by)], False)]

    @property
    def newline(self) -> str:
        """How lines end."""
        return "\r\n" if "\r\n" in self.parsed.content else "\n"

    def with_line(self, line: str) -> Edit:
        """An edit that puts a line of front matter on top of the others."""
        newline = self.newline
        if self.parsed.matter is not None and self.parsed.matter.present and self.keys:
            first = min(start for start, _ in (self.parsed.matter.places[(key,)] for key in self.keys))
            return Edit(first, first, f"{line}{newline}")
        return Edit(0, 0, f"---{newline}{line}{newline}---{newline}")

    def line_of(self, key: str) -> Span:
        """All lines of a key with its value."""
        assert self.parsed.matter is not None
        start = self.parsed.matter.places[(key,)][0]
        end = max(self.parsed.matter.values[(key,)][1], start + len(key))
        stop = self.parsed.content.find("\n", end)
        return start, stop + 1 if stop >= 0 else len(self.parsed.content)
