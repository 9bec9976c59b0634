"""What differs between languages and no query can say: where docs stand, what is visible, what makes a method."""

from typing import Literal

import msgspec

from rulewright.core.languages import LANGUAGES

DocPlace = Literal["above", "inside", "captured"]
Visibility = Literal["all", "captured", "capital", "underscore"]


class Traits(msgspec.Struct, frozen=True):
    """One language's habits."""

    doc: DocPlace = "above"
    """Comments above a definition, a string that opens its body, or nodes captured as `@doc` before it."""
    visibility: Visibility = "all"
    """What other files can use: everything, what has an `@exported` capture, what begins with a capital, or all
    that does not begin with an underscore."""
    constructors: tuple[str, ...] = ()
    """Names of methods that make an object."""
    attribute: bytes = b""
    """How a line begins that may stand between a doc comment and its definition."""
    methods: bool = True
    """Whether a function inside a class is a method."""
    receiver: tuple[str, ...] = ()
    """What a method calls its own object."""


_TRAITS: dict[str, Traits] = {
    "python": Traits(
        doc="inside",
        visibility="underscore",
        constructors=("__init__", "__new__"),
        attribute=b"@",
        receiver=("self", "cls"),
    ),
    "javascript": Traits(visibility="captured", constructors=("constructor",), attribute=b"@", receiver=("this",)),
    "typescript": Traits(visibility="captured", constructors=("constructor",), attribute=b"@", receiver=("this",)),
    "tsx": Traits(visibility="captured", constructors=("constructor",), attribute=b"@", receiver=("this",)),
    "go": Traits(visibility="capital", methods=False),
    "rust": Traits(visibility="captured", attribute=b"#[", methods=False, receiver=("self", "Self")),
    "java": Traits(attribute=b"@", receiver=("this",)),
    "ruby": Traits(constructors=("initialize",), receiver=("self",)),
    "elixir": Traits(doc="captured", visibility="captured", receiver=("__MODULE__",)),
    "kotlin": Traits(attribute=b"@", receiver=("this",)),
    "scala": Traits(attribute=b"@", receiver=("this",)),
    "csharp": Traits(attribute=b"[", receiver=("this",)),
    "php": Traits(constructors=("__construct",), attribute=b"#[", receiver=("$this",)),
    "swift": Traits(attribute=b"@", receiver=("self",)),
    "dart": Traits(attribute=b"@", receiver=("this",)),
    "cpp": Traits(receiver=("this",)),
}

_PLAIN = Traits()


def traits_of(language: str) -> Traits:
    """The habits of a language, by its canonical name."""
    return _TRAITS.get(language, _PLAIN)


def comment_signs(language: str) -> tuple[tuple[bytes, ...], tuple[bytes, bytes] | None]:
    """How comments begin: the signs of a line comment, and both ends of a block comment."""
    known = LANGUAGES.get(language)
    if known is None:
        return (), None
    line = known.line_comment.encode()
    lines = tuple({line, *_MORE_LINE_COMMENTS.get(language, ())} - {b""})
    block = known.block_comment
    return lines, (block[0].encode(), block[1].encode()) if block else None


_MORE_LINE_COMMENTS = {"hcl": (b"//",), "php": (b"#",), "clojure": (b";",), "ini": (b";",), "sql": (b"#",)}
