"""Candidates behind a receiver: what its class or module holds, what was used behind it, then what anything has."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from rulewright.core.code_ports import SymbolRow
from rulewright.core.complete.items import Candidate, ItemKind, Origin, Source, kind_of_symbol
from rulewright.core.complete.modules import modules_below
from rulewright.core.complete.names import local_scopes, of_words, site_of
from rulewright.core.complete.situation import Situation, of_symbol
from rulewright.core.complete.standing import can_stand, is_said_private, receiver_at
from rulewright.core.index.meaning import receiver_of
from rulewright.core.index.members import UNKNOWN, Value, members
from rulewright.core.index.naming import TYPES, defined
from rulewright.core.index.near import distance, family, folder
from rulewright.core.index.returns import named_type
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.traits import traits_of

N_ANY = 80
"""Members of any class that are asked of the index."""
SEEN_BYTES = 200_000
"""Bytes of this file, and of each other one, that are searched for what follows the receiver or any dot."""
N_SEEN_FILES = 6

_MEMBERS = frozenset(
    {SymbolKind.FUNCTION, SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.ENUM_MEMBER, SymbolKind.CONSTANT}
)
_HIDDEN = re.compile(r"__\w+__")


def of_receiver(at: Situation) -> tuple[list[Candidate], bool]:
    """What may follow the receiver, and whether that is all of it."""
    value = receiver_of(site_of(at, at.context.start)) or UNKNOWN
    found = [*_known(at, value), *_modules(at)] or list(_own(at))
    of_language = list(_of_language(at))
    found += of_language
    is_known = bool(value.definitions or value.files or of_language)
    found += _seen(at, is_known=is_known)
    if is_known:
        return found, True
    if at.context.prefix:
        found += of_words(at)
    # A member of something outside the workspace is none of the workspace's.
    if value.is_outside:
        return found, bool(at.context.prefix)
    guessed, complete = _guessed(at)
    return found + guessed, complete


def _modules(at: Situation) -> Iterator[Candidate]:
    """Modules whose names go on behind the dot, or the sign that a language has for it."""
    if at.language == "elixir":
        path = _path_before(at, b".")
        first, _, rest = path.partition(".")
        brought = next((one for name, (_, one) in at.bound() if name == first), None)
        if brought is not None:
            path = f"{brought.module}.{brought.name}".strip(".") + f".{rest}"
        if path[:1].isupper():
            yield from modules_below(at, path)
    elif at.language == "rust" and at.context.operator == "::":
        path = _path_before(at, b"::")
        words = at.context.words
        known = (*words.modules, *(f"{module}::{name}" for module, names in words.exports.items() for name in names))
        parts = dict.fromkeys(one[len(path) :].partition("::")[0] for one in known if path and one.startswith(path))
        for part in parts:
            yield Candidate(part, _written_kind(part) if part[:1].isupper() else ItemKind.MODULE, Source.MEMBER, 1)


def _path_before(at: Situation, sign: bytes) -> str:
    """The names with signs between them that end right before the cursor, the last sign included."""
    head = at.buffer.source[max(0, at.context.start - 200) : at.context.start]
    found = re.search(rb"((?:[A-Za-z_]\w*%b)+)\Z" % re.escape(sign), head)
    return found[1].decode("ascii", "replace") if found else ""


def _known(at: Situation, value: Value) -> Iterator[Candidate]:
    if not value:
        return
    own = at.context.receiver in traits_of(at.language).receiver
    receiver = receiver_at(at, value)
    for number, one in enumerate(members(at.index, value)):
        symbol = one.symbol
        if not can_stand(one, receiver):
            continue
        candidate = of_symbol(symbol, one.path, Source.MEMBER, min(number // 25, 3), one.container)
        if own and candidate.is_private:
            candidate = _public(candidate)
        yield candidate


def _own(at: Situation) -> Iterator[Candidate]:
    """Members of the class around the cursor, from before the text broke: a dot without a name may hide the class."""
    if at.context.receiver not in traits_of(at.language).receiver:
        return
    symbols = at.symbols()
    row, since = at.row, max(0, at.rows_since)
    around = [n for n, s in enumerate(symbols) if s.kind in TYPES and s.start_row <= row <= s.end_row + since]
    for symbol in symbols:
        if around and symbol.parent == around[-1] and symbol.kind != SymbolKind.CONSTRUCTOR:
            yield _public(of_symbol(symbol, at.path, Source.MEMBER, 0, symbols[around[-1]].name))


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
    bound = {name: one for name, (_, one) in at.bound()}
    dotted = _dotted_receiver(at)
    head, _, rest = dotted.partition(".")
    if rest and head in bound and dotted in at.context.words.exports:
        return dotted
    if (one := bound.get(receiver)) is None:
        return receiver if at.language not in {"python", "go"} else ""
    if at.language == "go":
        return one.module.rpartition("/")[2]
    whole = f"{one.module}.{one.name}" if one.name else one.module
    return whole if whole in at.context.words.exports else (one.name or one.module.removeprefix("node:"))


def _dotted_receiver(at: Situation) -> str:
    """The names with dots that end right before the cursor, such as `os.path`."""
    head = at.buffer.source[max(0, at.context.start - 100) : at.context.start]
    found = re.search(rb"((?:[A-Za-z_]\w*\.)+)\Z", head)
    return found[1].decode("ascii", "replace").rstrip(".") if found else ""


def _written_kind(name: str) -> int:
    if name.isupper():
        return ItemKind.CONSTANT
    return ItemKind.CLASS if name[:1].isupper() else ItemKind.FUNCTION


def _type_of_local(at: Situation, receiver: str) -> str:
    """The builtin type that a local or a variable of the file is said to have."""
    if not receiver.isidentifier() or receiver in traits_of(at.language).receiver:
        return ""
    written = ""
    scopes = local_scopes(at)
    binding = scopes.resolve(receiver, at.context.start) if scopes is not None else None
    if binding is not None:
        written = binding.type
    else:
        written = next((s.type for s in at.symbols() if s.name == receiver and s.type), "")
    parts = named_type(written) if written else ()
    return parts[-1] if parts else ""


def _seen(at: Situation, *, is_known: bool) -> Iterator[Candidate]:
    """What stands behind the same receiver elsewhere; where nothing is known, also what stands behind any dot here."""
    operator = re.escape(at.context.operator.lstrip("?!&").encode())
    receiver = at.context.receiver.encode("utf-8", "surrogatepass")
    source, start, end = at.buffer.source, at.context.start, at.context.end
    name = _MEMBER + (b"[?!]?)" if at.context.words.word_end else b")")
    low, high = max(0, start - SEEN_BYTES // 2), min(len(source), end + SEEN_BYTES // 2)
    if receiver and (receiver[-1:].isalnum() or receiver[-1:] in {b"_", b"?", b"!"}):
        whole = re.escape(receiver)
        # No blank behind the dot: it would end a sentence.
        same = re.compile(rb"%b(?<![\w\x80-\xff]%b)\s*[?!&]?%b%b" % (whole, whole, operator, name))
        here = at.once("same", lambda: _decoded({*same.findall(source, low, start), *same.findall(source, end, high)}))
        yield from _words(at, here, Source.SEEN, 0)
        files = at.others()[:N_SEEN_FILES]
        for found in at.once("others", lambda: [_decoded({*same.findall(b.source, 0, SEEN_BYTES)}) for _, b in files]):
            yield from _words(at, found, Source.SEEN, 1)
    if is_known:
        return
    # A dot behind a letter or a bracket: not one that ends a sentence.
    before = rb"[\w)\]]"
    if at.language == "elixir":
        # What stands behind a module is none of a map's.
        before = rb"(?<![\w.])[A-Z]\w*" if at.context.receiver[:1].isupper() else rb"(?<![\w.])[a-z_]\w*"
    anything = re.compile(before + rb"%b%b" % (operator, name))
    often = at.once(
        "often",
        lambda: _often(Counter(anything.findall(source, low, start)) + Counter(anything.findall(source, end, high))),
    )
    yield from _words(at, often if at.context.prefix else often[:N_OFTEN], Source.GUESS, 0)


def _decoded(names: Iterable[bytes]) -> list[str]:
    return [name.decode("utf-8", "replace") for name in names]


def _often(found: Counter[bytes]) -> list[str]:
    return _decoded(sorted(found, key=lambda n: (-found[n], n)))


_MEMBER = rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*"
N_OFTEN = 60
"""Members of anything that are offered where nothing is typed yet."""


def _words(at: Situation, names: Sequence[str], source: Source, far: int) -> Iterator[Candidate]:
    for name in at.fitting(names):
        yield Candidate(name, ItemKind.FIELD, source, far)


def _guessed(at: Situation) -> tuple[list[Candidate], bool]:
    """Members of any class of the workspace that match, and of the language's types."""
    prefix = at.context.prefix
    if not prefix:
        return [], False
    found = [
        Candidate(name, ItemKind.METHOD, Source.GUESS, 2, module=kind)
        for kind, names in at.context.words.members.items()
        for name in at.fitting(names)
    ]
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
        if row.language in languages
        and (row.kind == SymbolKind.METHOD or (row.container and row.kind in _MEMBERS))
        and _is_likely(at, row)
    ]
    return found, False


def _is_likely(at: Situation, row: SymbolRow) -> bool:
    """Whether a member of anything can stand behind a receiver of which nothing is known."""
    if row.name.startswith("@"):
        return False
    if row.language == "elixir" and not at.context.receiver[:1].isupper():
        return row.kind == SymbolKind.FIELD
    if row.exported or row.path == at.path or at.context.receiver in traits_of(at.language).receiver:
        return True
    match row.language:
        case "go":
            return folder(row.path) == folder(at.path)
        case "python" | "rust":
            return True
        case "javascript" | "typescript" | "tsx":
            # What a class that nobody else can name holds may be reached all the same.
            return not any(is_said_private(d.symbol) for d in defined(at.index, [row]))
    return False
