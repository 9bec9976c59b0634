"""The cache of records by content: what a hostile or broken folder can do, which is nothing but cost time."""

import logging
import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import diskcache
import pytest

from rulewright.services.index.cache import MEMORY_LIMIT, CodeCache
from rulewright.services.index.reading import cache_key
from rulewright.storage.bytes_disk import IN_DATABASE_BYTES, BytesDisk, RefusedRowError

KEY = cache_key("python", b"x = 1")
BIG = b"v" * (IN_DATABASE_BYTES + 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "records"


def bomb(mark: Path) -> bytes:
    """What makes a folder when it is unpickled, written by hand: call os.mkdir with the path."""
    return b"cos\nmkdir\n(V%b\ntR." % bytes(mark)


def database(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "cache.db")


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


def test_what_is_put_is_got_also_by_another_process(folder: Path) -> None:
    one = CodeCache(folder)
    one.put([(KEY, b"record", ""), (b"k" * 32, BIG, "words only: why")])
    other = CodeCache(folder)
    assert other.get(KEY) == (b"record", "")
    assert other.get(b"k" * 32) == (BIG, "words only: why")
    assert other.get(b"none") is None
    assert len(other) == 2
    other.drop(KEY)
    assert one.get(KEY) is None
    one.close()
    other.close()


def test_the_key_tells_language_and_content_apart() -> None:
    keys = {cache_key(language, data) for language in ("python", "ruby", "") for data in (b"", b"a", b"python\na")}
    assert len(keys) == 9


def test_the_folder_is_private(folder: Path) -> None:
    cache = CodeCache(folder)
    assert not folder.exists(), "nothing is made before it is needed"
    assert cache.is_on_disk
    cache.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    cache = CodeCache(folder)
    assert len(cache) == 0
    cache.close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("where", ["value", "file", "file elsewhere", "key", "key and value"])
def test_a_planted_pickle_is_never_run(folder: Path, tmp_path: Path, where: str) -> None:
    mark = tmp_path / "ran"
    cache = CodeCache(folder)
    cache.put([(KEY, b"record", "")])
    cache.close()
    (folder / "planted.val").write_bytes(bomb(mark))
    pickled = 4  # diskcache's MODE_PICKLE
    with database(folder) as db:
        match where:
            case "value":
                db.execute("update Cache set mode = ?, value = ?", (pickled, bomb(mark)))
            case "file":
                db.execute("update Cache set mode = ?, value = null, filename = 'planted.val'", (pickled,))
            case "key":
                db.execute("update Cache set raw = 0, key = ?", (bomb(mark),))
            case "key and value":
                db.execute("update Cache set raw = 0, key = ?, mode = ?, value = ?", (bomb(mark), pickled, bomb(mark)))
            case _:
                db.execute(
                    "update Cache set mode = ?, value = null, filename = ?", (pickled, str(folder / "planted.val"))
                )
    db.close()

    # diskcache as it comes does run it, so what is planted would have worked.
    with diskcache.Cache(str(folder)) as plain:
        list(plain) if "key" in where else plain.get(KEY)
    assert mark.exists()
    mark.rmdir()

    cache = CodeCache(folder)
    assert cache.get(KEY) is None
    with pytest.raises((RefusedRowError, KeyError)):
        [cache._disk[key] for key in cache._disk]
    cache.put([(KEY, b"new", "")])
    cache.trim()
    assert cache.get(KEY) == (b"new", "")
    cache.clear()
    cache.close()
    assert not mark.exists()


def test_a_file_name_of_another_hand_is_neither_read_nor_deleted(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"mine")
    cache = CodeCache(folder)
    cache.put([(KEY, BIG, "")])
    cache.close()
    for name in (str(secret), "../secret", "ab/cd/../../../secret"):
        with database(folder) as db:
            db.execute("update Cache set filename = ?", (name,))
        db.close()
        cache = CodeCache(folder)
        assert cache.get(KEY) is None
        cache.drop(KEY)
        cache.put([(KEY, BIG, "")])
        cache.close()
        assert secret.read_bytes() == b"mine"


def test_only_bytes_go_in(folder: Path) -> None:
    folder.mkdir()
    with diskcache.Cache(str(folder), disk=BytesDisk) as cache:
        for key, value in ((("a",), b"v"), ("text", b"v"), (b"k", "text"), (b"k", {"a": 1}), (b"k", 1)):
            with pytest.raises(TypeError):
                cache.set(key, value)
        assert len(cache) == 0


@pytest.mark.parametrize("kind", ["text", "number", "null", "text file"])
def test_a_row_of_another_kind_is_a_miss(folder: Path, kind: str) -> None:
    cache = CodeCache(folder)
    cache.put([(KEY, b"record", "")])
    value = {"text": "text", "number": 7, "null": None, "text file": None}[kind]
    with database(folder) as db:
        db.execute("update Cache set value = ?, mode = ?", (value, 3 if kind == "text file" else 1))
    db.close()
    assert cache.get(KEY) is None
    cache.put([(KEY, b"record", "")])
    assert cache.get(KEY) == (b"record", "")
    cache.close()


@pytest.mark.parametrize("damage", ["nonsense", "cut", "empty", "settings", "another table"])
def test_a_damaged_cache_is_made_anew_with_one_line(
    folder: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = CodeCache(folder)
    cache.put([(n.to_bytes(32, "big"), bytes(3000), "") for n in range(50)])
    cache.close()
    file = folder / "cache.db"
    for name in ("cache.db-wal", "cache.db-shm"):
        (folder / name).unlink(missing_ok=True)
    match damage:
        case "nonsense":
            file.write_bytes(b"nonsense" * 10_000)
        case "cut":
            file.write_bytes(file.read_bytes()[:9000] + b"x" * 9000)
        case "empty":
            file.write_bytes(b"")
        case "settings":
            with database(folder) as db:
                db.execute("insert into Settings values ('disk_no_such_option', 1)")
            db.close()
        case _:
            with database(folder) as db:
                db.execute("drop table Cache")
                db.execute("create table Cache (something)")
            db.close()
    cache = CodeCache(folder)
    for n in range(50):
        cache.get(n.to_bytes(32, "big"))
    cache.put([(KEY, b"record", "")])
    assert cache.get(KEY) == (b"record", "")
    assert cache.is_on_disk
    cache.close()
    assert len(warnings(caplog)) == (0 if damage == "empty" else 1)


def test_a_folder_that_cannot_be_made_is_done_without_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = CodeCache(tmp_path / "file" / "records")
    cache.put([(KEY, b"record", "note")])
    assert cache.get(KEY) == (b"record", "note")
    assert not cache.is_on_disk
    cache.drop(KEY)
    assert cache.get(KEY) is None
    cache.trim()
    cache.clear()
    assert cache.volume() == 0
    cache.close()
    assert len(warnings(caplog)) == 1
    assert "in memory" in warnings(caplog)[0]


def test_memory_is_bounded() -> None:
    cache = CodeCache(None)
    piece = bytes(MEMORY_LIMIT // 10)
    for n in range(25):
        cache.put([(bytes([n]), piece, "")])
    assert cache.volume() <= MEMORY_LIMIT
    assert cache.get(bytes([24])) is not None
    assert cache.get(bytes([0])) is None


def test_the_disk_is_bounded(folder: Path) -> None:
    cache = CodeCache(folder, size_limit=1 << 20)
    for n in range(40):
        cache.put([(n.to_bytes(32, "big") + bytes([m]), os.urandom(10_000), "") for m in range(10)])
    assert cache.volume() > 1 << 20
    cache.trim()
    assert cache.volume() <= 1 << 20
    assert 0 < len(cache) < 400
    cache.close()


def test_a_disk_that_fills_up_is_done_without_and_said_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = CodeCache(folder)
    cache._disk._sql("pragma max_page_count = 40")
    for n in range(100):
        cache.put([(n.to_bytes(32, "big"), bytes(4000), "")])
    assert cache.get((99).to_bytes(32, "big")) == (bytes(4000), "")
    assert not cache.is_on_disk
    cache.close()
    assert len(warnings(caplog)) == 1
    assert "full" in warnings(caplog)[0]


def test_another_writer_only_costs_the_batch(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    cache = CodeCache(folder)
    cache.put([(KEY, b"before", "")])
    other = database(folder)
    other.execute("begin immediate")
    cache.put([(b"k" * 32, b"record", "")])
    assert cache.get(KEY) == (b"before", "")
    other.rollback()
    other.close()
    cache.put([(b"k" * 32, b"record", "")])
    assert cache.get(b"k" * 32) == (b"record", "")
    cache.close()
    assert warnings(caplog) == []


def test_many_processes_open_and_write_at_once(folder: Path) -> None:
    program = (
        "import sys, pathlib\n"
        "from rulewright.services.index.cache import CodeCache\n"
        "cache = CodeCache(pathlib.Path(sys.argv[1]))\n"
        "assert cache.is_on_disk\n"
        "for n in range(20):\n"
        "    cache.put([(bytes([int(sys.argv[2]), n]), b'r', '')])\n"
        "cache.close()\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", program, str(folder), str(n)]) for n in range(4)]
    assert [p.wait() for p in running] == [0] * 4
    cache = CodeCache(folder)
    assert len(cache) > 0
    cache.close()
