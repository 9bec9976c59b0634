"""What the index knows for retrieval, its links and its texts: the same as if it were read anew, whatever happened."""

import os
import sqlite3
from pathlib import Path

import pytest

from rulewright.core.index.analyse import analyse
from rulewright.core.index.symbols import FileRecord
from rulewright.core.retrieve.split import terms
from rulewright.services.index import texts
from rulewright.services.index.kept import KeptIndex
from tests.harness.inline_analysts import inline_index

FILES = {
    "jar.py": "def parse_cookie(header):\n    '''Read what a browser sends.'''\n    return header.split(';')\n",
    "web/http.py": "class HTTPServer:\n    def serve_forever(self):\n        while True:\n            self.accept()\n",
    "notes.md": "# Deployment\n\nRun the container behind a proxy.\n\n# Testing\n\nUse the makefile.\n",
    "data.py": "COLOURS = {\n    'crimson': 1,\n    'teal': 2,\n}\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / "w" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "w" / path).write_text(text)
    return tmp_path / "w"


@pytest.fixture
def opened(root: Path, tmp_path: Path):
    made: list[KeptIndex] = []

    def open_() -> KeptIndex:
        index = KeptIndex(inline_index(root, tmp_path / "cache"))
        made.append(index)
        index.refresh()
        settle(index)
        return index

    yield open_
    for index in made:
        index.close()


def settle(index: KeptIndex) -> None:
    while index.step(0.05):
        pass


def read(index: KeptIndex) -> None:
    while index.read_texts(0.05) or index.read_links(0.05):
        pass


def found(index: KeptIndex, question: str) -> list[str]:
    return [f"{row.path} {row.name}" for row in index.matching(terms(question), 20).rows]


@pytest.mark.parametrize(
    ("name", "text", "question", "expected"),
    [
        ("oven.go", "package oven\n\n// Bakes pretzels.\n// Slowly.\nfunc Run() {}\n", "slowly baked pretzels", "Run"),
        ("oven.rs", "/// Bakes pretzels.\n#[inline]\nfn run() {}\n\nfn stop() {}\n", "pretzels", "run"),
        ("oven.ex", 'defmodule Oven do\n  @doc "Bakes pretzels."\n  def run, do: 1\nend\n', "pretzels", "run"),
        ("oven.py", "def run():\n    '''Bakes pretzels.'''\n", "pretzels", "run"),
        ("oven.ts", "// é\nlet x = 1;\n\n/** Bakes pretzels. */\nexport function run() {}\n", "pretzels", "run"),
    ],
)
def test_a_definition_is_found_by_its_doc(root, opened, name, text, question, expected):
    (root / name).write_text(text)
    index = opened()
    read(index)
    assert f"{name} {expected}" in found(index, question)[:2]


def write(index: KeptIndex, root: Path, path: str, text: str) -> None:
    (root / path).write_text(text)
    os.utime(root / path, (1e9, 1e9 + len(text)))
    index.refresh([path])
    settle(index)


def test_nothing_is_read_before_somebody_asks_and_is_kept_up_from_then_on(opened, root: Path) -> None:
    index = opened()
    assert found(index, "cookie") == []
    assert not index.links()
    read(index)
    assert found(index, "cookies") == ["jar.py parse_cookie"]
    write(index, root, "jar.py", "def parse_biscuit(header):\n    return header\n")
    assert found(index, "cookie") == []
    assert found(index, "biscuits") == ["jar.py parse_biscuit"]
    (root / "jar.py").unlink()
    index.refresh(["jar.py"])
    settle(index)
    assert found(index, "biscuit") == []
    assert "jar.py" not in index.links()


def test_the_next_program_finds_what_the_last_one_read(opened) -> None:
    first = opened()
    read(first)
    first.close()
    second = opened()
    assert found(second, "browser cookie")[0] == "jar.py parse_cookie"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("http server", "web/http.py HTTPServer"),
        ("who accepts", "web/http.py serve_forever"),
        ("what does a browser send", "jar.py parse_cookie"),
        ("behind a proxy", "notes.md Deployment"),
        ("crimson", "data.py COLOURS"),
    ],
)
def test_a_definition_is_found_by_its_name_doc_and_text(opened, question: str, answer: str) -> None:
    index = opened()
    read(index)
    assert found(index, question)[0] == answer


@pytest.mark.parametrize(
    "question", ['"', "a' OR 'b", "NEAR(x)", "col:x", "x*", "^x", "-x", "()", "\0", "AND", "ß Ω 名前"]
)
def test_any_question_is_words_and_no_query(opened, question: str) -> None:
    index = opened()
    read(index)
    assert isinstance(found(index, question), list)


def test_an_unsaved_document_is_shown_where_it_is_now(opened) -> None:
    index = opened()
    read(index)
    text = "# two\n# more\n" + FILES["jar.py"].replace("def parse_cookie", "def fresh(): pass\ndef parse_cookie")
    index.overlay("jar.py", analyse("python", text.encode()))
    (row,) = index.matching(terms("cookie"), 5).rows
    assert (row.name, row.row) == ("parse_cookie", 3)
    assert [d.path for d in index.spread({"fresh"})["fresh"].definers] == ["jar.py"]
    index.overlay("jar.py", FileRecord("python"))
    assert index.matching(terms("cookie"), 5).rows == ()
    assert (
        "parse_cookie" not in index.spread({"parse_cookie"})
        or not index.spread({"parse_cookie"})["parse_cookie"].definers
    )


def test_links_follow_each_change_as_if_they_were_read_anew(opened, root: Path) -> None:
    index = opened()
    read(index)
    names = {"parse_cookie", "HTTPServer", "serve_forever", "brand_new", "header"}
    write(index, root, "use.py", "from jar import parse_cookie\nbrand_new(parse_cookie)\n")
    write(index, root, "jar.py", FILES["jar.py"] + "def brand_new(x):\n    return HTTPServer\n")
    write(index, root, "web/http.py", "class HTTPServer:\n    pass\n")
    many = {f"made_{i}" for i in range(80)}
    write(index, root, "many.py", "".join(f"def {name}():\n    parse_cookie()\n" for name in sorted(many)))
    write(index, root, "uses.py", "from many import made_3\nmade_3(made_79)\n")
    again = opened()
    read(again)
    assert index.spread(names | many) == again.spread(names | many)
    assert index.spread(many)["made_79"].n_uses == 2
    assert index.spread(names)["brand_new"].n_uses == 2


def test_a_damaged_or_foreign_text_file_is_made_anew(opened, tmp_path: Path) -> None:
    index = opened()
    read(index)
    index.close()
    (path,) = tmp_path.rglob("text.db")
    for body in (b"no database at all" * 500, b""):
        path.write_bytes(body)
        again = opened()
        read(again)
        assert found(again, "cookie") == ["jar.py parse_cookie"]
        again.close()
    with sqlite3.connect(path) as db:
        db.execute("pragma user_version = 999")
    db.close()
    again = opened()
    read(again)
    assert found(again, "cookie") == ["jar.py parse_cookie"]


def test_where_there_is_no_room_the_words_are_kept_in_memory(opened, tmp_path: Path, monkeypatch) -> None:
    index = opened()
    real, asked = texts._open, []

    def full(folder: Path | None) -> sqlite3.Connection:
        asked.append(folder)
        if folder is not None:
            raise sqlite3.OperationalError("database or disk is full")
        return real(folder)

    monkeypatch.setattr(texts, "_open", full)
    read(index)
    assert found(index, "cookie") == ["jar.py parse_cookie"]
    assert [folder is None for folder in asked] == [False, True]
    assert not list(tmp_path.rglob("text.db"))


def test_two_programs_fill_one_file(opened, root: Path) -> None:
    one, other = opened(), opened()
    more = True
    while more:
        more = one.read_texts(0) | other.read_texts(0)
    assert found(one, "cookie") == found(other, "cookie") == ["jar.py parse_cookie"]
    write(one, root, "new.py", "def sweet_cookie():\n    return 1\n")
    other.refresh(["new.py"])
    settle(other)
    assert (
        sorted(found(one, "cookie")) == sorted(found(other, "cookie")) == ["jar.py parse_cookie", "new.py sweet_cookie"]
    )


def test_clearing_forgets_the_texts(opened, tmp_path: Path) -> None:
    index = opened()
    read(index)
    index.clear()
    assert not list(tmp_path.rglob("text.db"))
    index.refresh()
    settle(index)
    assert found(index, "cookie") == []
    read(index)
    assert found(index, "cookie") == ["jar.py parse_cookie"]
