"""The case file: prose, a workspace, steps, and what each step gives, all in one text that people read.

Prose in the present tense, the name of the test.

-- .ai-rules/x.md --          a file of the workspace; <CURSOR> marks a place and is removed
-- settings --                a TOML overlay of the settings
-- ? check src/a.py --        a step; its body is its input
-- = findings --              what the step gives; `pytest --update` rewrites it
-- llm --                     what the scripted model says to the next request, faults included

Sections `llm` stand before the step that asks, and queue up; to a request without one the model is down, and what was
not asked for is told and forgotten with the step. Words behind `llm`: `chat` for a model that only chats and fills no
holes, `extra` for one that takes other texts beside a hole; any other word is the model's name, which is `one` without.
In the body these lines are no text but faults:

<STALL>                       it says nothing any more
<WAIT>, <WAIT 0.2>            it says nothing for a second, or for as many
<DROP>                        the connection is gone
<FAIL kind: sentence>         an error of the provider, of a kind of `core.models.Failed`
<HALF>                        a sign for half of a character (U+FFFD)
<NL>                          one more line end
<7 TIMES>                     the text just before it is said so often in all, each time with a line end
<CRLF>                        all lines end as on Windows

A fault takes its whole line, and the line ends before and behind it; nor is a line end said at the end of the body. So
`na`, <HALF> and `me` in three lines are one word with a fault in it. In results, `<CR>` is a carriage return and
`<HALF>` the same sign. A file of the workspace whose first line is `<CRLF>` has Windows' line ends.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

_HEADER = re.compile(r"^-- (?P<head>.+?) --$")
CURSOR = "<CURSOR>"
CRLF = "<CRLF>\n"
ABILITIES = frozenset({"chat", "extra"})
"""Words of a section `llm` that are no name."""


@dataclass(frozen=True)
class Section:
    """One header with the lines below it."""

    head: str
    body: str

    @property
    def kind(self) -> str:
        """`step`, `expected`, `settings`, `llm` or `file`."""
        if self.head.split()[0] == "llm":
            return "llm"
        return {"? ": "step", "= ": "expected"}.get(self.head[:2], "settings" if self.head == "settings" else "file")

    @property
    def words(self) -> list[str]:
        """The words of a step, or behind `llm`."""
        return self.head.split()[1:]


@dataclass(frozen=True)
class Case:
    """A case file."""

    path: Path
    prose: str
    sections: tuple[Section, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """How the report calls it."""
        return self.path.stem


def parse(path: Path, text: str) -> Case:
    """Read a case file."""
    prose: list[str] = []
    sections: list[Section] = []
    body = prose
    head: str | None = None

    def close() -> None:
        if head is not None:
            sections.append(Section(head, f"{text}\n" if (text := "\n".join(body).rstrip("\n")) else ""))

    for line in text.splitlines():
        match = _HEADER.match(line)
        if match:
            close()
            head, body = match["head"], []
        else:
            body.append(line)
    close()
    return Case(path, "\n".join(prose).strip(), tuple(sections))


def render(case: Case) -> str:
    """The text of a case; parsing it gives the case again."""
    parts = [case.prose + "\n"]
    parts += [f"\n-- {s.head} --\n{s.body}" for s in case.sections]
    return "".join(parts)


def with_results(case: Case, results: dict[int, list[tuple[str, str]]]) -> Case:
    """The case with the expectations behind each step (by its number) replaced."""
    sections: list[Section] = []
    step = -1
    for section in case.sections:
        if section.kind == "expected":
            continue
        sections.append(section)
        if section.kind == "step":
            step += 1
            sections += [Section(f"= {name}", body) for name, body in results.get(step, [])]
    return replace(case, sections=tuple(sections))
