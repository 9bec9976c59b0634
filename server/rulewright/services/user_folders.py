"""What we keep outside of projects: where it lies, how large it is, and deleting it.

Only what has the shape of something that we wrote is ever deleted, file by file, and no link is followed: the folders
can be chosen by the environment, so they may be anything.
"""

# ruff: noqa: PTH100, PTH108, PTH106, PTH112, PTH113, PTH114, PTH115, PTH118, PTH120, PTH208

# Names of files may be any bytes, and there may be many of them.

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

SETTINGS = "rulewright.toml"
OF_CONFIG = (SETTINGS, "trusted-projects.json")
"""Files of the folder of settings."""
_DATABASE = r"\.db(?:-wal|-shm|-journal)?"
OURS: Mapping[str, str] = {
    "index": r"index-v\d+\.\d+/[0-9a-f]{16}(?:-[\w.-]*)?/index" + _DATABASE,
    "contents": r"code_analysis_cache-v\d+\.\d+/(?:cache" + _DATABASE + r"|[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]+\.val)",
    "reviews": r"reviews-v\d+/(?:cache" + _DATABASE + r"|[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]+\.val)",
    "compiled": r"compiled-classes-[\w-]+(?:\.\d+)?",
    "marks": r"\.tidied",
}
"""Files of the cache folder by what they are, as patterns of the path below it, with forward slashes."""
STATE: Mapping[str, str] = {
    "state": r"tokens/(?:tcp|ws)-[\w.-]+|last-editor\.json(?:\.\d+)?|running/[0-9a-f]{16}",
    "servers": r"run/\d+\.(?:sock|json)",
    "data": r"state\.db(?:\.(?:damaged|backup)-[\d-]+|\.new-\d+(?:-\d+)?)?(?:-wal|-shm|-journal)?"
    # Without the key no token is worth anything that was given to somebody.
    r"|tokens/signing-key(?:\.[0-9a-f]+)?"
    r"|rule-backups/[0-9a-f]{16}/\d{6}\.json(?:\.\d+)?",
}
"""The same for the state folder. What is `data` is made by nobody again."""
_DESCRIPTORS = "/proc"


class Kept(msgspec.Struct, frozen=True):
    """Some files of ours in one folder."""

    name: str
    """`settings`, or a name of `OURS` or `STATE`."""
    folder: str
    files: tuple[str, ...]
    """Relative to the folder."""
    n_bytes: int


class Folders(msgspec.Struct, frozen=True):
    """Everything outside of projects."""

    settings: str
    """The file."""
    cache: str
    state: str
    kept: tuple[Kept, ...]
    foreign: tuple[str, ...]
    """What lies in the cache and state folders and is not ours."""
    refused: tuple[str, ...]
    """Sentences about folders that are not looked into."""


def config_folder(environ: Mapping[str, str] = os.environ) -> str:
    """`RULEWRIGHT_CONFIG_DIR`, else the platform's."""
    return _chosen(environ, "RULEWRIGHT_CONFIG_DIR", "user_config_dir")


def user_rules_folder(environ: Mapping[str, str] = os.environ) -> str:
    """Where the user's own rules lie, beside their settings."""
    return os.path.join(config_folder(environ), "rules")


def cache_folder(environ: Mapping[str, str] = os.environ) -> str:
    """`RULEWRIGHT_CACHE_DIR`, else the platform's."""
    return _chosen(environ, "RULEWRIGHT_CACHE_DIR", "user_cache_dir")


def state_folder(environ: Mapping[str, str] = os.environ) -> str:
    """`RULEWRIGHT_STATE_DIR`, else the platform's."""
    return _chosen(environ, "RULEWRIGHT_STATE_DIR", "user_state_dir")


def look(environ: Mapping[str, str] = os.environ) -> Folders:
    """What is there. Folders that cannot be read count as empty."""
    config, cache, state = config_folder(environ), cache_folder(environ), state_folder(environ)
    kept: list[Kept] = []
    foreign: list[str] = []
    refused: list[str] = []
    own = [name for name in OF_CONFIG if os.path.isfile(os.path.join(config, name))]
    if own:
        kept.append(_kept("settings", config, own))
    for folder, patterns in ((cache, OURS), (state, STATE)):
        reason = _why_not(folder)
        if reason:
            refused.append(reason)
            continue
        found: dict[str, list[str]] = {name: [] for name in patterns}
        for path, is_plain in _files(folder, _tops(patterns.values())):
            plain = path.replace(os.sep, "/")
            name = next((n for n, pattern in patterns.items() if is_plain and re.fullmatch(pattern, plain)), None)
            if name is None:
                # The settings may lie in the same folder: it is the user's choice.
                if os.path.join(folder, path) not in [os.path.join(config, name) for name in own]:
                    foreign.append(os.path.join(folder, path))
            else:
                found[name].append(path)
        kept += [_kept(name, folder, sorted(files)) for name, files in found.items() if files]
    return Folders(os.path.join(config, SETTINGS), cache, state, tuple(kept), tuple(sorted(foreign)), tuple(refused))


def _tops(patterns: Iterable[str]) -> list[str]:
    """Patterns of the folders that these are about."""
    return [part.partition("/")[0] for pattern in patterns for part in pattern.split("|") if "/" in part]


def delete(kept: Iterable[Kept]) -> tuple[int, tuple[str, ...]]:
    """Delete files, and folders that are empty then: the bytes that are free, and sentences about what could not be."""
    n_bytes, problems = 0, []
    for group in kept:
        parents = set()
        for path in group.files:
            full = os.path.join(group.folder, path)
            try:
                size = os.lstat(full).st_size
                os.unlink(full)
            except FileNotFoundError:
                continue  # It has gone meanwhile, as it should.
            except OSError as error:
                problems.append(f"{full}: {error.strerror or error}")
                continue
            n_bytes += size
            while path := os.path.dirname(path):
                parents.add(path)
        for parent in sorted(parents, key=len, reverse=True):
            # One that is not empty holds what is not ours, or what could not be deleted.
            with contextlib.suppress(OSError):
                os.rmdir(os.path.join(group.folder, parent))
        with contextlib.suppress(OSError):
            os.rmdir(group.folder)
    return n_bytes, tuple(problems)


def processes_in(folders: Iterable[str]) -> tuple[int, ...] | None:
    """Other processes that have a file below these folders open; None where the system does not tell."""
    if not os.path.isdir(f"{_DESCRIPTORS}/self/fd"):
        return None
    prefixes = tuple(os.path.join(os.path.realpath(folder), "") for folder in folders)
    others = (pid for pid in os.listdir(_DESCRIPTORS) if pid.isdigit() and int(pid) != os.getpid())
    return tuple(sorted(int(pid) for pid in others if any(p.startswith(prefixes) for p in _open_files(pid))))


def _open_files(pid: str) -> Iterator[str]:
    folder = f"{_DESCRIPTORS}/{pid}/fd"
    # It ends meanwhile, or belongs to somebody else.
    with contextlib.suppress(OSError):
        for number in os.listdir(folder):
            with contextlib.suppress(OSError):
                yield os.readlink(f"{folder}/{number}")


def _chosen(environ: Mapping[str, str], variable: str, platform: str) -> str:
    if environ.get(variable):
        return os.path.abspath(environ[variable])
    import platformdirs  # noqa: PLC0415 - only where nothing was chosen

    return str(getattr(platformdirs, platform)("rulewright", appauthor=False))


def _why_not(folder: str) -> str:
    """Why nothing in a folder is ours to delete; empty when it may be, or is not there."""
    try:
        info = os.lstat(folder)
    except OSError:
        return ""
    if not stat.S_ISDIR(info.st_mode):
        what = "a link" if stat.S_ISLNK(info.st_mode) else "not a folder"
        return f"{folder} is {what}, so it is left alone."
    if hasattr(os, "getuid") and info.st_uid != os.getuid():
        return f"{folder} belongs to another user, so it is left alone."
    return ""


def _files(folder: str, ours: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Files relative to `folder`, with whether each is a plain one; a folder that no pattern of `ours` names is one."""
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda e: e.name):
            if not entry.is_dir(follow_symlinks=False):
                yield entry.name, entry.is_file(follow_symlinks=False)
            elif not any(re.fullmatch(pattern, entry.name) for pattern in ours):
                yield entry.name, False
            else:
                for at, folders, files in os.walk(entry.path):
                    for name in (*files, *(f for f in folders if os.path.islink(os.path.join(at, f)))):
                        full = os.path.join(at, name)
                        yield os.path.relpath(full, folder), _is_plain(full)


def _is_plain(path: str) -> bool:
    """Whether it is a file or a socket, and no link to one."""
    with contextlib.suppress(OSError):
        mode = os.lstat(path).st_mode
        return stat.S_ISREG(mode) or stat.S_ISSOCK(mode)
    return False


def _kept(name: str, folder: str, files: Iterable[str]) -> Kept:
    files = tuple(files)
    n_bytes = 0
    for path in files:
        with contextlib.suppress(OSError):
            n_bytes += os.lstat(os.path.join(folder, path)).st_size
    return Kept(name, folder, files, n_bytes)
