"""What a check writes: templates expanded with captures and indentation, as ast-grep's own program does it.

The binding captures and transforms but does not expand; here `$A`, `$$$A` and transformed names become text.
Only spaces count as indentation, and a line longer than ast-grep's look-back has none: both are its rules,
kept so that the same fix gives the same bytes.
"""

import re
from collections.abc import Collection, Iterable
from typing import Protocol

from ast_grep_py import SgNode

from rulewright.core.edits import apply
from rulewright.core.findings import Finding, safe_edits
from rulewright.core.rules.engine import EngineError, offsets

_VARIABLE = re.compile(r"(\${1,3})([A-Z0-9_]+)")
_LOOK_BACK = 512
"""Bytes that ast-grep looks back for the start of a line."""

MAX_WRITTEN = 1_000_000
"""Code points that one fix may write."""

_SHOWN = 80
"""Code points of a capture that a message shows."""


def used_names(template: str) -> list[str]:
    """The names of the variables in a template, each once."""
    return list(dict.fromkeys(m[2] for m in _VARIABLE.finditer(template)))


class Captures(Protocol):
    """What the variables of a rule stand for; the node that a rule hit is one itself."""

    def get_match(self, name: str, /) -> SgNode | None:
        """The node that `$name` captured."""
        ...

    def get_multiple_matches(self, name: str, /) -> list[SgNode]:
        """The nodes that `$$$name` captured."""
        ...

    def get_transformed(self, name: str, /) -> str | None:
        """The text that the transformation `name` gave."""
        ...


def expand(
    template: str,
    node: SgNode,
    content: str,
    transforms: Collection[str] = (),
    captures: Captures | None = None,
) -> str:
    """The text that replaces `node`; `transforms` are the names that the rule's transformations define.

    `captures` are those of `node` where they are not its own. Raises EngineError when the text becomes too long.
    """
    parts: list[str] = []
    done = n_written = 0
    for variable in _VARIABLE.finditer(template):
        parts.append(template[done : variable.start()])
        captured = _captured(variable[1], variable[2], node if captures is None else captures, transforms)
        if captured is not None:
            indent = indentation(template, variable.start())
            parts.append(reindented(*_text_and_indent(captured, content), indent))
            n_written += len(parts[-1])
            if n_written > MAX_WRITTEN:
                raise EngineError(f"a fix writes more than {MAX_WRITTEN:,} characters")
        done = variable.end()
    parts.append(template[done:])
    return reindented("".join(parts), 0, indentation(content, offsets(node)[0]))


def expand_message(template: str, captures: Captures, content: str, transforms: Collection[str] = ()) -> str:
    """A message with its variables filled in: the first line of each capture, cut where it is long."""

    def shown(variable: re.Match[str]) -> str:
        captured = _captured(variable[1], variable[2], captures, transforms)
        if captured is None:
            return ""
        text = _text_and_indent(captured, content)[0]
        first, *more = text.splitlines() or [""]
        return f"{first[:_SHOWN]}..." if more or len(first) > _SHOWN else first

    return _VARIABLE.sub(shown, template)


def apply_fixes(content: str, findings: Iterable[Finding]) -> str:
    """`content` with every safe fix made; of fixes that overlap the first and outermost one is made."""
    return apply(content, safe_edits(findings))


def _captured(dollars: str, name: str, captures: Captures, transforms: Collection[str]) -> str | tuple[int, int] | None:
    """What a variable stands for: a transformed text, or the offsets of a capture; None for nothing."""
    if dollars == "$$$":
        nodes = captures.get_multiple_matches(name)
        return (offsets(nodes[0])[0], offsets(nodes[-1])[1]) if nodes else None
    if name in transforms:
        return captures.get_transformed(name)
    single = captures.get_match(name)
    return None if single is None else offsets(single)


def _text_and_indent(captured: str | tuple[int, int], content: str) -> tuple[str, int]:
    """The captured text and the indentation it has where it stands."""
    if isinstance(captured, str):
        return captured, 0
    start, end = captured
    return content[start:end], indentation(content, start)


def indentation(text: str, offset: int) -> int:
    """How many spaces stand at the start of the line that `offset` is on."""
    line_start = text.rfind("\n", max(0, offset - _LOOK_BACK), offset) + 1
    line = text[line_start or max(0, offset - _LOOK_BACK) : offset]
    if not line_start and offset > len(line):
        return 0
    spaces = len(line) - len(line.lstrip(" "))
    room = _LOOK_BACK if line_start == 0 else _LOOK_BACK - 1
    return spaces if len(line.encode("utf-8", "replace")) <= room else 0


def reindented(text: str, old: int, new: int) -> str:
    """`text`, whose lines are indented by `old`, indented by `new`; a first line never gains spaces."""
    if old == new or "\n" not in text:
        return text
    if new > old:
        return text.replace("\n", "\n" + " " * (new - old))
    surplus = " " * (old - new)
    return "\n".join(line.removeprefix(surplus) for line in text.split("\n"))
