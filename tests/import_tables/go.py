"""Go's imports, as data: what they mean, what would bring a package in, and where that goes."""

# ruff: noqa: E501 - a listing has one line for each file

from rulewright.core.index.imports import NewImport
from rulewright.core.index.symbols import Import
from tests.harness.import_tables import Brought, Inserted, Resolved, Table
from tests.harness.memory_files import tree

FILES = tree("""
    go.mod: module example.com/app // the app\\n\\ngo 1.22\\n\\nreplace (\\n\\texample.com/forked v1.2.0 => ./third/forked\\n)\\nreplace example.com/out => ../out
    main.go: package main
    app.go: package app
    app_test.go: package app_test
    export_test.go: package app
    store/store.go: package store
    store/store_linux.go: package store
    store/store_test.go: package store_test
    store/notes.txt
    store/internal/page/page.go: package page
    api/v2/api.go: package api
    go-tool/tool.go: package tool
    cmd/run/main.go: package main
    third/forked/deep/deep.go: package deep
    tools/go.mod: module example.com/app/tools
    tools/gen/gen.go: package gen
    vendor/github.com/x/y/y.go: package y
""")

RESOLVED = [
    ("main.go", "example.com/app/store", "store/store.go store/store_linux.go"),
    ("app_test.go", "example.com/app", "app.go main.go app_test.go export_test.go"),
    ("store/store_test.go", "example.com/app", "app.go main.go"),
    ("main.go", "example.com/app/api/v2", "api/v2/api.go"),
    ("main.go", "example.com/app/tools/gen", "tools/gen/gen.go"),
    ("tools/gen/gen.go", "example.com/app/store", "store/store.go store/store_linux.go"),
    ("main.go", "example.com/forked/deep", "third/forked/deep/deep.go"),
    ("main.go", "github.com/x/y", "vendor/github.com/x/y/y.go"),
    ("main.go", "example.com/out", ""),
    ("main.go", "example.com/application", ""),
    ("main.go", "fmt", ""),
    ("main.go", "C", ""),
    # Internal packages are seen from the folder that holds them alone.
    ("store/store.go", "example.com/app/store/internal/page", "store/internal/page/page.go"),
    ("main.go", "example.com/app/store/internal/page", ""),
]


BROUGHT = [
    ("Open", "store/store.go", "main.go", 'import "example.com/app/store"'),
    ("Call", "api/v2/api.go", "main.go", 'import "example.com/app/api/v2"'),
    ("Make", "go-tool/tool.go", "main.go", 'import tool "example.com/app/go-tool"'),
    ("Gen", "tools/gen/gen.go", "main.go", 'import "example.com/app/tools/gen"'),
    ("Y", "vendor/github.com/x/y/y.go", "main.go", 'import "github.com/x/y"'),
    ("App", "app.go", "app_test.go", 'import "example.com/app"'),
    ("App", "app.go", "main.go", None),
    ("open", "store/store.go", "main.go", None),
    ("Run", "cmd/run/main.go", "app.go", None),
    ("Page", "store/internal/page/page.go", "main.go", None),
    ("Page", "store/internal/page/page.go", "store/store.go", 'import "example.com/app/store/internal/page"'),
    ("Test", "store/store_test.go", "main.go", None),
]


INSERTED = [
    ("package a\n", 'package a\n\nimport "x.y/m"\n'),
    ("package a\n\nfunc f() {}\n", 'package a\n\nimport "x.y/m"\n\nfunc f() {}\n'),
    ("// Doc.\npackage a", '// Doc.\npackage a\n\nimport "x.y/m"\n'),
    ('package a\n\nimport "fmt"\n', 'package a\n\nimport "fmt"\nimport "x.y/m"\n'),
    ('package a\n\nimport "z.z/z"\n', 'package a\n\nimport "x.y/m"\nimport "z.z/z"\n'),
    ('package a\n\n// #include <x.h>\nimport "C"\n', 'package a\n\n// #include <x.h>\nimport "C"\nimport "x.y/m"\n'),
    # A block: into the group that is most like it, sorted.
    (
        'package a\n\nimport (\n\t"fmt"\n\t"os"\n)\n',
        'package a\n\nimport (\n\t"fmt"\n\t"os"\n\n\t"x.y/m"\n)\n',
    ),
    (
        'package a\n\nimport (\n\t"fmt"\n\n\t"x.y/a"\n\tz "x.y/z"\n)\n',
        'package a\n\nimport (\n\t"fmt"\n\n\t"x.y/a"\n\t"x.y/m"\n\tz "x.y/z"\n)\n',
    ),
    (
        'package a\n\nimport (\n\t"fmt"\n\n\t"q.r/s"\n\n\t"x.y/a" // why\n\t_ "x.y/b"\n)\n',
        'package a\n\nimport (\n\t"fmt"\n\n\t"q.r/s"\n\n\t"x.y/a" // why\n\t_ "x.y/b"\n\t"x.y/m"\n)\n',
    ),
    (
        'package a\n\nimport (\n\t"fmt"\n\n\t"q.r/s"\n)\n',
        'package a\n\nimport (\n\t"fmt"\n\n\t"q.r/s"\n\t"x.y/m"\n)\n',
    ),
    ("package a\n\nimport ()\n", 'package a\n\nimport (\n\t"x.y/m"\n)\n'),
    ("package a\n\nimport (\n)\n", 'package a\n\nimport (\n\t"x.y/m"\n)\n'),
    ('package a\n\nimport ("fmt")\n', 'package a\n\nimport ("fmt"; "x.y/m")\n'),
    (
        'package a\r\n\r\nimport (\r\n\t"fmt"\r\n\r\n\t"x.y/z"\r\n)\r\n',
        'package a\r\n\r\nimport (\r\n\t"fmt"\r\n\r\n\t"x.y/m"\r\n\t"x.y/z"\r\n)\r\n',
    ),
    ('package a\n\nimport _ "x.y/m"\n', 'package a\n\nimport _ "x.y/m"\nimport "x.y/m"\n'),
    ('package a\n\nimport "x.y/m"\n', None),
    ('package a\n\nimport named "x.y/m"\n', None),
    ("", None),
]

TABLE = Table(
    "go",
    resolved=[Resolved(FILES, path, Import(module), found) for path, module, found in RESOLVED],
    brought=[Brought(FILES, *row) for row in BROUGHT],
    inserted=[Inserted(NewImport("x.y/m", "", 'import "x.y/m"'), *row) for row in INSERTED],
)
