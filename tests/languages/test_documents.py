"""What is found in documents, data and languages inside others, where a fixture cannot show it."""

import msgspec
import pytest

from rulewright.core.index.analyse import analyse
from rulewright.core.index.symbols import FileRecord, SymbolKind
from rulewright.core.index.traits import traits_of


def tree(record: FileRecord) -> list[str]:
    """Names with a dot for each level."""
    depth: dict[int, int] = {-1: -1}
    lines = []
    for index, symbol in enumerate(record.symbols):
        depth[index] = depth[symbol.parent] + 1
        lines.append("." * depth[index] + symbol.name)
    return lines


def test_headings_of_both_kinds_nest_by_level() -> None:
    text = b"Title\n=====\n\nwords\n\nSub\n---\n\n### Deep\n\n## Other\n\n# Second\n\n# Third\n"
    record = analyse("markdown", text)
    assert tree(record) == ["Title", ".Sub", "..Deep", ".Other", "Second", "Third"]
    rows = {s.name: (s.start_row, s.end_row) for s in record.symbols}
    assert rows["Title"] == (0, 11)
    assert rows["Sub"] == (5, 9)
    assert rows["Deep"] == (8, 9)
    assert rows["Third"] == (14, 14)
    assert record.symbols[0].signature == "Title"


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("# **Bold** and *soft* `code`", "Bold and soft code"),
        ("# [Linked](https://example.org) text", "Linked text"),
        ("# snake_case_name and C#", "snake_case_name and C#"),
        ("# Closed ##", "Closed"),
        ('# <a id="x"></a> Marked', "Marked"),
        ("# `Map<K, V>`", "Map<K, V>"),
    ],
)
def test_a_heading_is_named_without_its_signs(heading: str, name: str) -> None:
    assert [s.name for s in analyse("markdown", heading.encode()).symbols] == [name]


def test_front_matter_is_in_the_outline() -> None:
    assert tree(analyse("markdown", b"---\na: 1\nb:\n  c: 2\n---\n# T\n")) == ["front matter", ".a", ".b", "..c", "T"]
    assert tree(analyse("markdown", b'+++\na = "1"\n[b]\nc = 2\n+++\n# T\n')) == [
        "front matter",
        ".a",
        ".b",
        "..c",
        "T",
    ]
    assert tree(analyse("markdown", b"---\n---\n# T\n"))[-1] == "T"


def test_fences_are_examples() -> None:
    record = analyse(
        "markdown", b"# T\n\n```python\nimport os\ndef f(): ...\n```\n\n```{.js .x}\nexport class A {}\n```\n"
    )
    assert tree(record) == ["T", ".f", ".A"]
    assert [s.exported for s in record.symbols] == [True, False, False]
    assert record.imports == ()


def test_a_fence_in_a_list_or_quotation_is_code_without_its_indentation() -> None:
    listed = b"1. One\n\n   ```python\n   class A:\n       def f(self): ...\n   x = 1\n   ```\n"
    assert tree(analyse("markdown", listed)) == ["A", ".f", "x"]
    quoted = b"> ```python\n> class A:\n>     def f(self): ...\n> ```\n"
    assert tree(analyse("markdown", quoted)) == ["A", ".f"]
    assert analyse("markdown", quoted).symbols[1].row == 2


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("<script>", True),
        ('<script type="module">', True),
        ('<script type="text/javascript">', True),
        ("<script defer>", True),
        ('<script lang="ts">', True),
        ('<script type="text/x-template">', False),
        ('<script type="text/plain">', False),
    ],
)
def test_only_scripts_that_are_code_are_read(tag: str, found: bool) -> None:
    record = analyse("html", f"<main id=m>\n{tag}\nfunction f() {{}}\n</script>\n</main>\n".encode())
    assert tree(record) == ["m", *[".f"] * found]


def test_the_page_around_php_is_one_page() -> None:
    record = analyse("php", b'<main id="m">\n<?php function f() {} ?>\n<p id="p">x</p>\n</main>\n<?php class A {} ?>\n')
    assert tree(record) == ["m", ".f", ".p", "A"] or tree(record) == ["m", "f", ".p", "A"]
    assert [s.row for s in record.symbols] == [0, 1, 2, 4]


@pytest.mark.parametrize("language", ["json", "yaml", "toml"])
def test_large_data_has_few_symbols_and_the_uppermost_first(language: str) -> None:
    data = {
        "first": {"deep": {f"k{n}": n for n in range(5_000)}},
        "last": 1,
        "wide": {f"w{n}": {"x": n} for n in range(9_000)},
    }
    if language == "json":
        text = msgspec.json.encode(data)
    elif language == "yaml":
        text = msgspec.yaml.encode(data)
    else:
        text = b"last = 1\n" + b"".join(b"[wide.w%d]\nx = 1\n" % n for n in range(12_000)) + b"[first]\n"
    record = analyse(language, text)
    names = [s.name for s in record.symbols]
    assert 0 < len(names) <= traits_of(language).most
    assert "last" in names
    assert not any(s.exported for s in record.symbols)
    assert all(s.parent < i for i, s in enumerate(record.symbols))


def test_data_is_looked_at_to_a_depth() -> None:
    text = b'{"k":' * 50 + b"1" + b"}" * 50
    assert len(analyse("json", text).symbols) == 6


def test_items_of_a_list_are_named_or_numbered() -> None:
    record = analyse("json", b'[{"x": 1}, {"name": "two", "x": 2}, [1, 2], 3, {"y": {}}]')
    assert tree(record) == ["[0]", ".x", "two", ".name", ".x", "[2]", ".y"]
    assert record.symbols[0].kind == SymbolKind.OBJECT


@pytest.mark.parametrize("end", [b"$(", b"@-", b"x $)", b"$["])
def test_a_here_document_that_is_being_typed_ends(end: bytes) -> None:
    assert tree(analyse("perl", b"sub f { 1 }\nprint <<F;\n" + end)) == ["f"]
    fenced = b"# T\n\n```perl\nsub f { 1 }\nprint <<F;\n" + end
    assert tree(analyse("markdown", fenced))[0] == "T"
    assert tree(analyse("markdown", b"```perl\n<<F;" + end)) == []


@pytest.mark.parametrize("language", ["c", "lua", "make", "cpp", "powershell"])
def test_a_file_that_is_not_utf8_is_read(language: str) -> None:
    assert analyse(language, b"# caf\xe9 \xff\nx = 1\nint f(void);\nlocal y = require('a')\n").language == language
