"""Folders that are watched for editors that do not watch."""

import shutil
import threading
from pathlib import Path

import pytest

from rulewright.services import tree_watch
from rulewright.services.tree_watch import TreeWatch
from tests.harness.wait import until


class Heard:
    def __init__(self) -> None:
        self.paths: list[str] = []
        self.n_looks = 0
        self._lock = threading.Lock()

    def __call__(self, paths: list[str]) -> None:
        with self._lock:
            self.n_looks += not paths
            self.paths += paths


def test_a_folder_that_went_and_came_back_is_watched_anew(tmp_path: Path) -> None:
    heard = Heard()
    watch = TreeWatch(heard)
    folder = tmp_path / "src"
    folder.mkdir()
    assert watch.follow({str(folder)})
    # A look at everything is asked for once the watch is up: what came before that was seen by nobody.
    until(lambda: heard.n_looks == 1)
    (folder / "a.py").write_text("a")
    until(lambda: str(folder / "a.py") in heard.paths)
    shutil.rmtree(folder)
    until(lambda: str(folder) in heard.paths)
    folder.mkdir()
    assert watch.follow({str(folder)})
    until(lambda: heard.n_looks == 2)
    (folder / "b.py").write_text("b")
    until(lambda: str(folder / "b.py") in heard.paths)
    watch.close()


def test_too_many_folders_are_not_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_watch, "MAX_FOLDERS", 1)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    watch = TreeWatch(Heard())
    assert not watch.follow({str(tmp_path / "a"), str(tmp_path / "b")})
    assert watch.follow({str(tmp_path / "a")})
    watch.close()
