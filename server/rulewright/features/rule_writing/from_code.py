"""A rule from code that somebody selected: a check that finds it, the code as its example, the rest to fill in.

The rule is read and its example run as those of any rule file are; what would not pass is not made.
"""

import json
import re
from collections.abc import Callable, Iterator

import msgspec

from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.pattern_of import Pattern, pattern_of

MAX_SLUG_WORDS = 3
TO_FILL_IN = "Say in a sentence what this rule is about"
_WORDS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r"\$+[A-Z_][A-Z0-9_]*|\"[^\"]*\"|'[^']*'")
_PLAIN = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*")

_TEXT = """\
---
description: {description}
check:
  language: {language}
  # error, warning, info or hint
  severity: warning
  message: Say what is wrong here, and what to do instead
{stands}  rule:
{rule}
# `rulewright rules test` runs them. A `good` example shows what must be left alone.
examples:
  - bad: {bad}
---
# {title}

Say here what to do and why, for people and for models.
"""


class NewRule(msgspec.Struct, frozen=True):
    """A rule file that is not there yet."""

    id: str
    path: str
    """Relative to the root of the project."""
    text: str
    fill_in: tuple[int, int]
    """Offsets of what the author should write first."""


def rule_from_code(
    content: str, language: str, chosen: tuple[int, int], *, is_taken: Callable[[str, str], bool]
) -> NewRule | str:
    """A rule that finds what stands between two offsets, or a sentence that says why there is none.

    `is_taken` says of an id, and of the path that its file would have, whether another rule has one of them.
    """
    pattern = pattern_of(content, language, *chosen)
    if isinstance(pattern, str):
        return pattern
    rule_id = next(name for name in _ids(pattern) if not is_taken(name, _path(name)))
    for example in pattern.around:
        text = _text(rule_id, language, pattern, example)
        if _holds(rule_id, text, pattern):
            start = text.index(TO_FILL_IN)
            return NewRule(rule_id, _path(rule_id), text, (start, start + len(TO_FILL_IN)))
    return "The selection gives a pattern that does not find it in a text of its own, so no rule was made."


def _path(rule_id: str) -> str:
    return f".ai-rules/{rule_id}.md"


def _ids(pattern: Pattern) -> Iterator[str]:
    """Names for the rule, from the words that its pattern has left."""
    words = _WORDS.findall(_VARIABLE.sub(" ", pattern.text)) or pattern.kind.split("_")
    name = "-".join(["no", *words[:MAX_SLUG_WORDS]]).lower().replace("_", "-")
    name = re.sub(r"-+", "-", name).strip("-")
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _text(rule_id: str, language: str, pattern: Pattern, example: str) -> str:
    known = ", ".join(
        f"${variable} stands for `{_brief(code)}`" for variable, code in sorted(pattern.stands_for.items())
    )
    stands = f"  # Here {known}: write the code itself where only that is meant.\n" if known else ""
    if isinstance(pattern.value, str):
        rule = f"    pattern: {_scalar(pattern.value, 6)}"
    else:
        rule = "\n".join(
            [
                "    pattern:",
                f"      context: {_scalar(pattern.value['context'], 8)}",
                f"      selector: {pattern.value['selector']}",
            ]
        )
    title = rule_id.replace("-", " ").capitalize()
    return _TEXT.format(
        description=TO_FILL_IN,
        language=language,
        stands=stands,
        rule=rule,
        bad=_scalar(example, 6),
        title=title,
    )


def _brief(code: str) -> str:
    shown = " ".join(code.split())
    cut = 30
    return shown if len(shown) <= cut else f"{shown[:cut]}..."


def _scalar(text: str, indent: int) -> str:
    """A text as YAML: between quotes, or as a block."""
    if not _PLAIN.fullmatch(text) or text.endswith("\n\n"):
        return json.dumps(text)
    if "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    margin = " " * indent
    lines = [margin + line if line else "" for line in text.removesuffix("\n").split("\n")]
    return "\n".join([f"|{'' if text.endswith(chr(10)) else '-'}", *lines])


def _holds(rule_id: str, text: str, pattern: Pattern) -> bool:
    """Whether the rule reads back as it was meant and its example passes."""
    path = _path(rule_id)
    seen = load(Origin(path=path, below=path.removeprefix(".ai-rules/")), text.encode("utf-8", "surrogatepass"))
    rule = seen.parsed.rule
    if rule is None or seen.parsed.is_broken or seen.example_problems or len(rule.checks) != 1:
        return False
    results = run_examples(rule)
    as_meant = rule.checks[0].config["rule"] == {"pattern": pattern.value}
    return as_meant and [result.outcome for result in results] == ["reported"]
