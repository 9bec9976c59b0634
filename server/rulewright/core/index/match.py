"""How well a typed pattern matches a name: the order of completion items and of symbols that were searched.

A pattern matches a name when its characters occur in the name in order, the first of them where a word starts;
`pattern` says what a word is and which characters are alike. The kind of the match decides first (`Kind`), then its
cost, then the length of the name. The cost is one for each run of adjacent characters, and one more for a run that
starts inside a word; a run may step over one separator, so `getun` costs the same in snake case and in camel case.
Ties are left to callers.

Many names are matched at once: a regular expression throws out most of them, `match_bits` scores the rest together.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate, compress

from rulewright.core.index.match_bits import alphabet, classes
from rulewright.core.index.pattern import (
    COST_LIMIT,
    SEPARATORS,
    Kind,
    Token,
    fold,
    other_case,
    wanted,
    word_starts,
)

_LENGTH_LIMIT = 0xFFFF
_COST_SHIFT = 16
_KIND_SHIFT = 20


def score(pattern: str, name: str) -> int | None:
    """How well `pattern` matches `name`, larger is better; `None` for not at all, 0 for the empty pattern."""
    return Matcher(pattern).score(name)


def positions(pattern: str, name: str) -> tuple[int, ...]:
    """Indexes in `name` of the characters that matched, ascending; none where nothing matches.

    They spell the pattern, without those separators that only said where a word starts.
    """
    return Matcher(pattern).positions(name)


def kind_of(score: int) -> Kind:
    """The kind in a `score` of a pattern that is not empty."""
    return Kind(score >> _KIND_SHIFT)


def worth(kind: Kind, cost: int, n_characters: int) -> int:
    """The score of a match in a name of so many characters."""
    return (kind << _KIND_SHIFT) + ((COST_LIMIT - cost + 1) << _COST_SHIFT) - min(n_characters, _LENGTH_LIMIT)


def _expression(tokens: Iterable[Token]) -> re.Pattern[str]:
    """Lets every name pass that matches, and some others; possessive throughout, so linear for each name."""
    parts = []
    for token in tokens:
        other = "\n" if token.char == " " else other_case(token.char)
        both = re.escape(token.char) if other == token.char else re.escape(token.char) + re.escape(other)
        parts.append(f"[^{both}]*+[{both}]")
    return re.compile("".join(parts))


class Matcher:
    """A pattern made ready for many names. A line feed, in the pattern and in names, counts as a blank."""

    __slots__ = ("_alphabet", "_passes", "_wanted", "pattern")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern.replace("\n", " ")
        self._wanted = wanted(self.pattern)
        self._passes = _expression(self._wanted.tokens).match
        self._alphabet = alphabet(self._wanted)

    def score(self, name: str) -> int | None:
        """How well the pattern matches `name`; larger is better, `None` for not at all."""
        if not self._passes(name):
            return None
        found = self.scores((name,))
        return found[0][1] if found else None

    def scores(self, names: Sequence[str], least: Kind = Kind.FUZZY) -> list[tuple[int, int]]:
        """Index and score of each of `names` that matches as `least` or better, in no order.

        The empty pattern has no kinds and matches all. Thousands of names in one call are many times quicker than one
        by one.
        """
        if not self.pattern:
            return [(i, 0) for i in range(len(names))]
        indexes = list(compress(range(len(names)), map(self._passes, names)))
        if not indexes:
            return []
        chosen = [names[i] for i in indexes]
        text = "\n".join(chosen) + "\n"
        if text.count("\n") != len(chosen):
            chosen = [name.replace("\n", " ") for name in chosen]
            text = "\n".join(chosen) + "\n"
        if self._alphabet is None:
            scored = [(i, self._score_plainly(name)) for i, name in zip(indexes, chosen, strict=True)]
            return [(i, value) for i, value in scored if value and kind_of(value) >= least]
        lengths = [*map(len, chosen)]
        place = dict(zip(accumulate([n + 1 for n in lengths], initial=-1), range(-1, len(lengths)), strict=True))
        if max(lengths) > _LENGTH_LIMIT:
            lengths = [min(n, _LENGTH_LIMIT) for n in lengths]
        found: list[tuple[int, int]] = []
        for kind, cost, ended in classes(self._wanted, self._alphabet, self._alphabet.encode(text)):
            if kind < least:
                break
            at = [place[one.start()] for one in re.finditer("1", bin(ended)[:1:-1])]
            if kind == Kind.PREFIX:
                found += self._prefix_scores(indexes, chosen, at)
            else:
                base = worth(kind, cost, 0)
                found += [(indexes[i], base - lengths[i]) for i in at]
        return found

    def positions(self, name: str) -> tuple[int, ...]:
        """Indexes in `name` of the characters that matched, ascending."""
        return self._align(name)[2] if self.pattern else ()

    def _prefix_scores(self, indexes: list[int], names: list[str], at: list[int]) -> list[tuple[int, int]]:
        # Members of an enumeration are slow, and this runs for every hit of a short pattern.
        other_case, same_case = worth(Kind.PREFIX, 1, 0), worth(Kind.PREFIX_CASE, 1, 0)
        pattern, n_pattern = self.pattern, len(self.pattern)
        found = []
        for i in at:
            name = names[i]
            n = len(name)
            if n == n_pattern or n > _LENGTH_LIMIT:
                value = worth(self._prefix_kind(name), 1, n)
            else:
                value = (same_case if name.startswith(pattern) else other_case) - n
            found.append((indexes[i], value))
        return found

    def _prefix_kind(self, name: str) -> Kind:
        """Of a name that starts with the pattern in some case."""
        if len(name) == len(self.pattern):
            return Kind.EXACT if name == self.pattern else Kind.WHOLE
        return Kind.PREFIX_CASE if name.startswith(self.pattern) else Kind.PREFIX

    def _score_plainly(self, name: str) -> int | None:
        kind, cost, _ = self._align(name)
        return None if kind is None else worth(kind, cost, len(name))

    def _align(self, name: str) -> tuple[Kind | None, int, tuple[int, ...]]:
        """Kind, cost and places of the best match, for one name and in plain steps."""
        name = name.replace("\n", " ")
        starts = word_starts(name)
        width = len(self.pattern)
        places = _places(self._wanted.literal, name, starts)
        pieces = [i for i in range(len(name)) if starts[i] and all(i + k in row for k, row in enumerate(places))]
        if pieces and pieces[0] == 0:
            return self._prefix_kind(name), 1, tuple(range(width))
        places = _places(self._wanted.tokens, name, starts)
        if self._wanted.is_open:
            last = max((i for i, start in enumerate(starts) if start), default=-1)
            places[-1] = {i for i in places[-1] if i < last}
        letters = [i for i, c in enumerate(name) if other_case(c) != c]
        cost, found = _cheapest(places, {0, *letters[:1]}, name, starts, is_fuzzy=False)
        if found:
            return Kind.HUMP, cost, found
        if pieces:
            return Kind.WORD, 1, tuple(range(pieces[0], pieces[0] + width))
        heads = {i for i, start in enumerate(starts) if start}
        cost, found = _cheapest(places, heads, name, starts, is_fuzzy=True)
        return (Kind.FUZZY, cost, found) if found else (None, 0, ())


def _places(tokens: Iterable[Token], name: str, starts: list[bool]) -> list[set[int]]:
    """For each token where it may stand."""
    low = fold(name)
    return [
        {
            i
            for i, char in enumerate(low)
            if char == token.char
            and (not token.is_upper or name[i] != char or starts[i])
            and (not token.is_start or starts[i])
        }
        for token in tokens
    ]


def _cheapest(
    wanted: list[set[int]], heads: set[int], name: str, starts: list[bool], *, is_fuzzy: bool
) -> tuple[int, tuple[int, ...]]:
    """The lowest cost, never above the limit, and the places that have it; of equals the leftmost."""
    rows = [dict.fromkeys(sorted(wanted[0] & heads), (1, -1))]
    for places in wanted[1:]:
        before, row = rows[-1], {}
        cheapest: tuple[int, int] | None = None
        for i in range(len(name)):
            if i in places:
                choices = [(before[i - 1][0], i - 1)] if i - 1 in before else []
                if i - 2 in before and name[i - 1] in SEPARATORS:
                    choices.append((before[i - 2][0], i - 2))
                if cheapest and (starts[i] or is_fuzzy):
                    choices.append((cheapest[0] + (1 if starts[i] else 2), cheapest[1]))
                if choices:
                    row[i] = min(choices, key=lambda choice: choice[0])
            if i in before and (cheapest is None or before[i][0] < cheapest[0]):
                cheapest = (before[i][0], i)
        rows.append(row)
    if not rows[-1]:
        return 0, ()
    at = min(rows[-1], key=lambda i: rows[-1][i][0])
    cost = rows[-1][at][0]
    found = []
    for row in reversed(rows):
        found.append(at)
        at = row[at][1]
    return min(cost, COST_LIMIT), tuple(reversed(found))
