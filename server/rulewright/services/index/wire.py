"""What goes between the builder and its worker processes: length-prefixed msgpack, paths in and records out.

No pickle, so nothing that is read can run; no tree, so nothing large is copied. Paths are bytes, as the system has
them.
"""

import os
import struct

import msgspec

from rulewright.services.index.tables import Analysis

_LENGTH = struct.Struct(">I")

READY = b"ready"
"""What a worker sends before anything else."""


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


def send(descriptor: int, body: bytes) -> None:
    """Write one message; raises OSError when the other side is gone."""
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int) -> bytes | None:
    """Read one message; None at the end."""
    head = _exactly(descriptor, _LENGTH.size)
    return _exactly(descriptor, _LENGTH.unpack(head)[0]) if head else None


def _exactly(descriptor: int, n_bytes: int) -> bytes | None:
    data = os.read(descriptor, n_bytes)
    if len(data) == n_bytes:
        return data
    parts = [data]
    while data and (n_bytes := n_bytes - len(data)):
        data = os.read(descriptor, min(n_bytes, 1 << 20))
        parts.append(data)
    return b"".join(parts) if data else None
