"""Junie: `.junie/guidelines.md`, or AGENTS.md."""

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place


def read(_: Fields, __: str) -> Activation:
    """Always."""
    return ALWAYS


FORMAT = Format(
    name="junie",
    title="Junie",
    places=(
        Place(path=".junie/guidelines.md", anywhere=True, unless=(".junie/AGENTS.md", "AGENTS.md")),
        Place(path=".junie/AGENTS.md", anywhere=True),
    ),
    read=read,
    url="https://www.jetbrains.com/help/junie/customize-guidelines.html",
)
