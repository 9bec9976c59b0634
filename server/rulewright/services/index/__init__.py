"""The code index: which symbols, imports and words a workspace has, stored, shared and kept up to date."""

from rulewright.services.index.index import Index, Report, Status

__all__ = ["Index", "Report", "Status"]
