"""Claude Code: CLAUDE.md in any folder, and `.claude/rules/`."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place, anchored, globs_of
from rulewright.core.rules.globs import split


def read(fields: Fields, mode: str) -> Activation:
    """A memory file is about its folder; a rule is about its `paths`, and about everything without them."""
    if mode == "memory":
        return ALWAYS
    key = "paths"
    if fields.data.get("paths") is None and fields.data.get("globs") is not None:
        key = "globs"
        told = "Claude Code's key is `paths`; not each of its versions reads `globs`. It was read as `paths`."
        fields.report("other-tools-key", "warning", told, key, fix=fields.renamed(key, "paths", safe=True))
    elif isinstance(fields.data.get("paths"), str) and "," in str(fields.data["paths"]):
        told = "Not each version of Claude Code splits a text at its commas. Write a list."
        fix = fields.rewritten(key, split(str(fields.data["paths"])), safe=True)
        fields.report("text-for-list", "hint", told, key, fix=fix)
    return replace(globs_of(fields, key, split, anchored), unscoped="always")


FORMAT = Format(
    name="claude",
    title="Claude Code",
    places=(
        Place(path="CLAUDE.md", anywhere=True, mode="memory", imports=True),
        Place(path=".claude/CLAUDE.md", anywhere=True, mode="memory", imports=True),
        Place(path="CLAUDE.local.md", anywhere=True, mode="memory", imports=True),
        Place(path=".claude/rules", endings=(".md",), anywhere=True, imports=True),
    ),
    read=read,
    keys={
        "paths": "A list of globs: the rule is read with the first such file. Without it, at the start.",
        "description": "What the rule is about.",
    },
    kept=frozenset({"globs"}),
    url="https://code.claude.com/docs/en/memory",
)
