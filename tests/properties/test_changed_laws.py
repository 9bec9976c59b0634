"""What counts as changed, and what a baseline hides, whatever the texts are."""

import json
from collections import Counter
from difflib import SequenceMatcher

from hypothesis import example, given
from hypothesis import strategies as st

from rulewright.core.baseline import Known, fingerprints, hide, read_baseline, write_baseline
from rulewright.core.changed import Changes, read_patch
from rulewright.core.findings import Finding
from rulewright.core.text import Text

LINES = st.lists(st.sampled_from(["a\n", "b\n", "+++ b/x\n", "@@ -1 +1 @@\n", "\\ no\n", "\n", "c\r\n"]), max_size=8)
NAMES = st.text(st.characters(codec=None, exclude_characters="\0"), min_size=1, max_size=5)
KNOWN = st.builds(Known, NAMES, NAMES, st.sampled_from(["1f", "2e", "3d"]))


def patch_of(old, new):
    """A patch without context, as git writes it, and the ranges that it tells."""
    parts, ranges = [b"--- a/f\n+++ b/f\n"], []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        a, b = (i + (j > i), k + (m > k))
        parts.append(f"@@ -{a},{j - i} +{b},{m - k} @@\n".encode())
        parts += [f"-{line}".encode() for line in old[i:j]] + [f"+{line}".encode() for line in new[k:m]]
        ranges.append((k, m))
    return b"".join(parts), tuple(ranges)


@given(LINES, LINES)
def test_a_patch_tells_the_lines_whatever_they_look_like(old, new):
    patch, ranges = patch_of(old, new)
    assert read_patch(patch) == {"f": ranges}


def finding(content, start, end):
    text = Text(content)
    return Finding("r", "error", "", "f", start, end, text.range(start, end))


@given(LINES, LINES, st.data())
def test_a_finding_is_new_when_one_of_its_lines_is(old, new, data):
    _, ranges = patch_of(old, new)
    content = "".join(new)
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    covered = set(range(content.count("\n", 0, start), content.count("\n", 0, max(start, end - 1)) + 1))
    changed = {line for a, b in ranges for line in range(a, b)}
    removed = {a for a, b in ranges if a == b}
    expected = bool(covered & changed) or any({place - 1, place} <= covered for place in removed)
    assert Changes({"f": ranges}).touch(finding(content, start, end), content) == expected
    assert Changes({"f": None}).touch(finding(content, start, end), content)
    assert not Changes({"g": None}).touch(finding(content, start, end), content)


@given(st.lists(KNOWN))
def test_a_baseline_is_read_as_it_was_written(known):
    baseline = Counter(known)
    text = write_baseline(baseline)
    assert text.isascii()
    assert read_baseline(text) == baseline
    assert write_baseline(Counter(reversed(known))) == text


@given(st.lists(KNOWN, max_size=12), st.lists(KNOWN, max_size=12))
def test_a_baseline_hides_as_many_of_each_as_it_lists(known, listed):
    baseline = Counter(listed)
    hidden = hide(known, baseline)
    shown = Counter(one for one, is_shown in zip(known, hidden.shown, strict=True) if is_shown)
    assert shown == Counter(known) - baseline
    assert hidden.left == baseline - Counter(known)
    assert hidden.n_hidden == (Counter(known) & baseline).total()
    assert baseline == Counter(listed)


@given(st.lists(KNOWN, max_size=12))
@example([Known("a.py", "\ud83d", "1f"), Known("caf\udce9", "r", "1f"), Known("\udd00", "r", "1f")])
def test_every_finding_has_a_fingerprint_of_its_own(known):
    prints = fingerprints(known)
    assert len(set(prints)) == len(known)
    assert set(fingerprints(reversed(known))) == set(prints)


JSON = st.recursive(st.none() | st.integers() | NAMES, lambda x: st.lists(x) | st.dictionaries(NAMES, x))


@given(NAMES | JSON.map(json.dumps) | JSON.map(lambda x: json.dumps({"version": 1, "findings": x, "more": 1})))
def test_what_is_no_baseline_gets_a_sentence(text):
    assert isinstance(read_baseline(text), str)
