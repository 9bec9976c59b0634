"""Ghost text with the real server of llama.cpp and a model that was trained to fill holes."""

import pytest
from lsprotocol import types as t

from rulewright.core.model_settings import ModelSettings
from rulewright.services.models.http import Connections
from rulewright.services.models.keys import Keys
from rulewright.services.models.make import make_provider
from tests.harness.gateways import make_gateway, write_rules
from tests.harness.inline_code import InlineCode
from tests.harness.llamacpp_server import llamacpp
from tests.harness.lsp_memory import FULL, connect

pytestmark = [pytest.mark.slow]
CODE = """\
import os
import sys


class Parser:
    def __init__(self, name):
        self.name = name
        self.args = []

    def add(self, arg):
        self.args.append(arg)

    def error(self, message):
        |
        sys.exit(2)


def main(argv=None):
    if argv is None:
        argv = |
    for name in argv:
        |
    return 0
"""


MARK = "|"
"""Stands for a cursor."""


async def test_a_real_model_fills_holes(tmp_path):
    root = tmp_path / "shop"
    root.mkdir()
    write_rules(root)
    with llamacpp() as url:
        settings = ModelSettings(name="tiny", provider="llamacpp", base_url=url, roles=("complete",))
        gateway = make_gateway(InlineCode(tmp_path / "cache"), [make_provider(settings, Keys(), Connections())])
        async with connect(gateway) as client:
            models = [{"name": "tiny", "provider": "llamacpp", "base_url": url, "roles": ["complete"]}]
            ghosts = {**FULL, "textDocument": {**FULL["textDocument"], "inlineCompletion": {}}}
            options = {"rulewright": {"models": models, "ghost_text": {"debounce_ms": 0, "deadline_ms": 60_000}}}
            await client.initialize(ghosts, root=root, options=options)
            uri = client.open(root / "a.py", CODE.replace(MARK, ""))
            came = []
            for number, line in enumerate(CODE.split("\n")):
                if line.endswith(MARK):
                    answer = await client.request(
                        t.TEXT_DOCUMENT_INLINE_COMPLETION,
                        {
                            "textDocument": {"uri": uri},
                            "position": {"line": number, "character": len(line) - 1},
                            "context": {"triggerKind": 1},
                        },
                    )
                    why = await client.request(
                        t.WORKSPACE_EXECUTE_COMMAND, {"command": "rulewright.whyNoSuggestion", "arguments": [uri]}
                    )
                    came.append((answer["items"][0]["insertText"] if answer else "", why))
            assert len(came) == 3
            assert all(why["model"] == "tiny" and why["interaction_id"] for _, why in came)
            shown = [text for text, _ in came if text]
            assert shown, came
            # It stands where the cursor is: the indentation is there already.
            assert not any(text.startswith(" ") for text in shown), shown
            assert not any("fim_" in text or "<|" in text for text in shown)
