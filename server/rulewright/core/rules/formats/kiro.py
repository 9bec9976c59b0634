"""Kiro: `.kiro/steering/`."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, MANUAL, Activation, Format, Place, globs_of, unchanged
from rulewright.core.rules.globs import split

INCLUSIONS = ("always", "fileMatch", "manual", "auto")


def read(fields: Fields, _: str) -> Activation:
    """`inclusion` says how; a file without front matter is always on."""
    inclusion = fields.text("inclusion")
    pattern = fields.data.get("fileMatchPattern")
    found = globs_of(fields, "fileMatchPattern", split, unchanged)
    if isinstance(pattern, str) and len(split(pattern)) > 1:
        told = "In Kiro a text with commas matches nothing. It was read as a list. Write one."
        fix = fields.rewritten("fileMatchPattern", split(pattern), safe=True)
        fields.report("text-for-list", "warning", told, "fileMatchPattern", fix=fix)
    if inclusion and inclusion not in INCLUSIONS:
        words = ", ".join(f"`{word}`" for word in INCLUSIONS)
        told = f"`inclusion` must be one of {words}. It was left out."
        fix = fields.one_of("inclusion", INCLUSIONS)
        fields.report("wrong-value", "warning", told, "inclusion", fix=fix)
    if inclusion == "fileMatch":
        if not found.globs:
            told = "`inclusion: fileMatch` without `fileMatchPattern` matches nothing."
            fields.report("empty-globs", "warning", told, "inclusion")
        return found
    if inclusion == "manual":
        return replace(MANUAL, written=found.written)
    if inclusion == "auto":
        if not (fields.text("name") and fields.text("description")):
            told = "`inclusion: auto` needs `name` and `description`."
            fields.report("missing-description", "warning", told, "inclusion")
        return Activation(unscoped="description", written=found.written)
    return replace(ALWAYS, written=found.written)


FORMAT = Format(
    name="kiro",
    title="Kiro",
    places=(Place(path=".kiro/steering", endings=(".md",), imports=True),),
    read=read,
    keys={
        "inclusion": "`always`, `fileMatch`, `manual` or `auto`.",
        "fileMatchPattern": "With `inclusion: fileMatch`: a glob, or a list of them.",
        "name": "With `inclusion: auto`: its name.",
        "description": "With `inclusion: auto`: what the model takes it by.",
    },
    url="https://kiro.dev/docs/steering",
)
