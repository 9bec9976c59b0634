"""The proof that nothing leaves: secrets that open nothing are planted, and every feature is driven past them.

It sends nothing anywhere: models and other nodes are stood in for by what only writes down what it was sent.
"""

from rulewright.privacy_proof.features import FEATURES, Feature
from rulewright.privacy_proof.proof import prove

__all__ = ["FEATURES", "Feature", "prove"]
