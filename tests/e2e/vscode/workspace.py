"""The folder that the editor works in."""

from pathlib import Path

CHECKED = "def f(s):\n    '😀'; x = eval(s)\n    y = eval(y)\n    print(x, y)\n"
FILES = {
    ".ai-rules/no-eval.md": """\
---
description: Never eval
globs: "**/*.py"
check:
  language: python
  severity: error
  message: "$F runs text as code"
  note: Parse it with `literal_eval`.
  rule: { pattern: "$F($X)" }
  constraints: { F: { regex: "^eval$" } }
  fix: literal_eval($X)
---
Parse it instead.
""",
    ".ai-rules/no-print.md": """\
---
check: { language: python, message: print is for scripts, rule: { pattern: print($$$A) } }
---
""",
    ".ai-rules/no-pass.md": """\
---
check: { language: python, message: pass says nothing, rule: { kind: pass_statement } }
---
""",
    ".ai-rules/quiet.md": """\
---
description: Parsers may evaluate
globs: parsers/**
overrides: [no-eval]
---
Their tests say why.
""",
    ".cursor/rules/docs.mdc": """\
---
description: How we write
globs: **.rst
paths: docs
---
See [the guide](docs/gide.md).
""",
    "docs/guide.rst": "Guide\n=====\n",
    "rulewright.toml": '[rules]\ndisable = ["no-pass"]\n',
    "src/app.py": CHECKED,
    "src/shop.py": '''\
class Basket:
    """Holds what somebody wants to buy."""

    def add_item(self, name: str, price: float) -> None:
        """Put one more into it."""

    def total(self) -> float:
        """What all of it costs."""
        return 0.0


class ShoppingList:
    """What is to be bought."""
''',
    "src/counter.py": "from shop import Basket\n\nbasket = Basket()\nShoppingLi\nbasket.",
    "src/typed.py": "from shop import Basket\n\nbasket = Basket()\nbasket.add",
    "quiet/app.py": "def g(s):\n    pass\n    return eval(s)\n",
}
SECOND = {
    ".ai-rules/only-here.md": """\
---
check: { language: python, message: only here, rule: { pattern: only_here($$$A) } }
---
""",
    "b.py": "only_here()\neval(s)\n",
}
INDEXED = 12_000


def write_workspace(folder: Path, files: int = INDEXED) -> Path:
    """Write it, with so many files that indexing can be seen, and a second folder beside it."""
    for name, content in FILES.items():
        _write(folder / name, content)
    for name, content in SECOND.items():
        _write(folder.parent / "second folder" / name, content)
    for root in (folder, folder.parent / "second folder"):
        (root / ".git").mkdir()
    body = "".join(f"def step_{n}(value):\n    return value + {n}\n\n\n" for n in range(12))
    for number in range(files):
        _write(folder / "many" / f"part_{number % 40}" / f"module_{number}.py", f"NUMBER = {number}\n\n\n{body}")
    return folder


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
