"""What features can reach: walk everything that a gateway holds, and find no way out that is not behind the gate."""

import asyncio
import types
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from rulewright import app
from rulewright.core.models import ModelProvider
from rulewright.core.peers import Peer
from rulewright.node_app import client_of, new_node
from rulewright.services.egress import GatedPeer, GatedProvider
from rulewright.services.models.scripted import ScriptedProvider
from rulewright.services.workers import InlineRunner
from tests.services.test_egress import RecordingPeer

ATOMS = (str, bytes, int, float, type(None), type, types.ModuleType, Path)


def reachable(start: Any) -> Iterator[Any]:
    """Every object that can be got at from `start`, without going through the gate."""
    seen: set[int] = set()
    todo: list[Any] = [start]
    while todo:
        thing = todo.pop()
        if isinstance(thing, ATOMS) or id(thing) in seen:
            continue
        seen.add(id(thing))
        yield thing
        if not isinstance(thing, GatedProvider | GatedPeer):
            todo += held_by(thing)


def held_by(thing: Any) -> Iterable[Any]:
    if isinstance(thing, dict | types.MappingProxyType):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset):
        return list(thing)
    if isinstance(thing, types.FunctionType):
        cells = [cell.cell_contents for cell in thing.__closure__ or () if not _is_empty(cell)]
        return [*cells, *(thing.__defaults__ or ()), *(thing.__kwdefaults__ or {}).values()]
    if isinstance(thing, types.MethodType):
        return [thing.__self__, thing.__func__]
    if isinstance(thing, partial):
        return [thing.func, *thing.args, *thing.keywords.values()]
    slots = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    return [*getattr(thing, "__dict__", {}).values(), *(getattr(thing, name, None) for name in slots)]


def _is_empty(cell: types.CellType) -> bool:
    try:
        _ = cell.cell_contents
    except ValueError:
        return True
    return False


def bare_ways_out(start: Any) -> list[Any]:
    """The providers and peers among what is reachable that the gate does not stand before."""
    return [
        thing
        for thing in reachable(start)
        if isinstance(thing, ModelProvider | Peer) and not isinstance(thing, GatedProvider | GatedPeer)
    ]


@pytest.fixture
def _with_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    two = [ScriptedProvider([], name="one"), ScriptedProvider([], name="two")]
    monkeypatch.setattr(app, "_providers", lambda _: two)
    monkeypatch.setattr(app, "_peers", lambda: [RecordingPeer()])


@pytest.mark.usefixtures("_with_ways_out")
@pytest.mark.parametrize("keeps_history", [False, True])
def test_a_gateway_leads_to_nothing_that_is_not_behind_the_gate(tmp_path: Path, *, keeps_history: bool) -> None:
    gateway = app.headless(keeps_history=keeps_history)
    gateway.open_project(tmp_path.as_posix(), {})
    assert set(gateway.outgoing.providers) == {"one", "two"}
    found = list(reachable(gateway))
    assert sum(isinstance(thing, GatedProvider) for thing in found) == 2
    assert sum(isinstance(thing, GatedPeer) for thing in found) == 1
    assert bare_ways_out(gateway) == []
    gateway.close()


def test_the_models_of_the_settings_are_behind_the_gate_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", tmp_path.as_posix())
    file = tmp_path / "rulewright.toml"
    file.write_text("".join(f'[[models]]\nname = "{p}"\nprovider = "{p}"\n' for p in ("openai", "ollama")), "utf-8")
    gateway = app.headless()
    assert {name: p.is_local for name, p in gateway.outgoing.providers.items()} == {"openai": False, "ollama": True}
    gateway.open_project(tmp_path.as_posix(), {})
    before = gateway.outgoing
    assert sum(isinstance(thing, GatedProvider) for thing in reachable(gateway)) == 4, "with and without a project"
    assert bare_ways_out(gateway) == []
    assert gateway.outgoing is before
    file.write_text('[[models]]\nname = "other"\nprovider = "llamacpp"\n', "utf-8")
    asyncio.run(gateway.reload([file.as_posix()]))
    assert set(gateway.outgoing.providers) == {"other"}
    asyncio.run(gateway.aclose())


def test_the_models_that_a_client_can_ask_are_registered_for_as_long_as_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", tmp_path.as_posix())
    file = tmp_path / "rulewright.toml"
    file.write_text("".join(f'[[models]]\nname = "{p}"\nprovider = "{p}"\n' for p in ("openai", "ollama")), "utf-8")
    node = new_node("test")
    registry = node.registry
    gateway, other = (app._serving(lambda _: InlineRunner(), client_of(node)) for _ in range(2))
    for one in (gateway, other):
        one.open_project(tmp_path.as_posix(), {})
        assert set(one.outgoing.providers) == {"openai", "ollama"}
    (entry,) = registry.find_by("model", local="yes", client="client 1")
    assert (entry.id, entry.value) == ("ollama for client 1", gateway.outgoing.providers["ollama"])
    assert node.report().registry == {"model": 4}
    file.write_text('[[models]]\nname = "other"\nprovider = "llamacpp"\n', "utf-8")
    asyncio.run(gateway.reload([file.as_posix()]))
    assert set(gateway.outgoing.providers) == {"other"}
    assert sorted(e.id for e in registry.list("model")) == [
        "ollama for client 2",
        "openai for client 2",
        "other for client 1",
    ]
    for one in (gateway, other):
        asyncio.run(one.aclose())
    assert registry.counts() == {}


@pytest.mark.usefixtures("_with_ways_out")
def test_the_gateway_of_a_server_does_not_either(tmp_path: Path) -> None:
    node = new_node("proof")
    gateway = app._serving(lambda _: InlineRunner(), client_of(node))
    gateway.open_project(tmp_path.as_posix(), {})
    assert set(gateway.outgoing.peers) == {"recording"}
    found = list(reachable(gateway))
    assert sum(isinstance(thing, GatedProvider | GatedPeer) for thing in found) == 3
    assert bare_ways_out(gateway) == []
    gateway.close()
    asyncio.run(node.tree.aclose())


@pytest.mark.usefixtures("_with_ways_out")
def test_the_walk_would_find_one() -> None:
    gateway = app.headless()
    bare = ScriptedProvider([], name="bare")
    gateway._hidden = partial(lambda x: x, {"deep": [lambda: bare]})  # type: ignore[attr-defined]
    assert bare_ways_out(gateway) == [bare]
    gateway.close()
