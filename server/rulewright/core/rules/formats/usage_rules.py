"""`usage-rules.md`: how to use a package, written by its makers.

Those of packages that a project depends on are another source (`rulewright.core.rules.package_files`). A package's own
say nothing about how it is written, so they wait to be asked for.
"""

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats.form import MANUAL, Activation, Format, Place


def read(_: Fields, __: str) -> Activation:
    """When asked for."""
    return MANUAL


FORMAT = Format(
    name="usage-rules",
    title="usage-rules.md",
    places=(Place(path="usage-rules.md"), Place(path="usage-rules", endings=(".md",))),
    read=read,
    url="https://hexdocs.pm/usage_rules",
)
