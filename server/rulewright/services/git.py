"""Ask git what differs from a revision. Only the options that need it come here; nothing is ever written."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import msgspec

from rulewright.core.changed import Changes, read_changes

TIMEOUT_S = 120

_OF_A_HOOK = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}
"""Set in hooks for the folder that git stands in, which need not be the project's: the project's own folder decides."""

_FOREIGN = {"GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS"}
"""They would have other programs, or other options, write the diff."""

_DIFF = (
    "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=all", "--find-renames", "--relative",
    "--diff-filter=d",
)  # fmt: skip

SHALLOW = (
    "This clone is shallow: fetch the whole history (`git fetch --unshallow`; in GitHub Actions `fetch-depth: 0`, in "
    "GitLab CI `GIT_DEPTH: 0`)."
)


class GitProblem(Exception):  # noqa: N818 - an answer, not a fault
    """Git cannot say; the message is a sentence that says why, and what helps."""


def changed_since(root: Path, revision: str, environ: Mapping[str, str] = os.environ) -> Changes:
    """What differs below `root` from where HEAD and `revision` parted: committed, not committed and untracked.

    Raises GitProblem.
    """
    git = _Git(root, environ)
    base = git.fork_point(revision)
    if not base:
        return read_changes(b"", b"", git.run("ls-files", "--cached", "--others", "--exclude-standard", "-z"))
    numstat = git.run(*_DIFF, "--numstat", "-z", base, "--")
    patch = git.run(*_DIFF, "--unified=0", "--inter-hunk-context=0", "--src-prefix=a/", "--dst-prefix=b/", base, "--")
    untracked = git.run("ls-files", "--others", "--exclude-standard", "-z")
    return read_changes(numstat, patch, untracked)


def patches_since(
    root: Path, revision: str, limit: int, environ: Mapping[str, str] = os.environ
) -> tuple[tuple[tuple[str, str], ...], int]:
    """What changed below `root` since HEAD and `revision` parted: paths with patches, and how many are left out.

    Files that git does not follow are not among them. Raises GitProblem.
    """
    git = _Git(root, environ)
    base = git.fork_point(revision)
    if not base:
        raise GitProblem("There is no commit yet, so nothing can be told of what changed.")
    names = [name for name in git.run(*_DIFF, "--name-only", "-z", base, "--").split(b"\0") if name]
    found = []
    for name in names[:limit]:
        path = os.fsdecode(name)
        patch = git.run(*_DIFF, "--unified=3", base, "--", f":(literal){path}").decode("utf-8", "replace")
        # From the first hunk on: what stands before it is for programs.
        found.append((path, patch[patch.find("\n@@") + 1 :] if "\n@@" in patch else patch))
    return tuple(found), max(0, len(names) - limit)


class Commit(msgspec.Struct, frozen=True):
    """A commit that changed a file."""

    commit: str
    """Its full name."""
    time: str
    """ISO 8601, as its author's clock said."""
    author: str
    subject: str


def history_of(root: Path, path: str, limit: int, environ: Mapping[str, str] = os.environ) -> tuple[Commit, ...]:
    """The newest commits of HEAD that changed a file, also under former names, newest first. Raises GitProblem."""
    git = _Git(root, environ)
    if git.ask("rev-parse", "--verify", "--quiet", "HEAD").returncode:
        raise GitProblem(f"{root} is in no git repository, or in one without commits.")
    fields = ("log", "--follow", "--no-show-signature", "--no-color", "--no-patch", "-z", f"--max-count={limit}")
    log = git.run(*fields, "--format=%H%x1f%aI%x1f%an%x1f%s", "--", path)
    records = (record.decode("utf-8", "replace").split("\x1f", 3) for record in log.split(b"\0") if record.strip())
    return tuple(Commit(*(part.strip() for part in record)) for record in records if len(record) == 4)  # noqa: PLR2004


def ignores(root: Path, path: str, environ: Mapping[str, str] = os.environ) -> bool | None:
    """Whether git ignores a file; None where it cannot say, as outside of a repository."""
    try:
        done = _Git(root, environ).ask("check-ignore", "--quiet", "--", f"./{path}")
    except (GitProblem, ValueError):
        # ValueError: a NUL in the path.
        return None
    return {0: True, 1: False}.get(done.returncode)


class _Git:
    """Git, in one folder."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        own = {k: v for k, v in environ.items() if k not in _OF_A_HOOK | _FOREIGN}
        self.environ = {**own, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}

    def fork_point(self, revision: str) -> str:
        """The commit where HEAD and `revision` parted; empty for HEAD itself before the first commit."""
        inside = self.ask("rev-parse", "--is-inside-work-tree")
        if inside.returncode:
            said = _first_line(inside.stderr)
            if "dubious ownership" in said:
                raise GitProblem(f"git does not trust this folder: {said}. See `git config safe.directory`.")
            raise GitProblem(f"{self.root} is in no git repository, so nothing is known of {revision}.")
        head = self._commit("HEAD")
        if revision == "HEAD":
            return head
        commit = self._commit(revision)
        if not commit:
            raise GitProblem(self._hint(f"git knows no revision `{revision}` here."))
        base = self.ask("merge-base", head, commit) if head else None
        if base is None or base.returncode:
            raise GitProblem(self._hint(f"{revision} and HEAD have no commit in common."))
        return base.stdout.decode("ascii").strip()

    def _commit(self, revision: str) -> str:
        """The commit that a revision names; empty when it names none."""
        # A name that starts with a dash is none for git, and an option for some of its commands.
        if revision.startswith("-") or "\0" in revision:
            return ""
        found = self.ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return found.stdout.decode("ascii").strip() if found.returncode == 0 else ""

    def _hint(self, sentence: str) -> str:
        shallow = self.ask("rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        return f"{sentence} {SHALLOW}" if shallow else sentence

    def run(self, *arguments: str) -> bytes:
        """What git prints; raises GitProblem when it fails."""
        done = self.ask(*arguments)
        if done.returncode:
            raise GitProblem(f"`git {arguments[0]}` failed: {_first_line(done.stderr)}.")
        return done.stdout

    def ask(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run git; raises GitProblem when there is none, or it takes too long."""
        # A monitor of files is a program that the repository's own configuration may name.
        command = ["git", "-c", "core.fsmonitor=false", "-c", "core.quotePath=true", *arguments]
        try:
            return subprocess.run(  # noqa: S603, PLW1510, RUF100 - the exit code is for the caller to look at
                command,
                cwd=self.root,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
            )
        except FileNotFoundError:
            raise GitProblem("git was not found on the PATH, and --since needs it.") from None
        except PermissionError as error:
            raise GitProblem(f"git could not be started: {error.strerror}.") from None
        except subprocess.TimeoutExpired:
            raise GitProblem(f"`git {arguments[0]}` took longer than {TIMEOUT_S} s and was ended.") from None


def _first_line(errors: bytes) -> str:
    lines = errors.decode("utf-8", "replace").strip().splitlines() or ["it does not say why"]
    return lines[0].removeprefix("fatal: ").rstrip(".")
