"""What goes between the builder and its worker processes: msgpack, paths in and records out.

No pickle, so nothing that is read can run; no tree, so nothing large is copied. Paths are bytes, as the system has
them.
"""

import msgspec

from rulewright.services.index.tables import Analysis

NO_GRAMMAR = "words only: its grammar is not installed, pip install 'rulewright[languages]' may bring it"
"""A reason that does not outlive the installation: nothing is kept of it by content."""


class Order(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Analyse some files, in this order. The number of a file is its place in `files`."""

    number: int
    """Of the order."""
    files: tuple[tuple[bytes, str], ...]
    """Paths from the root, with the language of each."""


class Outcome(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What became of one file."""

    order: int
    file: int
    size: int = 0
    mtime_ns: int = 0
    inode: int = 0
    is_settled: bool = False
    """Whether a later change would show in size, time or inode; not so while the file has just been written."""
    key: bytes = b""
    """The cache key of what was read; empty when nothing was."""
    record: bytes = b""
    """The encoded record; empty when the file is left out or gone."""
    analysis: Analysis | None = None
    """What the tables want of it."""
    reason: str = ""
    """Why it is left out or has only words."""
    is_gone: bool = False
    """Whether there is no such file now that could be indexed."""
    is_failed: bool = False
    """Whether it has only words for a reason that may be gone tomorrow."""
    is_cached: bool = False
    """Whether the record came from the cache, so that nothing was parsed."""


encode_order = msgspec.msgpack.Encoder().encode
decode_order = msgspec.msgpack.Decoder(Order).decode
encode_outcomes = msgspec.msgpack.Encoder().encode
decode_outcomes = msgspec.msgpack.Decoder(list[Outcome]).decode
