"""How one glob is read: its braces, its segments, its wildcards, and the regular expression of each form.

A glob is first expanded into *forms*, which hold no braces; a form is a row of segments, where `GLOBSTAR`
stands for any number of folders. Nothing here runs for long: whatever could is counted and refused before it
is made, and no star of an expression backtracks into another (see `_segment_regex`). The public side is
`rulewright.core.rules.globs`.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Final

import msgspec

MAX_LENGTH: Final = 200
"""Characters of a glob that we compile, and so of a class."""
MAX_FORMS: Final = 1_024
"""What the braces of one glob may stand for."""
MAX_EXPANDED: Final = 16_384
"""Characters of all forms of a glob together, which bounds the cost of compiling it."""

_RANGE = re.compile(r"(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?|([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_POSIX: Final = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "ascii": "\\x00-\\x7f",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "\\x21-\\x7e",
    "lower": "a-z",
    "print": "\\x20-\\x7e",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "word": "\\w",
    "xdigit": "0-9A-Fa-f",
}


class TooManyForms(Exception):  # noqa: N818 - a verdict on the glob, which its caller reports
    """The braces stand for more forms, or longer ones, than we compile."""


# Braces


def expand(glob: str) -> list[str]:
    """The forms that `glob` stands for; raises `TooManyForms` before it would make too many."""
    if "{" not in glob:
        _bound(1, len(glob))
        return [glob]
    roles = brace_roles(glob)
    around: list[tuple[list[str], list[str]]] = []
    texts = [""]
    i = 0
    while i < len(glob):
        role = roles.get(i)
        step = 1
        if isinstance(role, tuple):
            step, values = role
            texts = _product(texts, values)
        elif role == "{":
            around.append((texts, []))
            texts = [""]
        elif role == ",":
            around[-1][1].extend(texts)
            texts = [""]
        elif role == "}":
            before, alternatives = around.pop()
            texts = _product(before, alternatives + texts)
        else:
            step = 2 if glob[i] == "\\" else 1
            texts = [text + glob[i : i + step] for text in texts]
        i += step
    _bound(len(texts), sum(map(len, texts)))
    return list(dict.fromkeys(texts))


def _product(left: list[str], right: Sequence[str]) -> list[str]:
    """Every text of `left` followed by every text of `right`."""
    _bound(len(left) * len(right), sum(map(len, left)) * len(right) + sum(map(len, right)) * len(left))
    return [a + b for a in left for b in right]


def _bound(n_forms: int, n_characters: int) -> None:
    if n_forms > MAX_FORMS or n_characters > MAX_EXPANDED:
        raise TooManyForms


def brace_roles(glob: str) -> dict[int, str | tuple[int, list[str]]]:
    """What the braces and commas at these offsets do; a range maps its first offset to its length and values.

    Braces with neither a comma nor a range inside, and braces without a partner, have no role: they are text.
    """
    roles: dict[int, str | tuple[int, list[str]]] = {}
    opened: list[tuple[int, list[int]]] = []
    i = 0
    while i < len(glob):
        char = glob[i]
        if char == "\\":
            i += 1
        elif char == "[":
            i = max(class_end(glob, i) - 1, i)
        elif char == "{":
            opened.append((i, []))
        elif char == "," and opened:
            opened[-1][1].append(i)
        elif char == "}" and opened:
            start, commas = opened.pop()
            values = None if commas else _range_values(glob[start + 1 : i])
            if values is not None:
                roles[start] = (i + 1 - start, values)
            elif commas:
                roles |= {start: "{", i: "}"} | dict.fromkeys(commas, ",")
        i += 1
    return roles


def _range_values(inside: str) -> list[str] | None:
    """The texts of `1..3`, `01..10..3` or `a..e`; None when `inside` is no range."""
    found = _RANGE.fullmatch(inside)
    if found is None:
        return None
    first, last, step, a, z, letter_step = found.groups()
    lo, hi = (ord(a), ord(z)) if a else (int(first), int(last))
    stride = abs(int(step or letter_step or 1)) or 1
    _bound(abs(hi - lo) // stride + 1, 0)
    numbers = range(lo, hi + 1, stride) if lo <= hi else range(lo, hi - 1, -stride)
    if a:
        return [chr(n) for n in numbers]
    padded = any(text.lstrip("-").startswith("0") and text.lstrip("-") != "0" for text in (first, last))
    width = max(len(first), len(last)) if padded else 0
    return [f"{n:0{width}d}" for n in numbers]


# Segments


class Atom(msgspec.Struct, frozen=True):
    """What matches exactly one character of a name, or as `STAR` any number of them."""

    regex: str
    char: str = ""
    """The one character that matches; empty for a wildcard."""


Segment = tuple[Atom, ...]

STAR: Final = Atom("[^/]*")
GLOBSTAR: Final[Segment] = (Atom("**"),)
NOTHING: Final = Atom("(?!)")
_ANY: Final = Atom("[^/]")


def literal(atoms: Sequence[Atom]) -> str | None:
    """The name that `atoms` spell, or None when there is a wildcard among them."""
    return "".join(atom.char for atom in atoms) if all(atom.char for atom in atoms) else None


def literal_start(segment: Segment) -> str:
    """What every name that matches `segment` starts with."""
    return "".join(atom.char for atom in takewhile(lambda atom: atom.char, segment))


def literal_end(segment: Segment) -> str:
    """What every name that matches `segment` ends in."""
    return literal_start(segment[::-1])[::-1]


def read_segment(text: str) -> Segment:
    """The atoms of one segment; stars in a row are one star."""
    if text == "**":
        return GLOBSTAR
    atoms: list[Atom] = []
    i = 0
    while i < len(text):
        char, stop = text[i], i + 1
        if char == "*":
            if not atoms or atoms[-1] is not STAR:
                atoms.append(STAR)
        elif char == "?":
            atoms.append(_ANY)
        elif char == "[" and (stop := class_end(text, i)) > 0:
            atoms.append(_read_class(text[i + 1 : stop - 1]))
        else:
            if char == "\\" and i + 1 < len(text):
                char, stop = text[i + 1], i + 2
            atoms.append(Atom(re.escape(char), char))
        i = max(stop, i + 1)
    return tuple(atoms)


def class_end(text: str, start: int) -> int:
    """The offset behind the class that opens at `start`; 0 when it is not closed within its segment."""
    limit = min(len(text), start + MAX_LENGTH)
    if text.find("]", start, limit) < 0:
        return 0
    i = start + 1
    if text[i : i + 1] in ("!", "^"):
        i += 1
    if text[i : i + 1] == "]":
        i += 1
    while i < limit and text[i] not in "]/":
        posix = _posix_at(text, i)
        i += len(posix) + 4 if posix else 2 if text[i] == "\\" else 1
    return i + 1 if text[i : i + 1] == "]" else 0


def _posix_at(text: str, i: int) -> str:
    """The name of the POSIX class `[:name:]` that starts at `i`, or nothing."""
    if not text.startswith("[:", i):
        return ""
    name, closed, _ = text[i + 2 : i + 12].partition(":]")
    return name if closed and name in _POSIX else ""


def _read_class(inside: str) -> Atom:
    """The atom of `[inside]`. It never matches a slash, and a range that runs backwards matches nothing."""
    negated = inside[:1] in ("!", "^")
    parts: list[str] = []
    i = int(negated)
    while i < len(inside):
        posix = _posix_at(inside, i)
        if posix:
            parts.append(_POSIX[posix])
            i += len(posix) + 4
            continue
        low, i = _class_char(inside, i)
        if inside[i : i + 1] == "-" and i + 1 < len(inside):
            high, i = _class_char(inside, i + 1)
            if low <= high:
                parts.append(f"{re.escape(low)}-{re.escape(high)}")
        else:
            parts.append(re.escape(low))
    members = "".join(parts)
    if negated:
        return Atom(f"[^/{members}]")
    return Atom(f"(?!/)[{members}]") if members else NOTHING


def _class_char(inside: str, i: int) -> tuple[str, int]:
    """The character at `i` without its escape, and the offset behind it."""
    if inside[i] == "\\" and i + 1 < len(inside):
        return inside[i + 1], i + 2
    return inside[i], i + 1


# Forms


class Form(msgspec.Struct, frozen=True, dict=True, eq=False):
    """A glob without braces: the segments that a path has to match one by one.

    Globs with a form in common share it, so that an index tries it once for all of them.
    """

    segments: tuple[Segment, ...]

    @cached_property
    def folders(self) -> str:
        """The literal folders that every matching path starts with, each followed by a slash."""
        names = []
        for segment in self.segments[:-1]:
            name = literal(segment)
            if name is None or segment is GLOBSTAR:
                break
            names.append(name + "/")
        return "".join(names)

    @cached_property
    def rest(self) -> tuple[Segment, ...]:
        """The segments behind `folders`."""
        return self.segments[self.folders.count("/") :]

    @cached_property
    def matches(self) -> Callable[[str], bool]:
        """Whether a path matches; the common shapes do without an expression."""
        match self.rest:
            case (last,) if last is GLOBSTAR:
                return _starts_with(self.folders)
            case (last,) if (name := literal(last)) is not None:
                return (self.folders + name).__eq__
            case (first, last) if first is GLOBSTAR and last is not GLOBSTAR:
                if (name := literal(last)) is not None:
                    return _named_below(self.folders, name)
                if last[0] is STAR and (end := literal(last[1:])) is not None:
                    return _ends_below(self.folders, end)
                return _name_below(self.folders, last)
        search = self.regex().match
        return lambda path: search(path) is not None

    @cached_property
    def key(self) -> tuple[str, str]:
        """A folder, and a `/name`, `stem.` or `.extension`, of each path that matches; empty where there is none."""
        *before, last = self.segments
        folder = max((name for segment in before if (name := literal(segment))), key=len, default="")
        if last is GLOBSTAR:
            return folder, ""
        name = literal(last)
        if name is not None:
            return folder, "/" + name
        start, dot, _ = literal_start(last).partition(".")
        if dot:
            return folder, start + dot
        _, dot, end = literal_end(last).rpartition(".")
        return folder, dot + end if dot else ""

    def could_match_caseless(self, lowered: str) -> bool:
        """A quick no for most paths: `lowered` starts with a slash and is in lower case."""
        folder, tail = self.key
        return f"/{folder.lower()}" in lowered and tail.lower() in lowered

    @cached_property
    def caseless(self) -> Callable[[str], object]:
        """Whether a path matches when case does not count."""
        return self.regex(re.IGNORECASE).match

    def regex(self, flags: int = 0) -> re.Pattern[str]:
        """An expression whose `match` answers for a whole path."""
        return re.compile(_form_regex(self.segments), re.DOTALL | flags)


def read_forms(glob: str) -> tuple[Form, ...]:
    """The forms of `glob`; raises `TooManyForms`."""
    return tuple(form for text in expand(glob) if (form := _read_form(text)))


@lru_cache(maxsize=8192)
def _read_form(text: str) -> Form | None:
    """The form that a text without braces stands for; None when the text is empty."""
    text = _ESCAPED.sub(lambda found: "/" if found[1] == "/" else found[0], text)
    body = text
    while body.startswith("./"):
        body = body[2:]
    anchored = body != text or body.startswith("/")
    segments: list[Segment] = [read_segment(name) for name in body.split("/") if name]
    if not segments:
        return Form((GLOBSTAR,)) if text else None
    if len(segments) == 1 and not anchored:
        segments.insert(0, GLOBSTAR)
    if body.endswith("/"):
        segments.append(GLOBSTAR)
    segments = [s for i, s in enumerate(segments) if s is not GLOBSTAR or i == 0 or segments[i - 1] is not GLOBSTAR]
    return Form((GLOBSTAR,) if segments == [GLOBSTAR, (STAR,)] else tuple(segments))


def _starts_with(folders: str) -> Callable[[str], bool]:
    return lambda path: path.startswith(folders)


def _named_below(folders: str, name: str) -> Callable[[str], bool]:
    if not folders:
        return lambda path: path.endswith(name) and (path == name or path[-len(name) - 1] == "/")
    end = "/" + name
    return lambda path: path.startswith(folders) and path.endswith(end)


def _ends_below(folders: str, end: str) -> Callable[[str], bool]:
    if end:
        return lambda path: path.endswith(end) and path.startswith(folders)
    return lambda path: path.startswith(folders) and path[-1:] != "/"


def _name_below(folders: str, name: Segment) -> Callable[[str], bool]:
    match = re.compile(_segment_regex(name) + r"\Z", re.DOTALL).match
    return lambda path: path.startswith(folders) and match(path, path.rfind("/") + 1) is not None


def _form_regex(segments: tuple[Segment, ...]) -> str:
    """The expression of a form, which tries each of its stars in turn and never comes back to an earlier one.

    Between two `**` the first place that fits is as good as any later one, so the choice is made in an atomic
    group; only the last run of segments, which has to reach the end, may move on.
    """
    runs: list[list[str]] = [[]]
    for segment in segments:
        if segment is GLOBSTAR:
            runs.append([])
        else:
            runs[-1].append(_segment_regex(segment))
    if len(runs) == 1:
        return "/".join(runs[0]) + r"\Z"
    first, *middle, last = runs
    parts = [regex + "/" for regex in first]
    parts += [f"(?>(?:[^/]++/)*?{'/'.join(run)}/)" for run in middle]
    parts.append(f"(?:[^/]++/)*{'/'.join(last)}\\Z" if last else "")
    return "".join(parts)


def _segment_regex(segment: Segment) -> str:
    """The expression of one segment.

    A star takes as little as lets the characters up to the next star follow. Their number is fixed, so the
    first place is as good as any later one and is kept (an atomic group); only the last star gives back.
    """
    if segment == (STAR,):
        return "[^/]++"
    pieces = [""]
    for atom in segment:
        if atom is STAR:
            pieces.append("")
        else:
            pieces[-1] += atom.regex
    first, *middle, last = pieces if len(pieces) > 1 else (pieces[0], "")
    if len(pieces) == 1:
        return first
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle) + f"[^/]*{last}"
