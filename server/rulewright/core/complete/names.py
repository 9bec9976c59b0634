"""Candidates where a name stands alone: locals, the file's own, imports, the package, builtins, keywords, words."""

import re
from collections.abc import Iterator, Sequence

import msgspec
from tree_sitter import Node

from rulewright.core.code_ports import SymbolRow
from rulewright.core.complete.items import Candidate, ItemKind, Origin, Source, kind_of_binding, kind_of_symbol
from rulewright.core.complete.situation import Situation, of_symbol
from rulewright.core.complete.standing import is_said_private
from rulewright.core.complete.state import first_letter
from rulewright.core.index.free import is_free
from rulewright.core.index.grammars import Grammar
from rulewright.core.index.members import members, own_class
from rulewright.core.index.naming import IMPLICIT_SELF, SPACES, is_one_package, is_test
from rulewright.core.index.near import BY_FOLDER, distance, family, folder, stem
from rulewright.core.index.scopes import ScopeTree, child_at, node_for, scopes_of
from rulewright.core.index.site import Site
from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.index.traits import traits_of

LOCAL_SPAN = 20_000
"""Bytes; in a larger node, such as a whole class, only what lies around the cursor is searched for locals."""
MAX_FUNCTION = 120_000
"""Bytes of one function that is searched as a whole."""
N_PREFIX = 60
MORE = 4
"""So many times as many are asked for once more, where most of them are hidden here or of other languages."""
N_SEARCH = 100
"""Symbols asked of the index."""
MIN_SEARCH = 3
"""Letters from which on the index is searched for more than prefixes."""
ENOUGH = 4
"""Candidates that make that search unnecessary: it takes ten times as long as all the rest."""
MAX_NAMELESS = 300
"""Default exports without a name that are looked at."""
MIN_WORD = 3
"""Letters of a word that is worth offering."""

_FUNCTION = re.compile(r"function|method|lambda|closure|constructor|^def|arrow|do_block|func_literal")
_TYPES = frozenset({SymbolKind.CLASS, SymbolKind.INTERFACE, SymbolKind.STRUCT, SymbolKind.ENUM})


class QuickSite(Site, frozen=True):
    """A place whose scopes are those near it, found once for each node."""

    kept: dict[tuple[int, int], ScopeTree] = msgspec.field(default_factory=dict)

    @property
    def record(self) -> FileRecord:
        """What is known of the file: while somebody types, what a question can do without looking at all of it."""
        known = self.index.record(self.path) if not self.is_embedded else None
        return known if known is not None else self.buffer.record

    def scopes(self) -> ScopeTree | None:
        """The scopes around the place."""
        return scopes_near(self.root, self.grammar, self.source, self.byte, self.kept)


def site_of(at: Situation, byte: int) -> Site:
    """The place for those who know what names mean."""
    context = at.context
    return QuickSite(
        at.workspace,
        at.path,
        at.buffer,
        byte,
        at.language,
        context.grammar,
        context.root,
        is_embedded=at.is_embedded,
        kept=at.scopes_kept,
    )


def local_scopes(at: Situation) -> ScopeTree | None:
    """The scopes around the cursor."""
    context = at.context
    return scopes_near(context.root, context.grammar, at.buffer.source, context.start, at.scopes_kept)


def scopes_near(
    root: Node | None, grammar: Grammar | None, source: bytes, byte: int, kept: dict[tuple[int, int], ScopeTree]
) -> ScopeTree | None:
    """The scopes around a byte: of a function or a small file as a whole, of anything larger in part."""
    node = _node_around(root, byte) if root is not None else None
    if node is None or grammar is None:
        return None
    key = node.start_byte, node.end_byte
    if key not in kept:
        kept[key] = scopes_of(grammar, source, node)
    return kept[key]


def _node_around(root: Node, byte: int) -> Node | None:
    node: Node | None = root
    if root.end_byte - root.start_byte > LOCAL_SPAN:
        node = node_for(root, byte)
        if node == root:
            return None
    while node is not None and node.end_byte - node.start_byte > LOCAL_SPAN:
        if _FUNCTION.search(node.type) and node.end_byte - node.start_byte <= MAX_FUNCTION:
            return node
        child = child_at(node, byte)
        node = child if child is not None and child.start_byte <= byte <= child.end_byte else None
    return node


def locals_of(at: Situation) -> Iterator[Candidate]:
    """What functions and blocks around the cursor bind, the innermost nearest."""
    scopes = local_scopes(at)
    if scopes is None:
        return
    start = at.context.start
    index = first = scopes.innermost(start)
    depth = 0
    seen: set[str] = set()
    while index >= 0:
        scope = scopes.scopes[index]
        is_file = index == 0 and scope.kind == "block"
        for name, bindings in scope.bindings.items():
            if name in seen or (scope.kind == "class" and index != first):
                continue
            binding = next((b for b in reversed(bindings) if b.end < start), bindings[0])
            if binding.start <= start <= binding.end and len(bindings) == 1:
                continue  # The word that is being typed.
            # What only comes later cannot be used yet, but for what a language hoists.
            if binding.start > start and binding.kind in {"variable", "parameter"} and not is_file:
                continue
            seen.add(name)
            source = Source.LOCAL
            if binding.kind == "import":
                source = Source.IMPORT
            elif is_file:
                source = Source.FILE
            yield Candidate(
                name, kind_of_binding(binding.kind), source, depth, module=binding.type.replace("\n", " ")[:60]
            )
        index = scope.parent
        depth += 1


_PRIVATE_IN_BASE = frozenset({"java", "kotlin", "scala", "csharp", "swift", "cpp"})
"""Languages in which a class does not see what its bases have for themselves."""


def own_members(at: Situation) -> Iterator[Candidate]:
    """Members of the class around the cursor, where the language needs no receiver for them."""
    if at.language not in IMPLICIT_SELF:
        return
    value = own_class(at.index, at.path, at.row)
    own = {d.symbol.name for d in value.definitions}
    for number, one in enumerate(members(at.index, value) if value else ()):
        if one.container not in own and at.language in _PRIVATE_IN_BASE and is_said_private(one.symbol):
            continue
        yield of_symbol(one.symbol, one.path, Source.OWN, min(number // 20, 3))


def of_file(at: Situation) -> Iterator[Candidate]:
    """What the file defines and other code in it can name without a receiver."""
    symbols = at.symbols()
    row, column = at.buffer.point(at.context.start)
    since = max(0, at.rows_since)
    around = {n for n, s in enumerate(symbols) if s.start_row <= row <= s.end_row + since}
    for symbol in at.fitting_by(at.named_symbols()):
        if not symbol.name.strip() or (symbol.kind == SymbolKind.METHOD and symbol.parent < 0):
            continue
        if symbol.row == row and symbol.column <= column <= symbol.column + len(symbol.name.encode()):
            continue  # What is being named at the cursor: a heading has many words, a module's name has dots.
        level = _levels_up(symbol, symbols, around, is_explicit=at.language not in IMPLICIT_SELF)
        if level >= 0:
            yield of_symbol(symbol, at.path, Source.FILE, level)


def _levels_up(symbol: Symbol, symbols: Sequence[Symbol], around: set[int], *, is_explicit: bool) -> int:
    """How deep a symbol lies in what is seen without a receiver; -1 where it is not seen."""
    level = 0
    parent = symbol.parent
    while parent >= 0:
        holder = symbols[parent]
        if holder.kind not in SPACES and not (parent in around and not (holder.kind in _TYPES and is_explicit)):
            return -1
        parent = holder.parent
        level += 1
    return level


def of_imports(at: Situation) -> Iterator[Candidate]:
    """What the file's imports bind."""
    for name, one in at.fitting_by(at.bound()):
        if one.row == at.row and name == at.context.prefix:
            continue  # What is being imported at the cursor.
        kind = ItemKind.MODULE if not one.name else _guessed_kind(name)
        yield Candidate(name, kind, Source.IMPORT, module=one.module)


def _guessed_kind(name: str) -> int:
    """Of an imported name, by how it is written."""
    if name.isupper() and len(name) > 1:
        return ItemKind.CONSTANT
    return ItemKind.CLASS if name[:1].isupper() else ItemKind.FUNCTION


def of_workspace(at: Situation, n_here: int) -> tuple[list[Candidate], bool]:
    """Symbols of other files that match the prefix, and whether there are no others.

    `n_here` is how many candidates this file has: where there are enough of them, or of names that begin with what was
    typed, the slower search for camel humps and letters in between is spared, and the answer is not complete.
    """
    prefix = at.context.prefix.lstrip("@$:")
    if not prefix:
        return [], False
    rows, complete = at.state.elsewhere(at.path, at.context.start, prefix)
    if rows is None:
        rows = _beginning(at, prefix)
        complete = False
        if len(prefix) >= MIN_SEARCH and len(rows) + n_here < ENOUGH:
            found = at.index.search(prefix, N_SEARCH)
            complete = found.is_complete
            rows = tuple(dict.fromkeys((*rows, *(row for row in found.rows if _is_usable(at, row)))))
        if complete:
            at.state.remember_elsewhere(at.path, at.context.start, prefix, rows)
    candidates = list(_nameless(at)) if "typescript" in family(at.language) else []
    for row in at.fitting_by([(row.name, row) for row in rows]):
        in_package = _is_in_package(at, row)
        candidates.append(
            Candidate(
                row.name,
                kind_of_symbol(row.kind),
                Source.PACKAGE if in_package else Source.WORKSPACE,
                distance(at.path, row.path) + (5 if is_test(row.path) and not is_test(at.path) else 0),
                module=row.path,
                is_private=not row.exported,
                origin=Origin(row.path, row.name, row.row),
                import_from="" if in_package else row.path,
            )
        )
    return candidates, complete


def _beginning(at: Situation, prefix: str) -> tuple[SymbolRow, ...]:
    """Symbols of other files that begin with what was typed and can be named here."""
    found = at.index.prefix(prefix, N_PREFIX, free=True)
    rows = tuple(row for row in found.rows if _is_usable(at, row))
    if len(rows) < N_PREFIX // 2 and not found.is_complete:
        found = at.index.prefix(prefix, MORE * N_PREFIX, free=True)
        rows = tuple(row for row in found.rows if _is_usable(at, row))[:N_PREFIX]
    return rows


def _is_usable(at: Situation, row: SymbolRow) -> bool:
    """Whether a symbol of another file can be named here, once it is imported."""
    if row.path == at.path or row.language not in family(at.language):
        return False
    if not is_free(at.language, row.kind, is_held=bool(row.container)):
        return False
    return row.exported or _is_in_package(at, row)


def _is_in_package(at: Situation, row: SymbolRow) -> bool:
    """Whether a symbol is seen here without an import, because its file is of this one's folder and package."""
    if at.language not in BY_FOLDER or folder(row.path) != folder(at.path):
        return False
    # Asked once for all letters of a word: it may read files.
    return at.language != "go" or at.once(
        f"package {row.path}", lambda: is_one_package(at.index, at.language, row.path, at.path)
    )


def _nameless(at: Situation) -> Iterator[Candidate]:
    """What other files export by default without a name, called like its file: `my-thing.ts` gives `myThing`."""
    key = at.path, at.context.start
    kept = at.state.nameless
    if kept is None or kept[0] != key:
        kept = key, tuple(r for r in at.index.symbols_named("default", MAX_NAMELESS) if not r.container)
        at.state.nameless = kept
    rows = {row.path: row for row in kept[1]}
    named = [(name, row) for row in rows.values() if (name := _name_of_file(row)) and row.path != at.path]
    for name, row in sorted(at.fitting_by((name, (name, row)) for name, row in named), key=lambda one: one[1].path):
        if not (row.exported and row.language in family(at.language)):
            continue
        far = distance(at.path, row.path) + (5 if is_test(row.path) and not is_test(at.path) else 0)
        origin = Origin(row.path, name, row.row)
        yield Candidate(
            name, kind_of_symbol(row.kind), Source.WORKSPACE, far, "", row.path, origin=origin, import_from=row.path
        )


def _name_of_file(row: SymbolRow) -> str:
    name = stem(row.path)
    if name == "index":
        name = folder(row.path).rpartition("/")[2]
    first, *rest = re.split(r"[^A-Za-z\d_$]+", name)
    joined = first + "".join(part[:1].upper() + part[1:] for part in rest)
    if row.kind in _TYPES:
        joined = joined[:1].upper() + joined[1:]
    return joined if joined.isidentifier() else ""


def of_language(at: Situation) -> Iterator[Candidate]:
    """Builtins and keywords that may stand here, and snippets where the client takes them."""
    words = at.context.words
    match at.context.wants:
        case "type":
            yield from _builtins(at, (*words.types, *words.classes), ItemKind.CLASS)
        case "property" | "attribute":
            names = words.properties if at.context.wants == "property" else words.attributes
            yield from _builtins(at, names, ItemKind.PROPERTY)
        case "tag":
            yield from _builtins(at, words.tags, ItemKind.KEYWORD)
            yield from _keywords(at, words.statement)
        case _:
            yield from _of_code(at)


def _of_code(at: Situation) -> Iterator[Candidate]:
    words, group = at.context.words, at.context.group
    if group == "infix":
        yield from _keywords(at, words.infix)
        if words.language not in _JUXTAPOSED:
            return
    yield from _builtins(at, words.functions, ItemKind.FUNCTION)
    yield from _builtins(at, (*words.classes, *words.types), ItemKind.CLASS)
    yield from _builtins(at, words.values, ItemKind.VARIABLE)
    yield from _keywords(at, (*traits_of(words.language).receiver, *words.expression))
    if group == "statement":
        yield from _keywords(at, words.statement)
        if at.state.client.snippets:
            for name, body in at.fitting_by((name, (name, body)) for name, body in words.snippets.items()):
                yield Candidate(name, ItemKind.SNIPPET, Source.SNIPPET, insert=body, is_snippet=True)


_JUXTAPOSED = frozenset(
    {"ruby", "elixir", "bash", "haskell", "ocaml", "lua", "powershell", "perl", "scala", "julia", "sql"}
)
"""Languages in which a value may stand right behind another."""


def _builtins(at: Situation, names: tuple[str, ...], kind: int) -> Iterator[Candidate]:
    for name in at.fitting(names):
        yield Candidate(name, kind, Source.BUILTIN)


def _keywords(at: Situation, names: tuple[str, ...]) -> Iterator[Candidate]:
    lower = at.context.words.any_case and at.context.prefix[:1].islower()
    for name in at.fitting(names):
        yield Candidate(name.lower() if lower else name, ItemKind.KEYWORD, Source.KEYWORD)


def of_words(at: Situation) -> Iterator[Candidate]:
    """The words of this file, then those of other open ones, that begin with the letter that was typed."""
    own = at.context
    typed = at.buffer.source[own.start : own.end].decode("utf-8", "replace")
    sign = own.prefix[:1] if own.prefix[:1] in {"@", "$", ":"} else ""
    alone = len(typed) >= MIN_WORD and not _is_elsewhere(at, typed)
    inside = own.words.word_inside
    letter = first_letter(own.prefix.lstrip("@$:"))
    # What was typed a moment ago is near the cursor.
    fresh = at.once(
        f"words {letter}",
        lambda: [word for name in at.near.near if first_letter(word := name.decode("utf-8", "replace")) == letter],
    )
    here = _joined_words(at, inside) if inside else at.state.words(at.path, at.buffer, letter)
    files = [fresh + here]
    files += [at.state.words(path, buffer, letter) for path, buffer in at.others()]
    for number, found in enumerate(files):
        for word in at.fitting([sign + word for word in found] if sign else found):
            if len(word) >= MIN_WORD and not (number == 0 and alone and word == typed):
                yield Candidate(word, ItemKind.TEXT, Source.WORD, number)


def _is_elsewhere(at: Situation, word: str) -> bool:
    """Whether the word at the cursor also stands in another place of the file."""
    encoded = word.encode("utf-8", "surrogatepass")
    source, start = at.buffer.source, at.context.start
    found = source.find(encoded)
    while found >= 0:
        if found != start and not _WORDY.match(source, found + len(encoded)) and not _WORDY.match(source, found - 1):
            return True
        found = source.find(encoded, found + 1)
    return False


_WORDY = re.compile(rb"[\w\x80-\xff]")


def _joined_words(at: Situation, inside: str) -> list[str]:
    """The words of a language whose names have other signs in them, such as hyphens."""
    pattern = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff%b]*" % re.escape(inside.encode()))
    source, start, end = at.buffer.source, at.context.start, at.context.end
    low, high = max(0, start - 100_000), min(len(source), end + 100_000)
    found = {*pattern.findall(source, low, start), *pattern.findall(source, end, high)}
    return [word.decode("utf-8", "replace") for word in found]
