"""What of a check is reported: `--since` leaves out what is old to git, `--baseline` what a team has put up with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from rulewright.core.findings import Finding
from rulewright.core.snapshot import Project
from rulewright.gateway import Gateway

if TYPE_CHECKING:
    from rulewright.core.baseline import Baseline, Known
    from rulewright.core.changed import Changes


class Refused(click.ClickException):
    """What was asked for cannot be had here; the message says why."""

    exit_code = 2


class Narrowing(msgspec.Struct, frozen=True):
    """What limits a report."""

    changes: "Changes | None" = None
    """The files that `--since` looks at."""
    by_lines: bool = False
    """Report only what touches changed lines of them."""
    baseline: "Baseline | None" = None

    def is_wanted(self, path: str) -> bool:
        """Whether a file is looked at."""
        return self.changes is None or path in self.changes.files

    def old(self, findings: Iterable[Finding], content: str | None) -> list[Finding]:
        """Those findings of one file that touch no changed line."""
        if self.changes is None or not self.by_lines or content is None:
            return []
        return [f for f in findings if not self.changes.touch(f, content)]


class Narrowed(msgspec.Struct, frozen=True):
    """What is left of the findings of a run, and how much was hidden for which reason."""

    findings: tuple[Finding, ...]
    known: "tuple[Known, ...]"
    """What each is known by; empty when nobody asked for it."""
    n_baselined: int = 0
    n_unchanged: int = 0
    stale: "Baseline" = Counter()
    """Entries of the baseline for what was looked at, that no finding answers to."""


def narrowing(
    gateway: Gateway, project: Project, *, since: str | None, whole_files: bool, baseline: str | None
) -> Narrowing:
    """Ask git and read the baseline; raises Refused with a sentence when that fails."""
    known = gateway.files.read_baseline(Path(baseline)) if baseline is not None else None
    changes = gateway.files.changed_since(project, since) if since is not None else None
    if isinstance(known, str):
        raise Refused(known)
    if isinstance(changes, str):
        raise Refused(changes)
    return Narrowing(changes, not whole_files, known)


def narrowed(
    narrowing: Narrowing,
    findings: Sequence[Finding],
    known: "tuple[Known, ...]",
    old: set[Finding],
    looked_at: "LookedAt",
) -> Narrowed:
    """The findings to report. The baseline goes first: it counts all findings of a file."""
    shown: tuple[bool, ...] = (True,) * len(findings)
    stale: Baseline = Counter()
    n_baselined = 0
    if narrowing.baseline is not None:
        from rulewright.core.baseline import hide

        hidden = hide(known, narrowing.baseline)
        shown, n_baselined = hidden.shown, hidden.n_hidden
        stale = Counter({one: n for one, n in hidden.left.items() if looked_at(one.path)})
    left = [n for n, is_shown in enumerate(shown) if is_shown]
    new = [n for n in left if findings[n] not in old] if old else left
    return Narrowed(
        tuple(findings[n] for n in new),
        tuple(known[n] for n in new) if known else (),
        n_baselined,
        len(left) - len(new),
        stale,
    )


class LookedAt(msgspec.Struct, frozen=True):
    """Which paths a run can say something about, whether there is a file any more or not."""

    checked: frozenset[str]
    folders: tuple[str, ...] = ()
    """Folders that were gone through as a whole, relative to the root; empty means the root itself."""
    left_out: frozenset[str] = frozenset()
    """Files and folders (with a slash behind them) that were not looked into."""

    def __call__(self, path: str) -> bool:
        """Whether a finding in `path` would have been found."""
        if path in self.checked:
            return True
        parts = path.split("/")
        above = {"/".join(parts[:n]) for n in range(len(parts))}
        if path in self.left_out or any(f"{folder}/" in self.left_out for folder in above):
            return False
        return any(folder in above for folder in self.folders)
