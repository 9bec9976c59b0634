"""Which model is asked, and which next where that one cannot answer: a pure choice, each with its reason."""

from collections.abc import Mapping, Sequence

import msgspec

from rulewright.core.chat.intent import Intent


class ModelFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A model as the choice sees it."""

    name: str
    """As the user's settings call it."""
    model: str = ""
    """As its server does."""
    roles: tuple[str, ...] = ("chat",)
    intents: tuple[Intent, ...] = ()
    """What it is meant for; empty for anything."""
    is_local: bool = False
    context_tokens: int = 0
    """0 where that is not known."""
    max_tokens: int = 0
    """Of an answer; 0 for no limit of its own."""
    temperature: float | None = None
    deadline_s: float = 120.0
    price_in: float = 0.0
    """US dollars for a million tokens."""
    price_out: float = 0.0

    def cost_micro(self, tokens_in: int, tokens_out: int) -> int:
        """What a call costs, in millionths of a dollar."""
        return round(tokens_in * self.price_in + tokens_out * self.price_out)


class Choice(msgspec.Struct, frozen=True):
    """A model, and why."""

    model: ModelFacts
    why: str
    """Words that follow its name: `because the rule no-eval asks for it`."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a model is needed for."""

    role: str = "chat"
    intent: Intent = "chat"
    wanted: str = ""
    """A model that the user named, for this question or this conversation."""
    affinities: tuple[tuple[str, str], ...] = ()
    """Models that rules ask for, each with the rule's id, the weightiest rule first."""
    local_only: bool = False
    why_local: str = ""
    """Why only local ones may be asked, as a clause."""


class NoModel(Exception):  # noqa: N818 - an answer, not a fault
    """None may be asked; the message is a sentence that says what helps."""


SET_UP = "`rulewright models list` shows what runs on this machine and how to name a model in your settings."

NO_MODEL = f"No model is set up. {SET_UP}"


def route(wish: Wish, models: Sequence[ModelFacts], load: Mapping[str, int]) -> tuple[Choice, ...]:
    """The models to ask, the best first; `load` has calls under way by name. Raises NoModel.

    A model that the user named is the only one: nobody wants another's answer in its place unasked. Else those that
    rules ask for come first, then those meant for the intent, then local ones, then the least loaded, then the order of
    the settings.
    """
    able = [model for model in models if wish.role in model.roles]
    if not able:
        raise NoModel(f"No model is set up for the role {wish.role}. {SET_UP}" if models else NO_MODEL)
    if wish.wanted:
        named = _named(wish.wanted, able)
        if named is None:
            known = ", ".join(model.name for model in able)
            raise NoModel(f"There is no model {wish.wanted} in your settings; there is {known}.")
        if wish.local_only and not named.is_local:
            raise NoModel(
                f"{named.name} is not on this machine, and {wish.why_local or 'only local models may be asked'}."
            )
        return (Choice(named, "because you named it"),)
    if wish.local_only:
        able = [model for model in able if model.is_local]
        if not able:
            raise NoModel(
                f"No model on this machine is set up, and {wish.why_local or 'only those may be asked'}. {SET_UP}"
            )
    asked_for = {}
    for name, rule in reversed(wish.affinities):
        if (model := _named(name, able)) is not None:
            asked_for[model.name] = rule
    ranks = {name: n for n, name in enumerate(reversed(asked_for))}

    def rank(numbered: tuple[int, ModelFacts]) -> tuple[int, bool, bool, int, int]:
        number, model = numbered
        is_meant = wish.intent in model.intents
        return (
            ranks.get(model.name, len(ranks)),
            not is_meant,
            not model.is_local,
            load.get(model.name, 0),
            number,
        )

    # One that is meant for something else is asked only where nothing else is left.
    fitting = [m for m in able if not m.intents or wish.intent in m.intents or m.name in asked_for] or able
    ordered = [model for _, model in sorted(enumerate(fitting), key=rank)]
    return tuple(Choice(model, _why(model, wish, asked_for, load, fitting)) for model in ordered)


def _named(name: str, models: Sequence[ModelFacts]) -> ModelFacts | None:
    """The model that somebody calls so: by the name in the settings, else by that of its server."""
    by_name = next((model for model in models if model.name == name), None)
    return by_name or next((model for model in models if model.model == name), None)


def _why(
    model: ModelFacts, wish: Wish, asked_for: Mapping[str, str], load: Mapping[str, int], able: Sequence[ModelFacts]
) -> str:
    if model.name in asked_for:
        return f"because the rule {asked_for[model.name]} asks for it"
    if wish.intent in model.intents:
        return f"because it is meant for {wish.intent}"
    if len(able) == 1:
        return "because there is no other"
    if model.is_local:
        return "because it is on this machine"
    if any(load.get(other.name, 0) > load.get(model.name, 0) for other in able):
        return "because it has less to do"
    return "by the order of your settings"
