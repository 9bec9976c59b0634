"""Completion: what could come next at a place, without a model; and the rest of an item that somebody looks at."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from rulewright.core.code_ports import Workspace
from rulewright.core.complete.arguments import arguments
from rulewright.core.complete.context import Context, context_at
from rulewright.core.complete.items import Candidate, Source, parameters_of
from rulewright.core.complete.literals import fields
from rulewright.core.complete.modules import of_import
from rulewright.core.complete.names import (
    locals_of,
    of_file,
    of_imports,
    of_language,
    of_words,
    of_workspace,
    own_members,
)
from rulewright.core.complete.nearby import Nearby, nearby
from rulewright.core.complete.overriding import overrides
from rulewright.core.complete.rank import Ranked, is_clear, matching, ranked
from rulewright.core.complete.receivers import of_receiver
from rulewright.core.complete.situation import Situation, others_of
from rulewright.core.complete.state import CompletionState, Trigger
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.documented import doc_of
from rulewright.core.index.imports import NewImport, Remembered, insertion, new_import
from rulewright.core.index.match import Matcher
from rulewright.core.index.naming import EXPLICIT, at_number
from rulewright.core.index.near import BY_FOLDER, folder
from rulewright.core.index.symbols import FileRecord
from rulewright.core.text import Position, Range

LIMIT = 200
"""Items of one answer. Nobody looks below the first dozen, and clients sort and draw all of them at every letter; what
is cut comes back as the word grows, because such an answer says that it is not complete."""
N_IMPORTABLE = 30
"""Symbols of other files that are offered with an import."""
MAX_IMPORTS_KNOWN = 2_000

_SIGNS = {":": ("::", ":"), ">": ("->", "?->"), ".": (".", "?.", "&.", "!!.", ".."), "@": ("@",)}


class TextEdit(msgspec.Struct, frozen=True):
    """A change of the document, in the client's units."""

    range: Range
    text: str


class Completion(msgspec.Struct, frozen=True):
    """One item."""

    label: str
    kind: int
    """As in LSP."""
    insert: str = ""
    """What is inserted, where that is not the label."""
    filter: str = ""
    """What the client compares with the typed word, where that is not the label."""
    is_snippet: bool = False
    parameters: str = ""
    source: str = ""
    """Where it comes from, for people: a module, a class."""
    is_deprecated: bool = False
    is_preselected: bool = False
    edits: tuple[TextEdit, ...] = ()
    """What else changes: the import."""
    data: tuple[Any, ...] = ()
    """For `resolve_item`; plain values."""


class Completions(msgspec.Struct, frozen=True):
    """An answer; the items are in order, the best first."""

    items: tuple[Completion, ...] = ()
    is_incomplete: bool = False
    """Whether there is more, so that the client has to ask again when the word grows."""
    insert: Range | None = None
    """The word up to the cursor."""
    replace: Range | None = None
    """The whole word."""


class Details(msgspec.Struct, frozen=True):
    """What an item is, for the one that is looked at."""

    signature: str = ""
    doc: str = ""
    edits: tuple[TextEdit, ...] = ()


NOTHING = Completions()


def complete(
    workspace: Workspace,
    path: str,
    position: Position,
    trigger: Trigger,
    state: CompletionState,
    limit: int = LIMIT,
) -> Completions:
    """What could stand at a position (in the client's units) of a file; nothing where there is nothing to offer."""
    buffer = workspace.buffer(path)
    if buffer is None:
        return NOTHING
    byte = buffer.byte(position, workspace.encoding)
    context = context_at(buffer, byte)
    source = buffer.source
    explicit = state.is_explicit(trigger, path, source, byte, context.prefix)
    state.observe(path, source, context.start, context.byte, buffer.around)
    if not _is_wanted(context, trigger, source, explicit=explicit):
        return NOTHING
    embedded = buffer.grammar is not None and context.grammar is not None and context.grammar is not buffer.grammar
    matcher = Matcher(context.prefix) if context.prefix else None
    at = Situation(workspace, path, buffer, context, state, matcher, embedded)
    others = [other.source for _, other in at.others()]
    end = max(context.end, byte)
    near = _near(state, path, buffer, context, others)
    at = msgspec.structs.replace(at, near=near)
    candidates, is_complete = _candidates(at)
    matches = matching(matcher, candidates)
    found = _importable(at, ranked(matches, context, near, state))
    is_cut = len(found) > limit
    items = _items(at, found[:limit], found)
    encoding = workspace.encoding
    return Completions(
        items,
        is_incomplete=is_cut or not is_complete,
        insert=buffer.range(context.start, byte, encoding),
        replace=buffer.range(context.start, end, encoding),
    )


def prepare(workspace: Workspace, path: str, state: CompletionState) -> None:
    """Do while nobody asks what the first letter of a word will need, where one may be typed next."""
    buffer = workspace.buffer(path)
    if buffer is None or buffer.has_word or not state.is_asked(path):
        return
    buffer.expect_word()
    workspace.index.record(path)
    state.view(path, buffer)
    state.words(path, buffer, "")
    context = context_at(buffer, buffer.word_start)
    others = [other.source for _, other in others_of(workspace, path)]
    _near(state, path, buffer, context, others)


def _near(state: CompletionState, path: str, buffer: Buffer, context: Context, others: Sequence[bytes]) -> Nearby:
    """What the text says around a word, found once for all its letters."""
    source = buffer.source
    behind = len(source) - max(context.end, context.byte)
    state.begin((path, buffer.around, context.start, behind, context.before, context.words, *others))
    return state.once("near", lambda: nearby(source, context.start, context.end, context.before, others))


def _is_wanted(context: Context, trigger: Trigger, source: bytes, *, explicit: bool) -> bool:
    """Whether to say anything at all; where somebody writes prose or makes a new name, silence is best."""
    if context.place in {"comment", "string", "declare"}:
        return explicit
    if context.place == "number":
        return False
    if context.place == "import":
        return True
    if trigger.kind == "character":
        signs = _SIGNS.get(trigger.character, ())
        return (context.place == "member" and context.operator in signs) or (
            trigger.character == "@" and source[context.start : context.byte].startswith(b"@")
        )
    return bool(context.prefix) or context.place == "member" or explicit


def _candidates(at: Situation) -> tuple[list[Candidate], bool]:
    """What could stand here, and whether that is all."""
    context = at.context
    match context.place:
        case "import":
            return of_import(at)
        case "member":
            return of_receiver(at)
        case "method":
            return list(overrides(at)), True
        case "comment" | "string" | "declare":
            return list(of_words(at)) if context.prefix else [], bool(context.prefix)
    found = [*of_language(at)]
    if context.wants in {"tag", "attribute", "property"}:
        return [*found, *of_file(at), *of_words(at)], True
    found += [
        *overrides(at),
        *arguments(at),
        *fields(at),
        *locals_of(at),
        *own_members(at),
        *of_file(at),
        *of_imports(at),
    ]
    if not context.prefix:
        return found, False
    found += of_words(at)
    elsewhere, is_complete = of_workspace(at, len({c.name for c in found}))
    return found + elsewhere, is_complete


# --- imports ----------------------------------------------------------------------------------------------------------


def _importable(at: Situation, found: Sequence[Ranked]) -> list[Ranked]:
    """The candidates without those of other files that cannot be brought in, and with what that needs."""
    kept: list[Ranked] = []
    count = 0
    for one in found:
        candidate = one.candidate
        if candidate.source != Source.WORKSPACE:
            kept.append(one)
            continue
        if count >= N_IMPORTABLE:
            continue
        count += 1
        new = _new_import(at, candidate)
        if new is None:
            if _is_seen(at, candidate.import_from):
                kept.append(Ranked(_named(candidate, "", "", candidate.import_from), one.score))
        else:
            written = _written(at, new, candidate.name)
            kept.append(Ranked(_named(candidate, written, candidate.import_from, new.module), one.score))
    return kept


def _new_import(at: Situation, candidate: Candidate) -> NewImport | None:
    """How this file would import a symbol; asked once while somebody types, because it may read files."""
    key = at.path, candidate.name, candidate.import_from
    known = at.state.imports_known
    if key not in known:
        if len(known) >= MAX_IMPORTS_KNOWN:
            known.clear()
        files = at.once("files", lambda: Remembered(at.index))
        known[key] = new_import(at.language, candidate.name, candidate.import_from, at.path, files)
    return known[key]


def _is_seen(at: Situation, target: str) -> bool:
    """Whether a file is seen here without an import, rather than out of reach."""
    if at.language in EXPLICIT or at.language == "rust":
        return False
    if at.language in BY_FOLDER:
        return folder(target).rpartition("/")[2] == folder(at.path).rpartition("/")[2]
    return True


def _named(candidate: Candidate, insert: str, import_from: str, module: str) -> Candidate:
    return msgspec.structs.replace(candidate, insert=insert, import_from=import_from, module=module)


def _written(at: Situation, new: NewImport, name: str) -> str:
    """How a name is written behind its import, where that is not the name."""
    if at.language == "go" and not new.name:
        # An import that is there already may give the package another name, or none.
        for one in at.imports():
            if one.module == new.module and one.name == "*":
                return ""
            if one.module == new.module and one.alias not in {"", "_"}:
                return f"{one.alias}.{name}"
        return f"{_GO_NAME.sub('', new.statement) or new.module.rpartition('/')[2]}.{name}"
    # A default export is called whatever one likes.
    return new.name if new.name not in {"", "default", name} else ""


_GO_NAME = re.compile(r'^import (?=")|^import |\s*".*$')
"""What is left of a Go import is the name that it gives the package, where it gives one."""


def _import_edits(
    workspace: Workspace, language: str, path: str, buffer: Buffer, name: str, target: str, row: int
) -> tuple[TextEdit, ...]:
    new = new_import(language, name, target, path, workspace.index)
    if new is None:
        return ()
    place = insertion(language, buffer.source, _record(buffer), new, row)
    if place is None:
        return ()
    return (TextEdit(buffer.range(place.byte, place.byte, workspace.encoding), place.text),)


def _record(buffer: Buffer) -> FileRecord:
    """What an insertion needs to know of a file, without its words."""
    return FileRecord(buffer.language, buffer.symbols, buffer.imports)


# --- items ------------------------------------------------------------------------------------------------------------


def _items(at: Situation, shown: Sequence[Ranked], found: Sequence[Ranked]) -> tuple[Completion, ...]:
    client = at.state.client
    context = at.context
    clear = is_clear(found, context.prefix)
    items = []
    for number, one in enumerate(shown):
        candidate = one.candidate
        name = candidate.name
        qualified = bool(candidate.insert) and not candidate.is_snippet
        edits: tuple[TextEdit, ...] = ()
        if candidate.import_from and "additionalTextEdits" not in client.lazy:
            edits = _import_edits(at.workspace, at.language, at.path, at.buffer, name, candidate.import_from, at.row)
        items.append(
            Completion(
                candidate.insert if qualified else name,
                candidate.kind,
                insert=_inserted(candidate, at.buffer.source, context.end),
                filter=name if qualified else "",
                is_snippet=candidate.is_snippet,
                parameters=parameters_of(candidate.signature, name) if candidate.signature else "",
                source=candidate.module,
                is_deprecated=candidate.is_deprecated,
                is_preselected=clear and number == 0,
                edits=edits,
                data=_data(at, candidate),
            )
        )
    return tuple(items)


def _inserted(candidate: Candidate, source: bytes, end: int) -> str:
    """What an item inserts, where that is not its label; nothing that stands behind the cursor already comes twice."""
    if candidate.is_snippet:
        return candidate.insert
    name = candidate.insert or candidate.name
    if name.endswith("()"):
        return name[:-2] if source[end : end + 1] == b"(" else ""
    if name.endswith("!") and candidate.source == Source.BUILTIN and source[end : end + 1] == b"!":
        return name[:-1]
    return ""


def _data(at: Situation, candidate: Candidate) -> tuple[Any, ...]:
    origin = candidate.origin
    if origin is None:
        return ()
    return (at.path, at.language, origin.path, origin.name, origin.row, candidate.import_from, at.row)


# --- details ----------------------------------------------------------------------------------------------------------


def resolve_item(workspace: Workspace, data: Sequence[Any]) -> Details:
    """The signature, the doc and the import of an item, from its `data`; nothing for data that is not ours."""
    match list(data):
        case [
            str() as path, str() as language, str() as target, str() as name, int() as row, str() as import_from,
            int() as here,
        ]:  # fmt: skip
            pass
        case _:
            return Details()
    edits: tuple[TextEdit, ...] = ()
    buffer = workspace.buffer(path)
    if import_from and buffer is not None:
        edits = _import_edits(workspace, language, path, buffer, name, import_from, here)
    record = workspace.index.record(target)
    if record is None:
        return Details(edits=edits)
    # The file may have changed since: the nearest of that name is meant.
    rows = [(abs(s.row - row), number) for number, s in enumerate(record.symbols) if s.name == name]
    if not rows:
        return Details(edits=edits)
    symbol = at_number(record, target, min(rows)[1]).symbol
    return Details(symbol.signature, doc_of(workspace, target, record.language, symbol), edits)
