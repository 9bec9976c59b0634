"""Rule files of other tools, one module a tool: they are read where they are, each by its own rules."""

from rulewright.core.rules.formats.claims import FORMATS, NAMES, claim, format_of_name
from rulewright.core.rules.formats.form import Activation, Claim, Format, Place

__all__ = ["FORMATS", "NAMES", "Activation", "Claim", "Format", "Place", "claim", "format_of_name"]
