"""Joins an editor that only knows standard input and output to a node, and brings the token.

The editor's messages go through as they are, but for the first `initialize`; the node's bytes are not looked at.
"""

import os
import re
import socket
import sys
import threading
from collections.abc import Callable

from rulewright.adapters.lsp.framing import Framer, frame
from rulewright.adapters.lsp.reader import claim_stdio
from rulewright.adapters.lsp.sockets.hello import with_token
from rulewright.core.addresses import Address

PIECE = 1 << 16
_EXIT = re.compile(rb'"method"\s*:\s*"exit"')
"""Quotes inside of a text are escaped, so no text of a document looks like this."""


def connect(address: Address, token: str) -> int:
    """Carry messages until one side ends; 0 when that was the editor, else 1. Raises OSError when nobody listens."""
    node = socket.create_connection((address.host, address.port))
    node.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stdin, stdout = claim_stdio()
    has_left = threading.Event()
    sending = threading.Thread(target=_send, args=(stdin, node, token, has_left.set), daemon=True, name="to the node")
    sending.start()
    try:
        while data := node.recv(PIECE):
            _write(stdout, data)
    except BrokenPipeError:
        return 0  # The editor reads no more.
    except OSError as error:
        sys.stderr.write(f"rulewright: the connection to {address} broke: {error}.\n")
        return 1
    finally:
        node.close()
    if has_left.is_set():
        return 0
    sys.stderr.write(f"rulewright: the server at {address} ended the session.\n")
    return 1


def _send(stdin: int, node: socket.socket, token: str, leave: Callable[[], None]) -> None:
    framer = Framer()
    is_first = True
    try:
        while data := os.read(stdin, PIECE):
            for body in framer.feed(data):
                if _EXIT.search(body):
                    leave()
                node.sendall(frame(with_token(body, token) if is_first else body))
                is_first = False
        leave()
        node.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # The node is gone; whoever reads from it says so.


def _write(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
