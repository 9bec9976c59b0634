"""The command line in this process: it takes a twentieth of the time of a process of its own, and prints the same."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from rulewright import app
from rulewright.adapters.cli.main import run
from tests.harness.program import PROGRAM, environment


def command(
    root: Path, *arguments: str | bytes, stdin: bytes = b"", env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command line in a folder, as `program.command` does."""
    argv = [os.fsdecode(one) for one in arguments]
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    streams: Any = (out.buffer, err.buffer)
    with (
        contextlib.chdir(root),
        mock.patch.dict(os.environ, env or environment(), clear=True),
        mock.patch.object(sys, "argv", ["rulewright", *argv]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8")),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = run(app)
    return subprocess.CompletedProcess([*PROGRAM, *argv], code, *(stream.getvalue() for stream in streams))
