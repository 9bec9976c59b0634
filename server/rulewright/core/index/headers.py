"""In which language a header is written: `.h` may be C, C++ or Objective-C, and only its text says which."""

import re
from collections.abc import Iterable

HEAD = 100_000
"""Bytes that are looked at."""
_COMMENT = re.compile(rb"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)
_GUARDED = re.compile(
    rb"^[ \t]*#[ \t]*if(?:def[ \t]+|[ \t]+defined[ \t]*\(?[ \t]*)__cplusplus\b.*?^[ \t]*#[ \t]*(?:endif|else)\b[^\n]*",
    re.DOTALL | re.MULTILINE,
)
"""What a header of C has for C++ alone."""
_OBJECTIVE = re.compile(
    rb"^[ \t]*(?:@(?:interface|protocol|class|implementation|import)\b|#[ \t]*import\b)", re.MULTILINE
)
_PLUS = re.compile(
    rb"^[ \t]*(?:(?:inline[ \t]+)?namespace\b(?:[ \t]+[\w:]+)?\s*\{|template[ \t]*<|(?:enum[ \t]+)?class[ \t]+\w"
    rb"|using[ \t]+(?:namespace\b|\w+[ \t]*=)|(?:public|private|protected)[ \t]*:|virtual[ \t]"
    rb"|#[ \t]*include[ \t]*<(?:[a-z_]+|[\w/]+\.(?:hpp|hxx|hh))>)"
    rb"|\bstd::\w|\boperator[ \t]*(?:==|<<|\(\)|\[\]|=)[ \t]*\(|\)[ \t]*(?:const[ \t]*)?(?:noexcept|override)\b",
    re.MULTILINE,
)
_OF_PLUS = (".cpp", ".cc", ".cxx", ".hpp", ".hh", ".hxx", ".c++", ".ipp")
_OF_C = (".c", ".m")


def spoken(language: str, source: bytes, path: str = "", beside: Iterable[str] = ()) -> str:
    """The language that a text is really written in, by its canonical name; another than `language` for headers alone.

    A header that could be any of them is C, unless `beside`, the paths around it, are of C++ only. Without a path the
    text alone counts, so that the answer depends on nothing else.
    """
    if language not in {"c", "cpp"} or (path and not path.lower().endswith(".h")):
        return language
    text = _GUARDED.sub(b"", _COMMENT.sub(b" ", source[:HEAD]))
    if _OBJECTIVE.search(text):
        return "objective-c"
    if language == "cpp" or _PLUS.search(text):
        return "cpp"
    endings = [other.lower() for other in beside]
    is_plus = any(other.endswith(_OF_PLUS) for other in endings) and not any(other.endswith(_OF_C) for other in endings)
    return "cpp" if is_plus else "c"
