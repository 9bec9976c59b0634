"""What an edit must not do."""

from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.edits import Edit, apply
from rulewright.core.findings import Finding
from rulewright.core.index.soundness import Unsound, unsound
from rulewright.core.proposals.moved import Moves, new_errors
from rulewright.core.proposals.smallest import smallest
from rulewright.core.proposals.verify import Proposed, Wrong, syntax_errors, verify
from rulewright.core.text import Text

CODE = "import os\n\n\ndef f(x):\n    y = x\n    return y\n\n\ndef g(x):\n    return f(x)\n"
F = "def f(x):\n    y = x\n    return y\n"


def found(text: str, word: str, rule: str = "r") -> list[Finding]:
    starts = [at for at in range(len(text)) if text.startswith(word, at)]
    return [Finding(rule, "error", "No.", "a.py", at, at + 1, Text(text).range(at, at + 1)) for at in starts]


def wrongs(
    after: str, before: str = CODE, part: str = "", word: str = "\0", path: str = "a.py", **options
) -> list[str]:
    part = part or before[before.index("def f(x)") : before.index("\n\ndef g")]
    start = before.index(part)
    edits = options.pop("edits", smallest(before, after))
    proposed = Proposed(path, 1, before, after, edits, (start, start + len(part)))
    language = "python" if path.endswith("py") else ""
    errors = syntax_errors(before, language), syntax_errors(after, language)
    go = options.pop("must_go", ())
    told = verify(proposed, options.pop("version", 1), *errors, found(before, word), found(after, word), go, **options)
    assert all(isinstance(one, Wrong) and one.text.endswith((".", "?")) for one in told)
    return [one.kind for one in told]


changed = partial(CODE.replace)


def test_a_right_edit_has_nothing_wrong() -> None:
    assert wrongs(changed("y = x", "y = x + 1")) == []


def test_another_version_is_all_that_is_said() -> None:
    assert wrongs("", version=2) == ["stale"]
    assert wrongs(changed("y = x", "z = x"), edits=(Edit(0, 1, "x"),)) == ["stale"]
    assert wrongs(changed("y = x", "z = x"), edits=(Edit(0, 9_999, "x"),)) == ["stale"]


def test_only_the_target_changes() -> None:
    assert wrongs(changed("return f(x)", "return f(x) + 1")) == ["outside_target"]
    assert wrongs(changed("    return y\n", "    return y\n\n\ndef h(x):\n    return x\n")) == []
    # An edit that slid out of the target and says the same is none that is outside.
    assert wrongs("a\na\nb\n", "a\nb\n", "a\n", path="a.txt", edits=(Edit(2, 2, "a\n"),)) == []


def test_imports_may_be_added_where_that_is_said() -> None:
    more = changed("import os\n", "import os\nimport sys\n").replace("y = x", "y = sys")
    assert wrongs(more) == ["outside_target"]
    assert wrongs(more, may_import=True) == []
    assert wrongs(changed("import os\n", "import os\nos.umask(0)\n"), may_import=True) == ["outside_target"]
    assert wrongs(changed("import os\n", "import os, sys\n"), may_import=True) == []
    assert wrongs(changed("import os\n", ""), may_import=True) == ["outside_target"]
    assert wrongs(changed("import os\n", "import os; os.umask(0)\n"), may_import=True) == ["outside_target"]


def test_an_error_that_was_there_is_no_new_one() -> None:
    before = CODE.replace("return f(x)", "return f(x")
    assert wrongs(before.replace("y = x", "y = x\n    z = y"), before) == []
    assert wrongs(before.replace("y = x", "y = (x"), before) != []


def test_one_error_is_not_traded_for_another() -> None:
    before = CODE.replace("y = x", "y = = x")
    assert wrongs(before.replace("y = = x", "y = x"), before) == []
    assert "syntax" in wrongs(before.replace("y = = x", "y = x").replace("return y", "return = y"), before)


def test_indentation_counts_as_syntax() -> None:
    assert "syntax" in wrongs(changed("    return y", "      return y"))
    assert "syntax" in wrongs(changed("    return y", "return y"))


def test_a_check_that_held_holds() -> None:
    assert wrongs(changed("y = x", "y = bad(x)"), word="bad") == ["rule"]
    before = CODE.replace("y = x", "y = bad(x)")
    assert wrongs(before.replace("bad(x)", "bad(x, 1)"), before, word="bad") == []
    assert wrongs(before.replace("y = bad(x)", "z = 1\n    y = bad(x)"), before, word="bad") == []
    assert wrongs(before.replace("return y", "return bad(y)"), before, word="bad") == ["rule"]


def test_an_unchanged_line_may_not_break_a_check_by_what_is_around_it() -> None:
    # The same finding elsewhere accounts for none outside of what was changed.
    before = CODE.replace("y = x", "y = bad")
    after = CODE
    proposed = Proposed(
        "a.py", 1, before, after, smallest(before, after), (before.index("def f"), before.index("def g"))
    )
    told = verify(proposed, 1, (), (), found(before, "bad"), found(after, "import"))
    assert [one.kind for one in told] == ["rule"]


def test_what_was_to_be_mended_is_gone() -> None:
    before = CODE.replace("y = x", "y = bad(x)")
    go = found(before, "bad")
    assert wrongs(CODE, before, F.replace("y = x", "y = bad(x)"), word="bad", must_go=go) == []
    part = F.replace("y = x", "y = bad(x)")
    for after in (before.replace("bad(x)", "bad(x, 1)"), before.replace("y = bad(x)", "z = 1\n    y = bad(x)")):
        assert wrongs(after, before, part, word="bad", must_go=go) == ["still_there"]


def test_marks_and_hidden_letters_are_broken_text() -> None:
    assert wrongs(changed("y = x", "y = x  # \u202e")) == ["broken_text"]
    assert wrongs(changed("y = x", "y = '\ufffd'")) == ["broken_text"]
    before = CODE.replace("y = x", "y = '\ufffd'")
    assert wrongs(before.replace("return y", "return y + x"), before, F.replace("y = x", "y = '\ufffd'")) == []
    assert "unfinished" in wrongs(changed("    y = x", "<<<<<<< SEARCH\n    y = x"))


def test_a_definition_may_get_another_name_that_nobody_uses() -> None:
    before = CODE.replace("return f(x)", "return x")
    assert wrongs(before.replace("def f(x)", "def value_of(x)"), before) == []
    assert wrongs(changed("def f(x)", "def value_of(x)")) == ["lost_code"]
    assert wrongs(before.replace("def f(x)", "def value_of(x)"), before, kind="document") == ["lost_code", "lost_code"]


@pytest.mark.parametrize(
    "body",
    [
        "    pass\n",
        "    ...\n",
        "    raise NotImplementedError\n",
        '    """Doc."""\n    pass\n',
        "    # Later.\n    pass\n",
    ],
)
def test_a_placeholder_is_no_body(body: str) -> None:
    assert "lost_code" in wrongs(changed("    y = x\n    return y\n", body))
    stub = CODE.replace("    y = x\n    return y\n", body)
    assert (
        wrongs(stub.replace("def f(x)", "def f(x=1)"), stub, stub[stub.index("def f") : stub.index("\n\ndef g")]) == []
    )


LONG = """\
def f(x):
    first = load(x)
    second = first.items(x)
    third = second.sorted(by=first)
    fourth = third.pairs(with_names=True)
    fifth = fourth.joined(", ")
    sixth = fifth.encode("utf-8")
    return sixth


def g(x):
    return x + 1


def h(x):
    store(x)
    forget(x)
    x.close()
    x.wait(1)
    x.release()
"""


def test_a_function_that_gave_something_back_does() -> None:
    assert wrongs(LONG.replace("    return x + 1", "    store(x + 1)"), LONG, "def g(x):\n    return x + 1\n") == [
        "lost_code"
    ]
    assert wrongs(LONG.replace("    return x + 1", "    yield x + 1"), LONG, "def g(x):\n    return x + 1\n") == []


def test_the_last_lines_of_a_function_are_not_dropped() -> None:
    part = LONG[LONG.index("def h") :]
    cut = LONG.replace("    x.wait(1)\n    x.release()\n", "")
    assert wrongs(cut, LONG, part) == ["lost_code"]
    assert wrongs(cut, LONG, part, kind="refactor") == []
    moved = cut.replace("    store(x)\n", "    x.wait(1)\n    x.release()\n    store(x)\n")
    assert wrongs(moved, LONG, part) == []


def test_another_functions_body_is_a_copy() -> None:
    body = LONG[LONG.index("    first") : LONG.index("\n\ndef g")]
    after = LONG.replace("    return x + 1\n", body)
    assert wrongs(after, LONG, "def g(x):\n    return x + 1\n") == ["duplicate"]
    assert wrongs(after, LONG, "def g(x):\n    return x + 1\n", kind="test") == []


def test_an_import_that_goes_on_ends_with_its_bracket() -> None:
    before = CODE.replace("import os\n", "from a import (\n    b,\n)\n")
    assert wrongs(before.replace("    b,\n", "    b,\n    c,\n"), before, may_import=True) == []
    assert wrongs(before.replace("    b,\n)", "    b,\n); run()"), before, may_import=True) == ["outside_target"]


def test_an_old_error_accounts_for_one_that_begins_elsewhere_in_it() -> None:
    old, new = Unsound(50, 90, 5, "x"), Unsound(62, 70, 5, "x")
    assert new_errors([old], [new], Moves([Edit(0, 0, "12345")])) == []
    assert new_errors([old], [new], Moves([Edit(55, 55, "12345")])) == [new]
    assert new_errors([old], [new, msgspec.structs.replace(new, start=64)], Moves([Edit(0, 0, "12345")])) != []


def test_a_finding_in_a_changed_line_is_known_by_its_rule() -> None:
    # It was not where it is now: the first one stays for what was not changed.
    before = CODE.replace("y = x", "y = bad(bad)")
    assert wrongs(before.replace("bad(bad)", "bad(x)"), before, word="bad") == []
    assert wrongs(before.replace("bad(bad)", "bad(bad, bad)"), before, word="bad") == ["rule"]


def test_what_is_to_go_may_go() -> None:
    before = CODE.replace("return f(x)", "return x")
    gone = before.replace(F, "")
    assert "lost_code" in wrongs(gone, before)
    go = [
        Finding(
            "unused",
            "error",
            "f is not used.",
            "a.py",
            before.index(F),
            before.index(F) + len(F),
            Text(before).range(0, 0),
        )
    ]
    assert wrongs(gone, before, must_go=go) == []


def test_overloads_and_accessors_are_no_duplicates() -> None:
    for added in ("@overload\ndef f(x: int): ...\n\n\n", "if a:\n    def f(x):\n        return 1\n\n\n"):
        assert "duplicate" not in wrongs(changed("def f(x):", f"{added}def f(x):"))
    assert "duplicate" in wrongs(changed("def f(x):", "def f(x):\n    return 1\n\n\ndef f(x):"))


def test_documentation_changes_no_code() -> None:
    documented = changed("def f(x):\n", 'def f(x):\n    """The value."""\n')
    assert wrongs(documented, kind="document") == []
    assert wrongs(changed("    y = x\n", "    # A copy.\n    y = x\n"), kind="document") == []
    assert wrongs(documented.replace("y = x", "y = x + 1"), kind="document") == ["lost_code"]


OFFSETS = st.lists(st.integers(0, 30), min_size=4, max_size=4).map(sorted)


@given(st.text(alphabet="abc\n", min_size=30, max_size=30), OFFSETS, st.text(max_size=4), st.text(max_size=4))
def test_what_is_not_edited_moves_with_its_text(text: str, at: list[int], one: str, two: str) -> None:
    if at[1] == at[2]:
        at[1] = at[0]
    edits = [Edit(at[0], at[1], one), Edit(at[2], at[3], two)] if at[1] < at[2] else [Edit(at[2], at[3], two)]
    after, moves = apply(text, edits), Moves(edits)
    for offset in range(len(text)):
        if not any(edit.start <= offset < edit.end for edit in edits):
            assert after[moves.offset(offset)] == text[offset]
    for (start, end), edit in zip(moves.made(), edits, strict=True):
        assert after[start:end] == edit.new_text


@given(
    st.text(alphabet="def f():\n xreturn()[]\té\r\ufeff", max_size=80), st.sampled_from(["python", "go", "typescript"])
)
def test_places_that_are_no_code_lie_in_the_text(text: str, language: str) -> None:
    for place in unsound(text, language) or ():
        assert 0 <= place.start <= place.end <= len(text) + 1
        assert place.line >= 1


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.sampled_from(["fix", "document"]),
)
def test_any_edit_is_verified(before: str, after: str, a: int, b: int, kind: str) -> None:
    start, end = sorted((min(a, len(before)), min(b, len(before))))
    proposed = Proposed("a.py", 1, before, after, smallest(before, after), (start, end))
    told = verify(proposed, 1, syntax_errors(before, "python"), syntax_errors(after, "python"), (), (), kind=kind)
    is_inside = (
        after[:start] == before[:start] and after.endswith(before[end:]) and len(after) >= start + len(before) - end
    )
    assert is_inside or any(one.kind in {"outside_target", "no_edit"} for one in told)
