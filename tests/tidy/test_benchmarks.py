"""Benchmarks are not run by the tests; that each can be begun is seen here."""

import importlib

import pytest

from tests.bench.__main__ import SUITES


@pytest.mark.parametrize("name", SUITES)
def test_a_benchmark_can_be_begun(name: str) -> None:
    assert callable(importlib.import_module(f"tests.bench.{name}").figures)
