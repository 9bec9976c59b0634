"""Imports of Java, as data: what they mean, what would bring a name in, and where that goes."""

# ruff: noqa: E501 - a listing has one line for each file

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Resolved, Table
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


STATIC = [
    (
        "package a;\n\nimport b.C;\n\nclass A {}\n",
        "package a;\n\nimport b.C;\n\nimport static x.y.M.n;\n\nclass A {}\n",
    ),
    ("import static a.B.c;\n\nimport q.R;\n", "import static a.B.c;\nimport static x.y.M.n;\n\nimport q.R;\n"),
    ("import static x.y.M.*;\n", None),
]

TABLE = Table(
    "java",
    resolved=[Resolved(FILES, path, Import(module, name), found) for module, name, path, found in RESOLVED],
    brought=[Brought(FILES, *row) for row in BROUGHT],
    inserted=[
        *(Inserted(NewImport("x.y", "M", "import x.y.M;"), *row) for row in INSERTED),
        *(Inserted(NewImport("x.y.M", "n", "import static x.y.M.n;"), *row) for row in STATIC),
    ],
)
