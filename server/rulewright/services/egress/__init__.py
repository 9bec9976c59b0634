"""The gate: everything that leaves for a model or another node passes here, or does not leave."""

from rulewright.services.egress.gate import Gate
from rulewright.services.egress.outgoing import Outgoing
from rulewright.services.egress.paths import PathRules
from rulewright.services.egress.peer import GatedPeer
from rulewright.services.egress.provider import GatedProvider

__all__ = ["Gate", "GatedPeer", "GatedProvider", "Outgoing", "PathRules"]
