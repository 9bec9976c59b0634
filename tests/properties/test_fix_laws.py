"""Laws of findings, fixes and suppressions."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.edits import apply, disjoint
from rulewright.core.rules import engine
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.fix import apply_fixes
from rulewright.core.rules.lint import Enforced
from rulewright.core.rules.suppress import UNUSED, suppression_edit
from rulewright.core.text import Text
from tests.harness.linting import findings_in

RULES = {
    "calls": {"rule": {"pattern": "f($A)"}, "fix": "g($A)", "message": "of $A"},
    "pairs": {"rule": {"pattern": "[$A, $B]"}, "fix": "[\n  $B,\n  $A,\n]"},
    "texts": {"rule": {"kind": "string"}, "fix": "'safe'"},
    "names": {"rule": {"pattern": "bad"}},
}
ENFORCED = tuple(
    Enforced(rule_id, f"{rule_id}.md", "", check)
    for rule_id, document in RULES.items()
    for check in read_checks(document, rule_id=rule_id, languages=("python",))[0]
)
KNOWN = frozenset(RULES)

atoms = st.sampled_from(["bad", "x", "1", "'a'", "'😀'", "'é\u0301'", "\U0001d4b3"])
expressions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        inner.map(lambda e: f"f({e})"),
        st.tuples(inner, inner).map(lambda pair: f"[{pair[0]}, {pair[1]}]"),
        st.tuples(inner, inner).map(lambda pair: f"({pair[0]}\n  + {pair[1]})"),
    ),
    max_leaves=6,
)
lines = st.tuples(st.sampled_from(["", "if x:\n    "]), expressions).map("".join)
ends = st.sampled_from(["\n", "\r\n"])
programs = st.tuples(st.lists(lines, min_size=1, max_size=5), ends, st.booleans()).map(
    lambda parts: "\n".join([*parts[0], *[""] * parts[2]]).replace("\n", parts[1])
)
quick = settings(max_examples=40, deadline=None)


@quick
@given(programs)
def test_positions_name_the_text_they_are_about(content: str) -> None:
    text = Text(content)
    root = engine.parse(content, "python")
    found = findings_in("a.py", content, "python", ENFORCED)
    alone = sorted(engine.offsets(n) for e in ENFORCED for n in engine.find_all(root, e.check.config))
    assert sorted((f.start, f.end) for f in found) == alone
    for finding in found:
        assert text.range(finding.start, finding.end) == finding.range
        assert text.offset(finding.range.start) == finding.start
        shown = content[finding.start : finding.end]
        assert shown.startswith({"calls": "f(", "pairs": "[", "texts": "'", "names": "bad"}[finding.rule_id])


@quick
@given(programs)
def test_suppressing_every_finding_leaves_nothing(content: str) -> None:
    for _ in range(100):
        found = findings_in("a.py", content, "python", ENFORCED, KNOWN)
        assert UNUSED not in {f.rule_id for f in found}
        if not found:
            return
        edit = suppression_edit(content, "python", found[0])
        assert edit is not None
        content = apply(content, [edit])
    raise AssertionError


@quick
@given(st.lists(st.tuples(atoms, st.sampled_from(["", "  # rulewright: ignore[names, calls]"])), max_size=5))
def test_taking_idle_suppressions_away_changes_no_other_finding(rows: list[tuple[str, str]]) -> None:
    content = "".join(f"{code}{comment}\n" for code, comment in rows)
    for _ in range(3):
        found = findings_in("a.py", content, "python", ENFORCED, KNOWN)
        idle = [f for f in found if f.rule_id == UNUSED]
        others = [(f.rule_id, f.range.start.line) for f in found if f.rule_id != UNUSED]
        content = apply_fixes(content, idle)
        assert others == [
            (f.rule_id, f.range.start.line)
            for f in findings_in("a.py", content, "python", ENFORCED, KNOWN)
            if f.rule_id != UNUSED
        ]
    assert not [f for f in findings_in("a.py", content, "python", ENFORCED, KNOWN) if f.rule_id == UNUSED]


@quick
@given(programs)
def test_safe_fixes_can_be_made_together(content: str) -> None:
    found = findings_in("a.py", content, "python", ENFORCED)
    edits = disjoint(f.fix.edits for f in found if f.fix)
    assert all(a.end <= b.start for a, b in pairwise(edits))
    n_changed = sum(len(e.new_text) - (e.end - e.start) for e in edits)
    assert len(apply(content, edits)) == len(content) + n_changed
    assert bool(edits) == any(f.fix for f in found)


@quick
@given(programs)
def test_fixing_again_and_again_comes_to_rest(content: str) -> None:
    for _ in range(8):
        found = [f for f in findings_in("a.py", content, "python", ENFORCED) if f.rule_id == "calls"]
        content = apply_fixes(content, found)
    assert not [f for f in findings_in("a.py", content, "python", ENFORCED) if f.rule_id == "calls"]


@quick
@given(st.text())
def test_any_text_is_checked(content: str) -> None:
    for finding in findings_in("a.py", f"{content}# rulewright: ignore", "python", ENFORCED):
        assert 0 <= finding.start <= finding.end <= len(content) + 20
