"""The first message of a client: an `initialize` that brings the token of the node."""

import hmac
from typing import Any

from rulewright.adapters.lsp.protocol import INVALID_REQUEST, NOT_INITIALIZED, decode, encode

MEMBER = "token"
"""Of the initialization options, or of `rulewright` in them."""
REQUEST_FAILED = -32803

ASKED = (
    "This server lets in who brings its token: give what is in its token file as initializationOptions.token, "
    "or start `rulewright connect` in place of a server."
)
WRONG = "The token is not that of this server. It makes a new one when it starts: read its token file again."


class RefusedError(Exception):
    """Who asked is not let in; `answer` says why."""

    def __init__(self, answer: bytes, reason: str) -> None:
        super().__init__(reason)
        self.answer = answer


def read_hello(body: bytes, token: str | None) -> bytes:
    """The message as the session is to see it: without the token. None means that there is no token to ask for.

    Raises RefusedError.
    """
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
    if token is not None:
        if given is None:
            raise _refused(msg_id, REQUEST_FAILED, ASKED)
        if not hmac.compare_digest(given.encode("utf-8", "replace"), token.encode()):
            raise _refused(msg_id, REQUEST_FAILED, WRONG)
    return encode(message)


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
