"""A pattern from a piece of code. What stands between `«` and `»` is selected."""

import pytest

from rulewright.core.rules import engine
from rulewright.core.rules.pattern_of import MAX_PIECE, Pattern, pattern_of

GO = 'package a\n\nimport "fmt"\n\nfunc f(c *http.Client, p string) error {{\n\t{0}\n\treturn nil\n}}\n'
ELIXIR = "defmodule M do\n  def f(x, conn) do\n    {0}\n  end\nend\n"
TS = "import {{ log }} from './log';\nfunction f(a: string, xs: number[]) {{\n  {0}\n}}\n"
PYTHON = "import subprocess\nfrom log import log\n\ndef f(cmd, xs):\n    stack = Stack()\n    {0}\n"


def made(marked: str, language: str) -> Pattern | str:
    start, end = marked.index("«"), marked.index("»") - 1
    content = marked.replace("«", "").replace("»", "")
    found = pattern_of(content, language, start, end)
    if isinstance(found, Pattern):
        hits = engine.find_all(engine.parse(content, language), {"rule": {"pattern": found.value}})
        selected = content[start:end].strip().rstrip(";,")
        assert any(hit.text().rstrip(";,\n") == selected for hit in hits)
    return found


def text_of(marked: str, language: str) -> str:
    found = made(marked, language)
    assert isinstance(found, Pattern), found
    return found.text


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        ("«print('x', cmd)»", "print($A, $B)"),
        ("«subprocess.run(cmd, shell=True)»", "subprocess.run($A, shell=True)"),
        ("«stack.push(1)»", "$A.push($B)"),
        ("«log.info(f'{cmd} ran')»", "log.info($A)"),
        ("x = «eval(cmd)»", "eval($A)"),
        ("«x = eval(cmd)»", "$A = eval($B)"),
        ("«cmd = cmd + 1»", "cmd = cmd + 1"),
        ("«if cmd == None:\n        return cmd»", "if $A == None:\n    return $A"),
        ("«for i in range(len(xs)):\n        print(xs[i])»", "for $A in range(len($B)):\n    print($B[$A])"),
        ("«isinstance(cmd, Stack)»", "isinstance($A, Stack)"),
        ("«log(None)»", "log(None)"),
        ("  «  print(cmd)\n»", "print($A)"),
        ("«import os»", "import os"),
        ("«assert cmd»", "assert $A"),
    ],
)
def test_python(code: str, pattern: str) -> None:
    assert text_of(PYTHON.format(code), "python") == pattern


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        ("«localStorage.setItem('token', a)»;", "localStorage.setItem($A, $B)"),
        ("«localStorage.setItem('token', a);»", "localStorage.setItem($A, $B);"),
        ("«if (a == null) { return; }»", "if ($A == null) { return; }"),
        ("const y = «a as any»;", "$A as any"),
        ("«xs.forEach(x => log(x))»;", "$A.forEach($B => log($B))"),
        ("«log(`a ${a}`)»;", "log($A)"),
        ("«debugger;»", "debugger;"),
    ],
)
def test_typescript(code: str, pattern: str) -> None:
    assert text_of(TS.replace("{{", "{").replace("}}", "}").replace("{0}", code), "typescript") == pattern


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        ('«fmt.Println("x", p)»', "fmt.Println($A, $B)"),
        ("r, err := «c.Get(p)»", "$A.Get($B)"),
        ("«x, err := os.Open(p)»", "$A, $B := os.Open($C)"),
        ("«if err != nil {\n\t\tpanic(err)\n\t}»", "if $A != nil {\n\tpanic($A)\n}"),
        ("«go func() { fmt.Println(p) }()»", "go func() { fmt.Println($A) }()"),
    ],
)
def test_go(code: str, pattern: str) -> None:
    assert text_of(GO.replace("{{", "{").replace("}}", "}").replace("{0}", code), "go") == pattern


@pytest.mark.parametrize(
    ("code", "pattern"),
    [
        ("«String.to_atom(x)»", "String.to_atom($A)"),
        ('«IO.inspect(x, label: "y")»', "IO.inspect($A, label: $B)"),
        ("«x |> Enum.map(&g/1) |> Enum.count()»", "$A |> Enum.map(&g/1) |> Enum.count()"),
        ("«if x == nil do\n      raise x\n    end»", "if $A == nil do\n  raise $A\nend"),
        ("«put_flash(conn, :error, x)»", "put_flash($A, :error, $B)"),
    ],
)
def test_elixir(code: str, pattern: str) -> None:
    assert text_of(ELIXIR.format(code), "elixir") == pattern


@pytest.mark.parametrize(
    ("language", "marked", "pattern"),
    [
        ("java", "class A { void f(String s) { «System.out.println(s);» } }", "System.out.println($A);"),
        ("rust", 'fn f(y: O) { let x = «y.expect("z")»; }', "$A.expect($B)"),
        ("ruby", "«puts foo»\n", "puts $A"),
        ("php", "<?php echo «mysql_query($q)»;", "mysql_query($A)"),
        ("c", "void f(char *a) { «strcpy(a, b)»; }", "strcpy($A, $B)"),
        ("csharp", "class A { void F() { «Console.WriteLine(x)»; } }", "Console.WriteLine($A)"),
        ("kotlin", "fun f() { «println(x)» }", "println($A)"),
        ("css", "a { «float: left;» }", "float: left;"),
        ("json", '{«"a": 1»}', '"a": 1'),
        ("tsx", "const y = <div>«<img src={x} />»</div>;", "<img src={$A} />"),
        ("tsx", "const y = <div>«{t(x)}»</div>;", "{t($A)}"),
        ("go", "package a\nfunc f(«t *testing.T», b int) {}\n", "t *testing.T"),
        ("go", "package a\nfunc f(a int) {\n\tswitch a {\n\t«case b:\n\t\treturn»\n\t}\n}\n", "case $A:\n\treturn\n"),
        ("python", "f(a, «shell=True»)\n", "shell=True"),
        ("typescript", "interface A {\n  «b: any»;\n}\n", "b: any"),
    ],
)
def test_others(language: str, marked: str, pattern: str) -> None:
    assert text_of(marked, language) == pattern


@pytest.mark.parametrize(
    ("language", "marked", "says"),
    [
        ("python", "x = «1 +» 2\n", "Select all of it: `1 + 2`"),
        ("python", "«print((»\n", "syntax error"),
        ("python", "def f():\n    «print((1)\n    x»\n", "syntax error"),
        ("python", "«# only a comment»\n", "a comment"),
        ("python", "«x = 1\ny = 2»\nz = 3\n", "more than one piece"),
        ("python", "if a:\n    «x = 1\n    y = 2»\n", "more than one piece"),
        ("python", "«   »x\n", "Select the code"),
        ("toml", "«a = 1»\n", "no checks for this language"),
        ("python", f"«x = '{'y' * MAX_PIECE}'»\n", "too long"),
        ("go", "package a\nfunc f() { «x := (» }", "syntax error"),
        ("elixir", "«foo(»", "syntax error"),
        ("typescript", "f(«a, b»)", "more than one piece"),
    ],
)
def test_what_is_no_pattern_says_why(language: str, marked: str, says: str) -> None:
    found = made(marked, language)
    assert isinstance(found, str), found
    assert says in found


def test_what_would_find_everything_is_left_as_it_is() -> None:
    assert text_of("a = 1\n«a + b»\n", "python") == "a + b"
    assert text_of("f(«a»)\n", "python") == "a"


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("python", 'def f():\n    «g("""\n    a\n      b\n    """, 1)»\n'),
        ("elixir", 'defmodule M do\n  «@doc """\n  Text.\n  """»\n  def f, do: 1\nend\n'),
        ("typescript", "class A {\n  f() {\n    «g(`\n      a\n    `, 1)»;\n  }\n}\n"),
        ("typescript", "namespace B {\n  «interface A {\n    /**\n     * Text.\n     */\n    b: any;\n  }»\n}\n"),
    ],
)
def test_texts_of_several_lines_keep_their_spaces(language: str, marked: str) -> None:
    assert isinstance(made(marked, language), Pattern)


def test_it_is_known_what_each_variable_stands_for() -> None:
    found = made("«f(a, 'x', a)»\n", "python")
    assert isinstance(found, Pattern)
    assert (found.text, found.stands_for) == ("f($A, $B, $A)", {"A": "a", "B": "'x'"})


def test_offsets_count_code_points_and_line_ends_may_be_two() -> None:
    found = made("'😀'\r\n«if a:\r\n    print('😀')»\r\n", "python")
    assert isinstance(found, Pattern)
    assert found.text == "if $A:\n    print($B)"
