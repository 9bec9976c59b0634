"""Ignore files as git reads them: `.gitignore`, `.ignore`, `.git/info/exclude`, lines in and verdicts out.

The semantics are those of git's manual page gitignore(5), tested against `git check-ignore`, with one exception: `?`
and classes stand for a character, where git lets them stand for a byte of one. Patterns come from
workspaces that are not trusted, so each is translated to a regular expression that cannot backtrack: what stands
before a further `*` or `**` is matched at its first place, atomically, which is always enough.
"""

import hashlib
import re
from collections.abc import Iterable

import msgspec

MAX_LINES = 20_000
"""Lines of one ignore file that count; more are no list that somebody wrote."""
MAX_PATTERN = 4096
"""Characters of a pattern; a longer one matches no path."""

_SPECIAL = frozenset("*?[\\")
_POSIX = {
    "alnum": "A-Za-z0-9",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": "\\s",
    "upper": "A-Z",
    "xdigit": "A-Fa-f0-9",
}


class Pattern(msgspec.Struct, frozen=True):
    """One line of an ignore file."""

    origin: str
    """The file it stands in, as people know it."""
    line: str
    """As written."""
    regex: str
    """To be matched in full: against the name where `by_name`, else against the path from the root."""
    by_name: bool
    literal: str = ""
    """What it matches when it has no wildcards: a name or a path."""
    suffix: str = ""
    """What a name must end with, when that is all there is to it."""
    keeps: bool = False
    """Whether it starts with `!` and takes files back in."""
    folders_only: bool = False


def parse_ignore(text: str, origin: str, folder: str = "") -> tuple[Pattern, ...]:
    """The patterns of an ignore file that lies in `folder`, a path from the root without a slash at its end.

    `text` may hold lone surrogates for bytes that are not UTF-8. Lines that git passes over are passed over.
    """
    lines = text.removeprefix("\ufeff").split("\n", MAX_LINES)[:MAX_LINES]
    found = (_parse_line(line, origin, folder) for line in lines)
    return tuple(pattern for pattern in found if pattern is not None)


def _parse_line(line: str, origin: str, folder: str) -> Pattern | None:
    written = line.removesuffix("\r")
    body = _without_trailing_spaces(written)
    if not body or body.startswith("#") or len(body) > MAX_PATTERN:
        return None
    keeps = body.startswith("!")
    if keeps:
        body = body[1:]
    folders_only = body.endswith("/")
    if folders_only:
        body = body[:-1]
    if not body:
        return None
    by_name = "/" not in body
    body = body.removeprefix("/")
    regex = _translate(body, by_name=by_name)
    if regex is None:
        return None
    prefix = f"{folder}/" if folder and not by_name else ""
    plain = not _SPECIAL.intersection(body)
    suffix = body[1:] if by_name and body[:1] == "*" and not _SPECIAL.intersection(body[1:]) else ""
    return Pattern(
        origin,
        written,
        re.escape(prefix) + regex,
        by_name,
        prefix + body if plain else "",
        suffix,
        keeps,
        folders_only,
    )


def _without_trailing_spaces(line: str) -> str:
    """Spaces at the end do not count unless a backslash stands before them."""
    stripped = line.rstrip(" ")
    n_backslashes = len(stripped) - len(stripped.rstrip("\\"))
    return stripped + " " if n_backslashes % 2 and len(stripped) < len(line) else stripped


def _translate(body: str, *, by_name: bool) -> str | None:
    """A regular expression for a whole name or path; None for what can match nothing."""
    if by_name:
        return _segment(body)
    blocks: list[list[str]] = [[]]
    for part in _parts(body):
        if len(part) > 1 and not part.strip("*"):
            blocks.append([])
            continue
        regex = _segment(part)
        if regex is None:
            return None
        blocks[-1].append(regex)
    if len(blocks) == 1:
        return "/".join(blocks[0])
    first, *middle, last = ("/".join(block) for block in blocks)
    # Each block between two `**` is taken where it is first found: what follows has then the most room.
    head = first + "/" if first else ""
    found = "".join(f"(?>(?:[^/]+/)*?{block}/)" for block in middle if block)
    return head + found + (f"(?:[^/]+/)*{last}" if last else ".+")


def _parts(body: str) -> list[str]:
    """What stands between slashes; one in a class is no end of a part, and a backslash before one means nothing."""
    parts, at = [""], 0
    while at < len(body):
        start, at = at, at + 1
        if body[start] == "\\" and body[at : at + 1] != "/":
            at += 1
        elif body[start] == "[" and (bracket := _bracket(body, at)) is not None:
            at = bracket[1]
        if body[start] == "/":
            parts.append("")
        elif body[start:at] != "\\" or at >= len(body):
            parts[-1] += body[start:at]
    return parts


def _segment(part: str) -> str | None:
    """What one part between slashes matches."""
    pieces: list[str] = [""]
    at = 0
    while at < len(part):
        char = part[at]
        at += 1
        if char == "*":
            while part[at : at + 1] == "*":
                at += 1
            pieces.append("")
        elif char == "?":
            pieces[-1] += "[^/]"
        elif char == "[":
            bracket = _bracket(part, at)
            if bracket is None:
                return None
            pieces[-1] += bracket[0]
            at = bracket[1]
        elif char == "\\":
            if at >= len(part):
                return None
            pieces[-1] += re.escape(part[at])
            at += 1
        else:
            pieces[-1] += re.escape(char)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    return first + "".join(f"(?>[^/]*?{piece})" for piece in middle if piece) + "[^/]*" + last


def _bracket(part: str, at: int) -> tuple[str, int] | None:
    """The class that begins behind `[` at `at`, and where it ends; None when it is not closed or not valid."""
    negated = part[at : at + 1] in {"!", "^"} and part[at : at + 1] != ""
    at += negated
    items = ""
    start = at
    while True:
        if at >= len(part):
            return None
        char = part[at]
        if char == "]" and at > start:
            break
        if part.startswith("[:", at) and (end := part.find(":]", at)) > 0:
            name = part[at + 2 : end]
            if name not in _POSIX:
                return None
            items += _POSIX[name]
            at = end + 2
            continue
        low, at = _class_char(part, at)
        if low is None:
            return None
        if part[at : at + 1] == "-" and part[at + 1 : at + 2] not in {"", "]"}:
            high, at = _class_char(part, at + 1)
            if high is None:
                return None
            # A range that runs backwards holds its first character, says git.
            items += f"{re.escape(low)}-{re.escape(high)}" if low <= high else re.escape(low)
        else:
            items += re.escape(low)
    if not items:
        return ("[^/]" if negated else "(?!)"), at + 1
    return (f"[^/{items}]" if negated else f"(?!/)[{items}]"), at + 1


def _class_char(part: str, at: int) -> tuple[str | None, int]:
    """One character of a class, a backslash before it taken away, and the place behind it."""
    if part[at] != "\\":
        return part[at], at + 1
    return (part[at + 1], at + 2) if at + 1 < len(part) else (None, at + 1)


class Ignores:
    """The patterns that count in a folder, weakest first, made ready for many questions.

    Immutable. A folder without ignore files of its own shares its parent's.
    """

    def __init__(self, patterns: Iterable[Pattern] = (), prefix: str = "") -> None:
        """`prefix` leads from where the patterns' paths begin to where the asked ones do; empty, or with a slash."""
        self.patterns, self.prefix = tuple(patterns), prefix
        lines = "\n".join(f"{p.line}\t{p.regex}" for p in self.patterns)
        self.digest = int.from_bytes(hashlib.sha256(lines.encode("utf-8", "surrogateescape")).digest()[:6], "big")
        """A number that tells these patterns from others, the same in every process."""
        self._files = _Matcher(p for p in self.patterns if not p.folders_only)
        self._folders = _Matcher(self.patterns)

    def joined(self, patterns: Iterable[Pattern]) -> "Ignores":
        """With the patterns of a deeper folder, which are stronger."""
        more = tuple(patterns)
        return Ignores(self.patterns + more, self.prefix) if more else self

    def ignored(self, path: str, name: str, *, is_folder: bool) -> bool:
        """Whether a path from the root is to be left out, given that no folder above it is."""
        matcher = self._folders if is_folder else self._files
        path = self.prefix + path
        if not matcher.may_match(path, name):
            return False
        found = matcher.last_match(path, name)
        return found is not None and not found.keeps

    def match(self, path: str, *, is_folder: bool) -> Pattern | None:
        """The pattern that decides about a path, one that keeps it included."""
        matcher = self._folders if is_folder else self._files
        return matcher.last_match(self.prefix + path, path.rpartition("/")[2])


class _Matcher:
    """Sets for what most patterns are, one regular expression for the rest."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = tuple(patterns)
        literals = {p.literal for p in self.patterns if p.literal}
        self.names = frozenset(p.literal for p in self.patterns if p.literal and p.by_name)
        self.paths = frozenset(literals - self.names) | {
            p.literal for p in self.patterns if p.literal and not p.by_name
        }
        self.suffixes = tuple({p.suffix for p in self.patterns if p.suffix})
        rest = [p for p in self.patterns if not p.literal and not p.suffix]
        self.name_regex = _any_of(p.regex for p in rest if p.by_name)
        self.path_regex = _any_of(p.regex for p in rest if not p.by_name)
        self._compiled: tuple[tuple[Pattern, re.Pattern[str]], ...] | None = None

    def may_match(self, path: str, name: str) -> bool:
        """Whether any pattern matches; the quick question that nearly every path answers with no."""
        return (
            name in self.names
            or name.endswith(self.suffixes)
            or path in self.paths
            or (self.name_regex is not None and self.name_regex.fullmatch(name) is not None)
            or (self.path_regex is not None and self.path_regex.fullmatch(path) is not None)
        )

    def last_match(self, path: str, name: str) -> Pattern | None:
        """The strongest pattern that matches."""
        if self._compiled is None:
            self._compiled = tuple((p, re.compile(p.regex, re.DOTALL)) for p in reversed(self.patterns))
        for pattern, regex in self._compiled:
            if regex.fullmatch(name if pattern.by_name else path):
                return pattern
        return None


def _any_of(regexes: Iterable[str]) -> re.Pattern[str] | None:
    joined = "|".join(regexes)
    return re.compile(joined, re.DOTALL) if joined else None
