"""The index of a workspace: what it answers, how it keeps up, and what bad disks do to it."""

import logging
import os
import sqlite3
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from rulewright.core.index import fit
from rulewright.core.index.analyse import analyse
from rulewright.core.index.grammars import grammar_of
from rulewright.core.index.symbols import FileRecord, Import
from rulewright.core.index.words import words_of
from rulewright.services.index.index import MANY_EVENTS, Index
from rulewright.services.index.places import VERSION, cache_folder, workspace_folder
from rulewright.services.index.tables import LEFT_OUT, WORDS_ONLY
from tests.harness.inline_analysts import contents, inline_index

A = '''\
import os
from .b import Box as Crate


class Shelf:
    """Holds boxes."""

    def add(self, box):
        self.boxes = [box]


def shelve(größe, 名前):
    return Shelf()
'''
B = "class Box:\n    shelf = None\n\n\ndef _hidden():\n    pass\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    (root / "pkg").mkdir(parents=True)
    (root / "pkg/a.py").write_text(A)
    (root / "pkg/b.py").write_text(B)
    (root / "README").write_text("Boxes and shelves, since 1990")
    return root


@pytest.fixture
def index(root: Path, tmp_path: Path):
    made = inline_index(root, tmp_path / "cache")
    made.refresh()
    made.run()
    yield made
    made.close()


def old(path: Path, seconds: float = 1000) -> None:
    """Make a file look as if it had not been touched for a while."""
    info = path.stat()
    os.utime(path, ns=(info.st_mtime_ns - int(seconds * 1e9),) * 2)


def build(root: Path, cache: Path, **settings: object) -> Index:
    index = inline_index(root, cache, **settings)
    index.refresh()
    index.run()
    return index


def names(found) -> list[str]:
    return [s.name for s in found]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


# -- what it answers


def test_symbols(index: Index) -> None:
    (box,) = index.symbols_named("Box")
    assert (box.path, box.row, box.column, box.container, box.exported) == ("pkg/b.py", 0, 6, "", True)
    (add,) = index.symbols_named("add")
    assert (add.container, add.exported) == ("Shelf", True)
    assert not index.symbols_named("_hidden")[0].exported
    assert index.symbols_named("box") == [] == index.symbols_named("Bo")
    assert names(index.symbols_of("pkg/b.py")) == ["Box", "shelf", "_hidden"]
    assert index.symbols_of("none.py") == []
    record = index.record("pkg/a.py")
    assert record is not None
    assert record == analyse("python", A.encode())
    assert record.symbols[add.place].name == "add"


def test_a_prefix_is_looked_for_in_any_case_and_in_order(index: Index) -> None:
    assert names(index.symbols_with_prefix("SHEL")) == ["Shelf", "shelf", "shelve"]
    assert names(index.symbols_with_prefix("shel", 2)) == ["Shelf", "shelf"]
    assert index.symbols_with_prefix("zz") == []
    assert len(index.symbols_with_prefix("")) == index.status().symbols


def test_ids_lead_to_symbols_and_are_never_used_again(index: Index, root: Path) -> None:
    known = dict(index.all_names())
    assert set(known) == {s.name for p in ("pkg/a.py", "pkg/b.py") for s in index.symbols_of(p)}
    ids = [known["shelve"], known["Box"]]
    assert names(index.symbols([*ids, 5, -7, 1 << 60])) == ["shelve", "Box"]
    (root / "pkg/b.py").write_text("class Bag: ...\n")
    index.apply_events(["pkg/b.py"])
    index.run()
    assert names(index.symbols(ids)) == ["shelve"]
    assert known["Box"] not in dict(index.all_names()).values()
    assert index.names_of("pkg/b.py") == [("Bag", dict(index.all_names())["Bag"])]


def test_words(index: Index) -> None:
    assert sorted(index.files_with_word("Box")) == ["pkg/a.py", "pkg/b.py"]
    assert index.files_with_word("größe") == ["pkg/a.py"]
    assert index.files_with_word("名前") == ["pkg/a.py"]
    assert index.files_with_word("Boxes") == ["README"]
    assert index.files_with_word("Boxe") == [] == index.files_with_word("oxes")
    assert sorted(index.files_with_word("x")) == ["README", "pkg/a.py", "pkg/b.py"]
    assert index.files_with_word("\ud800x") == []
    assert b"\nshelves\n" in index.words_of("README")


def test_imports(index: Index) -> None:
    assert index.imports_of("pkg/a.py") == [Import("os"), Import(".b", "Box", "Crate", 1)]
    assert index.importers_of("os") == ["pkg/a.py"]
    assert index.importers_of("o") == [] == index.importers_of("Box")
    assert index.imports_of("none.py") == []


def test_the_table_that_people_look_at(index: Index) -> None:
    rows = index.store.db.execute(
        "select file_path, ast, symbols, dependencies, last_analyzed from code_analysis_cache order by file_path"
    ).fetchall()
    assert [r[0] for r in rows] == ["README", "pkg/a.py", "pkg/b.py"]
    assert rows[2][1].startswith('[["Box",5,0,6,6,-1,true],')
    assert rows[2][2:4] == ('["Box","shelf","_hidden"]', "[]")
    assert rows[1][3] == '["os",".b"]'
    assert rows[0][4] > 1.6e9
    assert rows[0][1:4] == ("[]", "[]", "[]")


def test_status(index: Index, root: Path, tmp_path: Path) -> None:
    status = index.status()
    assert (status.root, status.files, status.words_only, status.pending) == (str(root), 3, 1, 0)
    assert status.symbols == len(list(index.all_names())) == 7
    assert status.parsed == 3
    assert status.database.startswith(str(tmp_path / "cache" / f"index-{VERSION}"))
    assert status.database.endswith("-workspace/index.db")
    assert status.database_bytes > 0
    assert status.cache.startswith(str(tmp_path / "cache"))
    assert status.problem == ""
    assert not status.is_scanning


def test_the_folder_comes_from_the_environment(tmp_path: Path) -> None:
    assert cache_folder(None, {"RULEWRIGHT_CACHE_DIR": str(tmp_path)}) == tmp_path
    assert cache_folder(None, {}).name == "rulewright"
    one, other = (workspace_folder(tmp_path, root) for root in ("/x/ä b!", "/y/ä b!"))
    assert one.name != other.name
    assert one.name.endswith("-b")


def test_what_nobody_has_opened_for_long_is_removed(root: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    build(root, cache).close()
    ours = workspace_folder(cache, str(root))
    kept = [
        ours,
        cache / f"index-{VERSION}/recent",
        cache / "index-v1.1/recent",
        cache / "something",
        cache / f"code_analysis_cache-{VERSION}",
    ]
    gone = [cache / f"index-{VERSION}/unused", cache / "index-v1.1/unused", cache / "code_analysis_cache-v1.1"]
    for folder in (*kept, *gone):
        folder.mkdir(parents=True, exist_ok=True)
    for folder in (*gone, cache / "something", kept[-1]):
        os.utime(folder, (1e9, 1e9))
    build(root, cache).close()
    assert all(folder.exists() for folder in gone), "once a day is enough"
    (cache / ".tidied").unlink()
    build(root, cache).close()
    assert [folder for folder in gone if folder.exists()] == []
    assert [folder for folder in kept if not folder.exists()] == []


# -- what is left out, and why


def test_every_omission_has_a_reason(tmp_path: Path) -> None:
    root = tmp_path / "w"
    files = {
        "ok.py": b"a = 1\n",
        "logo.png": b"\x89PNG",
        "data.py": b"\0\0",
        "gen.go": b"// Code generated by x. DO NOT EDIT.\n",
        "app.min.js": b"a",
        "dense.js": b"a=1;" * 5000,
        "yarn.lock": b"a",
        "big.py": b"a = 1\n" * 20_000,
        "out/a.py": b"a",
        "skip/a.py": b"a",
        "node_modules/x/a.js": b"a",
        "env/pyvenv.cfg": b"",
        "env/lib/a.py": b"a",
        ".gitignore": b"/out/\n*.tmp\n",
        "x.tmp": b"a",
        "sub/.ignore": b"*.txt\n!keep.txt\n",
        "sub/a.txt": b"a",
        "sub/keep.txt": b"ab",
    }
    for path, data in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
    (root / "link.py").symlink_to("ok.py")
    (root / "loop").symlink_to("..")
    os.mkfifo(root / "pipe.py")
    index = build(root, tmp_path / "cache", exclude=("skip/**",), max_file_kb=64)
    assert sorted(index.paths()) == [".gitignore", "ok.py", "sub/.ignore", "sub/keep.txt"]
    why = {
        "ok.py": "is indexed (python): 1 symbol.",
        "logo.png": "is not indexed: it is binary.",
        "data.py": "is not indexed: it is binary.",
        "gen.go": "is not indexed: it is generated by a program.",
        "app.min.js": "is not indexed: it is minified.",
        "dense.js": "is not indexed: it is minified.",
        "yarn.lock": "is not indexed: it is a lock file.",
        "big.py": "is not indexed: it is larger than 64 kB (index.max_file_kb).",
        "out/a.py": "is not indexed: `/out/` in .gitignore names out.",
        "x.tmp": "is not indexed: `*.tmp` in .gitignore names x.tmp.",
        "skip/a.py": "is not indexed: it is named by index.exclude.",
        "node_modules/x/a.js": "is not indexed: node_modules/ is a folder of a tool.",
        "env/lib/a.py": "is not indexed: env/ is a virtual environment.",
        "sub/a.txt": "is not indexed: `*.txt` in sub/.ignore names sub/a.txt.",
        "sub/keep.txt": "is indexed (unknown language): words only: there is no grammar for it.",
        "link.py": "is not indexed: it is a symbolic link.",
        "loop/w/ok.py": "is not indexed: it is a symbolic link.",
        "pipe.py": "is not indexed: it is not a regular file.",
        "none.py": "is not indexed: there is no such file.",
        "ok.py/x": "is not indexed: there is no such file.",
        "sub": "is a folder; the files in it are looked at one by one.",
    }
    for path, sentence in why.items():
        assert index.why(path) == f"{path} {sentence}"
    assert index.why("../x") == "../x is not a path inside the workspace."
    assert index.status().left_out == {
        fit.BINARY: 2,
        fit.IGNORED: 3,
        fit.LINK: 2,
        fit.MINIFIED: 2,
        fit.GENERATED: 1,
        fit.TOO_LARGE: 1,
        fit.LOCK_FILE: 1,
        fit.EXCLUDED: 1,
        fit.TOOL_FOLDER: 1,
        fit.VIRTUAL_ENVIRONMENT: 1,
        fit.SPECIAL: 1,
    }
    index.close()


def test_ignore_files_around_the_workspace_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/ignore").write_text("*.user\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    top = tmp_path / "top"
    root = top / "apps/web"
    root.mkdir(parents=True)
    subprocess.run(["git", "init", "-q"], cwd=top, check=True)
    (top / ".gitignore").write_text("/apps/web/made/\n*.above\nweb/x.py\n")
    (top / ".git/info/exclude").write_text("*.local\n")
    for name in ("a.py", "a.user", "a.above", "a.local", "made.py", "x.py", "made/a.py", "web/x.py"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("a = 1\n")
    # `web/x.py` with a slash in it is about the top folder alone.
    index = build(root, tmp_path / "cache")
    asked = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=True
    )
    assert sorted(index.paths()) == sorted(asked.stdout.split()) == ["a.py", "made.py", "web/x.py", "x.py"]
    assert index.why("a.user").endswith("`*.user` in core.excludesFile names a.user.")
    (home / ".gitconfig").write_text("[user]\n\texcludesfile = no\n[Core]\n\tExcludesFile = ~/mine\n")
    (home / "mine").write_text("made.py\n")
    index.refresh()
    index.run()
    assert sorted(index.paths()) == ["a.py", "a.user", "web/x.py", "x.py"]
    index.close()


def test_a_folder_that_is_ignored_before_its_turn_is_not_looked_at(root: Path, tmp_path: Path) -> None:
    (root / "late").mkdir()
    (root / "late" / "x.py").write_text("def late(): ...\n")
    index = inline_index(root, tmp_path / "late")
    index.refresh()
    index.apply_events(["late"])
    (root / ".gitignore").write_text("/late/\n")
    index.run()
    assert "late/x.py" not in index.paths()
    index.close()


def test_a_change_of_ignore_files_or_settings_counts_at_once(root: Path, tmp_path: Path) -> None:
    for path in root.rglob("*.py"):
        old(path)
    index = build(root, tmp_path / "cache")
    (root / ".gitignore").write_text("b.py\n")
    index.apply_events([".gitignore"])
    index.run()
    assert sorted(index.paths()) == [".gitignore", "README", "pkg/a.py"]
    assert index.status().parsed == 4, "what is still wanted and has not changed is not read again"
    (root / ".gitignore").unlink()
    index.apply_events([], [".gitignore"])
    index.run()
    assert sorted(index.paths()) == ["README", "pkg/a.py", "pkg/b.py"]
    index.close()
    index = build(root, tmp_path / "cache", exclude=("pkg/b.py",))
    assert sorted(index.paths()) == ["README", "pkg/a.py"]
    index.close()
    index = build(root, tmp_path / "cache", max_file_kb=1)
    assert sorted(index.paths()) == ["README", "pkg/a.py", "pkg/b.py"]
    assert index.status().parsed == 0
    index.close()


# -- keeping up


def test_an_unchanged_tree_is_not_read_again(root: Path, tmp_path: Path) -> None:
    for path in root.rglob("*"):
        old(path)
    build(root, tmp_path / "cache").close()
    index = build(root, tmp_path / "cache")
    assert index.analysts.seen == []  # type: ignore[attr-defined]
    assert len(index.paths()) == 3
    index.close()


def test_stamps_are_kept_as_one_value_only_while_it_is_true(root: Path, tmp_path: Path) -> None:
    for path in root.rglob("*"):
        old(path)
    index = build(root, tmp_path / "cache")
    rows = index.store.stamps()
    assert len(rows) == 3
    index.close()
    one, two = (inline_index(root, tmp_path / "cache") for _ in range(2))
    assert one.store.get_meta("stamps") is not None
    assert one.store.stamps() == two.store.stamps() == rows
    (root / "pkg/b.py").write_text("written = 1\n")
    one.apply_events(["pkg/b.py"])
    one.run()
    assert two.store.get_meta("stamps") is None
    assert two.store.stamps()["pkg/b.py"] == 0, "it has just been written, so it is not sure"
    two.store.set_meta("stamps", b"nonsense")
    assert two.store.stamps() == one.store.stamps()
    one.close()
    two.close()
    # A name that is no text keeps it from being kept, and nothing else.
    (root / os.fsdecode(b"\xff.py")).write_text("odd = 1\n")
    index = build(root, tmp_path / "cache")
    index.close()
    index = build(root, tmp_path / "cache")
    assert index.store.get_meta("stamps") is None
    assert len(index.store.stamps()) == 4
    index.close()


def test_a_grammar_that_is_installed_later_counts_at_the_next_start(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "tool.lua").write_text("function hello() end\n")
    for path in (p for p in root.rglob("*") if p.is_file()):
        old(path)
    monkeypatch.setitem(sys.modules, "tree_sitter_lua", None)
    grammar_of.cache_clear()
    index = build(root, tmp_path / "cache")
    assert index.why("tool.lua") == (
        "tool.lua is indexed (lua): words only: its grammar is not installed,"
        " pip install 'rulewright[languages]' may bring it."
    )
    assert index.files_with_word("hello") == ["tool.lua"]
    assert "README" in index.why("README")
    assert "grammar" in index.why("README")
    index.close()
    grammar_of.cache_clear()
    index = build(root, tmp_path / "cache")
    assert (index.status().parsed, index.status().from_cache) == (0, 0), "nothing is done again in vain"
    index.close()
    monkeypatch.undo()
    grammar_of.cache_clear()
    for parsed in (1, 0):
        index = build(root, tmp_path / "cache")
        assert (index.status().parsed, index.status().from_cache) == (parsed, 0)
        assert names(index.symbols_of("tool.lua")) == ["hello"]
        assert index.why("tool.lua") == "tool.lua is indexed (lua): 1 symbol."
        index.close()


def test_a_file_written_again_with_size_and_time_kept_is_seen(root: Path, tmp_path: Path) -> None:
    path = root / "pkg/b.py"
    index = build(root, tmp_path / "cache")
    info = path.stat()
    path.write_text(B.replace("Box", "Bag"))
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    index.refresh()
    index.run()
    assert names(index.symbols_of("pkg/b.py"))[0] == "Bag"
    index.close()


def test_changes_deletions_and_renames(index: Index, root: Path) -> None:
    (root / "pkg/b.py").rename(root / "pkg/c.py")
    index.apply_events([], ["pkg/b.py"])
    assert index.step(0).removed == ["pkg/b.py"]
    assert index.symbols_named("Box") == []
    index.apply_events(["pkg/c.py"])
    assert index.symbols_named("Box")[0].path == "pkg/c.py", "a content that is known shows at once"
    assert index.status().parsed == 3
    (root / "pkg").rename(root / "lib")
    index.apply_events(["pkg", "lib"])
    index.run()
    assert sorted(index.paths()) == ["README", "lib/a.py", "lib/c.py"]
    assert index.status().parsed == 3
    (root / "lib/a.py").unlink()
    (root / "lib/a.py").mkdir()
    (root / "lib/a.py/x.py").write_text("inner = 1\n")
    index.apply_events(["lib/a.py"])
    index.run()
    assert sorted(index.paths()) == ["README", "lib/a.py/x.py", "lib/c.py"]
    (root / "lib/a.py/x.py").unlink()
    (root / "lib/a.py").rmdir()
    (root / "lib/a.py").write_text("flat = 1\n")
    index.refresh()
    index.run()
    assert sorted(index.paths()) == ["README", "lib/a.py", "lib/c.py"]


def test_a_step_tells_which_paths_to_read_again(index: Index, root: Path) -> None:
    index.step()
    (root / "pkg/b.py").write_text("fresh = 1\n")
    (root / "pkg/a.py").unlink()
    index.apply_events(["pkg/a.py", "pkg/b.py"])
    changed, removed = [], []
    while not index.is_idle:
        report = index.step()
        changed += report.changed
        removed += report.removed
    assert (changed, removed) == (["pkg/b.py"], ["pkg/a.py"])


def test_events_that_are_wrong_do_no_harm(index: Index, root: Path) -> None:
    before = contents(index)
    index.apply_events(
        ["none.py", "../out.py", "/etc/passwd", "pkg/../x", "a\0b", "x" * 5000, ".git/index"],
        ["pkg/a.py", "./README", "pkg//b.py"],
    )
    index.run()
    assert contents(index) == before
    index.apply_events([""])
    index.run()
    assert contents(index) == before


def test_many_events_become_one_scan(index: Index, root: Path) -> None:
    for n in range(MANY_EVENTS + 1):
        (root / f"f{n}.py").write_text(f"name_{n} = 1\n")
    index.apply_events([f"f{n}.py" for n in range(MANY_EVENTS + 1)])
    index.run()
    assert len(index.paths()) == MANY_EVENTS + 4


def test_a_branch_switch_back_costs_no_parse(index: Index, root: Path) -> None:
    old(root / "README")
    index.refresh()
    index.run()
    n_cached = index.status().from_cache
    before = contents(index)
    (root / "pkg/a.py").write_text("other = 1\n")
    (root / "pkg/b.py").unlink()
    (root / "pkg/c.py").write_text("third = 1\n")
    index.refresh()
    index.run()
    n_parsed = index.status().parsed
    assert n_parsed == 5
    (root / "pkg/a.py").write_text(A)
    (root / "pkg/b.py").write_text(B)
    (root / "pkg/c.py").unlink()
    index.refresh()
    index.run()
    assert contents(index) == before
    assert index.status().parsed == n_parsed
    assert index.status().from_cache == n_cached + 2


def test_a_record_that_is_not_sound_is_made_anew(index: Index, root: Path, tmp_path: Path) -> None:
    record = index.record("pkg/a.py")
    row = index.file("pkg/a.py")
    assert row is not None
    index.cache.put([(row.hash, b"nonsense", "")])
    found = index.record("pkg/a.py")
    assert found is not None, "what the tables have is given meanwhile"
    assert names(found.symbols) == names(record.symbols)
    assert [s.parent for s in found.symbols] == [s.parent for s in record.symbols]
    assert found.imports == record.imports
    assert index.words_of("pkg/a.py") == words_of(A.encode())
    index.run()
    assert index.record("pkg/a.py") == record
    # Also in another workspace, and by a worker.
    index.cache.put([(row.hash, b"\x96\xa6python\xdd\xff\xff\xff\xff", "")])
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.py").write_text(A)
    second = build(other, tmp_path / "cache")
    assert second.record("a.py") == record
    assert second.status().parsed == 1
    second.close()


def test_pause_and_resume(root: Path, tmp_path: Path) -> None:
    index = inline_index(root, tmp_path / "cache")
    index.pause()
    index.refresh()
    for _ in range(20):
        index.step(0)
    assert index.paths() == []
    assert index.status().is_paused
    index.run()
    assert index.paths() == [], "a paused index is not waited for"
    index.resume()
    index.run()
    assert len(index.paths()) == 3
    index.close()


def test_progress_counts_and_guesses(root: Path, tmp_path: Path) -> None:
    for n in range(600):
        (root / f"f{n}.py").write_text(f"name_{n} = 1\n")
    index = inline_index(root, tmp_path / "cache")
    index.refresh()
    seen = []
    index.run(seen.append)
    assert (seen[-1].done, seen[-1].total, seen[-1].seconds_left) == (603, 603, 0.0)
    assert seen[-1].done_bytes == seen[-1].total_bytes > 0
    assert any(0 < p.done < p.total and p.seconds_left is not None for p in seen)
    assert [p.done for p in seen] == sorted(p.done for p in seen)
    index.close()


def test_open_files_come_first(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # In one look: what a slower one has not seen yet cannot come first.
    monkeypatch.setattr("rulewright.services.index.index.SCAN_SLICE_S", 60)
    for n in range(1200):
        (root / f"f{n:04}.py").write_text("name = 1\n" + "#" * n)
    index = inline_index(root, tmp_path / "cache")
    index.prefer(["f0005.py", "f0007.py", "none.py"])
    index.refresh()
    while not index.analysts.seen:  # type: ignore[attr-defined]
        index.step()
    assert sorted(index.analysts.seen[:2]) == ["f0005.py", "f0007.py"]  # type: ignore[attr-defined]
    index.prefer(["f0001.py"])
    n_seen = len(index.analysts.seen)  # type: ignore[attr-defined]
    index.run()
    # The smallest file would be the last of all.
    assert "f0001.py" in index.analysts.seen[n_seen : n_seen + 2]  # type: ignore[attr-defined]
    assert len(index.paths()) == 1203
    index.close()


def test_clear(index: Index, root: Path) -> None:
    before = contents(index)
    index.clear()
    assert index.paths() == []
    index.refresh()
    index.run()
    assert contents(index) == before
    assert index.status().parsed == 3, "the records by content were kept"
    index.clear(records=True)
    index.refresh()
    index.run()
    assert contents(index) == before
    assert index.status().parsed == 6


def test_a_long_scan_pauses_in_between(tmp_path: Path) -> None:
    root = tmp_path / "w"
    root.mkdir()
    for n in range(3000):
        (root / f"{n}.png").touch()
    index = inline_index(root, tmp_path / "cache")
    index.refresh()
    n_steps = 0
    while not index.is_idle:
        index.step(0)
        n_steps += 1
    assert index.status().left_out == {fit.BINARY: 3000}
    assert n_steps > 1
    index.close()


# -- unsaved buffers


def test_an_overlay_wins_until_it_is_dropped(index: Index, root: Path) -> None:
    box = index.symbols_named("Box")[0]
    text = "import sys\n\nclass Crate:\n    def shelf(self): ...\n"
    record = analyse("python", text.encode())
    index.overlay("pkg/b.py", record, words_of(text.encode()))
    assert index.symbols_named("Box") == []
    assert index.symbols([box.id]) == []
    (crate,) = index.symbols_named("Crate")
    assert crate.path == "pkg/b.py"
    assert index.symbols([crate.id]) == [crate]
    assert index.symbols_with_prefix("cr") == [crate]
    assert names(index.symbols_of("pkg/b.py")) == ["Crate", "shelf"]
    assert index.symbols_named("shelf")[0].container == "Crate"
    assert index.names_of("pkg/b.py")[0] == ("Crate", crate.id)
    assert sorted(index.files_with_word("Crate")) == ["pkg/a.py", "pkg/b.py"]
    assert index.files_with_word("Box") == ["pkg/a.py"]
    assert index.imports_of("pkg/b.py") == [Import("sys")]
    assert index.importers_of("sys") == ["pkg/b.py"]
    assert index.record("pkg/b.py") == record
    assert index.words_of("pkg/b.py") == words_of(text.encode())
    index.overlay("new.py", FileRecord("python", is_fallback=True), words_of(b"untitled"))
    assert index.files_with_word("untitled") == ["new.py"]
    assert "new.py" in index.paths()
    (root / "pkg/b.py").write_text("saved = 1\n")
    index.refresh()
    index.run()
    assert index.symbols_named("saved") == []
    index.overlay("pkg/b.py", None)
    index.overlay("new.py", None)
    index.overlay("never.py", None)
    assert names(index.symbols_of("pkg/b.py")) == ["saved"]
    assert "new.py" not in index.paths()
    assert index.symbols([crate.id]) == []


# -- names of files


def test_names_that_are_not_utf_8(root: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(b"od\xffd")
    (root / odd).mkdir()
    (root / odd / "\xe9.py").write_text("inside = 1\n")
    (root / f"{odd}.py").write_text("beside = 1\n")
    index = build(root, tmp_path / "cache")
    assert index.symbols_named("inside")[0].path == f"{odd}/\xe9.py"
    assert index.symbols_named("beside")[0].path == f"{odd}.py"
    assert index.why(f"{odd}.py").endswith("is indexed (python): 1 symbol.")
    index.close()
    index = build(root, tmp_path / "cache")
    assert len(index.paths()) == 5
    (root / odd / "\xe9.py").unlink()
    (root / odd).rmdir()
    index.apply_events([], [odd])
    index.run()
    assert len(index.paths()) == 4
    assert index.symbols_named("inside") == []
    index.close()


def test_two_normal_forms_of_a_name_are_two_files_where_the_disk_says_so(root: Path, tmp_path: Path) -> None:
    one, other = (unicodedata.normalize(form, "é.py") for form in ("NFC", "NFD"))
    (root / one).write_text("composed = 1\n")
    (root / other).write_text("decomposed = 1\n")
    index = build(root, tmp_path / "cache")
    assert names(index.symbols_of(one)) == ["composed"]
    assert names(index.symbols_of(other)) == ["decomposed"]
    (root / one).unlink()
    index.apply_events([], [one])
    index.run()
    assert index.symbols_named("composed") == []
    assert index.symbols_named("decomposed")[0].path == other
    row = index.file(one)
    assert row is not None, "and a question finds the one that is left"
    assert row.path == other
    index.close()


def test_a_disk_that_does_not_tell_names_apart_has_one_file(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on macOS: what differs in case or normal form leads to the same file; a listing has the name it was made with.
    def real(path: object) -> str:
        text = os.fspath(path)  # type: ignore[call-overload]
        head, tail = os.path.split(text)
        if not tail:
            return text
        head = real(head)
        if not Path(head).is_dir():
            return text
        wanted = unicodedata.normalize("NFC", tail).casefold()
        found = (n for n in listdir(head) if unicodedata.normalize("NFC", n).casefold() == wanted)
        return f"{head}/{next(found, tail)}"

    listdir, lstat, lexists = os.listdir, os.lstat, os.path.lexists
    monkeypatch.setattr(os, "lstat", lambda path: lstat(real(path)))
    monkeypatch.setattr(os.path, "lexists", lambda path: lexists(real(path)))
    on_disk = unicodedata.normalize("NFD", "Größe.py")
    (root / on_disk).write_text("size = 1\n")
    index = inline_index(root, tmp_path / "cache")
    index.apply_events([unicodedata.normalize("NFC", "größe.py"), on_disk, "PKG/A.py"])
    monkeypatch.undo()
    index.run()
    assert sorted(index.paths()) == sorted([on_disk, "pkg/a.py"])
    index.close()


def test_deep_folders_and_ones_that_cannot_be_read(root: Path, tmp_path: Path) -> None:
    deep = root / "/".join("d" * 100)
    deep.mkdir(parents=True)
    (deep / "deep.py").write_text("deepest = 1\n")
    closed = root / "closed"
    closed.mkdir()
    (closed / "a.py").write_text("secret = 1\n")
    index = build(root, tmp_path / "cache")
    assert index.symbols_named("deepest")
    assert index.symbols_named("secret")
    listing, opening = os.scandir, os.open

    def scandir(path):
        if str(path).rstrip("/") == str(closed):
            raise PermissionError(13, "Permission denied")
        return listing(path)

    def open_(path, *rest, **named):
        if os.fsdecode(path).endswith("b.py"):
            raise PermissionError(13, "Permission denied")
        return opening(path, *rest, **named)

    (root / "pkg/b.py").write_text("unseen = 1\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "scandir", scandir)
        patch.setattr(os, "open", open_)
        patch.setattr(os, "access", lambda path, mode: str(path).rstrip("/") != str(closed))
        index.refresh()
        index.run()
    assert index.symbols_named("secret") == []
    assert index.status().left_out == {fit.UNREADABLE: 1, "cannot be read: Permission denied": 1}
    assert index.why("pkg/b.py") == "pkg/b.py is not indexed: it cannot be read: Permission denied."
    index.refresh()
    index.run()
    assert index.symbols_named("secret")
    assert index.symbols_named("unseen"), "what could not be read is tried again"
    index.close()


# -- disks that fail


@pytest.mark.parametrize("damage", ["nonsense", "cut", "another table", "empty"])
def test_a_damaged_index_is_made_anew_with_one_line(
    root: Path, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    for n in range(60):
        (root / f"f{n}.py").write_text("".join(f"name_{n}_{m} = 1\n" for m in range(20)))
    index = build(root, tmp_path / "cache")
    before = contents(index)
    path = Path(index.status().database)
    index.close()
    match damage:
        case "nonsense":
            path.write_bytes(b"nonsense" * 10_000)
        case "cut":
            data = path.read_bytes()
            path.write_bytes(data[: len(data) // 3] + bytes(range(256)) * 300)
        case "empty":
            path.write_bytes(b"")
        case _:
            with sqlite3.connect(path) as db:
                db.execute("drop table names")
                db.execute("create table names(x)")
            db.close()
    index = build(root, tmp_path / "cache")
    index.symbols_named("Box")
    index.run()
    assert index.symbols_named("Box")[0].path == "pkg/b.py"
    index.refresh()
    index.run()
    assert contents(index) == before
    assert index.status().problem == ""
    assert index.status().parsed == 0, "the records by content were not damaged"
    index.close()
    assert len(warnings(caplog)) == (0 if damage == "empty" else 1)


def test_damage_that_shows_while_it_is_used(index: Index, root: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = contents(index)
    index.store.db.execute("drop table names")
    ids = [i for _, i in index.all_names()]
    assert index.symbols_named("Box") == []
    assert index.step(0).is_new
    index.run()
    assert index.symbols_named("Box")[0].path == "pkg/b.py"
    assert contents(index) == before
    assert index.symbols(ids) == [], "an id of the lost database leads nowhere"
    assert len(warnings(caplog)) == 1


def test_a_home_that_cannot_be_written(root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    index = build(root, tmp_path / "file" / "cache")
    assert index.symbols_named("Box")[0].path == "pkg/b.py"
    assert index.record("pkg/a.py") == analyse("python", A.encode())
    status = index.status()
    assert status.problem
    assert (status.database, status.cache) == ("", "")
    index.close()
    assert len(warnings(caplog)) == 2, "one for the index, one for the cache"


def test_a_folder_of_somebody_else_is_not_used(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    index = build(root, tmp_path / "cache")
    assert "belongs to another user" in index.status().problem
    assert len(index.paths()) == 3
    index.close()


def test_a_disk_that_fills_up(root: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    index = build(root, tmp_path / "cache")
    index.store.db.execute("pragma max_page_count = 20")
    for n in range(100):
        (root / f"f{n}.py").write_text("".join(f"name_{n}_{m} = 1\n" for m in range(40)))
    index.refresh()
    index.run()
    assert len(index.paths()) == 103
    assert index.symbols_named("Box"), "what was there before was taken along"
    assert "full" in index.status().problem
    index.close()
    assert len(warnings(caplog)) == 1


def test_two_programs_on_one_workspace(root: Path, tmp_path: Path) -> None:
    one = build(root, tmp_path / "cache")
    two = build(root, tmp_path / "cache")
    assert two.status().parsed == 0, "it sees the rows of the first"
    (root / "pkg/b.py").write_text("first = 1\n")
    one.apply_events(["pkg/b.py"])
    one.run()
    assert two.symbols_named("first")[0].path == "pkg/b.py"
    assert two.step(0).changed == ["pkg/b.py"], "and is told of what it did not write"
    assert two.step(0).changed == []
    two.apply_events(["pkg/b.py"])
    two.run()
    assert two.status().parsed == 0
    # While one writes, the other goes on later.
    one.store.db.execute("begin immediate")
    (root / "pkg/a.py").write_text("second = 1\n")
    two.apply_events(["pkg/a.py"])
    for _ in range(5):
        two.step(0)
    assert not two.is_idle
    assert two.symbols_named("second") == []
    one.store.db.execute("commit")
    two.run()
    assert one.symbols_named("second")[0].path == "pkg/a.py"
    assert contents(one) == contents(two)
    one.close()
    two.close()


def test_an_index_that_another_program_emptied_is_filled_again(root: Path, tmp_path: Path) -> None:
    editor = build(root, tmp_path / "cache")
    before = contents(editor)
    terminal = build(root, tmp_path / "cache")
    terminal.clear()
    terminal.close()
    assert editor.paths() == []
    assert editor.step(0).is_new, "what was kept of it in memory counts no more"
    editor.run()
    assert contents(editor) == before
    assert not editor.step(0).is_new
    # Its own doing is no news.
    editor.clear()
    report = editor.step(0)
    assert (report.is_new, report.is_idle) == (False, True)
    editor.close()


def test_many_processes_index_one_workspace_at_once(root: Path, tmp_path: Path) -> None:
    for n in range(150):
        (root / f"f{n}.py").write_text(f"name_{n} = 1\n")
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.harness.inline_analysts import inline_index\n"
        "index = inline_index(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "assert not index.store.problem, index.store.problem\n"
        "index.refresh()\n"
        "index.run()\n"
        "assert not index.store.problem, index.store.problem\n"
        "assert len(index.paths()) == 153, len(index.paths())\n"
        "index.close()\n"
    )
    here = str(Path(__file__).parents[2])
    running = [
        subprocess.Popen([sys.executable, "-c", program, str(root), str(tmp_path / "cache")], cwd=here)
        for _ in range(4)
    ]
    assert [p.wait() for p in running] == [0] * 4
    index = build(root, tmp_path / "cache")
    fresh = build(root, tmp_path / "fresh")
    assert contents(index) == contents(fresh)
    index.close()
    fresh.close()


def test_what_has_only_words_and_what_is_left_out_is_told_apart(index: Index, root: Path) -> None:
    (root / "gen.py").write_text("# @generated\nx = 1\n")
    index.refresh()
    index.run()
    readme, generated = index.file("README"), index.file("gen.py")
    assert readme is not None
    assert generated is not None
    assert (readme.status, generated.status, generated.reason) == (WORDS_ONLY, LEFT_OUT, fit.GENERATED)
    assert index.record("gen.py") is None
    assert "gen.py" not in index.paths()
