"""The data model of a rule, as plain immutable records that every layer and every process can hold."""

import posixpath
from typing import Any, Literal

import msgspec

from rulewright.core.findings import Severity

Source = Literal["user", "project", "framework", "dependency", "default"]
SOURCES: tuple[Source, ...] = ("user", "project", "framework", "dependency", "default")
"""Highest precedence first."""

Chunking = Literal["", "definition", "window", "whole", "heading"]
CHUNKINGS: tuple[Chunking, ...] = ("definition", "window", "whole", "heading")
MIN_CHUNK_TOKENS = 20
MAX_CHUNK_TOKENS = 100_000

DEFAULT_PRIORITY = 5
DEFAULT_SEVERITY: Severity = "warning"


class FixTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """One way to mend what a check finds."""

    template: str
    title: str = ""
    """Empty where the rule gives none."""
    expand_start: dict[str, Any] | None = None
    expand_end: dict[str, Any] | None = None
    """Rule objects with `stopBy`: what is replaced grows up to the nearest sibling before or behind that they hit."""


class Rewriter(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that replaces parts of what a variable captured, for the transformation `rewrite`."""

    id: str
    config: dict[str, Any]
    """As in a check, with the utilities of the check and of the rewriters before it."""
    fix: FixTemplate


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One ast-grep rule document, validated and normalised (see `rulewright.core.rules.check`)."""

    id: str
    language: str
    """Canonical ast-grep name, such as `python` or `tsx`."""
    severity: Severity | Literal["off"] = DEFAULT_SEVERITY
    message: str = ""
    """May name metavariables; empty means the rule's description or id."""
    note: str = ""
    url: str = ""
    config: dict[str, Any] = {}
    """`rule`, `constraints`, `utils`, `transform`, ready for ast-grep."""
    fixes: tuple[FixTemplate, ...] = ()
    """The first one is what `--fix` applies, the others are offered."""
    rewriters: tuple[Rewriter, ...] = ()
    files: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()
    """Globs relative to the project root; they narrow the rule's own globs and never widen them."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A test that a rule carries: `bad` must be found, `good` must not; with both, fixing `bad` must give `good`."""

    bad: str | None = None
    good: str | None = None
    language: str = ""
    """Only checks of this language are run on it; empty means all of the rule's checks."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule file, read."""

    id: str
    path: str
    """The rule file, relative to the root of the project (absolute when it lies outside); unique in a book."""
    source: Source = "project"
    folder: str = ""
    """Folder, relative to the root, that the rule is limited to; empty means the whole project."""
    order: str = ""
    """Path below the source with its number prefixes: the last tie-breaker of precedence."""
    description: str = ""
    version: str = ""
    priority: int = DEFAULT_PRIORITY
    scope: str = ""
    languages: tuple[str, ...] = ()
    place: str = ""
    """The folder that gave the languages, where the file does not state them."""
    because: str = ""
    """Why the file counts at all, where it is not the project's own."""
    tags: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    """Our dialect, relative to `folder`; `!x` excludes."""
    written: tuple[str, ...] = ()
    """The globs as another tool writes them, where it is that tool's file."""
    format: str = ""
    """The tool whose rule file it is; empty for ours."""
    imports: tuple[str, ...] = ()
    """Files whose text is part of the body, by their paths from the folder of the rule file."""
    unscoped: Literal["always", "description", "manual"] = "always"
    """How a rule without globs and languages comes into play."""
    always: bool = False
    """`alwaysApply: true`: applies everywhere in its folder, whatever its globs say."""
    created: str = ""
    updated: str = ""
    model: str = ""
    completion: Any = None
    chunk: Chunking = ""
    """How files that the rule applies to are cut where they are too long for a prompt; empty says nothing."""
    chunk_tokens: int = 0
    """Tokens of each such chunk; 0 says nothing."""
    overrides: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    examples: tuple[Example, ...] = ()
    body: str = ""
    body_line: int = 0
    extra: dict[str, Any] = {}
    """Unknown keys, kept as they are."""
    content_hash: str = ""

    @property
    def pulls_in(self) -> frozenset[str]:
        """The files whose text is part of the body, relative to the root."""
        folder = posixpath.dirname(self.path)
        return frozenset(posixpath.normpath(posixpath.join(folder, name)) for name in self.imports)
