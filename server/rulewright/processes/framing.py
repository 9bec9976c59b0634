"""What goes through a pipe between our processes: bytes with their length before them."""

import os
import struct
from collections.abc import Iterator
from typing import IO

_LENGTH = struct.Struct(">I")

READY = b"ready"
"""What a worker sends before anything else."""


def send(descriptor: int, body: bytes) -> None:
    """Write one message; raises OSError when the other side is gone."""
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int) -> bytes | None:
    """Read one message; None at the end, and where the other side ended in the middle of one."""
    head = _exactly(descriptor, _LENGTH.size)
    return _exactly(descriptor, _LENGTH.unpack(head)[0]) if head else None


def messages(stream: IO[bytes]) -> Iterator[bytes]:
    """The messages of a buffered stream, of which several may come with one read."""
    while len(head := stream.read(_LENGTH.size)) == _LENGTH.size:
        yield stream.read(_LENGTH.unpack(head)[0])


def _exactly(descriptor: int, n_bytes: int) -> bytes | None:
    # All at once, nearly always.
    data = os.read(descriptor, min(n_bytes, 1 << 20)) if n_bytes else b""
    if len(data) == n_bytes:
        return data
    parts = [data]
    while data and (n_bytes := n_bytes - len(data)):
        data = os.read(descriptor, min(n_bytes, 1 << 20))
        parts.append(data)
    return b"".join(parts) if data else None
