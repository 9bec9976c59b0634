"""The composition root of what knows the code: in a process of its own beside the server, or in the command line's.

Apart from `app.py` because it needs neither rules nor checks, and each import would delay its first answer.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from rulewright.code_gateway import CodeGateway
from rulewright.core.code_ports import FolderWatch, KeptIndex
from rulewright.core.config import IndexSettings
from rulewright.services.code_files import read_code
from rulewright.services.index.kept import open_index
from rulewright.services.index.open_only import OpenOnlyIndex
from rulewright.services.tree_watch import TreeWatch

SERVER_WORKERS = 2
"""Beside the server and its editor."""
MAX_WORKERS = 4


def serve_code_host() -> int:
    """Answer the parent's questions about code; the exit code."""
    from rulewright.adapters.lsp.code_host import serve  # noqa: PLC0415 - the command line does not need it

    return serve(lambda changed: code_gateway(SERVER_WORKERS, watch=TreeWatch(changed)))


def is_too_wide(root: str) -> bool:
    """Whether a folder is no project but everything: the root of a disk, or somebody's home."""
    path = Path(root)
    return path.parent == path or path == Path.home()


def code_gateway(workers: int = 0, cache_dir: Path | None = None, watch: FolderWatch | None = None) -> CodeGateway:
    """A gateway to the code; `workers` processes index it, one a core where that is 0."""
    n_workers = workers or min(os.cpu_count() or 1, MAX_WORKERS)

    def make(root: str, settings: IndexSettings) -> KeptIndex:
        if not root or not settings.enabled or is_too_wide(root):
            return OpenOnlyIndex()
        return open_index(root, settings, n_workers, cache_dir)

    return CodeGateway(make, read_code, watch, _withheld)


def _withheld(root: str, never_send: Sequence[str]) -> Callable[[], Callable[[str], str]]:
    """What looks at a project's ignore files and then says of paths why they are shown to no model."""

    def look() -> Callable[[str], str]:
        # Imported with the first question for context, which most programs never get.
        from rulewright.privacy_view import path_rules  # noqa: PLC0415

        return path_rules().asker(root, never_send)

    return look
