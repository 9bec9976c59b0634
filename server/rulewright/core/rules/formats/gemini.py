"""Gemini CLI: GEMINI.md in any folder."""

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place


def read(_: Fields, __: str) -> Activation:
    """All of its folder."""
    return ALWAYS


FORMAT = Format(
    name="gemini",
    title="Gemini CLI",
    places=(Place(path="GEMINI.md", anywhere=True, imports=True),),
    read=read,
    url="https://google-gemini.github.io/gemini-cli/docs/cli/gemini-md.html",
)
