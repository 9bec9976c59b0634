"""What can be folded in a document."""

import msgspec

from rulewright.core.code_ports import Workspace
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.folds import MAX_FOLDS, Fold, FoldKind, folds_of
from rulewright.core.text import Range

_MAX_TEXT = 60
_SIGNS = " \t/*#-!;%<>\"'`{("


class Folding(msgspec.Struct, frozen=True):
    """One fold in the client's units."""

    range: Range
    """What is hidden, to the character."""
    last_line: int
    """The last hidden line for a client that folds whole lines; the first line is that of the range."""
    kind: FoldKind = ""
    collapsed: str = ""
    """What may stand for it while it is folded."""


def folding_ranges(workspace: Workspace, path: str, limit: int = MAX_FOLDS) -> tuple[Folding, ...]:
    """The folds of a document in order; of more than `limit` the outermost ones."""
    buffer = workspace.buffer(path)
    if buffer is None:
        return ()
    return tuple(
        Folding(buffer.range(f.start, f.end, workspace.encoding), f.last_row, f.kind, _collapsed(buffer, f))
        for f in folds_of(buffer, limit)
    )


def _collapsed(buffer: Buffer, fold: Fold) -> str:
    if fold.kind == "comment":
        for row in range(fold.row, fold.last_row + 1):
            text = buffer.line(row).decode("utf-8", "replace").strip(_SIGNS)
            if text:
                return text[:_MAX_TEXT] + " …"
    return "…"
