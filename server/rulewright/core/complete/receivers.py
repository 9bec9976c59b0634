"""Candidates behind a receiver: what its class or module holds, what was used behind it, then what anything has."""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.complete.items import Candidate, ItemKind, Origin, Source, kind_of_symbol
from rulewright.core.complete.names import local_scopes, site_of
from rulewright.core.complete.situation import Situation, of_symbol
from rulewright.core.index.meaning import receiver_of
from rulewright.core.index.members import UNKNOWN, Value, members
from rulewright.core.index.naming import bound_name
from rulewright.core.index.near import distance, family
from rulewright.core.index.returns import named_type
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.traits import traits_of

N_ANY = 80
"""Members of any class that are asked of the index."""
SEEN_BYTES = 200_000
"""Bytes of this file, and of each other one, that are searched for what follows the receiver or any dot."""
N_SEEN_FILES = 6

_MEMBERS = frozenset(
    {SymbolKind.METHOD, SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.ENUM_MEMBER, SymbolKind.CONSTANT}
)
_HIDDEN = re.compile(r"__\w+__")


def of_receiver(at: Situation) -> tuple[list[Candidate], bool]:
    """What may follow the receiver, and whether that is all of it."""
    value = receiver_of(site_of(at, at.context.start)) or UNKNOWN
    found = list(_known(at, value))
    of_language = list(_of_language(at))
    found += of_language
    found += _seen(at)
    # A class whose bases are all here, and a module of the workspace, hold nothing else.
    if value.files or (value.definitions and not any(s.bases for s in (d.symbol for d in value.definitions))):
        return found, True
    if value.definitions or value.is_outside or of_language:
        return found, True
    guessed, complete = _guessed(at)
    return found + guessed, complete


def _known(at: Situation, value: Value) -> Iterator[Candidate]:
    own = at.context.receiver in traits_of(at.language).receiver
    for number, one in enumerate(members(at.index, value) if value else ()):
        symbol = one.symbol
        if symbol.kind == SymbolKind.CONSTRUCTOR and value.is_instance:
            continue
        if value.files and not symbol.exported and one.language != "python":
            continue
        candidate = of_symbol(symbol, one.path, Source.MEMBER, min(number // 25, 3), one.container)
        if own and candidate.is_private:
            candidate = _public(candidate)
        yield candidate


def _public(candidate: Candidate) -> Candidate:
    return msgspec.structs.replace(candidate, is_private=bool(_HIDDEN.fullmatch(candidate.name)))


def _of_language(at: Situation) -> Iterator[Candidate]:
    """What the language's own modules and types hold."""
    words, receiver = at.context.words, at.context.receiver
    module = _module_called(at, receiver)
    for name in words.exports.get(module, ()):
        yield Candidate(name, _written_kind(name), Source.MEMBER, module=module)
    if words.exports.get(module):
        return
    written = words.literals.get(receiver) or _type_of_local(at, receiver)
    for name in words.members.get(written, ()):
        yield Candidate(name, ItemKind.METHOD, Source.MEMBER, module=written)


def _module_called(at: Situation, receiver: str) -> str:
    """The module that a name stands for by the file's imports; the name itself where there is no such import."""
    for one in at.imports():
        if bound_name(at.language, one) == receiver:
            whole = f"{one.module}.{one.name}" if one.name else one.module
            if at.language == "python" and not one.name and not one.alias:
                return _dotted_receiver(at) or receiver
            if at.language == "go":
                return one.module.rpartition("/")[2]
            return whole if whole in at.context.words.exports else (one.name or one.module.removeprefix("node:"))
    if at.language == "rust":
        return receiver
    return receiver if at.language not in {"python", "go"} else ""


def _dotted_receiver(at: Situation) -> str:
    head = at.buffer.source[max(0, at.context.start - 100) : at.context.start]
    found = re.search(rb"((?:[A-Za-z_]\w*\.)+)\Z", head)
    return found[1].decode("ascii", "replace").rstrip(".") if found else ""


def _written_kind(name: str) -> int:
    if name.isupper():
        return ItemKind.CONSTANT
    return ItemKind.CLASS if name[:1].isupper() else ItemKind.FUNCTION


def _type_of_local(at: Situation, receiver: str) -> str:
    """The builtin type that a local or a variable of the file is said to have."""
    if not receiver.isidentifier():
        return ""
    written = ""
    scopes = local_scopes(at.context, at.buffer.source)
    binding = scopes.resolve(receiver, at.context.start) if scopes is not None else None
    if binding is not None:
        written = binding.type
    else:
        written = next((s.type for s in at.symbols() if s.name == receiver and s.parent < 0), "")
    parts = named_type(written) if written else ()
    return parts[-1] if parts else ""


def _seen(at: Situation) -> Iterator[Candidate]:
    """What stands behind the same receiver elsewhere; then behind any dot of this file."""
    operator = re.escape(at.context.operator.lstrip("?!&").encode())
    receiver = at.context.receiver.encode("utf-8", "surrogatepass")
    source, start, end = at.buffer.source, at.context.start, at.context.end
    name = (
        rb"\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*[?!]?)"
        if at.context.words.word_end
        else rb"\s*([A-Za-z_\x80-\xff][\w\x80-\xff]*)"
    )
    low, high = max(0, start - SEEN_BYTES // 2), min(len(source), end + SEEN_BYTES // 2)
    if receiver and (receiver[-1:].isalnum() or receiver[-1:] in {b"_", b"?", b"!"}):
        same = re.compile(
            re.escape(receiver) + rb"(?<![\w\x80-\xff]%b)\s*[?!&]?%b%b" % (re.escape(receiver), operator, name)
        )
        names = {*same.findall(source, low, start), *same.findall(source, end, high)}
        for other in names:
            yield _word(other, Source.SEEN, 0)
        for _, buffer in at.others()[:N_SEEN_FILES]:
            for other in set(same.findall(buffer.source, 0, SEEN_BYTES)):
                yield _word(other, Source.SEEN, 1)
    # A dot behind a letter or a bracket: not one that ends a sentence.
    anything = re.compile(rb"[\w)\]]%b%b" % (operator, name.removeprefix(rb"\s*")))
    for other in {*anything.findall(source, low, start), *anything.findall(source, end, high)}:
        yield _word(other, Source.GUESS, 0)


def _word(name: bytes, source: Source, far: int) -> Candidate:
    return Candidate(name.decode("utf-8", "replace"), ItemKind.FIELD, source, far)


def _guessed(at: Situation) -> tuple[list[Candidate], bool]:
    """Members of any class of the workspace that match, and of the language's types."""
    found = [
        Candidate(name, ItemKind.METHOD, Source.GUESS, 2, module=kind)
        for kind, names in at.context.words.members.items()
        for name in names
    ]
    prefix = at.context.prefix
    if not prefix:
        return found, False
    asked = at.index.prefix(prefix, N_ANY)
    languages = family(at.language)
    found += [
        Candidate(
            row.name,
            kind_of_symbol(row.kind),
            Source.GUESS,
            1 + min(distance(at.path, row.path) + 1, 6),
            module=row.container,
            is_private=not row.exported and row.path != at.path,
            origin=Origin(row.path, row.name, row.row),
        )
        for row in asked.rows
        if row.language in languages and (row.kind in _MEMBERS or (row.container and row.kind == SymbolKind.FUNCTION))
    ]
    return found, False
