"""Starts this Python with one of our modules: this copy of it, wherever the parent found it, and no workspace's."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess

HOME = str(Path(__file__).resolve().parents[2])
"""The folder that holds the package."""


def command(module: str, *arguments: str | bytes) -> list[str | bytes]:
    """What runs one of our modules."""
    # -P: a workspace must not be able to put modules in the way of ours.
    return [sys.executable, "-P", "-m", module, *arguments]


def launch(command: Sequence[str | bytes], stdin: int | None = None) -> "subprocess.Popen[bytes]":
    """Start a process that is spoken to over its pipes; with a `stdin` of its own only over that."""
    import subprocess  # noqa: PLC0415 - a copy of this process is seldom too little, and this is slow to import

    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE if stdin is None else stdin,
        stdout=subprocess.PIPE if stdin is None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=HOME,
        env=environment(),
    )


def path() -> list[str]:
    """This process's `sys.path` without the folder it is run in, as a program that `command` starts has it."""
    here = str(Path.cwd())
    named = {HOME, *os.environ.get("PYTHONPATH", "").split(os.pathsep)}
    return [folder for folder in sys.path if folder and (folder != here or folder in named)]


def environment() -> dict[str, str]:
    """This process's variables, with this copy of our package before what others may be on the path."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (HOME, os.environ.get("PYTHONPATH"))))}
