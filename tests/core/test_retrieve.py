"""Context for a place and for a question, in a workspace that is all in memory."""

import random

from rulewright.core.retrieve.found import GAP, parts_of
from rulewright.core.text import Position
from rulewright.features.context import at_position, for_question
from rulewright.features.repository_map import repository_map
from tests.harness.code import MemoryWorkspace

FILES = {
    "shop/money.py": "def round_price(value):\n    '''Round to cents.'''\n    return round(value, 2)\n",
    "shop/cart.py": (
        "from shop.money import round_price\n\n\nclass Cart:\n    def total(self):\n"
        "        return round_price(sum(self.prices))\n\n"
        "    def add_item(self, item):\n        self.items.append(item)\n"
    ),
    "shop/orders.py": "def place(cart):\n    order = new_order(cart)\n    return round_price(order.total())\n",
    "shop/store.py": "def new_order(cart):\n    return cart\n\n\ndef round_price_of(x):\n    return x\n",
    "far/away/deep/store.py": "def new_order(cart):\n    return None\n",
    "web/app.ts": "export function new_order() {}\n",
}


def test_what_nothing_explains_comes_first_and_near_before_far() -> None:
    found = at_position(MemoryWorkspace(FILES), "shop/orders.py", Position(1, 0), 1000)
    assert [(p.path, p.name) for p in found.pieces] == [
        ("shop/money.py", "round_price"),
        ("shop/store.py", "new_order"),
        ("far/away/deep/store.py", "new_order"),
        ("shop/cart.py", "total"),
    ]
    assert found.pieces[0].why == "`round_price` stands 1 line away; no other file defines it"
    assert found.pieces[1].why == "`new_order` stands on this line; 2 files define it"


def test_an_import_says_which_file_is_meant() -> None:
    found = at_position(MemoryWorkspace(FILES), "shop/cart.py", Position(5, 0), 1000)
    assert [(p.path, p.why) for p in found.pieces][:1] == [
        ("shop/money.py", "`round_price`, which is imported here, stands on this line")
    ]


def test_the_same_whatever_the_order_of_the_files() -> None:
    made = []
    for seed in range(3):
        paths = sorted(FILES)
        random.Random(seed).shuffle(paths)
        workspace = MemoryWorkspace({path: FILES[path] for path in paths})
        made.append(
            (at_position(workspace, "shop/orders.py", Position(1, 0), 500), for_question(workspace, "cart total", 500))
        )
    assert made[0] == made[1] == made[2]


def test_a_file_that_is_withheld_is_named_and_not_shown() -> None:
    workspace = MemoryWorkspace(FILES)
    workspace.withheld["shop/money.py"] = "is ignored by git"
    for found in (
        at_position(workspace, "shop/orders.py", Position(1, 0), 1000),
        for_question(workspace, "Where does `round_price` round to cents?", 1000),
    ):
        assert "shop/money.py" not in {p.path for p in found.pieces}
        assert ("shop/money.py", "", "is ignored by git") in {(x.path, x.name, x.why) for x in found.left_out}


def test_no_more_than_the_budget_and_what_has_no_room_is_named() -> None:
    workspace = MemoryWorkspace(FILES)
    whole = for_question(workspace, "cart total", 1000)
    assert whole.tokens == sum(p.tokens for p in whole.pieces)
    for budget in range(0, whole.tokens + 20, 7):
        found = for_question(workspace, "cart total", budget)
        assert found.tokens <= budget
        assert {p.name for p in found.pieces} | {x.name for x in found.left_out} & {"Cart", "total", "add_item"}


def test_a_name_that_is_written_is_meant() -> None:
    found = for_question(MemoryWorkspace(FILES), "why does add_item keep the order?", 1000)
    assert (found.pieces[0].name, found.pieces[0].why) == ("add_item", "the question names `add_item`")
    assert found.pieces[0].container == "Cart"


def test_a_long_definition_is_shown_by_the_heads_of_what_it_holds() -> None:
    methods = "".join(f"    def method_{i}(self):\n        a = {i}\n        return a\n\n" for i in range(40))
    workspace = MemoryWorkspace({"big.py": f"class Big:\n{methods}", "a.py": "x = Big()\n"})
    (found,) = at_position(workspace, "a.py", Position(0, 0), 1000).pieces
    assert found.text.startswith(f"class Big:\n    def method_0(self):\n        {GAP}\n    def method_1(self):")
    assert (found.first_line, found.kind) == (1, "class")
    assert len(found.text.split("\n")) < 30


def test_parts_of_a_message_say_where_they_are_from() -> None:
    found = for_question(MemoryWorkspace(FILES), "`round_price`", 1000)
    part = parts_of(found)[0]
    assert part.source is not None
    assert (part.source.path, part.source.first_line, part.source.last_line) == ("shop/money.py", 1, 3)
    assert part.text.startswith("shop/money.py:1-3\ndef round_price(value):")


def test_no_file_and_no_words_give_nothing() -> None:
    workspace = MemoryWorkspace(FILES)
    assert at_position(workspace, "missing.py", Position(0, 0), 100).pieces == ()
    assert for_question(workspace, "", 100).pieces == ()
    assert for_question(workspace, "?!\x00 \ud800", 100).pieces == ()


def test_a_secret_is_marked_also_where_only_its_beginning_would_be_shown() -> None:
    line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ"
    body = "".join(f"{i:02}{line}{'C7VJTUt9Us8cKj'[i % 9 :]}\n" for i in range(25))
    key = f"-----BEGIN PRIVATE KEY-----\n{body}-----END PRIVATE KEY-----\n"
    secret = "AKIA" + "IOSFODNN7EXAMPLQ"
    files = {
        "keys.py": f"SIGNING_KEY = '''\n{key}'''\n\ndef sign_with_key():\n    return '{secret}', SIGNING_KEY\n",
        "use.py": "from keys import SIGNING_KEY, sign_with_key\nsign_with_key(SIGNING_KEY)\n",
    }
    workspace = MemoryWorkspace(files)
    texts = [p.text for p in at_position(workspace, "use.py", Position(1, 0), 4000).pieces]
    texts += [p.text for p in for_question(workspace, "`SIGNING_KEY` `sign_with_key`", 60).pieces]
    texts.append(repository_map(workspace, 1000).text)
    assert len(texts) > 3
    for text in texts:
        assert secret not in text
        assert "MIIEvQ" not in text


def test_a_name_of_many_definitions_is_meant_only_between_backquotes() -> None:
    files = {f"part{i}.py": f"class Box{i}:\n    def open_lid(self):\n        return {i}\n" for i in range(6)}
    files["far.py"] = "def prise():\n    'Lift a lid open, open, open the lid, lid, lid.'\n"
    workspace = MemoryWorkspace(files)
    plain = for_question(workspace, "what does open_lid open?", 4000)
    quoted = for_question(workspace, "what does `open_lid` open?", 4000)
    assert not any(p.why == "the question names `open_lid`" for p in plain.pieces)
    assert [p.why for p in quoted.pieces if p.name == "open_lid"] == ["the question names `open_lid`"] * 6
