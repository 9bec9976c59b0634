"""Keyword arguments of the call around the cursor, where it is known what is called."""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.complete.items import Candidate, ItemKind, Source
from rulewright.core.complete.names import site_of
from rulewright.core.complete.situation import Situation
from rulewright.core.index.meaning import meaning_at
from rulewright.core.index.members import Value, member, members
from rulewright.core.index.naming import CALLABLE, TYPES, Defined
from rulewright.core.index.symbols import SymbolKind

MAX_CALL = 4_000
"""Bytes on each side of the cursor in which the brackets of a call are looked for."""
_SIGN = {"python": "=", "ruby": ": "}
"""What stands between a keyword and its value, by language."""
CALLED = re.compile(rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*[?!]?)\s*\Z")
"""The name before a bracket."""
_DEFINED = re.compile(rb"\b(?:def|class|lambda)\s+(?:self\.)?\Z")
_KEYWORD = {"python": re.compile(r"\s*(\w+)\s*=(?!=)"), "ruby": re.compile(r"\s*(\w+):(?!:)")}
_PARAMETER = re.compile(r"(\*{0,2}|&)(\w+|/)?")
_FIELDS = re.compile(rb"@\s*(?:[\w.]+\.)?(?:dataclass|define|frozen|attrs|s)\b")
"""What makes a Python class take its fields as arguments."""
_RECORDS = frozenset({"BaseModel", "NamedTuple", "TypedDict", "Struct", "SQLModel"})


class _Call(msgspec.Struct, frozen=True):
    """A call that has been begun."""

    start: int
    """The byte of the name that is called."""
    n_before: int
    """Arguments without a keyword before the cursor."""
    given: frozenset[str]
    """Keywords that are there already, on either side of the cursor."""


def arguments(at: Situation) -> Iterator[Candidate]:
    """The keywords that a call takes and does not have yet, in the order of its parameters."""
    sign = _SIGN.get(at.language)
    if sign is None or at.context.before[1] not in {"(", ",", "\n"}:
        return
    source, end = at.buffer.source, at.context.end
    written = source[end : end + 1] == sign[:1].encode() and source[end : end + 2] != b"=="
    # In front of its sign that stands there already, nothing but the name is put.
    holder, names = at.once("arguments", lambda: _taken(at))
    for number, name in enumerate(names):
        insert = name if written else "" if sign.rstrip() == sign else name + sign
        yield Candidate(
            name + sign.rstrip(),
            ItemKind.VARIABLE,
            Source.ARGUMENT,
            min(number, 8),
            insert=insert,
            module=holder,
            is_private=name.startswith("_"),
        )


def _taken(at: Situation) -> tuple[str, list[str]]:
    """What the call around the word belongs to, and the keywords that it takes and does not have."""
    call = _call_around(at.language, at.buffer.source, at.context.start, at.context.end)
    callee = _callee(at, call) if call is not None else None
    if call is None or callee is None:
        return "", []
    names = [name for name in _names(at, callee, call.n_before) if name not in call.given]
    return callee.container or callee.symbol.name, names


def _call_around(language: str, source: bytes, start: int, end: int) -> _Call | None:
    opened = opened_before(source, start, b"(")
    if opened < 0:
        return None
    name = CALLED.search(source, max(0, opened - 200), opened)
    if name is None or _DEFINED.search(source, max(0, name.start() - 20), name.start()):
        return None
    before = parts_of(source[opened + 1 : start].decode("utf-8", "replace"))[:-1]
    behind = parts_of(source[end : end + MAX_CALL].decode("utf-8", "replace"))[1:]
    keyword = _KEYWORD[language]
    given = frozenset(found[1] for part in (*before, *behind) if (found := keyword.match(part)))
    return _Call(name.start(1), sum(keyword.match(part) is None for part in before), given)


def opened_before(source: bytes, byte: int, bracket: bytes) -> int:
    """The byte of the bracket that is open at a byte; -1 where that is none or another one."""
    depth = 0
    floor = max(0, byte - MAX_CALL)
    at = byte - 1
    while at >= floor:
        char = source[at : at + 1]
        if char in _QUOTES:
            quote = source.rfind(char, max(floor, source.rfind(b"\n", floor, at) + 1), at)
            at = quote if quote >= 0 else at
        elif char in _CLOSING:
            depth += 1
        elif char in _OPENING:
            if depth == 0:
                return at if char == bracket else -1
            depth -= 1
        at -= 1
    return -1


_QUOTES = frozenset({b'"', b"'"})
_CLOSING = frozenset({b")", b"]", b"}"})
_OPENING = frozenset({b"(", b"[", b"{"})


def parts_of(text: str) -> list[str]:
    """What stands between the commas of a list, up to the bracket that ends it."""
    parts: list[str] = []
    depth, begin, quote = 0, 0, ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char in {quote, "\n"} else quote
        elif char in "\"'":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            if depth == 0:
                return [*parts, text[begin:index]]
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[begin:index])
            begin = index + 1
    return [*parts, text[begin:]]


def _callee(at: Situation, call: _Call) -> Defined | None:
    """What is called, where the text says it; a class for what it is made by."""
    meaning = meaning_at(site_of(at, call.start))
    if meaning is None or not meaning.definitions or meaning.step in {"unique", "ranked"}:
        return None
    first = meaning.definitions[0]
    if first.symbol.kind in CALLABLE:
        return first
    if first.symbol.kind not in TYPES:
        return None
    maker = "__init__" if at.language == "python" else "initialize"
    made = member(at.index, Value((first,)), maker)
    return made.definitions[0] if made.definitions else first


def _names(at: Situation, callee: Defined, n_before: int) -> list[str]:
    if callee.symbol.kind in TYPES:
        return _fields(at, callee)[n_before:]
    opened = callee.symbol.signature.find("(")
    if opened < 0:
        return []
    found: list[str] = []
    n_taken = 0
    is_bound = callee.symbol.kind in {SymbolKind.METHOD, SymbolKind.CONSTRUCTOR}
    for number, part in enumerate(parts_of(callee.symbol.signature[opened + 1 :])):
        parameter = _PARAMETER.match(part.strip())
        stars, name = (parameter[1], parameter[2] or "") if parameter is not None else ("", "")
        if number == 0 and is_bound and name in {"self", "cls"}:
            continue
        if name == "/":
            # What stands before it has no keyword.
            found.clear()
        elif stars or not name:
            n_taken = n_before
        elif at.language == "ruby":
            found += [name] if re.match(r"\w+:", part.strip()) else []
        elif n_taken < n_before:
            n_taken += 1
        else:
            found.append(name)
    return found


def _fields(at: Situation, one: Defined) -> list[str]:
    """The fields of a Python class that is made of them."""
    buffer = at.workspace.buffer(one.path)
    if at.language != "python" or buffer is None:
        return []
    above = b"\n".join(buffer.line(row) for row in range(max(0, one.symbol.row - 4), one.symbol.row))
    bases = {base.rpartition(".")[2].partition("[")[0] for base in one.symbol.bases}
    if not (_FIELDS.search(above) or bases & _RECORDS):
        return []
    fields = [m for m in members(at.index, Value((one,))) if m.symbol.kind == SymbolKind.FIELD and m.symbol.type]
    return [m.symbol.name for m in fields if not m.symbol.type.startswith("ClassVar")]
