"""Clients in memory, and processes behind pipes, for the protocol tests."""

import pytest

from tests.harness.gateways import make_gateway, write_rules
from tests.harness.lsp_memory import connect
from tests.harness.pipes import Process


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


@pytest.fixture
def start(tmp_path):
    """Start a server process, `rulewright --stdio` unless another program is named."""
    started = []

    def start(*program, **options):
        process = Process(program or ["-m", "rulewright", "--stdio"], cwd=tmp_path, **options)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.popen.returncode is None:
            process.popen.kill()
            process.end()
