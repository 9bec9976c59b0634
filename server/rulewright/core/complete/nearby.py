"""What the text around the cursor says of a name: how near it was used, and how often it follows what was just typed.

The n-gram model is not kept: the two tokens before the cursor are looked for in this file and in the files worked on
lately, and what follows them is counted, three tokens first, then two (stupid back-off: Brants and others, 2007). That
is always up to date, takes no memory and stays below a millisecond, because the search for the bytes runs in C.
"""

import re
from collections import Counter
from collections.abc import Iterable

import msgspec

HALF = 15.0
"""Different names between a use and the cursor that make it half as near."""
NEAR_BEFORE = 8_000
NEAR_BEHIND = 2_000
"""Bytes around the cursor in which a use counts as near."""
OWN_BYTES = 300_000
PAIR_BYTES = 40_000
"""Bytes of this file that are looked at for three tokens and, around the cursor, for two."""
OTHER_BYTES = 60_000
OTHER_FILES = 6
"""The same for each other file, and how many of them."""

_NAME = re.compile(rb"[A-Za-z_$@\x80-\xff][\w\x80-\xff]*[?!]?")


class Nearby(msgspec.Struct, frozen=True):
    """What is known of names at one place."""

    near: dict[bytes, int]
    """By name, in UTF-8, how many different names stand between its nearest use and the cursor."""
    often: dict[bytes, int]
    """How often a name stands near the cursor."""
    follows: dict[bytes, float]
    """From 0 to 1: how much a name is what follows the tokens before the cursor."""

    def nearness(self, name: bytes) -> float:
        """1 for the last name used, going to 0."""
        at = self.near.get(name)
        return 0.0 if at is None else 1.0 / (1.0 + at / HALF)


NOWHERE = Nearby({}, {}, {})


def nearby(source: bytes, start: int, end: int, before: tuple[str, str], others: Iterable[bytes]) -> Nearby:
    """What the text says at a word between two bytes; the word itself does not count."""
    head = _NAME.findall(source, max(0, start - NEAR_BEFORE), start)
    tail = _NAME.findall(source, end, min(len(source), end + NEAR_BEHIND))
    # What stands behind the cursor was written earlier, as a rule: it is less near.
    behind, ahead = dict.fromkeys(reversed(head)), dict.fromkeys(tail)
    near = dict(zip(ahead, range(10, 10 + len(ahead)), strict=True)) | dict(
        zip(behind, range(len(behind)), strict=True)
    )
    return Nearby(near, Counter(head), follows(source, start, end, before, others))


def follows(
    source: bytes, start: int, end: int, before: tuple[str, str], others: Iterable[bytes]
) -> dict[bytes, float]:
    """By name from 0 to 1 how much it is what follows two tokens, the nearer last."""
    if not before[1]:
        return {}
    three = _pattern(before) if before[0] else None
    two = _pattern(("", before[1]))
    triples: Counter[bytes] = Counter()
    pairs: Counter[bytes] = Counter()
    window = max(0, start - OWN_BYTES // 2), min(len(source), end + OWN_BYTES // 2)
    near = max(0, start - PAIR_BYTES // 2), min(len(source), end + PAIR_BYTES // 2)
    if three is not None:
        _count(three, source, window[0], start, triples, 2)
        _count(three, source, end, window[1], triples, 2)
    _count(two, source, near[0], start, pairs, 1)
    _count(two, source, end, near[1], pairs, 1)
    for number, other in enumerate(others):
        if number >= OTHER_FILES:
            break
        if three is not None:
            _count(three, other, 0, OTHER_BYTES, triples, 1)
    all_triples, all_pairs = triples.total() + 1.0, pairs.total() + 4.0
    scores = {name: 0.35 * count / all_pairs for name, count in pairs.items()}
    for name, count in triples.items():
        scores[name] = min(1.0, scores.get(name, 0.0) + 0.65 * count / all_triples)
    return scores


def _count(pattern: re.Pattern[bytes], source: bytes, low: int, high: int, into: Counter[bytes], weight: int) -> None:
    found = Counter(pattern.findall(source, low, high))
    if weight != 1:
        found = Counter({name: weight * count for name, count in found.items()})
    into.update(found)


def _pattern(before: tuple[str, str]) -> re.Pattern[bytes]:
    """What finds the names behind two tokens; the first of them may be empty."""
    parts: list[bytes] = []
    last = b""
    for text in filter(None, before):
        encoded = text.encode("utf-8", "surrogatepass")
        if encoded == b"\n":
            parts.append(rb"[ \t]*\n[ \t]*" if parts else rb"\n[ \t]*")
        else:
            if parts and last != b"\n":
                parts.append(rb"\s+" if _is_wordy(last[-1:]) and _is_wordy(encoded[:1]) else rb"\s*")
            parts.append(re.escape(encoded))
            # The literal comes first, which is quicker to search for; only then is it checked to be a whole word.
            if len(parts) == 1 and _is_wordy(encoded[:1]):
                parts.append(rb"(?<![\w\x80-\xff]%b)" % re.escape(encoded))
        last = encoded
    if last != b"\n":
        parts.append(rb"\s+" if _is_wordy(last[-1:]) else rb"[ \t]*")
    parts.append(rb"([A-Za-z_$@\x80-\xff][\w\x80-\xff]*[?!]?)")
    return re.compile(b"".join(parts))


def _is_wordy(char: bytes) -> bool:
    return char.isalnum() or char == b"_" or char >= b"\x80"
