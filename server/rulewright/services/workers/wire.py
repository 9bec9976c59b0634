"""What goes between a pool and its workers: length-prefixed msgpack. No pickle, so nothing that is read can run.

A tuple of checks is sent once to each worker and named by a number from then on: thousands of files share it.
"""

import os
import struct
from typing import Any

import msgspec

from rulewright.core.rules.job import CheckResult
from rulewright.core.rules.lint import Enforced

_LENGTH = struct.Struct(">I")


class Checks(msgspec.Struct, tag="checks"):
    """Remember a tuple of checks."""

    number: int
    enforced: tuple[Enforced, ...]
    known_rule_ids: frozenset[str]


class Job(msgspec.Struct, tag="job"):
    """Check one text. `content` is UTF-8 with surrogates passed through."""

    checks: int
    path: str
    content: bytes
    language: str
    max_findings: int


encode = msgspec.msgpack.Encoder().encode
decode_request = msgspec.msgpack.Decoder(Checks | Job).decode
decode_result = msgspec.msgpack.Decoder(CheckResult).decode


def send(descriptor: int, message: Any) -> None:
    """Write one message; raises OSError when the other side is gone."""
    body = message if isinstance(message, bytes) else encode(message)
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(descriptor, view) :]


def receive(descriptor: int) -> bytes | None:
    """Read one message; None at the end."""
    head = _exactly(descriptor, _LENGTH.size)
    return _exactly(descriptor, _LENGTH.unpack(head)[0]) if head else None


def _exactly(descriptor: int, n_bytes: int) -> bytes | None:
    parts: list[bytes] = []
    while n_bytes:
        part = os.read(descriptor, min(n_bytes, 1 << 20))
        if not part:
            return None
        parts.append(part)
        n_bytes -= len(part)
    return b"".join(parts)
