"""The tables of imports: what each means, what brings a name in, and where that goes."""

import pytest

from rulewright.core.index.analyse import analyse
from rulewright.core.index.imports import NewImport, insertion
from rulewright.core.index.imports.elixir import underscore
from tests.harness.import_tables import (
    Brought,
    Inserted,
    Joined,
    Resolved,
    files_of,
    joined,
    statement_of,
    with_import,
)
from tests.import_tables import ecmascript, elixir, go, java, python, ruby, rust

TABLES = [module.TABLE for module in (ecmascript, elixir, go, java, python, ruby, rust)]
RESOLVED = [pytest.param(t.language, r, id=f"{t.language} {r.path} {r.imported}") for t in TABLES for r in t.resolved]
BROUGHT = [pytest.param(t.language, r, id=f"{t.language} {r.path} {r.name}") for t in TABLES for r in t.brought]
INSERTED = [
    pytest.param(r.language or t.language, r, id=f"{t.language} {r.before}") for t in TABLES for r in t.inserted
]
JOINED = [pytest.param(r, id=f"{r.path} {r.before}") for t in TABLES for r in t.joined]


@pytest.mark.parametrize(("language", "row"), RESOLVED)
def test_an_import_means_files(language: str, row: Resolved) -> None:
    assert files_of(language, row) == row.found


@pytest.mark.parametrize(("language", "row"), BROUGHT)
def test_a_name_is_brought_in(language: str, row: Brought) -> None:
    assert statement_of(language, row) == row.statement


@pytest.mark.parametrize(("language", "row"), INSERTED)
def test_an_import_goes_where_it_belongs(language: str, row: Inserted) -> None:
    assert with_import(language, row.before, row.new) == row.after


@pytest.mark.parametrize("row", JOINED)
def test_an_import_is_written_as_the_file_writes_its_own(row: Joined) -> None:
    assert joined(row) == row.after


def test_every_table_has_rows_of_each_kind() -> None:
    assert [t.language for t in TABLES if not (t.resolved and t.brought and t.inserted)] == []


def test_half_a_character_in_an_import_is_left_alone() -> None:
    source = "from shop import a\ud83d, basket\n".encode("utf-8", "surrogatepass")
    new = NewImport("shop", "till", "from shop import till")
    assert insertion("python", source, analyse("python", source), new) is None


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Repo", "repo"),
        ("UserController", "user_controller"),
        ("HTTPClient", "http_client"),
        ("OAuth2Token", "o_auth2_token"),
        ("GraphQL", "graph_ql"),
        ("V1", "v1"),
    ],
)
def test_a_module_of_elixir_is_named_as_a_file(name: str, file: str) -> None:
    assert underscore(name) == file


def test_a_module_of_rust_behind_thousands_of_comments_takes_no_longer() -> None:
    # Each of them could be taken together with the next, which is two to the power of their number.
    source = b"mod a " + b"/*x*/ " * 2_000 + b"{ fn z() {}\n    fn f() {\n    }\n}\n"
    new = NewImport("crate::a", "B", "use crate::a::B;")
    assert insertion("rust", source, analyse("rust", source), new, 2) is None
