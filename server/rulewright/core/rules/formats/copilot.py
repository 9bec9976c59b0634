"""GitHub Copilot and VS Code: repository instructions, instructions for some files, and prompts."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import (
    ALWAYS,
    MANUAL,
    Activation,
    Format,
    Place,
    by_description,
    floating,
    globs_of,
)
from rulewright.core.rules.glob_problems import GlobProblem
from rulewright.core.rules.globs import split

_EVERYTHING = frozenset({"**", "**/*", "*"})


def read(fields: Fields, mode: str) -> Activation:
    """`applyTo` floats: it matches at any depth. Without it nothing is attached by itself; prompts are asked for."""
    if mode == "repository":
        return ALWAYS
    if mode == "prompt":
        return MANUAL
    if isinstance(fields.data.get("applyTo"), list):
        told = "Copilot takes one text with commas for `applyTo`, and ignores a list. It was read as if it were one."
        fix = fields.rewritten("applyTo", ",".join(map(str, fields.data["applyTo"])), safe=True)
        fields.report("list-for-text", "warning", told, "applyTo", fix=fix)
    found = globs_of(fields, "applyTo", split, floating)
    # There it is no matter of taste.
    fields.problems = [p for p in fields.problems if p.code != "glob-leading-slash"]
    for glob in found.written:
        if glob.startswith("/"):
            told = f"Copilot matches `{glob}` against absolute paths, so it matches nothing. Leave the slash out."
            better = GlobProblem("absolute-glob", "warning", told, glob.lstrip("/") or "**")
            fields.report_glob(better, "applyTo", glob, split)
    if not _EVERYTHING.isdisjoint(found.written):
        return replace(found, always=True)
    return replace(found, unscoped=by_description(fields))


FORMAT = Format(
    name="copilot",
    title="GitHub Copilot",
    places=(
        Place(path=".github/copilot-instructions.md", mode="repository"),
        Place(path=".github/instructions", endings=(".instructions.md",)),
        Place(path=".github/prompts", endings=(".prompt.md",), mode="prompt"),
    ),
    read=read,
    keys={
        "applyTo": "Files that the instructions are attached to, with commas between globs; `**` for all.",
        "description": "What the instructions are about.",
        "name": "The name that is shown.",
        "excludeAgent": "`code-review` or `cloud-agent`: who does not get them.",
        "agent": "Of a prompt: who runs it.",
        "mode": "Of a prompt: older name of `agent`.",
        "model": "Of a prompt: the model that runs it.",
        "tools": "Of a prompt: the tools that it may use.",
        "argument-hint": "Of a prompt: what is shown in the chat's input.",
    },
    url="https://code.visualstudio.com/docs/copilot/customization/custom-instructions",
)
