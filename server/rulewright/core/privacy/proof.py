"""What a proof that nothing leaves has found: features, kinds of what was planted, and what became of each."""

from typing import Literal

import msgspec

Outcome = Literal["safe", "kept", "leaked"]
"""`kept`: it stays on this machine, in a place where it is by design."""


class Cell(msgspec.Struct, frozen=True):
    """What became of one kind of canary in one feature."""

    kind: str
    outcome: Outcome


class Row(msgspec.Struct, frozen=True):
    """One feature."""

    feature: str
    cells: tuple[Cell, ...]
    not_driven: str = ""
    """Why it could not be driven, in which case there are no cells."""
    is_broken: bool = False
    """Whether that is a fault, and not only that something is not installed."""
    notes: tuple[str, ...] = ()


class Proof(msgspec.Struct, frozen=True):
    """What was found; also the output of `rulewright privacy prove --json`."""

    version: int
    kinds: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def leaks(self) -> tuple[tuple[str, str], ...]:
        """Features and the kinds that left through them."""
        return tuple((row.feature, cell.kind) for row in self.rows for cell in row.cells if cell.outcome == "leaked")

    @property
    def is_whole(self) -> bool:
        """Whether every feature was driven that could be."""
        return not any(row.is_broken for row in self.rows)
