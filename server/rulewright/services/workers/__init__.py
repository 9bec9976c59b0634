"""Worker processes that run checks, so that nothing a check does can hold up or end the server."""

from rulewright.services.workers.inline import AdaptiveRunner, InlineRunner

__all__ = ["AdaptiveRunner", "InlineRunner"]
