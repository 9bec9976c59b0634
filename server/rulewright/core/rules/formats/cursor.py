"""Cursor: `.cursor/rules/*.mdc` in any folder, and the older `.cursorrules`."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place, by_description, globs_of, unchanged
from rulewright.core.rules.globs import split


def read(fields: Fields, mode: str) -> Activation:
    """`alwaysApply: true` makes the other keys idle; without it globs count, then the description."""
    if mode == "legacy":
        return ALWAYS
    always = fields.boolean("alwaysApply")
    found = globs_of(fields, "globs", split, unchanged)
    return replace(found, always=bool(always), unscoped=by_description(fields))


FORMAT = Format(
    name="cursor",
    title="Cursor",
    places=(
        Place(path=".cursor/rules", endings=(".mdc",), anywhere=True),
        Place(path=".cursorrules", mode="legacy"),
    ),
    read=read,
    keys={
        "description": "What the rule is about. Without globs, a model takes the rule by it.",
        "globs": "Files that the rule is attached to, with commas between globs.",
        "alwaysApply": "true: part of each conversation, whatever the other keys say.",
    },
    url="https://cursor.com/docs/context/rules",
)
