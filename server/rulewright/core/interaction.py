"""Calls of models as values: what was asked and answered, and what the calls of some time add up to."""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from rulewright.core.session import clean

Keep = Literal["whole", "hashed", "none"]
"""What is kept of a call: all of it, hashes of its texts with the account of it, or nothing but the counts."""
Outcome = Literal["whole", "stopped", "failed"]
TEXTS = frozenset({"text", "content", "prompt", "response", "excerpt", "task"})
"""Keys of a receipt under which there are texts, which are kept as hashes where prompts are."""


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a model, with its receipt."""

    id: str
    workspace: str
    root: str = ""
    """The project's folder, for people."""
    session: str = ""
    """The conversation that it belongs to; empty for a call outside of any."""
    user: str
    feature: str = "chat"
    """What it was for."""
    prompt: str
    response: str
    model: str
    tokens_in: int = 0
    tokens_out: int = 0
    latency_ms: int = 0
    """Until the answer was whole."""
    cost_micro: int = 0
    """In millionths of the currency of the model's price list; 0 where there is none."""
    outcome: Outcome = "whole"
    at: str = ""
    """ISO; empty stands for the moment in which it is kept."""
    kept: Keep = "whole"
    receipt: Mapping[str, Any] = {}
    """What was sent and why: parts in order with their sources, tokens of each, rules, what was cut."""


class Used(msgspec.Struct, frozen=True):
    """What calls added up to."""

    name: str
    """A model, a day, or a project's folder."""
    calls: int
    failed: int
    tokens_in: int
    tokens_out: int
    latency_ms: int
    """Of all of them together."""
    cost_micro: int


def as_kept(call: Interaction, keep: Keep) -> Interaction:
    """A call as far as it may be kept."""
    if keep == "whole":
        receipt = _cleaned(call.receipt)
        return msgspec.structs.replace(call, prompt=clean(call.prompt), response=clean(call.response), receipt=receipt)
    texts = {"prompt": hashed(call.prompt), "response": hashed(call.response)} if keep == "hashed" else None
    return msgspec.structs.replace(
        call,
        **(texts or {"prompt": "", "response": ""}),
        receipt=_hashed_texts(_cleaned(call.receipt)) if texts else {},
        kept=keep,
    )


def why_no_replay(call: Interaction) -> str:
    """Why a call cannot be sent again as it was, as a sentence; empty when it can."""
    if call.kept == "whole":
        return ""
    return (
        f"The call {call.id} cannot be replayed: only hashes of its texts were kept, because the setting "
        "interactions.keep was hashed. Calls that come after it is set to whole can be."
    )


def not_kept(interaction_id: str, days: int) -> str:
    """Why there is no such call, as a sentence."""
    return (
        f"Nothing is kept of a call {clean(interaction_id)}. Calls are kept for {days} days (the setting "
        "interactions.days), and not at all where interactions.keep is none."
    )


def hashed(text: str) -> str:
    """A text that can be recognised, and not read."""
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _hashed_texts(value: Any, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return {name: _hashed_texts(item, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_hashed_texts(item, key) for item in value]
    return hashed(value) if key in TEXTS and isinstance(value, str) else value


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {clean(str(name)): _cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(item) for item in value]
    return clean(value) if isinstance(value, str) else value
