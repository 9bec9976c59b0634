"""Ignore files are read as git reads them: git itself is asked."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rulewright.core.index.ignore import MAX_PATTERN, Ignores, parse_ignore

NAMES = ("a", "b.py", "ab", "c.d", "d", " x", "a b", "[", "#c", "!d", "A", "x.log", "keep.log", "a\\b")
PATHS = [
    *NAMES,
    *(f"{folder}/{name}" for folder in ("a", "ab", "c.d") for name in NAMES[:8]),
    *(f"{folder}/{name}" for folder in ("a/ab", "a/b/c", "ab/a/b") for name in NAMES[:6]),
]

INSIDE = [path for path in PATHS if path not in {"a", "a/ab"}]
"""Without those that are folders in some tests."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    return root


def ask_git(root: Path, texts: dict[str, str], paths: list[str]) -> set[str]:
    """Which of some paths, of which none needs to be there, git ignores."""
    for folder, text in texts.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / ".gitignore").write_bytes(text.encode("utf-8", "surrogateescape"))
    done = subprocess.run(
        [
            "git",
            "-c",
            "core.excludesFile=",
            "-c",
            "core.ignorecase=false",
            "check-ignore",
            "--no-index",
            "-z",
            "--stdin",
        ],
        cwd=root,
        input="\0".join(paths).encode(),
        capture_output=True,
        check=False,
    )
    (root / ".gitignore").unlink(missing_ok=True)
    for folder in texts:
        # What is there as a folder, git takes for one.
        if folder:
            shutil.rmtree(root / folder.partition("/")[0], ignore_errors=True)
    return {p for p in done.stdout.decode().split("\0") if p}


def ask_us(texts: dict[str, str], paths: list[str]) -> set[str]:
    found = set()
    for path in paths:
        parts = path.split("/")
        ignores = Ignores()
        for depth, name in enumerate(parts):
            folder = "/".join(parts[:depth])
            if folder in texts:
                ignores = ignores.joined(parse_ignore(texts[folder], ".gitignore", folder))
            here = f"{folder}/{name}" if folder else name
            if ignores.ignored(here, name, is_folder=depth < len(parts) - 1):
                found.add(path)
                break
    return found


@pytest.mark.parametrize(
    "text",
    [
        "*.log\n!keep.log\n",
        "a/\n",
        "/a\n",
        "a/*\n!a/ab\n",
        "**/b.py\n",
        "a/**\n",
        "a/**/b.py\n",
        "**/ab/**\n",
        "**\n!*.py\n",
        "/**/c\n",
        "a**b\n",
        "a/**b\n",
        "[ab]*\n",
        "[!a]*\n",
        "[^a]*\n",
        "[a-c]*\n",
        "[c-a]*\n",
        "[]a]*\n",
        "[[]\n",
        "[a\n",
        "[[:alpha:]]\n",
        "[[:nonsense:]]\n",
        "[[:upper:][:digit:]]*\n",
        "\\#c\n",
        "\\!d\n",
        "#c\n",
        "a b\n",
        " x\n",
        "ab   \n",
        "ab\\ \n",
        "a\\\\b\n",
        "ab\\\n",
        "?\n",
        "*?.*\n",
        "b.py\r\n",
        "\ufeffab\n",
        "/\n",
        "//\n",
        "a//b.py\n",
        "!a\n",
        "a\n!a/b.py\n",
        "*/ab\n",
        "a/b/c/..\n",
        "*.py\n!/b.py\n",
        "é\n",
        "[\\]a]\n",
        "[a-]b\n",
        "a[/]b.py\n",
        "[/[ab]\n",
        "a/[/b]*\n",
        "[a/b\n",
        "a\\/ab\n",
        "a?b.py\n",
        "***\n",
        "a/***/b.py\n",
        "**a\n",
        "**/\n",
        "a/**/\n",
    ],
)
def test_a_pattern_means_what_git_says(repository: Path, text: str) -> None:
    assert ask_us({"": text}, PATHS) == ask_git(repository, {"": text}, PATHS)


def test_a_deeper_file_is_stronger(repository: Path) -> None:
    texts = {"": "*.py\nab\n", "a": "!b.py\n/a\n", "a/ab": "*\n"}
    assert ask_us(texts, INSIDE) == ask_git(repository, texts, INSIDE)


pieces = st.sampled_from(
    ["a", "b", "b.py", "c.d", "*", "**", "?", "/", "[ab]", "[!a]", "!", "\\", " ", ".", "#", "[", "]", "-"]
)
lines = st.lists(pieces, min_size=1, max_size=6).map("".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lines, min_size=1, max_size=4).map("\n".join), st.lists(lines, max_size=2).map("\n".join))
@example("aa", "/a\\")
def test_any_patterns_mean_what_git_says(repository: Path, top: str, inner: str) -> None:
    texts = {"": top, "a": inner}
    assert ask_us(texts, INSIDE) == ask_git(repository, texts, INSIDE)


def test_the_pattern_that_decides_is_told() -> None:
    ignores = Ignores(parse_ignore("*.log\n!keep.log\n", ".gitignore"))
    decided = ignores.match("x/keep.log", is_folder=False)
    assert decided is not None
    assert (decided.origin, decided.line, decided.keeps) == (".gitignore", "!keep.log", True)
    assert ignores.match("x/a.py", is_folder=False) is None


def test_a_wildcard_stands_for_a_character_where_git_takes_a_byte(repository: Path) -> None:
    # A difference that is known and kept: git compares bytes, so `?` and `[é]` do not match é.
    for text in ("?\n", "[é]\n"):
        assert ask_us({"": text}, ["é"]) == {"é"}
        assert ask_git(repository, {"": text}, ["é"]) == set()


def test_names_that_are_no_text_match(repository: Path) -> None:
    name = os.fsdecode(b"a\xff.py")
    assert ask_us({"": os.fsdecode(b"*\xff.py\n")}, [name, "a.py"]) == {name}


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 40 + "b",
        "**/a/" * 40 + "b",
        "/" + "**/*a*/" * 30 + "b",
        "a" * (MAX_PATTERN + 1),
        "[" * 3000,
        "?" * 2000 + "*b",
    ],
)
def test_a_hostile_pattern_costs_no_time(pattern: str) -> None:
    # Were there any backtracking, this would take longer than the test may.
    ignores = Ignores(parse_ignore(pattern, ".gitignore"))
    deep = "a/" * 1500
    began = time.process_time()
    for path in (deep + "a" * 250, deep + "c"):
        ignores.ignored(path, path.rpartition("/")[2], is_folder=False)
    assert time.process_time() - began < 30
