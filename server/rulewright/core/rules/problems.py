"""What is wrong with a rule file, before it is known at which offset: the reader finds the place of `at`."""

from typing import Any

import msgspec

from rulewright.core.findings import Fix, Severity


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One remark about a rule file. An `error` means that the new version is not taken (see `core.rules.book`)."""

    code: str
    """Reported as `rulewright/<code>`."""
    severity: Severity
    message: str
    """What happened, what we did, what helps."""
    at: tuple[str | int, ...] = ()
    """Path of keys and list indexes into the front matter, such as `("check", 0, "rule")`; empty: the whole file."""
    start: int | None = None
    end: int | None = None
    """Offsets in code points, where they are known already; they win over `at`."""
    fix: Fix | None = None


def problem(code: str, severity: Severity, message: str, *at: str | int, **more: Any) -> Problem:
    """A `Problem`, written short."""
    return Problem(code=code, severity=severity, message=message, at=at, **more)
