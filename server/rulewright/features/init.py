"""Plan a first `.ai-rules/`: a pure function from what is there to the files to write."""

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from rulewright.core.languages import checkable, language_of
from rulewright.core.rules.frontmatter import read

MAX_LANGUAGES = 8
NOT_CODE = frozenset({"markdown", "json", "yaml", "html", "css"})

README = """\
# Rules of this project

Each markdown file here is a rule: its text guides people and models, and its optional `check:` is enforced, in the
editor and in CI. This file is for people and is not a rule.

- `rulewright rules list` lists the rules, `rulewright rules why FILE` says which apply to a file and why.
- `rulewright rules test` runs the examples that rules carry.
- `rulewright check` checks the project, `rulewright check --fix` mends what can be mended.

Folders may carry a number that orders them (`00-global`, `10-python`). A folder `.ai-rules/` below another folder of
the project is limited to that folder.
"""

EXAMPLE = """\
---
description: An example to change or to delete
alwaysApply: true
---
Write here what the team has agreed on, in a few sentences: what to do, and why.
"""


class InitPlan(msgspec.Struct, frozen=True):
    """Files to write, relative to the root, and what they were made from."""

    files: dict[str, str]
    languages: tuple[str, ...]
    in_place: tuple[tuple[str, int], ...]
    """Other tools with rule files here, which are rules where they are, and how many."""


def languages_of(paths: Iterable[str]) -> tuple[str, ...]:
    """Languages that checks can be written for, the most frequent first."""
    counts: dict[str, int] = {}
    for path in paths:
        language = language_of(path)
        if checkable(language) and language not in NOT_CODE:
            counts[language] = counts.get(language, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))[:MAX_LANGUAGES]


def plan_init(languages: tuple[str, ...], defaults: Mapping[str, str], foreign: Iterable[str]) -> InitPlan:
    """The first rules: our default checks for `languages`, and an example where nothing else is a rule yet.

    `foreign` has paths that may be rule files of other tools.
    """
    from rulewright.core.rules.formats import claim  # noqa: PLC0415 - most runs of the command line do without

    files = {".ai-rules/README.md": README}
    for below, content in sorted(defaults.items()):
        if _serves(content, languages):
            # The copy keeps the id, and with it the comments that suppress the rule.
            name = below.removesuffix(".md")
            files[f".ai-rules/10-checks/{below}"] = content.replace("---\n", f"---\nid: {name}\n", 1)
    counts = Counter(found.format.title for path in foreign if (found := claim(path)) is not None)
    if len(files) == 1 and not counts:
        files[".ai-rules/00-global/example.md"] = EXAMPLE
    return InitPlan(files, languages, tuple(counts.items()))


def _serves(content: str, languages: tuple[str, ...]) -> bool:
    data = read(content).data or {}
    checks = data.get("check")
    own = data.get("language")
    named = [own] if isinstance(own, str) else [c.get("language") for c in checks or [] if isinstance(c, dict)]
    return any(name in languages for name in named)
