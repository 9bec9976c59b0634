r"""Marks in a fixture's comments say what must be found in the line above.

    class Stack(Base):
    #     ^^^^^ def class < Base
    #     ^^^^^ sig class Stack(Base)

A mark points with carets, or with `<-` at the column where its comment begins. What may follow:

`def KIND [in PARENT] [: TYPE] [< BASE, BASE] [private]` a symbol whose name starts there; `sig TEXT` its signature;
`doc TEXT` the first line of its doc; `import MODULE [NAME] [as ALIAS]` an import of this line; `binds LABEL` a local
is bound there; `-> LABEL` the name there means that local; `-> nothing` it means no local; `call` a call's name.
"""

import re

import msgspec

_MARK = re.compile(r"^\s*(?:\W{0,4}?\s*)??(?P<at>\^+|<-)\s+(?P<text>\S.*?)\s*(?:\*/|-->|-\}|\*\)|#>|=#|\]\]|%>)?\s*$")
_COMMENT = re.compile(r"^\s*(?://|#|--|<!--|/\*|;+|%+|\(\*|\{-|<#|--\[\[|'|REM|\{/\*)")


class Mark(msgspec.Struct, frozen=True):
    """What one mark says of the place it points at; the column counts characters."""

    row: int
    column: int
    verb: str
    rest: str


def read_marks(text: str) -> list[Mark]:
    """The marks of a fixture, in order. A mark's row is that of the last line that is no mark."""
    marks: list[Mark] = []
    row = -1
    for number, line in enumerate(text.splitlines()):
        comment = _COMMENT.match(line)
        found = _MARK.match(line[comment.end() :]) if comment else None
        if comment is None or found is None:
            row = number
            continue
        at = comment.end() + found.start("at")
        column = at if found["at"] != "<-" else len(line) - len(line.lstrip())
        verb, _, rest = found["text"].partition(" ")
        marks.append(Mark(row, column, verb, rest.strip()))
    return marks
