"""Every fix of every case of a remark: taken, it leaves a file without that remark, and without a new error."""

from collections import Counter
from pathlib import Path

import pytest

from rulewright.core.edits import apply
from rulewright.core.findings import Finding
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import MAX_FILE_BYTES, parse
from rulewright.core.rules.remarks import REMARKS
from tests.harness.case import Case
from tests.harness.case import parse as read_case
from tests.harness.world import World

FOLDER = Path(__file__).parents[1] / "cases/lint"
CASES = [read_case(path, path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.case"))]


def lint(case: Case, root: Path, edited: dict[str, str] | None = None) -> tuple[Finding, ...]:
    """What is said of the files of a case, some of them edited."""
    world = World(root)
    (root / ".git").mkdir(parents=True)
    for section in case.sections:
        if section.kind == "file":
            world.write(section.head, section.body)
    for path, content in (edited or {}).items():
        (root / path).write_bytes(content.encode())
    world.open()
    return world.gateway.files.lint_rules(world.projects.views[0])


def count(findings: tuple[Finding, ...], path: str, what: str) -> int:
    return sum(1 for f in findings if f.path == path and what in {f.rule_id, f.severity})


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_fix_takes_its_remark_away(case: Case, newline: str, tmp_path: Path) -> None:
    files = {s.head: s.body.replace("\n", newline) for s in case.sections if s.kind == "file"}
    before = lint(case, tmp_path / "before", files)
    shown = [f for f in before if f.rule_id == f"rulewright/{case.name}"]
    n_offered = 0
    for number, finding in enumerate(before):
        for other, fix in enumerate((finding.fix, *finding.other_fixes)):
            if fix is None:
                continue
            n_offered += finding in shown
            content = files[finding.path]
            after_text = apply(content, fix.edits)
            assert "\n" not in after_text.replace("\r\n", "") or newline == "\n", "the end of a line was changed"
            after = lint(case, tmp_path / f"{number}-{other}", files | {finding.path: after_text})
            what = f"{finding.rule_id}: {fix.title}: {after_text}"
            assert count(after, finding.path, finding.rule_id) < count(before, finding.path, finding.rule_id), what
            assert count(after, finding.path, "error") <= count(before, finding.path, "error"), what
    offered = REMARKS[case.name].fix
    assert n_offered == len(shown) if offered == "always" else (n_offered > 0) == (offered == "sometimes")


@pytest.mark.parametrize(
    ("front", "key", "after"),
    [
        ('globs: ["a/**.py", b]', "glob-glued-stars", 'globs: ["a/**/*.py", b]'),
        ("globs: [a/**.py, b]", "glob-glued-stars", "globs: [a/**/*.py, b]"),
        ("globs:\n  - b\n  - a/**.py  # why", "glob-glued-stars", "globs:\n  - b\n  - a/**/*.py  # why"),
        ("globs: a/**.py, b/a/**.py", "glob-glued-stars", "globs: a/**/*.py, b/a/**.py"),
        ("globs: '!a/**.py'", "glob-glued-stars", "globs: '!a/**/*.py'"),
        ("globs: a/(b|c)", "glob-group", "globs: a/{b,c}"),
        ("globs: [a/(b|c)]", "glob-group", 'globs: ["a/{b,c}"]'),
        ('globs: "a/[slug]"', "glob-route", 'globs: "a/\\\\[slug\\\\]"'),
        ("glob: x\ntags: a", "unknown-key", "globs: x\ntags: a"),
        ("trigger: always_on", "unknown-key", "alwaysApply: true"),
        ("trigger: model_decision", "unknown-key", "alwaysApply: false"),
        ("tags: |\n  a\n\n  b\ntags: c", "duplicate-key", "tags: c"),
        ("tags: a\nglobs: x\ntags: c", "duplicate-key", "globs: x\ntags: c"),
    ],
)
def test_only_what_is_wrong_is_written_anew(front: str, key: str, after: str) -> None:
    content = f"---\n{front}\n---\nText.\n"
    parsed = parse(Origin(".ai-rules/a.md", "a.md"), content.encode())
    fix = next(p.problem.fix for p in parsed.problems if p.problem.code == key)
    assert fix is not None
    assert apply(content, fix.edits) == f"---\n{after}\n---\nText.\n"


@pytest.mark.parametrize(
    ("front", "key"),
    [
        ("glob: x\nglobs: y", "unknown-key"),
        ("trigger: sometimes", "unknown-key"),
        ("name: A name that is shown", "unknown-key"),
        ("{tags: a, tags: b}", "duplicate-key"),
    ],
)
def test_what_nobody_can_know_is_not_offered(front: str, key: str) -> None:
    parsed = parse(Origin(".ai-rules/a.md", "a.md"), f"---\n{front}\n---\nText.\n".encode())
    assert [p.problem.fix for p in parsed.problems if p.problem.code == key] == [None]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * (MAX_FILE_BYTES + 1), "rule-file-too-big"),
        (b"caf\xe9", "not-utf-8"),
        ("é".encode("utf-16"), "not-utf-8"),
    ],
    ids=["big", "latin", "utf-16"],
)
def test_bytes_that_no_case_can_show(data: bytes, code: str) -> None:
    parsed = parse(Origin(".ai-rules/a.md", "a.md"), data)
    assert Counter(p.problem.code for p in parsed.problems)[code] == 1
    assert parsed.problems[0].problem.severity in REMARKS[code].severities
