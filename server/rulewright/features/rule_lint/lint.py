"""The lint of one rule, and of all."""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches

from rulewright.core.edits import Edit
from rulewright.core.findings import Finding
from rulewright.core.hidden import without_hidden
from rulewright.core.prompt.fit import rule_tokens
from rulewright.core.rules.parse import Parsed
from rulewright.core.rules.rule import Rule
from rulewright.core.snapshot import Project
from rulewright.features.rule_lint.globs import lint_globs
from rulewright.features.rule_lint.linted import Linted
from rulewright.features.rule_lint.references import lint_references
from rulewright.features.rule_lint.surroundings import Surroundings, Tree

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_FIRST = re.compile(r"\A\s*(?:[-*][ \t]+)?([^\n#>|<`*-][^\n]*)")
MAX_DESCRIPTION = 100


def lint_rules(
    project: Project,
    paths: Sequence[str],
    read: Callable[[str], Parsed | None],
    exists: Callable[[str], bool],
) -> tuple[Finding, ...]:
    """All there is to say about rule files, by path and place.

    `paths` are the files of the project. `read` reads a rule file again, None where it has none; `exists` says whether
    something is at a path below the root.
    """
    found = list(project.book.findings)
    around = Surroundings(project, Tree(paths, exists))
    for rule in around.own:
        parsed = read(rule.path)
        if parsed is not None:
            found += lint_rule(rule, parsed, around)
    return tuple(sorted(found, key=lambda f: (f.path, f.start, f.end, f.rule_id, f.message)))


def lint_rule(rule: Rule, parsed: Parsed, around: Surroundings) -> Iterator[Finding]:
    """What is wrong with a rule of the project's or the user's where it stands."""
    if parsed.matter is None:
        return
    linted = Linted(rule, parsed)
    yield from lint_globs(linted, around)
    yield from _unknown_names(linted, around)
    yield from _too_long(linted, around)
    yield from lint_references(linted, around)
    yield from _missing_description(linted)
    if rule.path in around.circles:
        yield _in_circle(linted, around.circles[rule.path])
    if rule.path in around.shadows and rule.path not in around.project.book.clashes:
        yield linted.finding("shadowed-rule", "warning", around.shadows[rule.path], linted.parsed.place(("id",)))
    first = around.project.book.selection.repeated.get(rule.path)
    if first is not None:
        told = f"The text is that of {first}, for the same files. It counts once."
        yield linted.finding("repeated-text", "info", told, (0, 0))
    for code, severity, told, words in around.conflicts.get(rule.path, ()):
        yield linted.finding(code, severity, told, _words(linted, words))


def _words(linted: Linted, words: str) -> tuple[int, int]:
    """Where some words, parted by any space, stand in the text of a rule."""
    if not words:
        return 0, 0
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())))
    match = pattern.search(linted.parsed.content, linted.body_offset)
    return match.span() if match else (0, 0)


def _unknown_names(linted: Linted, around: Surroundings) -> Iterator[Finding]:
    for key, names in (("overrides", linted.rule.overrides), ("disable", linted.rule.disable)):
        for number, name in enumerate(names):
            if name not in around.ids:
                told = f"`{key}` names `{name}`, and no rule has that id. `rulewright rules list` lists them."
                close = get_close_matches(name, around.ids, n=1)
                fixes = linted.replaced(key, number, name, close[0]) if close else []
                yield linted.finding("unknown-rule", "warning", told, linted.parsed.place((key, number)), *fixes)


def _in_circle(linted: Linted, way: Sequence[str]) -> Finding:
    shown = " -> ".join(f"`{part}`" for part in (*way, way[0]))
    told = (
        f"The rule silences itself ({shown}), which does nothing."
        if len(way) == 1
        else f"These rules silence each other in a circle: {shown}. `{way[0]}` comes first and is heard."
    )
    key = "overrides" if linted.rule.overrides else "disable"
    return linted.finding("silenced-in-a-circle", "warning", told, linted.parsed.place((key,)))


def _too_long(linted: Linted, around: Surroundings) -> Iterator[Finding]:
    tokens = rule_tokens(linted.rule)
    if tokens > around.budget:
        told = (
            f"The rule takes {tokens:,} tokens, and all rules together may take {around.budget:,} of a prompt "
            "(rules.prompt_tokens): it is left out of prompts, or cut. Split it, or write less."
        )
        yield linted.finding("too-long", "warning", told, (0, 0))


def _missing_description(linted: Linted) -> Iterator[Finding]:
    """A rule that waits to be asked for and does not say what it is about; ours should say so in any case."""
    rule = linted.rule
    waits = not rule.always and rule.unscoped != "always" and not rule.globs and not rule.languages
    if rule.description or not rule.body.strip() or (rule.format and not (waits and "description" in linted.keys)):
        return
    if not rule.format and not linted.keys:
        # A plain text is a rule too, and its author may not want keys.
        return
    told = "The rule has no `description`: lists, messages and whoever is to choose a rule show its first line instead."
    if waits:
        told = "The rule has neither files nor a `description`, so it comes into play only when it is named."
    title = _title(rule.body)
    there = "description" in linted.keys
    edits = [
        Edit(*linted.line_of("description"), f"description: {title}{linted.newline}")
        if there
        else linted.with_line(f"description: {title}")
    ]
    fixes = [("Describe it by its first line", edits, True)] if title else []
    yield linted.finding("missing-description", "hint", told, linted.parsed.place(("description",)), *fixes)


def _title(body: str) -> str:
    """The first heading or sentence of a text, as it may stand behind a key of YAML."""
    match = _HEADING.search(body) or _FIRST.search(body)
    if match is None:
        return ""
    title = without_hidden(match[1].partition(". ")[0].strip().rstrip("."))[0][:MAX_DESCRIPTION]
    return "" if not title else title if re.fullmatch(r"[A-Za-z][\w ,()/-]*", title) else _quoted(title)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
