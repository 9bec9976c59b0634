"""AGENTS.md, in any folder: read by Codex, Amp, Zed, Cursor, Copilot and many others."""

from msgspec.structs import replace

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place, globs_of
from rulewright.core.rules.globs import split


def read(fields: Fields, _: str) -> Activation:
    """All of its folder; Amp also reads `globs`, which float unless they start with `./`."""
    if not fields.data.get("globs") or fields.boolean("alwaysApply"):
        return ALWAYS
    return replace(globs_of(fields, "globs", split, _floating), unscoped="always")


def _floating(glob: str) -> str:
    if glob.startswith("./"):
        return glob[1:]
    return glob if glob.startswith(("/", "**/", "../")) else f"**/{glob}"


FORMAT = Format(
    name="agents",
    title="AGENTS.md",
    places=(
        Place(path="AGENTS.md", anywhere=True, unless=("AGENTS.override.md",), imports=True),
        Place(path="AGENTS.override.md", anywhere=True, imports=True),
        Place(path="AGENT.md", anywhere=True, unless=("AGENTS.md", "AGENTS.override.md"), imports=True),
    ),
    read=read,
    keys={
        "globs": "Amp: files that the text is about.",
        "description": "What the text is about.",
        "alwaysApply": "true: about all files of its folder, whatever `globs` say.",
    },
    max_chars=32 * 1024,
    url="https://agents.md",
)
