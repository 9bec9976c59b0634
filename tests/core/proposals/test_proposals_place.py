"""Where blocks of an answer go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.edits import Edit, apply
from rulewright.core.proposals.answer import Answer, Replace, Whole, read_answer
from rulewright.core.proposals.draft import Draft
from rulewright.core.proposals.indent import Style, shift_of, style_of
from rulewright.core.proposals.lines import without_numbers
from rulewright.core.proposals.place import Placed, place

CODE = """\
import os


def f(x):
    return x


class A:
    def g(self):
        return 1

    def h(self):
        return 2
"""
NAMES = st.sampled_from(["a\n", "b\n", "c\n", "  a\n", "  b\n", "\n"])
TEXTS = st.lists(NAMES, max_size=12).map("".join)


def placed(*blocks: Replace | Whole, content: str = CODE, part: str = "", path: str = "a.py") -> Placed:
    start = content.index(part)
    return place(Answer(tuple(blocks)), path, content, start, start + len(part) if part else len(content))


def made(result: Placed, content: str = CODE) -> str:
    assert result.wrongs == ()
    return apply(content, result.edits)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 9), TEXTS), max_size=6))
def test_a_draft_knows_what_it_replaced(original: str, changes: list[tuple[int, int, str]]) -> None:
    draft = Draft(original, 0, len(original))
    for at, length, text in changes:
        start = min(at, len(draft.text))
        draft.change(start, min(start + length, len(draft.text)), text)
    assert apply(original, draft.edits()) == draft.text
    assert (draft.start, draft.end) == (0, len(draft.text))


def test_changes_apart_stay_apart() -> None:
    draft = Draft("a\nb\nc\nd\n", 0, 8)
    draft.change(0, 1, "xyz")
    draft.change(8, 9, "q")
    assert draft.text == "xyz\nb\nc\nq\n"
    assert draft.edits() == (Edit(0, 1, "xyz"), Edit(6, 7, "q"))


@given(TEXTS, TEXTS, TEXTS, st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), TEXTS), max_size=4))
def test_a_draft_moves_its_target(head: str, target: str, tail: str, changes: list[tuple[int, int, str]]) -> None:
    draft = Draft(head + target + tail, len(head), len(head + target))
    for at, length, text in changes:
        # Within the target nothing around it moves.
        start = min(draft.start + at, draft.end)
        draft.change(start, min(start + length, draft.end), text)
        assert draft.text[: draft.start] == head
        assert draft.text[draft.end :] == tail
    draft.change(0, 0, "x\n")
    assert draft.text[: draft.start] in {f"x\n{head}", "x\n" if not head else f"x\n{head}", ""} or not head


@given(TEXTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=3), st.integers(0, 40), st.integers(0, 40))
def test_any_blocks_are_placed_or_refused(content: str, pairs: list[tuple[str, str]], a: int, b: int) -> None:
    start, end = sorted((min(a, len(content)), min(b, len(content))))
    result = place(Answer(tuple(Replace("", *pair) for pair in pairs)), "a.py", content, start, end)
    assert bool(result.edits) != bool(result.wrongs)
    assert apply(content, result.edits) != content or result.wrongs


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_a_block_found_once_is_exact(head: str, search: str, replace: str, tail: str) -> None:
    content = head + "<\n" + search + ">\n" + tail
    result = placed(Replace("", f"<\n{search}>\n", f"<\n{replace}>\n"), content=content)
    if search == replace:
        assert [w.kind for w in result.wrongs] == ["no_edit"]
    else:
        assert made(result, content) == head + "<\n" + replace + ">\n" + tail


@given(st.text(), st.sampled_from(["python", "go", "", "yaml"]), st.booleans())
def test_any_code_is_placed_or_refused(code: str, language: str, is_bare: bool) -> None:
    result = placed(Whole("", language, code, is_bare=is_bare), part="def f(x):\n    return x\n")
    assert bool(result.edits) != bool(result.wrongs)


@given(st.text(alphabet="<=>SEARCHREPLACE`~\n -+@ax.py"))
def test_any_answer_is_placed_or_refused(text: str) -> None:
    result = place(read_answer(text), "a.py", CODE, 0, 20)
    assert bool(result.edits) != bool(result.wrongs)


def test_a_text_without_a_final_line_end_keeps_none() -> None:
    assert made(placed(Replace("", "b\n", "c\n"), content="a\nb"), "a\nb") == "a\nc"
    assert made(placed(Replace("", "a\n", "x\n"), content="a\nb"), "a\nb") == "x\nb"
    assert made(placed(Replace("", "b\n", "b\nc\n"), content="a\nb"), "a\nb") == "a\nb\nc"


def test_line_ends_are_those_of_the_document() -> None:
    content = "a\r\nb\r\nc\n"
    assert made(placed(Replace("", "a\nb\n", "a\nx\ny\n"), content=content), content) == "a\r\nx\r\ny\r\nc\n"


def test_a_path_is_the_orders_or_a_wrong() -> None:
    block = ("import os\n", "import sys\n")
    assert placed(Replace("a.py", *block)).edits
    assert placed(Replace("./src/a.py", *block), path="src/a.py").edits
    assert placed(Replace("a.py", *block), path="src/a.py").edits
    assert placed(Replace("Basket.add", *block)).edits
    assert [w.kind for w in placed(Replace("b.py", *block)).wrongs] == ["other_file"]
    answer = Answer((Replace("a.py", *block),))
    known = place(answer, "src/a.py", CODE, 0, 10, lambda path: path == "a.py")
    assert [w.kind for w in known.wrongs] == ["other_file"]


def test_a_new_file_is_written() -> None:
    for block in (Whole("tests/test_a.py", "python", "x = 1\n"), Replace("tests/test_a.py", "", "x = 1\n")):
        assert made(placed(block, content="", path="tests/test_a.py"), "") == "x = 1\n"


def test_a_method_is_found_in_its_target() -> None:
    result = placed(
        Whole("", "python", "def g(self):\n    return 3\n"), part="class A:\n    def g(self):\n        return 1\n"
    )
    assert made(result) == CODE.replace("return 1", "return 3")


def test_two_definitions_of_a_name_are_a_guess_not_made() -> None:
    content = "class A:\n    def f(self):\n        return 1\n\n\nclass B:\n    def f(self):\n        return 2\n"
    result = placed(Whole("", "python", "def f(self):\n    return 3\n"), content=content)
    assert [w.kind for w in result.wrongs] == ["ambiguous"]


def test_the_same_lines_elsewhere_outweigh_lines_that_are_indented_otherwise() -> None:
    content = "def f():\n    x = 1\n\n\nx = 1\n"
    result = placed(Replace("", "x = 1\n", "x = 2\n"), content=content, part="def f():\n    x = 1\n")
    assert made(result, content) == "def f():\n    x = 1\n\n\nx = 2\n"


MEMORY = "def f(a):\n    # {}\n    first = load(a, strict=True)\n    second = first.items(a)\n    return second\n"


def test_context_from_memory_needs_one_place_that_is_like_no_other() -> None:
    content = MEMORY.format("one") + "\n\n" + MEMORY.format("other")
    search = MEMORY.format("some")
    block = Replace("", search, search.replace("return second", "return first"))
    assert [w.kind for w in placed(block, content=content).wrongs] == ["not_found"]
    single = MEMORY.format("one")
    assert made(placed(block, content=single), single) == single.replace("return second", "return first")


def test_what_changes_must_stand_there_in_one_piece() -> None:
    content = MEMORY.format("one").replace("    second", "    check(a)\n    second")
    search = MEMORY.format("one")
    new = search.replace("    first = load(a, strict=True)\n    second = first.items(a)\n", "    second = a.items()\n")
    # A line stands between those that are replaced, which the answer does not know of.
    assert [w.kind for w in placed(Replace("", search, new), content=content).wrongs] == ["not_found"]


def test_two_versions_of_one_definition_do_not_both_land() -> None:
    first, second = (f"def f(x):\n    return {n}\n" for n in (1, 2))
    result = placed(Whole("", "python", first), Whole("", "python", second), part="def f(x):\n    return x\n")
    assert [w.kind for w in result.wrongs] == ["ambiguous"]


def test_code_that_is_lost_between_definitions_is_not_dropped() -> None:
    code = "def f(x):\n    return 2\n\nregister(f)\n"
    result = placed(Whole("", "python", code), part="def f(x):\n    return x\n")
    assert [w.kind for w in result.wrongs] == ["not_found"]


def test_a_statement_is_replaced_where_it_begins_alike() -> None:
    content = "total = price * count\nprint(total)\n"
    result = placed(
        Whole("", "python", "total = price * max(count, 0)\n"), content=content, part="total = price * count\n"
    )
    assert made(result, content) == "total = price * max(count, 0)\nprint(total)\n"
    other = placed(Whole("", "python", "open(path)\n"), content=content, part="total = price * count\n")
    assert [w.kind for w in other.wrongs] == ["not_found"]


@pytest.mark.parametrize(
    ("pairs", "answer", "document", "line", "expected"),
    [
        ([("a", "    a")], ["a"], ["    a"], "    b", "        b"),
        ([("    a", "a")], ["    a"], ["a", "    b"], "        b", "    b"),
        ([("  a", "\ta"), ("    b", "\t\tb")], ["  a", "    b"], ["\ta"], "      c", "\t\t\tc"),
        ([("\ta", "  a")], ["\ta"], ["  a", "    b"], "\t\tb", "    b"),
        ([("  a", "    a"), ("    b", "        b")], ["  a", "    b"], ["    a"], "      c", "            c"),
        ([("        a", "    a")], ["        a"], ["    a"], "    b", "b"),
        ([], ["    a"], ["\ta"], "    b", "\tb"),
        ([("a", "a")], ["a"], ["a"], "", ""),
    ],
)
def test_indentation_is_moved_alike(
    pairs: list[tuple[str, str]], answer: list[str], document: list[str], line: str, expected: str
) -> None:
    shift = shift_of(pairs, answer, document)
    assert shift is not None
    assert shift.line(line) == expected


def test_indentation_that_is_not_moved_alike_is_none() -> None:
    assert shift_of([("a", " a"), ("a", "  a")], [], []) is None
    assert shift_of([("  a", "    a"), ("    b", "    b")], [], []) is None


def test_a_style_is_told_from_lines() -> None:
    assert style_of(["a", "b"]) is None
    assert style_of(["a", "  b", "    c"]) == Style(is_tabs=False, unit=2)
    assert style_of(["a", "    b", "        c"]) == Style(is_tabs=False, unit=4)
    assert style_of(["a", "\tb"]) == Style(is_tabs=True)


def test_numbers_in_front_of_lines_go() -> None:
    assert without_numbers(["9: a", "10:   b", "11:"]) == ["a", "  b", ""]
    assert without_numbers(["  1\ta", "  2\tb"]) == ["a", "b"]
    assert without_numbers(["1 | a", "2 | b"]) == ["a", "b"]
    assert without_numbers(["1: a", "5: b"]) is None
    assert without_numbers(["a", "b"]) is None
