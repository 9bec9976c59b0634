"""Where a rule file stands, and what its place says about it."""

import msgspec

from rulewright.core.rules.rule import Source


class Origin(msgspec.Struct, frozen=True):
    """Where a rule file stands: what its place says about it."""

    path: str
    """As in `Rule.path`."""
    below: str
    """Path below the rules folder."""
    source: Source = "project"
    folder: str = ""
    languages: tuple[str, ...] = ()
    """Those of a file that states neither languages nor globs."""
    because: str = ""
    """Why the file counts at all, where it is not the project's own."""
    format: str = ""
    """The tool whose rule file it is; empty for ours."""
    mode: str = ""
    """What of that tool it is for, where the place says that (see `formats.form.Place`)."""
    is_skill: bool = False
    """A `SKILL.md`: it has keys of its own, and waits to be asked for by its description."""
