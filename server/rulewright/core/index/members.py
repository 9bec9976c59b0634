"""What a class, an object or a module offers behind a dot: own members, those of its bases, a module's symbols.

A `Value` is what an expression is known to be. Types are taken from annotations, from constructors that are called and
from what signatures say is returned; an expression that says none of it has no value, and then nothing is claimed.
"""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.code_ports import CodeIndex
from rulewright.core.index.exports import is_common, listed_by_default
from rulewright.core.index.imports import resolve
from rulewright.core.index.naming import (
    CALLABLE,
    ECMASCRIPT,
    EXPLICIT,
    NOTHING,
    SPACES,
    TYPES,
    Defined,
    Named,
    at_number,
    bound_name,
    defined,
    distinct,
    enclosing,
    exported,
    free_name,
    handed_on,
    imported,
    is_one_package,
    is_top,
    ranked,
)
from rulewright.core.index.near import BY_FOLDER, family, folder
from rulewright.core.index.returns import is_choice, named_type, return_type
from rulewright.core.index.rust_paths import RUST_ROOTS, handed_module, rust_module
from rulewright.core.index.symbols import FileRecord, Import, Symbol, SymbolKind

MAX_DEPTH = 8
"""Steps from a name to its type to the type of that, and so on."""
MAX_BASES = 50
"""Classes that are looked at for one."""
_MAX_ROWS = 200
_MEMBERS = frozenset({SymbolKind.METHOD, SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.ENUM_MEMBER})
_MAX_PARTS = 100
"""Places at which one class is written."""

_REOPENED = frozenset({"ruby", "rust", "csharp", "swift", "go", "elixir", "kotlin", "dart", "objective-c"})
"""Languages in which a type's members may stand elsewhere than in its body."""
_SELF = frozenset({"Self", "self", "static", "this", "typing.Self"})
VALUES = frozenset({SymbolKind.VARIABLE, SymbolKind.CONSTANT, SymbolKind.FIELD, SymbolKind.PROPERTY, SymbolKind.OBJECT})


class Value(msgspec.Struct, frozen=True):
    """What an expression is: symbols, or the files of a module; nothing where the text does not say."""

    definitions: tuple[Defined, ...] = ()
    files: tuple[str, ...] = ()
    is_instance: bool = False
    """Whether it is an object of the class, not the class."""
    is_outside: bool = False
    """Whether it is known to be something that the workspace does not hold."""

    def __bool__(self) -> bool:
        return bool(self.definitions or self.files)


UNKNOWN = Value()
OUTSIDE = Value(is_outside=True)


def value_of(index: CodeIndex, named: Named, depth: int = MAX_DEPTH) -> Value:
    """The value of a name that means something: a class itself, what a variable holds, a module."""
    if named.step == "outside":
        return OUTSIDE
    if named.files and not named.definitions:
        return _module(index, named.files, depth)
    if not named.definitions:
        return UNKNOWN
    first = named.definitions[0]
    if first.symbol.kind in VALUES:
        return held(index, first, depth)
    if first.symbol.kind == SymbolKind.ENUM_MEMBER:
        return _object_of_container(index, first)
    return Value(named.definitions)


def _module(index: CodeIndex, files: tuple[str, ...], depth: int) -> Value:
    """A module; of CommonJS it is also what the file sets `module.exports` to."""
    if depth <= 0 or not is_common(files[0], index.text(files[0]) or ""):
        return Value(files=files)
    if (handed := handed_on(index, files[0])) is not None:
        return _module(index, handed, depth - 1) if handed else OUTSIDE
    whole = exported(index, files[:1], "default")
    value = value_of(index, Named(whole, step="import"), depth - 1) if whole else UNKNOWN
    return Value(value.definitions, files, is_instance=value.is_instance)


def held(index: CodeIndex, variable: Defined, depth: int = MAX_DEPTH) -> Value:
    """What a variable, a constant or a field holds, by its annotation or the constructor that is called for it."""
    text = variable.symbol.type or _parameter_type(index, variable)
    if not text:
        return Value((variable,)) if _has_members(index, variable) else UNKNOWN
    return type_value(index, variable.path, variable.language, text, variable.symbol.row, depth - 1)


def _has_members(index: CodeIndex, holder: Defined) -> bool:
    record = index.record(holder.path)
    return record is not None and any(s.parent == holder.number for s in record.symbols[holder.number + 1 :])


def _parameter_type(index: CodeIndex, field: Defined) -> str:
    """The type of the constructor's parameter that a field is named after: `self.store = store`."""
    record = index.record(field.path)
    if record is None or field.symbol.kind != SymbolKind.FIELD:
        return ""
    for symbol in record.symbols:
        if symbol.kind == SymbolKind.CONSTRUCTOR and symbol.parent == field.symbol.parent:
            said = re.search(rf"(?<!\w){re.escape(field.symbol.name.lstrip('_'))}\s*:\s*([^,=)]+)", symbol.signature)
            if said:
                return said[1].strip()
    return ""


def type_value(index: CodeIndex, path: str, language: str, text: str, row: int | None, depth: int = MAX_DEPTH) -> Value:
    """An object of a type as it is written in a file: `Stack`, `models.User`, `Optional[Stack]`, `*pkg.Client`.

    A function's name stands for what the function gives, because that is what a call of it is taken for.
    """
    if depth <= 0:
        return UNKNOWN
    if text in _SELF:
        return own_class(index, path, row)
    if text == "__MODULE__" and language == "elixir":
        return called(index, own_class(index, path, row), depth)
    parts = named_type(text)
    if not parts:
        # A list, a tuple or a function has its language's own members.
        return UNKNOWN if is_choice(text) else OUTSIDE
    return called(index, path_value(index, path, language, parts, row, depth), depth)


def path_value(
    index: CodeIndex, path: str, language: str, parts: tuple[str, ...], row: int | None, depth: int = MAX_DEPTH
) -> Value:
    """What a dotted name means in a file, apart from locals."""
    value, rest = head_value(index, path, language, parts, row, depth)
    for part in rest:
        if not value:
            break
        value = value_of(index, member(index, value, part), depth)
    return value


def head_value(
    index: CodeIndex, path: str, language: str, parts: tuple[str, ...], row: int | None, depth: int = MAX_DEPTH
) -> tuple[Value, tuple[str, ...]]:
    """What the beginning of a dotted name means, and the parts that are left: more than one may name a module."""
    if language == "elixir" and parts[0][:1].isupper():
        return _elixir_module(index, path, parts)
    if language == "rust":
        return _rust_head(index, path, parts, row, depth)
    for count in range(len(parts), 1, -1):
        if (files := module_files(index, path, language, parts[:count])) is not None:
            return (Value(files=files) if files else OUTSIDE), parts[count:]
    return value_of(index, free_name(index, path, language, parts[0], row), depth), parts[1:]


def _rust_head(
    index: CodeIndex, path: str, parts: tuple[str, ...], row: int | None, depth: int
) -> tuple[Value, tuple[str, ...]]:
    """The same of a path of Rust, which may begin with `crate`, with what a `use` brings, or with any other crate."""
    named = NOTHING if parts[0] in RUST_ROOTS else free_name(index, path, "rust", parts[0], row)
    if not (named.definitions or named.files) and (found := rust_module(index, path, parts, row)) is not None:
        files, count = found
        return Value(files=files), parts[count:]
    return value_of(index, named, depth), parts[1:]


def _elixir_module(index: CodeIndex, path: str, parts: tuple[str, ...]) -> tuple[Value, tuple[str, ...]]:
    """The module that the beginning of a dotted name means: Elixir's modules are known everywhere by whole names."""
    whole = parts
    for one in index.imports_of(path):
        if bound_name("elixir", one) == parts[0]:
            whole = (*f"{one.module}.{one.name}".strip(".*").split("."), *parts[1:])
            break
    for count in range(len(whole), 0, -1):
        rows = [r for r in index.symbols_named(".".join(whole[:count]), _MAX_ROWS) if r.kind in SPACES | TYPES]
        rows += [
            r
            for r in index.symbols_named(whole[count - 1], _MAX_ROWS)
            if r.kind in SPACES | TYPES and r.container == ".".join(whole[: count - 1]) and count > 1
        ]
        found = distinct(defined(index, [r for r in rows if r.language == "elixir"]))
        left = whole[count:]
        if found and not (left and left[0][:1].isupper()):
            return Value(found), left
    return OUTSIDE, ()


def module_files(index: CodeIndex, path: str, language: str, parts: tuple[str, ...]) -> tuple[str, ...] | None:
    """The files of a module that is named in full; None when these parts name no module."""
    match language:
        case "python":
            # `import a.b` binds `a`, and makes `a.b` a module.
            module = ".".join(parts)
            if any(i.module == module and not i.name and not i.alias for i in index.imports_of(path)):
                return resolve(language, Import(module), path, index)
        case "rust":
            found = rust_module(index, path, parts) if parts[0] in RUST_ROOTS else None
            return found[0] if found is not None and found[1] == len(parts) else None
    return None


def own_class(index: CodeIndex, path: str, row: int | None) -> Value:
    """An object of the class around a row; a module of Elixir is none, only its struct has objects."""
    record = index.record(path)
    if record is None or row is None:
        return UNKNOWN
    for number in reversed(enclosing(record, row)):
        symbol = record.symbols[number]
        if record.language == "elixir":
            if symbol.kind in {SymbolKind.MODULE, SymbolKind.INTERFACE}:
                return Value((at_number(record, path, number),))
        elif symbol.kind in TYPES or (symbol.kind in SPACES and record.language == "ruby"):
            return Value((at_number(record, path, number),), is_instance=True)
        if record.language in ECMASCRIPT and symbol.kind == SymbolKind.METHOD and symbol.parent >= 0:
            holder = record.symbols[symbol.parent]
            if holder.kind in VALUES or holder.kind == SymbolKind.FUNCTION:
                # `this` in what is put on an object, or on the prototype of a function that makes some.
                return Value((at_number(record, path, symbol.parent),), is_instance=True)
        if symbol.type and (
            (symbol.kind in CALLABLE and record.language == "go") or (is_impl(symbol) and record.language == "rust")
        ):
            return type_value(index, path, record.language, symbol.type, None)
    return UNKNOWN


def called(index: CodeIndex, value: Value, depth: int = MAX_DEPTH) -> Value:
    """What calling a value gives: an object of a class, or what a function returns."""
    if not value.definitions:
        return OUTSIDE if value.is_outside else UNKNOWN
    first = value.definitions[0]
    if is_maker(index, first):
        return Value(value.definitions, is_instance=True)
    if first.symbol.kind in CALLABLE:
        return returned(index, first, depth - 1)
    if value.is_instance:
        return value if first.language == "ruby" else UNKNOWN
    return Value(value.definitions, is_instance=True)


def is_maker(index: CodeIndex, function: Defined) -> bool:
    """Whether a function of JavaScript is a class from before there were classes: it has members of its own."""
    symbol = function.symbol
    return (
        function.language in ECMASCRIPT
        and symbol.kind == SymbolKind.FUNCTION
        and symbol.name[:1].isupper()
        and _has_members(index, function)
    )


def returned(index: CodeIndex, function: Defined, depth: int = MAX_DEPTH) -> Value:
    """What a function gives, as its signature says."""
    if depth <= 0:
        return UNKNOWN
    if function.symbol.kind == SymbolKind.CONSTRUCTOR:
        return _object_of_container(index, function)
    text = return_type(function.language, function.symbol.signature, function.symbol.name)
    if text in _SELF or named_type(text) in {("Self",), ("self",), ("static",), ("this",)}:
        return _object_of_container(index, function)
    return type_value(index, function.path, function.language, text, function.symbol.row, depth) if text else UNKNOWN


def _object_of_container(index: CodeIndex, inner: Defined) -> Value:
    record = index.record(inner.path)
    if record is None or inner.symbol.parent < 0:
        return UNKNOWN
    holder = at_number(record, inner.path, inner.symbol.parent)
    if is_impl(holder.symbol):
        return type_value(index, inner.path, inner.language, holder.symbol.type, None)
    return Value((holder,), is_instance=True)


# Members


def member(index: CodeIndex, value: Value, name: str) -> Named:
    """What a name means behind a value. `outside` where the value is known and has no such member here."""
    if value.is_outside:
        return Named(step="outside")
    if value.files and ((named := _of_module(index, value.files, name)) or not value.definitions):
        return named or Named(step="outside")
    seen_outside = False
    for holder in value.definitions:
        for part, is_outside in line_of(index, holder):
            seen_outside = seen_outside or is_outside
            if part is None:
                continue
            if found := distinct(d for d in _held(index, part, value) if d.symbol.name == name):
                return Named(found, step="member")
    if value.definitions and (seen_outside or value.definitions[0].language in EXPLICIT | {"java"}):
        return Named(step="outside")
    return NOTHING


def _of_module(index: CodeIndex, files: tuple[str, ...], name: str) -> Named:
    if found := exported(index, files, name):
        first = found[0]
        if first.language == "rust" and first.symbol.kind == SymbolKind.MODULE and not _has_members(index, first):
            # `mod util;` only says where the module is.
            return imported(index, first.path, "rust", name) or Named(found, step="member")
        return Named(found, step="member")
    below = _submodule(index, files, name) or handed_module(index, files, name)
    return Named(files=below, step="member") if below else NOTHING


def members(index: CodeIndex, value: Value) -> Iterator[Defined]:
    """All members of a value, each name once, the class's own before those of its bases."""
    seen: set[str] = set()
    for one in _all_members(index, value):
        if one.symbol.name not in seen:
            seen.add(one.symbol.name)
            yield one


def _all_members(index: CodeIndex, value: Value) -> Iterator[Defined]:
    whole = {d.key for d in value.definitions}
    for path in value.files:
        for one in _offered(index, path):
            # What a module is as a whole it does not hold.
            if one.key not in whole and not (whole and one.symbol.name == "default"):
                yield one
    seen: set[str] = set(value.files)
    for path in value.files:
        yield from _passed_on(index, path, seen)
    for holder in value.definitions:
        for part, _ in line_of(index, holder):
            if part is not None:
                yield from _held(index, part, value)


def _held(index: CodeIndex, part: Defined, value: Value) -> Iterator[Defined]:
    """What a part of a value's class gives it: of Elixir's modules an object has the fields of the struct alone."""
    if part.language != "elixir" or not value.is_instance or part.symbol.kind not in SPACES:
        yield from own_members(index, part)
        return
    for one in own_members(index, part):
        if one.symbol.kind == SymbolKind.STRUCT:
            yield from own_members(index, one)


def _offered(index: CodeIndex, path: str) -> Iterator[Defined]:
    record = index.record(path)
    for number, symbol in enumerate(record.symbols if record is not None else ()):
        if record is not None and is_top(symbol, record):
            yield at_number(record, path, number)


def _passed_on(index: CodeIndex, path: str, seen: set[str]) -> Iterator[Defined]:
    """What a module has imported and so offers as its own."""
    record = index.record(path)
    if record is None:
        return
    text = (index.text(path) or "").split("\n") if record.language in ECMASCRIPT else []
    for brought in record.imports:
        if text and not (brought.row < len(text) and text[brought.row].lstrip().startswith("export")):
            continue
        name = bound_name(record.language, brought)
        if name and (found := exported(index, (path,), name)):
            yield msgspec.structs.replace(found[0], symbol=_called(found[0].symbol, name))
        elif brought.name == "*" and not brought.alias and record.language in EXPLICIT and len(seen) < MAX_BASES:
            for target in resolve(record.language, brought, path, index):
                if target not in seen:
                    seen.add(target)
                    yield from _offered(index, target)
                    yield from _passed_on(index, target, seen)


def _called(symbol: Symbol, name: str) -> Symbol:
    return symbol if symbol.name == name else msgspec.structs.replace(symbol, name=name)


def own_members(index: CodeIndex, holder: Defined) -> Iterator[Defined]:
    """The members of a class or a module itself, wherever they stand, without those of its bases."""
    for part in _parts(index, holder):
        record = index.record(part.path)
        if record is None:
            continue
        for number in range(part.number + 1, len(record.symbols)):
            if record.symbols[number].parent == part.number:
                yield at_number(record, part.path, number)
    if holder.language == "go":
        yield from _go_methods(index, holder)
    elif holder.symbol.name == "default" and holder.language in ECMASCRIPT:
        names = listed_by_default(index.text(holder.path) or "")
        for name in names:
            yield from exported(index, (holder.path,), name)[:1]


def _parts(index: CodeIndex, holder: Defined) -> Iterator[Defined]:
    """The places at which a type is written, the one asked about first."""
    yield holder
    if holder.language == "rust":
        yield from _rust_blocks(index, holder)
        return
    if holder.language not in _REOPENED or holder.symbol.kind not in TYPES | SPACES:
        return
    rows = [
        r
        for r in index.symbols_named(holder.symbol.name, _MAX_PARTS)
        if r.language == holder.language
        and (r.kind in TYPES or r.kind in SPACES)
        and r.container == holder.container
        and (holder.language not in BY_FOLDER or is_one_package(index, r.language, r.path, holder.path))
    ]
    for other in defined(index, rows):
        if other.key != holder.key:
            yield other


def is_impl(symbol: Symbol) -> bool:
    """Whether a symbol is a block of Rust that adds to a type."""
    return symbol.kind == SymbolKind.OBJECT and symbol.name.startswith("impl ")


def _rust_blocks(index: CodeIndex, holder: Defined) -> Iterator[Defined]:
    """The `impl` blocks of a type: those of its own file, and of files that have one without a trait."""
    name = holder.symbol.name
    rows = [r for r in index.prefix(f"impl {name}", _MAX_PARTS).rows if re.fullmatch(rf"impl {name}(?:<.*>)?", r.name)]
    for path in dict.fromkeys((holder.path, *(r.path for r in rows if r.language == "rust"))):
        record = index.record(path)
        for number, symbol in enumerate(record.symbols if record is not None else ()):
            if record is not None and symbol.type == name and is_impl(symbol):
                yield at_number(record, path, number)


def _go_methods(index: CodeIndex, holder: Defined) -> Iterator[Defined]:
    """Go writes methods beside their type, anywhere in the package."""
    for path in index.below(folder(holder.path)):
        record = index.record(path) if path.endswith(".go") else None
        if record is None:
            continue
        numbers = [
            number
            for number, symbol in enumerate(record.symbols)
            if symbol.kind == SymbolKind.METHOD
            and symbol.parent < 0
            and named_type(symbol.type)[-1:] == (holder.symbol.name,)
        ]
        if numbers and is_one_package(index, "go", path, holder.path):
            yield from (at_number(record, path, number) for number in numbers)


def line_of(index: CodeIndex, holder: Defined) -> Iterator[tuple[Defined | None, bool]]:
    """A class and its bases, the nearest first; None, True for a base that is not in the workspace."""
    waiting, seen = [holder], {holder.key}
    for _ in range(MAX_BASES):
        if not waiting:
            return
        one = waiting.pop(0)
        yield one, False
        bases: list[Defined] = []
        # What a base of Ruby is depends on the modules around the class.
        row = one.symbol.row if one.language == "ruby" else None
        for text in bases_of(index, one):
            value = type_value(index, one.path, one.language, text, row)
            if not value.definitions:
                yield None, True
            for base in value.definitions[:1]:
                if base.key not in seen and base.symbol.kind in TYPES | SPACES:
                    seen.add(base.key)
                    bases.append(base)
        waiting[:0] = bases


def bases_of(index: CodeIndex, holder: Defined) -> tuple[str, ...]:
    """The bases of a class, as written, at all its places."""
    if holder.language not in _REOPENED or holder.language == "go":
        return holder.symbol.bases
    return tuple(dict.fromkeys(text for part in _parts(index, holder) for text in part.symbol.bases))


def _same_type(one: Defined, other: Defined) -> bool:
    return one.key == other.key or (
        one.language in _REOPENED
        and (one.symbol.name, one.container, one.language) == (other.symbol.name, other.container, other.language)
    )


def _submodule(index: CodeIndex, files: tuple[str, ...], name: str) -> tuple[str, ...]:
    found: list[str] = []
    for path in files:
        if path.endswith(("__init__.py", "__init__.pyi")):
            below = folder(path) + "/" if folder(path) else ""
            found += [p for p in (f"{below}{name}.py", f"{below}{name}/__init__.py") if index.exists(p)]
    return tuple(found)


def is_member_of_type(record: FileRecord, symbol: Symbol) -> bool:
    """Whether a symbol is reached through a class or an object, not by its name alone."""
    if symbol.parent >= 0:
        return record.symbols[symbol.parent].kind not in SPACES
    return record.language == "go" and symbol.kind == SymbolKind.METHOD


def likely(index: CodeIndex, path: str, language: str, name: str, *, called: bool = False) -> Named:
    """The likeliest members of a name, of whatever class, for a receiver of which nothing is known."""
    rows = [r for r in index.symbols_named(name, _MAX_ROWS) if r.language in family(language)]
    return ranked(index, path, [r for r in rows if r.container or r.kind in _MEMBERS], called=called)
