"""What of a model's answer is shown. In the cases `|` is the cursor."""

# ruff: noqa: E501 - a case is a line

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.infill.quiet import shape
from rulewright.core.infill.tokens import CONTROL, PLAIN
from rulewright.core.infill.trim import Draft, trim

CASES = [
    # name, language, document, answer, what is shown, what it replaces
    ("stop token", "python", "x = |", "1<|endoftext|>and more", "1", 0),
    ("file separator", "python", "def f():\n    |\n", "return 1\n<|file_sep|>b.py\nx", "return 1", 0),
    ("token in a page about tokens", "html", "<s>a</s> <|im_end|> |", "<b><|im_end|></b>", "<b><|im_end|></b>", 0),
    ("thinking", "python", "x = |", "<think>hm,\nwhat</think>\n\n1", "1", 0),
    ("thinking without end", "python", "x = |", "<think>hm,\nwhat", "", 0),
    ("fence", "python", "def f():\n    |\n", "```python\nreturn 1\n```\nThat is it.", "return 1", 0),
    ("fence that stays open", "python", "def f():\n    |\n", "```\nreturn 1\n", "return 1", 0),
    ("only the end of a fence", "python", "def f():\n    |\n", "return 1\n```\nIt returns one.", "return 1", 0),
    ("fence in Markdown", "markdown", "# A\n\n|\n", "```python\nx = 1\n```", "```python\nx = 1\n```", 0),
    ("here is", "python", "def f():\n    |\n", "Here is the completed code:\n\n```python\nreturn 1\n```", "return 1", 0),
    ("here is in a comment", "python", "# |\n", "Here is the code:", "Here is the code:", 0),
    ("second blank", "python", "return |\n", " x", "x", 0),
    ("aligned blank", "python", "a    = 1\nbbb  = 1\nc |", "   = 2", "   = 2", 0),
    ("comment behind two blanks", "python", "x = 1 |\n", " # why", " # why", 0),
    ("line start again", "python", "def total(a, b):\n    return |\n", "    return a + b", "a + b", 0),
    ("name that goes on with itself", "python", "x = total, |\n", "total, 1", "total, 1", 0),
    ("next line", "python", "def f(a):\n    |\n    return total_of(a)\n", "a = a + 1\n    return total_of(a)\n    b = 2",
     "a = a + 1", 0),
    ("next line nearly", "python",
     "def f(a):\n    |\n    result_of_all = total_of(a, 1)\n    print(result_of_all)\n    return result_of_all\n",
     "a += 1\n    result_of_all = total_of(a, 2)\n    print(result_of_all)\n    return result_of_all", "a += 1", 0),
    ("alike but not next", "python", "def f(self, a, b):\n    |\n    self.first_name = b\n    x = 1\n",
     "self.first_name = a\n    self.first_nome = b", "self.first_name = a\n    self.first_nome = b", 0),
    ("closing line", "javascript", "function f() {\n  |\n}\n", "return 1;\n}", "return 1;", 0),
    ("closing line that lacks", "javascript", "function f() {\n  |\n", "return 1;\n}", "return 1;\n}", 0),
    ("two closing lines", "javascript", "foo(function () {\n  |\n});\n", "bar();\n});\n", "bar();", 0),
    ("inner closing line", "javascript", "function f() {\n  |\n}\n", "if (a) {\n    b();\n  }", "if (a) {\n    b();\n  }", 0),
    ("end of Ruby", "ruby", "def f\n  |\nend\n", "1 + 1\nend", "1 + 1", 0),
    ("copy of what follows", "python", "import os\n|\na = first(1)\nb = second(2)\nc = third(3)\n",
     "a = first(1)\nb = second(2)\nc = third(3)", "", 0),
    ("rest of the line", "python", "x = | + other_name\n", "first + other_name", "first", 0),
    ("comma", "python", "f(\n    a=|,\n)\n", "1,", "1", 0),
    ("colon", "python", "if |:\n    pass\n", "a > b:", "a > b", 0),
    ("a fence in a comment", "typescript", "type A = {\n  |\n}\n", "/**\n  ```\n  x\n  ```\n  */\n  a: 1;", "/**\n  ```\n  x\n  ```\n  */\n  a: 1;", 0),
    ("statement that goes in circles", "python", "def f():\n    |\n", "a = 1\n" + "    go(a)\n" * 8, "a = 1\n    go(a)", 0),
    ("rows of data", "python", "x = [\n    |\n]\n", "0, 0,\n    0, 0,\n    0, 0,", "0, 0,\n    0, 0,\n    0, 0,", 0),
    ("next function", "python", "class A:\n    def f(self):\n        |\n",
     "return 1\n\n    def g(self):\n        return 2", "return 1", 0),
    ("next function of a file", "python", "def f():\n    |\n", "return 1\n\n\ndef g():\n    return 2\n", "return 1", 0),
    ("text that is not indented", "python", "def f():\n    |\n", 'x = """\na\n"""\n    return x', 'x = """\na\n"""\n    return x', 0),
    ("comment that is not indented", "python", "def f():\n    |\n", "x = 1\n# a\n    return x", "x = 1\n# a\n    return x", 0),
    ("next function in braces", "javascript", "function f() {\n  |\n", "return 1;\n}\n\nfunction g() {\n  return 2;\n}",
     "return 1;\n}", 0),
    ("tabs", "go", "func f() {\n\tx := 1\n\t|\n}\n", "if x {\n        y()\n    }", "if x {\n\t\ty()\n\t}", 0),
    ("trailing blank", "python", "def f():\n    |\n", "return 1  \n\n", "return 1", 0),
    ("indented again", "python", "def f():\n    a = 1\n    |\n", "    return a", "return a", 0),
    ("deeper behind an opener", "python", "def f():\n    if a:\n    |\n", "    return a", "    return a", 0),
    ("line above", "python", "total = compute(1)\n|\n", "total = compute(1)", "", 0),
    ("line that is often there", "python", "self.assertTrue(a)\nself.assertTrue(a)\n|\n", "self.assertTrue(a)",
     "self.assertTrue(a)", 0),
    ("breaks the syntax", "python", "def f():\n    |\n    return 1\n", "x = = 1", "", 0),
    ("blank", "python", "x = 1\n|", "\n\n  ", "", 0),
    ("closed bracket", "python", "print(|)\n", "a, b)", "a, b)", 1),
    ("closed brackets", "python", "f(g(|))\n", "x))", "x))", 2),
    ("bracket of its own", "python", "f(|)\n", "g(x)", "g(x)", 0),
    ("bracket that is needed", "python", "f(g(|)\n", "x)", "x)", 0),
    ("quote", "python", 'print("|")\n', 'hello")', 'hello")', 2),
    ("bracket and semicolon", "javascript", "foo(|);\n", "a, b);", "a, b);", 2),
    ("bracket and more", "python", "def f(|)\n", "self, a):", "self, a):", 1),
    ("NUL", "python", "x = |", "'a\0b'", "'ab'", 0),
    ("a lost character", "python", "x = |\ny = 2", "'a\ufffdb'", "", 0),
    ("a lost character in a later line", "python", "def f():\n    |\n", "a = 1\n    b = '\ud83d'", "a = 1", 0),
]  # fmt: skip


def of(document: str, raw: str, language: str, **more: object) -> Draft:
    before, _, after = document.rpartition("|")
    head, rest = before.rpartition("\n")[2], after.partition("\n")[0]
    told = {"shape": shape(head, rest, language=language), **more}
    return Draft(before=before, after=after, raw=raw, language=language, **told)


@pytest.mark.parametrize(("name", "language", "document", "raw", "shown", "replaced"), CASES, ids=[c[0] for c in CASES])
def test_what_is_shown(name: str, language: str, document: str, raw: str, shown: str, replaced: int) -> None:
    unit = "\t" if name == "tabs" else "    "
    found = trim(of(document, raw, language, indent_unit=unit))
    assert (found.text, found.replace_right) == (shown, replaced), found
    assert bool(found.dropped) == (not shown)
    assert bool(found.steps) or (found.text == raw)


@pytest.mark.parametrize("token", sorted(CONTROL - PLAIN))
def test_no_control_token_is_shown(token: str) -> None:
    assert trim(of("x = |", f"1{token}2", "python")).text == "1"


@pytest.mark.parametrize(
    ("document", "raw", "shown"),
    [
        ("func f() {\n\t|\n\treturn\n}\n", "if a {\n        b()\n    }", "if a {\n\t\tb()\n\t}"),
        ("if (a) {\n  |\n}\n", "if (b) {\n\t\tc();\n\t}", "if (b) {\n    c();\n  }"),
        ("/**\n * A.\n */\nif (a) {\n  |\n}\n", "if (b) {\n\t\tc();\n\t}", "if (b) {\n    c();\n  }"),
        ("if (a) {\n\tb();\n  |\n}\n", "if (b) {\n\t\tc();\n\t}", "if (b) {\n\t\tc();\n\t}"),
    ],
    ids=["tabs", "spaces", "a star", "mixed"],
)
def test_what_a_document_is_indented_with_is_seen(document: str, raw: str, shown: str) -> None:
    assert trim(of(document, raw, "go" if "func" in document else "javascript")).text == shown


@pytest.mark.parametrize(
    "raw",
    ["I'm sorry, but I cannot do that.", "I can\u2019t see the file.", "Sorry, I can't.", "As an AI language model, I"],
)
def test_no_refusal_becomes_code(raw: str) -> None:
    assert trim(of("def f():\n    |\n", raw, "python")).text == ""
    assert trim(of("# |\n", raw, "python")).text == raw
    assert trim(of("|\n", raw, "markdown")).text == raw


@pytest.mark.parametrize(
    ("document", "raw", "shown"),
    [
        ("total = |\n", "total = 1", "1"),
        ("x := |\n", "x := 1", "1"),
        ("f = |\n", "f => 1", "f => 1"),
        ("ok = |\n", "ok == 1", "ok == 1"),
        ("a = |\n", "b = 1", "b = 1"),
    ],
)
def test_nobody_assigns_to_the_same_name_twice(document: str, raw: str, shown: str) -> None:
    assert trim(of(document, raw, "javascript")).text == shown


def test_windows_line_ends() -> None:
    found = trim(of("def f():\r\n    |\r\n    return total_of(1)\r\n", "a = 1\n    b = 2\r\n    return total_of(1)", "python",
                    newline="\r\n"))  # fmt: skip
    assert found.text == "a = 1\r\n    b = 2"


def test_a_line_is_a_line() -> None:
    assert trim(of("x = |", "1\ny = 2", "python")).text == "1"
    assert trim(of("x = |", "first + sec", "python", is_cut=True)).text == "first +"
    assert trim(of("def f():\n    |", "a = 1\n    b = comp", "python", is_cut=True)).text == "a = 1"


def test_what_was_cut_ends_in_a_part_of_the_next_line() -> None:
    document = "def f(a):\n    |\n    return total_of(a)\n"
    assert trim(of(document, "a = 2\n    return tot", "python", is_cut=True)).text == "a = 2"


def test_circles_of_what_was_cut() -> None:
    assert trim(of("x = |", "[" + "1, 2, " * 20, "python", is_cut=True)).text == "[1, 2,"
    rows = "".join(f"    self.value_of_{n} = compute({n})\n" for n in range(9))
    found = trim(of("def f(self):\n    |\n", rows.strip(), "python", is_cut=True))
    assert found.text.count("\n") == 0
    whole = trim(of("def f(self):\n    |\n", rows.strip(), "python"))
    assert whole.text == rows.strip()


def test_a_suggestion_goes_on_from_what_the_list_has_selected() -> None:
    assert trim(of("x.app|", "end(1)", "python", selected="append")).text == "end(1)"
    found = trim(of("x.app|", "ly(1)", "python", selected="append"))
    assert (found.text, found.steps) == ("", ("selected",))
    assert found.dropped


def test_ten_thousand_lines_are_bounded() -> None:
    found = trim(of("def f():\n    |\n", "".join(f"    x{n} = {n * n}\n" for n in range(10_000)), "python"))
    assert found.text.count("\n") < 250
    assert trim(of("x = |", "(" * 1_000_000, "python")).text.count("(") <= 20_000


TEXTS = st.text(alphabet="ab (){}[]:\n\t'\"`,;#<>/\r\0é\ud800", max_size=60)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["python", "javascript", "ruby", "", "unheard-of"]), st.booleans())
def test_anything_gives_something(before: str, raw: str, after: str, language: str, is_cut: bool) -> None:
    head, rest = before.rpartition("\n")[2], after.partition("\n")[0]
    how = shape(head, rest, language=language)
    found = trim(Draft(before=before, after=after, raw=raw, language=language, shape=how, is_cut=is_cut))
    assert bool(found.dropped) == (not found.text)
    assert 0 <= found.replace_right <= len(rest)
    assert "\0" not in found.text
    assert "\ud800" not in found.text
    assert "\r" not in found.text
    if how == "line":
        assert "\n" not in found.text


WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon"]), min_size=2, max_size=4, unique=True)
LINES = st.lists(
    WORDS.map(lambda words: f"{words[0]} = call_{words[1]}({', '.join(words)})"), min_size=1, max_size=6, unique=True
)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES, st.integers(1, 6))
def test_what_stands_below_is_not_said_again(own: list[str], below: list[str], n_said: int) -> None:
    own = [f"own_{line}" for line in own]
    raw = "\n    ".join(own + below[:n_said])
    found = trim(of("def f():\n    |\n    " + "\n    ".join(below) + "\n", raw, "python"))
    assert found.text == "\n    ".join(own)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES)
def test_what_is_right_is_left_alone(own: list[str], below: list[str]) -> None:
    truth = "\n    ".join(f"own_{line}" for line in own)
    found = trim(of("def f():\n    |\n    " + "\n    ".join(below) + "\n", truth, "python"))
    assert (found.text, found.replace_right, found.steps) == (truth, 0, ())


CALLS = st.recursive(
    st.sampled_from(["a", "1", "'b'", "c.d"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        st.lists(inner, max_size=3).map(lambda parts: f"f({', '.join(parts)})"),
        st.tuples(inner, inner).map(lambda pair: f"{{{pair[0]}: {pair[1]}}}"),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(CALLS, st.integers(0, 4), st.booleans())
def test_brackets_that_an_editor_closed_are_not_closed_twice(inner: str, n_open: int, says_all: bool) -> None:
    document = "x = " + "g(" * n_open + "|" + ")" * n_open + "\n"
    found = trim(of(document, inner + (")" * n_open if says_all else ""), "python"))
    whole = "x = " + "g(" * n_open + found.text + ")" * (n_open - found.replace_right)
    assert whole == "x = " + "g(" * n_open + inner + ")" * n_open
