"""Make `ranks.tsv` anew."""

from tests.eval.completion.ranks import TABLE, table


def main() -> None:
    """Write the table and say what it comes to."""
    text = table()
    TABLE.write_text(text, "utf-8")
    print(text.splitlines()[-1])


if __name__ == "__main__":
    main()
