"""What is typed and not saved counts in every answer, also in those that are read from a file's text."""

from collections.abc import Mapping

import pytest

from rulewright.code_view import LiveIndex
from rulewright.core.complete.state import CompletionState, Trigger
from rulewright.features.completion import complete
from tests.harness.code import MemoryWorkspace
from tests.harness.world_completion import CLIENT, accepted


def typed_over(saved: Mapping[str, str], typed: Mapping[str, str]) -> MemoryWorkspace:
    """Files as they are saved, with documents over them that nobody has saved."""
    workspace = MemoryWorkspace({**saved, **typed}, opened=tuple(typed))
    opened = {path: workspace.buffers[path] for path in typed}
    workspace.index = LiveIndex(MemoryWorkspace(saved).index, lambda _: None, opened.get)  # type: ignore[assignment]
    return workspace


@pytest.mark.parametrize(
    ("saved", "typed", "label", "after"),
    [
        (
            {
                "src/util.ts": "export const one = 1\nexport const twofold = 2\n",
                "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./src/*"] } } }',
                "src/main.ts": "",
            },
            {"src/main.ts": 'import { one } from "@/util"\n\ntwof'},
            "twofold",
            'import { one, twofold } from "@/util"\n\ntwofold',
        ),
        (
            {
                "lib/foo/bar.ex": "defmodule Foo.Bar do\nend\n",
                "lib/foo/twofold.ex": "defmodule Foo.Twofold do\nend\n",
                "lib/main.ex": "",
            },
            {"lib/main.ex": "defmodule Main do\n  alias Foo.{Bar}\n\n  def run do\n    Twof\n  end\nend\n"},
            "Twofold",
            "defmodule Main do\n  alias Foo.{Bar, Twofold}\n\n  def run do\n    Twofold\n  end\nend\n",
        ),
        (
            {"cart.ts": "class Twofold {}\n", "main.ts": ""},
            {"main.ts": "Twof", "cart.ts": "class Twofold {}\nexport { Twofold as default }\n"},
            "Twofold",
            'import Twofold from "./cart"\n\nTwofold',
        ),
    ],
)
def test_a_name_is_joined_to_an_import_that_is_not_saved(
    saved: Mapping[str, str], typed: Mapping[str, str], label: str, after: str
) -> None:
    workspace = typed_over(saved, typed)
    path = next(iter(typed))
    buffer = workspace.buffers[path]
    place = buffer.position(buffer.source.index(b"Twof" if label[0] == "T" else b"twof") + 4, workspace.encoding)
    found = complete(workspace, path, place, Trigger(), CompletionState(CLIENT))
    item = next(item for item in found.items if item.label == label and item.data[5])
    assert accepted(workspace, path, found, item) == after
