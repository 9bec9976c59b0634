"""What Rulewright ranks first: through the gateway that knows the code, on an index as an editor has it."""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from rulewright import code_app
from rulewright.code_gateway import CodeGateway
from rulewright.core.code_messages import Configure, Opened, Root
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.text import Position
from rulewright.features.context import files_at
from tests.eval.retrieval.peers import Ranked
from tests.eval.retrieval.tasks import WINDOW, Task

T = TypeVar("T")


@contextmanager
def indexed(root: Path, cache: Path) -> Iterator[CodeGateway]:
    """A gateway with the index of a folder."""
    code = code_app.code_gateway(2, cache)
    try:
        code.configure(Configure((Root(str(root), IndexSettings(), CodeSettings()),), "utf-32"))
        code.build(str(root), lambda _: None)
        yield code
    finally:
        code.close()


def driven(answering: Generator[None, None, T]) -> T:
    """The answer of something that goes on in slices."""
    while True:
        try:
            next(answering)
        except StopIteration as done:
            answer: T = done.value
            return answer


def rank(code: CodeGateway, root: Path, task: Task) -> tuple[Ranked, float]:
    """The ten files for a place, with the seconds for them, and the seconds for the pieces with their text.

    The document has been asked about before, a few lines away, as it has when somebody types.
    """
    uri, path = (root / task.path).as_uri(), str(root / task.path)
    code.opened(Opened(uri, path, "", 1, task.text.encode()))
    code.parse(uri)
    driven(code.settle())
    workspace = code._workspaces[str(root)]
    buffer = workspace.open[task.path]
    for row in (max(0, task.row - WINDOW // 10), task.row):
        began = time.perf_counter()
        found = files_at(workspace, task.path, buffer, Position(row, 0))
        ranked = time.perf_counter() - began
        driven(code.context_at(uri, Position(row, 0), 1500, 10))
        pieces = time.perf_counter() - began - ranked
    code.closed(uri)
    return ([one.path for one in found[:10]], ranked), pieces
