"""Compare a workspace's folders with what the index knows of them: what changed, what is gone, what is left out.

Everything is listed and every file's size and time are asked for; whatever equals what was stored is passed over. That
is one system call for each file, as in `git status`, so the rest is kept short: no object for each file, no pattern
run for a name that no pattern can match. `scan` is a generator that pauses after each folder, so that a process with
other things to do can do them.
"""

# Names of files may be any bytes, and paths come by the ten thousand.
# ruff: noqa: PTH118

import os
import stat
from collections import Counter
from collections.abc import Iterator

import msgspec

from rulewright.core.index import fit
from rulewright.core.index.ignore import Ignores
from rulewright.core.languages import language_of
from rulewright.core.rules.globs import GlobSet
from rulewright.services.index.builder import Task
from rulewright.services.index.ignores import IGNORE_FILES, folder_patterns, outer_ignores

PAUSE_EVERY = 500
"""Entries of a folder."""


class Limits(msgspec.Struct, frozen=True):
    """What the settings leave out."""

    max_bytes: int
    exclude: GlobSet | None = None


class Scanned(msgspec.Struct):
    """What a scan has found so far."""

    changed: list[Task] = []
    left_out: Counter[str] = msgspec.field(default_factory=Counter)
    """By reason; a folder that is not entered counts once."""
    n_same: int = 0
    gone: list[str] = []
    """Known when the scan has ended."""


class Verdict(msgspec.Struct, frozen=True):
    """What is to be said of one path."""

    is_wanted: bool
    reason: str
    """One of `core.index.fit`, or empty."""
    detail: str = ""
    """What a person wants to know besides."""


def scan(  # noqa: C901, PLR0912, PLR0915 - one loop: calls in it would cost as much as its system calls
    root: str, known: dict[str, int], limits: Limits, scanned: Scanned, start: str = "", outer: Ignores | None = None
) -> Iterator[None]:
    """Walk the folder `start` below `root`. `known` maps paths in it to stamps, and is used up.

    Links are not followed, so nothing outside is reached and nothing is met twice.
    """
    ignores = ignores_above(root, start, outer)
    stack = [(start + "/" if start else "", ignores)]
    is_posix = os.name != "nt"
    max_bytes, left_out, changed = limits.max_bytes, scanned.left_out, scanned.changed
    pop = known.pop
    n_entries = 0
    while stack:
        prefix, ignores = stack.pop()
        full = f"{root}/{prefix}" if prefix else root
        try:
            with os.scandir(full) as listing:
                entries = list(listing)
        except OSError:
            left_out[fit.UNREADABLE] += 1
            continue
        names = [entry.name for entry in entries]
        if prefix and (reason := fit.unfit_listing(names)):
            left_out[reason] += 1
            continue
        if own := [name for name in IGNORE_FILES if name in names]:
            ignores = ignores.joined(folder_patterns(full, prefix[:-1], own, ignores.prefix))
        ignored = ignores.ignored
        for entry in entries:
            n_entries += 1
            if not n_entries % PAUSE_EVERY:
                yield
            name = entry.name
            path = prefix + name
            stamp = pop(path, None)
            try:
                is_folder = stamp is None and entry.is_dir(follow_symlinks=False)
                info = None if is_folder else entry.stat(follow_symlinks=False)
            except OSError:
                # Gone since the folder was listed, or not to be asked.
                if stamp is not None:
                    known[path] = stamp
                continue
            if info is not None:
                size = info.st_size
                if (
                    stamp is not None
                    and hash((size, info.st_mtime_ns, info.st_ino if is_posix else 0)) == stamp
                    and size <= max_bytes
                    and not ignored(path, name, is_folder=False)
                ):
                    scanned.n_same += 1
                    continue
                is_folder = stat.S_ISDIR(info.st_mode)
            if info is None or is_folder:
                if stamp is not None:
                    known[path] = stamp
                reason = fit.unfit_folder(name) or (fit.IGNORED if ignored(path, name, is_folder=True) else "")
                if not reason:
                    stack.append((path + "/", ignores))
            else:
                reason = _reason(info, path, name, ignores, limits, is_known=stamp is not None)
                if not reason:
                    changed.append(Task(path, language_of(path), size))
                elif stamp is not None:
                    known[path] = stamp
            if reason:
                left_out[reason] += 1
        yield
    scanned.gone = list(known)


def _reason(
    info: os.stat_result, path: str, name: str, ignores: Ignores, limits: Limits, *, is_known: bool = False
) -> str:
    """Why a file that is not a folder is left out; what its name says is known of a file that was taken before."""
    mode = info.st_mode
    if not stat.S_ISREG(mode):
        return fit.LINK if stat.S_ISLNK(mode) else fit.SPECIAL
    if ignores.ignored(path, name, is_folder=False):
        return fit.IGNORED
    if info.st_size > limits.max_bytes:
        return fit.TOO_LARGE
    if is_known:
        return ""
    if reason := fit.unfit_name(name):
        return reason
    if limits.exclude is not None and limits.exclude.first_match(path) is not None:
        return fit.EXCLUDED
    return ""


def ignores_above(root: str, folder: str, outer: Ignores | None = None) -> Ignores:
    """What the ignore files above a folder of the workspace say, its own not included."""
    ignores = outer if outer is not None else outer_ignores(root)
    parts = folder.split("/") if folder else []
    for depth in range(len(parts)):
        above = "/".join(parts[:depth])
        ignores = ignores.joined(folder_patterns(os.path.join(root, above), above, prefix=ignores.prefix))
    return ignores


def judge(root: str, path: str, limits: Limits, outer: Ignores | None = None) -> Verdict:
    """What is to be said of a path without looking into it: whether it would be met by a scan, and taken.

    Never raises. `is_wanted` is true of a folder that would be entered.
    """
    ignores = outer if outer is not None else outer_ignores(root)
    above = ""
    parts = path.split("/")
    for at, name in enumerate(parts):
        if name in {"", ".", ".."}:
            return Verdict(is_wanted=False, reason=fit.SPECIAL, detail="it is not a path inside the workspace")
        full = os.path.join(root, above)
        ignores = ignores.joined(folder_patterns(full, above, prefix=ignores.prefix))
        here = f"{above}/{name}" if above else name
        try:
            info = os.lstat(os.path.join(root, here))
        except (OSError, ValueError) as error:
            missing = isinstance(error, FileNotFoundError | NotADirectoryError)
            return Verdict(
                is_wanted=False, reason="" if missing else fit.UNREADABLE, detail="" if missing else _words(error)
            )
        is_folder = stat.S_ISDIR(info.st_mode)
        if is_folder:
            reason = fit.unfit_folder(name) or (fit.IGNORED if ignores.ignored(here, name, is_folder=True) else "")
            if not reason and os.path.lexists(os.path.join(root, here, "pyvenv.cfg")):
                reason = fit.VIRTUAL_ENVIRONMENT
        else:
            reason = _reason(info, here, name, ignores, limits)
        if reason:
            return Verdict(
                is_wanted=False, reason=reason, detail=_detail(reason, here, ignores, limits, is_folder=is_folder)
            )
        if not is_folder and at < len(parts) - 1:
            return Verdict(is_wanted=False, reason="")
        above = here
    return Verdict(is_wanted=True, reason="")


def _detail(reason: str, path: str, ignores: Ignores, limits: Limits, *, is_folder: bool) -> str:
    if reason == fit.IGNORED and (pattern := ignores.match(path, is_folder=is_folder)) is not None:
        return f"`{pattern.line.strip()}` in {pattern.origin} names {path}"
    if reason == fit.TOO_LARGE:
        return f"it is larger than {limits.max_bytes // 1024} kB (index.max_file_kb)"
    if is_folder:
        return f"{path}/ is {reason}"
    return ""


def _words(error: Exception) -> str:
    return f"it cannot be asked for: {getattr(error, 'strerror', None) or error}"
