"""What can be written at a place of a rule file: keys with their meaning, values from the project, whole rules."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal

import msgspec

from rulewright.core.languages import LANGUAGES, canonical
from rulewright.core.rules.rule import Rule
from rulewright.features.rule_writing.places import Path, Spot, Token, front_matter, region_at, spot_at, tokens
from rulewright.features.rule_writing.words import (
    GLOB_KEYS,
    SNIPPETS,
    VALUES,
    WHOLE,
    Table,
    holder,
    keys_at,
    plain,
    takes_list,
)

Sort = Literal["key", "value", "rule", "folder", "file", "kind", "snippet"]

MAX_GLOBS = 60
MAX_TEXT = 200
_NEEDS_QUOTES = frozenset("*&!%@`'\"{}[]#|>,?:-")
_CHECK_FILES = (".yml", ".yaml")


class Grammar(msgspec.Struct, frozen=True):
    """What a language's grammar calls things."""

    kinds: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule file is completed from."""

    keys: Table
    """Those of its format, with their meaning."""
    path: str
    """Of the rule file, as in the book."""
    folder: str = ""
    """The folder that its globs belong to, relative to the root."""
    rules: Sequence[Rule] = ()
    active: Sequence[Rule] = ()
    """Those of them that nothing switches off."""
    paths: Callable[[], Sequence[str]] = tuple
    """The files of the project."""
    grammar: Callable[[str], Grammar] = lambda _: Grammar()
    snippets: bool = False
    """Whether the client can fill in places."""
    meant: Callable[[str], str] = str
    """A glob in our dialect, where another tool's file writes it in its own."""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be written. `text` is what replaces the word at the cursor."""

    label: str
    text: str
    sort: Sort
    detail: str = ""
    doc: str = ""
    is_snippet: bool = False


class Suggestions(msgspec.Struct, frozen=True):
    """What can be written in the place of the text from `start` to `end`, the best first."""

    start: int
    end: int
    items: tuple[Suggestion, ...] = ()


def complete(content: str, offset: int, around: Around) -> Suggestions | None:
    """What can be written at a place; None where the file is text, and no suggestions where nothing is known."""
    spot = spot_at(content, offset)
    if spot is None:
        if "check" in around.keys and front_matter(content) is None and not content.partition("\n")[2].strip():
            return _whole(content, offset, around)
        # In the front matter no words of anywhere are of help: in long texts and comments people write prose.
        return Suggestions(offset, offset) if region_at(content, offset) is not None else None
    if spot.kind == "key":
        return _keys(content, spot, around)
    kind, table = keys_at(spot.path, around.keys)
    if spot.path and isinstance(spot.path[-1], int) and table and kind != "file" and not spot.quote:
        # A word behind a dash may become a key.
        return _keys(content, spot, around)
    return _values(content, spot, around)


def _whole(content: str, offset: int, around: Around) -> Suggestions | None:
    """Whole rules, for a file that has at most a word."""
    line_end = len(content.split("\n", 1)[0].rstrip("\r"))
    if offset > line_end or len(content[:line_end].split()) > 1:
        return None
    items = [
        Suggestion(
            label=name,
            text=text if around.snippets else plain(text),
            sort="snippet",
            detail=detail,
            doc=plain(text),
            is_snippet=around.snippets,
        )
        for name, (detail, text) in WHOLE.items()
    ]
    return Suggestions(0, line_end, tuple(items))


# Keys


def _keys(content: str, spot: Spot, around: Around) -> Suggestions:
    kind, table = keys_at(spot.path, around.keys)
    holds = holder(spot.path)
    if spot.kind == "key" and not table and takes_list(*holds):
        # Below `globs:` on a line of its own: an item.
        return _values(content, spot, around, before="- ")
    there = _written(content, spot)
    items = [
        _key(kind, key, doc, spot, around)
        for key, doc in table.items()
        if key not in there or content[spot.start : spot.end] == key
    ]
    return Suggestions(spot.start, spot.end, tuple(items))


def _written(content: str, spot: Spot) -> set[str]:
    """The keys that the mapping around a spot has already."""
    region = region_at(content, spot.start)
    found = tokens(content, region) if region is not None else ()
    return {str(t.path[-1]) for t in found if t.kind == "key" and t.path[:-1] == spot.path}


def _key(kind: str, key: str, doc: str, spot: Spot, around: Around) -> Suggestion:
    snippet = SNIPPETS.get((kind, key), "")
    simple = spot.has_colon or spot.in_flow or bool(spot.quote) or not around.snippets
    if simple or not snippet:
        return Suggestion(label=key, text=key if spot.has_colon or spot.quote else f"{key}: ", sort="key", doc=doc)
    # Editors indent further lines like the first; behind `- ` a mapping begins deeper than its line.
    deeper = "\n" + " " * max(spot.column - spot.indent, 0)
    return Suggestion(label=key, text=snippet.replace("\n", deeper), sort="key", doc=doc, is_snippet=True)


# Values


def _values(content: str, spot: Spot, around: Around, before: str = "") -> Suggestions:
    kind, key = holder(spot.path)
    start, end = _part(spot) if takes_list(kind, key) and not before else (spot.start, spot.end)
    written = content[start : start + max(spot.start + len(spot.written) - start, 0)]
    there = _siblings(content, spot) - {content[start:end]}
    found = [s for s in _known(content, spot, kind, key, written, around) if s.label not in there]
    if before or not spot.quote:
        lead = before or (" " if spot.glued else "")
        found = [msgspec.structs.replace(s, text=lead + _quoted(s.text, in_flow=spot.in_flow)) for s in found]
    return Suggestions(start, end, tuple(found))


def _part(spot: Spot) -> tuple[int, int]:
    """The part of a text with commas that the cursor is in."""
    depth = cut = 0
    for at, char in enumerate(spot.written):
        depth += (char == "{") - (char == "}")
        if char == "," and depth <= 0:
            cut = at + 1
    cut += len(spot.written[cut:]) - len(spot.written[cut:].lstrip())
    return spot.start + cut, spot.end


def _siblings(content: str, spot: Spot) -> set[str]:
    """What the list around a spot has already."""
    path = spot.path[:-1] if spot.path and isinstance(spot.path[-1], int) else spot.path
    region = region_at(content, spot.start)
    found = tokens(content, region) if region is not None else ()
    return {
        part.strip()
        for t in found
        if t.kind == "value" and (t.path == path or t.path[:-1] == path)
        for part in t.text.split(",")
    }


def _known(content: str, spot: Spot, kind: str, key: str, written: str, around: Around) -> Iterable[Suggestion]:
    """What is known of the values of a key."""
    if table := VALUES.get((kind, key)):
        return [Suggestion(label=value, text=value, sort="value", doc=doc) for value, doc in table.items()]
    if key == "language":
        return _languages(checkable=kind != "file")
    if kind == "file":
        return _of_file(key, written, around)
    if key in {"files", "ignores"} and kind == "check":
        return _globs(around.paths(), "", written)
    if kind in {"rule", "relation", "pattern"}:
        return _of_rule(content, spot, key, around)
    return ()


def _of_file(key: str, written: str, around: Around) -> Iterable[Suggestion]:
    match key:
        case "overrides" | "disable":
            return _rules(around)
        case _ if key in GLOB_KEYS:
            return _globs(around.paths(), around.folder, written)
        case "tags":
            counted = Counter(tag for rule in around.rules for tag in rule.tags)
            return [
                Suggestion(label=tag, text=tag, sort="value", detail=_number(n, "rule"))
                for tag, n in counted.most_common()
            ]
        case "check_file":
            return _check_files(around)
        case _:
            return ()


def _of_rule(content: str, spot: Spot, key: str, around: Around) -> Iterable[Suggestion]:
    if key in {"kind", "selector", "field"}:
        language = language_at(content, spot.start, spot.path, around)
        grammar = around.grammar(language) if language else Grammar()
        names = grammar.fields if key == "field" else grammar.kinds
        return [Suggestion(label=name, text=name, sort="kind", detail=language) for name in names]
    if key == "matches":
        return [Suggestion(label=name, text=name, sort="value") for name in _utilities(content, spot)]
    return ()


def _languages(*, checkable: bool) -> Iterator[Suggestion]:
    for language in LANGUAGES.values():
        if language.checkable or not checkable:
            endings = " ".join(f".{e}" for e in language.extensions[:6])
            doc = "" if language.checkable else "There are no checks for it."
            yield Suggestion(label=language.name, text=language.name, sort="value", detail=endings, doc=doc)


def _rules(around: Around) -> Iterator[Suggestion]:
    seen = set()
    for rule in around.active:
        if rule.path != around.path and rule.id not in seen:
            seen.add(rule.id)
            yield Suggestion(
                label=rule.id, text=rule.id, sort="rule", detail=rule.source, doc=rule.description[:MAX_TEXT]
            )


def _check_files(around: Around) -> Iterator[Suggestion]:
    here = around.path.rpartition("/")[0] + "/"
    for path in around.paths():
        if path.startswith(here) and path.endswith(_CHECK_FILES):
            name = path.removeprefix(here)
            yield Suggestion(label=name, text=name, sort="file")


def _globs(paths: Sequence[str], folder: str, written: str) -> Iterator[Suggestion]:
    """Folders and endings of the real tree, those with the most files first, below the folder that is written."""
    lead = "!" if written.startswith("!") else ""
    below = written.removeprefix("!").rpartition("/")[0]
    top = "" if any(char in below for char in "*?[{") else below
    home = "/".join(part for part in (folder, top) if part)
    start = f"{home}/" if home else ""
    # Rules are seldom about rules.
    inside = [p[len(start) :] for p in paths if p.startswith(start) and ".ai-rules/" not in p]
    folders = Counter(p.partition("/")[0] for p in inside if "/" in p)
    endings = Counter(name.rpartition(".")[2] for p in inside if "." in (name := p.rpartition("/")[2])[1:])
    at = f"{top}/" if top else ""
    counted = [(f"{at}{name}/**", "folder", n) for name, n in folders.items()]
    counted += [(f"{at}**/*.{ending}", "file", n) for ending, n in endings.items() if ending.isalnum()]
    for glob, sort, n in sorted(counted, key=lambda row: (-row[2], row[0]))[:MAX_GLOBS]:
        is_folder: Sort = "folder" if sort == "folder" else "file"
        yield Suggestion(label=lead + glob, text=lead + glob, sort=is_folder, detail=_number(n, "file"))


def language_at(content: str, offset: int, path: Path, around: Around) -> str:
    """The language of the check around a place: its own, else the only one of the rule; empty when nobody says."""
    region, front = region_at(content, offset), front_matter(content)
    found: Mapping[Path, Token] = {
        t.path: t for r in (front, region) if r is not None for t in tokens(content, r) if t.kind == "value"
    }
    below = path[:2] if len(path) > 1 and isinstance(path[1], int) else path[:1]
    for at in ((*below, "language"), ("language",), ("language", 0)):
        if at in found and (language := canonical(found[at].text)):
            return language
    return next((r.checks[0].language for r in around.rules if r.path == around.path and r.checks), "")


def _utilities(content: str, spot: Spot) -> list[str]:
    """The names of the rules in `utils` of the check around a place."""
    region = region_at(content, spot.start)
    found = tokens(content, region) if region is not None else ()
    below = spot.path[:2] if len(spot.path) > 1 and isinstance(spot.path[1], int) else spot.path[:1]
    return [str(t.path[-1]) for t in found if t.kind == "key" and t.path[:-1] == (*below, "utils")]


def _quoted(text: str, *, in_flow: bool) -> str:
    """A text as YAML, in quotes where it needs them."""
    if text[:1] in _NEEDS_QUOTES or ": " in text or " #" in text or (in_flow and any(c in text for c in ",[]{}")):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
