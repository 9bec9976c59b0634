"""From our values to what JSON can hold, and to the schemas that say so."""

import re
from typing import Any

import msgspec

_SURROGATE = re.compile("[\ud800-\udfff]")


def clean(value: Any) -> Any:
    """The same without bytes that were not UTF-8, which JSON cannot hold; tuples become lists."""
    if isinstance(value, str):
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value


def schema_of(record: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON schema of a record; an object at its top, as the protocol wants it."""
    schema = msgspec.json.schema(record)
    definitions = schema["$defs"]
    top: dict[str, Any] = definitions.pop(schema["$ref"].rpartition("/")[2])
    return {**top, "$defs": definitions} if definitions else top
