"""Python's imports, as data: what they mean, what would bring a name in, and where that goes."""

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Resolved, Table
from tests.harness.memory_files import tree

FILES = tree("""
    pyproject.toml
    src/app/__init__.py: from .core.engine import Engine, run\\nfrom . import views
    src/app/__main__.py
    src/app/views.py
    src/app/core/__init__.py
    src/app/core/engine.py
    src/app/core/engine.pyi
    src/app/core/types.pyi
    src/app/core/json.py
    src/app/flask/__init__.py: from .flask import flask
    src/app/flask/flask.py
    src/space/tool/__init__.py
    src/space/tool/hammer.py
    src/space/loose.py
    tests/test_app.py
    tests/helpers.py
    scripts/run-all.py
    scripts/build.py
    scripts/common.py
    other/pyproject.toml
    other/src/lib_b/__init__.py
    other/src/lib_b/api.py
    flat/setup.py
    flat/onefile.py
    data/unrelated/os/path.py
""")

RESOLVED = [
    # from where, module, name, what is found
    ("src/app/views.py", "app.core.engine", "Engine", "src/app/core/engine.py src/app/core/engine.pyi"),
    (
        "src/app/views.py",
        "app.core",
        "engine",
        "src/app/core/engine.py src/app/core/engine.pyi src/app/core/__init__.py",
    ),
    ("src/app/views.py", "app", "", "src/app/__init__.py"),
    ("src/app/views.py", "app", "Engine", "src/app/__init__.py"),
    ("src/app/views.py", "app", "*", "src/app/__init__.py"),
    ("src/app/views.py", ".core.engine", "run", "src/app/core/engine.py src/app/core/engine.pyi"),
    ("src/app/views.py", ".core.types", "Type", "src/app/core/types.pyi"),
    ("src/app/views.py", ".", "core", "src/app/core/__init__.py src/app/__init__.py"),
    ("src/app/views.py", ".", "views", "src/app/views.py src/app/__init__.py"),
    ("src/app/__init__.py", ".views", "View", "src/app/views.py"),
    ("src/app/core/engine.py", "..views", "View", "src/app/views.py"),
    ("src/app/core/engine.py", "..", "views", "src/app/views.py src/app/__init__.py"),
    ("src/app/core/engine.py", ".....views", "View", ""),
    # A module beside this one in a package is not what an absolute import means.
    ("src/app/core/engine.py", "json", "", ""),
    ("src/app/core/engine.py", "os.path", "", ""),
    # A package may define a name that is also the name of a module in it.
    ("tests/test_app.py", "app.flask", "flask", "src/app/flask/__init__.py src/app/flask/flask.py"),
    ("tests/test_app.py", "app.core.engine", "", "src/app/core/engine.py src/app/core/engine.pyi"),
    ("tests/test_app.py", "helpers", "help", "tests/helpers.py"),
    ("tests/test_app.py", "tests.helpers", "help", "tests/helpers.py"),
    ("tests/test_app.py", "tests", "helpers", "tests/helpers.py"),
    ("scripts/build.py", "common", "", "scripts/common.py"),
    ("src/space/tool/hammer.py", "space.loose", "x", "src/space/loose.py"),
    ("src/space/tool/hammer.py", "space.tool", "hammer", "src/space/tool/hammer.py src/space/tool/__init__.py"),
    ("src/app/views.py", "lib_b.api", "call", "other/src/lib_b/api.py"),
    ("src/app/views.py", "lib_b", "", "other/src/lib_b/__init__.py"),
    ("src/app/views.py", "onefile", "", "flat/onefile.py"),
    ("src/app/views.py", "unrelated.os", "", ""),
    ("src/app/views.py", "app.missing", "", ""),
    ("src/app/views.py", "../odd path", "", ""),
]


BROUGHT = [
    # name, where it is defined, from where, the statement
    ("View", "src/app/views.py", "tests/test_app.py", "from app.views import View"),
    ("types", "src/app/core/types.pyi", "tests/test_app.py", "from app.core.types import types"),
    # What a package hands on is taken from the package, but not by the package itself.
    ("Engine", "src/app/core/engine.py", "tests/test_app.py", "from app import Engine"),
    ("Engine", "src/app/core/engine.py", "src/app/views.py", "from app.core.engine import Engine"),
    ("hidden", "src/app/core/engine.py", "tests/test_app.py", "from app.core.engine import hidden"),
    ("Run", "src/app/core/__init__.py", "tests/test_app.py", "from app.core import Run"),
    ("", "src/app/views.py", "tests/test_app.py", "import app.views"),
    # Where a file imports from its package with dots, it keeps doing so.
    ("View", "src/app/views.py", "src/app/__init__.py", "from .views import View"),
    ("hit", "src/space/tool/hammer.py", "src/app/views.py", "from space.tool.hammer import hit"),
    ("common", "scripts/common.py", "scripts/build.py", "from common import common"),
    ("help", "tests/helpers.py", "tests/test_app.py", "from helpers import help"),
    ("run", "scripts/run-all.py", "scripts/build.py", None),
    ("View", "src/app/views.py", "src/app/views.py", None),
]


INSERTED = [
    # before, module, name, after
    ("", "m", "n", "from m import n\n"),
    ("x = 1\n", "m", "n", "from m import n\n\nx = 1\n"),
    ("def f(): ...\n", "m", "n", "from m import n\n\n\ndef f(): ...\n"),
    ('"""Doc."""\n\n\nx = 1\n', "m", "n", '"""Doc."""\n\nfrom m import n\n\n\nx = 1\n'),
    ('"""Doc."""', "m", "n", '"""Doc."""\n\nfrom m import n\n'),
    ('"""Doc.\n\nMore.\n"""\nx = 1\n', "m", "n", '"""Doc.\n\nMore.\n"""\n\nfrom m import n\n\nx = 1\n'),
    ("#!/usr/bin/python\nx = 1\n", "m", "n", "#!/usr/bin/python\n\nfrom m import n\n\nx = 1\n"),
    ("# About\n# this.\n\nx = 1\n", "m", "n", "# About\n# this.\n\nfrom m import n\n\nx = 1\n"),
    (
        '"""Doc."""\n\nfrom __future__ import annotations\n\nx = 1\n',
        "m",
        "n",
        '"""Doc."""\n\nfrom __future__ import annotations\n\nfrom m import n\n\nx = 1\n',
    ),
    ("import os\nimport sys\n\nx = 1\n", "m", "n", "import os\nimport sys\n\nfrom m import n\n\nx = 1\n"),
    ("import os", "m", "n", "import os\n\nfrom m import n\n"),
    # Sorted among what is of the same package.
    (
        "import os\n\nfrom app.a import a\nfrom app.z import z\n",
        "app.m",
        "n",
        "import os\n\nfrom app.a import a\nfrom app.m import n\nfrom app.z import z\n",
    ),
    (
        "import os\n\nimport app\nfrom app.z import z\n",
        "app.m",
        "n",
        "import os\n\nimport app\nfrom app.m import n\nfrom app.z import z\n",
    ),
    ("from .a import a\nfrom .c import c\n", ".b", "n", "from .a import a\nfrom .b import n\nfrom .c import c\n"),
    ("from .c import c\nfrom .a import a\n", ".b", "n", "from .c import c\nfrom .a import a\nfrom .b import n\n"),
    (
        "import z\nfrom app.z import z\nimport a\n",
        "app.m",
        "n",
        "import z\nfrom app.m import n\nfrom app.z import z\nimport a\n",
    ),
    # Joined to a statement.
    ("from m import a, z\n", "m", "n", "from m import a, n, z\n"),
    ("from m import a\n", "m", "n", "from m import a, n\n"),
    ("from m import z, a\n", "m", "n", "from m import z, a, n\n"),
    ("from m import MAX, Thing, also\n", "m", "Name", "from m import MAX, Name, Thing, also\n"),
    ("from m import a as b, z  # why\n", "m", "n", "from m import a as b, n, z  # why\n"),
    ("from m import a  # why\n", "m", "n", "from m import a, n  # why\n"),
    ("from m import (a, z)\n", "m", "zz", "from m import (a, z, zz)\n"),
    ("from m import (\n    a,\n    z,\n)\n", "m", "n", "from m import (\n    a,\n    n,\n    z,\n)\n"),
    ("from m import (\n    a,\n    b,\n)\n", "m", "n", "from m import (\n    a,\n    b,\n    n,\n)\n"),
    (
        "from m import (\n    a,\n    b  # (last)\n)\n",
        "m",
        "n",
        "from m import (\n    a,\n    b,\n    n  # (last)\n)\n",
    ),
    ("from m import (  # all\n    a,  # one\n)\n", "m", "n", "from m import (  # all\n    a,  # one\n    n,\n)\n"),
    ("from m import a, \\\n    b\n", "m", "n", "from m import a, \\\n    b, n\n"),
    # Not into what is indented, nor into what stands behind a definition.
    (
        "import os\nif x:\n    from m import a\n",
        "m",
        "n",
        "import os\n\nfrom m import n\nif x:\n    from m import a\n",
    ),
    (
        "import os\n\ndef f(): ...\n\nfrom m import a\n",
        "m",
        "n",
        "import os\n\nfrom m import n\n\ndef f(): ...\n\nfrom m import a\n",
    ),
    ("import os\r\n\r\nx = 1\r\n", "m", "n", "import os\r\n\r\nfrom m import n\r\n\r\nx = 1\r\n"),
    ("from m import (\r\n    a,\r\n)\r\n", "m", "n", "from m import (\r\n    a,\r\n    n,\r\n)\r\n"),
    ("import os\n", "app.m", "", "import os\n\nimport app.m\n"),
    # What is there already.
    ("from m import n\n", "m", "n", None),
    ("from m import *\n", "m", "n", None),
    ("import app.m\n", "app.m", "", None),
    ("from m import n as other\n", "m", "n", "from m import n, n as other\n"),
]

TABLE = Table(
    "python",
    resolved=[Resolved(FILES, path, Import(module, name), found) for path, module, name, found in RESOLVED],
    brought=[Brought(FILES, *row) for row in BROUGHT],
    inserted=[
        Inserted(NewImport(module, name, f"from {module} import {name}" if name else f"import {module}"), before, after)
        for before, module, name, after in INSERTED
    ],
)
