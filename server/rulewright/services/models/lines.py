"""Lines of an answer, and the events of a stream, from bytes that are cut anywhere.

Bytes that are no UTF-8 become U+FFFD. A line that has no end is refused before it fills the memory.
"""

MAX_LINE_BYTES = 4_000_000
_BOM = b"\xef\xbb\xbf"


class LineTooLong(Exception):  # noqa: N818 - what the other side did
    """A line, or an event, has more than MAX_LINE_BYTES."""


class Lines:
    """Lines that end with a line feed, a carriage return or both; empty ones too."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._is_first = True

    def feed(self, data: bytes) -> list[str]:
        """The lines that are whole now. Raises LineTooLong."""
        was_half = self._rest.endswith(b"\r")
        self._rest += data
        whole, newline = b"", b""
        if was_half or b"\n" in data or b"\r" in data:
            text, held = bytes(self._rest), b""
            if b"\r" in text:
                # One that is last may be half of a pair.
                held = b"\r" if text.endswith(b"\r") else b""
                text = text.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            whole, newline, rest = text.rpartition(b"\n")
            self._rest = bytearray(rest + held)
        if len(self._rest) > MAX_LINE_BYTES:
            raise LineTooLong
        return self._decoded(whole) if newline else []

    def end(self) -> list[str]:
        """The last line, where it has no end."""
        rest = bytes(self._rest.removesuffix(b"\r"))
        self._rest.clear()
        return self._decoded(rest) if rest else []

    def _decoded(self, whole: bytes) -> list[str]:
        if self._is_first:
            whole, self._is_first = whole.removeprefix(_BOM), False
        return whole.decode("utf-8", "replace").split("\n")


class Events:
    """Server-sent events as (name, data), as the standard of HTML reads them; the last one may lack its empty line."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._name, self._data, self._n_chars = "", list[str](), 0

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """The events that are whole now. Raises LineTooLong."""
        return self._events(self._lines.feed(data))

    def end(self) -> list[tuple[str, str]]:
        """The event that nothing follows."""
        return self._events([*self._lines.end(), ""])

    def _events(self, lines: list[str]) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for line in lines:
            if not line:
                if self._data:
                    found.append((self._name, "\n".join(self._data)))
                self._name, self._data, self._n_chars = "", [], 0
                continue
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "data":
                self._data.append(value)
                self._n_chars += len(value)
                if self._n_chars > MAX_LINE_BYTES:
                    raise LineTooLong
            elif field == "event":
                self._name = value
            elif field == "error":
                # Not in the standard; llama.cpp told faults so for a long time.
                self._name = "error"
                self._data.append(value)
        return found


class JsonLines:
    """Lines of JSON as events without a name."""

    def __init__(self) -> None:
        self._lines = Lines()

    def feed(self, data: bytes) -> list[tuple[str, str]]:
        """The lines that are whole now. Raises LineTooLong."""
        return [("", line) for line in self._lines.feed(data) if line.strip()]

    def end(self) -> list[tuple[str, str]]:
        """The line that nothing follows."""
        return [("", line) for line in self._lines.end() if line.strip()]
