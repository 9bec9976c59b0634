"""How a JavaScript or TypeScript file writes its imports, and where another goes."""

import re

import msgspec

from rulewright.core.index.imports import Insertion, NewImport
from rulewright.core.index.imports.written import Item, eol_of, is_blank_at, joined, line_start, next_line, place
from rulewright.core.index.symbols import FileRecord

_SPECIFIER = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(["'])([^"'\n]+)\1""")
_IMPORT = re.compile(
    rb"""import\b(?P<type>\s+type\b(?!\s*(?:,|from\b)))?\s*(?:(?P<default>[\w$]+)\s*,?\s*)?(?:\*\s*as\s+[\w$]+\s*)?"""
    rb"""(?:(?P<open>\{)(?P<names>[^}]*)\})?\s*(?:from\s*)?(?P<quote>["'])(?P<module>[^"'\n]+)(?P=quote)"""
    rb"""(?:\s*(?:with|assert)\s*\{[^}]*\})?[ \t]*(?P<semi>;)?"""
)
_REQUIRE = re.compile(
    rb"""(?:const|let|var)\s+(?:(?P<default>[\w$]+)|(?P<open>\{)(?P<names>[^}]*)\})\s*=\s*require\(\s*"""
    rb"""(?P<quote>["'])(?P<module>[^"'\n]+)(?P=quote)\s*\)[.\w$]*[ \t]*(?P<semi>;)?"""
)
_COMMON = re.compile(
    r"^(?![ \t]*(?://|/?\*))(?:[^\n]*?(?<![.\w$])require[ \t]*\(|[ \t]*module\.exports\b)", re.MULTILINE
)
_MODULE = re.compile(
    r"""^[ \t]*(?:import\s*(?:[{*"']|[\w$]+\s*(?:,|from\b|\{|\*))|import\s+type\b|import\.meta\b"""
    r"""|export\s*(?:[{*]|(?:default|async|function|class|const|let|var)\b))""",
    re.MULTILINE,
)
"""Import and export statements, not `import()` and not the words in a comment."""
_HEAD = 50_000
"""Characters of a file that say how it imports."""
_ITEM = re.compile(rb"//[^\n]*|/\*.*?\*/|(?:[^,\s/]|/(?![/*]))(?:[^,/\n]|/(?![/*]))*", re.DOTALL)
_HEADER = re.compile(rb"(?:\xef\xbb\xbf)?(?:#![^\n]*(?:\n|$))?")
_COMMENT = re.compile(rb"\s*(?:/\*(?:[^*]|\*(?!/))*\*/[ \t]*(?:\r?\n|$)|(?:[ \t]*//[^\n]*(?:\n|$))+)")
"""A comment with its lines, and nothing else on them."""
_DETACHED = re.compile(rb"[ \t]*(?:\r?\n|[\"']use )")
"""What stands behind a comment that is not about the code below it."""
_LICENCE = re.compile(
    rb"^\s*(?:/\*!|/[/*]+[\s*]*licen[cs]e\b)|\bcopyright\b|@(?:licen[cs]e|preserve|copyright|file|fileoverview)\b|SPDX-"
    rb"|\ball rights reserved\b|\blicen[cs]ed\s+(?:under|to)\b"
    rb"|\b(?:MIT|BSD|ISC|Apache|GNU|Mozilla)\b[^\n]{0,40}\blicen[cs]e\b",
    re.IGNORECASE,
)
_PRAGMA = re.compile(
    rb"@ts-(?:no)?check\b|@(?:no)?flow\b|@jsx\w*\s|@jest-environment\b|///\s*<|eslint-(?:env\b|disable(?!-))|tslint:disable(?!-)"
)
"""What counts only above all code; a comment for the next line, such as `@ts-ignore`, stays with that."""
_DIRECTIVES = re.compile(rb"(?:\s*([\"'])use [\w ]+\1[ \t]*;?[ \t]*(?://[^\n]*|/\*[^*\n]*\*/[ \t]*)?(?:\r?\n|$))+")


def relative_specifiers(text: str, *, relative: bool) -> list[str]:
    """The specifiers in a text that begin with a dot, or all others."""
    return [m[2] for m in _SPECIFIER.finditer(text) if m[2].startswith(".") is relative]


def is_script(text: str) -> bool:
    """Whether a text is CommonJS: it has a `require` or `module.exports`, and no `import` or `export` statement."""
    # The head and the plain words first: this is asked for each item of a completion.
    text = text[:_HEAD]
    is_possible = "require" in text or "module.exports" in text
    return is_possible and not _MODULE.search(text) and bool(_COMMON.search(text))


class _Statement(msgspec.Struct, frozen=True):
    """An import at the left margin."""

    start: int
    end: int
    """Behind its line."""
    found: re.Match[bytes]
    module: str
    items: list[Item]
    is_type: bool


def insert(source: bytes, record: FileRecord, new: NewImport) -> Insertion | None:
    """Where a new import goes; None when the file has it already."""
    statements = _statements(source, record)
    local = _local(new)
    for known in record.imports:
        # What a file only hands on it cannot name itself.
        # What `require` gives as a whole has no name of its own.
        is_same = known.name == new.name or (new.name == "default" and not known.name and bool(known.alias))
        is_there = known.module == new.module and is_same and (known.alias or known.name) == local
        if is_there and not source.startswith(b"export", line_start(source, known.row)):
            return None
    same = [s for s in statements if s.module == new.module]
    is_require = new.statement.startswith(("const ", "let ", "var "))
    is_type = new.statement.startswith("import type")
    for statement in sorted(same, key=lambda s: s.is_type is not is_type):
        if (place_ := _into(source, statement, new, local, is_require=is_require, is_type=is_type)) is not None:
            return place_
    line = _styled(source, statements, new.statement).encode() + eol_of(source)
    if not statements:
        return _first(source, line)
    return _among(source, statements, new.module, line)


def _local(new: NewImport) -> str:
    if new.name != "default":
        return new.name
    found = re.match(r"(?:import(?:\s+type)?|const|let|var)\s+([\w$]+)", new.statement)
    return found[1] if found else new.name


def _statements(source: bytes, record: FileRecord) -> list[_Statement]:
    result: list[_Statement] = []
    for row in sorted({i.row for i in record.imports}):
        start = line_start(source, row)
        found = _IMPORT.match(source, start) or _REQUIRE.match(source, start)
        if found is None:
            continue
        items: list[Item] = []
        if found["open"]:
            for item in _ITEM.finditer(source, *found.span("names")):
                text = item[0].rstrip()
                if not text.startswith((b"//", b"/*")):
                    items.append(Item(text.decode("utf-8", "replace"), item.start(), item.start() + len(text)))
        is_type = bool(found.groupdict().get("type"))
        module = found["module"].decode("utf-8", "replace")
        result.append(_Statement(start, next_line(source, found.end()), found, module, items, is_type))
    return result


def _into(
    source: bytes, statement: _Statement, new: NewImport, local: str, *, is_require: bool, is_type: bool
) -> Insertion | None:
    """A place in a statement; None where it cannot take the name."""
    found = statement.found
    if is_require is not found[0].startswith((b"const", b"let", b"var")) or (statement.is_type and not is_type):
        return None
    if new.name == "default":
        if is_require or found["default"] or statement.is_type or not found["open"]:
            return None
        return Insertion(found.start("open"), f"{local}, ")
    name = f"type {new.name}" if is_type and not statement.is_type else new.name
    if not found["open"]:
        if is_require or not found["default"] or b"*" in found[0]:
            return None
        return Insertion(found.end("default"), f", {{ {name} }}")
    index = place([i.text for i in statement.items], name, _NAME_KEYS)
    at, text = joined(source, statement.items, index, name, found.end("names"))
    return Insertion(at, text.decode())


def _plain(name: str) -> str:
    return name.removeprefix("type ")


_NAME_KEYS = (
    _plain,
    lambda n: _plain(n).casefold(),
    lambda n: (0 if n.startswith("type ") else 1, _plain(n).casefold()),
)


def _styled(source: bytes, statements: list[_Statement], statement: str) -> str:
    """A statement with the quotes and the end that the file's own have."""
    imports = [s.found for s in statements]
    if imports:
        single = sum(f["quote"] == b"'" for f in imports) * 2 > len(imports)
        semi = sum(f["semi"] is not None for f in imports) * 2 >= len(imports)
    else:
        head = source[:20_000]
        single = head.count(b"'") > head.count(b'"')
        ended = len(re.findall(rb";[ \t]*\r?$", head, re.MULTILINE))
        semi = ended > 0 or not re.search(rb"[\w)\]'\"`][ \t]*\r?$", head, re.MULTILINE)
    if single:
        statement = statement.replace('"', "'")
    return statement if semi else statement.removesuffix(";")


def _among(source: bytes, statements: list[_Statement], module: str, line: bytes) -> Insertion:
    """Sorted into the last run of imports that are like it, where they are sorted; else behind them."""
    like = [i for i, s in enumerate(statements) if _kind(s.module) == _kind(module)]
    if not like:
        is_before = _kind(module) < _kind(statements[0].module) and not statements[0].module.endswith(".css")
        return Insertion(statements[0].start, line.decode()) if is_before else _behind(source, statements[-1], line)
    first = last = like[-1]
    while first > 0 and statements[first - 1].end == statements[first].start:
        first -= 1
    run = [statements[i] for i in like if first <= i <= last]
    index = place([s.module for s in run], module, (lambda m: m, lambda m: m.casefold(), _distance))
    if index < len(run):
        return Insertion(run[index].start, line.decode())
    return _behind(source, run[-1], line)


def _kind(module: str) -> int:
    return 2 if module.startswith(".") else 1 if module.startswith(("@/", "~/", "#")) else 0


def _distance(module: str) -> tuple[int, str]:
    return -module.count("../"), module.casefold()


def _behind(source: bytes, statement: _Statement, line: bytes) -> Insertion:
    ends = source[: statement.end].endswith(b"\n")
    return Insertion(statement.end, (line if ends else eol_of(source) + line).decode())


def _first(source: bytes, line: bytes) -> Insertion:
    """Behind what must or may stand first: a shebang, a comment about the file, directives such as "use strict"."""
    header = _HEADER.match(source)
    start = header.end() if header else 0
    at = _behind_comments(source, start, is_first=True)
    directives = _DIRECTIVES.match(source, at)
    at = _behind_comments(source, directives.end(), is_first=False) if directives else at
    eol = eol_of(source)
    text = line
    if at > start or (header and b"#!" in header[0]):
        text = (eol if source[:at].endswith(b"\n") else eol + eol) + text
    if at < len(source) and not is_blank_at(source, at):
        text += eol
    return Insertion(at, text.decode())


def _behind_comments(source: bytes, at: int, *, is_first: bool) -> int:
    """The byte behind the comments about the whole file that begin at `at`, which is itself where there are none.

    These are licences, pragmas such as `@ts-check`, and with `is_first` any comment at the top that a blank line or a
    directive follows. Of lines of which one is a pragma, those behind it may be about the code below and stay there.
    """
    end = start = at
    while found := _COMMENT.match(source, at):
        at = found.end()
        is_detached = is_first and bool(_DETACHED.match(source, at))
        if is_detached or _LICENCE.search(found[0]):
            end = at
        elif pragmas := list(_PRAGMA.finditer(source, found.start(), at)):
            is_block = found[0].lstrip().startswith(b"/*")
            end = at if is_block else next_line(source, pragmas[-1].end() - 1)
        elif is_first and end == start and source.startswith((b"//", b"/*"), at):
            # A comment right above another is judged with it.
            continue
        else:
            break
        if end != at:
            break
        is_first = is_first and source.startswith((b"//", b"/*"), at)
    return end
