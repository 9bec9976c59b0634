"""Rulewright: a team's rules, matched to its files and enforced, in any editor and in CI."""

__version__ = "0.1.0"
