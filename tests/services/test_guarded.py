"""Providers and peers behind a breaker."""

from contextlib import aclosing

import pytest

from rulewright.core.breaker import Limits
from rulewright.core.circuits import Open
from rulewright.core.models import Delta, Failed, Message, ModelError, ModelRequest, Part
from rulewright.core.peers import Payload, Sent
from rulewright.services.breakers import Circuits
from rulewright.services.guarded import GuardedPeer, GuardedProvider
from rulewright.services.models.scripted import Drop, Fail, Say, ScriptedProvider

DOWN = Failed("unreachable", "Nobody listens there.")
WRONG_KEY = Failed("refused", "The key is wrong.", status=401)
ASK = ModelRequest(root="/p", messages=(Message("user", (Part("hello"),)),))


class Clock:
    """Seconds that the test sets."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def circuits(clock):
    return Circuits(Limits(failures=3, rest_s=10.0, window_s=60.0), clock)


async def answer(provider):
    return [event async for event in provider.stream(ASK)]


def scripted(*scripts):
    return ScriptedProvider(list(scripts))


async def test_one_that_is_down_is_not_asked_again_until_its_rest_is_over(circuits, clock):
    inner = scripted(*[[Fail(DOWN)]] * 3, [Say("Here I am.")], [Say("Still.")])
    provider = GuardedProvider(inner, circuits)
    for _ in range(3):
        assert (await answer(provider))[-1] == DOWN
    (alone,) = await answer(provider)
    assert alone.kind == "unreachable"
    assert "left alone" in alone.message
    assert alone.retry_after_s == 10.0
    assert len(inner.requests) == 3, "nothing was sent"
    clock.at = 10.0
    assert "".join(e.text for e in await answer(provider) if isinstance(e, Delta)) == "Here I am."
    assert circuits.states()[0].state == "closed"


async def test_an_answer_that_is_cut_each_time_counts_although_it_began(circuits):
    inner = scripted(*[[Say("Half of it"), Drop()]] * 4)
    provider = GuardedProvider(inner, circuits)
    for _ in range(3):
        assert (await answer(provider))[-1].kind == "cut"
    await answer(provider)
    assert len(inner.requests) == 3


async def test_a_refusal_is_an_answer(circuits):
    inner = scripted(*[[Fail(WRONG_KEY)]] * 5)
    provider = GuardedProvider(inner, circuits)
    for _ in range(5):
        assert await answer(provider) == [WRONG_KEY]
    assert len(inner.requests) == 5


async def test_who_wants_no_more_says_nothing_against_it(circuits, clock):
    inner = scripted(*[[Fail(DOWN)]] * 3, [Say("A long answer", chunk=2)], [Say("x")])
    provider = GuardedProvider(inner, circuits)
    for _ in range(3):
        await answer(provider)
    clock.at = 10.0
    async with aclosing(provider.stream(ASK)) as events:
        assert isinstance(await anext(events), Delta)
    assert inner.n_open == 0, "closing reached it"
    assert circuits.states()[0].state == "closed"
    assert await answer(provider)


async def test_embeddings_and_capabilities_go_the_same_way(circuits):
    class Dead(ScriptedProvider):
        async def embed(self, root, parts):
            raise ModelError(DOWN)

    provider = GuardedProvider(Dead([]), circuits)
    for _ in range(3):
        with pytest.raises(ModelError, match="Nobody"):
            await provider.embed("/p", [Part("x")])
    for ask in (provider.capabilities, lambda: provider.embed("/p", [])):
        with pytest.raises(ModelError, match="left alone"):
            await ask()


class Line:
    """A peer that is dead as long as the test says so."""

    name = "team"

    def __init__(self) -> None:
        self.is_dead = True
        self.n_sent = 0

    async def publish(self, subject, payload):
        """Send."""
        self.n_sent += 1
        if self.is_dead:
            raise ConnectionError("no route")
        return Sent()

    async def request(self, subject, payload, timeout_s):
        """Ask."""
        return await self.publish(subject, payload)

    async def close(self):
        """Leave."""


async def test_a_dead_peer_costs_nobody_a_wait(circuits, clock):
    line = Line()
    peer = GuardedPeer(line, circuits)
    for _ in range(3):
        with pytest.raises(ConnectionError, match="no route"):
            await peer.publish("s", Payload())
    with pytest.raises(ConnectionError, match="left alone"):
        await peer.publish("s", Payload())
    assert line.n_sent == 3
    line.is_dead = False
    assert await peer.request("s", Payload(), 1.0) == Sent(), "another kind of call has its own breaker"
    clock.at = 10.0
    assert await peer.publish("s", Payload()) == Sent()


def test_the_sentence_says_when_it_is_asked_again(circuits):
    for _ in range(3):
        circuits.admit("model x")
        circuits.failed("model x", "it did not answer")
    with pytest.raises(Open, match=r"model x is left alone after it failed \(it did not answer\)\. .* in 10 s"):
        circuits.admit("model x")
