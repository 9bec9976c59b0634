"""Front matter of plain `key: value` lines, which is nearly all of it, read without a YAML library.

Only what every YAML reader takes for the same is read here: a name, a number without sign or point, `true`, `false`,
words that begin with a letter, or quoted text without escapes. Anything else is left to the library, and a law holds
that the two agree. It takes a fifth of the time, which counts where hundreds of rule files are read.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

_LINE = re.compile(
    r"""(?P<key>[A-Za-z_][A-Za-z0-9_-]*):
    (?:[ ]+(?:
        (?P<word>[A-Za-z][^\x00-\x1f\x7f-\U0010ffff\#:]*?)
      | (?P<number>0|[1-9][0-9]{0,8})
      | "(?P<double>[^\x00-\x1f\x7f-\U0010ffff"\\]*)"
      | '(?P<single>[^\x00-\x1f\x7f-\U0010ffff']*)'
    ))[ ]*""",
    re.VERBOSE,
)
_QUOTED = frozenset({"double", "single"})
_SPECIAL: Mapping[str, object] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL"), None),
}
"""Words that YAML takes for something else. What only YAML 1.1 does, such as `yes`, is text here."""
_KEY_WORDS = frozenset({*_SPECIAL, "y", "n", "yes", "no", "on", "off"})


class FlatKeys(msgspec.Struct, frozen=True):
    """What was read, and where it stands, as offsets from the start."""

    data: dict[str, Any]
    keys: dict[str, tuple[int, int]]
    values: dict[str, tuple[int, int]]


def read_flat(source: str) -> FlatKeys | None:
    """The keys of `source`; None where it is anything but plain lines."""
    data: dict[str, Any] = {}
    keys: dict[str, tuple[int, int]] = {}
    values: dict[str, tuple[int, int]] = {}
    offset = 0
    for line in source.split("\n"):
        if line:
            match = _LINE.fullmatch(line)
            if match is None or (key := match["key"]) in data or key.lower() in _KEY_WORDS:
                return None
            kind = match.lastgroup or ""
            written = match[kind]
            start, end = match.span(kind)
            if kind == "word":
                data[key] = _SPECIAL.get(written, written)
            else:
                data[key] = int(written) if kind == "number" else written
            around = kind in _QUOTED
            keys[key] = offset, offset + len(key)
            values[key] = offset + start - around, offset + end + around
        elif offset < len(source):
            # An empty line between two; where a value ends is then the library's to say.
            return None
        offset += len(line) + 1
    return FlatKeys(data, keys, values) if data else None
