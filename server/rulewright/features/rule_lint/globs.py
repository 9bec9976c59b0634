"""What the globs of a rule do in the project as it is."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding
from rulewright.core.rules.globs import compile_glob, glob_set
from rulewright.core.rules.select import rebase
from rulewright.features.rule_lint.linted import Linted
from rulewright.features.rule_lint.surroundings import Surroundings

MIN_FILES = 20
"""In a smaller project it says little that a glob matches all of it."""
_SAYS_WHICH = re.compile(r"\w")
_EVERYTHING = frozenset({"**", "**/*", "*", "**/*.*"})


def lint_globs(linted: Linted, around: Surroundings) -> Iterator[Finding]:
    """Globs that match nothing, and those that match everything."""
    rule = linted.rule
    for number, glob in enumerate(rule.globs):
        written = rule.written[number] if rule.written else glob
        if glob.startswith("!") or rule.always or compile_glob(written).problems:
            # What is said of how it is written says why it matches nothing.
            continue
        place = linted.parsed.place((linted.glob_key, number))
        if around.tree.matches_nothing(rebase(glob, rule.folder)):
            where = f" below {rule.folder}/" if rule.folder else ""
            better = _better(glob, linted, around) if not rule.format else None
            told = f"`{written}` matches no file{where} now. The rule applies once there is one."
            if better is not None:
                told = f"`{written}` matches no file{where} now; `{better}` would."
            fixes = linted.replaced(linted.glob_key, number, written, better) if better else []
            yield linted.finding("dead-glob", "info", told, place, *fixes)
        elif not rule.format and not rule.languages and _is_everything(glob, linted, around):
            told = f"`{written}` matches every file there is. Write `alwaysApply: true` if that is meant."
            edits = (
                [Edit(*linted.line_of("globs"), f"alwaysApply: true{linted.newline}")] if len(rule.globs) == 1 else []
            )
            fixes = [("Write `alwaysApply: true`", edits, True)] if edits and "alwaysApply" not in linted.keys else []
            yield linted.finding("glob-matches-everything", "hint", told, place, *fixes)


def _is_everything(glob: str, linted: Linted, around: Surroundings) -> bool:
    below = around.tree.below(linted.rule.folder)
    if glob in _EVERYTHING - {"**/*.*"}:
        return True
    if len(below) < MIN_FILES or _SAYS_WHICH.search(glob):
        # Where all files are of one kind today, its glob still says which.
        return False
    matcher = glob_set((rebase(glob, linted.rule.folder),))
    return all(matcher.first_match(path) is not None for path in below)


def _better(glob: str, linted: Linted, around: Surroundings) -> str | None:
    """A glob that is nearly the same and matches something."""
    folder = linted.rule.folder
    tries = [f"**/{glob.removeprefix('./').lstrip('/')}"]
    if folder and glob.startswith(f"{folder}/"):
        tries.insert(0, glob[len(folder) + 1 :])
    if "/" not in glob and "." in glob and "*" not in glob:
        return None
    name = PurePosixPath(glob).name
    if name.startswith(".") and name.count(".") == 1 and "*" not in name:
        tries.append(str(PurePosixPath(glob).with_name(f"*{name}")))
    return next((t for t in tries if t != glob and not around.tree.matches_nothing(rebase(t, folder))), None)
