"""Continue: `.continue/rules/`, and `rules.md` beside the code."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import (
    Activation,
    Format,
    Place,
    anchored,
    by_description,
    globs_of,
    whole,
)


def read(fields: Fields, _: str) -> Activation:
    """A text is one glob, commas and all. `alwaysApply` that is left out means: always, where there are no globs."""
    always = fields.boolean("alwaysApply")
    found = globs_of(fields, "globs", whole, anchored)
    if fields.data.get("regex") is not None:
        told = "`regex` looks at the text of files; here the rule comes into play by its other keys alone."
        fields.report("not-looked-at", "info", told, "regex")
    if always is None and not found.globs:
        return replace(found, unscoped="always")
    return replace(found, always=bool(always), unscoped=by_description(fields))


FORMAT = Format(
    name="continue",
    title="Continue",
    places=(
        Place(path=".continue/rules", endings=(".md",)),
        Place(path="rules.md", anywhere=True, needs=".continue"),
    ),
    read=read,
    keys={
        "name": "The name that is shown.",
        "globs": "A glob, or a list of them; `!x` excludes.",
        "regex": "Expressions that the text of a file must hold.",
        "description": "What the rule is about; a model takes it by that where `alwaysApply` is false.",
        "alwaysApply": "true: always. false: by globs or description. Left out: always, where there are no globs.",
    },
    kept=frozenset({"version", "schema"}),
    url="https://docs.continue.dev/customize/deep-dives/rules",
)
