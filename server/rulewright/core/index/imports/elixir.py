"""Elixir's modules: files are named after them by convention, and several modules may lie in one file."""

import re
from collections.abc import Iterator
from itertools import islice, product

from rulewright.core.index.imports import Files, Insertion, NewImport
from rulewright.core.index.imports.lines import Line, among, behind, import_lines, likeness, nearest
from rulewright.core.index.imports.scoped import Modules, seen_at
from rulewright.core.index.imports.written import Item, eol_of, is_blank_at, joined, line_start, next_line
from rulewright.core.index.imports.written import place as place_of
from rulewright.core.index.symbols import FileRecord, Import

_SUFFIXES = (".ex", ".exs")
_MODULE = re.compile(r"^([ \t]*)(?:defmodule|defprotocol)[ \t]+([\w.]+)", re.MULTILINE)
_MOST_SPELLINGS = 8


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The file of a module; of the one around it where it is nested in another's file."""
    named = imported.name if imported.name[:1].isupper() else ""
    full = f"{imported.module}.{named}" if named else imported.module
    if full.partition(".")[0] == "__MODULE__":
        own = _MODULE.search(files.text(path) or "")
        if own is None:
            return
        full = own[2] + full.removeprefix("__MODULE__")
    if not full[:1].isupper():
        return
    parts = full.split(".")
    for length in range(len(parts), 0, -1):
        for hit in _files_of(parts[:length], path, files):
            if length == len(parts) or _defines(parts, hit, files):
                yield hit
                return
    yield from _by_last_name(parts, path, files)


def _files_of(parts: list[str], path: str, files: Files) -> list[str]:
    spellings = (dict.fromkeys((underscore(part), part.lower())) for part in parts)
    found: list[str] = []
    for spelled in islice(product(*spellings), _MOST_SPELLINGS):
        for suffix in _SUFFIXES:
            found += files.ending("/".join(spelled) + suffix)
    # `lib/my_app.ex` is the module, `test/my_app.exs` and `config/my_app.exs` are not.
    found.sort(key=lambda hit: (hit.endswith(".exs"), "lib" not in hit.split("/")))
    good = [hit for hit in found if "config" not in hit.split("/")[:-1]]
    return [hit for hit in nearest(good, path) if _defines(parts, hit, files)] or nearest(good, path)


def _by_last_name(parts: list[str], path: str, files: Files) -> Iterator[str]:
    """Where folders are left out of names, as Phoenix does: `AppWeb.PageController` in `app_web/controllers`."""
    for spelled in dict.fromkeys((underscore(parts[-1]), parts[-1].lower())):
        hits = [hit for suffix in _SUFFIXES for hit in files.ending(spelled + suffix)]
        yield from (hit for hit in nearest(hits, path) if _defines(parts, hit, files))


def _defines(parts: list[str], path: str, files: Files) -> bool:
    return ".".join(parts) in {name for name, _, _ in modules_of(files.text(path) or "")}


def modules_of(text: str) -> list[tuple[str, int, int]]:
    """The full names of the modules in a file, with the place and the indentation of each, by which they are nested."""
    found: list[tuple[str, int, int]] = []
    around: list[tuple[int, str]] = []
    for match in _MODULE.finditer(text):
        indent = len(match[1].expandtabs())
        while around and around[-1][0] >= indent:
            around.pop()
        name = f"{around[-1][1]}.{match[2]}" if around else match[2]
        around.append((indent, name))
        found.append((name, match.start(), indent))
    return found


def underscore(name: str) -> str:
    """A module's name as a file's: `HTTPClient` is `http_client`, as `Macro.underscore/1` says."""
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z\d])([A-Z])", r"\1_\2", spaced).lower()


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """`alias` for a module that has a longer name, `import ..., only:` for a function or a macro."""
    if target == path or not target.endswith(_SUFFIXES):
        return None
    text = files.text(target) or ""
    modules = modules_of(text)
    if name[:1].isupper():
        full = next((m for m, _, _ in modules if m == name or m.endswith(f".{name}")), "")
        module, _, last = full.rpartition(".")
        return NewImport(module, last, f"alias {full}") if module else None
    head = rf"^([ \t]*)(?:def|defmacro|defguard|defdelegate)[ \t(]+{re.escape(name)}(?![\w?!])"
    found = re.search(head, text, re.MULTILINE)
    if found is None:
        return None
    indent = len(found[1].expandtabs())
    holder = next((m for m, at, of in reversed(modules) if at < found.start() and of < indent), "")
    if not holder:
        return None
    return NewImport(holder, name, f"import {holder}, only: [{name}: {_arity(text, found.end())}]")


def _arity(text: str, at: int) -> int:
    """How many arguments the head of a function has that go on at a place."""
    if text[at : at + 1] != "(":
        return 0
    depth, n_commas, is_empty = 0, 0, True
    for char in text[at:]:
        depth += (char in "([{<") - (char in ")]}>")
        if depth == 0:
            break
        n_commas += char == "," and depth == 1
        is_empty = is_empty and (char.isspace() or char == "(")
    return 0 if is_empty else n_commas + 1


_ORDER = ("use", "import", "alias", "require")
_STATEMENT = {word: re.compile(rb"[ \t]*" + word.encode() + rb"[ \t(]+([\w.]+)[^\n]*") for word in _ORDER}
_OPENING = re.compile(rb"^[ \t]*defmodule[ \t]+[\w.]+[ \t]+do[ \t]*(?:#[^\n]*)?\r?\n", re.MULTILINE)
_ANY_OPENING = re.compile(rb"[ \t]*def(?:module|impl|protocol)[ \t]+[^\n]*?[ \t]do[ \t]*(?:#[^\n]*)?\r?\n")
_MODULEDOC = re.compile(rb'\s*@moduledoc[ \t]+(?:~\w)?(?:"""(?:.|\n)*?\n[ \t]*"""|[^\n]*)[^\n]*\n')


def insertion(source: bytes, record: FileRecord, new: NewImport, row: int = 0) -> Insertion | None:
    """A line among those of its kind, sorted where they are; else where its kind goes.

    In the innermost module around a row, which has what those around it have; in the first where none is.
    """
    modules = Modules(record.symbols)
    around = modules.around(row)
    imports = seen_at("elixir", record.symbols, record.imports, row) if around else record.imports
    if any(i.module == new.module and i.name in {new.name, "*"} for i in imports):
        return None
    openings = (_ANY_OPENING.match(source, line_start(source, module.start_row)) for module in around)
    opening = next(filter(None, openings), None) if around else _OPENING.search(source)
    if opening is None:
        return None
    word, _, rest = new.statement.partition(" ")
    first = source.count(b"\n", 0, opening.end())
    # What lies in other modules is theirs.
    others = [(m.start_row, m.end_row) for m in modules.all if m.start_row >= first]
    end = _first_body(source, record, first, others)
    theirs = [(line_start(source, start), line_start(source, stop)) for start, stop in others]
    if word == "alias" and (place := _into_braces(source, opening.end(), end, new)) is not None:
        return place
    lines = {
        w: [
            line
            for line in import_lines(source, record, _STATEMENT[w])
            if opening.end() <= line.start < end and not any(a <= line.start <= b for a, b in theirs)
        ]
        for w in _ORDER
    }
    same = lines[word]
    indent = _indent(opening) if not same else _indent_at(source, same[0])
    text = indent + new.statement.encode()
    key = rest.partition(",")[0]
    if (place := among(source, same, key, text, likeness("."))) is not None:
        return place
    if same:
        return among(source, same, key, text, lambda _one, _other: 1)
    before = [line for w in _ORDER[: _ORDER.index(word)] for line in lines[w]]
    if before:
        return behind(source, max(line.end for line in before), text)
    after = [line for w in _ORDER for line in lines[w]]
    if after:
        return behind(source, min(line.start for line in after), text)
    at = opening.end()
    eol = eol_of(source)
    doc = _MODULEDOC.match(source, at)
    lead = b""
    if doc is not None:
        at, lead = doc.end(), eol
    tail = b"" if is_blank_at(source, at) or source[at : next_line(source, at)].strip() == b"end" else eol
    return Insertion(at, (lead + text + eol + tail).decode())


def _into_braces(source: bytes, start: int, end: int, new: NewImport) -> Insertion | None:
    """A place in `alias X.{A, B}` between two bytes; None where there is no such list of this module."""
    listed = re.compile(rb"^[ \t]*alias[ \t(]+" + re.escape(new.module.encode()) + rb"\.\{([^{}#]*)\}", re.MULTILINE)
    found = listed.search(source, start, end)
    if found is None or not found[1].strip():
        return None
    items = [Item(m[0].decode(), m.start(), m.end()) for m in _ITEM.finditer(source, *found.span(1))]
    index = place_of([item.text for item in items], new.name, (str,))
    at, text = joined(source, items, index, new.name, found.end(1))
    return Insertion(at, text.decode())


_ITEM = re.compile(rb"[\w.]+")


def _first_body(source: bytes, record: FileRecord, row: int, others: list[tuple[int, int]]) -> int:
    """The byte of the first function of a module from a row on, behind which imports are another scope's."""
    rows = [
        s.start_row
        for s in record.symbols
        if s.start_row >= row
        and s.signature.startswith(_BODIES)
        and not any(start <= s.start_row <= stop for start, stop in others)
    ]
    if not rows:
        return len(source)
    at = 0
    for _ in range(min(rows)):
        at = next_line(source, at)
    return at


_BODIES = ("def ", "defp ", "defmacro", "defguard", "defdelegate")


def _indent(opening: re.Match[bytes]) -> bytes:
    own = opening[0][: len(opening[0]) - len(opening[0].lstrip(b" \t"))]
    return own + (b"\t" if own.startswith(b"\t") else b"  ")


def _indent_at(source: bytes, line: Line) -> bytes:
    raw = source[line.start : line.end]
    return raw[: len(raw) - len(raw.lstrip(b" \t"))]
