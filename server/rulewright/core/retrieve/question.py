"""Which definitions a question is about: those that it names, and those whose words are its words, fused."""

from collections.abc import Sequence

import msgspec

from rulewright.core.code_ports import SymbolRow
from rulewright.core.retrieve.fuse import fuse
from rulewright.core.retrieve.split import parts

NAMED_WEIGHT = 3.0
"""A question that writes a name means it."""
MAX_NAMED = 3
"""Definitions of one name from which on naming it says nothing, as with `__init__`."""
MAX_QUOTED = 20
"""The same of a name between backquotes: the first so many."""
COLUMNS = ("name", "around", "path", "signature", "body")
"""What full text search knows of a definition, each cut into words."""
COLUMN_WEIGHTS = (5.0, 2.0, 2.0, 2.0, 1.0)


class Answer(msgspec.Struct, frozen=True):
    """A definition that a question may be about."""

    row: SymbolRow
    is_named: bool
    asked: tuple[str, ...]

    @property
    def why(self) -> str:
        """The reason why it is here."""
        return _why(self.row, self.asked, is_named=self.is_named)


def answers(
    named: Sequence[SymbolRow], worded: Sequence[SymbolRow], asked: Sequence[str], focus: Sequence[str] = ()
) -> tuple[Answer, ...]:
    """The definitions by two rankings: those that are named, and those with the words of the question.

    `asked` are these words, `focus` files that the conversation is about: what is in them comes up.
    """
    rows = {row.id: row for ranking in (named, worded) for row in ranking}
    order = fuse(([r.id for r in named], [r.id for r in worded]), (NAMED_WEIGHT, 1.0))
    if focus:
        first = frozenset(focus)
        order = fuse((order, [i for i in order if rows[i].path in first]))
    by_name = {row.id for row in named}
    words = tuple(asked)
    return tuple(Answer(rows[i], i in by_name, words) for i in order)


def _why(row: SymbolRow, asked: Sequence[str], *, is_named: bool) -> str:
    if is_named:
        return f"the question names `{row.name}`"
    held = frozenset(parts(row.name))
    shared = [word for word in asked if word in held]
    return f"its name has {_listed(shared)}" if shared else "its text has the words of the question"


def _listed(words: Sequence[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1])))
