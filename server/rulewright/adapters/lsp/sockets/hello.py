"""The first message of a client: an `initialize` that brings the token of the node."""

from typing import Any

import msgspec

from rulewright.adapters.lsp.protocol import INVALID_REQUEST, NOT_INITIALIZED, decode, encode

MEMBER = "token"
"""Of the initialization options, or of `rulewright` in them."""
REQUEST_FAILED = -32803


class RefusedError(Exception):
    """Who asked is not let in; `answer` says why."""

    def __init__(self, answer: bytes, reason: str) -> None:
        super().__init__(reason)
        self.answer = answer


class Hello(msgspec.Struct, frozen=True):
    """The first message of somebody who may come in, if their token is good."""

    msg_id: int | str
    body: bytes
    """As the session is to see it: without the token."""
    token: str | None


def read_hello(body: bytes) -> Hello:
    """What a first message says. Raises RefusedError."""
    try:
        message = decode(body)
    except (ValueError, RecursionError):
        raise _refused(None, INVALID_REQUEST, "The first message is not JSON.") from None
    match message:
        case {"method": "initialize", "id": int() | str() as msg_id}:
            params = message.get("params")
            given = _take(params)
        case {"id": int() | str() as msg_id}:
            raise _refused(msg_id, NOT_INITIALIZED, "The first message must be initialize.")
        case _:
            raise _refused(None, NOT_INITIALIZED, "The first message must be initialize.")
    return Hello(msg_id, encode(message), given)


def not_let_in(hello: Hello, why: str) -> RefusedError:
    """What to raise for somebody whose token is not good."""
    return _refused(hello.msg_id, REQUEST_FAILED, why)


def with_token(body: bytes, token: str) -> bytes:
    """An `initialize` with the token in it; any other message as it is."""
    try:
        message = decode(body)
    except (ValueError, RecursionError):
        return body
    match message:
        case {"method": "initialize", "params": dict(params)}:
            options = params.get("initializationOptions")
            params["initializationOptions"] = {**(options if isinstance(options, dict) else {}), MEMBER: token}
            return encode(message)
        case _:
            return body


def _take(params: Any) -> str | None:
    """Take the token out of the parameters."""
    options = params.get("initializationOptions") if isinstance(params, dict) else None
    found: str | None = None
    for holder in (options, options.get("rulewright") if isinstance(options, dict) else None):
        if isinstance(holder, dict) and MEMBER in holder:
            value = holder.pop(MEMBER)
            found = found or (value if isinstance(value, str) else None)
    return found


def _refused(msg_id: int | str | None, code: int, text: str) -> RefusedError:
    return RefusedError(encode({"jsonrpc": "2.0", "id": msg_id, "error": {"code": code, "message": text}}), text)
