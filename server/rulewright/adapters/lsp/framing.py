"""Bytes of the wire to message bodies and back. Standard library only, so that it loads at once.

Whatever is no header is passed over until the next `Content-Length`: a stray line costs itself alone.
"""

import re

MAX_BODY = 256 * 1024 * 1024
"""A longer message is taken for a broken header and passed over."""
MAX_HEADER = 16 * 1024

_END = re.compile(rb"\r?\n\r?\n")
_LENGTH = re.compile(rb"content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*(?=\r?\n|\Z)", re.IGNORECASE)


class Framer:
    """Takes bytes in any pieces and gives the complete bodies among them."""

    def __init__(self, max_body: int = MAX_BODY) -> None:
        self.max_body = max_body
        """May be changed between messages."""
        self._buffer = bytearray()
        self._need: int | None = None
        self.n_skipped = 0
        """Header blocks that named no usable length."""

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that `data` completes, in order."""
        self._buffer += data
        bodies: list[bytes] = []
        while (body := self._next()) is not None:
            bodies.append(body)
        return bodies

    def _next(self) -> bytes | None:
        while self._need is None:
            end = _END.search(self._buffer)
            if end is None:
                # The header may be cut anywhere: keep what could be its beginning, not a gigabyte of garbage.
                del self._buffer[:-MAX_HEADER]
                return None
            self._need = self._length(bytes(self._buffer[: end.start()]))
            del self._buffer[: end.end()]
        if len(self._buffer) < self._need:
            return None
        with memoryview(self._buffer) as view:
            body = bytes(view[: self._need])
        del self._buffer[: self._need]
        self._need = None
        return body

    def _length(self, header: bytes) -> int | None:
        """The length a header block names; the last one, because garbage may come before it."""
        found = _LENGTH.findall(header)
        length = int(found[-1]) if found else None
        if length is None or length > self.max_body:
            self.n_skipped += 1
            return None
        return length


def frame(body: bytes) -> bytes:
    """A body with its header."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
