"""What is kept outside of projects, and deleting it: only what we wrote, wherever the folders lead."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.services import compiled_classes, settings, user_folders
from rulewright.services.index import places
from rulewright.services.index.index import Index
from tests.harness.program import PROGRAM, ServerProcess, command, environment, write_files

INDEXED = "index-v4.1/0123456789abcdef-app/index.db"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {f"RULEWRIGHT_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "CACHE", "STATE")}


def names(folders: user_folders.Folders) -> list[str]:
    return [k.name for k in folders.kept]


def test_the_folders_are_those_that_are_used(environ: dict[str, str]) -> None:
    for given in (environ, {}):
        assert user_folders.cache_folder(given) == str(places.cache_folder(environ=given))
        kept = compiled_classes.kept_in(given)
        assert kept is not None
        assert str(kept.parent) == user_folders.cache_folder(given)
        assert str(settings.user_file(given)) == user_folders.look(given).settings


def test_all_that_a_real_index_writes_is_known_and_goes(tmp_path: Path, environ: dict[str, str]) -> None:
    # Large enough that the store of contents keeps it in a file of its own.
    large = "".join(f"def function_{n}(argument_{n}): return {n}\n" for n in range(4000))
    root = write_files(tmp_path / "my app 😀!", {"a.py": "x = 1\n", "large.py": large})
    cache = Path(environ["RULEWRIGHT_CACHE_DIR"])
    index = Index(root, cache_dir=cache)
    index.refresh()
    while not index.step(0.1).is_idle:
        pass
    index.close()
    found = user_folders.look(environ)
    assert found.foreign == ()
    assert {"index", "contents"} <= set(names(found))
    assert user_folders.delete(found.kept)[1] == ()
    assert not cache.exists()
    assert (root / "a.py").exists()


def test_what_is_not_ours_stays(environ: dict[str, str], tmp_path: Path) -> None:
    cache = Path(environ["RULEWRIGHT_CACHE_DIR"])
    theirs = ["index-v4/x/index.db", "index-v4.1/0123456789abcdef/index.sqlite", "compiled-classes-x/a", "tokens/tcp-1"]
    write_files(cache, {INDEXED: "1234", **dict.fromkeys(theirs, "")})
    found = user_folders.look(environ)
    assert [(k.name, k.files, k.n_bytes) for k in found.kept] == [("index", (INDEXED.replace("/", os.sep),), 4)]
    user_folders.delete(found.kept)
    assert all((cache / path).exists() for path in theirs)
    assert not (cache / INDEXED).parent.exists()


def test_links_are_not_followed(environ: dict[str, str], tmp_path: Path) -> None:
    outside = write_files(tmp_path / "outside", {"0123456789abcdef-app/index.db": "mine", "index.db": "mine"})
    cache = Path(environ["RULEWRIGHT_CACHE_DIR"])
    write_files(cache, {INDEXED: ""})
    (cache / "index-v5.1").symlink_to(outside)
    (cache / "index-v4.1/0123456789abcdef-linked").symlink_to(outside)
    (cache / "index-v4.1/0123456789abcdef-app/index.db-wal").symlink_to(outside / "index.db")
    found = user_folders.look(environ)
    assert [k.files for k in found.kept] == [(INDEXED,)]
    user_folders.delete(found.kept)
    assert (outside / "0123456789abcdef-app/index.db").read_text() == "mine"
    assert (outside / "index.db").read_text() == "mine"


def test_a_folder_that_is_a_link_or_somebody_elses_is_refused(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "outside", {INDEXED: ""})
    write_files(tmp_path / "state", {"tokens/tcp-1": ""})
    Path(environ["RULEWRIGHT_CACHE_DIR"]).symlink_to(tmp_path / "outside")
    assert names(user_folders.look(environ)) == ["state"]
    assert user_folders.look(environ).refused == (f"{tmp_path}/cache is a link, so it is left alone.",)
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    assert names(user_folders.look(environ)) == []
    assert user_folders.look(environ).refused[1] == f"{tmp_path}/state belongs to another user, so it is left alone."


def test_what_cannot_be_deleted_is_said(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(Path(environ["RULEWRIGHT_CACHE_DIR"]), {INDEXED: "1234", "compiled-classes-cpython-311": "12"})

    unlink = os.unlink

    def refuse(path: str) -> None:
        if path.endswith(".db"):
            raise PermissionError(13, "Permission denied", path)
        unlink(path)

    monkeypatch.setattr(os, "unlink", refuse)
    n_bytes, problems = user_folders.delete(user_folders.look(environ).kept)
    assert (n_bytes, [p.rpartition("/")[2] for p in problems]) == (2, ["index.db: Permission denied"])


def test_nothing_is_deleted_under_a_running_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"RULEWRIGHT_{name}_DIR", str(tmp_path / name.lower()))
    root = write_files(tmp_path / "app", {".git/HEAD": "", "a.py": "def f(): pass\n"})
    with ServerProcess(root) as server:
        server.begin()
        done = command(root, "wipe", "--yes", env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)})
        assert done.returncode == 1
        assert b"this. Close your editors first; nothing was deleted." in done.stderr
        assert (tmp_path / "cache").exists()
        server.end()
    done = command(root, "wipe", "--yes", env=dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)})
    assert (done.returncode, done.stderr) == (0, b"")
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(("answer", "is_left"), [("n", True), ("", True), ("y", False)])
def test_it_asks_somebody_who_is_there(answer: str, is_left: bool, environ: dict[str, str], tmp_path: Path) -> None:
    write_files(Path(environ["RULEWRIGHT_CACHE_DIR"]), {INDEXED: "1234"})
    terminal, end = pty.openpty()
    os.write(terminal, f"{answer}\n".encode())
    done = subprocess.run(
        [*PROGRAM, "wipe"], stdin=end, capture_output=True, cwd=tmp_path, env=environment(**environ), check=True
    )
    os.close(end)
    os.close(terminal)
    assert Path(environ["RULEWRIGHT_CACHE_DIR"], INDEXED).exists() == is_left
    assert (b"Nothing was deleted." in done.stdout) == is_left
