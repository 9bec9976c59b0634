"""Where the index lies: the user's cache folder, never the workspace."""

# ruff: noqa: PTH119

# Names of files may be any bytes, and paths come by the ten thousand.

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from rulewright.core.index.symbols import ANALYSER_VERSION

SCHEMA = 4
"""Raise it when a table or a stored shape changes."""

VERSION = f"v{SCHEMA}.{ANALYSER_VERSION}"
"""Part of folder names, so that two versions of the program never read each other's files."""


UNUSED_DAYS = 60
DAY_S = 86_400
_VERSIONED = re.compile(r"(?:index|code_analysis_cache)-v\d+\.\d+")


def cache_folder(chosen: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """What was chosen, else `RULEWRIGHT_CACHE_DIR`, else the platform's cache folder for `rulewright`."""
    if chosen is not None:
        return chosen
    if environ.get("RULEWRIGHT_CACHE_DIR"):
        return Path(environ["RULEWRIGHT_CACHE_DIR"])
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where nothing was chosen

    return user_cache_path("rulewright", appauthor=False)


def analysis_folder(cache: Path) -> Path:
    """Of the records that are found by content, for all workspaces."""
    return cache / f"code_analysis_cache-{VERSION}"


def workspace_folder(cache: Path, root: str) -> Path:
    """Of one workspace's index: a hash of where its root really is, and a part that people can read."""
    real = os.path.realpath(root)
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:16]
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", os.path.basename(real))[:40].strip("-.")
    return cache / f"index-{VERSION}" / (f"{digest}-{readable}" if readable else digest)


def remove_unused(cache: Path, days: float = UNUSED_DAYS) -> None:
    """Delete what no program has opened for so long: indexes of workspaces, and records of other versions.

    Looks at most once a day. Opening or closing a database changes the time of its folder.
    """
    mark = cache / ".tidied"
    now = time.time()
    with contextlib.suppress(OSError):
        if mark.exists() and now - mark.stat().st_mtime < DAY_S:
            return
        mark.touch()
        for folder in cache.iterdir():
            if _VERSIONED.fullmatch(folder.name) is None:
                continue
            parts = folder.iterdir() if folder.name.startswith("index-") else (folder,)
            for part in list(parts):
                if part.name != f"code_analysis_cache-{VERSION}" and now - part.stat().st_mtime > days * DAY_S:
                    import shutil  # noqa: PLC0415 - seldom needed, and slow to import

                    shutil.rmtree(part, ignore_errors=True)
