"""From our values to what JSON can hold and a client may see, and to the schemas that say so."""

import re
from typing import Any

import msgspec

from rulewright.core.privacy.redact import redact

AS_THEY_ARE = frozenset({"fixed_text", "new_text"})
"""Texts that a client may write to a file: a mark in the place of a secret would be written too. `checking` leaves out
those that hold secrets which the client has not sent itself."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(value: Any) -> Any:
    """The same without secrets, and without bytes that were not UTF-8, which JSON cannot hold; tuples become lists."""
    if isinstance(value, str):
        return redact(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value))
    if isinstance(value, dict):
        return {clean(key): _plain(item) if key in AS_THEY_ARE else clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value


def _plain(text: Any) -> Any:
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text) if isinstance(text, str) else text


def schema_of(record: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of a record; an object at its top, as the protocol wants it."""
    schema = msgspec.json.schema(record)
    definitions = schema["$defs"]
    top: dict[str, Any] = definitions.pop(schema["$ref"].rpartition("/")[2])
    return {**top, "$defs": definitions} if definitions else top
