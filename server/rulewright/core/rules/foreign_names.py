"""The names by which rule files of other tools are noticed, without a look at what each tool does with them.

A start of the command line reads this and not `formats`; a test holds the two together.
"""

import re
from typing import Literal, get_args

ForeignFormat = Literal[
    "agents", "claude", "cursor", "copilot", "gemini", "windsurf", "cline", "roo", "continue", "zed", "kiro", "junie",
    "aider", "usage-rules",
]  # fmt: skip
"""Of files that say the same, that of the first format counts."""
ExportTarget = Literal[
    "cursor", "copilot", "agents", "claude", "windsurf", "cline", "continue", "kiro", "gemini", "zed", "junie"
]
"""Tools that rules can be written for."""
FOREIGN_FORMATS: tuple[ForeignFormat, ...] = get_args(ForeignFormat)

GLOB_KEYS = ("globs", "applyTo", "paths", "fileMatchPattern")
"""Keys that hold globs, ours and those of other tools."""

NAMES: frozenset[str] = frozenset(
    {
        ".claude", ".clinerules", ".continue", ".cursor", ".cursorrules", ".devin", ".github", ".junie", ".kiro",
        ".roo", ".roorules", ".rules", ".windsurf", ".windsurfrules", "AGENT.md", "AGENTS.md", "AGENTS.override.md",
        "CLAUDE.local.md", "CLAUDE.md", "CONVENTIONS.md", "GEMINI.md", "rules.md", "usage-rules", "usage-rules.md",
    }
)  # fmt: skip
"""What lies in a folder that has such files: files, and folders that may hold some."""

_NOTICED = re.compile(rf"(?:^|/)(?:{'|'.join(map(re.escape, sorted(NAMES)))})(?:/|$)")


def may_be_foreign(path: str) -> bool:
    """A quick no for most paths; what passes is looked at by `formats.claim`."""
    return _NOTICED.search(path) is not None and ".ai-rules/" not in path
