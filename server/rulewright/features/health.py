"""What is to be said of a project's settings and rules, and of what an editor can do."""

from collections.abc import Mapping, Sequence

from rulewright.core.config import SettingProblem
from rulewright.core.health import Remark
from rulewright.core.snapshot import Project

MAX_NAMED = 5
"""Rule files that are named one by one."""

_WITHOUT = {
    "pulls": "cannot be told to ask for diagnostics again, so they are pushed to it",
    "literal_actions": "takes commands only, so quick-fixes are made through workspace/applyEdit",
    "resolves_edits": "does not resolve code actions, so their edits are worked out at once",
    "document_changes": "takes edits without versions, so none can be refused when the text has changed",
    "applies_edits": "makes no edits for a server, so commands that edit do nothing",
    "configuration": "does not tell its settings; give them as initialization options or in rulewright.toml",
    "watches_files": "does not watch files, so the server does",
    "progress": "shows no progress",
}
"""By the name of a capability, what it means that an editor does not have it."""


def about_settings(project: Project, problems: Sequence[SettingProblem]) -> list[Remark]:
    """Settings that are broken, and those that a project may not set."""
    remarks = [
        Remark(
            "settings",
            "error" if p.broken else "warning",
            f"{p.origin}: {p.message}",
            "Correct it; docs/settings.md lists every setting." if p.broken else "",
        )
        for p in problems
        if not _is_about_trust(p)
    ]
    if not remarks:
        remarks.append(Remark("settings", "ok", f"The settings of {project.root} can be read."))
    refused = [p for p in problems if _is_about_trust(p)]
    remarks += [
        Remark("trust", "warning", f"{p.origin}: {p.message}", "Set it in your own settings if you want it.")
        for p in refused
    ]
    if not refused:
        remarks.append(Remark("trust", "ok", "No setting of the project is left out because a project may not set it."))
    return remarks


def _is_about_trust(problem: SettingProblem) -> bool:
    return problem.is_about_trust


def about_rules(project: Project) -> list[Remark]:
    """Rules in force, and rule files with something wrong."""
    book = project.book
    if not project.settings.rules.enabled:
        return [Remark("rules", "note", "Rules are switched off by the setting rules.enabled.")]
    errors = sorted({f.path for f in book.findings if f.severity == "error"})
    warnings = sorted({f.path for f in book.findings if f.severity == "warning"}.difference(errors))
    remarks = []
    for state, paths, what in (("error", errors, "broken"), ("warning", warnings, "doubtful")):
        if paths:
            more = f" and {len(paths) - MAX_NAMED} more" if len(paths) > MAX_NAMED else ""
            text = f"{_count(len(paths), 'rule file')} {what}: {', '.join(paths[:MAX_NAMED])}{more}."
            remarks.append(Remark("rules", state, text, "Run rulewright check to see why."))  # type: ignore[arg-type]
    own = [rule for rule in book.selection.active if rule.source == "project"]
    if own:
        remarks.append(Remark("rules", "ok", f"{_count(len(own), 'rule')} of the project in force."))
    elif book.selection.active:
        text = f"The project has no rules of its own; {_count(len(book.selection.active), 'default rule')} in force."
        remarks.append(Remark("rules", "note", text, "rulewright init writes the first ones."))
    else:
        remarks.append(Remark("rules", "note", "No rule is in force.", "rulewright init writes the first ones."))
    return remarks


def about_editor(name: str, encoding: str, can: Mapping[str, bool]) -> list[Remark]:
    """What an editor cannot do and what that means, by the names of `_WITHOUT`."""
    who = name or "The editor"
    remarks = [
        Remark("editor", "warning" if lacking == "applies_edits" else "note", f"{who} {meaning}.")
        for lacking, meaning in _WITHOUT.items()
        if not can.get(lacking, False)
    ]
    return [Remark("editor", "ok", f"{who} counts characters in {encoding}."), *remarks]


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
