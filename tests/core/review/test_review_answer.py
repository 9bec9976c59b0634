"""What models say of reviews: every fault of an answer that we know of, and that none is ever more than a fault."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.review.answer import Answer, Said, read_answer

ONE = '{"rule": "log", "line": 3, "quote": "print(data)", "why": "It prints."}'
TWO = '{"rule": "names", "line": 2, "quote": "data = 1", "why": "It says nothing."}'
FIRST, SECOND = Said("log", 3, "print(data)", "It prints."), Said("names", 2, "data = 1", "It says nothing.")

READ: dict[str, tuple[str, tuple[Said, ...]]] = {
    "an array": (f"[{ONE}, {TWO}]", (FIRST, SECOND)),
    "an object a line": (f"{ONE}\n{TWO}\n", (FIRST, SECOND)),
    "one object": (ONE, (FIRST,)),
    "a fence": (f"```json\n[{ONE}]\n```", (FIRST,)),
    "prose around it": (f"Here is what I found:\n\n[{ONE}]\n\nI hope that helps {{and}} more [1].", (FIRST,)),
    "an object around it": (f'{{"findings": [{ONE}, {TWO}]}}', (FIRST, SECOND)),
    "thinking before it": (f"<think>Line 3? [{TWO}] No.</think>\n[{ONE}]", (FIRST,)),
    "thinking that began before": (f"Line 3? [{TWO}]</think>[{ONE}]", (FIRST,)),
    "commas too many": (f"[{ONE[:-1]},}}, {TWO},]", (FIRST, SECOND)),
    "the same twice": (f"[{ONE}, {ONE}, {TWO}, {ONE}]", (FIRST, SECOND)),
    "spread over lines": (json.dumps([json.loads(ONE)], indent=4), (FIRST,)),
    "other words for why": (ONE.replace('"why"', '"reason"'), (FIRST,)),
    "the line as text": (ONE.replace("3", '"line 3"'), (FIRST,)),
    "the line as a range": (ONE.replace("3", '"3-4"'), (FIRST,)),
    "the line as a number with a point": (ONE.replace("3", "3.0"), (FIRST,)),
    "no reason": ('[{"rule": "log", "line": 3, "quote": "print(data)"}]', (Said("log", 3, "print(data)"),)),
    "more than was asked for": (ONE[:-1] + ', "severity": "error", "fix": null}', (FIRST,)),
    "a backslash that JSON does not know": (
        r'[{"rule": "log", "line": 3, "quote": "re.match(\d\users\\n)", "why": "x\ny"}]',
        (Said("log", 3, r"re.match(\d\users\n)", "x\ny"),),
    ),
    "braces and quotes in a quote": (
        r'[{"rule": "log", "line": 3, "quote": "f(\"{x}\") }", "why": "a { b"}]',
        (Said("log", 3, 'f("{x}") }', "a { b"),),
    ),
    "an end of line in a text": ('[{"rule": "log", "line": 3, "quote": "a\nb", "why": ""}]', (Said("log", 3, "a\nb"),)),
    "half a character": (r'[{"rule": "log", "line": 3, "quote": "a", "why": "\ud800"}]', (Said("log", 3, "a", "?"),)),
}


@pytest.mark.parametrize(("text", "said"), READ.values(), ids=READ)
def test_an_answer_is_read(text: str, said: tuple[Said, ...]) -> None:
    assert read_answer(text) == Answer(said, 0, is_readable=True, is_whole=True)


@pytest.mark.parametrize(
    "text",
    ["[]", " [ ]\n", "```json\n[]\n```", "```\n[]\n```", "No rule is broken:\n\n[]\n", '{"findings": []}',
     "<think>Is it []? Or {}?</think>[]", "`[]`"],
)  # fmt: skip
def test_that_no_rule_is_broken_is_an_answer(text: str) -> None:
    assert read_answer(text) == Answer((), 0, is_readable=True, is_whole=True)


@pytest.mark.parametrize(
    "text",
    ["", "No rule is broken.", "x = [] is fine here, and so is {x}", "<think>[]", f"<think>[{ONE}]", "null", "{}",
     "[1, 2]", "[[]", "]" * 100, "{" * 1000, '{"' * 1000],
)  # fmt: skip
def test_what_is_no_answer_is_told_from_that(text: str) -> None:
    read = read_answer(text)
    assert (read.said, read.is_readable) == ((), False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"[{ONE}, {TWO[:40]}", (FIRST,)),
        (f"[{ONE},", (FIRST,)),
        (f"[{ONE}", (FIRST,)),
        (f"```json\n[\n  {ONE},\n  {TWO[:10]}", (FIRST,)),
        (f'{{"findings": [{ONE}, {{"rule', (FIRST,)),
        (f"{ONE}\n{TWO[:30]}", (FIRST,)),
    ],
)
def test_half_an_answer_counts_as_far_as_it_goes_and_is_told_from_a_whole_one(
    text: str, said: tuple[Said, ...]
) -> None:
    assert read_answer(text) == Answer(said, 0, is_readable=True, is_whole=False)


@pytest.mark.parametrize(
    "wrong",
    ['{"rule": "log", "line": 3}', '{"rule": "log", "quote": "x"}', '{"rule": 3, "line": 3, "quote": "x"}',
     '{"rule": "log", "line": true, "quote": "x"}', '{"rule": "log", "line": 3.5, "quote": "x"}',
     '{"rule": "log", "line": "third", "quote": "x"}', '{"rule": "log", "line": 3, "quote": ["x"]}',
     "{\"rule\": 'log'}", '{"rule": "log" "line": 3}', '{"rule": "log", "line": 1e999, "quote": "x"}'],
)  # fmt: skip
def test_an_entry_that_is_none_is_counted(wrong: str) -> None:
    assert read_answer(f"[{wrong}, {TWO}]") == Answer((SECOND,), 1, is_readable=True, is_whole=True)


SAID = st.builds(Said, st.text(), st.integers(0, 999_999), st.text(), st.text())


@given(st.lists(SAID, unique=True, min_size=1), st.sampled_from(["array", "lines", "fence"]))
def test_what_is_written_as_it_was_asked_for_is_read_as_it_was_meant(said: list[Said], form: str) -> None:
    entries = [{"rule": s.rule, "line": s.line, "quote": s.quote, "why": s.why} for s in said]
    written = {
        "array": json.dumps(entries),
        "lines": "\n".join(map(json.dumps, entries)),
        "fence": f"```json\n{json.dumps(entries, indent=1, ensure_ascii=False)}\n```",
    }[form]
    # Tags of thinking are taken out wherever they stand.
    if "think" not in written.lower():
        meant = [Said(s.rule, s.line, s.quote, s.why.encode("utf-8", "replace").decode()) for s in said]
        assert list(read_answer(written).said) == list(dict.fromkeys(meant))


@given(st.text(alphabet='{}[]",:\\ abrule0123456789\n'))
def test_no_text_is_more_than_a_fault(text: str) -> None:
    read_answer(text)


@given(st.text())
def test_what_is_said_stands_in_the_text(text: str) -> None:
    answer = read_answer(f"[{text}]")
    assert all(str(one.line) in text for one in answer.said)
