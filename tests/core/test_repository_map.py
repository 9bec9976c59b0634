"""The map of a repository, in a workspace that is all in memory."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.retrieve.graph import graph_of, ranks_of
from rulewright.core.retrieve.pagerank import DAMPING, pagerank
from rulewright.core.tokens import budgeted
from rulewright.features.repository_map import repository_map
from tests.harness.code import MemoryWorkspace

FILES = {
    "README.md": "# Shop\n",
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/money.py": "def round_price(value):\n    return round(value, 2)\n\n\ndef unused_helper():\n    pass\n",
    "shop/cart.py": (
        "from shop.money import round_price\n\n\nclass ShoppingCart:\n"
        "    def __init__(self, prices: list[int]) -> None:\n"
        "        self.prices = prices\n\n    def total_price(self):\n        return round_price(sum(self.prices))\n"
    ),
    "shop/web.py": "from shop.cart import ShoppingCart\nfrom shop.money import round_price\n\n\ndef view_cart():\n"
    "    return round_price(ShoppingCart([]).total_price())\n",
    "tests/test_cart.py": "from shop.cart import ShoppingCart\nfrom shop.web import view_cart\n\n\n"
    "def test_total():\n    assert ShoppingCart([1]).total_price() == 1\n    view_cart()\n",
    "docs/style.css": ".round_price { color: red }\n",
    "web/app.js": "// round_price of a ShoppingCart\nexport function round_price() {}\n",
}


def test_what_is_used_most_comes_first_with_its_signature() -> None:
    assert repository_map(MemoryWorkspace(FILES), 45).text == (
        "README.md\npyproject.toml\nshop/money.py:\n  def round_price(value)\nshop/cart.py:\n  class ShoppingCart\n"
    )
    made = repository_map(MemoryWorkspace(FILES), 300)
    assert made.text == (
        "README.md\n"
        "pyproject.toml\n"
        "shop/money.py:\n"
        "  def round_price(value)\n"
        "  def unused_helper()\n"
        "web/app.js:\n"
        "  function round_price()\n"
        "shop/cart.py:\n"
        "  class ShoppingCart\n"
        "    def __init__(self, prices: list[int]) -> None\n"
        "    def total_price(self)\n"
        "shop/web.py:\n"
        "  def view_cart()\n"
        "tests/test_cart.py:\n"
        "  def test_total()\n"
    )
    assert made.tokens == budgeted(made.text)
    assert made.n_files == len(FILES)


@pytest.mark.parametrize("tokens", [1, 5, 20, 35, 50, 75, 1000])
def test_no_map_is_larger_than_its_budget(tokens: int) -> None:
    assert repository_map(MemoryWorkspace(FILES), tokens).tokens <= tokens


def test_seen_from_a_name_what_nobody_uses_is_there_too() -> None:
    made = repository_map(MemoryWorkspace(FILES), 300, focus=["unused_helper", "nowhere_at_all"])
    assert "unused_helper" in made.text
    assert made.unknown == ("nowhere_at_all",)


def test_seen_from_a_file_it_weighs_more() -> None:
    workspace = MemoryWorkspace(FILES)
    ranks = {f.path: f.rank for f in repository_map(workspace, 300).files}
    seen = {f.path: f.rank for f in repository_map(workspace, 300, focus=["web.py"]).files}
    assert seen["shop/web.py"] > ranks["shop/web.py"]


def test_it_can_be_limited_to_a_folder_and_shows_nothing_that_is_withheld() -> None:
    workspace = MemoryWorkspace(FILES)
    assert {f.path for f in repository_map(workspace, 300, below=["shop/cart.py"]).files} == {"shop/cart.py"}
    workspace.withheld["shop/money.py"] = "is ignored by git"
    assert "def round_price" not in repository_map(workspace, 300).text


def test_the_same_bytes_whatever_the_order_of_the_files() -> None:
    texts = set()
    for seed in range(4):
        paths = sorted(FILES)
        random.Random(seed).shuffle(paths)
        texts.add(repository_map(MemoryWorkspace({path: FILES[path] for path in paths}), 200, ["cart.py"]).text)
    assert len(texts) == 1


def test_prose_markup_and_another_language_use_nothing() -> None:
    graph = graph_of(MemoryWorkspace(FILES).index.links())
    assert "docs/style.css" not in graph.paths
    users = {graph.paths[u] for n in graph.names if n.name == "round_price" for u in n.users}
    assert users == {"shop/cart.py", "shop/web.py"}


def test_a_repository_without_code_has_an_empty_map() -> None:
    assert repository_map(MemoryWorkspace({}), 100).text == ""
    assert ranks_of(graph_of(MemoryWorkspace({}).index.links())).names == []


EDGES = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.floats(0.1, 10)), max_size=20)


@given(EDGES, st.dictionaries(st.integers(0, 5), st.floats(0, 5), max_size=3))
def test_ranks_add_up_and_nearly_stay_where_they_are(
    edges: list[tuple[int, int, float]], personal: dict[int, float]
) -> None:
    incoming: list[tuple[list[int], list[float]]] = [([], []) for _ in range(6)]
    out = [0.0] * 6
    for source, target, weight in edges:
        incoming[target][0].append(source)
        incoming[target][1].append(weight)
        out[source] += weight
    ranks = pagerank(incoming, personal)
    assert sum(ranks) == pytest.approx(1)
    total = sum(personal.values())
    start = [personal.get(i, 0) / total if total else 1 / 6 for i in range(6)]
    lost = sum(r for r, o in zip(ranks, out, strict=True) if not o)
    for node, (sources, weights) in enumerate(incoming):
        flow = sum(ranks[s] * w / out[s] for s, w in zip(sources, weights, strict=True))
        expected = (1 - DAMPING) * start[node] + DAMPING * (flow + lost * start[node])
        assert ranks[node] == pytest.approx(expected, abs=0.05)
