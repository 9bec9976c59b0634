"""Code of the protocol's classes is kept between starts, and believed only where nobody else can have written it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.services import compiled_classes
from rulewright.services.compiled_classes import SWITCH, kept, kept_in
from tests.harness.program import environment

IMPORT = """
import hashlib, json, sys
from rulewright.services import compiled_classes

n_compiled = 0
def counting(source, filename, mode, *rest, **options):
    global n_compiled
    n_compiled += 1
    return compile(source, filename, mode, *rest, **options)
compiled_classes.compile = counting

with compiled_classes.kept(compiled_classes.kept_in()):
    from lsprotocol import types
import attr._make
digest = hashlib.sha256()
def add(code):
    digest.update(code.co_code)
    digest.update(repr((code.co_names, code.co_varnames, code.co_filename, code.co_firstlineno)).encode())
    for const in code.co_consts:
        add(const) if hasattr(const, "co_code") else digest.update(repr(const).encode())
for name, kind in sorted(vars(types).items()):
    if isinstance(kind, type):
        for method in ("__init__", "__eq__", "__repr__"):
            add(code) if (code := getattr(getattr(kind, method), "__code__", None)) else None
position = types.Position(1, 2)
assert position == types.Position(line=1, character=2) and repr(position) == "1:2", position
folder = types.WorkspaceFolder("file:///a", "a")
assert repr(folder) == "WorkspaceFolder(uri='file:///a', name='a')", folder
print(json.dumps([n_compiled, digest.hexdigest(), hasattr(attr._make, "compile")]))
"""
MANY = 500


def imported(cache, **more):
    """How many sources were compiled to import the protocol's types, and a digest of all their code."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORT],
        env=environment(RULEWRIGHT_CACHE_DIR=str(cache), **more),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    n_compiled, digest, is_left = json.loads(done.stdout)
    assert not is_left, "attrs must have its own compile back"
    return n_compiled, digest


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache" / "rulewright"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What an import has kept, and the digest of its code."""
    first = tmp_path_factory.mktemp("kept") / "rulewright"
    n_compiled, code = imported(first)
    assert n_compiled > MANY
    return first, code


@pytest.fixture
def filled(made, cache):
    """A copy of it in `cache`; the digest."""
    shutil.copytree(made[0], cache)
    return made[1]


def the_file(cache):
    (path,) = cache.iterdir()
    return path


def test_the_second_import_compiles_nothing_and_makes_the_same(cache):
    n_first, code = imported(cache)
    assert n_first > MANY
    inode = the_file(cache).stat().st_ino
    assert imported(cache) == (0, code)
    assert the_file(cache).stat().st_ino == inode, "there was nothing new to write"
    # Without keeping anything, attrs compiles by itself.
    assert imported(cache, **{SWITCH: "false"}) == (0, code)


def test_only_the_user_may_read_and_write_it(made):
    cache, _ = made
    assert cache.stat().st_mode & 0o777 == 0o700
    assert the_file(cache).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: b"\0" * 16 + data[16:],
        lambda data: data.replace(sys.version.encode(), b"9" * len(sys.version.encode())),
        lambda data: b"garbage",
    ],
    ids=["empty", "cut", "one bit", "magic", "version", "garbage"],
)
def test_a_file_that_is_damaged_or_of_another_version_is_not_believed(cache, filled, spoil):
    path = the_file(cache)
    whole = path.read_bytes()
    assert len(compiled_classes._read(path)) > MANY
    path.write_bytes(spoil(whole))
    assert compiled_classes._read(path) == {}


def test_a_file_that_is_damaged_is_replaced(cache, filled):
    path = the_file(cache)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    n_compiled, again = imported(cache)
    assert n_compiled > MANY
    assert again == filled
    assert the_file(cache).read_bytes()[:100] == whole[:100]
    assert imported(cache) == (0, filled)


def expose_file(cache):
    the_file(cache).chmod(0o666)


def expose_folder(cache):
    cache.chmod(0o777)


def replace_by_link(cache):
    path = the_file(cache)
    elsewhere = path.replace(cache.parent / "elsewhere")
    path.symlink_to(elsewhere)


def replace_folder_by_link(cache):
    elsewhere = cache.replace(cache.parent / "elsewhere")
    cache.symlink_to(elsewhere)


@pytest.mark.parametrize("expose", [expose_file, expose_folder, replace_by_link, replace_folder_by_link])
def test_what_somebody_else_may_have_written_is_not_believed(cache, filled, expose):
    name = the_file(cache).name
    assert len(compiled_classes._read(cache / name)) > MANY
    expose(cache)
    assert compiled_classes._read(cache / name) == {}


def test_beside_what_is_not_believed_all_is_compiled_as_ever(cache, filled):
    expose_folder(cache)
    n_compiled, again = imported(cache)
    assert n_compiled > MANY
    assert again == filled


def test_what_belongs_to_somebody_else_is_not_believed(cache, monkeypatch):
    path = cache / "kept"
    compiled_classes._write(path, {("x = 1", "<x>"): (lambda: 1).__code__})
    assert len(compiled_classes._read(path)) == 1
    monkeypatch.setattr(os, "getuid", lambda: cache.stat().st_uid + 1)
    assert compiled_classes._read(path) == {}


def test_a_place_that_cannot_be_written_does_no_harm(tmp_path):
    (tmp_path / "file").write_text("in the way")
    n_compiled, _ = imported(tmp_path / "file" / "cache")
    assert n_compiled > MANY


def test_it_is_switched_off_by_the_environment_or_kept_in_the_users_folder(tmp_path):
    assert kept_in({SWITCH: "false"}) is None
    assert kept_in({SWITCH: " Never "}) is None
    assert kept_in({"RULEWRIGHT_CACHE_DIR": str(tmp_path)}).parent == tmp_path
    assert kept_in({}).parent.name == "rulewright"
    with kept(None):
        from attr import _make

        assert not hasattr(_make, "compile")


def test_two_servers_that_start_at_once_leave_a_whole_file(cache):
    command, options = [sys.executable, "-c", IMPORT], {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = environment(RULEWRIGHT_CACHE_DIR=str(cache))
    both = [subprocess.Popen(command, env=env, **options) for _ in range(2)]
    results = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], results
    assert len(list(cache.iterdir())) == 1
    assert imported(cache)[0] == 0


def test_the_name_of_attrs_that_this_hangs_on_is_asked(tmp_path):
    import attr
    from attr import _make

    source = Path(_make.__file__).read_text(encoding="utf-8")
    assert "compile(" in source
    asked = []
    with kept(tmp_path / "kept"):
        inner = _make.compile
        _make.compile = lambda *arguments: asked.append(arguments[2]) or inner(*arguments)
        attr.make_class("Made", ["a", "b"])
    assert asked
    assert set(asked) == {"exec"}
