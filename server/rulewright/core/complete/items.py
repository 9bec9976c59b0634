"""What could be offered: one candidate, where it comes from, and the kinds of LSP."""

from enum import IntEnum

import msgspec

from rulewright.core.index.symbols import SymbolKind


class Source(IntEnum):
    """Where a candidate comes from, the surest first: of two with one name the surer one is offered."""

    LOCAL = 0
    """Bound in a function or block around the cursor."""
    MEMBER = 1
    """A member of the receiver, as far as that is known; in an import, a name of the module."""
    OWN = 2
    """A member of the class around the cursor, in languages that need no receiver for it."""
    FILE = 3
    """Defined at the top of this file."""
    IMPORT = 4
    """Brought in by an import of this file."""
    PACKAGE = 5
    """In another file whose names are seen here without an import."""
    BUILTIN = 6
    """The language's own."""
    KEYWORD = 7
    SNIPPET = 8
    WORKSPACE = 9
    """In another file; an import would bring it in."""
    SEEN = 10
    """Used behind the same receiver elsewhere."""
    GUESS = 11
    """A member of anything, where nothing is known of the receiver."""
    WORD = 12
    """A word of this file or of another open one."""
    ARGUMENT = 13
    """A keyword of the call around the cursor, with the sign behind it."""
    KEY = 14
    """A field of the literal around the cursor, with the sign behind it, where hardly anything else can stand."""


class ItemKind(IntEnum):
    """The completion item kinds of LSP 3.18 that are used here."""

    TEXT = 1
    METHOD = 2
    FUNCTION = 3
    CONSTRUCTOR = 4
    FIELD = 5
    VARIABLE = 6
    CLASS = 7
    INTERFACE = 8
    MODULE = 9
    PROPERTY = 10
    VALUE = 12
    ENUM = 13
    KEYWORD = 14
    SNIPPET = 15
    FILE = 17
    FOLDER = 19
    ENUM_MEMBER = 20
    CONSTANT = 21
    STRUCT = 22
    EVENT = 23
    OPERATOR = 24
    TYPE_PARAMETER = 25


_OF_SYMBOL: dict[int, int] = {
    SymbolKind.FILE: ItemKind.FILE,
    SymbolKind.MODULE: ItemKind.MODULE,
    SymbolKind.NAMESPACE: ItemKind.MODULE,
    SymbolKind.PACKAGE: ItemKind.MODULE,
    SymbolKind.CLASS: ItemKind.CLASS,
    SymbolKind.METHOD: ItemKind.METHOD,
    SymbolKind.PROPERTY: ItemKind.PROPERTY,
    SymbolKind.FIELD: ItemKind.FIELD,
    SymbolKind.CONSTRUCTOR: ItemKind.CONSTRUCTOR,
    SymbolKind.ENUM: ItemKind.ENUM,
    SymbolKind.INTERFACE: ItemKind.INTERFACE,
    SymbolKind.FUNCTION: ItemKind.FUNCTION,
    SymbolKind.CONSTANT: ItemKind.CONSTANT,
    SymbolKind.ENUM_MEMBER: ItemKind.ENUM_MEMBER,
    SymbolKind.STRUCT: ItemKind.STRUCT,
    SymbolKind.EVENT: ItemKind.EVENT,
    SymbolKind.OPERATOR: ItemKind.OPERATOR,
    SymbolKind.TYPE_PARAMETER: ItemKind.TYPE_PARAMETER,
    SymbolKind.KEY: ItemKind.PROPERTY,
}

_OF_BINDING = {
    "function": ItemKind.FUNCTION,
    "class": ItemKind.CLASS,
    "type": ItemKind.TYPE_PARAMETER,
    "import": ItemKind.MODULE,
    "constant": ItemKind.CONSTANT,
}

CALLABLE = frozenset({ItemKind.METHOD, ItemKind.FUNCTION, ItemKind.CONSTRUCTOR, ItemKind.CLASS, ItemKind.STRUCT})
TYPES = frozenset(
    {ItemKind.CLASS, ItemKind.INTERFACE, ItemKind.ENUM, ItemKind.STRUCT, ItemKind.TYPE_PARAMETER, ItemKind.MODULE}
)


def kind_of_symbol(kind: int) -> int:
    """The item kind of a symbol kind; what has none of its own is a variable."""
    return _OF_SYMBOL.get(kind, ItemKind.VARIABLE)


def kind_of_binding(kind: str) -> int:
    """The item kind of what a scope binds."""
    return _OF_BINDING.get(kind, ItemKind.VARIABLE)


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """Which symbol a candidate is, so that its signature and doc can be found when it is looked at."""

    path: str
    name: str
    row: int


class Candidate(msgspec.Struct, frozen=True):
    """Something that could be offered."""

    name: str
    """What is matched against the typed prefix, and inserted where nothing else is said."""
    kind: int
    """An `ItemKind`."""
    source: Source
    distance: int = 0
    """How far away inside its source: scopes, classes or folders; smaller is nearer."""
    signature: str = ""
    """Of the symbol that it is, where that is at hand."""
    module: str = ""
    """Where it comes from, for people."""
    insert: str = ""
    """What is inserted, where that is not the name."""
    is_snippet: bool = False
    is_private: bool = False
    is_deprecated: bool = False
    origin: Origin | None = None
    import_from: str = ""
    """The file whose symbol has to be imported."""

    @property
    def order(self) -> tuple[object, ...]:
        """What tells it from others, so that no order of the input shows through."""
        return (
            self.name,
            self.source,
            self.distance,
            self.kind,
            self.module,
            self.signature,
            self.import_from,
            self.insert,
            self.is_private,
            self.is_deprecated,
        )


def parameters_of(signature: str, name: str) -> str:
    """The parameter list of a signature with its brackets, shortened; empty where there is none."""
    at = _behind(signature, name)
    while at >= 0 and signature[at : at + 1] in {" ", "=", ":", "<", "["}:
        # Type parameters, and what stands between a JavaScript name and its arrow function.
        if signature[at] in "<[":
            at = _closing(signature, at)
        else:
            at += 1
            at += 5 * signature.startswith("async", at)
    if at < 0 or signature[at : at + 1] != "(":
        return ""
    end = _closing(signature, at)
    text = signature[at:end] if end > 0 else ""
    return text if len(text) <= MAX_PARAMETERS else text[: MAX_PARAMETERS - 2] + "…)"


def _behind(signature: str, name: str) -> int:
    at = signature.find(name)
    while at > 0 and (signature[at - 1].isalnum() or signature[at - 1] == "_"):
        at = signature.find(name, at + 1)
    return at + len(name) if at >= 0 else -1


def _closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`; -1 where none does."""
    depth = 0
    for end in range(at, len(text)):
        char = text[end]
        depth += (char in "([{<") - (char in ")]}" or (char == ">" and text[end - 1] not in "-="))
        if depth == 0:
            return end + 1
    return -1


MAX_PARAMETERS = 60
"""Characters of a parameter list beside a label."""
