"""The resources: all rules, one rule, and the rules for a file."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

import mcp_types as t
import msgspec

from rulewright.adapters.mcp import words
from rulewright.adapters.mcp.encode import clean
from rulewright.adapters.mcp.places import Place
from rulewright.adapters.mcp.problem import Problem
from rulewright.adapters.mcp.session import Session
from rulewright.adapters.mcp.tools import rules_for, unknown_rule
from rulewright.core.prompt.guide import guide_of
from rulewright.core.snapshot import Project

RULES = "rulewright://rules"
FOR_FILE = "rulewright://rules-for/"
MARKDOWN = "text/markdown"
PAGE = 200
"""Rules that are listed at once."""

TEMPLATES = (
    t.ResourceTemplate(
        name="rule",
        title="One rule",
        uri_template=f"{RULES}/{{+id}}",
        description="One rule of the team by its id: what it is for, what it says and what it checks.",
        mime_type=MARKDOWN,
    ),
    t.ResourceTemplate(
        name="rules-for-file",
        title="Rules for a file",
        uri_template=f"{FOR_FILE}{{+path}}",
        description="The text of the rules that apply to a file, which need not exist yet.",
        mime_type=MARKDOWN,
    ),
)


class Page(msgspec.Struct, frozen=True):
    """Some of the resources that are listed, and where the next ones begin; None at the end."""

    resources: list[t.Resource]
    next_cursor: str | None


async def list_resources(session: Session, places: Sequence[Place], cursor: str | None) -> Page:
    """The list of rules, and each rule that no setting switches off; raises Problem for a strange cursor."""
    begin = 0
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdecimal()):
            raise Problem(f"`{cursor}` is no cursor of this server.")
        begin = int(cursor)
    projects, _ = await session.look_at_all(places)
    rules = {rule.id: rule for project in projects for rule in project.book.selection.active}
    listed = [
        t.Resource(
            name="rules",
            title="All rules",
            uri=RULES,
            description="Every rule of the team in a line.",
            mime_type=MARKDOWN,
        ),
        *(
            t.Resource(
                name=clean(rule.id),
                uri=f"{RULES}/{quote(clean(rule.id), errors='replace')}",
                description=clean(rule.description) or None,
                mime_type=MARKDOWN,
            )
            for rule in rules.values()
        ),
    ]
    end = begin + PAGE
    return Page(listed[begin:end], str(end) if end < len(listed) else None)


async def read_resource(session: Session, places: Sequence[Place], uri: str) -> list[str]:
    """The texts of a resource; raises Problem."""
    if uri == RULES:
        projects, remarks = await session.look_at_all(places)
        return [words.of_book(project, remarks) for project in projects]
    if uri.startswith(FOR_FILE):
        _, text = await rules_for(session, places, unquote(uri.removeprefix(FOR_FILE)), None)
        return [text]
    if uri.startswith(f"{RULES}/"):
        projects, _ = await session.look_at_all(places)
        return _rule(projects, unquote(uri.removeprefix(f"{RULES}/")))
    raise Problem(f"There is no resource {uri}. There are {RULES}, {RULES}/ID and {FOR_FILE}PATH.")


def _rule(projects: Sequence[Project], name: str) -> list[str]:
    """The rules of this id: a folder may have its own, beside that of the project."""
    texts = [
        words.of_rule(rule, guide_of(rule).text())
        for project in projects
        for rule in project.book.rules
        if name in {rule.id, rule.path}
    ]
    if texts:
        return texts
    for project in projects:
        for path, entry in project.book.entries.items():
            if entry.rule is None and name in {entry.rule_id, path}:
                said = next((f.message for f in entry.findings if f.severity == "error"), "It cannot be read.")
                raise Problem(f"The rule `{name}` ({path}) is broken, and no version of it was ever good: {said}")
    raise Problem(unknown_rule(projects[0], name))
