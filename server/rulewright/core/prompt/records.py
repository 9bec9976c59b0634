"""What a prompt is, beside its text: which parts it has, and what was cut and why."""

from typing import Literal

import msgspec

PartKind = Literal["task", "project", "user_rule", "rule", "dependency_rule", "file"]
CutKind = Literal["rule", "section", "duplicate", "project", "lines"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of a prompt, in the order of the text."""

    kind: PartKind
    id: str = ""
    """The rule's id."""
    path: str = ""
    """Where it comes from: the rule file, or the file itself."""
    source: str = ""
    """Of a rule: user, project, framework, dependency or default."""
    reason: str = ""
    """Why a rule applies."""
    lines: tuple[int, int] | None = None
    """First and last line of that file, from 1."""
    tokens: int
    """As a budget counts them."""
    hash: str
    """SHA-256 of its text, the first 16 digits."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not in the prompt."""

    kind: CutKind
    id: str = ""
    path: str = ""
    what: str = ""
    """The heading of a section, or the lines of a file."""
    tokens: int
    """What it would have needed."""
    reason: str
    """A sentence."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt with the account of it."""

    version: int = 1
    path: str
    """The file that it is about, relative to the root."""
    language: str
    budget: int
    """Tokens that the text may have."""
    tokens: int
    """Tokens that it has, never more."""
    rule_tokens: int
    """What of them is the text of rules."""
    rule_version: str
    """Names the set of the rules that apply, those without room included."""
    template: str
    """`built-in`, or the file of the template."""
    text: str
    hash: str
    parts: tuple[Part, ...]
    cuts: tuple[Cut, ...]
    remarks: tuple[str, ...]
    """Sentences about what is not as one would expect."""
