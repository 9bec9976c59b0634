"""What comes of a review, as it comes. Every interface shows the same events in its own way.

Files are reviewed side by side, so `Reviewing`, `Found` and `NotReviewed` of several files are mixed; who wants an
order sorts by path. `Done` or `Failed` is the last.
"""

import msgspec

from rulewright.core.findings import Finding


class Planned(msgspec.Struct, frozen=True, kw_only=True, tag="planned"):
    """What would be sent about a file; with a dry run only."""

    path: str
    lines: int
    """Lines in question."""
    rules: tuple[str, ...]
    """Ids of the rules that it would be judged by."""
    calls: int
    """Calls of a model that it would take."""
    cached: int
    """Calls that need not be made, because their answers are known."""
    tokens: int
    """Estimated, of all that would be sent."""
    cost_micro: int
    """Millionths of a dollar, at most: with answers as long as they may be. 0 where no price is known."""
    model: str
    """As the settings call it; empty where none is set up."""


class Reviewing(msgspec.Struct, frozen=True, tag="reviewing"):
    """A file's turn has come."""

    path: str
    number: int
    """From 1."""
    n_files: int


class Found(msgspec.Struct, frozen=True, tag="found"):
    """A file was reviewed; there may be no findings."""

    path: str
    findings: tuple[Finding, ...] = ()
    n_dropped: int = 0
    """Findings of the model that named no rule or line that it was asked about, and are left out."""
    is_whole: bool = True
    """False where only a part of it was reviewed; a `NotReviewed` says why."""


class Skipped(msgspec.Struct, frozen=True, tag="skipped"):
    """A file that is not to be reviewed, such as one that no model may see."""

    path: str
    why: str
    """Words that follow the path: `is ignored by git`."""
    is_withheld: bool = False
    """Whether that is because no model may see it."""


class NotReviewed(msgspec.Struct, frozen=True, tag="not_reviewed"):
    """A file, or some lines of it, that should have been reviewed and could not be."""

    path: str
    first_line: int
    """From 1."""
    last_line: int
    why: str
    """A sentence."""


class Noticed(msgspec.Struct, frozen=True, tag="noticed"):
    """Something that the user should know: held back, another model."""

    text: str
    """A sentence."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What it added up to."""

    files: int = 0
    """Reviewed, as a whole or in part."""
    rules: int = 0
    """That any of them was judged by."""
    findings: int = 0
    dropped: int = 0
    skipped: int = 0
    not_reviewed: int = 0
    """Files of which something was not reviewed."""
    calls: int = 0
    cached: int = 0
    """Calls that were not made, because their answers were known."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost_micro: int = 0


class Done(msgspec.Struct, frozen=True, tag="done"):
    """It is over."""

    totals: Totals
    remark: str = ""
    """A sentence where there was nothing to do: why, and what helps."""


class Failed(msgspec.Struct, frozen=True, tag="failed"):
    """It could not begin."""

    text: str
    """A sentence."""


ReviewEvent = Planned | Reviewing | Found | Skipped | NotReviewed | Noticed | Done | Failed
