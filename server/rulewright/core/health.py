"""What an examination of an installation, a project or a session found."""

from typing import Literal

import msgspec

State = Literal["ok", "note", "warning", "error"]
"""A `note` is worth knowing and needs nothing done; with a `warning` something is missing; an `error` is broken."""


class Remark(msgspec.Struct, frozen=True):
    """One thing that was looked at."""

    area: str
    """What it is about: `python`, `packages`, `grammars`, `server`, `cache`, `state`, `settings`, `trust`, `rules`,
    `index`, `models`, `editor`."""
    state: State
    text: str
    """A sentence."""
    help: str = ""
    """What to do about it, a sentence; empty where there is nothing to do."""
