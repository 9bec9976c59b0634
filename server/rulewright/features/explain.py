"""Explain, for one file, what became of every rule."""

import msgspec

from rulewright.core.languages import language_of
from rulewright.core.rules.select import Verdict
from rulewright.core.snapshot import Project


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule's verdict for one file, highest precedence first. `version` is the format's."""

    version: int = 1
    path: str
    language: str
    rules: tuple[Verdict, ...]


def explain(project: Project, path: str) -> Explanation:
    """`path` is relative to the project's root; the file need not exist yet."""
    return Explanation(path=path, language=language_of(path), rules=project.book.selection.explain(path))
