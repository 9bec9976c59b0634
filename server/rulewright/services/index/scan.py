"""Compare a workspace's folders with what the index knows of them: what changed, what is gone, what is left out.

Everything is listed and every file's size and time are asked for; whatever equals what was stored is passed over. That
is one system call for each file, as in `git status`, so the rest is kept short: no object for each file, no pattern
run for a name that no pattern can match. `scan` is a generator that pauses after each folder, so that a process with
other things to do can do them.
"""

# ruff: noqa: PTH118

# Names of files may be any bytes, and paths come by the ten thousand.

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
from rulewright.services.index.reading import INODE_MASK

PAUSE_EVERY = 500
"""Entries of a folder."""


class Limits(msgspec.Struct, frozen=True):
    """What the settings leave out."""

    max_bytes: int
    exclude: GlobSet | None = None
    digest: int = 0
    """A number that tells these settings from others."""

    def rules(self, ignores: Ignores) -> int:
        """A number for all by which the files of a folder are taken: where it changes, they are judged anew."""
        return self.digest ^ ignores.digest


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
    rules: int = 0
    """See `Limits.rules`; of a file that is wanted."""


def scan(  # noqa: C901, PLR0912 - one loop: calls in it would cost as much as its system calls
    root: str, known: dict[str, int], limits: Limits, scanned: Scanned, start: str = "", outer: Ignores | None = None
) -> Iterator[None]:
    """Walk the folder `start` below `root`. `known` maps paths in it to stamps; what is left in it at the end is gone.

    Links are not followed, so nothing outside is reached and nothing is met twice.
    """
    ignores = ignores_above(root, start, outer)
    stack = [(start + "/" if start else "", ignores)]
    has_inode = os.name != "nt"
    left_out, get = scanned.left_out, known.get
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
        rules = limits.rules(ignores)
        others: list[os.DirEntry[str]] = []
        n_same = 0
        for first in range(0, len(entries), PAUSE_EVERY):
            for entry in entries if len(entries) <= PAUSE_EVERY else entries[first : first + PAUSE_EVERY]:
                path = prefix + entry.name
                stamp = get(path)
                if stamp is None:
                    others.append(entry)
                    continue
                try:
                    info = entry.stat(follow_symlinks=False)
                except OSError:
                    continue
                # `stamp_of`, without the call.
                inode = info.st_ino & INODE_MASK if has_inode else 0
                if hash((info.st_size, info.st_mtime_ns, inode, rules)) == stamp:
                    del known[path]
                    n_same += 1
                else:
                    others.append(entry)
            yield
        scanned.n_same += n_same
        for at, entry in enumerate(others, 1):
            if not at % PAUSE_EVERY:
                yield
            if _note(entry, prefix, ignores, limits, scanned, known):
                stack.append((prefix + entry.name + "/", ignores))
    scanned.gone = list(known)


def _note(
    entry: os.DirEntry[str],
    prefix: str,
    ignores: Ignores,
    limits: Limits,
    scanned: Scanned,
    known: dict[str, int],
) -> bool:
    """Note what is to be noted of an entry that is not as it was; whether it is a folder to enter."""
    name = entry.name
    path = prefix + name
    try:
        is_folder = entry.is_dir(follow_symlinks=False)
        if not is_folder:
            info = entry.stat(follow_symlinks=False)
    except OSError:
        return False  # Gone since the folder was listed, or not to be asked.
    if is_folder:
        reason = fit.unfit_folder(name) or (fit.IGNORED if ignores.ignored(path, name, is_folder=True) else "")
    else:
        reason = _reason(info, path, name, ignores, limits)
        if not reason:
            scanned.changed.append(Task(path, language_of(path), info.st_size, limits.rules(ignores)))
            known.pop(path, None)
    if reason:
        scanned.left_out[reason] += 1
    return is_folder and not reason


def _reason(info: os.stat_result, path: str, name: str, ignores: Ignores, limits: Limits) -> str:
    """Why a file that is not a folder is left out; empty when it is not."""
    mode = info.st_mode
    if not stat.S_ISREG(mode):
        return fit.LINK if stat.S_ISLNK(mode) else fit.SPECIAL
    if ignores.ignored(path, name, is_folder=False):
        return fit.IGNORED
    if info.st_size > limits.max_bytes:
        return fit.TOO_LARGE
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
        if not os.access(full, os.R_OK):
            detail = f"the folder {above or '.'} cannot be listed"
            return Verdict(is_wanted=False, reason=fit.UNREADABLE, detail=detail)
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
    return Verdict(is_wanted=True, reason="", rules=limits.rules(ignores))


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
