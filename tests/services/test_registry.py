"""The registry: what is there, found by name and by what is known of it, and gone with its owner."""

import asyncio
import threading

from rulewright.core.bus import Registered
from rulewright.services.bus import Bus
from rulewright.services.registry import Entry, Registry


def test_register_find_list_unregister() -> None:
    registry = Registry()
    one = registry.register("session", "a", {"user": "me", "workspace": "/w"})
    registry.register("session", "b", {"user": "you", "workspace": "/w"})
    registry.register("model", "a", {"provider": "local"}, value=42)
    assert registry.find("session", "a") is one
    assert registry.find("model", "a") == Entry("model", "a", {"provider": "local"}, 42)
    assert registry.find("model", "b") is None
    assert [e.id for e in registry.list("session")] == ["a", "b"]
    assert registry.list("nothing") == ()
    assert [e.id for e in registry.find_by("session", workspace="/w")] == ["a", "b"]
    assert [e.id for e in registry.find_by("session", workspace="/w", user="you")] == ["b"]
    assert registry.find_by("session", user="nobody") == ()
    assert [e.id for e in registry.find_by("session")] == ["a", "b"]
    assert registry.counts() == {"model": 1, "session": 2}
    assert registry.unregister("session", "a")
    assert not registry.unregister("session", "a")
    assert [e.id for e in registry.find_by("session", workspace="/w")] == ["b"]


def test_what_takes_a_name_takes_the_place_of_what_had_it() -> None:
    registry = Registry()
    registry.register("session", "a", {"user": "me"})
    registry.register("session", "a", {"user": "you"})
    assert registry.find_by("session", user="me") == ()
    assert len(registry.find_by("session", user="you")) == 1


async def test_what_has_an_owner_goes_when_that_ends_and_not_what_has_its_name_by_then() -> None:
    registry = Registry()
    loop = asyncio.get_running_loop()
    owner, later = loop.create_future(), loop.create_future()
    registry.register("session", "a", owner=owner)
    registry.register("session", "b", owner=owner)
    again = registry.register("session", "b", owner=later)
    owner.set_result(None)
    await asyncio.sleep(0)
    assert registry.list("session") == (again,)
    later.cancel()
    await asyncio.sleep(0)
    assert registry.counts() == {}
    task = asyncio.create_task(asyncio.Event().wait())
    registry.register("model", "m", owner=task)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert registry.find("model", "m") is None


def test_it_tells_on_the_bus() -> None:
    bus, heard = Bus("n", lambda: 0.0), []
    bus.tap("supervision", lambda event: heard.append(event.body))
    registry = Registry(bus.publish)
    registry.register("session", "a")
    registry.unregister("session", "a")
    assert heard == [Registered("session", "a", is_there=True), Registered("session", "a", is_there=False)]


def test_threads_read_while_others_write() -> None:
    registry, wrong = Registry(), []

    def write(name: str) -> None:
        for n in range(2000):
            registry.register("session", f"{name}{n}", {"by": name})
            if n % 2:
                registry.unregister("session", f"{name}{n}")

    writers = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        wrong += [e for e in registry.find_by("session", by="a") if not e.id.startswith("a")]
        registry.list("session")
    assert wrong == []
    assert registry.counts() == {"session": 2000}
