"""Cline: `.clinerules`, a file or a folder."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, MANUAL, Activation, Format, Place, anchored, globs_of, whole
from rulewright.core.rules.globs import split


def read(fields: Fields, mode: str) -> Activation:
    """`paths` that are no list count as none, so the rule is always on; an empty list switches it off."""
    if mode == "workflow":
        return MANUAL
    paths = fields.data.get("paths")
    if paths is None:
        return ALWAYS
    if paths == []:
        fields.report("empty-globs", "hint", "An empty `paths` switches the rule off.", "paths")
        return MANUAL
    if not isinstance(paths, list):
        told = "Cline takes a list for `paths`; with anything else the rule is always on. Write `paths: [...]`."
        # As a list the rule is no longer always on, which is for its author to say.
        fix = fields.rewritten("paths", split(paths), safe=False) if isinstance(paths, str) and paths.strip() else None
        fields.report("text-for-list", "warning", told, "paths", fix=fix)
        return ALWAYS
    return replace(globs_of(fields, "paths", whole, anchored), unscoped="manual")


FORMAT = Format(
    name="cline",
    title="Cline",
    places=(
        Place(path=".clinerules"),
        Place(path=".clinerules", endings=(".md", ".txt")),
        Place(path=".clinerules/workflows", endings=(".md", ".txt"), mode="workflow"),
    ),
    read=read,
    keys={
        "paths": "A list of globs. Without it the rule is always on; an empty list switches it off.",
        "description": "What the rule is about.",
        "alwaysApply": "Kept for other tools; Cline goes by `paths`.",
    },
    url="https://docs.cline.bot/customization/cline-rules",
)
