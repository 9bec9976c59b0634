"""What a hover shows, in the language in which it is written."""

import pytest

from rulewright.core.text import Position
from rulewright.features.hover import Section, hover
from tests.harness.code import MemoryWorkspace

FILES = {
    "page.html": "<p>ü</p>\n<script>\n/** Adds. */\nfunction add(a) { return a }\nadd(1)\n</script>\n",
    "read.md": '# Title\n\n```python\ndef run(x):\n    """Runs."""\n    return x\n\nrun(1)\n```\n',
    "quoted.md": "> ```js\n> function q() {}\n> q()\n> ```\n\n```go\nfunc Go() {}\n```\n",
    "part.vue": '<script lang="ts">\nexport function go(a: number) { return a }\ngo(1)\n</script>\n',
    "use.ts": "import { go } from './part.vue';\ngo(2);\n",
    "plain.js": "/** Does. */\nfunction f() {}\nf();\n",
    "page.php": "<p></p>\n<?php\nfunction f() {}\nf();\n",
}

SHOWN = [
    ("page.html", 3, 10, [Section("code", "function add(a)", "javascript"), Section("doc", "Adds.", "javascript")]),
    ("page.html", 4, 1, [Section("code", "function add(a)", "javascript"), Section("doc", "Adds.", "javascript")]),
    ("page.html", 3, 13, [Section("code", "(parameter) a", "javascript")]),
    ("read.md", 3, 5, [Section("code", "def run(x)", "python"), Section("doc", "Runs.", "python")]),
    ("read.md", 7, 1, [Section("code", "def run(x)", "python"), Section("doc", "Runs.", "python")]),
    ("quoted.md", 2, 2, [Section("code", "function q()", "javascript")]),
    ("quoted.md", 6, 6, [Section("code", "func Go()", "go")]),
    ("part.vue", 2, 1, [Section("code", "function go(a: number)", "typescript")]),
    # The symbol is in another file than the name.
    ("use.ts", 1, 1, [Section("code", "function go(a: number)", "typescript")]),
    # Nothing is embedded, though the language may embed.
    ("plain.js", 2, 0, [Section("code", "function f()", "javascript"), Section("doc", "Does.", "javascript")]),
    ("page.php", 3, 0, [Section("code", "function f()", "php")]),
]


@pytest.mark.parametrize(("path", "row", "column", "expected"), SHOWN)
def test_code_is_shown_in_its_own_language(path: str, row: int, column: int, expected: list[Section]) -> None:
    found = hover(MemoryWorkspace(FILES), path, Position(row, column))
    assert found is not None
    assert [section for section in found.sections if section.kind != "note"] == expected


def test_a_file_that_changed_under_the_index_says_nothing_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = MemoryWorkspace(FILES)
    older = workspace.index.record("part.vue")
    assert older is not None
    now = MemoryWorkspace({"part.vue": "<p></p>\n"}).buffers["part.vue"]
    monkeypatch.setitem(workspace.buffers, "part.vue", now)
    known = {"part.vue": older, "use.ts": workspace.buffers["use.ts"].record}
    monkeypatch.setattr(workspace.index, "record", known.get)
    found = hover(workspace, "use.ts", Position(1, 1))
    assert found is not None
    assert found.sections[0] == Section("code", "function go(a: number)", "vue")
