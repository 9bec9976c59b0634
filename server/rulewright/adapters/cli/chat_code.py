"""The index of the project for questions of a terminal: opened with the first one that wants it, all in one thread."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from rulewright.adapters.cli.index import build_index
from rulewright.adapters.cli.launcher import Launcher
from rulewright.code_gateway import CodeGateway
from rulewright.core.code_messages import Configure, ContextFor, MapOf, Root
from rulewright.core.retrieve.found import Context
from rulewright.core.retrieve.map import RepositoryMap
from rulewright.core.snapshot import Project

T = TypeVar("T")


class ProjectCode:
    """What is known of the code of one project."""

    def __init__(self, launcher: Launcher, project: Project) -> None:
        self._launcher, self._project = launcher, project
        self._thread = ThreadPoolExecutor(1, "code")
        self._gateway: CodeGateway | None = None

    async def ask(self, question: ContextFor | MapOf) -> Context | RepositoryMap | None:
        """What the index says; None where there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._asked, question)

    def _asked(self, question: ContextFor | MapOf) -> Context | RepositoryMap | None:
        code = self._opened()
        if code is None:
            return None
        if isinstance(question, ContextFor):
            return _driven(code.context_for(question.root, question.question, question.tokens, question.focus))
        return _driven(code.repository_map(question.root, question.tokens, question.focus))

    def _opened(self) -> CodeGateway | None:
        settings, root = self._project.settings, Path(self._project.root)
        if not settings.index.enabled or root in (root.parent, Path.home()):
            return None
        if self._gateway is None:
            code = self._gateway = self._launcher.code()
            never_send = settings.privacy.never_send
            known = Root(root.as_posix(), settings.index, settings.code, never_send=never_send)
            code.configure(Configure((known,), "utf-32"))
            build_index(code, root.as_posix(), shown=True)
        return self._gateway

    def close(self) -> None:
        """Let go of it."""

        def close() -> None:
            if self._gateway is not None:
                self._gateway.close()

        self._thread.submit(close).result()
        self._thread.shutdown()


def _driven(answering: Generator[None, None, T]) -> T:
    """The answer of something that goes on in slices."""
    while True:
        try:
            next(answering)
        except StopIteration as done:
            answer: T = done.value
            return answer
