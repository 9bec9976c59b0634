"""Syntax errors as problems for people."""

import pytest

from rulewright.core.index.grammars import SUPPORTED, grammar_of
from rulewright.core.index.syntax import MAX_PROBLEMS, TRUSTED, SyntaxProblem, syntax_problems


def problems(language: str, text: str, limit: int = MAX_PROBLEMS) -> tuple[SyntaxProblem, ...]:
    grammar = grammar_of(language)
    assert grammar is not None
    source = text.encode()
    return syntax_problems(grammar, source, grammar.parser.parse(source).root_node, limit)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("python", "def foo(x)\n    return x\n", [(")", "Something is missing after `)`")]),
        ("python", "x = (1 + 2\ny = 3\n", [("(", "This `(` is never closed")]),
        ("python", 'x = "abc\ny = 3\n', [('"abc', "This string is never closed")]),
        ("python", "print(1))\nx = 1\n", [(")", "Unexpected `)`")]),
        ("python", "x = = 3\n", [("=", "Unexpected `=`")]),
        ("python", "for in y:\n  pass\n", [("r", "Missing a name")]),
        ("python", "größe = = 3\n", [("=", "Unexpected `=`")]),
        (
            "python",
            "class A:\n    def f(self:\n        pass\n\n    def g(self):\n        pass\n",
            [("(", "This `(` is never closed")],
        ),
        ("javascript", "function f() {\n  return 1;\n", [(";", "Missing `}` for the `{` in line 1")]),
        ("javascript", "let x = 1 2;\nlet y = 3;\n", [("2", "Unexpected `2`")]),
        ("javascript", "foo(1, 2;\nbar();\n", [("2", "Missing `)`")]),
        ("javascript", "foo('é';\n", [("'", "Missing `)`")]),
        ("javascript", "const s = `abc\nfoo();\n", [("`abc", "This string is never closed")]),
        ("javascript", "/* never\nfoo();\n", [("/*", "This comment is never closed")]),
        ("javascript", "function f( { }\nlet x = 3;\n", [("(", "This `(` is never closed")]),
        ("go", "package main\nfunc f( {\n}\n", [("(", "Missing `)`")]),
        ("java", "class A {\n  int x = 3\n  int y = 4;\n}\n", [("3", "Missing `;`")]),
        ("rust", "fn f() -> { 1 }\n", [("->", "Unexpected `->`")]),
        ("ruby", "def f\n  1\n", [("def", "This `def` has no `end`")]),
        ("elixir", "def f do\n  1\n", [("1", "Missing `end`")]),
        ("json", '{"a": [1, 2}', [("2", "Missing `]`")]),
        ("toml", "a = \nb = 1\n", [("=", "Something is missing after `=`")]),
        ("yaml", "a: [1, 2\nb: 3\n", [("[", "This `[` is never closed")]),
        # Good code, also where the grammar does not know it.
        ("python", "x = 1\n", []),
        ("python", "", []),
        ("go", "package main\n\nvar x = []T{{Term: new(uint64(1))}, {Term: new(uint64(2))}}\n", []),
        ("rust", 'fn f() {\n    g(str![""]);\n}\n', []),
        ("json", '{\n  // why\n  "a": 1, // so\n}', []),
        ("yaml", "{{ if .Values.on }}\nkind: X\n{{ end }}\n", []),
    ],
)
def test_a_problem_says_what_is_wrong_and_where(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    source = text.encode()
    found = [(source[p.start_byte : p.end_byte].decode(), p.message) for p in problems(language, text)]
    assert found == expected


def test_neighbours_are_one_problem_and_a_part_has_few() -> None:
    assert len(problems("python", "x = = 1\ny = = 2\n")) == 1
    broken = "\n".join(f"    x{n} = = 1\n    a{n} = 1\n    b{n} = 1\n    c{n} = 1" for n in range(20))
    assert len(problems("python", f"def f():\n{broken}\n")) == 3
    apart = "\n\n\n\n".join(f"x{n} = = 1" for n in range(200)) + "\n"
    assert len(problems("python", apart)) == MAX_PROBLEMS
    assert len(problems("python", apart, 2)) == 2


def test_ranges_are_small_and_inside_the_text() -> None:
    for text in ("(" * 10_000, "}" * 10_000, '"' * 9_999, "def " * 5_000, "\n\n\n(", "((\n" * 3_000):
        for language in ("python", "javascript", "json", "go"):
            for problem in problems(language, text):
                assert 0 <= problem.start_byte < problem.end_byte <= len(text)
                assert len(problem.message) < 100
                assert "\n" not in text[problem.start_byte : problem.end_byte]


def test_no_problem_ends_behind_the_text_though_a_grammar_says_so() -> None:
    source = "\ufffd".encode()
    assert [problem.end_byte for problem in problems("perl", source.decode())] == [len(source)]


def test_trusted_languages_have_grammars() -> None:
    assert set(TRUSTED) <= set(SUPPORTED)
    assert not TRUSTED & {"c", "cpp", "html", "sql", "bash", "swift"}
