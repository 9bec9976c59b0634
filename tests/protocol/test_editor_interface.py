"""What an editor's user is told of what is kept of conversations."""

from types import SimpleNamespace
from typing import Any

import pytest
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.editor_interface import EditorInterface
from rulewright.core.session import Session
from rulewright.session_gateway import SessionProblem, Written

SESSION = Session(id="abcd", workspace="w", root="/p", user="ann", created="", updated="")
FULL = Written(SESSION, None, "the disk is full")


class Shared:
    """Conversations on a disk that is full."""

    owner = None

    def __init__(self) -> None:
        self.problems = ["state.db was damaged, and set aside."]
        self.door = SimpleNamespace(
            rename=lambda *_: FULL,
            archive=lambda *_, archived: FULL,
            fork=lambda *_, title: FULL,
            open_page=self.refuse,
        )

    def refuse(self, *_: Any, **__: Any) -> None:
        raise SessionProblem("There is no conversation abcd.")

    def take_problems(self) -> tuple[str, ...]:
        found, self.problems = self.problems, []
        return tuple(found)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def interface(said: list[str]) -> EditorInterface:
    gateway = SimpleNamespace(conversations=Shared(), principal=None)
    return EditorInterface(SimpleNamespace(gateway=gateway, show=said.append))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "params", "what"),
    [
        ("rename", {"title": "T"}, "The title"),
        ("archive", {}, "That it was put away"),
        ("archive", {"archived": False}, "That it was taken back"),
        ("fork", {}, "The new conversation"),
    ],
)
async def test_what_is_in_memory_only_is_said(
    interface: EditorInterface, said: list[str], name: str, params: dict[str, Any], what: str
) -> None:
    answer = await interface.answer(name, {"session": "abcd", **params})
    assert answer.problem == "the disk is full"
    assert said == [
        "state.db was damaged, and set aside.",
        f"{what} is in memory only, and lost if the server ends now: the disk is full.",
    ]


async def test_what_went_wrong_with_what_is_kept_is_said_also_beside_a_refusal(
    interface: EditorInterface, said: list[str]
) -> None:
    for _ in range(2):
        with pytest.raises(JsonRpcException, match="no conversation"):
            await interface.answer("open", {"session": "abcd"})
    assert said == ["state.db was damaged, and set aside."]
