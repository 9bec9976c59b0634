"""Addresses to listen on and to connect to, as people write them."""

import ipaddress
import re

import msgspec

LOOPBACK = "127.0.0.1"
MAX_PORT = 65_535

_WRITTEN = re.compile(r"(?:(?P<host>\[[^\]]*\]|[^:\[\]]*):)?(?P<port>\d{1,5})")


class Address(msgspec.Struct, frozen=True):
    """Where somebody listens; port 0 stands for any that is free."""

    host: str
    port: int

    def __str__(self) -> str:
        """As it is written."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(text: str) -> Address:
    """`7777`, `127.0.0.1:7777`, `localhost:7777` or `[::1]:7777`; without a host, this machine alone.

    Raises ValueError with a sentence.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None or int(found["port"]) > MAX_PORT:
        message = f"{text} is no address: write a port, or HOST:PORT, such as {LOOPBACK}:7777."
        raise ValueError(message)
    host = (found["host"] or LOOPBACK).strip("[]")
    return Address(LOOPBACK if host.lower() == "localhost" else host, int(found["port"]))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`, a numeric address. A name could mean anything tomorrow: False."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
