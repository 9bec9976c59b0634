"""The answer to `initialize`, worked out from a table made in advance. Standard library only, so that it loads at once.

The table, `capabilities.json`, is what the engine itself answers to a client that can do nothing, and what each
ability of a client changes in that; `make generate` writes it, and a test fails when it is stale. Its form:

    {"result": InitializeResult,
     "differences": [{"where": part of InitializeParams, "then": part of InitializeResult}, ...]}

A difference counts where the parameters contain `where`. Whatever is not plain is left to the engine.
"""

import json
import os

ENCODINGS = ("utf-8", "utf-16", "utf-32")
DEFAULT_ENCODING = "utf-16"
MAX_INTEGER = 2**31 - 1
"""The largest integer of the protocol."""

TABLE_FILE = os.path.join(os.path.dirname(__file__), "capabilities.json")  # noqa: PTH118, PTH120 - pathlib takes 20 ms

TYPE_CHECKING = False
"""As in `typing`, whose import would take longer than the answer."""
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Json = Mapping[str, Any]


class NotPlainError(Exception):
    """The parameters hold something that only the engine knows how to take."""


def read_table() -> "dict[str, Any]":
    """The table that belongs to this version."""
    with open(TABLE_FILE, encoding="utf-8") as file:  # noqa: PTH123 - see above
        table: dict[str, Any] = json.load(file)
    return table


def initialize_result(table: "Json", params: "Any") -> "dict[str, Any]":
    """The InitializeResult for InitializeParams. Raises NotPlainError where the engine might say otherwise."""
    _check_plain(params)
    spell_capabilities(params)
    result: dict[str, Any] = table["result"]
    for difference in table["differences"]:
        if _contains(params, difference["where"]):
            result = merged(result, difference["then"])
    return merged(result, {"capabilities": {"positionEncoding": _encoding(params["capabilities"])}})


def spell_capabilities(params: "Any") -> None:
    """Mend the misspelling that matters: Helix says `workspace.diagnostic`, for `workspace.diagnostics`."""
    match params:
        case {"capabilities": {"workspace": {"diagnostic": dict(value)} as workspace}}:
            workspace.setdefault("diagnostics", value)


def merged(old: "Json", new: "Json") -> "dict[str, Any]":
    """`old` with what `new` says instead; objects are merged, anything else is replaced."""
    both = {k: merged(old[k], v) if _are_objects(old.get(k), v) else v for k, v in new.items()}
    return {**old, **both}


def difference(old: "Json", new: "Json") -> "dict[str, Any]":
    """What `merged` needs beside `old` to give `new`, which lacks nothing that `old` has."""
    return {
        k: difference(old[k], v) if _are_objects(old.get(k), v) else v
        for k, v in new.items()
        if k not in old or old[k] != v
    }


def meaning(value: "Any") -> "Any":
    """What two answers are compared by: in capabilities false, null and absent mean the same."""
    if not isinstance(value, dict):
        return value
    return {k: meaning(v) for k, v in value.items() if v is not False and v is not None}


def _are_objects(*values: object) -> bool:
    return all(isinstance(value, dict) for value in values)


def _contains(value: object, part: object) -> bool:
    """Whether `value` has all that `part` has. A part is made of objects and `true`."""
    if value is None or value is False:
        return False
    if part is True and value is True:
        return True
    if isinstance(part, dict) and isinstance(value, dict):
        # Each is looked at, for one that is not plain may lie behind one that is missing.
        found = [_contains(value.get(name), inner) for name, inner in part.items()]
        return all(found)
    raise NotPlainError


def _encoding(capabilities: "Json") -> str:
    general = capabilities.get("general") or {}
    offered = (general.get("positionEncodings") if isinstance(general, dict) else general) or []
    if not isinstance(offered, list) or not all(isinstance(name, str) for name in offered):
        raise NotPlainError
    return next((name for name in offered if name in ENCODINGS), DEFAULT_ENCODING)


def _check_plain(params: "Any") -> None:
    """Raise NotPlainError unless the engine is sure to accept `params`."""
    if not isinstance(params, dict) or not isinstance(params.get("capabilities"), dict):
        raise NotPlainError
    for name, is_plain in _PLAIN.items():
        if params.get(name) is not None and not is_plain(params[name]):
            raise NotPlainError


def _is_process_id(value: object) -> bool:
    return type(value) is int and 0 <= value <= MAX_INTEGER


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # Half of a surrogate pair.
        return False
    return True


def _is_file_uri(value: object) -> bool:
    return _is_text(value) and str(value).startswith("file:///")


def _is_token(value: object) -> bool:
    return isinstance(value, str) or _is_process_id(value)


def _is_object(value: object) -> bool:
    return isinstance(value, dict)


def _is_client_info(value: "Any") -> bool:
    match value:
        case {"name": str()}:
            return isinstance(value.get("version", ""), str | None)
        case _:
            return False


def _are_folders(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(folder, dict) and _is_file_uri(folder.get("uri")) and _is_text(folder.get("name"))
        for folder in value
    )


_PLAIN = {
    "processId": _is_process_id,
    "clientInfo": _is_client_info,
    "locale": _is_text,
    "rootPath": _is_text,
    "rootUri": _is_file_uri,
    "initializationOptions": _is_object,
    "workspaceFolders": _are_folders,
    "workDoneToken": _is_token,
}
"""Members of InitializeParams that could make the engine refuse it; null is as good as nothing."""


def is_plain_id(value: object) -> bool:
    """Whether this is an id that a request may have."""
    return isinstance(value, str) or (type(value) is int and -MAX_INTEGER <= value <= MAX_INTEGER)
