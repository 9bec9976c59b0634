"""The root of a project: the folder that paths, settings and rules are relative to."""

import os
from pathlib import Path

RULES_FOLDER = ".ai-rules"


def find_root(start: Path) -> Path:
    """The nearest folder, from `start` upwards, with `.ai-rules/`, `rulewright.toml` or `.git`.

    A nested `.ai-rules/` inside a repository belongs to that repository, or its ancestors' rules would be lost: the
    search goes on to the repository's root. Without any mark, `start` itself (its folder, if it is a file).
    """
    # `..` goes first, or `a/../b` would seem to lie below `a`.
    start = Path(os.path.abspath(start))  # noqa: PTH100
    folder = start if start.is_dir() else start.parent
    rules_only: Path | None = None
    for candidate in (folder, *folder.parents):
        if _exists(candidate / ".git") or _exists(candidate / "rulewright.toml"):
            return candidate
        if rules_only is None and _exists(candidate / RULES_FOLDER):
            rules_only = candidate
    return rules_only or folder


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
