"""Which of the rules that match a file are heard, where some silence others.

A rule is heard when nobody who is heard silences it (the grounded extension of Dung, "On the acceptability of
arguments", 1995). Of rules that silence each other in a circle, the one that comes first is heard.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

Claims = Mapping[int, Sequence[tuple[int, str]]]


def silenced(numbers: Sequence[int], twins: Iterable[Sequence[int]], claims: Claims) -> dict[int, tuple[int, str]]:
    """Each of `numbers`, ascending by precedence, that is not heard: with who silences it, and by what claim.

    `twins` are groups, ascending, of which each member silences all that come after it; that claim is called ``twin``.
    `claims` are the others that one silences. Takes time in proportion to all of these.
    """
    found = _Hearing(numbers, twins, claims)
    found.settle([number for number in numbers if found.is_free(number)])
    for number in numbers:
        if not found.is_decided(number):
            # Nobody is free, so this one is in a circle, or behind one: the first is heard.
            found.settle([number])
    return found.off


class _Hearing:
    """Who was heard and who was taken out so far."""

    def __init__(self, numbers: Iterable[int], twins: Iterable[Sequence[int]], claims: Claims) -> None:
        self._claims = claims
        self._group = {number: group for group in twins for number in group}
        self._first = {group[0]: 0 for group in self._group.values()}
        """By the first of a group: the place of the first member that is not taken out."""
        self._against = dict.fromkeys(numbers, 0)
        """How many that are not taken out silence each by a claim of their own."""
        for claimed in claims.values():
            for other, _ in claimed:
                self._against[other] += 1
        self._heard: set[int] = set()
        self.off: dict[int, tuple[int, str]] = {}

    def is_decided(self, number: int) -> bool:
        """Whether it is heard or taken out."""
        return number in self._heard or number in self.off

    def is_free(self, number: int) -> bool:
        """Whether it waits, and all who silence it are taken out."""
        group = self._group.get(number)
        is_first = group is None or group[self._first[group[0]]] == number
        return is_first and not self._against[number] and not self.is_decided(number)

    def settle(self, waiting: Sequence[int]) -> None:
        """Hear some, then all who are free for that, round by round."""
        while waiting:
            touched = {other for number in waiting for other in self._hear(number)}
            waiting = sorted(other for other in touched if self.is_free(other))

    def _hear(self, number: int) -> Iterator[int]:
        """Take out whom it silences; those who may be free for that."""
        self._heard.add(number)
        group = self._group.get(number, ())
        later = group[self._first[group[0]] + 1 :] if group else ()
        for other, claim in (*((twin, "twin") for twin in later), *self._claims.get(number, ())):
            if not self.is_decided(other):
                self.off[other] = number, claim
                yield from self._freed_without(other)

    def _freed_without(self, number: int) -> Iterator[int]:
        for other, _ in self._claims.get(number, ()):
            self._against[other] -= 1
            yield other
        group = self._group.get(number, ())
        if group and group[self._first[group[0]]] == number:
            place = self._first[group[0]]
            while place < len(group) - 1 and group[place] in self.off:
                place += 1
            self._first[group[0]] = place
            yield group[place]
