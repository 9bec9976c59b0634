"""An index as the gateway keeps it: what it says of folders."""

from pathlib import Path

from rulewright.core.config import IndexSettings
from rulewright.core.index.symbols import FileRecord
from rulewright.services.index.kept import open_index


def test_the_folders_in_a_folder_are_those_that_are_indexed(tmp_path: Path) -> None:
    root = tmp_path / "w"
    for path in ("src/shop/deep/a.py", "src/b.py", "build/x.py", "src/out/y.py", "node_modules/z/i.js", ".hidden/c.py"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("", "utf-8")
    (root / ".gitignore").write_text("build/\n", "utf-8")
    (root / "src" / ".ignore").write_text("out\n", "utf-8")
    index = open_index(str(root), IndexSettings(), 1, tmp_path / "cache")
    try:
        assert list(index.folders_in("")) == ["src"]
        assert list(index.folders_in("src")) == ["src/shop"]
        assert list(index.folders_in("src/shop")) == ["src/shop/deep"]
        assert list(index.folders_in("missing")) == []
        # A document that is not saved yet makes its folders.
        index.overlay("src/new/part/d.py", FileRecord("python"))
        assert list(index.folders_in("src")) == ["src/new", "src/shop"]
        assert list(index.folders_in("src/new")) == ["src/new/part"]
    finally:
        index.close()


def test_a_header_of_cpp_is_analysed_as_what_it_is_and_only_once(tmp_path: Path) -> None:
    root = tmp_path / "w"
    root.mkdir()
    (root / "shape.h").write_text("class Shape {\npublic:\n  int area();\n};\n", "utf-8")
    for parsed in (1, 0):
        index = open_index(str(root), IndexSettings(), 1, tmp_path / "cache")
        try:
            index.refresh()
            while index.step(0.05):
                pass
            record = index.record("shape.h")
            assert record is not None
            assert (record.language, [s.name for s in record.symbols]) == ("cpp", ["Shape", "area"])
            while index.step(0.05):
                pass
            assert index.status().parsed == parsed
        finally:
            index.close()


def test_few_functions_are_found_among_very_many_methods(tmp_path: Path) -> None:
    root = tmp_path / "w"
    root.mkdir()
    methods = "".join(f"    def get_{n}(self): ...\n" for n in range(200))
    (root / "many.py").write_text(f"class Many:\n{methods}", "utf-8")
    (root / "few.py").write_text("def get_object_or_404(): ...\n\n\ndef _get_hidden(): ...\n", "utf-8")
    (root / "Box.java").write_text("class Box {\n  int get_int() { return 1; }\n  class get_Inner {}\n}\n", "utf-8")
    index = open_index(str(root), IndexSettings(), 1, tmp_path / "cache")
    try:
        index.refresh()
        while index.step(0.05):
            pass
        found = index.prefix("get_", 60, free=True)
        assert [row.name for row in found.rows] == ["get_Inner", "get_object_or_404"]
        assert found.is_complete
        assert not index.prefix("get_", 60).is_complete
        # What is written later is found too, and what is gone is not.
        (root / "few.py").write_text("class Few:\n    def get_one(self): ...\n\n\ndef get_two(): ...\n", "utf-8")
        index.refresh(["few.py"])
        while index.step(0.05):
            pass
        assert [row.name for row in index.prefix("get_", 60, free=True).rows] == ["get_two", "get_Inner"]
    finally:
        index.close()
