"""The text of a prompt about one file: its rules, as much of it as there is room for, and the task."""

from collections.abc import Sequence

import msgspec

from rulewright.core.index.symbols import Symbol
from rulewright.core.languages import LANGUAGES, language_of
from rulewright.core.prompt.build import BUILT_IN_NAME, Request, build
from rulewright.core.prompt.chunks import way_of
from rulewright.core.prompt.excerpt import Source
from rulewright.core.prompt.guide import plain
from rulewright.core.prompt.records import Prompt
from rulewright.core.prompt.template import Template
from rulewright.core.snapshot import Project

DEFAULT_BUDGET = 16_000
"""Tokens of a prompt where nobody says how many: half of what small local models can read."""
MAX_LANGUAGES = 4


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants a prompt for."""

    path: str
    """Relative to the root; the file need not exist yet."""
    task: str
    line: int | None = None
    """The line of the cursor, from 1."""
    budget: int = DEFAULT_BUDGET


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """What the disk says."""

    content: str | None = None
    """Of the file; None where it does not exist, or may not be shown."""
    languages: tuple[str, ...] = ()
    """Of the project, the most frequent first."""
    template: Template | None = None
    """None for the one that is built in."""
    template_name: str = BUILT_IN_NAME
    remarks: tuple[str, ...] = ()


def make_prompt(project: Project, asked: Asked, around: Surroundings) -> Prompt:
    """The prompt; its text has at most as many tokens as were asked for."""
    applied = project.book.selection.select(asked.path)
    language = language_of(asked.path)
    source = None
    if around.content is not None:
        content = around.content
        source = Source(
            asked.path,
            language,
            content,
            asked.line,
            way_of(language, applied),
            tuple(a.rule.id for a in applied),
            lambda: _symbols(language, content),
        )
    name = plain(project.root.rpartition("/")[2] or project.root)
    languages = ", ".join(language for language in around.languages if language in LANGUAGES)
    return build(
        Request(
            task=asked.task,
            budget=asked.budget,
            rules_budget=project.settings.rules.prompt_tokens,
            path=asked.path,
            language=language,
            line=asked.line,
            project=f"{name} ({languages})" if languages else name,
            applied=applied,
            source=source,
            template=around.template,
            template_name=around.template_name,
            remarks=around.remarks,
        )
    )


def _symbols(language: str, content: str) -> Sequence[Symbol]:
    from rulewright.core.index.analyse import analyse  # noqa: PLC0415 - grammars are for files that have to be cut

    return analyse(language, content.encode("utf-8", "surrogateescape")).symbols
