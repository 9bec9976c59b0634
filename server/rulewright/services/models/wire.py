"""What a wire format is: the calls that it makes of a request, and how it reads the answer.

A format knows no connection. Whatever a server sends, reading it raises nothing but `NotJson`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from rulewright.core.models import Capabilities, Finished, ModelRequest, Usage

Reason = Literal["stop", "length", "filter"]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request of HTTP."""

    path: str
    """Follows the base address; may have a query."""
    is_from_root: bool = False
    """Whether `path` follows the host alone."""
    body: Mapping[str, Any] | None = None
    """None for GET."""
    headers: Mapping[str, str] = {}
    framing: Literal["events", "lines", "json"] = "events"
    """How the answer comes. Of `json` it comes at once."""
    stop: tuple[str, ...] = ()
    """Where the answer ends besides the stop texts of the request."""


class Unable(Exception):  # noqa: N818 - an answer, not a fault
    """The format has no way to ask this; the message is a clause that follows the name of the model."""


class NotJson(Exception):  # noqa: N818 - what the other side did
    """Something is no JSON object."""


class Fault(msgspec.Struct, frozen=True):
    """What a server says went wrong."""

    message: str = ""
    """In its own words."""
    code: str = ""
    """Its types and codes, lower case, parted by blanks."""
    status: int = 0
    """Of HTTP, where the body has one."""
    n_prompt_tokens: int = 0
    n_context_tokens: int = 0


class Reading:
    """What is known of an answer while it comes."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """New since they were taken."""
        self.finish: Reason | None = None
        self.usage = Usage(0, 0)
        self.fault: Fault | None = None
        self.is_over = False
        """The server said that nothing follows."""
        self.is_thinking = False
        """Something came that is not shown."""

    @property
    def finished(self) -> Finished | None:
        """How it ended; None where the server did not say that it ended."""
        if self.finish is None and not self.is_over:
            return None
        return Finished(self.finish or "stop")


class Format(Protocol):
    """One wire format."""

    def stream(self, request: ModelRequest, model: str) -> Call:
        """The call for an answer. Raises Unable."""
        ...

    def read(self, reading: Reading, name: str, data: str) -> None:
        """Take one event of an answer. Raises NotJson."""
        ...

    def embed(self, texts: Sequence[str], model: str) -> Call:
        """The call for vectors. Raises Unable."""
        ...

    def vectors(self, body: Any) -> tuple[tuple[float, ...], ...]:
        """Those of an answer, in the order of the texts."""
        ...

    def list_models(self) -> Call:
        """The call for the names of models."""
        ...

    def names(self, body: Any) -> tuple[str, ...]:
        """Those of an answer."""
        ...

    def look(self, model: str) -> Call:
        """The call whose answer says what a model can do."""
        ...

    def capabilities(self, body: Any, model: str) -> Capabilities:
        """What such an answer says."""
        ...

    def count(self, texts: Sequence[str], model: str) -> Call | None:
        """The call whose answer counts tokens; None where there is none."""
        ...

    def counted(self, body: Any) -> int:
        """What such an answer says."""
        ...

    def key_header(self, key: str) -> Mapping[str, str]:
        """The header that shows a key."""
        ...

    def without(self, field: str) -> bool:
        """Leave a field out from now on, or name it otherwise, because the server does not take it; whether it can."""
        ...


def decoded(data: str | bytes) -> dict[str, Any]:
    """A JSON object. Raises NotJson."""
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        try:
            # It takes halves of characters and numbers that are none, which some servers send.
            value = json.loads(data)
        except (ValueError, RecursionError):
            raise NotJson from None
    if not isinstance(value, dict):
        raise NotJson
    return value


def at(value: Any, *keys: str | int) -> Any:
    """What lies below keys and numbers; None where something is missing or of another shape."""
    for key in keys:
        if isinstance(key, int):
            if not isinstance(value, list) or not -len(value) <= key < len(value):
                return None
            value = value[key]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def text_at(value: Any, *keys: str | int) -> str:
    """The text below keys; empty where there is none."""
    found = at(value, *keys)
    return found if isinstance(found, str) else ""


def count_at(value: Any, *keys: str | int) -> int:
    """The number below keys; 0 where there is none."""
    found = at(value, *keys)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 10**12:
        return 0
    return int(found)


def list_at(value: Any, *keys: str | int) -> list[Any]:
    """The list below keys; empty where there is none."""
    found = at(value, *keys)
    return found if isinstance(found, list) else []


def floats(value: Any) -> tuple[float, ...]:
    """A vector; empty where it is none."""
    if not isinstance(value, list) or not all(isinstance(x, int | float) and not isinstance(x, bool) for x in value):
        return ()
    return tuple(map(float, value))


def fault_of(body: Any) -> Fault:
    """What an error says, in the shapes that servers have for it."""
    if isinstance(body, list):
        body = at(body, 0)
    error = at(body, "error")
    inner = error if isinstance(error, dict) else body
    message = text_at(inner, "message") or (error if isinstance(error, str) else "") or text_at(body, "detail")
    message = message or text_at(body, "detail", 0, "msg") or text_at(inner, "message", "detail", 0, "msg")
    raw_code = at(inner, "code")
    codes = [
        text_at(inner, "type"),
        text_at(inner, "code"),
        text_at(inner, "innererror", "code"),
        text_at(inner, "param"),
    ]
    return Fault(
        message[:4_000],
        " ".join(code.lower() for code in codes if code),
        int(raw_code) if isinstance(raw_code, int) and 400 <= raw_code < 600 else 0,  # noqa: PLR2004 - statuses
        count_at(inner, "n_prompt_tokens"),
        count_at(inner, "n_ctx"),
    )


def reason_of(word: str) -> Reason:
    """What the words of servers for an end mean."""
    if word in {"length", "max_tokens", "limit", "model_context_window_exceeded", "model_length"}:
        return "length"
    if word in {"content_filter", "refusal", "safety", "sensitive"}:
        return "filter"
    return "stop"


def clean(text: str) -> str:
    """The text without halves of characters, which no JSON can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
