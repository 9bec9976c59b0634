"""Roo Code: `.roo/rules/`, `.roo/rules-<mode>/`, and the older `.roorules`."""

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import ALWAYS, MANUAL, Activation, Format, Place

_ENDINGS = (".md", ".txt", ".xml", ".mdc")


def read(_: Fields, mode: str) -> Activation:
    """Always; what is for one mode waits to be asked for."""
    return MANUAL if mode else ALWAYS


FORMAT = Format(
    name="roo",
    title="Roo Code",
    places=(
        Place(path=".roorules", unless=(".roo/rules",)),
        Place(path=".roo/rules", endings=_ENDINGS),
        Place(path=".roo/rules-*", endings=_ENDINGS, mode="*"),
    ),
    read=read,
    url="https://docs.roocode.com/features/custom-instructions",
)
