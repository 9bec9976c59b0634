"""What somebody wants of a model, told by rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.chat.intent import INTENTS, Intent, classify

SAID: dict[Intent, list[str]] = {
    "fix": [
        "fix the off-by-one in this loop",
        "Please fix it",
        "can you please debug this?",
        "this doesn't work",
        "The parser does not compile any more",
        "why does this test fail on Windows?",
        "it crashes when the list is empty",
        "I get a TypeError: there is an error in line 3",
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nNameError: name',
        "thread 'main' panicked\nerror[E0382]: borrow of moved value: `x`",
        "correct the spelling of the variable",
        "resolve the merge conflict markers here",
    ],
    "explain": [
        "explain this function",
        "what does this regex match?",
        "How does the cache expire entries?",
        "why is this a property and not a method?",
        "Could you explain `fix_all`?",
        "summarise the module",
        "where is the connection opened?",
        "walk me through the start-up",
    ],
    "refactor": [
        "refactor this into two functions",
        "rename x to count",
        "make this faster",
        "make it more readable",
        "extract a helper",
        "please simplify the condition",
        "convert this class to a dataclass",
        "remove the duplication between the two branches",
        "rewrite it without recursion",
    ],
    "test": [
        "write tests for the parser",
        "add a unit test for empty input",
        "test this",
        "I need more test cases",
        "generate a spec for Basket",
        "please write a regression test that shows the bug",
    ],
    "document": [
        "document this class",
        "add a docstring",
        "write the README",
        "please add comments to this function",
        "update the documentation of `connect`",
        "missing docstrings here, add docs",
    ],
    "review": [
        "review this change",
        "any problems with this?",
        "is this safe?",
        "what would you improve?",
        "do a code review of @diff",
        "audit the input handling",
    ],
    "complete": [
        "write a function that sorts by date",
        "implement the missing method",
        "finish this",
        "add a flag --verbose",
        "create a Flask route for /health",
        "continue",
    ],
    "chat": ["hello", "thanks!", "I like the second one better", "tabs or spaces, that is the matter"],
}


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, texts in SAID.items() for text in texts])
def test_what_is_said_is_understood(intent: Intent, text: str) -> None:
    found = classify(text)
    assert found.intent == intent, found.why
    assert found.why.startswith("because ")


def test_a_command_says_it_outright() -> None:
    assert classify("write tests", command="explain").intent == "explain"
    assert classify("write tests", command="explain").why == "because of /explain"


def test_code_in_a_question_says_nothing_about_it() -> None:
    assert classify("thanks\n```python\ndef fix():\n    write_tests_for()\n```\n").intent == "chat"
    assert classify("What is `does not work`?").intent == "explain"


@given(st.text(max_size=300), st.sampled_from(["", *INTENTS]))
def test_anything_means_something_and_always_the_same(text: str, command: str) -> None:
    assert classify(text, command=command) == classify(text, command=command)
    assert classify(text, command=command).intent in INTENTS


def test_a_long_text_takes_no_time_to_speak_of() -> None:
    # A pattern that looks back and forth would hang here.
    assert classify("write " * 200_000).intent == "complete"
    assert classify("a " * 200_000 + "why does " + "x" * 200_000).intent in INTENTS
