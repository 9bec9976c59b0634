"""Imports of Java, as data: what they mean, what would bring a name in, and where that goes."""

# ruff: noqa: E501 - a listing has one line for each file

import pytest

from rulewright.core.index.analyse import analyse
from rulewright.core.index.imports import NewImport, insertion, new_import, resolve
from rulewright.core.index.symbols import Import
from tests.harness.memory_files import tree

FILES = tree("""
    app/src/main/java/com/shop/Cart.java: package com.shop;\\npublic class Cart {\\n  public static final int MAX = 3;\\n  public static Cart of(int a) { return null; }\\n  int size() { return 1; }\\n  public enum State { OPEN }\\n}\\nclass Helper {}
    app/src/main/java/com/shop/Item.java: package com.shop;\\npublic record Item() {}
    app/src/main/java/com/shop/money/Price.java: package com.shop.money;\\npublic class Price {}
    app/src/main/java/com/shop/money/package-info.java: package com.shop.money;
    app/src/test/java/com/shop/CartTest.java: package com.shop;\\nclass CartTest {}
    lib/src/main/java/com/shop/money/Price.java: package com.shop.money;
    lib/src/main/java/com/lib/Tool.kt: package com.lib
    other/com/shop/money/Price.java: package other.com.shop.money;
    Main.java: class Main {}
""")

RESOLVED = [
    ("com.shop", "Cart", "app/src/main/java/com/shop/Item.java", "app/src/main/java/com/shop/Cart.java"),
    ("com.shop.Cart", "State", "app/src/main/java/com/shop/Item.java", "app/src/main/java/com/shop/Cart.java"),
    ("com.shop.Cart", "MAX", "Main.java", "app/src/main/java/com/shop/Cart.java"),
    ("com.shop.Cart", "*", "Main.java", "app/src/main/java/com/shop/Cart.java"),
    # The nearest of several, and none whose package is another.
    (
        "com.shop.money",
        "Price",
        "lib/src/main/java/com/lib/Tool.kt",
        "lib/src/main/java/com/shop/money/Price.java app/src/main/java/com/shop/money/Price.java",
    ),
    (
        "com.shop",
        "*",
        "app/src/test/java/com/shop/CartTest.java",
        "app/src/test/java/com/shop/CartTest.java app/src/main/java/com/shop/Cart.java app/src/main/java/com/shop/Item.java",
    ),
    (
        "com.shop.money",
        "*",
        "app/src/main/java/com/shop/Cart.java",
        "app/src/main/java/com/shop/money/Price.java app/src/main/java/com/shop/money/package-info.java",
    ),
    ("com.lib", "Tool", "app/src/main/java/com/shop/Cart.java", "lib/src/main/java/com/lib/Tool.kt"),
    ("java.util", "List", "Main.java", ""),
    ("java.util", "*", "Main.java", ""),
    ("com.shop", "Missing", "Main.java", ""),
]


@pytest.mark.parametrize(("module", "name", "path", "found"), RESOLVED)
def test_an_import_means_files(module: str, name: str, path: str, found: str) -> None:
    assert resolve("java", Import(module, name), path, FILES) == tuple(found.split())


CART = "app/src/main/java/com/shop/Cart.java"
PRICE = "app/src/main/java/com/shop/money/Price.java"

BROUGHT = [
    ("Cart", CART, PRICE, "import com.shop.Cart;"),
    ("Helper", CART, PRICE, "import com.shop.Helper;"),
    ("State", CART, PRICE, "import com.shop.Cart.State;"),
    ("MAX", CART, PRICE, "import static com.shop.Cart.MAX;"),
    ("of", CART, PRICE, "import static com.shop.Cart.of;"),
    # The same package sees its classes, but not what is in them.
    ("Cart", CART, "app/src/test/java/com/shop/CartTest.java", None),
    ("State", CART, "app/src/test/java/com/shop/CartTest.java", "import com.shop.Cart.State;"),
    ("size", CART, PRICE, None),
    ("Cart", CART, CART, None),
    ("Main", "Main.java", CART, None),
    ("Tool", "lib/src/main/java/com/lib/Tool.kt", CART, "import com.lib.Tool;"),
]


@pytest.mark.parametrize(("name", "target", "path", "statement"), BROUGHT)
def test_a_class_is_brought_in(name: str, target: str, path: str, statement: str | None) -> None:
    new = new_import("java", name, target, path, FILES)
    assert (new.statement if new else None) == statement


INSERTED = [
    ("package a;\n", "package a;\n\nimport x.y.M;\n"),
    ("package a;\n\nclass A {}\n", "package a;\n\nimport x.y.M;\n\nclass A {}\n"),
    ("package a;", "package a;\n\nimport x.y.M;\n"),
    ("class A {}\n", "import x.y.M;\n\nclass A {}\n"),
    ("", "import x.y.M;\n"),
    ("/* Licence. */\npackage a;\n\nclass A {}\n", "/* Licence. */\npackage a;\n\nimport x.y.M;\n\nclass A {}\n"),
    ("/* Licence. */\n\nclass A {}\n", "/* Licence. */\n\nimport x.y.M;\n\nclass A {}\n"),
    ("/** Doc. */\nclass A {}\n", "import x.y.M;\n\n/** Doc. */\nclass A {}\n"),
    (
        "package a;\n\nimport java.util.List;\nimport x.y.A;\nimport x.y.Z;\n",
        "package a;\n\nimport java.util.List;\nimport x.y.A;\nimport x.y.M;\nimport x.y.Z;\n",
    ),
    (
        "package a;\n\nimport java.util.List;\n\nimport x.y.A;\n\nimport z.B;\n\nclass A {}\n",
        "package a;\n\nimport java.util.List;\n\nimport x.y.A;\nimport x.y.M;\n\nimport z.B;\n\nclass A {}\n",
    ),
    ("import java.util.List;\nimport zz.B;\n", "import java.util.List;\nimport x.y.M;\nimport zz.B;\n"),
    # Static imports keep to themselves.
    ("import static x.y.B.c;\n\nclass A {}\n", "import static x.y.B.c;\n\nimport x.y.M;\n\nclass A {}\n"),
    ("import a.B;\n\nimport static x.y.A.c;\n", "import a.B;\nimport x.y.M;\n\nimport static x.y.A.c;\n"),
    ("import a.B;\nimport x.y.*;\n", None),
    ("import x.y.M;\n", None),
    ("import x.y.Z;\r\nimport x.z.Q;\r\n", "import x.y.M;\r\nimport x.y.Z;\r\nimport x.z.Q;\r\n"),
    ("package a;\r\n\r\nclass A {}\r\n", "package a;\r\n\r\nimport x.y.M;\r\n\r\nclass A {}\r\n"),
    ("import a.B;", "import a.B;\nimport x.y.M;\n"),
]


@pytest.mark.parametrize(("before", "after"), INSERTED)
def test_an_import_goes_where_it_belongs(before: str, after: str | None) -> None:
    _check(before, after, NewImport("x.y", "M", "import x.y.M;"))


STATIC = [
    (
        "package a;\n\nimport b.C;\n\nclass A {}\n",
        "package a;\n\nimport b.C;\n\nimport static x.y.M.n;\n\nclass A {}\n",
    ),
    ("import static a.B.c;\n\nimport q.R;\n", "import static a.B.c;\nimport static x.y.M.n;\n\nimport q.R;\n"),
    ("import static x.y.M.*;\n", None),
]


@pytest.mark.parametrize(("before", "after"), STATIC)
def test_a_static_import_goes_where_it_belongs(before: str, after: str | None) -> None:
    _check(before, after, NewImport("x.y.M", "n", "import static x.y.M.n;"))


def _check(before: str, after: str | None, new: NewImport) -> None:
    source = before.encode()
    place = insertion("java", source, analyse("java", source), new)
    if after is None:
        assert place is None
        return
    assert place is not None
    result = (source[: place.byte] + place.text.encode() + source[place.byte :]).decode()
    assert result == after
    record = analyse("java", result.encode())
    assert record.n_errors == 0
    assert insertion("java", result.encode(), record, new) is None
