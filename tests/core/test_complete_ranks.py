"""The table of ranks is what the code gives, and good enough to be kept."""

from tests.eval.completion.ranks import TABLE, rows, table


def test_the_table_of_ranks_is_fresh() -> None:
    assert TABLE.read_text("utf-8") == table(), "stale: run `python -m tests.eval.completion` and read the difference"


def test_every_mark_is_read() -> None:
    found = list(rows())
    assert len(found) > 100
    assert {project for project, *_ in found} == {
        "elixir",
        "go",
        "java",
        "javascript",
        "python",
        "ruby",
        "rust",
        "typescript",
    }
