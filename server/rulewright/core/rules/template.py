"""Templates of ast-grep's fixes and messages: text with `$A`, `$$$A` and transformed names in it."""

import re

METAVARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
"""A name that a pattern can capture."""

_VARIABLE = re.compile(r"\${1,3}([A-Z0-9_]+)")


def used_names(template: str) -> list[str]:
    """The names of the variables in a template, each once."""
    return list(dict.fromkeys(m[1] for m in _VARIABLE.finditer(template)))
