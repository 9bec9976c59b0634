"""The answers of tools as text: what a model reads whose client shows it no structure."""

from collections.abc import Iterable
from difflib import unified_diff
from io import StringIO

from rulewright.adapters.mcp.records import CheckResult, RulesResult, SymbolsResult, WhyResult
from rulewright.core.rules.applied import applies_to
from rulewright.core.rules.rule import Rule
from rulewright.core.snapshot import Project

MAX_TOLD = 20
"""Files that were not checked, told one by one."""


def of_rules(result: RulesResult, text: str) -> str:
    """The texts of the rules for a file, and what was left out."""
    kind = result.language or "language unknown"
    if not (result.rules or result.silent or result.left_out):
        return _joined([f"No rule applies to {result.path} ({kind})."], result.remarks)
    head = f"Rules for {result.path} ({kind}), what counts most first; {result.tokens:,} of {result.budget:,} tokens:"
    parts = [head, text] if text else [f"Of the rules for {result.path} ({kind}) none has a text that fits."]
    if result.silent:
        parts.append(f"Rules without a text, which `check` enforces: {', '.join(result.silent)}.")
    parts += [
        f"Left out: {cut.id}{f', section {cut.what}' if cut.what else ''}. {cut.reason}" for cut in result.left_out
    ]
    return _joined(parts, result.remarks)


def of_why(result: WhyResult) -> str:
    """A line for each rule."""
    n_applied = sum(1 for v in result.rules if v.verdict in {"applied", "dropped"})
    kind = result.language or "language unknown"
    share = f"{result.tokens:,} of {result.budget:,} tokens of a prompt"
    lines = [f"{result.path} ({kind}): {n_applied} of {len(result.rules) + result.n_resting} rules apply; {share}"]
    for v in result.rules:
        checks = f"; {v.checks} check{'s' * (v.checks > 1)}" if v.checks else ""
        lines.append(f"- {v.verdict.replace('_', ' ')}: {v.id} ({v.path}): {v.reason}{checks}")
    if result.n_resting:
        lines.append(f"- {result.n_resting} rules that come with Rulewright do not apply")
    return _joined(["\n".join(lines)], result.remarks)


def of_symbols(result: SymbolsResult, query: str) -> str:
    """A line for each symbol."""
    lines = [
        f"{s.path}:{s.line}:{s.column}  {s.kind} {s.name}" + (f"  in {s.container}" if s.container else "")
        for s in result.symbols
    ]
    return _joined(["\n".join(lines) or f"No symbol matches {query}."], result.remarks)


def of_check(result: CheckResult, text: str) -> str:
    """Findings as compilers print them, and the difference that the safe fixes make in the text that was given."""
    lines = []
    for f in result.findings:
        lines.append(f"{f.path}:{f.line}:{f.column}: {f.severity} {f.rule}: {f.message}")
        if f.note:
            lines.append(f"    {f.note}")
        lines += [f"    fix: {fix.title}" for fix in f.fixes]
    n_left = result.n_findings - len(result.findings)
    if n_left:
        lines.append(f"{n_left:,} less severe findings are not listed.")
    files = f"{result.n_files:,} file{'s' * (result.n_files != 1)}"
    said = (
        f"{result.n_findings:,} finding{'s' * (result.n_findings != 1)}" if result.n_findings else "nothing to report"
    )
    lines.append(f"Checked {files}: {said}.")
    lines += [f"Not checked: {s.path}: {s.reason}." for s in result.skipped[:MAX_TOLD]]
    if result.skipped[MAX_TOLD:]:
        lines.append(f"Not checked: {len(result.skipped) - MAX_TOLD:,} more.")
    parts = ["\n".join(lines)]
    if result.fixed_text is not None:
        before, after = (StringIO(content, newline="\n").readlines() for content in (text, result.fixed_text))
        lines = [line.rstrip("\r\n") for line in unified_diff(before, after, "text", "fixed_text")]
        parts.append("\n".join(["All safe fixes:", *lines]))
    return _joined(parts, result.remarks)


def of_rule(rule: Rule, text: str) -> str:
    """One rule, for somebody who wants to know all of it."""
    facts = [
        f"- applies to: {applies_to(rule)}",
        f"- source: {rule.source}, file {rule.path}, priority {rule.priority}",
        *(f"- overrides: {', '.join(rule.overrides)}" for _ in rule.overrides[:1]),
        *(f"- disables: {', '.join(rule.disable)}" for _ in rule.disable[:1]),
        *(f"- check ({check.language}, {check.severity}): {check.message or rule.id}" for check in rule.checks),
    ]
    return "\n\n".join([f"# {rule.id}", "\n".join(facts), *([text] if text else [])]) + "\n"


def of_book(project: Project, remarks: Iterable[str]) -> str:
    """Every rule in force in a line."""
    lines = [
        f"- `{rule.id}` ({rule.source}; {applies_to(rule)})" + (f": {rule.description}" if rule.description else "")
        for rule in project.book.selection.active
    ]
    head = f"# Rules of {project.root.rpartition('/')[2]}, highest precedence first"
    return _joined([head, "\n".join(lines) or "There are none."], tuple(remarks)) + "\n"


def _joined(parts: list[str], remarks: tuple[str, ...]) -> str:
    return "\n\n".join([*parts, *([("\n".join(remarks))] if remarks else [])])
