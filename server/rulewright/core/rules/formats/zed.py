"""Zed: `.rules` in the root."""

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, Activation, Format, Place


def read(_: Fields, __: str) -> Activation:
    """Always. Zed reads the first of several names; the others are read here as what they are."""
    return ALWAYS


FORMAT = Format(name="zed", title="Zed", places=(Place(path=".rules"),), read=read, url="https://zed.dev/docs/ai/rules")
