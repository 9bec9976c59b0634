"""What Rulewright runs on: the interpreter, the packages it was built with, and where it may write."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from time import perf_counter

from rulewright import __version__
from rulewright.core.health import Remark
from rulewright.processes.own_python import command, environment

LEAST_FREE_BYTES = 200_000_000
PROBE_S = 30.0
"""Seconds in which a server has to answer."""

_PACKAGE = Path(__file__).resolve().parents[1]


def examine() -> list[Remark]:
    """Everything about the machine but what takes long."""
    return [*_python(), *_packages()]


def examine_folder(area: str, folder: Path, what: str) -> Remark:
    """Whether files can be kept in a folder, which is made when it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        text = f"{folder} cannot be written to ({error.strerror}), so {what} is lost at the end of each session."
        return Remark(area, "warning", text, "Make it writable, or name another folder by RULEWRIGHT_CACHE_DIR.")
    if free < LEAST_FREE_BYTES:
        text = f"{folder} is on a disk with {free / 1e6:,.0f} MB left; {what} may not fit."
        return Remark(area, "warning", text, "Make room, or see what rulewright wipe would delete.")
    return Remark(area, "ok", f"{folder} can be written to.")


def examine_server() -> Remark:
    """Start a server as an editor does and see whether it answers."""
    params: dict[str, object] = {"processId": None, "rootUri": None, "capabilities": {}}
    messages = (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    )
    bodies = [json.dumps(message).encode() for message in messages]
    begun = perf_counter()
    try:
        done = subprocess.run(
            command("rulewright", "--stdio"),
            input=b"".join(b"Content-Length: %d\r\n\r\n%b" % (len(body), body) for body in bodies),
            capture_output=True,
            timeout=PROBE_S,
            env=environment(),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Remark("server", "error", f"The server does not answer: {error}.", "Reinstall Rulewright.")
    took_s = perf_counter() - begun
    if b'"serverInfo"' not in done.stdout or done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        text = f"The server does not start: {said[-1] if said else f'it ends with {done.returncode}'}."
        return Remark("server", "error", text, "Reinstall Rulewright.")
    return Remark("server", "ok", f"The server starts, answers and ends within {took_s:.1f} s.")


def _python() -> list[Remark]:
    where = f"{platform.python_implementation()} {platform.python_version()} on {platform.platform(terse=True)}"
    remarks = [Remark("python", "ok", f"Rulewright {__version__} in {_PACKAGE}, {where}, {sys.executable}.")]
    if sys.dont_write_bytecode or not os.access(_PACKAGE, os.W_OK):
        compiled = any((_PACKAGE / "__pycache__").glob("*.pyc"))
        if not compiled:
            text = "Python keeps no byte code of Rulewright, so each start compiles it again."
            helps = "Unset PYTHONDONTWRITEBYTECODE, or compile once: python -m compileall on that folder."
            remarks.append(Remark("python", "warning", text, helps))
    return remarks


def _packages() -> list[Remark]:
    """Packages that are not the version that this one was built and tested with, where only one will do."""
    try:
        wanted = [r for r in requires("rulewright") or () if "extra ==" not in r]
    except PackageNotFoundError:
        return [Remark("packages", "note", "Rulewright is not installed as a package; it runs from its sources.")]
    wrong = []
    for requirement in wanted:
        bare, _, marker = requirement.partition(";")
        name, _, exact = bare.partition("==")
        plain = name.strip().split(">")[0].split("<")[0].split("[")[0].strip()
        try:
            found = version(plain)
        except PackageNotFoundError:
            # A marker leaves out what has no wheel for a platform.
            if not marker:
                wrong.append(f"{plain} is not installed")
            continue
        if exact and found != exact.strip():
            wrong.append(f"{plain} is {found}, and should be {exact.strip()}")
    if wrong:
        text = f"{'; '.join(wrong)}."
        return [Remark("packages", "error", text, "Reinstall Rulewright in an environment of its own.")]
    return [Remark("packages", "ok", f"{len(wanted)} packages are as required.")]
