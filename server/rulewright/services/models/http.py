"""Connections to servers of models: one client for each way to trust and to reach them, shared by all who use it.

httpx2 takes a sixth of a second to import and a client half as long to make, so both happen in a thread, the first time
that a model is asked. A client belongs to an event loop and is closed when nobody uses it any more.
"""

import asyncio
import importlib
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from rulewright import __version__
from rulewright.services.models.failures import CONNECT_S

if TYPE_CHECKING:
    import ssl

    from httpx2 import AsyncClient

KEEP_ALIVE_S = 4.0
"""Below the five seconds of llama.cpp: a connection that is being closed is the way to a failed request."""
WRITE_S = 30.0
N_KEPT = 16


class Reach(msgspec.Struct, frozen=True):
    """How servers are reached."""

    ca_file: str
    is_local: bool
    """No proxy is asked for this machine, whatever the environment says."""
    is_encrypted: bool


class CannotReach(Exception):  # noqa: N818 - an answer, not a fault
    """No client can be made; the message is a clause."""


class _Shared:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.client: AsyncClient | None = None
        self.n_users = 0


class Connections:
    """The clients of this process."""

    def __init__(self) -> None:
        self._shared: dict[tuple[asyncio.AbstractEventLoop, Reach], _Shared] = {}

    @property
    def n_clients(self) -> int:
        """Those that are open."""
        return sum(shared.client is not None for shared in self._shared.values())

    async def acquire(self, reach: Reach) -> "AsyncClient":
        """A client, to be released once. Raises CannotReach."""
        key = (asyncio.get_running_loop(), reach)
        shared = self._shared.setdefault(key, _Shared())
        shared.n_users += 1
        try:
            async with shared.lock:
                if shared.client is None:
                    shared.client = await asyncio.to_thread(_new_client, reach)
                # To begin a request takes a millisecond: of many that begin at once, one begins in a turn of the loop.
                await asyncio.sleep(0)
        except BaseException:
            await self.release(reach)
            raise
        return shared.client

    async def release(self, reach: Reach) -> None:
        """Let go of a client; the last one closes it."""
        key = (asyncio.get_running_loop(), reach)
        shared = self._shared.get(key)
        if shared is None:
            return
        shared.n_users -= 1
        if shared.n_users == 0:
            del self._shared[key]
            if shared.client is not None:
                await shared.client.aclose()


def _new_client(reach: Reach) -> "AsyncClient":
    from http.cookiejar import DefaultCookiePolicy  # noqa: PLC0415 - see above

    import httpx2  # noqa: PLC0415 - see above

    with suppress(ImportError):
        # It would be imported with the first connection, on the event loop.
        importlib.import_module("anyio._backends._asyncio")
    headers: Mapping[str, str] = {"user-agent": f"rulewright/{__version__}", "accept-encoding": "identity"}
    try:
        client = httpx2.AsyncClient(
            # Where nothing is encrypted, nothing need be read about certificates.
            verify=_context(reach.ca_file) if reach.is_encrypted or not reach.is_local else False,
            trust_env=not reach.is_local,
            headers=headers,
            follow_redirects=False,
            timeout=httpx2.Timeout(connect=CONNECT_S, pool=CONNECT_S, write=WRITE_S, read=None),
            # A server that has no room lets requests wait by itself.
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=N_KEPT, keepalive_expiry=KEEP_ALIVE_S),
        )
    except (ImportError, ValueError) as error:
        raise CannotReach(f"the proxy that the environment names cannot be used: {error}".rstrip(".")) from None
    # Keys are sent by hand, and nothing else is to be remembered about us.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def _context(ca_file: str) -> "ssl.SSLContext | bool":
    """What to trust: a file of authorities, or what the system and SSL_CERT_FILE say."""
    if not ca_file:
        return True
    import ssl  # noqa: PLC0415 - as above

    try:
        return ssl.create_default_context(cafile=os.path.expanduser(ca_file))  # noqa: PTH111 - no path is made of it
    except OSError as error:
        told = "holds no certificate (PEM)" if isinstance(error, ssl.SSLError) else f"cannot be read: {error.strerror}"
        raise CannotReach(f"its ca_file {ca_file} {told}") from None
