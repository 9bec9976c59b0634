"""What to select around each cursor, wider and wider."""

from collections.abc import Sequence

from rulewright.core.code_ports import Workspace
from rulewright.core.index.select import around
from rulewright.core.text import Position, Range


def selection_ranges(workspace: Workspace, path: str, positions: Sequence[Position]) -> tuple[tuple[Range, ...], ...]:
    """For each position the ranges around it, the smallest first, each strictly inside the next; never none."""
    buffer = workspace.buffer(path)
    if buffer is None:
        return tuple((Range(p, p),) for p in positions)
    encoding = workspace.encoding
    chosen = []
    for position in positions:
        byte = buffer.byte(position, encoding)
        ranges = dict.fromkeys(buffer.range(start, end, encoding) for start, end in around(buffer, byte))
        chosen.append(tuple(ranges))
    return tuple(chosen)
