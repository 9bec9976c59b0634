"""Which members can stand behind a receiver: not what is private there, nor what belongs to the class behind an object.

All of it is read from signatures, as they are written. What a language lets anybody do stays: Python's `_x` is only
offered last, and a static method of PHP may be called on an object.
"""

import re
from collections.abc import Callable

import msgspec

from rulewright.core.complete.situation import Situation
from rulewright.core.index.members import VALUES, Value
from rulewright.core.index.naming import CALLABLE, TYPES, Defined
from rulewright.core.index.near import folder, stem
from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.index.traits import traits_of

_CONSTANTS = frozenset({SymbolKind.CONSTANT, SymbolKind.ENUM_MEMBER, SymbolKind.TYPE_PARAMETER}) | TYPES
_DATA = frozenset({SymbolKind.FIELD, SymbolKind.PROPERTY})
_ANY_MODULE = frozenset({SymbolKind.MODULE, SymbolKind.NAMESPACE})


class Receiver(msgspec.Struct, frozen=True):
    """What stands before a member, and where."""

    path: str
    language: str
    name: str
    operator: str
    value: Value
    around: frozenset[str]
    """The types around the cursor."""
    is_own: bool
    """Whether it is `self` or `this`."""
    is_object: bool
    """Whether it is an object of a class, not the class."""
    record: Callable[[str], FileRecord | None]
    source: Callable[[str], bytes]


def receiver_at(at: Situation, value: Value) -> Receiver:
    """The receiver before the cursor."""
    own = at.context.receiver in traits_of(at.language).receiver
    around = _around(at)
    is_object = value.is_instance
    inner = next((s for s in reversed(around) if s.kind in CALLABLE), None)
    if own and is_object and inner is not None and at.language in _STATIC:
        is_object = not _is_static(at.language, inner, at.buffer.source)

    def source(path: str) -> bytes:
        buffer = at.workspace.buffer(path)
        return buffer.source if buffer is not None else b""

    types = frozenset(s.name for s in around if s.kind in TYPES or s.kind in _ANY_MODULE)
    types |= {s.type for s in around if s.type and s.kind == SymbolKind.OBJECT}
    if at.language == "cpp":
        # A method may stand outside of its class.
        types |= {found for s in around for found in re.findall(r"(\w+)::", s.signature)}
    return Receiver(
        at.path,
        at.language,
        at.context.receiver,
        at.context.operator,
        value,
        types,
        own,
        is_object,
        at.index.record,
        source,
    )


def _around(at: Situation) -> list[Symbol]:
    """The symbols around the cursor, the outermost first; those from before the text broke, as far as they say it."""
    symbols = at.symbols()
    row, since = at.row, max(0, at.rows_since)
    number = next(
        (
            n
            for n in range(len(symbols) - 1, -1, -1)
            if symbols[n].start_row <= row <= symbols[n].end_row + since
            and (symbols[n].end_row > symbols[n].start_row or symbols[n].kind in CALLABLE | TYPES)
        ),
        -1,
    )
    found: list[Symbol] = []
    while number >= 0:
        found.insert(0, symbols[number])
        number = symbols[number].parent
    return found


def can_stand(one: Defined, receiver: Receiver) -> bool:
    """Whether a member of a receiver's value can be named behind it."""
    symbol, language = one.symbol, one.language
    if symbol.kind == SymbolKind.CONSTRUCTOR:
        return not receiver.is_object and language in {"swift", "dart"}
    if language == "ruby" and symbol.name.startswith("@"):
        return False
    if language == "elixir":
        return symbol.exported and symbol.name != "defstruct" and not symbol.signature.startswith("@")
    if receiver.value.files and symbol.parent < 0:
        if language == "rust":
            return not (symbol.kind == SymbolKind.OBJECT or _is_hidden_in_rust(one, None, receiver))
        return symbol.exported or language == "python"
    return not _is_hidden(one, receiver) and _is_in_place(one, receiver)


# --- privacy ----------------------------------------------------------------------------------------------------------

_PRIVATE = re.compile(r"(?<![\w@:$.])(?:private|fileprivate)(?![\w\[(])")
_PROTECTED = re.compile(r"(?<![\w@:$.])protected(?![\w\[(])")
_SHOWN = re.compile(r"(?<![\w@:$.])(?:public|internal|protected)(?!\w)")
_IN_WORDS = frozenset({"typescript", "tsx", "java", "kotlin", "scala", "php", "swift", "csharp", "vue", "svelte"})
_OPEN = frozenset({SymbolKind.INTERFACE, SymbolKind.ENUM})


def is_said_private(symbol: Symbol) -> bool:
    """Whether a member is private by a word of its signature, or by its name."""
    return symbol.name.startswith("#") or _PRIVATE.search(symbol.signature.partition(symbol.name)[0]) is not None


def _is_hidden(one: Defined, receiver: Receiver) -> bool:
    """Whether a member is private to something that the cursor is not in."""
    symbol, language = one.symbol, one.language
    record = receiver.record(one.path)
    holder = record.symbols[symbol.parent] if record is not None and symbol.parent >= 0 else None
    match language:
        case "go":
            return not symbol.exported and folder(one.path) != folder(receiver.path)
        case "rust":
            return _is_hidden_in_rust(one, holder, receiver)
        case "ruby" | "cpp":
            # What hides it stands before it, on a line of its own.
            hidden = not symbol.exported and (holder is None or holder.exported)
        case "dart":
            return symbol.name.startswith("_") and one.path != receiver.path
        case "javascript":
            hidden = symbol.name.startswith("#")
        case _ if language in _IN_WORDS:
            said = symbol.signature.partition(symbol.name)[0]
            hidden = is_said_private(symbol) or (
                bool(_PROTECTED.search(said)) and language != "java" and not receiver.around
            )
            if language == "csharp" and holder is not None and holder.kind not in _OPEN and not _SHOWN.search(said):
                hidden = symbol.kind not in TYPES
        case _:
            return False
    if not hidden:
        return False
    return not (_is_own(one, receiver) or (record is not None and _is_inside(one, record, receiver)))


def _is_own(one: Defined, receiver: Receiver) -> bool:
    if not receiver.is_own:
        return False
    # Ruby's private methods are inherited.
    return one.language == "ruby" or one.container in {d.symbol.name for d in receiver.value.definitions}


def _is_inside(one: Defined, record: FileRecord, receiver: Receiver) -> bool:
    """Whether the cursor is in the outermost class that holds a member."""
    outer, parent = "", one.symbol.parent
    while parent >= 0:
        outer = record.symbols[parent].name if record.symbols[parent].kind in TYPES else outer
        parent = record.symbols[parent].parent
    is_reopened = one.language in {"ruby", "cpp", "csharp"}
    return outer in receiver.around and (is_reopened or one.path == receiver.path)


def _is_hidden_in_rust(one: Defined, holder: Symbol | None, receiver: Receiver) -> bool:
    if one.symbol.signature.startswith("pub") or one.symbol.kind == SymbolKind.ENUM_MEMBER:
        return False
    if holder is not None and (
        holder.kind in {SymbolKind.INTERFACE, SymbolKind.ENUM, SymbolKind.ENUM_MEMBER} or " for " in holder.name
    ):
        return False
    # A module sees what the modules around it have.
    where = folder(one.path) if stem(one.path) in {"mod", "lib", "main"} else one.path.removesuffix(".rs")
    return one.path != receiver.path and not receiver.path.startswith(f"{where}/" if where else "")


# --- objects and classes ----------------------------------------------------------------------------------------------

_STATIC = frozenset(
    {"javascript", "typescript", "tsx", "java", "csharp", "php", "ruby", "rust", "swift", "dart", "vue", "svelte"}
)
_STATIC_WORD = re.compile(r"(?<![\w@:$.])static(?!\w)")
_SINGLETON = re.compile(rb"^([ \t]*)class[ \t]*<<[ \t]*self\b[^\n]*\n(?:.*\n)*?\1end\b", re.MULTILINE)
_SELF = re.compile(r"\(\s*(?:&\s*(?:'\w+\s+)?)?(?:mut\s+)?self\b")
_ON_CLASS = ("def self.", "scope ", "define_singleton_method")


def _is_in_place(one: Defined, receiver: Receiver) -> bool:
    """Whether it is a member of an object behind an object, and of a class behind a class."""
    symbol, language = one.symbol, one.language
    if language not in _STATIC or not receiver.value.definitions:
        return True
    if (told := _by_operator(symbol, language, receiver)) is not None:
        return told
    is_constant = symbol.kind in _CONSTANTS
    holder = receiver.value.definitions[0].symbol
    if holder.kind == SymbolKind.FUNCTION:
        # A class from before there were classes has its members by assignment.
        is_of_object = symbol.signature.startswith("this.") or ".prototype." in symbol.signature
        return is_of_object or not receiver.is_object if receiver.is_own else is_of_object is receiver.is_object
    if holder.kind in VALUES:
        return True
    if not receiver.is_object and (holder.kind not in TYPES or holder.kind == SymbolKind.INTERFACE):
        # A module, or an object that is written down: whatever it has.
        return True
    if is_constant:
        return not receiver.is_object
    is_static = _is_static(language, symbol, receiver.source(one.path) if language == "ruby" else b"")
    return is_static is not receiver.is_object


def _by_operator(symbol: Symbol, language: str, receiver: Receiver) -> bool | None:
    """What the sign before a member says of it; None where it says nothing."""
    is_constant = symbol.kind in _CONSTANTS
    operator = receiver.operator
    match language:
        case "rust":
            if operator == "::":
                return symbol.kind not in _DATA
            return not is_constant and not (symbol.kind in CALLABLE and _SELF.search(symbol.signature) is None)
        case "php":
            if operator == "::":
                return (
                    is_constant or _is_static(language, symbol, b"") or (_is_in_class(receiver) and _is_method(symbol))
                )
            return not is_constant and (_is_method(symbol) or not _is_static(language, symbol, b""))
        case "ruby" if is_constant:
            return operator == "::" and not receiver.is_object
        case "java" if operator == "::":
            return symbol.kind in CALLABLE
    return None


def _is_in_class(receiver: Receiver) -> bool:
    return receiver.name in {"parent", "self", "static"}


def _is_method(symbol: Symbol) -> bool:
    return symbol.kind in CALLABLE


def _is_static(language: str, symbol: Symbol, source: bytes) -> bool:
    """Whether a member belongs to its class, as its signature says."""
    said = symbol.signature.partition(symbol.name)[0]
    match language:
        case "ruby":
            if symbol.signature.startswith(_ON_CLASS) or re.match(r"def [A-Z]\w*\.", symbol.signature):
                return True
            return symbol.kind in CALLABLE and symbol.row in _singleton_rows(source)
        case "rust":
            return _SELF.search(symbol.signature) is None
        case "swift":
            return _STATIC_WORD.search(said) is not None or re.search(r"\bclass\s+(?:func|var)\b", said) is not None
        case "csharp":
            return re.search(r"(?<![\w@:$.])(?:static|const)(?!\w)", said) is not None
    return symbol.kind in _CONSTANTS or _STATIC_WORD.search(said) is not None


def _singleton_rows(source: bytes) -> set[int]:
    """The rows inside `class << self`."""
    rows: set[int] = set()
    if b"<<" not in source:
        return rows
    for found in _SINGLETON.finditer(source):
        first = source.count(b"\n", 0, found.start())
        rows.update(range(first + 1, first + found[0].count(b"\n") + 1))
    return rows
