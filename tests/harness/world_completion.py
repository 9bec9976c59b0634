"""Steps of a case that complete: what is offered at a place, what an item does to the text, what is said of it.

    -- ? complete src/a.py [typed|again|.|limit=5|plain|eager] --
    self.pu

The body is put where `<CURSOR>` stands in the file, and `|` in it is the cursor (else its end is). `typed` is a letter
that was typed a moment ago, as against a key that was pressed for it, which is what a step is otherwise; a sign is a
trigger character that was typed. `plain` is a client without snippets, `eager` one that resolves nothing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from rulewright.core.changes import ContentChange, apply_changes
from rulewright.core.complete.items import ItemKind
from rulewright.core.complete.state import Client, CompletionState, Trigger
from rulewright.core.text import Text
from rulewright.features.completion import Completion, Completions, complete, resolve_item
from tests.harness.code import MemoryWorkspace

Results = Iterator[tuple[str, list[str]]]

CLIENT = Client(
    snippets=True,
    insert_replace=True,
    label_details=True,
    lazy=frozenset({"documentation", "detail", "additionalTextEdits"}),
)
EAGER = msgspec.structs.replace(CLIENT, lazy=frozenset())
PLAIN = Client(lazy=frozenset({"additionalTextEdits"}))
N_SHOWN = 12


class CompletionSteps:
    """The steps; a world has them beside its others."""

    root: Path
    cursors: dict[str, int]

    def do_complete(self, body: str, path: str, *options: str) -> Results:
        """What is offered."""
        _, found = self._complete(body, path, options)
        limit = next((int(o[6:]) for o in options if o.startswith("limit=")), N_SHOWN)
        rows = [_row(item) for item in found.items[:limit]]
        more = len(found.items) - limit
        lines = _columns(rows) or ["nothing"]
        if more > 0:
            lines.append(f"and {more} more")
        if found.items:
            lines.append("incomplete" if found.is_incomplete else "complete")
        yield "offered", lines

    def do_accept(self, body: str, path: str, label: str, *options: str) -> Results:
        """The text behind taking an item, in place of the whole word."""
        workspace, found = self._complete(body, path, options)
        item = next((i for i in found.items if i.label.rstrip() == label), None)
        if item is None:
            yield "after", [f"{label} is not offered"]
            return
        yield "after", accepted(workspace, path, found, item).splitlines()

    def do_describe(self, body: str, path: str, label: str, *options: str) -> Results:
        """What is said of an item that is looked at."""
        workspace, found = self._complete(body, path, options)
        item = next((i for i in found.items if i.label == label), None)
        details = resolve_item(workspace, item.data if item is not None else ())
        edits = [f"{e.range.start.line + 1}:{e.range.start.character + 1} {e.text!r}" for e in details.edits]
        yield "details", [line for line in (details.signature, details.doc, *edits) if line] or ["nothing"]

    def _complete(self, body: str, path: str, options: tuple[str, ...]) -> tuple[MemoryWorkspace, Completions]:
        files = {
            p.relative_to(self.root).as_posix(): p.read_bytes().decode("utf-8", "replace")
            for p in sorted(self.root.rglob("*"))
            if p.is_file() and ".git" not in p.parts
        }
        client = PLAIN if "plain" in options else EAGER if "eager" in options else CLIENT
        at = self.cursors.get(path, 0)
        typed = body.removesuffix("\n")
        # The broken bar where the text has a whole one of its own.
        sign = "\u00a6" if "\u00a6" in typed else "|"
        cursor = at + (typed.index(sign) if sign in typed else len(typed))
        typed = typed.replace(sign, "", 1)
        content = files[path]
        files[path] = content[:at] + typed + content[at:]
        others = [p for p in sorted(files) if p != path]
        workspace = MemoryWorkspace(files, opened=[path, *others])
        state = CompletionState(client)
        buffer = workspace.buffers[path]
        place = buffer.position(len(files[path][:cursor].encode()), "utf-16")
        trigger = Trigger()
        for option in options:
            if len(option) == 1:
                trigger = Trigger("character", option)
        if not {"typed", *(o for o in options if len(o) == 1)} & set(options):
            state.observe(path, buffer.source, 0, len(files[path][:cursor].encode()))
        return workspace, complete(workspace, path, place, trigger, state)


def accepted(workspace: MemoryWorkspace, path: str, found: Completions, item: Completion) -> str:
    """The text of a file behind taking an item; the whole word is replaced."""
    assert found.replace is not None
    edits = [(e.range, e.text) for e in (*item.edits, *resolve_item(workspace, item.data).edits)]
    edits.append((found.replace, item.insert or item.label))
    # From the end, so that no edit moves the place of another.
    edits.sort(key=lambda e: (e[0].start, e[0].end), reverse=True)
    changes = [ContentChange(where, text) for where, text in dict.fromkeys(edits)]
    content = workspace.buffers[path].source.decode("utf-8", "surrogatepass")
    return apply_changes(Text(content), changes, workspace.encoding).content


def _row(item: Completion) -> tuple[str, str, str, str]:
    flags = [
        *(["snippet"] if item.is_snippet else []),
        *(["deprecated"] if item.is_deprecated else []),
        *(["selected"] if item.is_preselected else []),
        *(["import"] if item.edits or (len(item.data) == 7 and item.data[5]) else []),
    ]
    kind = ItemKind(item.kind).name.lower().replace("_", " ")
    return item.label + item.parameters, kind, item.source, " ".join(flags)


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    return ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows]
