"""Real rule files of other projects: every one is read, and what had to be repaired is counted."""

from pathlib import Path

import pytest

from rulewright.core.edits import apply, disjoint
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from tests.harness.corpus import real_files

FILES = real_files()
MUTATIONS = {
    "as it is": lambda data: data,
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "windows line ends": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "bad UTF-8": lambda data: data[: len(data) // 3] + b"\xff\xfe\x80" + data[len(data) // 3 :],
    "cut off": lambda data: data[: len(data) // 4],
    "tabs": lambda data: data.replace(b"  ", b"\t"),
    "every key twice": lambda data: data.replace(b"globs:", b"globs: x\nglobs:"),
    "never ends": lambda data: data.replace(b"\n---", b"\n", 1),
}


@pytest.mark.parametrize("path", FILES, ids=[p.name for p in FILES])
def test_a_real_file_is_read(path: Path) -> None:
    data = path.read_bytes()
    for mutate in MUTATIONS.values():
        parsed = parse(Origin(path.name, path.name), mutate(data))
        assert parsed.rule is not None or parsed.is_broken
    parsed = parse(Origin(path.name, path.name), data)
    assert parsed.rule is not None
    assert not [p for p in parsed.problems if p.problem.severity == "error"]


def test_the_repair_of_a_real_file_is_its_fix() -> None:
    """Taking every fix of how it is written leaves nothing to repair, and the same rule."""
    repaired = {"repaired-value", "fenced-front-matter", "byte-order-mark", "text-as-boolean"}
    for path in FILES:
        content = path.read_bytes().decode("utf-8")
        before = parse(Origin(path.name, path.name), content.encode())
        fixes = [p.problem.fix.edits for p in before.problems if p.problem.fix and p.problem.code in repaired]
        after = parse(Origin(path.name, path.name), apply(content, disjoint(fixes)).encode())
        assert not repaired & {p.problem.code for p in after.problems}, path.name
        assert before.rule is not None
        assert after.rule is not None
        assert (after.rule.globs, after.rule.description, after.rule.always) == (
            before.rule.globs,
            before.rule.description,
            before.rule.always,
        )
