"""What a model leaves out of code and writes a remark for: `# ... rest of the code unchanged`."""

import re
from collections.abc import Collection, Sequence

_SIGN = re.compile(r"(?:#+|//+|--|/\*+|\{/\*|\*+|<!--|;+|%+)\s*|")
_END = re.compile(r"\s*(?:\*+/\}?|-->)\s*$")
_THING = (
    r"(?:code|function|method|class|file|implementation|module|body|logic|imports?|methods|functions|tests?|fields|"
    r"definitions?|contents?|properties|cases|checks|statements|lines|parts?|stuff)"
)
_WORDS = re.compile(
    rf"(?:the )?(?:rest|remainder) of (?:the |your |this )?(?:\w+ )?{_THING}\b"
    rf"|(?:(?:the|your|all|keep|with) )*(?:existing|previous|original|remaining|unchanged) (?:\w+ ){{0,2}}{_THING}"
    r"(?: (?:here|above|below|unchanged|remains?|stays?|goes|as|is|are)\b.*)?$"
    rf"|(?:\w+ ){{0,3}}(?:{_THING}|everything(?: else)?|rest|remains?)(?: \w+){{0,2}} "
    r"(?:unchanged|omitted|elided|not shown|(?:the )?same(?: as before)?|as before)(?: for brevity)?$"
    r"|no (?:other )?changes?(?: (?:here|below|above|needed))?$|same as (?:before|above|the original)\b"
    r"|unchanged$|omitted(?: for brevity)?$|(?:snip|truncated)$|(?:rest|remainder) (?:is )?(?:unchanged|omitted)$",
    re.IGNORECASE,
)
_MAX_WORDS = 8
_DOTS = ("...", "…")


def is_elision(line: str, language: str) -> bool:
    """Whether a line stands for code that is not shown. In Python three dots alone are code (`only_dots`)."""
    bare = line.strip()
    if not bare or len(bare) > 120:  # noqa: PLR2004 - nobody writes more instead of code
        return False
    sign = _SIGN.match(bare)
    text = _END.sub("", bare[sign.end() if sign else 0 :]).strip()
    is_comment = bool(sign and sign[0])
    if text in _DOTS or bare in {"[...]", "(...)", "{...}", "{ ... }"}:
        return is_comment or language != "python" or text == "…"
    if text.startswith(_DOTS):
        return is_comment or (len(text.split()) <= _MAX_WORDS and text.endswith((*_DOTS, "unchanged", "code")))
    if not is_comment:
        return (bare[0], bare[-1]) in {("(", ")"), ("[", "]"), ("<", ">")} and _WORDS.fullmatch(bare[1:-1]) is not None
    return _WORDS.match(text.strip("().[]…- ")) is not None


def elisions(lines: Sequence[str], language: str, known: Collection[str] = ()) -> list[int]:
    """The rows of elisions; a line that stands in `known`, stripped lines of the document, is what it says."""
    found = []
    for row, line in enumerate(lines):
        if line.strip() in known:
            continue
        if is_elision(line, language) or (language == "python" and line.strip() == "..." and not _is_body(lines, row)):
            found.append(row)
    return found


def _is_body(lines: Sequence[str], row: int) -> bool:
    """Whether three dots are all of a block of Python, or its end behind a docstring."""
    before = next((line for line in reversed(lines[:row]) if line.strip()), "")
    behind = next((line for line in lines[row + 1 :] if line.strip()), "")
    width = len(lines[row]) - len(lines[row].lstrip())
    is_last = not behind or len(behind) - len(behind.lstrip()) < width
    is_first = before.rstrip().endswith((":", '"""', "'''"))
    return is_first and is_last
