"""Keeps the code that attrs compiles when the protocol's 554 classes are imported: two thirds of that import.

attrs writes the source of each class's methods and compiles it. Within `kept` that compiling looks into a file of the
user's cache folder first, by the exact source; what is not there is compiled as always and joins the file. This hangs
on one private name, `compile` in `attr._make`: when attrs no longer asks it, or writes other source, all is as without.

The file holds code that will run. So it is never read from a workspace, and believed only when it and its folder are
this user's and nobody else may write them. `RULEWRIGHT_KEEP_COMPILED=false` does without.
"""

import contextlib
import hashlib
import importlib.util
import marshal  # rulewright: ignore[security/no-pickle] - of our own file only: see above
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType
from typing import Any

SWITCH = "RULEWRIGHT_KEEP_COMPILED"
OFF = frozenset({"0", "false", "no", "off", "never"})

Known = dict[tuple[str, str], CodeType]
"""Code by its source and the file name it was compiled with."""

_DIGEST_BYTES = 32
_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
# Windows knows no links to guard against here, and would change line ends.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def kept_in(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The file for this interpreter; None where none is wanted."""
    if environ.get(SWITCH, "").strip().lower() in OFF:
        return None
    name = f"compiled-classes-{sys.implementation.cache_tag}"
    if environ.get("RULEWRIGHT_CACHE_DIR"):
        return Path(environ["RULEWRIGHT_CACHE_DIR"], name)
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where nothing was chosen

    return user_cache_path("rulewright", appauthor=False) / name


@contextlib.contextmanager
def kept(path: Path | None) -> Iterator[None]:
    """While this lasts, what attrs compiles is taken from `path` and, afterwards, kept there. None: nothing is kept."""
    if path is None:
        yield
        return
    from attr import _make  # noqa: PLC0415 - a check of files does not need it

    known = _read(path)
    used: Known = {}
    is_new = False

    def compile_once(source: Any, filename: Any, mode: str, *rest: Any, **options: Any) -> Any:
        nonlocal is_new
        if mode != "exec" or not isinstance(source, str) or rest or options:
            # rulewright: ignore[security/no-eval] - on behalf of attrs, which would have
            return compile(source, filename, mode, *rest, **options)
        key = source, str(filename)
        code = known.get(key)
        if code is None:
            is_new = True
            # rulewright: ignore[security/no-eval] - as above
            code = compile(source, filename, mode)
        used[key] = code
        return code

    _make.compile = compile_once  # type: ignore[attr-defined]
    try:
        yield
    finally:
        del _make.compile  # type: ignore[attr-defined]
        if is_new:
            # A home that cannot be written is no reason to tell anybody: the next start is as slow as this one.
            with contextlib.suppress(OSError):
                _write(path, used)


def _head() -> bytes:
    """What code must have been made with to be of use."""
    return importlib.util.MAGIC_NUMBER + sys.version.encode() + b"\0"


def _read(path: Path) -> Known:
    """What the file holds; nothing when it is not there, of another interpreter, damaged, or anybody's."""
    try:
        if not _is_ours(path.parent.lstat(), stat.S_ISDIR):
            return {}
        # Not through a link, and the same file is looked at and read.
        with os.fdopen(os.open(path, _READ), "rb") as file:
            if not _is_ours(os.fstat(file.fileno()), stat.S_ISREG):
                return {}
            data = file.read()
    except OSError:
        return {}
    head = _head()
    digest, body = data[len(head) : len(head) + _DIGEST_BYTES], data[len(head) + _DIGEST_BYTES :]
    if not data.startswith(head) or hashlib.sha256(body).digest() != digest:
        return {}
    known: Known = marshal.loads(body)  # noqa: S302 - only we can have written it: see above
    return known


def _is_ours(info: os.stat_result, is_kind: Any) -> bool:
    if not is_kind(info.st_mode):
        return False
    return not hasattr(os, "getuid") or (info.st_uid == os.getuid() and not info.st_mode & _OTHERS_MAY_WRITE)


def _write(path: Path, known: Known) -> None:
    path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    if not _is_ours(path.parent.lstat(), stat.S_ISDIR):
        return
    body = marshal.dumps(known)
    # A name of its own, for two servers may start at once; then at one stroke, for a third may read meanwhile.
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, _CREATE, _PRIVATE_FILE), "wb") as file:
        file.write(_head() + hashlib.sha256(body).digest() + body)
    beside.replace(path)
