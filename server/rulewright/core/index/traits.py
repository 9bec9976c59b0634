"""What differs between languages and no query can say: where docs stand, what is visible, what makes a method."""

import re
from typing import Literal

import msgspec

from rulewright.core.languages import LANGUAGES

DocPlace = Literal["above", "inside", "captured", "after", "body", "behind"]
Visibility = Literal["marked", "all", "captured", "capital", "underscore", "words", "listed", "none"]


SAME_NAME = "(class)"


class Traits(msgspec.Struct, frozen=True):
    """One language's habits."""

    doc: DocPlace = "above"
    """Comments above a definition, a string that opens its body, or nodes captured as `@doc` before it; `after` and
    `body` look above, then for a doc comment right behind the definition or at the start of its body, and `behind` for
    any comment that ends the line of a small one."""
    visibility: Visibility = "all"
    """What other files can use.

    Everything, nothing (the keys of data), what has an `@exported` capture, what begins with a capital, all that does
    not begin with an underscore, what its modifiers say, what an `@export` lists, or what stands right behind one of
    the words of `marks` at the top, or is listed, and all that such a thing holds.
    """
    marks: tuple[bytes, ...] = ()
    """Words right before a definition that make it visible."""
    script: str = ""
    """A pattern of words; what a file without any of them has at the top is visible to all files."""
    private: tuple[str, ...] = ()
    """Words before a name that hide it, where visibility is said in words."""
    public: tuple[str, ...] = ()
    """Words without which a member is hidden."""
    has_sections: bool = False
    """Whether `@access` nodes say it for what follows them, and the words only for what is in no class."""
    hides_top: bool = False
    """Whether what is at the top needs such a word as well."""
    constructors: tuple[str, ...] = ()
    """Names of methods that make an object; `SAME_NAME` stands for that of their class."""
    attribute: bytes = b""
    """How a line begins that may stand between a doc comment and its definition."""
    methods: bool = True
    """Whether a function inside a class is a method."""
    receiver: tuple[str, ...] = ()
    """What a method calls its own object."""
    bare: bool = False
    """Whether a signature leaves out the attributes that stand before it."""
    closing: str = ""
    """The word that ends a definition, which a signature without a body leaves out."""
    skips_locals: bool = False
    """Whether variables in a function, which a query cannot always tell from others, are left out."""
    owners: bool = False
    """Whether a method stands outside of its type, whose name is its `@type`."""
    clauses: bool = False
    """Whether a function is written in several pieces that follow each other, each with its name."""
    depth: tuple[int, int] | None = None
    """How many levels of a tree are looked at, for data, and how many of a large file."""
    most: int = 0
    """How many symbols a file may have, the deepest left out first; 0 for the general limit."""
    examples: bool = False
    """Whether embedded code is there to be read, as in documentation, and defines nothing for others."""

    far: bytes = b""
    """A pattern of text in whose presence what is found in one place depends on what stands far away."""

    def is_whole(self, source: bytes) -> bool:
        """Whether what is found in one place depends on what stands far away."""
        if self.clauses or self.depth is not None or self.visibility == "listed":
            return True
        return bool(self.far) and re.search(self.far, source) is not None


_ECMASCRIPT = Traits(
    doc="behind",
    bare=True,
    visibility="marked",
    marks=(b"export", b"default", b"declare"),
    private=("private",),
    script=r"\b(?:import|export|require|exports)\b",
    constructors=("constructor",),
    attribute=b"@",
    receiver=("this",),
    owners=True,
    far=rb"\bexport\s*\{|\bexport\s+default\s+\w+\s*(?:;|$)|\bexports\b|\bexport\s*=",
)

_TRAITS: dict[str, Traits] = {
    "python": Traits(
        doc="inside",
        visibility="underscore",
        constructors=("__init__", "__new__"),
        attribute=b"@",
        receiver=("self", "cls"),
    ),
    "javascript": _ECMASCRIPT,
    "typescript": _ECMASCRIPT,
    "tsx": _ECMASCRIPT,
    "go": Traits(doc="behind", visibility="capital", methods=False, owners=True),
    "rust": Traits(visibility="captured", attribute=b"#[", methods=False, receiver=("self", "Self")),
    "java": Traits(bare=True, attribute=b"@", receiver=("this",)),
    "ruby": Traits(
        visibility="words", has_sections=True, constructors=("initialize",), receiver=("self",), closing="end"
    ),
    "elixir": Traits(
        doc="captured",
        visibility="words",
        private=("defp", "defmacrop", "defguardp", "defnp", "@typep"),
        methods=False,
        clauses=True,
        receiver=("__MODULE__",),
        closing="end",
    ),
    "kotlin": Traits(bare=True, visibility="words", private=("private",), attribute=b"@", receiver=("this",)),
    "scala": Traits(
        bare=True, visibility="words", private=("private",), constructors=("this",), attribute=b"@", receiver=("this",)
    ),
    "csharp": Traits(
        bare=True,
        visibility="words",
        public=("public", "internal", "protected"),
        private=("private", "file"),
        attribute=b"[",
        receiver=("this",),
    ),
    "php": Traits(
        bare=True,
        visibility="words",
        private=("private",),
        constructors=("__construct",),
        attribute=b"#[",
        receiver=("$this",),
    ),
    "swift": Traits(
        bare=True,
        visibility="words",
        private=("private", "fileprivate"),
        constructors=("init",),
        attribute=b"@",
        receiver=("self",),
    ),
    "dart": Traits(bare=True, visibility="underscore", attribute=b"@", receiver=("this",)),
    "c": Traits(doc="after", visibility="words", private=("static",), skips_locals=True),
    "cpp": Traits(
        doc="after",
        visibility="words",
        private=("static",),
        has_sections=True,
        constructors=(SAME_NAME,),
        attribute=b"template",
        skips_locals=True,
        receiver=("this",),
    ),
    "objective-c": Traits(visibility="words", private=("static",), skips_locals=True, receiver=("self",)),
    "perl": Traits(visibility="underscore", receiver=("$self",)),
    "lua": Traits(visibility="words", private=("local",), receiver=("self",)),
    "haskell": Traits(doc="after", visibility="listed", clauses=True),
    "ocaml": Traits(doc="after", visibility="words", private=("private",)),
    "ocaml-interface": Traits(doc="after", visibility="words", private=("private",)),
    "zig": Traits(visibility="words", public=("pub",), hides_top=True, receiver=("self",)),
    "julia": Traits(doc="captured", visibility="underscore", constructors=(SAME_NAME,)),
    "powershell": Traits(doc="body", constructors=(SAME_NAME,), receiver=("$this",)),
    "solidity": Traits(visibility="words", private=("private",), receiver=("this",)),
    "cmake": Traits(skips_locals=True),
    "r": Traits(constructors=("initialize",), receiver=("self",)),
    "vue": Traits(doc="captured"),
    "svelte": Traits(doc="captured"),
    "erlang": Traits(attribute=b"-spec", visibility="listed", clauses=True),
    "markdown": Traits(doc="captured", examples=True),
    "html": Traits(doc="captured"),
    "json": Traits(visibility="none", depth=(12, 4), most=2_000),
    "yaml": Traits(visibility="none", depth=(22, 7), most=2_000),
    "toml": Traits(visibility="none", depth=(8, 2), most=2_000),
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


_MORE_LINE_COMMENTS = {
    "json": (b"//",),
    "hcl": (b"//",),
    "php": (b"#",),
    "clojure": (b";",),
    "ini": (b";",),
    "sql": (b"#",),
}
