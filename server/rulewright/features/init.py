"""Plan a first `.ai-rules/`: a pure function from what is there to the files to write."""

import re
from collections.abc import Iterable, Mapping

import msgspec
import yaml

from rulewright.core.languages import checkable, language_of
from rulewright.core.rules.frontmatter import read
from rulewright.core.rules.globs import split

CURSOR_FOLDER = ".cursor/rules/"
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
    taken_over: tuple[str, ...]


def languages_of(paths: Iterable[str]) -> tuple[str, ...]:
    """Languages that checks can be written for, the most frequent first."""
    counts: dict[str, int] = {}
    for path in paths:
        language = language_of(path)
        if checkable(language) and language not in NOT_CODE:
            counts[language] = counts.get(language, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))[:MAX_LANGUAGES]


def plan_init(languages: tuple[str, ...], defaults: Mapping[str, str], foreign: Mapping[str, str]) -> InitPlan:
    """The first rules: our default checks for `languages`, and `foreign` files (path to text) taken over."""
    files = {".ai-rules/README.md": README}
    for path, content in foreign.items():
        if path.startswith(CURSOR_FOLDER):
            name = re.sub(r"\.mdc?$", "", path[len(CURSOR_FOLDER) :])
            files[f".ai-rules/00-global/{name}.md"] = from_cursor(content)
        else:
            files[f".ai-rules/00-global/{path.lower()}"] = from_plain(path, content)
    for below, content in sorted(defaults.items()):
        if _serves(content, languages):
            # The copy keeps the id, and with it the comments that suppress the rule.
            name = below.removesuffix(".md")
            files[f".ai-rules/10-checks/{below}"] = content.replace("---\n", f"---\nid: {name}\n", 1)
    if len(files) == 1:
        files[".ai-rules/00-global/example.md"] = EXAMPLE
    return InitPlan(files, languages, tuple(foreign))


def from_plain(path: str, content: str) -> str:
    """A file that always applies, such as AGENTS.md, as a rule."""
    return _rule({"description": f"Taken over from {path}", "alwaysApply": True}, content)


def from_cursor(content: str) -> str:
    """A Cursor rule as one of ours: globs as a list, and whether it always applies said outright."""
    matter = read(content)
    data = dict(matter.data or {})
    globs = data.pop("globs", None)
    listed = globs if isinstance(globs, list) else split(str(globs)) if globs else []
    always = str(data.pop("alwaysApply", False)).lower() == "true"
    keys = {"description": data.pop("description", None) or "Taken over from Cursor", **data}
    if listed and not always:
        keys["globs"] = [str(g) for g in listed]
    else:
        keys["alwaysApply"] = always
    return _rule(keys, matter.body)


def _rule(keys: Mapping[str, object], body: str) -> str:
    matter = yaml.safe_dump(dict(keys), sort_keys=False, allow_unicode=True, width=1000)
    return f"---\n{matter}---\n{body.strip()}\n"


def _serves(content: str, languages: tuple[str, ...]) -> bool:
    data = read(content).data or {}
    checks = data.get("check")
    own = data.get("language")
    named = [own] if isinstance(own, str) else [c.get("language") for c in checks or [] if isinstance(c, dict)]
    return any(name in languages for name in named)
