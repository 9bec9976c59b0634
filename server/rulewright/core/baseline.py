"""A baseline: the findings that a team has put up with so far, as a file that is kept with the code.

A finding is known by its rule, its file and the text of its line, so it is recognised when lines above it come and go.
The text is kept as a hash: a baseline may be shown to people who may not see the code, and stays short.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec

VERSION = 1
HASH_LENGTH = 16
"""Hexadecimal digits: two lines of one file for one rule must not be taken for each other, no more is needed."""


class Known(msgspec.Struct, frozen=True, order=True):
    """What a finding is known by."""

    path: str
    """Relative to the root of the project, with forward slashes."""
    rule: str
    line: str
    """The hash of the text of its first line, without the white space around it."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a baseline: as many findings of a rule on lines of one text in one file."""

    path: str
    rule: str
    line: str
    count: int = 1


class BaselineRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file that `rulewright check --write-baseline` makes."""

    version: int
    findings: tuple[Entry, ...]


Baseline = Counter[Known]
"""How many findings of each kind are put up with."""


class Hidden(msgspec.Struct, frozen=True):
    """What a baseline does to the findings of a run."""

    shown: tuple[bool, ...]
    """For each finding, in their order."""
    left: Baseline
    """What no finding has answered to."""

    @property
    def n_hidden(self) -> int:
        """Findings that the baseline hides."""
        return self.shown.count(False)


def hash_of(line: str) -> str:
    """The hash of a line's text."""
    return sha256(_bytes(line.strip())).hexdigest()[:HASH_LENGTH]


def _bytes(text: str) -> bytes:
    """Bytes that were not UTF-8 as they were; what no file can hold, such as half of a pair from an editor, anyhow."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def fingerprints(known: Iterable[Known]) -> list[str]:
    """A hash for each finding, its own also among equal ones: by that services tell it from one run to the next."""
    seen: Counter[Known] = Counter()
    found = []
    for one in known:
        text = "\0".join((one.rule, one.path, one.line, str(seen[one])))
        found.append(sha256(_bytes(text)).hexdigest())
        seen[one] += 1
    return found


def hide(known: Iterable[Known], baseline: Baseline) -> Hidden:
    """Of equal findings the first ones are the old ones."""
    left = baseline.copy()
    shown = []
    for one in known:
        is_old = left[one] > 0
        left[one] -= is_old
        shown.append(not is_old)
    return Hidden(tuple(shown), +left)


def read_baseline(text: str) -> Baseline | str:
    """The baseline, or what is wrong with its text, as the end of a sentence."""
    import json  # noqa: PLC0415 - paths that are not UTF-8 need it; few checks have a baseline

    try:
        values: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        return f"is not JSON: {error}"
    version = values.get("version") if isinstance(values, dict) else None
    if isinstance(version, int) and version > VERSION:
        return f"has version {version}, and this Rulewright reads {VERSION}; a newer one is needed"
    try:
        record = msgspec.convert(values, BaselineRecord)
    except msgspec.ValidationError as error:
        return f"is not a baseline: {error}"
    baseline: Baseline = Counter()
    for entry in record.findings:
        baseline[Known(entry.path, entry.rule, entry.line)] += max(entry.count, 0)
    return baseline


def write_baseline(baseline: Baseline) -> str:
    """The text of a baseline: an entry a line, sorted, so that version control shows and merges it well."""
    import json  # noqa: PLC0415 - as above

    # ASCII, for a path that is not UTF-8 can be written in no other way.
    entries = [json.dumps(_plain(known, count)) for known, count in sorted(baseline.items()) if count > 0]
    body = ",\n".join(f"    {entry}" for entry in entries)
    return f'{{\n  "version": {VERSION},\n  "findings": [{f"{chr(10)}{body}{chr(10)}  " if body else ""}]\n}}\n'


def _plain(known: Known, count: int) -> dict[str, str | int]:
    named: dict[str, str | int] = {"path": known.path, "rule": known.rule, "line": known.line}
    return named if count == 1 else {**named, "count": count}
