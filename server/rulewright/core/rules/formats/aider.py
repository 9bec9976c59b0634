"""Aider: `CONVENTIONS.md`, in a project that Aider is set up for."""

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place


def read(_: Fields, __: str) -> Activation:
    """Always."""
    return ALWAYS


FORMAT = Format(
    name="aider",
    title="Aider",
    places=(Place(path="CONVENTIONS.md", needs=".aider.conf.yml"),),
    read=read,
    url="https://aider.chat/docs/usage/conventions.html",
)
