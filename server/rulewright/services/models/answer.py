"""The way from the bytes of an answer to the events of the port, with every limit, and no connection."""

from typing import Literal

from rulewright.core.models import Delta, ModelEvent, ModelRequest, Usage
from rulewright.services.models.lines import Events, JsonLines, LineTooLong
from rulewright.services.models.text import CHARS_A_TOKEN, MAX_CHARS, SPARE_CHARS, Repeats, Tail
from rulewright.services.models.wire import Fault, Format, NotJson, Reading

MAX_BYTES = 40_000_000
"""Of an answer with all that is about it."""
End = Literal["over", "cut", "fault", "garbage", "too_large", "endless"]


class Answer:
    """An answer while it comes. When `end` is set, nothing more is to be read."""

    def __init__(
        self, form: Format, framing: Literal["events", "lines"], request: ModelRequest, max_tokens: int
    ) -> None:
        self._format, self._frames = form, (Events() if framing == "events" else JsonLines())
        self._reading, self._tail, self._repeats = Reading(), Tail(request.stop), Repeats()
        self._most_chars = min(MAX_CHARS, max_tokens * CHARS_A_TOKEN + SPARE_CHARS)
        self._n_chars = self._n_bytes = 0
        self.end: End | None = None
        self.has_begun = False
        """Some text was given out."""

    @property
    def fault(self) -> Fault:
        """What the server said went wrong, where `end` is `fault`."""
        return self._reading.fault or Fault()

    @property
    def is_complete(self) -> bool:
        """Whether all of the text is there, be it that the connection is still open."""
        return self._reading.finished is not None and self._reading.fault is None

    @property
    def is_thinking(self) -> bool:
        """Whether something came that is not shown, so that it is at work."""
        return self._reading.is_thinking

    def feed(self, data: bytes) -> list[ModelEvent]:
        """The text that came."""
        self._n_bytes += len(data)
        if self._n_bytes > MAX_BYTES:
            self.end = "too_large"
            return []
        try:
            return self._take(self._frames.feed(data))
        except LineTooLong:
            self.end = "too_large"
            return []

    def close(self) -> list[ModelEvent]:
        """What is left when the connection has ended, or is not to be waited for; the last events of the port.

        `Usage` and `Finished` are there only where `end` is `over` then.
        """
        events: list[ModelEvent] = []
        if self.end is None:
            try:
                events = self._take(self._frames.end())
            except LineTooLong:
                self.end = "too_large"
        if self.end is None:
            self.end = "over" if self.is_complete else "cut"
        if self.end != "over":
            return events
        if text := self._tail.end():
            events.append(Delta(text))
        if self._reading.usage != Usage(0, 0):
            events.append(self._reading.usage)
        finished = self._reading.finished
        if finished is not None:
            events.append(finished)
        return events

    def _take(self, frames: list[tuple[str, str]]) -> list[ModelEvent]:
        reading = self._reading
        for name, data in frames:
            try:
                self._format.read(reading, name, data)
            except NotJson:
                self.end = "garbage"
                break
            if reading.fault is not None:
                self.end = "fault"
                break
            if reading.is_over:
                self.end = "over"
                break
        text = "".join(reading.texts)
        reading.texts.clear()
        return self._shown(text) if text else []

    def _shown(self, text: str) -> list[ModelEvent]:
        text = self._tail.take(text)
        if self._tail.is_stopped and self.end is None:
            # The server went on although it was told where to stop.
            self.end, self._reading.finish = "over", "stop"
        room = self._most_chars - self._n_chars
        if len(text) > room and self.end in {None, "over"}:
            text = text[:room]
            self.end, self._reading.finish = ("over", "length") if self._most_chars < MAX_CHARS else ("too_large", None)
        self._n_chars += len(text)
        if self.end is None and self._repeats.take(text):
            self.end = "endless"
        if not text:
            return []
        self.has_begun = True
        return [Delta(text)]
