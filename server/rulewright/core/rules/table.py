"""Rules that have no file: they are kept in the table `rules`, and are read like any other rule of the project."""

import re

from rulewright.core.rules.origin import Origin

TABLE_PREFIX = "table:"
"""Stands before the path of such a rule."""
_ID = re.compile(r"\w[\w.-]*(?:/\w[\w.-]*)*")
MAX_ID = 200


def is_table_id(name: str) -> bool:
    """Whether a rule of the table may have this id: words, dots and dashes, and slashes between them."""
    return len(name) <= MAX_ID and _ID.fullmatch(name) is not None


def table_path(rule_id: str) -> str:
    """What stands for the path of a rule of the table."""
    return f"{TABLE_PREFIX}{rule_id}.md"


def table_origin(path: str) -> Origin:
    """Where a rule of the table stands: it is one of the whole project."""
    return Origin(path=path, below=path.removeprefix(TABLE_PREFIX), source="project")
