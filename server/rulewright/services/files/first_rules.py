"""What a first `.ai-rules/` is made from: rule files of other tools, and our own default rules."""

import os
from collections.abc import Iterable
from pathlib import Path

from rulewright.core.sources import Found
from rulewright.services.files.read import leads_inside
from rulewright.services.files.rule_sources.shipped import DEFAULT_RULES
from rulewright.services.files.walk import walk

FOREIGN_FILES = ("AGENTS.md", "CLAUDE.md")
CURSOR_FOLDER = ".cursor/rules"


def foreign_rules(root: Path, name: str | None = None) -> tuple[str, ...]:
    """Rule files of other tools below `root`, or those of one file or folder; relative to the root."""
    if name is None:
        there = [n for n in FOREIGN_FILES if (root / n).is_file() and leads_inside(root, root / n)]
        return _once(root, (*there, *foreign_rules(root, CURSOR_FOLDER)))
    path = Path(os.path.abspath(root / name))  # noqa: PTH100 - `..` goes, links stay
    found = sorted(path.rglob("*.mdc")) if path.is_dir() else [path] if path.is_file() else []
    return tuple(p.relative_to(root).as_posix() for p in found if p.is_relative_to(root) and leads_inside(root, p))


def _once(root: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Names without those that are links to an earlier one: CLAUDE.md often is AGENTS.md."""
    by_target: dict[str, str] = {}
    for name in names:
        by_target.setdefault(os.path.realpath(root / name), name)
    return tuple(by_target.values())


def read_named(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Texts by path relative to the root. Raises OSError."""
    return {name: (root / name).read_text("utf-8-sig", "replace") for name in names}


def default_rules() -> dict[str, str]:
    """Our own rules, by path below their folder."""
    entries = walk(DEFAULT_RULES, gitignore=False)
    return read_named(DEFAULT_RULES, (e.path for e in entries if isinstance(e, Found) and e.path.endswith(".md")))
