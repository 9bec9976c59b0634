"""The fences of Markdown around code in an answer. Imports nothing that knows code, because providers read it too."""

import re

FENCE = re.compile(r"\A\s*```[\w+#.-]*[ \t]*(?:\n|\Z)")
_FENCE_END = re.compile(r"\n?[ \t]*```[ \t]*(?:\n|\Z)")
_LATE_END = re.compile(r"\n```[ \t]*(?:\n|\Z)")


def without_fences(text: str) -> str:
    """What stands in the fence that a text begins with; the text itself where it begins with none."""
    found = FENCE.match(text)
    if found is not None:
        inside = text[found.end() :]
        end = _FENCE_END.search(inside)
        return inside[: end.start()] if end is not None else inside
    # Some open their fence in the prompt and only close it; a pair of fences is part of a comment.
    end = _LATE_END.search(text) if text.count("```") == 1 else None
    return text[: end.start()] if end is not None else text
