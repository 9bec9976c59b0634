"""What comes of a question, in the order in which it comes. Every interface shows the same events in its own way."""

from typing import Literal

import msgspec

from rulewright.core.chat.intent import Intent
from rulewright.core.session import Message, Session


class Asked(msgspec.Struct, frozen=True, tag="asked"):
    """The question is kept; or it was, where it is answered again."""

    session: Session
    message: Message
    problem: str = ""
    """Why it is in memory only; empty when it is on the disk."""


class Prepared(msgspec.Struct, frozen=True, tag="prepared"):
    """What the model is told beside the question."""

    intent: Intent
    why: str
    rules: tuple[str, ...]
    """Ids of the rules whose text goes along."""
    context: tuple[str, ...]
    """What goes along of the project: `src/cart.py:10-40`."""
    remarks: tuple[str, ...] = ()
    """Sentences about what was named and could not be had, or had no room."""


class Noticed(msgspec.Struct, frozen=True, tag="noticed"):
    """Something that the user should know: held back, another model, a budget."""

    text: str
    """A sentence."""


class Answering(msgspec.Struct, frozen=True, tag="answering"):
    """A model begins to answer."""

    message_id: str
    model: str
    why: str
    """Why this one."""


class Grew(msgspec.Struct, frozen=True, tag="grew"):
    """More of the answer."""

    text: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    """The answer is whole, or was stopped; it is kept."""

    message: Message
    interaction_id: str
    tokens_in: int
    tokens_out: int
    latency_ms: int
    cost_micro: int = 0
    problem: str = ""
    """Why it is in memory only."""
    ended: Literal["whole", "length", "stopped"] = "whole"


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """There is no answer, or no whole one."""

    text: str
    """One sentence: what happened and what helps."""
    message: Message | None = None
    """What there is of the answer."""
    interaction_id: str = ""


ChatEvent = Asked | Prepared | Noticed | Answering | Grew | Done | Failed
"""`Done` or `Failed` is the last."""
