"""`rulewright index map` and `rulewright index context`, as they are run and as programs read them."""

import json
from pathlib import Path

import jsonschema
import pytest

from tests.harness.in_process import command
from tests.harness.program import environment, write_files

SCHEMAS = Path(__file__).parents[2] / "docs/schemas"
FILES = {
    ".git/HEAD": "",
    ".aiignore": "secret_prices.py\n",
    "README.md": "# Shop\n",
    "shop/money.py": "def round_price(value):\n    '''Round to cents.'''\n    return round(value, 2)\n",
    "shop/cart.py": "from shop.money import round_price\n\n\nclass Cart:\n    def total(self):\n"
    "        return round_price(sum(self.prices)) + hidden_rate()\n",
    "secret_prices.py": "def hidden_rate():\n    '''Cents that nobody shall know.'''\n    return 1\n",
}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    folder = tmp_path_factory.mktemp("context")
    root = write_files(folder / "w", FILES)
    env = environment(RULEWRIGHT_CACHE_DIR=str(folder / "cache"))
    return lambda *arguments: command(root, "index", *arguments, env=env)


def valid(name: str, output: bytes):
    record = json.loads(output)
    jsonschema.validate(record, json.loads((SCHEMAS / f"{name}.json").read_text("utf-8")))
    return record


def test_the_map_is_printed_for_people_and_for_programs(ask) -> None:
    done = ask("map")
    assert done.returncode == 0
    assert done.stdout.decode().split("\n")[1:] == [
        "README.md",
        "",
        "shop/money.py",
        "     1  def round_price(value)",
        "",
        "shop/cart.py",
        "     4  class Cart",
        "     5    def total(self)",
        "",
    ]
    record = valid("index-map", ask("map", "--json").stdout)
    assert [f["path"] for f in record["files"]] == ["shop/money.py", "shop/cart.py"]
    assert record["text"].startswith("README.md\nshop/money.py:\n  def round_price(value)\nshop/cart.py:\n")


def test_a_map_of_nothing_ends_with_1_and_says_what_is_not_there(ask) -> None:
    nothing = ask("map", "elsewhere", "--focus", "no_such_name")
    assert (nothing.returncode, nothing.stdout) == (1, b"")
    assert "Nothing here is called no_such_name" in nothing.stderr.decode()
    assert "There is no code to map here." in nothing.stderr.decode()


def test_the_context_of_a_place_says_why(ask) -> None:
    done = ask("context", "shop/cart.py:6", "--text")
    assert done.stdout.decode().split("\n")[:3] == [
        "shop/money.py:1-3  function round_price",
        "    `round_price`, which is imported here, stands on this line",
        "    def round_price(value):",
    ]
    assert "left out: secret_prices.py, which is named by .aiignore" in done.stdout.decode()


def test_the_context_of_a_question_is_what_its_schema_says_and_never_what_is_withheld(ask) -> None:
    done = ask("context", "how are prices rounded to cents?", "--json")
    record = valid("index-context", done.stdout)
    assert record["pieces"][0]["name"] == "round_price"
    assert record["pieces"][0]["text"].startswith("def round_price(value):")
    assert b"return 1" not in done.stdout
    assert [(x["path"], x["why"]) for x in record["left_out"]] == [("secret_prices.py", "is named by .aiignore")]


def test_nothing_to_ask_about_is_a_sentence_and_nothing_found_ends_with_1(ask) -> None:
    empty = ask("context", " ")
    assert empty.returncode == 2
    assert b"ask a question in words" in empty.stderr
    assert ask("context", "xyzzy plugh").returncode == 1
