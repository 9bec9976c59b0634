"""Rules for GitHub Copilot: `.github/instructions/`, and a section of `.github/copilot-instructions.md`."""

from collections.abc import Mapping, Sequence
from typing import Any

from rulewright.core.rules.formats.write.form import Limit, Output, Scoped, Target, Written
from rulewright.core.rules.formats.write.joined import text_of
from rulewright.core.rules.formats.write.per_rule import Layout, described, rootless, write_each

REPOSITORY = ".github/copilot-instructions.md"


def _keys(rule: Scoped) -> Mapping[str, Any] | str:
    scope = {"applyTo": rootless(rule.globs)} if rule.how == "globs" else {}
    return {**described(rule), **scope}


LAYOUT = Layout(
    name="copilot",
    title="GitHub Copilot",
    folder=".github/instructions",
    ending=".instructions.md",
    keys_of=_keys,
    floats=True,
)


def write(rules: Sequence[Scoped]) -> Written:
    """What is about all files goes into the one file that Copilot always reads."""
    always = [rule for rule in rules if rule.how == "always" and not rule.folder]
    written = write_each(LAYOUT, [rule for rule in rules if rule not in always])
    if not always:
        return written
    ids = tuple(rule.id for rule in always)
    whole = Output(path=REPOSITORY, section="\n".join(map(text_of, always)), rules=ids, is_shared=True)
    return Written((whole, *written.outputs), written.remarks)


TARGET = Target(
    name="copilot",
    title="GitHub Copilot",
    write=write,
    owns=lambda path: path == REPOSITORY or LAYOUT.owns(path),
    keys=("description", "applyTo"),
    limit=Limit(4_000, "characters", "Copilot's code review"),
)
