"""Which editor was served last and what it can do, so that somebody in a terminal can be told."""

import contextlib
import os
from pathlib import Path

import msgspec

NAME = "last-editor.json"


class Editor(msgspec.Struct, frozen=True):
    """A client as it introduced itself."""

    name: str
    version: str
    encoding: str
    can: dict[str, bool]
    """By the name of a capability that something depends on."""


def remember(folder: Path, editor: Editor) -> None:
    """Keep it, in place of the one before. A folder that cannot be written to costs no more than the memory."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = folder / f"{NAME}.{os.getpid()}"
        new.write_bytes(msgspec.json.encode(editor))
        new.replace(folder / NAME)


def recall(folder: Path) -> Editor | None:
    """The one served last; None when there is none that can be read."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode((folder / NAME).read_bytes(), type=Editor)
    return None
