"""The law of the index: after anything that happened to the disk, it equals a fresh build.

What happened may be told by events, in any order, twice, wrongly or not at all: one scan makes it good. Where every
change was told, in whatever order, not even the scan is needed.
"""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rulewright.core.index.analyse import analyse
from rulewright.core.index.fit import normal
from rulewright.core.index.words import words_of
from tests.harness.inline_analysts import contents, inline_index

FOLDERS = ("", "a", "b", "a/deep", "é")
NAMES = ("x.py", "y.py", "z.txt", "x", "min.min.js")
PATHS = [f"{folder}/{name}" if folder else name for folder in FOLDERS for name in NAMES]
CONTENTS = (
    b"",
    b"first = 1\n",
    b"other = 1\n",
    b"def first():\n    other = 1\n",
    b"class Third:\n    def method(self): ...\n",
    b"import os\n",
    b"# @generated\nmade = 1\n",
    b"\0\0",
    b"broken = (\n",
    "größe = '😀'\n".encode(),
    b"\xff\xfe" + "wide = 1\n".encode("utf-16-le"),
    b"long = 1\n" * 300,
)
IGNORES = ("", "*.txt\n", "/a/\n", "x.py\n!/b/x.py\n", "deep\n")

paths = st.sampled_from(PATHS)
folders = st.sampled_from(FOLDERS[1:])
AGES_S = (0, 10, 10_000, -5000)
"""Before now; files that were just written are never believed to be unchanged, and neither are those of tomorrow."""


class IndexMachine(RuleBasedStateMachine):
    """A workspace, its index, and what has not been told."""

    @initialize()
    def begin(self) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.root = self.home / "root"
        self.root.mkdir()
        self.index = inline_index(self.root, self.home / "cache", max_file_kb=2)
        self.index.refresh()
        self.untold: list[str] = []
        self.overlaid: dict[str, bytes] = {}
        self.branch: dict[str, bytes] = {}
        self.n_builds = 0

    def teardown(self) -> None:
        if hasattr(self, "index"):
            self.scan()
            self.index.close()
            shutil.rmtree(self.home)

    # -- what happens to the disk

    @rule(path=paths, content=st.sampled_from(CONTENTS), age_s=st.sampled_from(AGES_S))
    def write(self, path: str, content: bytes, age_s: int) -> None:
        full = self.root / path
        if full.is_dir() or any(parent.is_file() for parent in full.parents):
            return
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content)
        now_ns = full.stat().st_mtime_ns
        os.utime(full, ns=(now_ns, now_ns - age_s * 10**9))
        self.untold.append(path)

    @rule(path=paths, content=st.sampled_from(CONTENTS))
    def write_and_keep_the_time(self, path: str, content: bytes) -> None:
        full = self.root / path
        if full.is_file():
            # An editor that replaces a file: a new inode, the time of the old one.
            info = full.stat()
            other = full.with_name("temporary.png")
            other.write_bytes(content)
            os.utime(other, ns=(info.st_mtime_ns, info.st_mtime_ns))
            other.replace(full)
            self.untold.append(path)

    @rule(path=paths)
    def delete(self, path: str) -> None:
        full = self.root / path
        if full.is_file():
            full.unlink()
            self.untold.append(path)

    @rule(folder=folders)
    def delete_folder(self, folder: str) -> None:
        if (self.root / folder).is_dir():
            shutil.rmtree(self.root / folder)
            self.untold.append(folder)

    @rule(source=st.sampled_from([*PATHS, *FOLDERS[1:]]), to=st.sampled_from([*PATHS, *FOLDERS[1:], "c"]))
    def rename(self, source: str, to: str) -> None:
        old, new = self.root / source, self.root / to
        if not old.exists() or new.exists() or not new.parent.is_dir() or to.startswith(source + "/"):
            return
        old.rename(new)
        self.untold += [source, to]

    @rule(
        folder=st.sampled_from(("", "a", "b")),
        text=st.sampled_from(IGNORES),
        name=st.sampled_from((".gitignore", ".ignore")),
    )
    def ignore(self, folder: str, text: str, name: str) -> None:
        if (self.root / folder).is_dir():
            full = self.root / folder / name
            if full.exists() and not text:
                full.unlink()
            else:
                full.write_text(text)
            self.untold.append(f"{folder}/{name}" if folder else name)

    @rule()
    def switch_branch(self) -> None:
        """Everything becomes what it was at the last switch; what is now comes back with the next one."""
        now = {
            str(p.relative_to(self.root)): p.read_bytes()
            for p in self.root.rglob("*")
            if p.is_file() and not p.is_symlink()
        }
        for path in now.keys() - self.branch.keys():
            (self.root / path).unlink()
        for path, content in self.branch.items():
            full = self.root / path
            if now.get(path) != content and not full.is_dir():
                try:
                    full.parent.mkdir(parents=True, exist_ok=True)
                except FileExistsError:
                    continue
                full.write_bytes(content)
        self.untold += [*now, *self.branch]
        self.branch = now

    # -- what is told, and done

    @rule(data=st.data(), some=st.lists(st.sampled_from([*PATHS, *FOLDERS, "none.py", ".gitignore"]), max_size=4))
    def wrong_events(self, data: st.DataObject, some: list[str]) -> None:
        at = data.draw(st.integers(0, len(some)))
        self.index.apply_events(some[:at], some[at:])

    @rule(data=st.data())
    def late_events(self, data: st.DataObject) -> None:
        told = data.draw(st.permutations(self.untold))
        for path in told:
            as_deleted = data.draw(st.booleans())
            self.index.apply_events(() if as_deleted else (path,), (path,) if as_deleted else ())
        self.index.run()
        self.equals_a_fresh_build()
        self.untold = []

    @rule(n=st.integers(1, 4))
    def work_a_little(self, n: int) -> None:
        for _ in range(n):
            self.index.step(0)

    @rule()
    def scan(self) -> None:
        self.index.refresh()
        self.index.run()
        self.equals_a_fresh_build()
        self.untold = []

    @rule()
    def open_again(self) -> None:
        self.index.close()
        self.index = inline_index(self.root, self.home / "cache", max_file_kb=2)
        for path, content in self.overlaid.items():
            self.index.overlay(path, analyse("python", content), words_of(normal(content)))

    @precondition(lambda self: not self.overlaid)
    @rule()
    def another_program(self) -> None:
        other = inline_index(self.root, self.home / "cache", max_file_kb=2)
        other.refresh()
        other.run()
        other.close()

    # -- unsaved buffers

    @rule(path=paths, content=st.sampled_from(CONTENTS[1:6]))
    def overlay(self, path: str, content: bytes) -> None:
        self.index.overlay(path, analyse("python", content), words_of(normal(content)))
        self.overlaid[path] = content

    @rule(path=paths)
    def drop(self, path: str) -> None:
        self.index.overlay(path, None)
        self.overlaid.pop(path, None)

    # -- what must hold

    @invariant()
    def overlays_win(self) -> None:
        for path, content in getattr(self, "overlaid", {}).items():
            record = analyse("python", content)
            assert self.index.record(path) == record
            assert [s.name for s in self.index.symbols_of(path)] == [s.name for s in record.symbols]
            for name in ("first", "other", "Third"):
                here = [s for s in self.index.symbols_named(name) if s.path == path]
                assert len(here) == sum(s.name == name for s in record.symbols)
                assert (path in self.index.files_with_word(name)) == (
                    b"\n%b\n" % name.encode() in words_of(normal(content))
                )

    def equals_a_fresh_build(self) -> None:
        self.n_builds += 1
        cache = self.home / f"fresh{self.n_builds}"
        fresh = inline_index(self.root, cache, max_file_kb=2)
        fresh.refresh()
        fresh.run()
        assert contents(self.index) == contents(fresh)
        names = {name for name, _ in fresh.all_names()}
        assert {name for name, _ in self.index.all_names()} == names
        for name in names:
            found, expected = (
                sorted((s.path, s.row) for s in index.store.symbols_named(name)) for index in (self.index, fresh)
            )
            assert found == expected
        assert self.index.is_idle
        fresh.close()
        shutil.rmtree(cache)


TestIndex = IndexMachine.TestCase
TestIndex.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
