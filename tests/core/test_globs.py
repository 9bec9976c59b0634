"""The glob dialect, row by row."""

import re

import pytest

from rulewright.core.rules.globs import GlobIndex, compile_glob, glob_set, split

DIALECT = [
    # glob, what matches, what does not
    # No slash: any depth.
    ("*.py", "a.py src/a.py a/b/.py", "a.pyc a.py/b"),
    ("package.json", "package.json apps/web/package.json", "package.json5 xpackage.json package.json/x"),
    ("{*.ts,src/*.js}", "a.ts x/a.ts src/a.js", "x/src/a.js"),
    # A slash inside: from the root.
    ("src/*.py", "src/a.py", "app/src/a.py src/b/a.py"),
    ("src/**", "src/a src/b/c.py", "src app/src/a"),
    ("src/**/*.py", "src/a.py src/b/c/a.py", "a.py srcs/a.py src/a.pyc"),
    # A leading slash or `./`: only at the root.
    ("/*.py", "a.py", "src/a.py"),
    ("/src/**", "src/a", "app/src/a"),
    ("./*.py", "a.py", "src/a.py"),
    ("././src/*", "src/a", "app/src/a src/b/a"),
    # A trailing slash: the folder and all under it.
    ("build/", "build/a build/b/c apps/build/a", "build builds/a"),
    ("out/build/", "out/build/a", "out/build x/out/build/a"),
    ("/build/", "build/a", "apps/build/a"),
    ("*-env/", "my-env/a/b", "my-env"),
    # `**` as a whole segment: any number of folders, also none.
    ("a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb a/b/c"),
    ("**/b", "b a/b a/x/b", "ab a/b/c"),
    ("**/scripts/**", "scripts/a a/scripts/b/c", "scripts a/scripts a/xscripts/b"),
    ("**/*", "a .a a/b a/.b/c", ""),
    ("**", "a .a a/b a/.b/c", ""),
    ("*", "a .a a/b a/.b/c", ""),
    ("/", "a a/b", ""),
    ("./**/**/*", "a a/b", ""),
    ("a/**/**/b", "a/b a/x/b", "a"),
    ("**/a/**/b/*.py", "a/b/x.py z/a/y/b/x.py a/b/b/x.py", "a/x.py b/x.py"),
    ("**/*test*/**/*.py", "test/a.py x/my-tests/y/a.py", "a.py test.py x/test.py"),
    # `**` glued to something: as `*`.
    ("**.ts", "a.ts x/a.ts", "a.tsx"),
    ("src/**.ts", "src/a.ts", "src/x/a.ts"),
    ("src/a**", "src/ab", "src/a/b"),
    ("***", "a a/b", ""),
    # `*` and `?` within a segment, also for names that start with a dot.
    ("src/*", "src/a src/.a", "src/a/b src/"),
    ("src/a?c", "src/abc src/a.c", "src/ac src/a/c"),
    ("*/*", "a/b .a/.b", "a a/b/c"),
    (".*/x", ".a/x", "a/x"),
    ("**/.github/*.yml", ".github/a.yml x/.github/.yml", "github/a.yml"),
    ("a*b*c", "abc axbxc abcabc", "ab abcx acb"),
    ("src/*.test.*", "src/a.test.ts src/.test.", "src/a.ts"),
    ("vite.config.*", "vite.config.ts x/vite.config.js", "vite.config my-vite.config.ts"),
    # Braces.
    ("*.{ts,tsx}", "a.ts x/a.tsx", "a.t a.tsxx a.{ts,tsx}"),
    ("{src,test}/**", "src/a test/b/c", "x/src/a"),
    ("a{,b}", "a ab", "abb"),
    ("a/{b,{c,d}e}/f", "a/b/f a/ce/f a/de/f", "a/c/f a/be/f"),
    ("f{1..3}", "f1 f3 x/f2", "f0 f4 f1..3"),
    ("f{08..10}", "f08 f09 f10", "f8 f010"),
    ("f{3..1}", "f1 f2 f3", "f4"),
    ("f{0..10..5}", "f0 f5 f10", "f1 f11"),
    ("f{a..c}", "fa fb fc", "fd fA"),
    ("{a}", "{a}", "a"),
    ("a{b", "a{b", "ab"),
    ("a}b,c", "a}b,c", "ab"),
    ("{a,{b,c}", "{a,b {a,c", "a b"),
    (r"\{a,b\}", "{a,b}", "a b"),
    (r"{a\,b,c}", "a,b c", "a b"),
    # Classes.
    ("[ab].c", "a.c b.c x/a.c", "c.c ab.c"),
    ("[!ab].c", "c.c !.c", "a.c b.c .c"),
    ("[^ab].c", "c.c ^.c", "a.c b.c"),
    ("[]a].c", "].c a.c", "b.c"),
    ("[!]a].c", "b.c", "].c a.c"),
    ("[a-c].c", "a.c b.c c.c", "d.c -.c"),
    ("[a-].c", "a.c -.c", "b.c"),
    ("x[!a]y", "xby", "x/y xay"),
    ("x[+-9]y", "x+y x.y x9y", "x/y"),
    ("x[a/b]y", "x[a/b]y", "xay xby"),
    ("[[:digit:]].c", "1.c", "a.c :.c"),
    ("[^[:alpha:]_].c", "1.c", "a.c _.c"),
    ("[[:nope:]", "[ n :", "x"),
    (r"[\]a].c", "].c a.c", "\\.c"),
    ("[z-a]", "", "a z -"),
    ("[a", "[a", "a"),
    # Escapes, and characters that mean nothing here.
    (r"\*.c", "*.c x/*.c", "a.c"),
    (r"a\?", "a?", "ab"),
    (r"\a", "a", r"\a"),
    ("a\\", "a\\", "a"),
    (r"src\/a", "src/a", "a"),
    ("(app)/x.$^|+", "(app)/x.$^|+", "app/x.$^|+"),
    ("@(a|b)", "@(a|b)", "a b"),
    ("a\nb*", "a\nb a\nbc", "a b"),
    # Case counts; paths are compared from the root, and without dots.
    ("src/*.PY", "src/a.PY", "src/a.py SRC/a.PY"),
    ("src//*.py", "src/a.py /src/a.py src//a.py", ""),
    ("**/a", "/a //x//a", "./a x/../a x/./a .. ."),
    ("a.", "a. x/a.", ""),
    ("a./b", "a./b", ""),
    # A glob with `!` matches what it takes away.
    ("!*.py", "a.py", "a.c"),
    ("!!a", "!a", "a"),
    (r"\!a", "!a", "a"),
    ("", "", "a"),
    ("{,}", "", "a"),
]


@pytest.mark.parametrize(("glob", "yes", "no"), DIALECT, ids=[row[0] or "empty" for row in DIALECT])
def test_the_dialect(glob, yes, no):
    compiled = compile_glob(glob)
    separated = re.compile(r"(?<=[^ ]) (?=[^ ])")
    assert [path for path in separated.split(yes) if path and not compiled.matches(path)] == []
    assert [path for path in separated.split(no) if path and compiled.matches(path)] == []


def test_a_folder_is_not_a_file_under_it():
    assert compile_glob("src/**").matches("src/")
    assert not compile_glob("src/*").matches("src/")


@pytest.mark.parametrize(
    ("value", "globs"),
    [
        ("", []),
        (" , ,", []),
        ("*.py", ["*.py"]),
        ("*.py,*.pyi , src/** ", ["*.py", "*.pyi", "src/**"]),
        ("*.{js,ts},*.md", ["*.{js,ts}", "*.md"]),
        ("{a,{b,c}},d", ["{a,{b,c}}", "d"]),
        ("[a,b].c,d", ["[a,b].c", "d"]),
        (r"a\,b,c", [r"a\,b", "c"]),
        ("{a,b", ["{a", "b"]),
        ("a},b", ["a}", "b"]),
        ("[a,b", ["[a", "b"]),
        ("{a,{b,c},d", ["{a", "{b,c}", "d"]),
        ("a\\", ["a\\"]),
        ("*.py, !test_*.py", ["*.py", "!test_*.py"]),
    ],
)
def test_commas_separate_globs_unless_they_belong_to_one(value, globs):
    assert split(value) == globs


REMARKS = [
    # glob, code, severity, suggestion
    ("/src/**", "glob-leading-slash", "hint", "src/**"),
    ("/*.md", "glob-leading-slash", "hint", "./*.md"),
    ("/build/", "glob-leading-slash", "hint", "./build/"),
    ("/{a,b/c}", "glob-leading-slash", "hint", "./{a,b/c}"),
    ("/**/*.py", "glob-leading-slash", "hint", "**/*.py"),
    ("/", "glob-leading-slash", "hint", "**"),
    ("!/src/**", "glob-leading-slash", "hint", "!src/**"),
    ("**.ts", "glob-glued-stars", "warning", "**/*.ts"),
    ("src/**.{ts,js}", "glob-glued-stars", "warning", "src/**/*.{ts,js}"),
    ("**{.ts,.js}", "glob-glued-stars", "warning", "**/*{.ts,.js}"),
    ("{**.ts,*.js}", "glob-glued-stars", "warning", "{**/*.ts,*.js}"),
    ("src/a**", "glob-glued-stars", "warning", "src/a*"),
    ("a/***/b", "glob-glued-stars", "warning", "a/*/b"),
    ("!**.ts", "glob-glued-stars", "warning", "!**/*.ts"),
    ("**/*.@(ts|js)", "glob-group", "warning", "**/*.{ts,js}"),
    ("**/*.(ts|js)", "glob-group", "warning", "**/*.{ts,js}"),
    ("+(a|b)", "glob-group", "warning", None),
    ("x?(y)", "glob-group", "warning", None),
    ("src/!(a|b)", "glob-group", "warning", None),
    ("**/*.{ts}", "glob-one-brace", "warning", "**/*.ts"),
    ("a{b,c", "glob-unclosed", "warning", None),
    ("a}", "glob-unclosed", "warning", None),
    ("[ab", "glob-unclosed", "warning", None),
    ("x[a/b]", "glob-unclosed", "warning", None),
    ("[z-a]", "glob-backward-range", "warning", None),
    (r"src\app\*.ts", "glob-backslash", "hint", "src/app/*.ts"),
    (r"src\\app", "glob-backslash", "hint", "src/app"),
    ("C:/src/*.ts", "glob-backslash", "hint", None),
    (r"docs/\*_/_.md", "glob-backslash", "hint", None),
    (r"\*\*", "glob-backslash", "hint", None),
    ("../x/**", "glob-dots", "warning", None),
    ("src/./a", "glob-dots", "warning", None),
    ("app/[id]/[...slug].tsx", "glob-route", "hint", r"app/\[id\]/\[...slug\].tsx"),
    ("*.ts *.js", "glob-spaces", "warning", "*.ts, *.js"),
    ("!*.ts src/", "glob-spaces", "warning", "!*.ts, src/"),
    ('"*.ts"', "glob-quotes", "warning", "*.ts"),
    ('["*.ts"] # all', "glob-quotes", "warning", "*.ts"),
    ("", "glob-empty", "warning", None),
    (" ", "glob-empty", "warning", None),
    ("{,}", "glob-empty", "warning", None),
    ("!", "glob-empty", "warning", None),
    ("a" * 201, "glob-too-long", "error", None),
    ("{a,b}" * 11, "glob-too-many", "error", None),
    ("{" + "," * 150 + "}" + "{,}" * 3, "glob-too-many", "error", None),
    ("{a,b}" * 9 + "x" * 100, "glob-too-many", "error", None),
    ("{1..99999999999999999999}", "glob-too-many", "error", None),
]


@pytest.mark.parametrize(("glob", "code", "severity", "suggestion"), REMARKS, ids=[row[0][:30] for row in REMARKS])
def test_a_doubtful_glob_says_what_helps(glob, code, severity, suggestion):
    (problem,) = compile_glob(glob).problems
    assert (problem.code, problem.severity, problem.suggestion) == (code, severity, suggestion)
    assert re.fullmatch(r"[A-Z`].+[.;] .+\.", problem.message)


@pytest.mark.parametrize(
    "glob",
    [
        "**/*.py",
        "./*.md",
        "src/",
        "*.{ts,tsx}",
        "[jt]s/[Mm]akefile",
        "*.[ch]",
        "app/(group)/page.tsx",
        "{src/,}**/*.ts",
        "././x",
        "[**].x",
        "a b.md",
        "My Documents/*.md",
        "${x}",
        "c++/*.h",
        r"\[id\].tsx",
        "...",
    ],
)
def test_a_good_glob_has_no_remark(glob):
    assert compile_glob(glob).problems == ()


def test_a_refused_glob_matches_nothing():
    assert not compile_glob("{a,b}" * 11).matches("a" * 11)
    assert not compile_glob("*" * 201).matches("a")


@pytest.mark.parametrize(
    ("globs", "path", "first", "why"),
    [
        (("*.py", "src/**"), "src/a.py", "*.py", None),
        (("*.py", "src/**"), "src/a.c", "src/**", None),
        (("*.py",), "a.c", None, "no glob matches"),
        (("*.py", "!tests/**"), "tests/a.py", None, "excluded by !tests/**"),
        (("!tests/**", "*.py"), "tests/a.py", None, "excluded by !tests/**"),
        (("!tests/**", "*.py"), "src/a.py", "*.py", None),
        (("!tests/**", "*.py"), "tests/a.c", None, "no glob matches"),
        (("!tests/**",), "a.c", "", None),
        (("!tests/**",), "tests/a", None, "excluded by !tests/**"),
        (("SRC/*.py",), "src/a.PY", None, "would match without case: SRC/*.py"),
        (("[A-C].py", "B*"), "b.py", None, "would match without case: [A-C].py"),
        (("*.py",), "x/../a.py", None, "the path has . or .. in it"),
        (("!*.py",), "x/../a.py", None, "the path has . or .. in it"),
        (("{a,b}" * 11,), "a", None, "every glob is refused"),
        ((), "a", None, "there are no globs"),
    ],
)
def test_a_list_of_globs_says_what_matched_or_why_not(globs, path, first, why):
    assert glob_set(globs).first_match(path) == first
    assert glob_set(globs).why_not(path) == why
    assert GlobIndex([glob_set(globs)]).matching(path) == ([] if first is None else [(0, first)])


def test_an_index_gives_every_list_that_matches_in_order():
    sets = [("!a/**",), ("*.c",), ("**", "!b.*"), ("x/**/*.py", "*.py"), (), ("b.*",), ("*.py", "x/**/*.py")]
    index = GlobIndex([glob_set(each) for each in sets])
    assert index.matching("x/b.py") == [(0, ""), (3, "x/**/*.py"), (5, "b.*"), (6, "*.py")]
    assert index.matching("a/z.py") == [(2, "**"), (3, "*.py"), (6, "*.py")]
    assert index.matching("../b.py") == []


@pytest.mark.parametrize("glob", ["*a" * 60 + "*b", "*a" * 30 + "*/x", "**/*a*/" * 25 + "b", "?*" * 60 + "/b"])
@pytest.mark.parametrize("path", ["a" * 20_000, "a/" * 10_000 + "a", "ab" * 5_000 + "/c", "/".join(["aa" * 50] * 100)])
def test_many_stars_do_not_hang(glob, path):
    assert not compile_glob(glob).matches(path)
    assert glob_set((glob,)).why_not(path) == "no glob matches"


def test_a_long_text_is_split_in_a_moment():
    assert len(split("[" * 100_000 + "," + "{" * 100_000 + ",")) == 2
