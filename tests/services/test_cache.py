"""`get_or_compute`: once for all who ask, for as long as it lives, and nothing that is not worth keeping."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import diskcache
import msgspec
import pytest

from rulewright.services.cache import Cache
from tests.harness.wait import until


class Answer(msgspec.Struct):
    """A value."""

    text: str


class Counting:
    """A computation that counts how often it is done, and waits until it may go on."""

    def __init__(self, *, held: bool = False) -> None:
        self.n = 0
        self.n_cancelled = 0
        self.free = asyncio.Event()
        if not held:
            self.free.set()

    async def __call__(self) -> Answer | None:
        self.n += 1
        try:
            await self.free.wait()
        except asyncio.CancelledError:
            self.n_cancelled += 1
            raise
        return Answer(f"answer {self.n}")


@pytest.fixture
def now() -> list[float]:
    return [0.0]


@pytest.fixture
def cache(now: list[float]) -> Cache[Answer]:
    return Cache(Answer, now=lambda: now[0])


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_is_known_is_not_computed_again_until_its_time_is_over(
    cache: Cache[Answer], now: list[float]
) -> None:
    compute = Counting()
    assert await cache.get_or_compute("k", compute, 10) == Answer("answer 1")
    assert await cache.get_or_compute("k", compute, 10) == Answer("answer 1")
    now[0] = 10
    assert await cache.get_or_compute("k", compute, 10) == Answer("answer 2")
    assert (cache.hits, cache.misses) == (1, 2)


async def test_all_who_ask_at_once_share_one_computation(cache: Cache[Answer]) -> None:
    compute = Counting(held=True)
    asked = [asyncio.create_task(cache.get_or_compute("k", compute)) for _ in range(50)]
    await rest()
    compute.free.set()
    assert set(map(str, await asyncio.gather(*asked))) == {"Answer(text='answer 1')"}
    assert compute.n == 1


async def test_a_first_caller_that_is_cancelled_cancels_nobody_else(cache: Cache[Answer]) -> None:
    compute = Counting(held=True)
    first, second = (asyncio.create_task(cache.get_or_compute("k", compute)) for _ in range(2))
    await rest()
    first.cancel()
    await rest()
    compute.free.set()
    assert await second == Answer("answer 1")
    assert first.cancelled()
    assert (compute.n, compute.n_cancelled) == (1, 0)


async def test_with_the_last_one_who_waits_it_is_cancelled_and_can_be_asked_anew(cache: Cache[Answer]) -> None:
    compute = Counting(held=True)
    asked = [asyncio.create_task(cache.get_or_compute("k", compute)) for _ in range(3)]
    await rest()
    for task in asked:
        task.cancel()
    await rest()
    assert compute.n_cancelled == 1
    compute.free.set()
    assert await cache.get_or_compute("k", compute) == Answer("answer 2")


async def test_one_that_joins_while_it_is_cancelled_gets_its_own(cache: Cache[Answer]) -> None:
    compute = Counting(held=True)
    first = asyncio.create_task(cache.get_or_compute("k", compute))
    await rest()
    first.cancel()
    second = asyncio.create_task(cache.get_or_compute("k", compute))
    await rest()
    compute.free.set()
    assert (await second) is not None
    assert first.cancelled()


async def test_errors_and_nothing_are_shared_and_not_kept(cache: Cache[Answer]) -> None:
    answers = [RuntimeError("no"), None, Answer("yes")]

    async def compute() -> Answer | None:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(RuntimeError, match="no"):
        await cache.get_or_compute("k", compute)
    assert await cache.get_or_compute("k", compute) is None
    assert await cache.get_or_compute("k", compute) == Answer("yes")


async def test_what_is_cancelled_from_inside_is_a_failure_and_no_endless_loop(cache: Cache[Answer]) -> None:
    async def compute() -> Answer | None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="from inside"):
        await cache.get_or_compute("k", compute)


def test_threads_share_it_too(cache: Cache[Answer]) -> None:
    free, n = threading.Event(), [0]

    def compute() -> Answer:
        n[0] += 1
        free.wait(30)
        return Answer("once")

    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(cache.get_or_compute_here, "k", compute) for _ in range(8)]
        until(lambda: cache._computing and cache._computing["k"].n_waiting == 8)
        free.set()
        assert {one.result(30).text for one in asked if one.result(30)} == {"once"}
    assert n == [1]


async def test_a_loop_waits_for_what_a_thread_computes(cache: Cache[Answer]) -> None:
    free = threading.Event()

    def compute() -> Answer:
        free.wait(30)
        return Answer("by a thread")

    in_thread = asyncio.create_task(asyncio.to_thread(cache.get_or_compute_here, "k", compute))
    while "k" not in cache._computing:  # noqa: ASYNC110 - a pass of the loop is all it takes
        await asyncio.sleep(0)
    here = asyncio.create_task(cache.get_or_compute("k", Counting()))
    await rest()
    free.set()
    assert await here == await in_thread == Answer("by a thread")


async def test_other_processes_find_it_on_disk(tmp_path: Path) -> None:
    compute = Counting()
    one, other = Cache(Answer, tmp_path / "c"), Cache(Answer, tmp_path / "c")
    assert await one.get_or_compute("k", compute) == Answer("answer 1")
    assert await other.get_or_compute("k", compute) == Answer("answer 1")
    assert other.get_or_compute_here("k", lambda: None) == Answer("answer 1")
    await asyncio.to_thread(one.forget, "k")
    await asyncio.to_thread(other.forget, "k")
    assert await other.get_or_compute("k", compute) == Answer("answer 2")
    one.close()
    other.close()
    assert await other.get_or_compute("new", compute) == Answer("answer 3")


@pytest.mark.parametrize("fault", ["pickle", "another type", "no database", "a file in the way"])
async def test_what_is_damaged_is_a_miss_and_made_anew(tmp_path: Path, fault: str) -> None:
    folder, compute = tmp_path / "c", Counting()
    first = Cache(Answer, folder)
    await first.get_or_compute("k", compute)
    first.close()
    match fault:
        case "pickle":
            with diskcache.Cache(str(folder)) as theirs, theirs.transact():
                theirs._sql("update Cache set mode = 4, value = ?", (b"cos\nmkdir\n(V/none\ntR.",))
        case "another type":
            with diskcache.Cache(str(folder)) as theirs, theirs.transact():
                theirs._sql("update Cache set value = ?", (msgspec.msgpack.encode([1, 2]),))
        case "no database":
            (folder / "cache.db").write_bytes(b"not a database" * 100)
        case _:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
            folder.write_text("in the way")
    second = Cache(Answer, folder)
    assert await second.get_or_compute("k", compute) == Answer("answer 2")
    second.close()
    third = Cache(Answer, folder)
    expected = Answer("answer 3" if fault == "a file in the way" else "answer 2")
    assert await third.get_or_compute("k", compute) == expected
    third.close()


async def test_memory_is_bounded(cache: Cache[Answer]) -> None:
    for n in range(2000):
        await cache.get_or_compute(str(n), Counting())
    assert len(cache._memory) == 1024
    assert cache.peek("1999") is not None
