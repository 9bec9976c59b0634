"""The packages that retrieval is measured on, fetched once with pip and npm into the folder of the benches."""

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.bench.corpora import cache_folder, npm_package

PIP = {"Sphinx 7.3.7": "sphinx==7.3.7", "SQLAlchemy 2.0.30": "SQLAlchemy==2.0.30", "Django 5.0.6": "Django==5.0.6"}
NPM = {"rxjs 7.8.2": "rxjs@7.8.2", "zod 4.6.7": "zod@4.6.7"}


def packages() -> dict[str, tuple[Path, tuple[str, ...]]]:
    """The folder and the endings of each; those that cannot be had are left out, and said."""
    found: dict[str, tuple[Path, tuple[str, ...]]] = {}
    for name, requirement in PIP.items():
        folder = _pip(requirement)
        if folder is not None:
            found[name] = folder, (".py",)
    for name, package in NPM.items():
        unpacked = npm_package(package)
        if unpacked is not None:
            found[name] = unpacked / "package" / "src", (".ts", ".tsx")
    for name in [*PIP, *NPM]:
        if name not in found:
            print(f"{name}: cannot be fetched", flush=True)
    return found


def _pip(requirement: str) -> Path | None:
    folder = cache_folder() / requirement.replace("==", "-")
    if folder.is_dir():
        return folder
    wheels = folder.with_suffix(".wheels")
    options = ["-q", "--no-deps", "--only-binary=:all:", "-d", str(wheels)]
    command = [sys.executable, "-m", "pip", "download", *options, requirement]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        return None
    for wheel in wheels.glob("*.whl"):
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(folder)
        wheel.unlink()
    wheels.rmdir()
    return folder
