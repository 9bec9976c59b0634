"""Methods of the bases of a class, where one of its own is being written: the whole head, and a body to begin with.

The class around the cursor is found in the text, because half a line can hide it from the tree.
"""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.complete.arguments import parts_of
from rulewright.core.complete.items import Candidate, ItemKind, Origin, Source
from rulewright.core.complete.situation import Situation
from rulewright.core.index.members import line_of, own_members, type_value
from rulewright.core.index.naming import Defined
from rulewright.core.index.symbols import SymbolKind

MAX_BODY = 60_000
"""Bytes of a class above the cursor."""
_HEADS = {
    "python": re.compile(r"([ \t]+)(?:async[ \t]+)?def[ \t]+\Z"),
    "java": re.compile(r"[ \t]*(?:public[ \t]+|protected[ \t]+)?\Z"),
    **dict.fromkeys(("javascript", "typescript", "tsx"), re.compile(r"[ \t]*(?:override[ \t]+|async[ \t]+)*\Z")),
}
"""What may stand on the line before the name of a method."""
_PYTHON_CLASS = re.compile(r"([ \t]*)class[ \t]+(\w+)[ \t]*(?:\((.*)\))?[ \t]*:")
_BRACED_CLASS = re.compile(
    r"\bclass\s+(\w+)[^{}]*?(?:\bextends\s+(?P<one>[\w$.]+)[^{}]*?)?(?:\bimplements\s+(?P<more>[^{}]*))?\Z", re.DOTALL
)
_MADE = re.compile(r"\bnew\s+([\w.]+)\s*(?:<[^<>]*>)?\s*\([^{}]*\)\s*\Z")
"""A class of Java without a name."""
_DECORATED = re.compile(rb"@\s*(?:[\w.]+\.)?(property|cached_property|classmethod|staticmethod|\w+\.setter)\b")
_HIDDEN = re.compile(r"\b(?:private|static|final)\b|#")
_LEFT_OUT = re.compile(r"\b(?:public|abstract|default|native|synchronized|override|readonly|declare)\s+")
_METHODS = frozenset({SymbolKind.METHOD, SymbolKind.FUNCTION})


class _Class(msgspec.Struct, frozen=True):
    """The class that the cursor is right inside."""

    name: str
    bases: tuple[str, ...]


def is_method_name(language: str, line: str) -> bool:
    """Whether the name of a method may stand behind what stands before it on its line."""
    head = _HEADS.get(language)
    return head is not None and head.match(line) is not None


def overrides(at: Situation) -> Iterator[Candidate]:
    """The methods that the class around the cursor inherits and does not have yet, the nearest base's first."""
    source, start = at.buffer.source, at.context.start
    line = source[source.rfind(b"\n", 0, start) + 1 : start].decode("utf-8", "replace")
    if not is_method_name(at.language, line):
        return
    around = _class_around(at.language, source, start, line)
    if around is None:
        return
    rest = source[at.context.end : source.find(b"\n", at.context.end) % (len(source) + 1)].strip()
    seen = _own_names(at, around.name)
    for level, one in _inherited(at, around):
        name = one.symbol.name
        if name in seen:
            continue
        seen.add(name)
        stub = _stub(at, one, line) if not rest and _is_plain(at, one) else ""
        insert, is_snippet = _inserted(at, stub)
        yield Candidate(
            name,
            ItemKind.METHOD,
            Source.MEMBER,
            level,
            one.symbol.signature if is_snippet or not stub else "",
            one.container,
            insert=insert,
            is_snippet=is_snippet,
            origin=Origin(one.path, name, one.symbol.row),
        )
    if at.language == "python":
        for name, rest_of in at.context.words.methods.items():
            if name not in seen:
                insert, is_snippet = _inserted(at, "" if rest else f"{name}{rest_of}:\n\t$0")
                yield Candidate(name, ItemKind.METHOD, Source.BUILTIN, insert=insert, is_snippet=is_snippet)


# --- the class --------------------------------------------------------------------------------------------------------


def _class_around(language: str, source: bytes, start: int, line: str) -> _Class | None:
    floor = max(0, start - MAX_BODY)
    above = source[floor:start].decode("utf-8", "replace")
    return _by_indent(above, line) if language == "python" else _by_braces(above)


def _by_indent(above: str, line: str) -> _Class | None:
    indent = len(line) - len(line.lstrip())
    for other in reversed(above.split("\n")[:-1]):
        if not other.strip() or other.lstrip().startswith(("#", ")", "@")):
            continue
        if len(other) - len(other.lstrip()) < indent:
            found = _PYTHON_CLASS.match(other)
            bases = _listed(found[3] or "") if found is not None else ()
            return _Class(found[2], tuple(b for b in bases if "=" not in b)) if found is not None else None
    return None


def _by_braces(above: str) -> _Class | None:
    depth = 0
    for found in reversed(list(re.finditer(r"[{}]", above))):
        depth += 1 if found[0] == "}" else -1
        if depth < 0:
            head = re.split(r"[;{}]", above[max(0, found.start() - 2_000) : found.start()])[-1]
            if (made := _MADE.search(head)) is not None:
                return _Class("", (made[1],))
            named = _BRACED_CLASS.search(head)
            if named is None:
                return None
            return _Class(named[1], (*_listed(named["one"] or ""), *_listed(named["more"] or "")))
    return None


def _listed(text: str) -> tuple[str, ...]:
    """The names between the commas of a list, without their type arguments."""
    for _ in range(4):
        text = re.sub(r"<[^<>]*>|\[[^\[\]]*\]", "", text)
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _own_names(at: Situation, name: str) -> set[str]:
    symbols = at.symbols()
    row = at.row
    holders = {n for n, s in enumerate(symbols) if s.name == name and s.start_row <= row}
    nearest = max(holders, default=-1)
    # What is being named at the cursor is a symbol already.
    return {s.name for s in symbols if s.parent == nearest and s.row != row} if nearest >= 0 else set()


def _inherited(at: Situation, around: _Class) -> Iterator[tuple[int, Defined]]:
    level = 0
    for base in around.bases:
        value = type_value(at.index, at.path, at.language, base, at.row)
        for holder in value.definitions[:1]:
            for part, _ in line_of(at.index, holder):
                for one in own_members(at.index, part) if part is not None else ():
                    kinds = _METHODS | ({SymbolKind.CONSTRUCTOR} if at.language == "python" else set())
                    if one.symbol.kind in kinds and not _HIDDEN.search(_before_name(one)):
                        yield min(level, 8), one
                level += 1


def _before_name(one: Defined) -> str:
    return one.symbol.signature.partition(one.symbol.name)[0] + one.symbol.name[:1]


# --- what is written --------------------------------------------------------------------------------------------------


def _is_plain(at: Situation, one: Defined) -> bool:
    """Whether a method can be written without a decorator above it."""
    buffer = at.workspace.buffer(one.path) if at.language == "python" else None
    if buffer is None:
        return at.language != "python"
    return not any(
        _DECORATED.search(buffer.line(row)) for row in range(max(0, one.symbol.start_row), one.symbol.row + 1)
    ) and not (one.symbol.row > 0 and _DECORATED.search(buffer.line(one.symbol.row - 1)))


def _stub(at: Situation, one: Defined, line: str) -> str:
    """A method as a snippet, from its name on; empty where its signature does not say enough."""
    name = one.symbol.name
    head = one.symbol.signature
    behind = head.find(f"{name}(")
    if behind < 0:
        return ""
    parameters = head[behind:].rstrip(" :;{")
    if at.language == "python":
        call = f"super().{name}({', '.join(_passed(parameters))})"
        awaited = "await " if head.startswith("async") and "async" in line else ""
        gives = "" if name == "__init__" else "return "
        return f"{_literal(parameters)}:\n\t${{0:{gives}{awaited}{_literal(call)}}}"
    if at.language == "java":
        kind = _LEFT_OUT.sub("", head[:behind]).replace("protected ", "")
        shown = "@Override\npublic " if "protected" not in head else "@Override\nprotected "
        return f"{'' if line.strip() else shown}{_literal(kind + parameters)} {{\n\t$0\n}}"
    before = "" if line.strip() else _LEFT_OUT.sub("", head[:behind])
    return f"{_literal(before + parameters)} {{\n\t$0\n}}"


def _inserted(at: Situation, stub: str) -> tuple[str, bool]:
    """What is written of a stub, and whether it is a snippet: an editor without snippets gets the method's head."""
    if at.state.client.snippets:
        return stub, bool(stub)
    head = stub.removeprefix("@Override\n").partition("\n")[0]
    return _ESCAPED.sub(r"\1", head).removesuffix(" {"), False


_ESCAPED = re.compile(r"\\([\\$}])")


def _literal(text: str) -> str:
    """A text as a snippet has it."""
    return re.sub(r"([\\$}])", r"\\\1", text)


def _passed(parameters: str) -> list[str]:
    """How a method of Python hands on what it was given."""
    inner = parameters[parameters.index("(") + 1 :]
    found: list[str] = []
    is_keyword = False
    for number, part in enumerate(parts_of(inner)):
        name = re.match(r"\s*(\*{0,2})\s*(\w*)", part)
        stars, word = (name[1], name[2]) if name is not None else ("", "")
        if number == 0 and word in {"self", "cls"}:
            continue
        if stars or not word:
            is_keyword = is_keyword or stars == "*"
            found += [stars + word] if word else []
        else:
            found.append(f"{word}={word}" if is_keyword else word)
    return found
