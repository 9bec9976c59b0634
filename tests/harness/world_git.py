"""Steps of a case about files and git: what is in a file now, and a repository around the workspace."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *arguments: str) -> str:
    """Run git as Ada, without anybody's settings; what it prints."""
    done = subprocess.run(
        ["git", "-c", "init.defaultBranch=main", "-c", "advice.detachedHead=false", *arguments],
        cwd=folder,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def steady(text: str) -> str:
    """What a command printed or wrote, without how long it took."""
    text = re.sub(r"in \d+\.\d\d s", "in <t> s", re.sub(r'"seconds": [\d.]+', '"seconds": 0', text))
    text = re.sub(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?[+-]\d\d:\d\d)?", "<time>", text)
    text = re.sub(r"\b[0-9a-f]{10}  <time>", "<commit>  <time>", text)
    return re.sub(r'time="\d+\.\d{3}"', 'time="0.000"', text)


class GitSteps:
    """Steps of a world."""

    root: Path

    def do_show(self, _: str, path: str) -> Any:
        """What is in a file."""
        yield path, steady((self.root / path).read_text("utf-8")).splitlines()

    def do_git(self, _: str, *arguments: str) -> Any:
        """Run git; what it prints is not looked at."""
        git(self.root, *arguments)
        return ()

    def do_commit(self, _: str, *words: str) -> Any:
        """Commit all there is, in a repository that is made for it."""
        git(self.root, "init", "-q")
        git(self.root, "add", "--all")
        git(self.root, "commit", "-q", "--allow-empty", "-m", " ".join(words))
        return ()
