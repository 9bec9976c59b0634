"""Walk a project's files: ignore files obeyed, links not followed, every omission with its reason."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from rulewright.core.rules.globs import GlobSet, glob_set
from rulewright.core.sources import EXCLUDED, LINK, NEVER, Found, Skipped

IGNORE_FILES = (".gitignore", ".ignore")

NEVER_WALKED = frozenset(
    {
        ".git", ".hg", ".svn", ".jj", "node_modules", "bower_components", "__pycache__", ".venv", ".tox", ".nox",
        ".eggs", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".gradle", ".terraform", ".next",
        ".nuxt", ".elixir_ls",
    }
)  # fmt: skip
"""Folders that hold other people's or generated files whatever the ignore files say."""

OF_MIX = frozenset({"deps", "_build"})
"""The same, where Elixir's build tool keeps them beside its `mix.exs`."""

Entry = Found | Skipped


class _Folder(msgspec.Struct, frozen=True):
    """A folder to walk, with the ignore files above it."""

    path: str
    ignores: "tuple[_IgnoreFile, ...]"


class _IgnoreFile(msgspec.Struct, frozen=True, dict=True):
    """The patterns of one folder's ignore files."""

    folder: str
    lines: tuple[str, ...]

    @cached_property
    def _check(self) -> Callable[[str], Any]:
        from pathspec import GitIgnoreSpec  # noqa: PLC0415 - 60 ms that a check of one file does without

        try:
            return GitIgnoreSpec.from_lines(self.lines).check_file
        except ValueError:
            # Git passes over a pattern that it cannot read; the others count.
            return GitIgnoreSpec.from_lines(line for line in self.lines if _is_pattern(line)).check_file

    def verdict(self, path: str) -> bool | None:
        """True: ignored, False: kept by a `!` pattern, None: not mentioned."""
        below = path[len(self.folder) + 1 :] if self.folder else path
        include: bool | None = self._check(below).include
        return include


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - as above

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True


class _Options(msgspec.Struct, frozen=True):
    root: Path
    exclude: GlobSet | None
    gitignore: bool


def walk(root: Path, start: str = "", *, exclude: Sequence[str] = (), gitignore: bool = True) -> Iterator[Entry]:
    """Files below `start`, a folder relative to `root`, sorted by path within each folder."""
    options = _Options(root, glob_set(tuple(exclude)) if exclude else None, gitignore)
    ignores: tuple[_IgnoreFile, ...] = ()
    if gitignore:
        parts = start.split("/") if start else []
        for depth in range(len(parts)):
            ignores = _with_folder(options, "/".join(parts[:depth]), ignores)
    # A stack of our own: folders may be nested more deeply than calls can be.
    stack = [_entries(options, start, ignores)]
    while stack:
        entry = next(stack[-1], None)
        if entry is None:
            stack.pop()
        elif isinstance(entry, _Folder):
            stack.append(_entries(options, entry.path, entry.ignores))
        else:
            yield entry


def is_ignored(root: Path, path: str) -> bool:
    """Whether ignore files name `path`, relative to `root`, or a folder that it lies in. It need not exist."""
    options = _Options(root, None, gitignore=True)
    ignores: tuple[_IgnoreFile, ...] = ()
    parts = path.split("/")
    for depth in range(len(parts)):
        ignores = _with_folder(options, "/".join(parts[:depth]), ignores)
        name = "/".join(parts[: depth + 1]) + ("/" if depth + 1 < len(parts) else "")
        verdict = next((v for i in reversed(ignores) if (v := i.verdict(name)) is not None), None)
        if verdict:
            return True
    return False


def _entries(options: _Options, folder: str, ignores: tuple[_IgnoreFile, ...]) -> "Iterator[Entry | _Folder]":
    """What is in a folder, its folders to be entered among it."""
    try:
        with os.scandir(options.root / folder) as scan:
            entries = sorted(scan, key=lambda e: e.name)
    except OSError as error:
        yield Skipped(folder or ".", f"cannot be listed: {error.strerror}")
        return
    if options.gitignore:
        ignores = _with_folder(options, folder, ignores)
    for entry in entries:
        path = f"{folder}/{entry.name}" if folder else entry.name
        try:
            is_link, is_folder, is_file = entry.is_symlink(), entry.is_dir(), entry.is_file()
        except OSError:
            is_link, is_folder, is_file = True, False, False
        if is_link:
            yield Skipped(path, LINK)
        elif is_folder:
            reason = _why_not(options, path, entry.name, ignores, is_folder=True)
            if reason:
                yield Skipped(path + "/", reason)
            else:
                yield _Folder(path, ignores)
        elif is_file:
            reason = _why_not(options, path, entry.name, ignores, is_folder=False)
            yield Skipped(path, reason) if reason else Found(path)
        else:
            yield Skipped(path, "not a regular file")


def _why_not(
    options: _Options, path: str, name: str, ignores: tuple[_IgnoreFile, ...], *, is_folder: bool
) -> str | None:
    if is_folder and name in NEVER_WALKED:
        return NEVER
    if is_folder and os.path.exists(options.root / path / "pyvenv.cfg"):  # noqa: PTH110 - never raises
        return "virtual environment"
    if is_folder and name in OF_MIX and os.path.exists(options.root / path / "../mix.exs"):  # noqa: PTH110 - as above
        return NEVER
    if options.exclude is not None and not is_folder and options.exclude.first_match(path) is not None:
        return EXCLUDED
    for ignore in reversed(ignores):
        verdict = ignore.verdict(path + "/" if is_folder else path)
        if verdict is not None:
            return "ignored by git" if verdict else None
    return None


def _with_folder(options: _Options, folder: str, ignores: tuple[_IgnoreFile, ...]) -> tuple[_IgnoreFile, ...]:
    lines: list[str] = []
    names = IGNORE_FILES if folder else (".git/info/exclude", *IGNORE_FILES)
    for name in names:
        path = options.root / folder / name
        try:
            # A pipe or a device of that name would block.
            data = path.read_bytes() if path.is_file() else b""
        except OSError:
            continue
        # Git splits lines at line feeds alone, and compares bytes.
        # A new repository has a file of comments, and to match nothing against it takes time for every file.
        lines += [line for line in data.decode("utf-8-sig", "surrogateescape").split("\n") if line[:1] not in {"", "#"}]
    return (*ignores, _IgnoreFile(folder, tuple(lines))) if lines else ignores
