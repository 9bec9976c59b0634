"""Clients in memory for the protocol tests."""

import pytest

from tests.harness.gateways import make_gateway, write_rules
from tests.harness.lsp_memory import connect


@pytest.fixture
def gateway():
    return make_gateway()


@pytest.fixture
def project(tmp_path):
    write_rules(tmp_path)
    return tmp_path


@pytest.fixture
async def client(gateway):
    async with connect(gateway) as client:
        yield client
