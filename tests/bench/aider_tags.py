"""aider's pass over tags, cold: run by the Python of an environment that has aider. `aider_tags.py ROOT ENDING...`."""

import os
import sys
import tempfile

from aider.repomap import RepoMap  # type: ignore[import-not-found]


class _Model:
    def token_count(self, text: str) -> int:
        return len(text) // 4


class _Console:
    def tool_output(self, *_: object) -> None:
        """Nobody reads it."""

    tool_error = tool_warning = tool_output

    def read_text(self, path: str, **_: object) -> str:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as aider does
            return file.read()


root, endings = os.path.abspath(sys.argv[1]), tuple(sys.argv[2:])  # noqa: PTH100
os.chdir(tempfile.mkdtemp())  # it keeps its cache in the current folder
repo_map = RepoMap(map_tokens=1024, root=os.getcwd(), main_model=_Model(), io=_Console())  # noqa: PTH109
for folder, _, names in os.walk(root):
    for name in names:
        if name.endswith(endings):
            path = os.path.join(folder, name)  # noqa: PTH118
            repo_map.get_tags(path, os.path.relpath(path, root))
