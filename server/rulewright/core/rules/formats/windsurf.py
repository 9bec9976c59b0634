"""Windsurf, now Devin Desktop: `.windsurf/rules/` in any folder, and the older `.windsurfrules`."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, MANUAL, Activation, Format, Place, globs_of, unchanged
from rulewright.core.rules.globs import split

TRIGGERS = ("always_on", "glob", "model_decision", "manual")


def read(fields: Fields, mode: str) -> Activation:
    """`trigger` says how; where it is left out, globs do."""
    if mode == "legacy":
        return ALWAYS
    trigger = fields.text("trigger").lower()
    found = globs_of(fields, "globs", split, unchanged)
    if trigger and trigger not in TRIGGERS:
        words = ", ".join(f"`{word}`" for word in TRIGGERS)
        told = f"`trigger` must be one of {words}. It was left out."
        fields.report("wrong-value", "warning", told, "trigger", fix=fields.one_of("trigger", TRIGGERS))
        trigger = ""
    if trigger == "manual":
        return replace(MANUAL, written=found.written)
    if trigger == "model_decision":
        return Activation(unscoped="description", written=found.written)
    if trigger == "glob":
        if not found.globs:
            told = '`trigger: glob` without `globs` matches nothing. Write `globs: "**/*.py"`.'
            fields.report("empty-globs", "warning", told, "trigger")
        return found
    return replace(found, always=True) if trigger else replace(found, unscoped="always")


FORMAT = Format(
    name="windsurf",
    title="Windsurf",
    places=(
        Place(path=".windsurf/rules", endings=(".md",), anywhere=True),
        Place(path=".devin/rules", endings=(".md",), anywhere=True),
        Place(path=".windsurfrules", mode="legacy"),
    ),
    read=read,
    keys={
        "trigger": "`always_on`, `glob`, `model_decision` or `manual`.",
        "globs": "With `trigger: glob`: files, with commas between globs.",
        "description": "With `trigger: model_decision`: what the model decides by.",
    },
    max_chars=12_000,
    url="https://docs.windsurf.com/windsurf/cascade/memories",
)
