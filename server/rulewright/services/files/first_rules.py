"""What a first `.ai-rules/` is made from: rule files of other tools, and our own default rules."""

from collections.abc import Iterable
from pathlib import Path

from rulewright.core.sources import Found
from rulewright.services.files.rule_files import DEFAULT_RULES
from rulewright.services.files.walk import walk

FOREIGN_FILES = ("AGENTS.md", "CLAUDE.md")
CURSOR_FOLDER = ".cursor/rules"


def foreign_rules(root: Path, name: str | None = None) -> tuple[str, ...]:
    """Rule files of other tools below `root`, or those of one file or folder; relative to the root."""
    if name is None:
        there = [n for n in FOREIGN_FILES if (root / n).is_file()]
        return (*there, *foreign_rules(root, CURSOR_FOLDER))
    path = root / name
    found = sorted(path.rglob("*.mdc")) if path.is_dir() else [path] if path.is_file() else []
    return tuple(p.relative_to(root).as_posix() for p in found if p.is_relative_to(root))


def read_named(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Texts by path relative to the root. Raises OSError."""
    return {name: (root / name).read_text("utf-8-sig", "replace") for name in names}


def default_rules() -> dict[str, str]:
    """Our own rules, by path below their folder."""
    entries = walk(DEFAULT_RULES, gitignore=False)
    return read_named(DEFAULT_RULES, (e.path for e in entries if isinstance(e, Found) and e.path.endswith(".md")))
