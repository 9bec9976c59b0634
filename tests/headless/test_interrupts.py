"""Ctrl-C stops what is awaited between two steps of the event loop, and a second one at once."""

import asyncio
import signal

import pytest

from rulewright.adapters.cli.interrupts import Runner, run


async def interrupted(told: list[str]) -> str:
    """Awaits what arrives in the very step in which the signal comes."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Future[str] = loop.create_future()

    def arrive() -> None:
        assert not arrived.done()
        signal.raise_signal(signal.SIGINT)
        arrived.set_result("an answer")

    loop.set_exception_handler(lambda _, context: told.append(str(context)))
    loop.call_soon(arrive)
    try:
        answer = await arrived
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        told.append("cancelled")
        raise
    return answer


def test_a_signal_does_not_come_in_the_middle_of_a_step() -> None:
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt), Runner() as runner:
        runner.run(interrupted(told))
    assert told == ["cancelled"]


def test_what_is_run_afterwards_is_not_interrupted() -> None:
    async def answer() -> int:
        return 3

    with Runner() as runner:
        with pytest.raises(KeyboardInterrupt):
            runner.run(interrupted([]))
        assert runner.run(answer()) == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_is_cancelled_otherwise_is_no_interrupt() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        run(cancelled())


def test_a_second_signal_waits_for_nothing() -> None:
    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()

    async def once() -> None:
        asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
        await stubborn()

    with pytest.raises(KeyboardInterrupt):
        run(once())


def test_a_signal_that_is_ignored_stays_so() -> None:
    async def answer() -> int:
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(0)
        return 3

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert run(answer()) == 3
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
