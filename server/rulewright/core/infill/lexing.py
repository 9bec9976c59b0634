"""Brackets, strings and comments of a text that may be broken: what a half-written line leaves open.

Regular expressions and no grammar, because it runs on every variant of an answer, and because a tree says least where
text is missing.
"""

import re
from bisect import bisect_right
from functools import cache

import msgspec

from rulewright.core.languages import LANGUAGES, canonical

CLOSING = {"(": ")", "[": "]", "{": "}"}
MAX_DEPTH = 200
_APOSTROPHES = frozenset({"rust", "haskell", "ocaml", "ocaml-interface", "clojure", "", "markdown", "restructuredtext"})
"""Languages in which a single quote does more often something else than to begin a string."""
_TRIPLE = frozenset({"python", "kotlin", "scala", "swift", "java", "julia", "elixir", "toml", "dart", "csharp"})
_BACKTICKS = frozenset({"javascript", "typescript", "tsx", "svelte", "vue", "go", "bash"})
"""Languages in which a string between backticks goes over several lines."""
_MORE_LINE_SIGNS = {"php": ("#",), "hcl": ("//",), "ini": (";",), "clojure": (";",), "json": ("//",)}


class Token(msgspec.Struct, frozen=True, gc=False):
    """A bracket, a string or a comment; offsets in code points."""

    kind: str
    """`comment`, `string`, or the bracket itself."""
    start: int
    end: int
    is_open: bool = False
    """A string or a block comment without its end."""
    opened: str = ""
    """The brackets that are open behind it, the innermost last."""
    n_faults: int = 0
    """Closing brackets without an opening one and strings without an end, up to here."""


class Lexed:
    """The tokens of one text. Between them is other code."""

    def __init__(self, text: str, language: str) -> None:
        """`language` by any of its names."""
        self.text, self.tokens = text, _tokens(text, language)
        self._starts = [token.start for token in self.tokens]

    def _before(self, offset: int) -> Token | None:
        """The last token that begins before an offset."""
        number = bisect_right(self._starts, offset - 1) - 1
        return self.tokens[number] if number >= 0 else None

    def inside(self, offset: int) -> Token | None:
        """The string or comment that an offset lies in; behind the last sign of one is outside of it."""
        token = self._before(offset)
        if token is None or token.kind not in {"string", "comment"}:
            return None
        is_line = token.kind == "comment" and "\n" not in self.text[token.start : token.end]
        return token if offset < token.end or (offset == token.end and (token.is_open or is_line)) else None

    def opened(self, offset: int) -> str:
        """The brackets that are open at an offset, the innermost last."""
        token = self._before(offset)
        return token.opened if token is not None else ""

    @property
    def n_faults(self) -> int:
        """Brackets that close nothing or are never closed, and strings without an end."""
        return self.tokens[-1].n_faults + len(self.tokens[-1].opened) if self.tokens else 0


def _tokens(text: str, language: str) -> list[Token]:
    found: list[Token] = []
    opened, n_faults = "", 0
    pattern, blocks = _pattern(canonical(language) or language)
    for match in pattern.finditer(text):
        word = match[0]
        kind, is_open = word, False
        if word in CLOSING:
            # Deeper brackets are data, and each token holds what is open behind it.
            opened = opened + word if len(opened) < MAX_DEPTH else opened
        elif word in _OPENING:
            at = opened.rfind(_OPENING[word])
            if at < 0:
                n_faults += 1
            else:
                # One that is never closed is a single mistake, whatever closes around it.
                n_faults += len(opened) - 1 - at
                opened = opened[:at]
        elif match.lastgroup == "comment":
            kind, is_open = "comment", word.startswith(tuple(blocks)) and not word.endswith(tuple(blocks.values()))
        else:
            kind, is_open = "string", match.lastgroup == "half"
            n_faults += is_open
        found.append(Token(kind, match.start(), match.end(), is_open, opened, n_faults))
    return found


_OPENING = {closing: opening for opening, closing in CLOSING.items()}


@cache
def _pattern(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """What is looked for, and the signs of block comments."""
    known = LANGUAGES.get(language)
    signs = {known.line_comment} if known is not None and known.line_comment else set()
    signs |= set(_MORE_LINE_SIGNS.get(language, ()))
    # In a shell, a number sign within a word is none.
    comments = [(r"(?<![^\s;&|(])" if sign == "#" and language == "bash" else "") + re.escape(sign) for sign in signs]
    comments = [f"{sign}[^\n]*" for sign in comments]
    block = known.block_comment if known is not None else None
    if block is not None:
        comments.insert(0, rf"{re.escape(block[0])}[\s\S]*?(?:{re.escape(block[1])}|\Z)")
    strings, halves = [], []
    if language in _TRIPLE:
        strings += [r'"""(?:\\[\s\S]|[^\\])*?"""', r"'''(?:\\[\s\S]|[^\\])*?'''"]
        halves += [r'"""[\s\S]*', r"'''[\s\S]*"]
    many = language in _BACKTICKS
    # Three quotes that nothing closes are not an empty string with a third behind it.
    once, once_single = ('"(?!"")', "'(?!'')") if language in _TRIPLE else ('"', "'")
    strings += [once + r'(?:\\[\s\S]|[^"\\\n])*"', r"`(?:\\[\s\S]|[^`\\])*`" if many else r"`(?:\\.|[^`\\\n])*`"]
    halves += [once + r'(?:\\[\s\S]|[^"\\\n])*', r"`(?:\\[\s\S]|[^`\\])*" if many else r"`(?:\\.|[^`\\\n])*"]
    if language in _APOSTROPHES:
        strings.append(r"'(?:\\[^'\n]{1,10}|[^'\\\n])'")
    else:
        strings.append(once_single + r"(?:\\[\s\S]|[^'\\\n])*'")
        halves.append(once_single + r"(?:\\[\s\S]|[^'\\\n])*")
    groups = [f"(?P<comment>{'|'.join(comments)})"] if comments else []
    groups += [f"(?P<string>{'|'.join(strings)})", f"(?P<half>{'|'.join(halves)})", r"[()\[\]{}]"]
    return re.compile("|".join(groups)), {block[0]: block[1]} if block is not None else {}
