"""A pattern that finds a piece of code, and others like it: what may vary in it becomes a variable.

Which parts may vary is a guess from their place: arguments and local names do; what is called, members, keys, types,
names that are imported, constants, `true` and `nil` do not. No guess counts that makes the pattern miss the piece.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from ast_grep_py import SgNode

from rulewright.core.languages import CHECKABLE
from rulewright.core.rules import engine

MAX_PIECE = 2_000
"""Code points of a piece: the examples of a rule are run each time that it is read."""
MAX_CONTENT = 1_000_000
MAX_SHOWN = 60
MAX_VARIABLES = 12
MAX_USES = 300
"""Uses of a name that are looked at to see whether it is a local one."""

CONTEXTS: Mapping[str, tuple[str, ...]] = {
    "c": ("void a() {{\n{0};\n}}", "void a() {{\n{0}\n}}"),
    "cpp": ("void a() {{\n{0};\n}}", "void a() {{\n{0}\n}}"),
    "csharp": ("class A {{\nvoid B() {{\n{0};\n}}\n}}", "class A {{\nvoid B() {{\n{0}\n}}\n}}", "class A {{\n{0}\n}}"),
    "css": ("a {{\n{0};\n}}", "a {{\n{0}\n}}"),
    "dart": ("void a() {{\n{0};\n}}", "void a() {{\n{0}\n}}"),
    "hcl": ("a = {0}",),
    "elixir": ("a({0})", "[{0}]"),
    "go": (
        "package a\n\nfunc _() {{\n{0}\n}}",
        "package a\n\n{0}",
        "package a\n\nfunc _({0}) {{\n}}",
        "package a\n\ntype A struct {{\n{0}\n}}",
        "package a\n\nfunc _() {{\nswitch a {{\n{0}\n}}\n}}",
    ),
    "java": (
        "class A {{\nvoid a() {{\n{0};\n}}\n}}",
        "class A {{\nvoid a() {{\n{0}\n}}\n}}",
        "class A {{\n{0}\n}}",
        "interface A {{\n{0}\n}}",
    ),
    "javascript": (
        "function a() {{\n{0}\n}}",
        "class A {{\n{0}\n}}",
        "({{\n{0}\n}})",
        "a = <a>{0}</a>;",
        "function a({0}) {{\n}}",
    ),
    "json": ("{{\n{0}\n}}",),
    "kotlin": ("fun a() {{\n{0}\n}}",),
    "php": ("<?php\n{0};", "<?php\n{0}"),
    "python": ("a({0})", "def a({0}):\n  pass"),
    "rust": ("fn a() {{\n{0};\n}}", "fn a() {{\n{0}\n}}", "struct A {{\n{0}\n}}", "impl A {{\n{0}\n}}"),
    "scala": ("def a = {{\n{0}\n}}",),
    "solidity": ("contract A {{\nfunction a() public {{\n{0};\n}}\n}}", "contract A {{\n{0}\n}}"),
    "swift": ("func a() {{\n{0}\n}}",),
    "tsx": (
        "function a() {{\n{0}\n}}",
        "class A {{\n{0}\n}}",
        "({{\n{0}\n}})",
        "a = <a>{0}</a>;",
        "interface A {{\n{0}\n}}",
        "function a({0}) {{\n}}",
    ),
    "typescript": (
        "function a() {{\n{0}\n}}",
        "class A {{\n{0}\n}}",
        "({{\n{0}\n}})",
        "interface A {{\n{0}\n}}",
        "function a({0}) {{\n}}",
    ),
    "zig": ("fn a() void {{\n{0};\n}}", "fn a() void {{\n{0}\n}}"),
}
"""Code around a piece with which it can be read, where it cannot be by itself."""

_LITERAL = re.compile(
    r"string|integer|float|number|int_literal|decimal|rune|char_literal|character_literal|charlist|real_literal"
)
_NOT_LITERAL = re.compile(r"_(?:type|content|fragment|start|end)$|interpolat|interface|^string_array")
_NAMES = frozenset({"identifier", "simple_identifier", "variable_name"})
_KEPT_FIELDS = (
    "function", "attribute", "property", "method", "name", "key", "type", "label", "macro", "target", "field",
    "constructor", "callee", "member",
)  # fmt: skip
_OBJECT_FIELDS = ("object", "operand", "receiver", "value", "argument", "left")
_MEMBER = re.compile(r"member|attribute|selector|field_(?:access|expression)|^dot$|navigation|^call$|invocation")
_CALL = re.compile(r"call|invocation")
_IMPORT = re.compile(r"import|^use_|include|package_|require(?!d)")
_BINDING = re.compile(
    r"param|declarator|assignment|short_var|var_spec|range_clause|for_|let_decl|pattern|with_item|lambda|catch|except"
)
_BOUND_FIELDS = ("left", "name", "pattern", "declarator")
_NEVER_BOUND = frozenset({"self", "this", "super", "cls"})
_HEADS_ARE_MODULES = frozenset(
    {"python", "javascript", "typescript", "tsx", "go", "rust", "c", "cpp", "lua", "solidity", "zig"}
)
"""Languages in which a lower-case name before a dot may be a module or a global object."""
_SEQUENCE = re.compile(r"block|list|body|program|module|source|unit")
_CAPTURE = re.compile(r"&[\w.!?]+/\d+")
"""A function of Elixir, named."""
_WORD = re.compile(r"\w")
_VARIABLE = re.compile(r"\$+[A-Z_][A-Z0-9_]*")
_CLIMB = 6


class Pattern(msgspec.Struct, frozen=True, kw_only=True):
    """A pattern for a piece of code."""

    value: str | dict[str, str]
    """As it stands in a rule: a text, or one with a context."""
    text: str
    """The text alone."""
    piece: str
    """The code that it was made from, its further lines moved to the left like the first where that changes nothing."""
    stands_for: dict[str, str]
    """By variable, without its dollar sign, what it stands for in the piece."""
    kind: str
    around: tuple[str, ...]
    """Texts that hold the piece: alone, in made-up code, with more and more of the code around it."""


def pattern_of(content: str, language: str, start: int, end: int) -> Pattern | str:
    """The pattern for what stands between two offsets, or a sentence that says why there is none."""
    if language not in CHECKABLE:
        return "There are no checks for this language."
    start, end = _trimmed(content, start, end)
    if start == end:
        return "Select the code that the rule should find."
    if end - start > MAX_PIECE:
        return f"The selection is too long: a rule is made from {MAX_PIECE:,} characters at most."
    if len(content) > MAX_CONTENT:
        return "The file is too long to make a rule from a part of it."
    try:
        return _pattern_of(content, language, start, end)
    except engine.EngineError as error:
        return f"The selection cannot be made a pattern: {error}."


def _pattern_of(content: str, language: str, start: int, end: int) -> Pattern | str:
    root = engine.parse(content, language)
    nodes, around = _covering(root, start, end)
    if not nodes and content[end - 1] in ";,":
        nodes, around = _covering(root, start, end - 1)
    if not nodes and content[end : end + 1] == "\n":
        # Some grammars count the end of the line.
        nodes, around = _covering(root, start, end + 1)
    if not nodes:
        return _not_one(around, content, language, start, end)
    node = nodes[0]
    if engine.find(node, {"rule": {"kind": "ERROR"}}) is not None:
        return f"The selection has a syntax error, so no pattern can be made from it ({language})."
    if "comment" in nodes[-1].kind():
        return "The selection is a comment. Select the code that the rule should find."
    making = _Making(content, language, nodes, root)
    form = making.form("")
    if form is None and making.keep_margin():
        # In a text of several lines each space counts.
        form = making.form("")
    if form is None:
        if _SEQUENCE.search(node.kind()) and len(node.named_children()) > 1:
            return "The selection is more than one piece of code. Select one expression or one statement."
        return "The selection cannot be a pattern by itself. Select a whole expression or statement."
    return making.varied(form, _surroundings(content, language, nodes[0], making.piece))


def _trimmed(content: str, start: int, end: int) -> tuple[int, int]:
    text = content[start:end]
    first = start + len(text) - len(text.lstrip())
    return first, max(start + len(text.rstrip()), first)


def _covering(root: SgNode, start: int, end: int) -> tuple[list[SgNode], SgNode]:
    """The nodes that are exactly there, from the outside in; and the smallest one around them."""
    around, exact = root, []
    node: SgNode | None = root
    while node is not None:
        if engine.offsets(node) == (start, end) and node.is_named():
            exact.append(node)
        elif not exact:
            around = node
        node = next((c for c in node.children() if _holds(c, start, end)), None)
    return exact, around


def _holds(node: SgNode, start: int, end: int) -> bool:
    first, last = engine.offsets(node)
    return first <= start and end <= last


def _not_one(around: SgNode, content: str, language: str, start: int, end: int) -> str:
    """Why a selection that is not one node gives no pattern."""
    if around.kind() == "ERROR" or engine.find(around, {"rule": {"kind": "ERROR"}}) is not None:
        return f"The code there has a syntax error, so no pattern can be made from it ({language})."
    inside = [c for c in around.named_children() if _touches(c, start, end)]
    if len(inside) > 1 and _holds(around, start, end) and all(_inside(c, start, end) for c in inside):
        return "The selection is more than one piece of code. Select one expression or one statement."
    first, last = engine.offsets(around)
    whole = " ".join(content[first:last].split())
    shown = whole if len(whole) <= MAX_SHOWN else whole[:MAX_SHOWN] + "..."
    return f"The selection is a part of a piece of code. Select all of it: `{shown}`."


def _touches(node: SgNode, start: int, end: int) -> bool:
    first, last = engine.offsets(node)
    return first < end and start < last


def _inside(node: SgNode, start: int, end: int) -> bool:
    first, last = engine.offsets(node)
    return start <= first and last <= end


def dedented(content: str, start: int, end: int) -> str:
    """A part of a text, its further lines moved to the left as far as its first line is from the margin."""
    line = content[content.rfind("\n", 0, start) + 1 : start]
    margin = line[: len(line) - len(line.lstrip())]
    lines = content[start:end].replace("\r\n", "\n").split("\n")
    return "\n".join([lines[0], *(one.removeprefix(margin) if one.strip() else "" for one in lines[1:])])


def _surroundings(content: str, language: str, node: SgNode, piece: str) -> tuple[str, ...]:
    """Texts that hold the piece, those that are the least beside it first."""
    made_up = [
        context.format(_moved(piece) if is_moved and "\n{0}" in context else piece) + "\n"
        for is_moved in (True, False)
        for context in _contexts(language, piece)
    ]
    wider = []
    for around in node.ancestors():
        start, end = engine.offsets(around)
        if end - start > MAX_PIECE:
            break
        wider.append(dedented(content, start, end))
    return tuple(dict.fromkeys([piece, *made_up, *wider]))


def _contexts(language: str, piece: str) -> list[str]:
    """The code around a piece that may help, without a second semicolon."""
    return [c for c in CONTEXTS.get(language, ()) if not (piece.endswith(";") and "{0};" in c)]


def _moved(piece: str) -> str:
    return "\n".join(f"  {line}" if line else "" for line in piece.split("\n"))


class _Part(msgspec.Struct, frozen=True):
    """A part of a piece that may vary; offsets in the file."""

    start: int
    end: int
    text: str
    is_name: bool


class _Making:
    """Makes the pattern of one piece."""

    def __init__(self, content: str, language: str, nodes: list[SgNode], root: SgNode) -> None:
        self.content, self.language, self.root = content, language, root
        self.node, self.kinds = nodes[0], tuple(dict.fromkeys(n.kind() for n in reversed(nodes)))
        self.start, self.end = engine.offsets(self.node)
        self.piece = dedented(content, self.start, self.end)
        self.keeps_margin = False
        self.template = ""
        """Code around the pattern, once it is known that it needs some."""
        self.selector = ""
        self._bound: dict[str, bool] = {}

    def keep_margin(self) -> bool:
        """Leave further lines where they are from now on; whether that makes a difference."""
        before, self.piece = self.piece, self.content[self.start : self.end].replace("\r\n", "\n")
        self.keeps_margin = True
        return self.piece != before

    def form(self, text: str) -> str | dict[str, str] | None:
        """A text, else the piece itself, as a pattern that finds the piece; None where it does not."""
        text = text or self.piece
        if self.selector:
            value = self._in_context(self.template, self.selector, text)
            return value if self._finds(value) else None
        if self._finds(text):
            return text
        for template in _contexts(self.language, text):
            for kind in self.kinds:
                value = self._in_context(template, kind, text)
                if self._finds(value):
                    self.template, self.selector = template, kind
                    return value
        return None

    @staticmethod
    def _in_context(template: str, kind: str, text: str) -> dict[str, str]:
        return {"context": template.format(text), "selector": kind}

    def _finds(self, value: Any) -> bool:
        try:
            found = engine.find_all(self.node, {"rule": {"pattern": value}})
        except engine.EngineError:
            return False
        return any(engine.offsets(hit) == (self.start, self.end) for hit in found)

    def varied(self, form: str | dict[str, str], around: tuple[str, ...]) -> Pattern:
        """The pattern with all variables that it bears."""
        chosen: list[tuple[_Part, str]] = []
        names: dict[str, str] = {}
        as_it_is, text = form, self.piece
        for part in self._parts(self.node):
            variable = names.get(part.text, "") if part.is_name else ""
            fresh = variable or chr(ord("A") + len({v for _, v in chosen}))
            if not variable and len({v for _, v in chosen}) >= MAX_VARIABLES:
                continue
            tried = [*chosen, (part, fresh)]
            written = self._written(tried)
            found = self.form(written)
            if found is None:
                continue
            chosen, form, text = tried, found, written
            if part.is_name:
                names[part.text] = fresh
        if not _WORD.search(_VARIABLE.sub("", text)):
            # It would find nearly everything.
            form, text, chosen = as_it_is, self.piece, []
        return Pattern(
            value=form,
            text=text,
            piece=self.piece,
            stands_for={variable: part.text for part, variable in reversed(chosen)},
            kind=self.node.kind(),
            around=around,
        )

    def _written(self, chosen: list[tuple[_Part, str]]) -> str:
        text, at = [], self.start
        for part, variable in sorted(chosen, key=lambda c: c[0].start):
            text += [self.content[at : part.start], f"${variable}"]
            at = part.end
        piece = "".join([*text, self.content[at : self.end]])
        if self.keeps_margin:
            return piece.replace("\r\n", "\n")
        written = self.content[: self.start] + piece
        return dedented(written, self.start, len(written))

    def _parts(self, node: SgNode) -> Iterator[_Part]:
        """What may vary below a node, in order."""
        for child in node.children():
            kind = child.kind()
            start, end = engine.offsets(child)
            if not child.is_named() or _IMPORT.search(kind) or "comment" in kind:
                continue
            if _CAPTURE.fullmatch(self.content, start, end):
                continue
            if _LITERAL.search(kind) and not _NOT_LITERAL.search(kind):
                if start < end and not self._is_kept(child):
                    yield _Part(start, end, self.content[start:end], is_name=False)
            elif kind in _NAMES:
                name = self.content[start:end]
                if not self._is_kept(child) and self._may_vary(child, name):
                    yield _Part(start, end, name, is_name=True)
            else:
                yield from self._parts(child)

    def _is_kept(self, node: SgNode) -> bool:
        """Whether a node stands where code says what it does: what is called, a member, a key, a type."""
        here = engine.offsets(node)
        for parent in node.ancestors():
            if _is_one_of(parent, _KEPT_FIELDS, here):
                return True
            kind = parent.kind()
            if kind == "dot" and _is_one_of(parent, ("right",), here):
                return True
            if "suffix" in kind or (_CALL.search(kind) and self._is_first(parent, here)):
                return kind != "call_suffix"
            if engine.offsets(parent) != here:
                return False
        return False

    @staticmethod
    def _is_first(parent: SgNode, here: tuple[int, int]) -> bool:
        # Where a grammar names what is called, the fields have told.
        named = any(parent.field(name) is not None for name in ("function", "name", "target", "object", "method"))
        first = next(iter(parent.children()), None)
        return not named and first is not None and engine.offsets(first) == here

    def _may_vary(self, node: SgNode, name: str) -> bool:
        if name in _NEVER_BOUND or name.lstrip("_$")[:1].isupper():
            return False
        parent = node.parent()
        is_head = (
            parent is not None
            and _MEMBER.search(parent.kind()) is not None
            and _is_one_of(parent, _OBJECT_FIELDS, engine.offsets(node))
        )
        if is_head and self.language in _HEADS_ARE_MODULES:
            return self.is_bound(name)
        return not self._is_imported(name)

    def is_bound(self, name: str) -> bool:
        """Whether some code of the file makes a name a local one: a parameter, or what is assigned to."""
        if name not in self._bound:
            self._bound[name] = any(self._binds(use) for use in self._uses(name))
        return self._bound[name]

    def _uses(self, name: str) -> list[SgNode]:
        if not re.fullmatch(r"\w+", name):
            return []
        config = {"rule": {"all": [{"regex": f"^{name}$"}, {"any": [{"kind": k} for k in self._name_kinds()]}]}}
        return engine.find_all(self.root, config)[:MAX_USES]

    def _name_kinds(self) -> list[str]:
        return [kind for kind in sorted(_NAMES) if _is_kind(kind, self.language)]

    @staticmethod
    def _binds(use: SgNode) -> bool:
        here = engine.offsets(use)
        for level, parent in enumerate(use.ancestors()):
            if level >= _CLIMB:
                return False
            kind = parent.kind()
            if _BINDING.search(kind):
                fields = [field for name in _BOUND_FIELDS if (field := parent.field(name)) is not None]
                value = parent.field("value")
                is_value = value is not None and _holds(value, *here)
                return any(_holds(field, *here) for field in fields) or (not fields and not is_value)
            if _CALL.search(kind) or "block" in kind or "body" in kind or "statement" in kind:
                return False
        return False

    def _is_imported(self, name: str) -> bool:
        return any(
            _IMPORT.search(parent.kind()) is not None
            for use in self._uses(name)
            for parent in list(use.ancestors())[:4]
        )


def _is_one_of(parent: SgNode, fields: tuple[str, ...], here: tuple[int, int]) -> bool:
    """Whether one of the fields of a node is exactly there."""
    return any((child := parent.field(name)) is not None and engine.offsets(child) == here for name in fields)


def _is_kind(kind: str, language: str) -> bool:
    try:
        engine.validate({"rule": {"kind": kind}}, language)
    except engine.EngineError:
        return False
    return True
