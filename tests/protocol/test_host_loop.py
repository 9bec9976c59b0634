"""What the process that knows the code does while nobody asks."""

import gc
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from rulewright.adapters.lsp import code_host
from rulewright.adapters.lsp.code_host import CodeHost


class Worked:
    """A gateway with so many slices of work, each of a tenth of a second."""

    def __init__(self, n_slices: int) -> None:
        self.n_slices = n_slices

    def work(self, _: float) -> bool:
        self.n_slices -= 1
        return self.n_slices > 0

    def progress(self) -> Iterator[Any]:
        return iter(())


@pytest.mark.parametrize(("n_slices", "is_much"), [(2, False), (60, True)])
def test_the_collector_looks_once_at_what_much_work_has_made(
    monkeypatch: pytest.MonkeyPatch, n_slices: int, is_much: bool
) -> None:
    looks: list[str] = []
    ticks = count()
    monkeypatch.setattr(code_host, "monotonic", lambda: next(ticks) / 10)
    monkeypatch.setattr(gc, "collect", lambda: looks.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: looks.append("freeze"))
    gateway: Any = Worked(n_slices)
    host = CodeHost(gateway, lambda _: None)
    while gateway.n_slices:
        assert looks == [], "not in the middle of it"
        host._work()
    assert looks == (["collect", "freeze"] if is_much else [])
