"""Answers as blocks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.proposals.answer import MAX_LINES, Answer, Replace, Whole, read_answer
from rulewright.core.proposals.elided import elisions
from rulewright.core.proposals.paths import outside, path_in_info, path_in_line

PIECES = [
    "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", ">>>>>>>", "```", "```python", "````", "~~~", "--- a/x.py",
    "+++ b/x.py", "@@ -1,2 +1,2 @@", "@@", "+a", "-b", " c", "\\ No newline", "<think>", "</think>", "x.py", "# ...",
    "1: a", "", "  a", "diff --git a b", "\t", "\r", "é\u0301", "\ufffd", "\0", 'title="', "`x.py`:",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("\n".join)


@given(st.one_of(TEXTS, st.text()))
def test_any_text_is_an_answer(text: str) -> None:
    answer = read_answer(text)
    for block in answer.blocks:
        assert isinstance(block, Replace | Whole)
    for problem in answer.problems:
        assert problem.endswith(".")
    if not text.strip():
        assert answer == Answer()


@given(
    st.lists(st.text(alphabet="ab =#\t", max_size=8).filter(lambda line: line.strip("= \t")), min_size=1, max_size=6),
    st.lists(st.text(alphabet="ab =#\t", max_size=8).filter(lambda line: line.strip("= \t")), max_size=6),
)
def test_a_block_holds_what_was_written(search: list[str], replace: list[str]) -> None:
    parts = [*search, "=======", *replace]
    lines = ["```python a.py", "<<<<<<< SEARCH", *parts, ">>>>>>> REPLACE", "```"]
    expected = Replace("a.py", "".join(f"{s}\n" for s in search), "".join(f"{s}\n" for s in replace))
    for end in ("\n", "\r\n", "\r"):
        assert read_answer(end.join(lines)) == Answer((expected,))


def test_prose_is_kept_apart() -> None:
    answer = read_answer("Before.\n```py\nx = 1\n```\nBehind.\n")
    assert answer.blocks == (Whole("", "py", "x = 1\n"),)
    assert answer.prose == "Before.\nBehind."


def test_an_answer_without_any_mark_may_be_code() -> None:
    assert read_answer("x = 1\n").blocks == (Whole("", "", "x = 1\n", is_bare=True),)


def test_what_stands_before_the_end_of_thinking_is_thinking() -> None:
    block = "<<<<<<< SEARCH\n{}\n=======\nb\n>>>>>>> REPLACE\n"
    answer = read_answer(f"{block.format('old')}</think>\n{block.format('a')}")
    assert answer.blocks == (Replace("", "a\n", "b\n"),)
    # In a fence it is code.
    assert len(read_answer("```html\n<think>\n</think>\n```\n").blocks) == 1


def test_a_diff_ends_where_its_header_says() -> None:
    answer = read_answer("@@ -1,2 +1,2 @@\n a\n-b\n+c\n And that is all.\n")
    assert answer.blocks == (Replace("", "a\nb\n", "a\nc\n"),)
    assert answer.prose == "And that is all."


def test_inner_fences_belong_to_the_code() -> None:
    answer = read_answer('```python\n"""\n```sh\nls\n```\n"""\n```\n')
    assert answer.blocks == (Whole("", "python", '"""\n```sh\nls\n```\n"""\n'),)


def test_a_heading_that_is_underlined_is_no_divider() -> None:
    answer = read_answer("<<<<<<< SEARCH\nTitle\n=====\n=======\nOther\n=====\n>>>>>>> REPLACE\n")
    assert answer.blocks == (Replace("", "Title\n=====\n", "Other\n=====\n"),)
    assert [w.kind for w in read_answer("<<<<<<< SEARCH\na\n=======\nb\n=======\nc\n>>>>>>> REPLACE\n").wrongs] == [
        "unfinished"
    ]


def test_a_diff_is_read_hunk_by_hunk() -> None:
    diff = "--- a/x.py\n+++ b/x.py\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n d\n@@ -9 +9,2 @@ def f():\n e\n+f\n"
    expected = (Replace("x.py", "a\nb\nd\n", "a\nc\nd\n"), Replace("x.py", "e\n", "e\nf\n"))
    assert read_answer(diff).blocks == expected
    assert read_answer(f"```diff\n{diff}```\nDone.\n") == Answer(expected, "Done.")


def test_a_new_file_in_a_diff_has_its_path() -> None:
    answer = read_answer("```diff\n--- /dev/null\n+++ b/tests/test_x.py\n@@ -0,0 +1,1 @@\n+a\n```\n")
    assert answer.blocks == (Replace("tests/test_x.py", "", "a\n"),)


def test_what_is_too_much_is_not_read() -> None:
    answer = read_answer("```\n" + "x\n" * MAX_LINES + "```\n")
    assert not answer.blocks
    assert [wrong.kind for wrong in answer.wrongs] == ["too_much"]
    assert [w.kind for w in read_answer("x" * 1_000_000).wrongs] == ["too_much"]


def test_long_answers_are_read_in_time() -> None:
    for piece in (
        "```a\n",
        "<<<<<<< SEARCH\n",
        "```\n",
        "@@ -1 +1 @@\n-a\n",
        "<think>\n",
        "file=" * 20 + "\n",
        "`" * 9,
    ):
        read_answer(piece * 7_000)


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("src/a.py", "src/a.py"),
        ("**`src/a.py`**", "src/a.py"),
        ("### `src/a.py`:", "src/a.py"),
        ("File: src/a.py", "src/a.py"),
        ("# src/a.py", "src/a.py"),
        ("// src/a.ts", "src/a.ts"),
        ("1. `src/a.py`", "src/a.py"),
        ("Here is the change to `src/a.py`:", "src/a.py"),
        ("Makefile", "Makefile"),
        ("/etc/passwd", "/etc/passwd"),
        ("Sure, this is it:", ""),
        ("", ""),
        ("```", ""),
    ],
)
def test_a_path_is_read_from_a_line(line: str, path: str) -> None:
    assert path_in_line(line) == path


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        ("", ("", "")),
        ("python", ("python", "")),
        ("python src/a.py", ("python", "src/a.py")),
        ("python:src/a.py", ("python", "src/a.py")),
        ("src/a.py", ("", "src/a.py")),
        ('ts title="web/a.ts"', ("ts", "web/a.ts")),
        ("js {file=web/a.js}", ("js", "web/a.js}")),
        ("../a.py", ("", "../a.py")),
        ("{.python}", (".python", "")),
    ],
)
def test_a_path_is_read_behind_a_fence(info: str, expected: tuple[str, str]) -> None:
    assert path_in_info(info) == expected


@pytest.mark.parametrize(
    "path",
    ["/a", "../a", "a/../../b", "~/a", "C:/a", "c:a", "\\\\host\\a", "a\\..\\b", "file:///a", "https://a/b", "a\0b",
     "%2e%2e/a", "a%2Fb", "$HOME/a", "a\nb", "a/.."],
)  # fmt: skip
def test_no_trick_leads_out_of_the_workspace(path: str) -> None:
    assert outside(path)


@pytest.mark.parametrize("path", ["a.py", "./a.py", "src/a b.py", "a/..b/c", "a...py", ".github/x.yml"])
def test_usual_paths_are_inside(path: str) -> None:
    assert not outside(path)


@pytest.mark.parametrize(
    "line",
    [
        "# ...", "// ...", "/* ... */", "# ... rest of the code ...", "// existing code here", "# (unchanged)", "…",
        "# rest of the function remains the same", "// ... other methods unchanged", "-- remaining code",
        "<!-- the rest of the file -->", "# the code above is unchanged", "// rest of implementation",
        "    # same as before", "# no changes here", "{/* ... existing code ... */}", "// keep existing imports",
    ],
)  # fmt: skip
def test_an_elision_is_seen(line: str) -> None:
    assert elisions(["a", line, "b"], "typescript") == [1]
    assert elisions(["a", line, "b"], "typescript", {line.strip()}) == []


@pytest.mark.parametrize(
    "line",
    [
        "# wait for it...", "# What is left of the code is counted.", "x = [...]", "return {...a, b};", "f(*rest)",
        "# existing code must not be touched by this", "print('...')", "# Keep the order", "# no changes are lost",
        "# the rest is history", "// unchanged values are skipped here",
    ],
)  # fmt: skip
def test_a_comment_is_no_elision(line: str) -> None:
    assert elisions(["a", line, "b"], "python") == []


def test_three_dots_are_code_where_they_are_a_body() -> None:
    assert elisions(["def f():", "    ..."], "python") == []
    assert elisions(["def f():", '    """Doc."""', "    ...", "", "def g():"], "python") == []
    assert elisions(["def f():", "    a = 1", "    ...", "    return a"], "python") == [2]
    assert elisions(["..."], "go") == [0]
