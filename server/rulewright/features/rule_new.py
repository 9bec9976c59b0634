"""The first text of a new rule: one that works, and says in comments what can be changed."""

import re

from rulewright.core.languages import CHECKABLE

_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)*")
_SUFFIX = ".md"

_CALL = "{ pattern: 'forbidden($A)' }", "forbidden(1)", "allowed(1)"
_STARTS = {
    "c": ("{ pattern: 'forbidden($A);' }", "forbidden(1);", "allowed(1);"),
    "css": ("{ kind: property_name, regex: '^float$' }", "a { float: left; }", "a { display: flex; }"),
    "dart": (
        "{ kind: identifier, regex: '^forbidden$' }",
        "void f() { forbidden(1); }",
        "void f() { allowed(1); }",
    ),
    "html": ("{ kind: tag_name, regex: '^marquee$' }", "<marquee>x</marquee>", "<p>x</p>"),
    "json": ("{ kind: string_content, regex: '^forbidden$' }", '{"a": "forbidden"}', '{"a": "allowed"}'),
    "markdown": ("{ kind: atx_heading, regex: 'forbidden' }", "# forbidden", "# allowed"),
    "yaml": ("{ kind: string_scalar, regex: '^forbidden$' }", "a: forbidden", "a: allowed"),
}
"""By language: a rule object, code that it hits and code that it leaves alone; other languages have calls."""

_GUIDE = """---
# What the rule is about, in a sentence. It is also the message of a check that has none.
description: {description}
# The files it is for, from the project's root; `!tests/**` takes some out. Without globs: every file.
{where}
# Higher comes first where there are many rules; 5 is usual.
priority: 5
{check}---
# {title}

Say here what to do and why, for people and for models: short, one thing at a time, the good way next to the bad one.
"""

_CHECK = """# What the rule forbids, as an ast-grep rule (https://ast-grep.github.io/reference/yaml.html).
check:
  language: {language}
  # error, warning, info or hint
  severity: warning
  message: Say what is wrong, and what to do instead
  # $A stands for one part of the code, $$$A for any number of them.
  rule: {rule}
  # What `rulewright check --fix` writes in its place:
  # fix: allowed($A)
# Tests: `rulewright rules test` runs them. While one fails, the check is not run.
examples:
  - bad: {bad}
  - good: {good}
"""


def file_of(name: str) -> str:
    """Where a rule of this name is kept, relative to the root; raises ValueError with a sentence."""
    bare = name.removesuffix(_SUFFIX).removeprefix(".ai-rules/")
    if not _NAME.fullmatch(bare):
        raise ValueError(
            f"`{name}` is no name for a rule: use letters, digits, `-`, `_` and `.`, with `/` for folders."
        )
    if bare.rpartition("/")[2].lower() == "readme" or bare.startswith("templates/"):
        raise ValueError(f"`{name}` would not be read as a rule: `README.md` and `templates/` are for other things.")
    return f".ai-rules/{bare}{_SUFFIX}"


def new_rule(name: str, language: str, globs: tuple[str, ...]) -> str:
    """The text of a new rule file; `language` is a canonical name, or empty for a rule that only guides."""
    title = name.removesuffix(_SUFFIX).rpartition("/")[2].replace("-", " ").replace("_", " ").capitalize()
    where = f"globs: [{', '.join(map(_quoted, globs))}]" if globs else "alwaysApply: true"
    check = ""
    if language:
        if language not in CHECKABLE:
            raise ValueError(f"There are no checks for {language}.")
        rule, bad, good = _STARTS.get(language, _CALL)
        check = _CHECK.format(language=language, rule=rule, bad=_quoted(bad), good=_quoted(good))
    return _GUIDE.format(description=_quoted(title), where=where, check=check, title=title)


def _quoted(text: str) -> str:
    """A text as YAML between single quotes."""
    return "'" + text.replace("'", "''") + "'"
