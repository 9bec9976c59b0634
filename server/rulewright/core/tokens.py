"""How many tokens a text has, for budgets: an estimate that needs no vocabulary.

Every model cuts text in its own way, and their vocabularies are megabytes that would have to be downloaded. The
expressions below follow what byte-pair vocabularies have in common: a usual word is one token and a long one some
more, up to three digits are one, so is a run of blanks, signs come in pairs, and what is not ASCII is dear. Characters
divided by four, the usual shortcut, gives up to 85 % too little for tables, data and minified code, which is how a
prompt overflows.
"""

import re

_SIGN = r"[!-/:-@\[-`{-~]"

_WORDS = re.compile(r"[A-Za-z]+")
_TAILS = re.compile(r"[A-Za-z]{6}([A-Za-z]+)")
_ODD_HUMPS = re.compile(r"[A-Z](?<=[a-z][A-Z])(?![a-z]{2})")
_DIGITS = re.compile(r"[0-9]{1,3}")
_INDENTED = re.compile(r"\n[ \t]+")
_BLANKS = re.compile(r"  [ ]{0,62}|\t[\t ]{0,63}|[\f\v]|\r(?!\n)")
_WIDE_INDENTS = re.compile(r"\n(?=  |\t)")
_REPEATED = re.compile(rf"({_SIGN})\1{{2,15}}")
_SIGNS = re.compile(rf"{_SIGN}+")
_MORE_SIGNS = re.compile(rf"{_SIGN}{{2}}({_SIGN}+)")
_MANY_SIGNS = re.compile(rf"{_SIGN}{{8}}({_SIGN}+)")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")

_LONG_TAIL = 14
"""Letters behind the first six from where on a word is no name but data, of which two or three letters are a token."""

_FOREIGN = ((0x0370, 90), (0x0800, 75), (0x2000, 180), (0x2E80, 180), (0x10000, 120))
"""Hundredths of a token for a character below a code point: Latin letters, other alphabets, other scripts, symbols,
ideographs."""
_DEAREST = 250
"""Hundredths for all the others, which are emoji and rare ideographs."""


def estimate(text: str) -> int:
    """Tokens of `text`, in time linear in its length; 0 for the empty text only."""
    if not text:
        return 0
    hundredths = 0 if text.isascii() else _of_foreign("".join(_NOT_ASCII.findall(text)))
    text = _REPEATED.sub(r"\1\1", text)
    tails = _TAILS.findall(text)
    hundredths += 100 * len(_WORDS.findall(text)) + 16 * len("".join(tails))
    hundredths += sum(25 * (len(tail) - _LONG_TAIL) for tail in tails if len(tail) > _LONG_TAIL)
    hundredths += 100 * (len(_ODD_HUMPS.findall(text)) + len(_DIGITS.findall(text)) + len(_CONTROL.findall(text)))
    hundredths += 80 * text.count("\n") - 15 * len(_INDENTED.findall(text))
    hundredths += 100 * (len(_BLANKS.findall(text)) - len(_WIDE_INDENTS.findall(text)))
    hundredths += 100 * len(_SIGNS.findall(text)) + 33 * len("".join(_MORE_SIGNS.findall(text)))
    hundredths += 30 * len("".join(_MANY_SIGNS.findall(text)))
    return max(1, (hundredths + 50) // 100)


def budgeted(text: str) -> int:
    """The same with a tenth on top, rounded up: what a budget has to count, since the estimate may be too low."""
    return -(-estimate(text) * 11 // 10)


def _of_foreign(text: str) -> int:
    return sum(next((cost for below, cost in _FOREIGN if c < below), _DEAREST) for c in map(ord, text))
