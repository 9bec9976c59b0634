"""Matches all names of a text at once: a big integer holds one bit for each character, shifts move the pattern along.

Every name ends in a line feed. Its bit takes the borrow when a number is subtracted from all names at the same time, as
in Lamport, "Multiple byte processing with full-word instructions" (1975); the steps are those of Shift-And (Baeza-Yates
and Gonnet, 1992), with one row of states for each cost. There is no backtracking, so no name can be slow.
"""

from collections.abc import Iterator, Sequence

import msgspec

from rulewright.core.index.pattern import COST_LIMIT, SEPARATORS, Kind, Token, Wanted, fold, other_case

_PLAIN, _LOWER, _UPPER = 128, 129, 130
"""Bytes for characters beyond ASCII that the pattern does not hold: without case, lower, upper."""
_N_WIDE_MAX = 60
"""More different characters beyond ASCII do not fit into the bytes that are left."""


def _table(codes: set[int]) -> bytes:
    """For `bytes.translate`: a digit 1 for each of `codes`, 0 for the rest."""
    flags = bytearray(b"0" * 256)
    for code in codes:
        flags[code] = 49
    return bytes(flags)


_LINE_END = _table({10})
_SEPARATOR = _table(set(SEPARATORS.encode()))


class _Bytes(dict[int, str]):
    """Characters to the bytes of one pattern, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if code < _PLAIN:
            known = char
        elif fold(char) != char:
            known = chr(_UPPER)
        else:
            known = chr(_PLAIN if other_case(char) == char else _LOWER)
        self[code] = known
        return known


class Alphabet(msgspec.Struct, frozen=True):
    """How names become bytes for one pattern, and which bytes mean what."""

    byte_of: _Bytes
    of_char: dict[str, bytes]
    """Table of each folded character of the pattern, in either case."""
    lower: bytes
    upper: bytes

    def encode(self, text: str) -> bytes:
        """One byte for each character."""
        return text.encode("ascii") if text.isascii() else text.translate(self.byte_of).encode("latin-1")


def alphabet(wanted: Wanted) -> Alphabet | None:
    """The alphabet of a pattern; `None` where it holds too many different characters beyond ASCII."""
    chars = {token.char for token in wanted.literal}
    wide = sorted(c for c in chars if not c.isascii())
    if len(wide) > _N_WIDE_MAX:
        return None
    lower, upper = {*range(97, 123), _LOWER}, {*range(65, 91), _UPPER}
    byte_of = _Bytes()
    of_char = {char: _table({ord(char), ord(other_case(char))}) for char in chars if char.isascii()}
    for low, char in enumerate(wide):
        code = _UPPER + 1 + 2 * low
        byte_of[ord(char)] = chr(code)
        of_char[char] = _table({code, code + 1})
        if (other := other_case(char)) != char:
            byte_of[ord(other)] = chr(code + 1)
            lower.add(code)
            upper.add(code + 1)
    return Alphabet(byte_of, of_char, _table(lower), _table(upper))


class _Field(msgspec.Struct, frozen=True):
    """Where what stands in the text; bit k is character k."""

    ends: int
    """The line feeds."""
    inner: int
    """Everything else."""
    first: int
    """First characters of names."""
    cased: int
    starts: int
    """Where words start."""
    any_start: int
    """Where words start, and upper case letters."""
    separators: int
    of_char: dict[str, int]

    def places(self, tokens: Sequence[Token]) -> list[int]:
        """For each token where it may stand."""
        found = []
        for token in tokens:
            mask = self.of_char[token.char]
            if token.is_upper:
                mask &= self.any_start
            found.append(mask & self.starts if token.is_start else mask)
        return found

    def matching(self, state: int) -> int:
        """The line ends of the names in which `state` has a bit."""
        return self.ends ^ (self.ends & (self.ends - state))

    def lowest(self, state: int) -> int:
        """The lowest bit of `state` in each name."""
        return state & (self.ends - state) & self.inner

    def behind(self, state: int) -> int:
        """In each name everything behind the lowest bit of `state`."""
        return ((self.ends - state) ^ state) & self.inner


def _field(alphabet: Alphabet, encoded: bytes) -> _Field:
    backwards = encoded[::-1]

    def flags(table: bytes) -> int:
        return int(backwards.translate(table), 2)

    ends = flags(_LINE_END)
    inner = ((1 << len(encoded)) - 1) ^ ends
    lower, upper = flags(alphabet.lower), flags(alphabet.upper)
    cased = lower | upper
    after_upper = upper & (upper << 1)
    # A lower case letter behind a letter goes on with its word, as does an upper case one in a row of such.
    going_on = (lower & (cased << 1)) | (after_upper ^ (after_upper & (lower >> 1)))
    starts = inner ^ (going_on & inner)
    return _Field(
        ends=ends,
        inner=inner,
        first=((ends << 1) | 1) & inner,
        cased=cased,
        starts=starts,
        any_start=upper | starts,
        separators=flags(_SEPARATOR),
        of_char={char: flags(table) for char, table in alphabet.of_char.items()},
    )


def classes(wanted: Wanted, alphabet: Alphabet, encoded: bytes) -> Iterator[tuple[Kind, int, int]]:
    """Kind, cost and the line ends of the names in `encoded` that match so; each name once, at its best.

    `encoded` holds names that each end in a line feed. Every name that starts with the pattern counts as `PREFIX`.
    """
    field = _field(alphabet, encoded)
    left = field.ends
    for kind, cost, state in _states(wanted, field):
        taken = field.matching(state) & left
        if taken:
            yield kind, cost, taken
            left ^= taken
            if not left:
                return


def _states(wanted: Wanted, field: _Field) -> Iterator[tuple[Kind, int, int]]:
    """From best to worst."""
    pieces = field.starts
    for i, mask in enumerate(field.places(wanted.literal)):
        pieces = (pieces << 1 if i else pieces) & mask
    yield Kind.PREFIX, 1, (pieces >> (len(wanted.literal) - 1)) & field.first
    # Behind leading underscores the first word begins as well.
    heads = field.first | field.lowest(field.cased)
    for cost, state in _by_cost(wanted, field, heads, is_fuzzy=False):
        yield Kind.HUMP, cost, state
    yield Kind.WORD, 1, pieces
    for cost, state in _by_cost(wanted, field, field.starts, is_fuzzy=True):
        yield Kind.FUZZY, cost, state


def _by_cost(wanted: Wanted, field: _Field, heads: int, *, is_fuzzy: bool) -> Iterator[tuple[int, int]]:
    """By ascending cost, where the last token can be found at that cost."""
    first, *others = field.places(wanted.tokens)
    row = [0] * (COST_LIMIT + 1)
    row[1] = first & heads
    for mask in others:
        at_start = mask & field.starts
        behind = [field.behind(state) if state else 0 for state in row]
        below = [0] * (COST_LIMIT + 1)
        for cost, state in enumerate(row):
            if state:
                stepped = state << 1
                below[cost] = (stepped | ((stepped & field.separators) << 1)) & mask
            if cost:
                below[cost] |= behind[cost - 1] & at_start
            if cost > 1 and is_fuzzy:
                below[cost] |= behind[cost - 2] & mask
        # The last row takes what would cost still more; who would step over it could as well pay one more before.
        below[-1] |= behind[-1] & (mask if is_fuzzy else at_start)
        row = below
    for cost, state in enumerate(row):
        if state:
            yield cost, field.behind(state) & field.starts if wanted.is_open else state
