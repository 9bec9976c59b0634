"""The account of one call of a model: what was sent, in which order and from where, and what was left out and why."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from rulewright.core.models import Message, ModelRequest

Label = Literal["frame", "rules", "history", "context", "question", "code"]


class ReceiptPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of what was sent, in its order."""

    role: str
    label: str
    path: str = ""
    """Of the file it was taken from; empty for what was typed or made here."""
    first_line: int = 0
    """From 1; 0 for the whole file."""
    last_line: int = 0
    tokens: int
    """Estimated, as budgets count them."""
    hash: str
    """SHA-256 of its text, the first 16 digits."""
    why: str = ""
    """Why it was sent, where that is not plain."""


class RuleUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A rule whose text was sent."""

    id: str
    path: str
    hash: str
    tokens: int
    is_whole: bool = True


class LeftOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was not sent."""

    what: str
    tokens: int = 0
    """What it would have needed; 0 where that is not known."""
    reason: str
    """A sentence."""
    is_named: bool = False
    """Whether the user asked for it, so that they should be told."""


class Tried(msgspec.Struct, frozen=True):
    """A model that was asked, and what became of it."""

    model: str
    why: str
    outcome: str = ""
    """A sentence where it could not answer."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """One call."""

    version: int = 1
    feature: str
    """What it was for: `chat`."""
    intent: str
    why_intent: str
    model: str
    """As the user's settings call it."""
    is_local: bool
    tried: tuple[Tried, ...]
    """In order; the last one answered."""
    parts: tuple[ReceiptPart, ...]
    rules: tuple[RuleUsed, ...] = ()
    rule_version: str = ""
    left_out: tuple[LeftOut, ...] = ()
    notices: tuple[str, ...] = ()
    """Sentences: what the gate held back."""
    prompt_hash: str
    """SHA-256 of all that was sent, as it is kept."""
    prompt_tokens: int
    """Estimated before it was sent."""
    tokens_in: int = 0
    """As the provider counted; 0 where it did not."""
    tokens_out: int = 0
    cached_tokens: int = 0
    first_token_ms: int = 0
    """0 where none came."""
    latency_ms: int = 0
    cost_micro: int = 0
    outcome: str = "whole"
    failure: str = ""
    replay_of: str = ""
    """The call that was sent again; empty for a new one."""


def prompt_of(request: ModelRequest) -> str:
    """All of a request that decides the answer, as text that is the same for the same request."""
    kept = msgspec.structs.replace(request, root="", deadline_s=0.0, estimated_tokens=0)
    return msgspec.json.encode(kept, order="deterministic").decode()


def request_of(prompt: str, root: str, deadline_s: float) -> ModelRequest:
    """The request that `prompt_of` made a text of. Raises ValueError where it is none."""
    try:
        kept = msgspec.json.decode(prompt.encode("utf-8", "replace"), type=ModelRequest)
    except msgspec.MsgspecError as error:
        raise ValueError(f"What is kept of this call cannot be read: {error}.") from None
    return msgspec.structs.replace(kept, root=root, deadline_s=deadline_s)


def digest_of(text: str) -> str:
    """SHA-256 in full."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def read_receipt(kept: Mapping[str, Any]) -> Receipt | None:
    """A receipt as it was kept; None where only hashes, or nothing, or another version of it is there."""
    try:
        return msgspec.convert(kept, Receipt)
    except msgspec.ValidationError:
        return None


def as_markdown(receipt: Receipt, *, call: str, at: str, prompt: str = "", response: str = "") -> str:
    """A receipt for people; with `prompt` also the texts that were sent."""
    has_tried = len(receipt.tried) > 1 or any(one.outcome for one in receipt.tried)
    lines = [f"# Receipt {call}", ""]
    facts = [
        ("when", at),
        *((("replay of", receipt.replay_of),) if receipt.replay_of else ()),
        ("for", f"{receipt.feature}, {receipt.intent} {receipt.why_intent}".strip()),
        ("model", f"{receipt.model}{', on this machine' if receipt.is_local else ''}"),
        *(("why this model", one.why) for one in (() if has_tried else receipt.tried)),
        ("outcome", receipt.failure or receipt.outcome),
        ("tokens", _tokens(receipt)),
        ("time", _times(receipt)),
        ("cost", f"${receipt.cost_micro / 1e6:.6f}" if receipt.cost_micro else "none"),
        ("prompt", f"sha256 {receipt.prompt_hash}"),
    ]
    lines += [f"- {name}: {value}" for name, value in facts]
    if has_tried:
        lines += ["", "## Models that were asked", ""]
        lines += [f"- {one.model}, {one.why}{f': {one.outcome}' if one.outcome else ''}" for one in receipt.tried]
    lines += ["", "## What was sent, in this order", "", "| part | from | tokens | why |", "|---|---|---:|---|"]
    lines += [
        f"| {part.role}: {part.label} | {_place(part)} | {part.tokens:,} | {part.why.replace('|', chr(92) + '|')} |"
        for part in receipt.parts
    ]
    if receipt.rules:
        lines += ["", f"## Rules ({receipt.rule_version})", "", "| rule | file | tokens | hash |", "|---|---|---:|---|"]
        lines += [
            f"| {rule.id} | {rule.path} | {rule.tokens:,}{'' if rule.is_whole else ' (not all of it)'} | {rule.hash} |"
            for rule in receipt.rules
        ]
    if receipt.left_out:
        lines += ["", "## What was left out", ""]
        lines += [
            f"- {one.what}{f' ({one.tokens:,} tokens)' if one.tokens else ''}: {one.reason}" for one in receipt.left_out
        ]
    if receipt.notices:
        lines += ["", "## What was held back", "", *(f"- {notice}" for notice in receipt.notices)]
    if prompt:
        lines += ["", "## The prompt", "", *_fenced(prompt)]
    if response:
        lines += ["", "## The answer", "", *_fenced(response)]
    return "\n".join(lines) + "\n"


def shown_prompt(messages: Sequence[Message]) -> str:
    """The texts that were sent, for people."""
    return "\n\n".join(f"[{message.role}]\n{message.text}" for message in messages)


def _tokens(receipt: Receipt) -> str:
    if not (receipt.tokens_in or receipt.tokens_out):
        return f"about {receipt.prompt_tokens:,} sent; the provider did not count"
    cached = f", {receipt.cached_tokens:,} of them from its cache" if receipt.cached_tokens else ""
    return f"{receipt.tokens_in:,} sent{cached} (estimated {receipt.prompt_tokens:,}), {receipt.tokens_out:,} answered"


def _times(receipt: Receipt) -> str:
    first = f", the first word after {receipt.first_token_ms / 1000:.2f} s" if receipt.first_token_ms else ""
    return f"{receipt.latency_ms / 1000:.2f} s{first}"


def _place(part: ReceiptPart) -> str:
    if not part.path:
        return ""
    return f"{part.path}:{part.first_line}-{part.last_line}" if part.first_line else part.path


def _fenced(text: str) -> list[str]:
    fence = "```"
    while fence in text:
        fence += "`"
    return [fence, text, fence]
