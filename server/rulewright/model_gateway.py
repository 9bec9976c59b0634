"""The door to the models of the settings: which there are, whether they work, how fast, and which could be named.

What asks a model something goes through the gate, as features do.
"""

import shlex
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import msgspec

from rulewright.core.doors import Door, guarded
from rulewright.core.health import Remark
from rulewright.core.model_report import ModelRow, Nearby, Offer, Speed, Trial, Tried, offers, roles_of, toml_of
from rulewright.core.model_settings import ModelSettings, endpoint_of, key_variable, read_models
from rulewright.core.models import (
    Delta,
    Failed,
    Infill,
    Message,
    ModelError,
    ModelProvider,
    ModelRequest,
    Part,
    TokenCounter,
    Usage,
)
from rulewright.core.tokens import estimate
from rulewright.services.files import Unreadable, read_text
from rulewright.services.files.write import replace_text, write_text

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from rulewright.core.models import ModelEvent

QUESTION = "Say hello."
PREFIX, SUFFIX = "def add(a, b):\n    return ", "\n\n\nprint(add(1, 2))\n"
TRIAL_S = 60.0
TRIAL_TOKENS = 16
LONG_TOKENS = 400
MAX_SHOWN = 60
MAX_SETTINGS_KB = 10_000


class ModelProblem(Exception):  # noqa: N818 - an answer, not a fault
    """Something cannot be done; the message is a sentence for people."""


@guarded("models", read="rows examine nearby offers", run_model="try_out measure", administer="plan write")
class ModelGateway(Door):
    """Everything an interface may ask about models themselves."""

    def __init__(
        self,
        models: Sequence[ModelSettings],
        providers: Callable[[], Mapping[str, ModelProvider]],
        has_key: Callable[[ModelSettings], bool | None],
        look_nearby: Callable[[], Awaitable[tuple[Nearby, ...]]],
        settings_file: Path,
    ) -> None:
        """`has_key` says whether the key of a model is at hand; None where only a command or the keyring knows."""
        self._models, self._providers, self._has_key = tuple(models), providers, has_key
        self._look_nearby, self._settings_file = look_nearby, settings_file

    # Which there are

    def rows(self) -> tuple[ModelRow, ...]:
        """Every model of the settings."""
        return tuple(map(self._row, self._models))

    def _row(self, model: ModelSettings) -> ModelRow:
        endpoint = endpoint_of(model)
        variable, has_key = key_variable(model), self._has_key(model)
        key = remark = ""
        if has_key is None:
            key = f"command {model.key_command[0]}" if model.key_command else f"keyring {model.keyring}"
        elif has_key:
            key = f"variable {variable}"
        elif variable:
            remark = f"The variable {variable} with its key is not set."
        if key and not endpoint.is_encrypted and not endpoint.is_local:
            remark = "Its key and your code are sent without encryption: its address begins with http://."
        return ModelRow(
            model.name, model.provider, model.model, endpoint.url, model.roles, endpoint.is_local, key, remark
        )

    def examine(self) -> list[Remark]:
        """What is to be said of them to who looks for what is wrong."""
        rows = self.rows()
        remarks = [Remark("models", "warning", f"{row.name}: {row.remark}", _HELP) for row in rows if row.remark]
        if rows and not remarks:
            told = "1 model is named" if len(rows) == 1 else f"{len(rows):,} models are named"
            remarks.append(Remark("models", "ok", f"{told} in the settings."))
        return remarks

    async def nearby(self) -> tuple[Nearby, ...]:
        """Servers of models that listen on this machine. They are asked what they are, and nothing else."""
        return await self._look_nearby()

    async def offers(self) -> tuple[Offer, ...]:
        """The models of such servers that no settings name."""
        return offers(await self._look_nearby(), self._models)

    # Whether they work

    def _named(self, name: str) -> list[tuple[ModelSettings, ModelProvider]]:
        providers = self._providers()
        found = [(model, providers[model.name]) for model in self._models if not name or model.name == name]
        if not found:
            known = ", ".join(model.name for model in self._models)
            raise ModelProblem(
                f"There is no model {name} in the settings. There is: {known}."
                if known and name
                else "No model is named in the settings. `rulewright models list` says what there is nearby."
            )
        return found

    async def try_out(self, name: str) -> AsyncIterator[Trial]:
        """Try one model, or with an empty name all, each as it is done. Raises ModelProblem."""
        for model, provider in self._named(name):
            try:
                can = await provider.capabilities()
            except ModelError as error:
                yield Trial(model.name, 0, (Tried("chat", False, error.failed.message, 0.0),))
                continue
            tried = []
            if "chat" in model.roles:
                tried += [await _try_chat(provider), await _try_cancel(provider)]
            if "complete" in model.roles:
                tried.append(await _try_infill(provider))
            if "embed" in model.roles:
                tried.append(await _try_embed(provider))
            yield Trial(model.name, can.context_tokens, (*tried, *await _try_count(provider)))

    async def measure(self, name: str, n_requests: int, n_tokens: int) -> AsyncIterator[Speed]:
        """Ask one model, or all, the same small thing again and again, one after the other. Raises ModelProblem."""
        for model, provider in self._named(name):
            with suppress(ModelError):
                # What happens once in a process is not part of any answer.
                await provider.capabilities()
            yield await _measure(model, provider, n_requests, n_tokens)

    # Naming one

    def plan(self, entry: Mapping[str, Any]) -> tuple[str, Path]:
        """What would be written into the user's settings to name a model, and where. Raises ModelProblem."""
        wanted = {"roles": list(roles_of(str(entry.get("provider")), str(entry.get("model", "")))), **entry}
        taken, problems = read_models([wanted])
        if problems:
            raise ModelProblem(problems[0].removesuffix(" This model is left out."))
        if any(model.name == wanted["name"] for model in self._models):
            raise ModelProblem(f"There is a model {wanted['name']} in the settings already: choose another name.")
        return toml_of(msgspec.convert(taken[0], ModelSettings)), self._settings_file

    def write(self, text: str) -> None:
        """Write what was planned at the end of the settings. Raises ModelProblem and OSError."""
        path = self._settings_file
        try:
            before = read_text(path, max_kb=MAX_SETTINGS_KB) if path.exists() else ""
        except Unreadable as reason:
            raise ModelProblem(f"Nothing was written: {path} {reason}.") from None
        gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        after = f"{before}{gap}{text}"
        try:
            n_models = len(tomllib.loads(after)["models"])
        except (tomllib.TOMLDecodeError, KeyError, TypeError):
            n_models = 0
        if not n_models:
            raise ModelProblem(f"Nothing was written: {path} is not TOML that takes another [[models]]. Mend it first.")
        if before:
            replace_text(path, before, after)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, after)


_HELP = "rulewright models test says which of them work; docs/models.md tells how to set one up."


def question(n_tokens: int) -> ModelRequest:
    """Something that every model can answer, and that says nothing of any project."""
    said = Message("user", (Part(QUESTION),))
    return ModelRequest(root="", messages=(said,), max_tokens=n_tokens, temperature=0.0, deadline_s=TRIAL_S)


def hole(n_tokens: int, suffix: str = SUFFIX) -> ModelRequest:
    """A hole in a few lines of code."""
    infill = Infill(Part(PREFIX), Part(suffix))
    return ModelRequest(
        root="", infill=infill, max_tokens=n_tokens, temperature=0.0, purpose="complete", deadline_s=TRIAL_S
    )


async def _heard(provider: ModelProvider, request: ModelRequest) -> "tuple[str, Usage | None, Failed | None]":
    text, usage, failed = "", None, None
    async with aclosing(cast("AsyncGenerator[ModelEvent, None]", provider.stream(request))) as events:
        async for event in events:
            if isinstance(event, Delta):
                text += event.text
            elif isinstance(event, Usage):
                usage = event
            elif isinstance(event, Failed):
                failed = event
    return text, usage, failed


async def _try_chat(provider: ModelProvider) -> Tried:
    started = perf_counter()
    text, _, failed = await _heard(provider, question(TRIAL_TOKENS))
    told = failed.message if failed else f"It answered {_shown(text)}."
    return Tried("chat", failed is None, told, round(perf_counter() - started, 3))


async def _try_infill(provider: ModelProvider) -> Tried:
    started = perf_counter()
    text, usage, failed = await _heard(provider, hole(TRIAL_TOKENS))
    works, told = failed is None, failed.message if failed else f"It filled in {_shown(text)}."
    if works and usage is not None and usage.prompt_tokens:
        # A server that does not know a suffix drops it without a word, and reads as many tokens with and without.
        _, more, _ = await _heard(provider, hole(TRIAL_TOKENS, SUFFIX * 8))
        if more is not None and more.prompt_tokens == usage.prompt_tokens:
            works, told = False, "It does not read what stands behind the hole: take `complete` out of its roles."
    return Tried("infill", works, told, round(perf_counter() - started, 3))


async def _try_embed(provider: ModelProvider) -> Tried:
    started = perf_counter()
    try:
        (vector,) = (await provider.embed("", [Part(QUESTION)])).vectors
        works, told = True, f"It gave a vector of {len(vector or ()):,} numbers."
    except ModelError as error:
        works, told = False, error.failed.message
    return Tried("embed", works, told, round(perf_counter() - started, 3))


async def _try_count(provider: ModelProvider) -> tuple[Tried, ...]:
    """Count the tokens of some code; nothing where the server does not count."""
    if not isinstance(provider, TokenCounter):
        return ()
    started, text = perf_counter(), f"{PREFIX}a + b{SUFFIX}" * 20
    try:
        n_tokens = await provider.count_tokens("", [Part(text)])
    except ModelError:
        # Nobody asked for it: it is done without.
        return ()
    told = f"It counts {n_tokens:,} tokens in {len(text):,} characters of code; we estimate {estimate(text):,}."
    return (Tried("count", True, told, round(perf_counter() - started, 3)),) if n_tokens else ()


async def _try_cancel(provider: ModelProvider) -> Tried:
    """Stop reading a long answer at its first word."""
    started = perf_counter()
    events = cast("AsyncGenerator[ModelEvent, None]", provider.stream(question(LONG_TOKENS)))
    failed: Failed | None = None
    async for event in events:
        if isinstance(event, Failed):
            failed = event
        if isinstance(event, Delta):
            break
    stopped = perf_counter()
    await events.aclose()
    ms = (perf_counter() - stopped) * 1000
    told = failed.message if failed else f"A long answer was given up within {ms:.1f} ms."
    return Tried("cancel", failed is None, told, round(perf_counter() - started, 3))


async def _measure(model: ModelSettings, provider: ModelProvider, n_requests: int, n_tokens: int) -> Speed:
    if "embed" in model.roles and len(model.roles) == 1:
        return Speed(model.name, 0, 0, 0, 0, 0, 0, 0, "It only makes embeddings, which come at once.")
    request = question(n_tokens) if "chat" in model.roles else hole(n_tokens)
    firsts, totals, rates, problems = list[float](), list[float](), list[float](), list[str]()
    for _ in range(n_requests):
        first, total, n_said, failed = await _timed(provider, request)
        if failed is not None:
            problems.append(failed.message)
            continue
        firsts.append(first * 1000)
        totals.append(total * 1000)
        if total > first and n_said > 1:
            rates.append((n_said - 1) / (total - first))
    return Speed(
        name=model.name,
        n_requests=n_requests,
        n_failed=len(problems),
        first_token_ms_p50=_percentile(firsts, 0.5),
        first_token_ms_p95=_percentile(firsts, 0.95),
        total_ms_p50=_percentile(totals, 0.5),
        total_ms_p95=_percentile(totals, 0.95),
        tokens_per_s=_percentile(rates, 0.5),
        problem=problems[0] if problems else "",
    )


async def _timed(provider: ModelProvider, request: ModelRequest) -> tuple[float, float, int, Failed | None]:
    """Seconds to the first word and to the end, tokens of the answer, and why there was none."""
    started, first, text, n_said, failed = perf_counter(), 0.0, "", 0, None
    async with aclosing(cast("AsyncGenerator[ModelEvent, None]", provider.stream(request))) as events:
        async for event in events:
            if isinstance(event, Delta):
                first = first or perf_counter() - started
                text += event.text
            elif isinstance(event, Usage):
                n_said = event.answer_tokens
            elif isinstance(event, Failed):
                failed = event
    total = perf_counter() - started
    return first or total, total, n_said or estimate(text), failed


def _percentile(values: Sequence[float], share: float) -> float:
    """The nearest one above; 0 of none."""
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1) if values else 0.0


def _shown(text: str) -> str:
    plain = " ".join(text.split())
    return shlex.quote(plain if len(plain) <= MAX_SHOWN else f"{plain[:MAX_SHOWN]}...") if plain else "nothing"
