"""Python's standard library without its docstrings, and their first paragraphs as questions."""

import ast
import os
import random
import sysconfig
from dataclasses import dataclass
from pathlib import Path

SKIPPED = frozenset(
    {"test", "tests", "site-packages", "dist-packages", "__pycache__", "lib2to3", "idlelib", "turtledemo", "pydoc_data"}
    | {"encodings"}
)
N_QUESTIONS = 500
LEAST_LINES = 3
"""Of a function without its docstring."""
WORDS = range(4, 61)
"""Of a question."""


@dataclass(frozen=True)
class Question:
    """What a function is for, and where it is."""

    text: str
    path: str
    name: str
    row: int
    """Of its first line, from 0, decorators left out."""


def lay_out(target: Path, seed: int = 3) -> list[Question]:
    """Write the library without the docstrings of its functions to a folder; questions drawn by lot."""
    questions: list[Question] = []
    library = Path(sysconfig.get_path("stdlib"))
    for folder, folders, names in os.walk(library):
        folders[:] = sorted(name for name in folders if name not in SKIPPED)
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix == ".py":
                _strip(path, path.relative_to(library).as_posix(), target, questions)
    random.Random(seed).shuffle(questions)
    return questions[:N_QUESTIONS]


def _strip(source: Path, path: str, target: Path, questions: list[Question]) -> None:
    text = source.read_text(encoding="utf-8", errors="ignore")
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    lines = text.split("\n")
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not (doc := ast.get_docstring(node)):
            continue
        first = node.body[0]
        lines[first.lineno - 1 : first.end_lineno] = [""] * ((first.end_lineno or first.lineno) - first.lineno + 1)
        body = node.body[1:]
        asked = doc.strip().split("\n\n")[0].replace("\n", " ")
        if body and (node.end_lineno or 0) - body[0].lineno + 1 >= LEAST_LINES and len(asked.split()) in WORDS:
            questions.append(Question(asked[:400], path, node.name, node.lineno - 1))
    copy = target / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_text("\n".join(lines), "utf-8")
