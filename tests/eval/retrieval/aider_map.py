"""aider's ranking of files, by the Python of an environment that has aider: `aider_map.py ROOT < tasks.json`."""

import json
import sys
import time
from pathlib import Path

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


root = Path(sys.argv[1]).resolve()
asked = json.load(sys.stdin)
files = [str(root / path) for path in asked["files"]]
repo_map = RepoMap(map_tokens=1024, root=str(root), main_model=_Model(), io=_Console())
repo_map.get_ranked_tags([], files, set(), set())
answers = []
for task in asked["tasks"]:
    path = root / task["path"]
    before = path.read_text("utf-8")
    path.write_text(task["text"], "utf-8")
    began = time.perf_counter()
    tags = repo_map.get_ranked_tags([str(path)], [f for f in files if f != str(path)], set(), set(task["names"]))
    seconds = time.perf_counter() - began
    path.write_text(before, "utf-8")
    ranked = list(dict.fromkeys(tag[0] for tag in tags))
    answers.append((ranked[:10], seconds))
print(json.dumps(answers))
