"""What knows the code, in this process: the real gateway and answers, without a child process and its pipes."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from rulewright import code_app
from rulewright.adapters.lsp.code_answers import Answers
from rulewright.core import code_messages as say


class InlineCode:
    """Does everything at once; an answer is there before `ask` returns."""

    def __init__(self, cache_dir: Path) -> None:
        self._code = code_app.code_gateway(1, cache_dir)
        self._answers = Answers()
        self._listeners: list[Callable[[say.Progress], None]] = []
        self.gone = ""
        self.told: list[say.ToHost] = []

    def start(self) -> None:
        """It is there."""

    def tell(self, message: say.ToHost) -> None:
        """Take it."""
        self.told.append(message)
        match message:
            case say.Configure():
                self._answers = Answers(message.capabilities, message.client_name)
                self._code.configure(message)
            case say.Opened():
                self._code.opened(message)
            case say.Changed():
                self._code.changed(message)
            case say.Closed():
                self._code.closed(message.uri)
            case say.Touched():
                self._code.touched(message.paths)
            case say.Pause():
                self._code.pause(message.paused)

    def ask(self, question: say.Question) -> "Future[bytes]":
        """Answer it."""
        future: Future[bytes] = Future()
        answer = self._answers.answer(self._code, question)
        if not isinstance(answer, bytes):
            while True:
                try:
                    next(answer)
                except StopIteration as done:
                    answer = done.value
                    break
        assert isinstance(answer, bytes)
        future.set_result(answer)
        return future

    def report(self, progress: say.Progress) -> None:
        """Say how far an index is, as the host would."""
        for listener in self._listeners:
            listener(progress)

    def on_progress(self, listener: Callable[[say.Progress], None]) -> None:
        """Remember whom to tell."""
        self._listeners.append(listener)

    def close(self) -> None:
        """End it."""
        self._code.close()
