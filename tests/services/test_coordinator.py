"""Models are asked in turn, a few at a time, and another one only while nothing was shown."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest

from rulewright.core.chat.ports import Instead, Turn
from rulewright.core.models import Capabilities, Delta, Failed, Finished, Message, ModelError, ModelRequest, Part, Usage
from rulewright.core.routing import Choice, ModelFacts
from rulewright.services.cache import Cache
from rulewright.services.coordinator import Coordinator
from rulewright.services.models.scripted import Drop, Fail, Say, ScriptedProvider, Stall

DOWN = Failed("unreachable", "Nobody listens there.")


def chain(*names: str, deadline_s: float = 60.0) -> list[Choice]:
    return [Choice(ModelFacts(name=name, deadline_s=deadline_s), "because") for name in names]


def make(choice: Choice, can: Capabilities, factor: float) -> ModelRequest:
    del can, factor
    return ModelRequest(root="/p", messages=(Message("user", (Part("hello"),)),), model=choice.model.model)


def of(*providers: ScriptedProvider, at_once: int = 4) -> Coordinator:
    by_name = {provider.name: provider for provider in providers}
    cache = Cache(Capabilities)
    return Coordinator(lambda: by_name, lambda: (), cache.get_or_compute, at_once=at_once)


async def told(coordinator: Coordinator, choices: Sequence[Choice]) -> list[str]:
    heard = []
    async for event in coordinator.ask(choices, make):
        match event:
            case Turn(choice):
                heard.append(f"asks {choice.model.name}")
            case Instead(choice, failed):
                heard.append(f"{failed.kind}, so {choice.model.name}")
            case Delta(text):
                heard.append(text)
            case Failed(kind=kind):
                heard.append(kind)
            case Finished():
                heard.append("done")
            case Usage():
                pass
    return heard


async def test_the_next_one_is_asked_while_nothing_was_shown() -> None:
    first = ScriptedProvider([[Fail(DOWN)]], name="a")
    second = ScriptedProvider([[Say("yes")]], name="b")
    assert await told(of(first, second), chain("a", "b")) == ["asks a", "unreachable, so b", "asks b", "yes", "done"]


async def test_half_an_answer_is_not_finished_by_another() -> None:
    first = ScriptedProvider([[Say("half"), Drop()]], name="a")
    second = ScriptedProvider([[Say("yes")]], name="b")
    assert await told(of(first, second), chain("a", "b")) == ["asks a", "half", "cut"]
    assert second.requests == []


async def test_what_the_gate_refuses_is_refused_for_all() -> None:
    first = ScriptedProvider([[Fail(Failed("secret", "There is a secret."))]], name="a")
    second = ScriptedProvider([[Say("yes")]], name="b")
    assert await told(of(first, second), chain("a", "b")) == ["asks a", "secret"]


async def test_the_last_one_says_why() -> None:
    first, second = (ScriptedProvider([[Fail(DOWN)]], name=name) for name in "ab")
    assert await told(of(first, second), chain("a", "b")) == ["asks a", "unreachable, so b", "asks b", "unreachable"]
    assert await told(of(), chain("gone")) == ["unreachable"]


async def test_a_model_that_cannot_say_what_it_can_do_is_passed_over() -> None:
    class Broken(ScriptedProvider):
        async def capabilities(self) -> Capabilities:
            raise ModelError(Failed("refused", "The key is wrong."))

    second = ScriptedProvider([[Say("yes")]], name="b")
    assert await told(of(Broken([], name="a"), second), chain("a", "b")) == ["refused, so b", "asks b", "yes", "done"]


async def test_what_a_model_can_do_is_asked_once() -> None:
    n_asked = 0

    class Counting(ScriptedProvider):
        async def capabilities(self) -> Capabilities:
            nonlocal n_asked
            n_asked += 1
            return await super().capabilities()

    coordinator = of(Counting(lambda _: [Say("yes")], name="a"))
    for _ in range(3):
        assert (await told(coordinator, chain("a")))[-1] == "done"
    assert n_asked == 1


async def test_a_model_that_is_too_slow_is_given_up() -> None:
    slow = ScriptedProvider([[Say("well"), Stall()]], name="a")
    assert await told(of(slow), chain("a", deadline_s=0.05)) == ["asks a", "well", "timeout"]
    assert slow.n_open == 0
    assert slow.n_abandoned == 1


async def test_a_few_at_a_time_and_the_load_is_known() -> None:
    provider = ScriptedProvider(lambda _: [Say("one"), Stall()], name="a")
    coordinator = of(provider, at_once=2)
    tasks = [asyncio.create_task(told(coordinator, chain("a"))) for _ in range(5)]
    async with asyncio.timeout(10):
        while provider.n_open < 2:  # noqa: ASYNC110 - a pass of the loop is all it takes
            await asyncio.sleep(0)
    assert coordinator.load() == {"a": 5}
    assert provider.n_open == 2
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert coordinator.load() == {}
    assert provider.n_open == 0
    assert len(provider.requests) == 2


async def test_who_waits_too_long_for_a_turn_is_told() -> None:
    provider = ScriptedProvider(lambda _: [Stall()], name="a")
    coordinator = of(provider, at_once=1)
    first = asyncio.create_task(told(coordinator, chain("a")))
    await provider.began.wait()
    assert await told(coordinator, chain("a", deadline_s=0.05)) == ["overloaded"]
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    assert coordinator.load() == {}


async def test_a_stream_that_just_ends_is_no_answer() -> None:
    class Ending(ScriptedProvider):
        async def stream(self, request: ModelRequest):  # type: ignore[override]
            self.requests.append(request)
            yield Delta("well")

    assert await told(of(Ending([], name="a")), chain("a")) == ["asks a", "well", "cut"]


async def test_a_prompt_that_was_too_long_is_made_shorter_and_the_models_own_count_is_learned() -> None:
    def answer(request: ModelRequest) -> list:
        # It counts twice as many tokens as we do.
        n_tokens = 2 * request.estimated_tokens
        return [Say("yes")] if n_tokens <= 1_000 else [Fail(Failed("too_long", f"{n_tokens} tokens."))]

    class Counting(ScriptedProvider):
        async def stream(self, request: ModelRequest):  # type: ignore[override]
            async for event in super().stream(request):
                yield Usage(2 * request.estimated_tokens, 1) if isinstance(event, Usage) else event

    def shorter(choice: Choice, can: Capabilities, factor: float) -> ModelRequest:
        return msgspec.structs.replace(make(choice, can, factor), estimated_tokens=int(900 / factor))

    provider = Counting(answer, name="a")
    coordinator = of(provider)
    for _ in range(2):
        events = [event async for event in coordinator.ask(chain("a"), shorter)]
        assert events[-1] == Finished()
        assert sum(isinstance(event, Failed) for event in events) == 0
    assert [request.estimated_tokens for request in provider.requests] == [900, 642, 459, 450]


async def test_a_prompt_that_stays_too_long_is_told() -> None:
    def same(choice: Choice, can: Capabilities, factor: float) -> ModelRequest:
        return msgspec.structs.replace(make(choice, can, factor), estimated_tokens=900)

    provider = ScriptedProvider(lambda _: [Fail(Failed("too_long", "Too long."))], name="a")
    events = [event async for event in of(provider).ask(chain("a"), same)]
    assert events[-1] == Failed("too_long", "Too long.")
    assert len(provider.requests) == 3
