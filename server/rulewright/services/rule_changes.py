"""Wait for changes of rule files, for a program that does nothing else meanwhile."""

from collections.abc import Iterator
from pathlib import Path

DEBOUNCE_MS = 100
RULES_FOLDER = ".ai-rules"


def rule_changes(root: Path) -> Iterator[frozenset[str]]:
    """Absolute paths below rule folders that changed; raises KeyboardInterrupt when somebody ends it.

    The whole root is watched, so that a folder of rules that is made later counts too.
    """
    from watchfiles import Change, watch  # noqa: PLC0415 - one command needs it

    def is_wanted(_: Change, path: str) -> bool:
        return RULES_FOLDER in Path(path).parts

    for changes in watch(root, watch_filter=is_wanted, debounce=DEBOUNCE_MS, step=DEBOUNCE_MS):
        yield frozenset(path for _, path in changes)
