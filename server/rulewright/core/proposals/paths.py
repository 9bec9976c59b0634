"""Paths in an answer: where one is named, and which may be meant at all."""

import re
from posixpath import normpath

_BEFORE = re.compile(
    r"^\s*(?:[#>*\-]+\s+|\d+[.)]\s+)?(?:\*\*)?(?:(?:in|file|path|filename|edit|update)\b[:\s]*)?", re.IGNORECASE
)
_SIGNS = "`*\"' :"
_PATH = re.compile(r"[^\s`*\"'<>|]*[\w\])}-]\.[A-Za-z][\w+-]{0,11}|[^\s`*\"'<>|]*/[\w.-]+|(?:Make|Docker|Gem|Rake)file")
_QUOTED = re.compile(r"(?:file(?:name)?|path|title)\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|(\S+))", re.IGNORECASE)
_COMMENT = re.compile(r"^\s*(?:#|//|--|/\*|<!--|;)\s*")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_MAX = 400
"""Characters of a line that may name a path."""


def path_in_line(line: str) -> str:
    """The path that is all of a line but for signs, a comment sign or a word such as `File:`; else empty."""
    if not line.strip() or len(line) > _MAX:
        return ""
    bare = _COMMENT.sub("", line) if not line.lstrip().startswith("# ") else line
    bare = _BEFORE.sub("", bare).strip().removesuffix("*/").removesuffix("-->").strip(_SIGNS)
    if bare and _looks(bare):
        return bare
    # "Here is the change to `src/a.py`:" names it as well, where it is the only thing in backticks.
    spans = re.findall(r"`([^`]+)`", line)
    return spans[0] if len(spans) == 1 and _looks(spans[0]) and line.rstrip().endswith(":") else ""


def path_in_info(info: str) -> tuple[str, str]:
    """The language and the path that stand behind a fence: `python src/a.py`, `python:src/a.py`, `src/a.py`."""
    if quoted := _QUOTED.search(info):
        words = info[: quoted.start()].strip(" {,").split()
        return (words[0].lower() if words else "", next(g for g in quoted.groups() if g))
    words = info.strip("{} ").split()
    if not words:
        return "", ""
    first, rest = words[0], words[1:]
    if ":" in first and not first.startswith(("/", ".")) and not _URL.match(first.partition(":")[2] + ":"):
        language, _, path = first.partition(":")
        if path and re.fullmatch(r"[\w+#.-]{2,20}", language) and _looks(path.partition(":")[0]):
            return language.lower(), path.partition(":")[0]
    if _looks(first) or first.startswith(("/", "..", "~")):
        return "", first
    named = next((word for word in rest if _looks(word) or word.startswith(("/", "..", "~"))), "")
    return first.lower(), named


def _looks(word: str) -> bool:
    return " " not in word and (_PATH.fullmatch(word) is not None or ("/" in word and _URL.match(word) is not None))


def outside(path: str) -> bool:
    """Whether a path may lie outside of the workspace, by any trick; none of them is needed to name a file in it."""
    if not path.isprintable() or "\\" in path or "\0" in path or path.startswith(("/", "~")) or _URL.match(path):
        return True
    return ".." in path.split("/") or "%2e" in path.lower() or "%2f" in path.lower() or path.startswith("$")


def same(path: str, other: str) -> bool:
    """Whether two relative paths name one file."""
    return normpath(path) == normpath(other)
