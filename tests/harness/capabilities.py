"""The table from which `initialize` is answered at once: what the engine itself answers, ability by ability."""

import asyncio
from collections.abc import Mapping
from typing import Any

from rulewright.adapters.lsp.capabilities_table import difference, meaning
from tests.harness.gateways import make_gateway
from tests.harness.lsp_memory import connect

SYNCHRONIZATION = ("willSave", "willSaveWaitUntil")
FILE_OPERATIONS = ("willCreate", "didCreate", "willDelete", "didDelete", "willRename", "didRename")
PULLS = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}
WHOLE = {"workspaceDiagnostics": True}

DIFFERENCES: tuple[Mapping[str, Any], ...] = (
    # What pygls looks at.
    *({"capabilities": {"textDocument": {"synchronization": {name: True}}}} for name in SYNCHRONIZATION),
    *({"capabilities": {"workspace": {"fileOperations": {name: True}}}} for name in FILE_OPERATIONS),
    {"capabilities": {"textDocument": {"rename": {"prepareSupport": True}}}},
    # What we look at.
    {"capabilities": PULLS},
    {"capabilities": PULLS, "initializationOptions": WHOLE},
    {"capabilities": PULLS, "initializationOptions": {"rulewright": WHOLE}},
)
"""Parts of InitializeParams that change the answer. No two of them change the same of it in different ways."""


async def announced(params: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's own answer to `initialize`."""
    async with connect(make_gateway()) as client:
        result: dict[str, Any] = await client.request("initialize", params)
        return result


def table() -> dict[str, Any]:
    """The table; see `capabilities_table.py` for its form."""
    return asyncio.run(_table())


async def _table() -> dict[str, Any]:
    plain = await announced({"capabilities": {}})
    found = []
    for where in DIFFERENCES:
        then = await announced({"capabilities": {}, **where})
        if meaning(then) != meaning(plain):
            found.append({"where": where, "then": difference(plain, then)})
    return {"result": plain, "differences": found}
