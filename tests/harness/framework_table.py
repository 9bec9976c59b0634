"""What we say about each framework, read from its rule files, for the manual."""

from pathlib import Path

from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import FRAMEWORK_PREFIX, Parsed, parse

FOLDER = Path(__file__).parents[2] / "server/rulewright/frameworks"


def read(path: Path) -> Parsed:
    """One of our rule files about a framework."""
    below = path.relative_to(FOLDER).as_posix()
    return parse(Origin(FRAMEWORK_PREFIX + below, below, "framework"), path.read_bytes())


def rows() -> list[str]:
    """A row of Markdown for each rule, frameworks by name, the overview of each first."""
    table = []
    for path in sorted(FOLDER.glob("*/*.md"), key=lambda p: (p.parent.name, p.stem != "overview", p.stem)):
        rule = read(path).rule
        assert rule is not None, path
        severities = sorted({c.severity for c in rule.checks}, key=("error", "warning", "info", "hint", "off").index)
        fixes = "yes" if any(c.fixes for c in rule.checks) else ""
        severity = ", ".join(severities) or "guides only"
        table.append(f"| {path.parent.name} | `{rule.id}` | {rule.description} | {severity} | {fixes} |")
    return table
