"""Names, files and comments of languages."""

import pytest

from rulewright.core.languages import CHECKABLE, LANGUAGES, canonical, checkable, language_of
from rulewright.core.rules.engine import parse


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("py", "python"),
        ("C++", "cpp"),
        ("TS", "typescript"),
        ("TypeScript", "typescript"),
        (" golang ", "go"),
        ("typescriptreact", "tsx"),
        ("javascriptreact", "javascript"),
        ("shellscript", "bash"),
        ("jsonc", "json"),
        ("terraform", "hcl"),
        ("toml", "toml"),
        ("brainfuck", None),
        ("", None),
    ],
)
def test_a_language_is_known_by_many_names(name: str, expected: str | None) -> None:
    assert canonical(name) == expected


def test_names_aliases_and_files_belong_to_one_language() -> None:
    for words in (
        [name for language in LANGUAGES.values() for name in (language.name, *language.aliases)],
        [ext for language in LANGUAGES.values() for ext in language.extensions],
        [name for language in LANGUAGES.values() for name in language.file_names],
    ):
        assert len(words) == len(set(words))
        assert all(word == word.lower() for word in words)


@pytest.mark.parametrize("name", CHECKABLE)
def test_ast_grep_takes_every_checkable_name(name: str) -> None:
    assert checkable(name)
    assert parse("", name).kind()


def test_some_known_languages_cannot_be_checked() -> None:
    assert not checkable("toml")
    assert not checkable("SQL")
    assert not checkable("nobody knows")


@pytest.mark.parametrize(
    ("path", "language_id", "expected"),
    [
        ("src/app.py", "", "python"),
        ("src/APP.PY", "", "python"),
        ("a/b.tsx", "", "tsx"),
        ("a/b.d.ts", "", "typescript"),
        ("a\\b.rs", "", "rust"),
        ("Gemfile", "", "ruby"),
        ("Dockerfile", "", "dockerfile"),
        ("docker/Dockerfile.dev", "", "dockerfile"),
        (".bashrc", "", "bash"),
        (".env.local", "", "ini"),
        ("CMakeLists.txt", "", "cmake"),
        ("notes.txt", "", ""),
        ("Gemfile.lock", "", ""),
        ("Pipfile.lock", "", "json"),
        ("Rakefile.tt", "", ""),
        ("stack.mli", "", "ocaml-interface"),
        ("stack.mli", "ocaml", "ocaml-interface"),
        ("stack.ml", "ocaml", "ocaml"),
        (".py", "", ""),
        ("README", "", ""),
        ("", "", ""),
        ("a/", "", ""),
        ("x.py", "plaintext", "python"),
        ("x.unknown", "typescriptreact", "tsx"),
        ("x.h", "cpp", "cpp"),
        ("x.unknown", "Gleam", "gleam"),
        ("x.py", "gleam", "python"),
    ],
)
def test_the_language_of_a_file(path: str, language_id: str, expected: str) -> None:
    assert language_of(path, language_id) == expected
