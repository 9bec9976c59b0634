"""Where the thing at a place is used: in this document, or everywhere."""

from collections.abc import Generator
from typing import Literal

import msgspec

from rulewright.core.code_ports import Workspace
from rulewright.core.index.declared import with_declarations
from rulewright.core.index.meaning import meaning_at
from rulewright.core.index.places import Location
from rulewright.core.index.plain import word_at, word_places
from rulewright.core.index.site import Site, site_at
from rulewright.core.index.uses import Target, files_of, target_of, uses_in, with_renames
from rulewright.core.text import Position, Range

MAX_REFERENCES = 10_000
"""No editor shows more in a way that helps."""

Access = Literal["read", "write", "text"]


class Highlight(msgspec.Struct, frozen=True, order=True):
    """One name in the document."""

    range: Range
    access: Access


def references(
    workspace: Workspace, path: str, position: Position, include_declaration: bool
) -> Generator[None, None, tuple[Location, ...]]:
    """The uses of the name at a position, file by file, the asking file first; yields between files."""
    site = _site(workspace, path, position)
    if site is None:
        return ()
    if site.root is None:
        return (yield from _words_everywhere(site))
    target = _target(site)
    if target is None:
        return ()
    target = with_renames(workspace.index, with_declarations(workspace.index, target))
    found: list[Location] = []
    for file in files_of(workspace.index, target):
        buffer = workspace.buffer(file)
        if buffer is not None:
            uses = [u for u in uses_in(workspace, file, target) if include_declaration or not u.is_definition]
            found += [Location(file, buffer.range(u.start, u.end, workspace.encoding)) for u in uses]
        if len(found) >= MAX_REFERENCES:
            break
        yield
    return tuple(found[:MAX_REFERENCES])


def highlight(workspace: Workspace, path: str, position: Position) -> tuple[Highlight, ...]:
    """The uses of the name at a position in its own document."""
    site = _site(workspace, path, position)
    if site is None:
        return ()
    encoding = workspace.encoding
    if site.root is None:
        word = word_at(site.source, site.byte)
        places = word_places(site.source, word[0]) if word is not None else ()
        return tuple(Highlight(site.buffer.range(start, end, encoding), "text") for start, end in places)
    target = _target(site)
    uses = uses_in(workspace, path, target) if target is not None else ()
    return tuple(
        Highlight(site.buffer.range(u.start, u.end, encoding), "write" if u.is_write else "read") for u in uses
    )


def _site(workspace: Workspace, path: str, position: Position) -> Site | None:
    buffer = workspace.buffer(path)
    return site_at(workspace, path, buffer.byte(position, workspace.encoding)) if buffer is not None else None


def _target(site: Site) -> Target | None:
    meaning = meaning_at(site)
    return target_of(site, meaning) if meaning is not None else None


def _words_everywhere(site: Site) -> Generator[None, None, tuple[Location, ...]]:
    """Without a grammar: the same word in files of the same language."""
    word = word_at(site.source, site.byte)
    if word is None:
        return ()
    found: list[Location] = []
    for file in dict.fromkeys((site.path, *site.index.files_with_word(word[0]))):
        buffer = site.workspace.buffer(file)
        if buffer is not None and buffer.language == site.buffer.language and buffer.grammar is None:
            places = word_places(buffer.source, word[0])
            found += [Location(file, buffer.range(s, e, site.workspace.encoding)) for s, e in places]
        if len(found) >= MAX_REFERENCES:
            break
        yield
    return tuple(found[:MAX_REFERENCES])
