"""Where the state lies, and what a workspace is called in it. Imports nothing that costs time."""

import hashlib
import os
from pathlib import Path

NAME = "state.db"


def state_path(folder: Path) -> Path:
    """Of the database."""
    return folder / NAME


def workspace_id(root: str) -> str:
    """A hash of where a root really is: the same for every way that leads there."""
    return hashlib.sha256(os.fsencode(os.path.realpath(root))).hexdigest()[:16]
