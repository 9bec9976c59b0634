"""What goes between a pool and its workers: msgpack. No pickle, so nothing that is read can run.

What msgpack cannot hold, the lone surrogates of names and texts that are not UTF-8, goes as JSON with escapes.
A tuple of checks is sent once to each worker and named by a number from then on: thousands of files share it.
"""

from typing import Any

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.rules.job import CheckResult
from rulewright.core.rules.lint import Enforced


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
    suppress: Finding | None = None
    timed: bool = False
    all_run: bool = True
    judged_rule_ids: frozenset[str] = frozenset()


_encode = msgspec.msgpack.Encoder().encode
_request = msgspec.msgpack.Decoder(Checks | Job)
_result = msgspec.msgpack.Decoder(CheckResult)
_JSON = b"{"
"""How escaped JSON begins; msgpack of a record begins with another byte."""


def encode(message: Any) -> bytes:
    """One message as bytes."""
    try:
        return _encode(message)
    except UnicodeEncodeError:
        import json  # noqa: PLC0415 - rare, and the start of a worker is waited for

        return json.dumps(msgspec.to_builtins(message)).encode()


def decode_request(body: bytes) -> Checks | Job:
    """What the pool sent."""
    return msgspec.convert(_unescaped(body), Checks | Job) if body.startswith(_JSON) else _request.decode(body)


def decode_result(body: bytes) -> CheckResult:
    """What a worker sent."""
    return msgspec.convert(_unescaped(body), CheckResult) if body.startswith(_JSON) else _result.decode(body)


def _unescaped(body: bytes) -> Any:
    import json  # noqa: PLC0415 - as in `encode`

    return json.loads(body)
