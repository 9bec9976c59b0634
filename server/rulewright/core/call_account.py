"""The account of one call of a model outside of any conversation: what was sent, what came, what it took.

Pure: whoever asks hands in each event, and the moment, in seconds of a clock that never jumps.
"""

from collections.abc import Callable
from math import ceil

import msgspec

from rulewright.core.chat.ports import CallEvent, Instead, Turn
from rulewright.core.interaction import Interaction, Outcome
from rulewright.core.models import Delta, Failed, Finished, ModelRequest, Part, Redacted, Sending, Usage, Withheld
from rulewright.core.prompt.guide import digest
from rulewright.core.prompt.receipt import LeftOut, Receipt, ReceiptPart, RuleUsed, Tried, digest_of, prompt_of
from rulewright.core.routing import Choice
from rulewright.core.tokens import estimate

WhyNot = Callable[[int, int], str]
"""Why a call that costs so many millionths, and so many tokens, may not be made; empty when it may."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a call is for."""

    interaction_id: str
    feature: str
    intent: str
    why: str = ""
    """Why it is made: words that follow the intent."""
    root: str
    workspace: str
    user: str
    rules: tuple[RuleUsed, ...] = ()
    rule_version: str = ""
    left_out: tuple[LeftOut, ...] = ()
    replay_of: str = ""
    """The call that is made once more."""
    parts: tuple[ReceiptPart, ...] | None = None
    """The account of what is sent, where that was made before; None to make it of the request."""
    tokens_in: int = 0
    """What it was counted as before; 0 to count it."""


class Account:
    """What is known of one call."""

    def __init__(self, about: About, choice: Choice, began_s: float) -> None:
        self.about, self.choice, self.began_s = about, choice, began_s
        self.sent: ModelRequest | None = None
        """As it left the gate; None while nothing did."""
        self.notices: list[str] = []
        """What was held back."""
        self.told: list[str] = []
        """What its user should know, in order: that too, and that another model is asked."""
        self.outcome: Outcome = "stopped"
        self.failure = ""
        self._tried: list[Tried] = []
        self._said: list[str] = []
        self._usage = Usage(0, 0)
        self._first_s = 0.0

    @property
    def text(self) -> str:
        """What was said so far."""
        return "".join(self._said)

    def take(self, event: CallEvent, now_s: float) -> None:
        """Note what an event says."""
        match event:
            case Turn(choice):
                self.choice = choice
            case Instead(choice, failed):
                self._tried.append(Tried(self.choice.model.name, self.choice.why, failed.message))
                self.choice, self.sent = choice, None
                self.told.append(f"{failed.message} {choice.model.name} is asked instead.")
            case Sending(request):
                self.sent = request
            case Delta(text):
                self._first_s = self._first_s or now_s
                self._said.append(text)
            case Usage():
                self._usage = event
            case Withheld() | Redacted():
                self.notices.append(event.sentence)
                self.told.append(event.sentence)
            case Finished(reason):
                self.outcome = "stopped" if reason in {"length", "filter"} else "whole"
            case Failed(message=message):
                self.outcome, self.failure = "failed", message

    def interaction(self, now_s: float) -> Interaction | None:
        """The call as it is kept; None where nothing was sent."""
        request = self.sent
        if request is None:
            return None
        about, facts, usage, said = self.about, self.choice.model, self._usage, self.text
        prompt = prompt_of(request)
        parts = parts_of(request) if about.parts is None else about.parts
        n_prompt = about.tokens_in or sum(part.tokens for part in parts)
        n_in, n_out = usage.prompt_tokens or n_prompt, usage.answer_tokens or estimate(said)
        latency_ms = ceil((now_s - self.began_s) * 1000)
        receipt = Receipt(
            feature=about.feature,
            intent=about.intent,
            why_intent=about.why,
            model=facts.name,
            is_local=facts.is_local,
            tried=(*self._tried, Tried(facts.name, self.choice.why, self.failure)),
            parts=parts,
            rules=about.rules,
            rule_version=about.rule_version,
            left_out=about.left_out,
            notices=tuple(self.notices),
            prompt_hash=digest_of(prompt),
            prompt_tokens=n_prompt,
            tokens_in=usage.prompt_tokens,
            tokens_out=usage.answer_tokens,
            cached_tokens=usage.cached_tokens,
            first_token_ms=ceil((self._first_s - self.began_s) * 1000) if self._first_s else 0,
            latency_ms=latency_ms,
            cost_micro=facts.cost_micro(n_in, n_out),
            outcome=self.outcome,
            failure=self.failure,
            replay_of=about.replay_of,
        )
        return Interaction(
            id=about.interaction_id,
            workspace=about.workspace,
            root=about.root,
            user=about.user,
            feature=about.feature,
            prompt=prompt,
            response=said,
            model=facts.name,
            tokens_in=n_in,
            tokens_out=n_out,
            latency_ms=latency_ms,
            cost_micro=receipt.cost_micro,
            outcome=self.outcome,
            receipt=msgspec.to_builtins(receipt),
        )


def parts_of(request: ModelRequest) -> tuple[ReceiptPart, ...]:
    """The pieces of a request in their order, counted."""
    found: list[tuple[str, Part, str]] = []
    for message in request.messages:
        found += [(message.role, part, part.label or "frame") for part in message.parts]
    if request.infill is not None:
        hole = request.infill
        found += [("context", part, part.label or "context") for part in hole.extra]
        found += [("before", hole.prefix, "code"), ("behind", hole.suffix, "code")]
    return tuple(
        ReceiptPart(
            role=role,
            label=label,
            path=part.source.path if part.source else "",
            first_line=part.source.first_line if part.source else 0,
            last_line=part.source.last_line if part.source else 0,
            tokens=estimate(part.text),
            hash=digest(part.text),
        )
        for role, part, label in found
        if part.text
    )
