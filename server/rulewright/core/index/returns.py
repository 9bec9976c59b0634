"""What a callable gives back and what a written type names, read from text: signatures and annotations."""

import re

_ARROW = re.compile(r"\s*->\s*(.+)$")
_COLON = re.compile(r"\s*:\s*(.+)$")
_CLOSED = {")": "(", "]": "[", "}": "{", ">": "<"}
_OPENED = {"(": ")", "[": "]", "{": "}", "<": ">"}

_WRAPPERS = re.compile(
    r"^(?:(?:typing|t|typing_extensions|std::\w+)(?:\.|::))?"
    r"(?:Optional|Annotated|Final|ClassVar|Type|type|Box|Rc|Arc|Ref|RefMut|Readonly|Required|Partial|NonNullable|Awaited"
    r"|Promise|Option|Result)\s*[\[<](.*)[\]>]$",
    re.DOTALL,
)
_SKIPPED = re.compile(r"(?:\s|=|async\b|function\b|\?)*")
_NOTHING = frozenset({"None", "null", "undefined", "nil", "void", "never", "()"})
_BEFORE = re.compile(
    r"^(?:&|\*|'\w+\b|mut\b|const\b|readonly\b|dyn\b|impl\b|unsafe\b|\?|final\b|ref\b|new\b|await\b|\s)+"
)
_PATH = re.compile(r"^(?:crate|super|self|[^\W\d]\w*)(?:\s*(?:\.|::|\\)\s*[^\W\d]\w*)*")


def return_type(language: str, signature: str, name: str) -> str:
    """The type that a signature says a callable gives, as written; empty where it says none."""
    at = _after_name(signature, name)
    if at < 0:
        return ""
    behind = _behind_parameters(signature, at)
    if behind < 0:
        return ""
    rest = signature[behind:]
    if language in {"python", "rust", "swift", "php"} and (arrow := _ARROW.match(rest)):
        return _until_where(arrow[1])
    if language in {"typescript", "tsx", "kotlin", "scala", "php"} and (colon := _COLON.match(rest)):
        return colon[1].rstrip(" {").removesuffix("=>").rstrip(" =")
    if language == "go":
        result = rest.strip()
        return _first(result[1:-1]).split()[-1] if result.startswith("(") and result.endswith(")") else result
    if language in {"java", "csharp", "dart", "c", "cpp"}:
        words = signature[: at - len(name)].split()
        return words[-1] if words else ""
    return ""


def _until_where(text: str) -> str:
    return text.partition(" where ")[0].rstrip(" :{")


def _after_name(signature: str, name: str) -> int:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", signature)
    return found.end() if found else -1


def _behind_parameters(signature: str, at: int) -> int:
    """Behind the brackets that follow a name: its type parameters and its parameters; -1 when they do not end."""
    at = _SKIPPED.match(signature, at).end()  # type: ignore[union-attr]
    if signature[at : at + 1] in {"[", "<"}:
        at = _closing(signature, at)
        if at < 0:
            return -1
    if signature[at : at + 1] == "(":
        at = _closing(signature, at)
    return at


def _closing(text: str, at: int) -> int:
    """Behind the bracket that closes the one at `at`; -1 when none does."""
    stack: list[str] = []
    for index in range(at, len(text)):
        char = text[index]
        if char in _OPENED:
            stack.append(_OPENED[char])
        elif char in _CLOSED:
            if char == ">" and text[index - 1] in "-=":
                continue
            if stack and stack[-1] == char:
                stack.pop()
            if not stack:
                return index + 1
    return -1


def _first(text: str) -> str:
    """What stands before the first comma outside brackets."""
    depth = 0
    for index, char in enumerate(text):
        if char in "([{<":
            depth += 1
        elif char in ")]}>":
            depth -= 1
        elif char == "," and depth == 0:
            return text[:index].strip()
    return text.strip() or "_"


def named_type(text: str) -> tuple[str, ...]:
    """The parts of the name that a written type comes down to: `Optional["models.User"]` gives `models`, `User`.

    Empty for what has no name of its own, such as a tuple, a function or a union of two types.
    """
    for _ in range(8):
        text = text.strip(" ;\n")
        if text[:1] in {"'", '"', "`"} and text[-1:] == text[:1]:
            text = text[1:-1]
        text = _BEFORE.sub("", text).rstrip("?!*& ")
        parts = [p for p in _alternatives(text) if p not in _NOTHING]
        if len(parts) != 1:
            return ()
        if parts[0] != text:
            text = parts[0]
            continue
        wrapped = _WRAPPERS.match(text)
        if wrapped is None:
            break
        text = _first(wrapped[1])
    found = _PATH.match(text)
    rest = text[found.end() :].lstrip() if found is not None else "?"
    if found is None or (rest and (rest[0] not in _OPENED or _closing(rest, 0) != len(rest))):
        return ()
    if rest.startswith("[") and rest.replace(" ", "").endswith("[]"):
        return ()
    return tuple(re.split(r"\s*(?:\.|::|\\)\s*", found[0]))


def is_choice(text: str) -> bool:
    """Whether a written type is one of several."""
    return len([p for p in _alternatives(text.strip("'\"` ")) if p not in _NOTHING]) > 1


def _alternatives(text: str) -> list[str]:
    parts, depth, begin = [], 0, 0
    for index, char in enumerate(text):
        if char in "([{<":
            depth += 1
        elif char in ")]}>":
            depth -= 1
        elif char == "|" and depth == 0:
            parts.append(text[begin:index].strip())
            begin = index + 1
    return [*parts, text[begin:].strip()]
