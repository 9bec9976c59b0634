"""What went wrong with a call, in one sentence for people that says what helps. No key, and no long words of a server.

`Where` is who was asked. The sentences name the model as the user's settings do, and its address.
"""

import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from email.utils import parsedate_to_datetime

import msgspec

from rulewright.core.models import Failed
from rulewright.core.privacy.redact import redact
from rulewright.services.models.wire import Fault

MAX_QUOTED = 160
N_NAMES = 5
CONNECT_S = 5.0
SILENCE_S = 30.0
WAITED_FOR = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses that another try may not have."""

_TOO_LONG = re.compile(
    r"context[ _-]?(?:length|size|window)|maximum context|prompt is too long|too many tokens|input is too long"
    r"|reduce the length|exceeds? the (?:available|maximum) (?:context|number of tokens)|max(?:imum)? input length",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{3}")
_OPTIONAL = ("stream_options", "max_tokens", "temperature", "stop")
_NOT_TAKEN = re.compile(
    r"unsupported|not supported|unrecognized|unknown|extra|not permitted|deprecated|does not support"
)
_BAD_REQUEST = frozenset({400, 422})


class Where(msgspec.Struct, frozen=True):
    """Who is asked."""

    name: str
    url: str
    host: str
    model: str
    is_local: bool
    key_origin: str = ""
    """Where the key is from, words that follow "from"; empty where there is none."""
    key_hint: str = ""
    """The variable that would hold the key, where there is one."""

    @property
    def who(self) -> str:
        """For the beginning of a sentence."""
        return f"The model {self.name}"


class Refusal(msgspec.Struct, frozen=True):
    """An answer of HTTP that is none."""

    status: int
    fault: Fault
    headers: Mapping[str, str]


def of_refusal(where: Where, refusal: Refusal, names: tuple[str, ...] = ()) -> Failed:
    """What to say of a status that is not 200; `names` are the models that the server has."""
    status, code = refusal.status, refusal.fault.code
    if is_too_long(refusal):
        return Failed("too_long", _too_long(where, refusal.fault), status)
    if status == 402 or "insufficient_quota" in code or "billing" in code:  # noqa: PLR2004 - payment required
        return Failed("refused", f"{where.who} is not paid for: its account has nothing left ({status}).", status)
    if status in {401, 403}:
        return Failed("refused", _key_refused(where, status), status)
    if status == 404:  # noqa: PLR2004 - not found
        return Failed("refused", _not_found(where, quoted(refusal.fault.message), names), status)
    if status in {408, 429, 503, 504, 529} or "overloaded" in code:
        return _busy(where, refusal)
    return _wrong(where, refusal)


def _busy(where: Where, refusal: Refusal) -> Failed:
    status, after_s = refusal.status, retry_after_s(refusal.headers)
    if status in {408, 504}:
        return Failed("timeout", f"{where.who} took too long for its own server ({status}).", status, after_s)
    wait = f" It asks to wait {_seconds(after_s)}." if after_s else ""
    if status == 429:  # noqa: PLR2004 - too many requests
        told = f"had too many requests from you (429).{wait}"
    elif "loading" in refusal.fault.message.lower():
        told = "is still being loaded by its server. Ask again soon."
    else:
        told = f"is overloaded ({status}).{wait or ' Ask again later.'}"
    return Failed("overloaded", f"{where.who} {told}", status, after_s)


def _wrong(where: Where, refusal: Refusal) -> Failed:
    status, words = refusal.status, _colon(quoted(refusal.fault.message))
    if status < 300:  # noqa: PLR2004 - a success, of something else
        return Failed("broken", f"{where.url} answers with {status}, as no model does. Look at its base_url.", status)
    if 300 <= status < 400:  # noqa: PLR2004 - a redirection
        to = _to(quoted(refusal.headers.get("location", "")))
        return Failed("broken", f"{where.url} sends us on{to} ({status}): put the right address into base_url.", status)
    if status == 501:  # noqa: PLR2004 - not implemented
        return Failed("refused", f"{where.who} cannot do that{words}", status)
    if status >= 500:  # noqa: PLR2004 - the server's fault
        after_s = retry_after_s(refusal.headers)
        return Failed("broken", f"{where.who} has a fault of its own ({status}){words}", status, after_s)
    return Failed("refused", f"{where.who} did not take the request ({status}){words}", status)


def of_fault(where: Where, fault: Fault) -> Failed:
    """What to say of an error in the middle of an answer."""
    refusal = Refusal(fault.status or _status_of(fault.code), fault, {})
    if refusal.status:
        return of_refusal(where, refusal)
    if is_too_long(msgspec.structs.replace(refusal, status=400)):
        return Failed("too_long", _too_long(where, fault))
    return Failed("broken", f"{where.who} broke off its answer{_colon(quoted(fault.message))}")


def _status_of(code: str) -> int:
    by_code = {"overloaded_error": 529, "rate_limit_error": 429, "authentication_error": 401, "api_error": 500}
    return next((status for word, status in by_code.items() if word in code), 0)


def is_too_long(refusal: Refusal) -> bool:
    """Whether the prompt has more than the model takes."""
    if refusal.status == 413 or "context_length_exceeded" in refusal.fault.code:  # noqa: PLR2004 - content too large
        return True
    if "exceed_context_size" in refusal.fault.code or "request_too_large" in refusal.fault.code:
        return True
    return refusal.status in {400, 422, 500} and _TOO_LONG.search(refusal.fault.message) is not None


def field_not_taken(refusal: Refusal) -> str:
    """The optional field of ours that a server does not take; empty where that is not the matter."""
    if refusal.status not in _BAD_REQUEST:
        return ""
    told = f"{refusal.fault.message} {refusal.fault.code}".lower()
    if not _NOT_TAKEN.search(told):
        return ""
    return next((field for field in _OPTIONAL if re.search(rf"\b{field}\b", told)), "")


def of_error(where: Where, error: BaseException, *, has_begun: bool) -> Failed:
    """What to say of a connection that failed; `has_begun` when there was an answer."""
    if has_begun:
        return of_end(where, "cut")
    causes = list(_causes(error))
    for cause in causes:
        if told := _known_cause(where, cause):
            return Failed("unreachable", told)
    names = {type(cause).__name__ for cause in causes}
    words = _colon(quoted(str(error)))
    if "LocalProtocolError" in names:
        return Failed("refused", f"{where.who} was not asked: a header of it is not text that HTTP can carry.")
    if "RemoteProtocolError" in names and "disconnected" not in str(error) and "peer closed" not in str(error):
        return Failed("broken", f"{where.url} answers with something that is not HTTP. Look at its base_url.")
    if names & {"RemoteProtocolError", "ReadError"}:
        return Failed("broken", f"{where.who} closed the connection without an answer.")
    if names & {"ConnectError", "OSError", "WriteError"}:
        return Failed("unreachable", f"{where.who} cannot be reached at {where.url}{words}")
    return Failed("broken", f"{where.who} could not be asked ({type(error).__name__}){words}")


def _known_cause(where: Where, cause: BaseException) -> str:
    """A sentence about a cause that says it all; empty for others."""
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _certificate(where, cause)
    if isinstance(cause, ssl.SSLError) and "WRONG_VERSION" in (cause.reason or ""):
        return f"{where.url} speaks no TLS: its base_url begins with http:// then."
    if isinstance(cause, socket.gaierror):
        return f"{where.who} cannot be found: there is no host {where.host}, or no network."
    if isinstance(cause, ConnectionRefusedError):
        helps = "Start its server, or mend its base_url" if where.is_local else "Look at its base_url"
        return f"{where.who} does not answer: nobody listens at {where.url}. {helps}."
    if type(cause).__name__ == "ProxyError":
        return f"{where.who}: the proxy does not let us through{_colon(quoted(str(cause)))}"
    if type(cause).__name__ == "ConnectTimeout":
        return f"{where.who} does not answer: {where.host} took no connection within {CONNECT_S:.0f} s."
    return ""


def of_end(where: Where, end: str) -> Failed:
    """What to say of an answer that ended in another way than it should."""
    told = {
        "cut": "broke off in the middle of its answer.",
        "empty": "ended its answer before the first word.",
        "garbage": "sent something in its answer that is not JSON.",
        "too_large": "sent more than an answer may have (10 MB).",
        "endless": "said the same again and again, so it was stopped.",
    }[end]
    return Failed("cut" if end in {"cut", "empty"} else "broken", f"{where.who} {told}")


def of_wait(where: Where, which: str, seconds: float) -> Failed:
    """What to say when it took too long: for the `first` word, for a `next` one, or for `all` of them."""
    told = {
        "first": f"did not begin to answer within {_seconds(seconds)}.",
        "next": f"stopped in the middle of its answer: nothing came for {_seconds(seconds)}.",
        "all": f"was not done with its answer after {_seconds(seconds)}.",
    }[which]
    return Failed("timeout", f"{where.who} {told}")


def not_a_model(where: Where, content_type: str) -> Failed:
    """What to say of an answer that no model gives, such as the page of a proxy."""
    what = quoted(content_type.partition(";")[0]) or "nothing that says what it is"
    return Failed("broken", f"{where.url} answers with {what}, as no model does. Look at its base_url.")


def retry_after_s(headers: Mapping[str, str], now_s: float | None = None) -> float | None:
    """How long a server asks to wait; None where it does not say. `now_s` is for dates, in seconds since 1970."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        written = headers.get(name, "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", written):
            return float(written) / scale
        if name == "retry-after" and written and now_s is not None:
            try:
                return max(0.0, parsedate_to_datetime(written).timestamp() - now_s)
            except (TypeError, ValueError, OverflowError):
                return None
    return None


def quoted(text: str) -> str:
    """Words of a server, short, on one line and without secrets."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in redact(text[:2_000])).split())
    plain = plain if len(plain) <= MAX_QUOTED else f"{plain[:MAX_QUOTED].rstrip()}..."
    return plain.rstrip(".") if not plain.endswith("...") else plain


def _colon(words: str) -> str:
    return f": {words}." if words else "."


def _to(words: str) -> str:
    return f" to {words}" if words else ""


def _seconds(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds >= 1 or seconds == 0 else f"{seconds:.1f} s"


def _too_long(where: Where, fault: Fault) -> str:
    n_prompt, n_context = fault.n_prompt_tokens, fault.n_context_tokens
    if n_prompt and n_context:
        return f"The prompt has {n_prompt:,} tokens; the model {where.name} takes {n_context:,}, its answer included."
    if _TOO_LONG.search(fault.message) and _NUMBER.search(fault.message):
        return f"The prompt is too long for the model {where.name}: {quoted(fault.message)}."
    return f"The prompt is longer than the model {where.name} takes."


def _key_refused(where: Where, status: int) -> str:
    if where.key_origin:
        return f"{where.who} did not take the key from {where.key_origin} ({status})."
    helps = f"Put it into the variable {where.key_hint}" if where.key_hint else "Name it with key_env or key_command"
    return f"{where.who} asks for a key and has none here ({status}). {helps}."


def _not_found(where: Where, words: str, names: tuple[str, ...]) -> str:
    if names and where.model not in names:
        near = get_close_matches(where.model, names, n=N_NAMES, cutoff=0.3) or list(names[:N_NAMES])
        more = f" and {len(names) - len(near):,} more" if len(names) > len(near) else ""
        return (
            f"{where.url} has no model {where.model or 'without a name'}. It has {', '.join(map(quoted, near))}{more}."
        )
    return f"{where.who} is not at {where.url} (404){_colon(words)}"


def _certificate(where: Where, error: ssl.SSLCertVerificationError) -> str:
    reason = error.verify_message or str(error)
    if "expired" in reason:
        return f"The certificate of {where.host} has expired, so the model {where.name} was not asked."
    if "not yet valid" in reason:
        return f"The certificate of {where.host} is not valid yet, so the model {where.name} was not asked."
    if "match" in reason.lower():
        return f"The certificate of {where.host} is for another host, so the model {where.name} was not asked."
    return (
        f"Nobody that this machine trusts signed the certificate of {where.host}, so the model {where.name} was not "
        "asked. If it is your organisation's, name its authority with ca_file."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]
