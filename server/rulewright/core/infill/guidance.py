"""What rules say to completion: their `completion:` lines, which go into the prompt as comments of the language."""

from collections.abc import Iterable, Sequence
from typing import Any

from rulewright.core.rules.rule import Rule
from rulewright.core.tokens import budgeted

MAX_TOKENS = 200
MAX_LINE = 160
"""Characters; what is longer is no hint for a line of code."""
HEAD = "Rules of this project:"


def hints(rules: Iterable[Rule], budget: int = MAX_TOKENS) -> tuple[str, ...]:
    """The lines of rules, those of the weightiest first, each once, in `budget` tokens together."""
    found: list[str] = []
    for rule in rules:
        for line in _lines(rule.completion):
            if line in found:
                continue
            if budgeted("\n".join([HEAD, *found, line])) > budget:
                return tuple(found)
            found.append(line)
    return tuple(found)


def _lines(written: Any) -> Sequence[str]:
    texts = [written] if isinstance(written, str) else written if isinstance(written, list | tuple) else []
    lines = [line for text in texts if isinstance(text, str) for line in text.splitlines()]
    cleaned = ("".join(c for c in line if c.isprintable()).strip().removeprefix("- ") for line in lines)
    return [line[:MAX_LINE] for line in cleaned if line]


def as_comment(lines: Sequence[str], sign: str) -> str:
    """Lines as comments that begin with `sign`; empty where there are none, or comments have no sign."""
    if not lines or not sign:
        return ""
    return "".join(f"{sign} {line}\n" for line in [HEAD, *[f"- {line}" for line in lines]])
