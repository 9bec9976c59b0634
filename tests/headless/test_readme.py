"""The first minute of the README, word by word: its commands are run in order, and what it shows is what comes."""

import re
import shlex
from pathlib import Path

import pytest

from tests.harness.program import command, write_files

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
FILES = {".git/HEAD": "", "src/app.py": 'def f(x=[]):\n    assert (x, "empty")\n    return x\n'}
NUMBERS = re.compile(r"\d+ files?|\d+ rules?|\d+\.\d+ s")


def chapter(title: str) -> str:
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


def sessions(text: str) -> list[tuple[list[str], str]]:
    """The commands of a chapter's terminal blocks, each with what is shown below it."""
    found = []
    for block in BLOCK.findall(text):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = part.partition("\n")
            # A comment may go on in the next line.
            shown = "".join(f"{row}\n" for row in shown.splitlines() if not row.lstrip().startswith("#"))
            found.append((shlex.split(line, comments=True), shown))
    return found


def test_the_first_minute(tmp_path: Path) -> None:
    root = write_files(tmp_path, FILES)
    told = [(words[1:], shown) for words, shown in sessions(chapter("The first minute")) if words[0] == "rulewright"]
    assert [words for words, _ in told] == [
        ["check"],
        ["init"],
        ["rules", "list"],
        ["rules", "why", "src/app.py"],
        ["rules", "test"],
        ["check", "--diff"],
        ["check", "--fix"],
    ]
    codes = {}
    for words, shown in told:
        done = command(root, *words)
        codes[" ".join(words)] = done.returncode
        if shown:
            assert NUMBERS.sub("N", done.stdout.decode()) == NUMBERS.sub("N", shown)
    assert codes == {
        "check": 1,
        "init": 0,
        "rules list": 0,
        "rules why src/app.py": 0,
        "rules test": 0,
        "check --diff": 1,
        "check --fix": 1,
    }
    assert (root / "src/app.py").read_text() == 'def f(x=[]):\n    assert x, "empty"\n    return x\n'


@pytest.mark.parametrize(
    "words", [words for words, _ in sessions(chapter("Editors")) if words[0] == "rulewright"], ids=" ".join
)
def test_the_commands_for_editors(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert command(tmp_path, *words[1:]).returncode == 0
