"""Read the layers of settings from their places."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rulewright.core.config import Layer, SettingProblem, SettingsLayer, environment_layer

FILE_NAME = "rulewright.toml"


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """`rulewright/rulewright.toml` in the platform's configuration folder."""
    if environ.get("RULEWRIGHT_CONFIG_DIR"):
        return Path(environ["RULEWRIGHT_CONFIG_DIR"]) / FILE_NAME
    from platformdirs import user_config_path  # noqa: PLC0415

    return user_config_path("rulewright", appauthor=False) / FILE_NAME


def read_layers(
    root: Path, environ: Mapping[str, str] = os.environ
) -> tuple[list[SettingsLayer], list[SettingProblem]]:
    """User file, project file, environment: weakest first. A file that is not TOML is a problem and counts as empty."""
    layers: list[SettingsLayer] = []
    problems: list[SettingProblem] = []
    for layer, path in (("user", user_file(environ)), ("project", _project_file(root))):
        if path is None:
            continue
        values, problem = _read(layer, path, root)  # type: ignore[arg-type]
        if problem:
            problems.append(problem)
        if values:
            layers.append(SettingsLayer(layer, _shown(path, root), values))  # type: ignore[arg-type]
    if (root / FILE_NAME).is_file() and _read("project", root / "pyproject.toml", root)[0]:
        text = "its `[tool.rulewright]` is not read, because rulewright.toml is there too."
        problems.append(SettingProblem("project", "pyproject.toml", text, broken=False))
    layers.append(environment_layer(environ))
    return layers, problems


def _project_file(root: Path) -> Path | None:
    own = root / FILE_NAME
    if own.is_file():
        return own
    shared = root / "pyproject.toml"
    return shared if shared.is_file() else None


def _read(layer: Layer, path: Path, root: Path) -> tuple[Mapping[str, Any], SettingProblem | None]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}, None
    except OSError as error:
        return {}, SettingProblem(layer, _shown(path, root), f"cannot be read: {error.strerror}.")
    if path.name == "pyproject.toml" and b"rulewright" not in data:
        return {}, None
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return {}, SettingProblem(layer, _shown(path, root), f"is not TOML: {error}.")
    if path.name == "pyproject.toml":
        tools = values.get("tool", {})
        values = tools.get("rulewright", {}) if isinstance(tools, dict) else {}
        if not isinstance(values, dict):
            return {}, SettingProblem(layer, _shown(path, root), "`tool.rulewright` must be a table.")
    return values, None


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
