"""What is known of the thing at a place: its signature, its doc, and where it comes from."""

from typing import Literal

import msgspec

from rulewright.core.code_ports import Workspace
from rulewright.core.index.documented import doc_of
from rulewright.core.index.grammars import grammar_of
from rulewright.core.index.meaning import Meaning, meaning_at
from rulewright.core.index.naming import Defined
from rulewright.core.index.site import Local, Site, site_at
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.values import local_type
from rulewright.core.text import Position, Range

SectionKind = Literal["code", "doc", "note"]

_MAX_OTHERS = 5


class Section(msgspec.Struct, frozen=True):
    """A part of a hover: code in a language, a doc comment as somebody wrote it, or a line of our own words.

    A doc is markdown from an unknown hand. A note has `{}` where its names go.
    """

    kind: SectionKind
    text: str
    language: str = ""
    names: tuple[str, ...] = ()


class Hover(msgspec.Struct, frozen=True):
    """What is shown at a place. Others may add sections before it is rendered."""

    range: Range
    sections: tuple[Section, ...]


def hover(workspace: Workspace, path: str, position: Position) -> Hover | None:
    """What is known of the name at a position; None where nothing is."""
    buffer = workspace.buffer(path)
    site = site_at(workspace, path, buffer.byte(position, workspace.encoding)) if buffer is not None else None
    meaning = meaning_at(site) if site is not None and site.root is not None else None
    if site is None or meaning is None:
        return None
    sections = _sections(site, meaning)
    return Hover(site.buffer.range(meaning.start, meaning.end, workspace.encoding), sections) if sections else None


def _sections(site: Site, meaning: Meaning) -> tuple[Section, ...]:
    if meaning.definitions:
        return _of_symbol(site.workspace, meaning)
    if meaning.files:
        return (Section("note", "module, {}", names=meaning.files[:1]),)
    if meaning.local is not None and meaning.local.binding.kind != "import":
        return (Section("code", _local_text(site, meaning.local), site.language),)
    return ()


def _language(workspace: Workspace, defined: Defined) -> str:
    """The language in which a symbol is written: its file's, or that of the script or the fence that holds it.

    Another file is read only where its language embeds others, and a file that no longer has the symbol there says
    nothing.
    """
    grammar = grammar_of(defined.language)
    if grammar is None or not grammar.section("injections"):
        return defined.language
    buffer = workspace.buffer(defined.path)
    if buffer is None:
        return defined.language
    symbol = defined.symbol
    if not buffer.line(symbol.row)[symbol.column :].startswith(symbol.name.encode()):
        return defined.language
    piece = buffer.piece_at(buffer.line_start(symbol.row) + symbol.column)
    return piece.language if piece is not None else defined.language


def _local_text(site: Site, local: Local) -> str:
    binding = local.binding
    kind = binding.kind if binding.kind != "shadow" else "variable"
    said = local_type(site, local)
    return f"({kind}) {binding.name}: {said}" if said else f"({kind}) {binding.name}"


def _of_symbol(workspace: Workspace, meaning: Meaning) -> tuple[Section, ...]:
    definitions = meaning.definitions
    first = definitions[0]
    symbol, language = first.symbol, _language(workspace, first)
    sections = [Section("code", symbol.signature or symbol.name, language)]
    if doc := doc_of(workspace, first.path, first.language, symbol):
        sections.append(Section("doc", doc, language))
    kind = SymbolKind(symbol.kind).name.lower().replace("_", " ")
    place = f"{first.path}:{symbol.row + 1}"
    if first.container:
        sections.append(Section("note", f"{kind} of {{}}, {{}}", names=(first.container, place)))
    else:
        sections.append(Section("note", f"{kind}, {{}}", names=(place,)))
    if len(definitions) > 1:
        rest = tuple(f"{d.path}:{d.symbol.row + 1}" for d in definitions[1 : 1 + _MAX_OTHERS])
        more = len(definitions) - 1 - len(rest)
        also = ", ".join(["{}"] * len(rest)) + (f" and {more} more" if more > 0 else "")
        sections.append(Section("note", f"also {also}", names=rest))
    if meaning.is_member and meaning.step in {"unique", "ranked"}:
        sections.append(Section("note", "found by its name alone: the type of what stands before it is not known"))
    return tuple(sections)
