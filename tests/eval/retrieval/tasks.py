"""What is to be found: imports that are hidden from a file, and the file that defines what they bring in.

Which file that is comes from readers of their own (Python's `ast`, expressions for TypeScript), not from the index that
is measured.
"""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath

WINDOW = 60
"""Lines around the cursor."""
PER_FILE = 6
"""Tasks that one file gives at most."""


@dataclass(frozen=True)
class Task:
    """A file without one of its imports, and a place in it from which what it brought in is near."""

    path: str
    text: str
    """With blanks for the import, so that no line moves."""
    row: int
    """Of the cursor, from 0."""
    name: str
    """What the import brought in."""
    answer: str
    """The file that defines it."""

    @property
    def window(self) -> str:
        """The lines around the cursor."""
        lines = self.text.split("\n")
        first = max(0, min(self.row - WINDOW // 2, len(lines) - WINDOW))
        return "\n".join(lines[first : first + WINDOW])


@dataclass(frozen=True)
class _Brought:
    """A name that an import brings in."""

    name: str
    local: str
    answer: str
    first: int
    """Rows of the statement, from 0."""
    last: int


def tasks(files: dict[str, str], limit: int, seed: int = 8) -> list[Task]:
    """At most `limit` tasks from the files of a package, drawn by lot: always the same for the same files."""
    dice = random.Random(seed)
    reader = _Python(files) if any(path.endswith(".py") for path in files) else _TypeScript(files)
    found: list[Task] = []
    for path in sorted(files):
        brought = reader.brought(path)
        some = [made for one in brought if (made := _task(path, files[path], one, brought, dice))]
        found += dice.sample(some, min(PER_FILE, len(some)))
    return dice.sample(found, min(limit, len(found)))


def _task(path: str, text: str, one: _Brought, brought: list[_Brought], dice: random.Random) -> Task | None:
    # Another import of the same file would give the answer away.
    if one.answer == path or any(o.answer == one.answer and o.first != one.first for o in brought):
        return None
    lines = text.split("\n")
    lines[one.first : one.last + 1] = [""] * (one.last + 1 - one.first)
    imports = {row for o in brought for row in range(o.first, o.last + 1)}
    word = re.compile(rf"(?<![\w$]){re.escape(one.local)}(?![\w$])")
    uses = [row for row, line in enumerate(lines) if row not in imports and word.search(line)]
    if not uses:
        return None
    # The use stands anywhere in the window: nothing says that it is at the cursor.
    row = dice.choice(uses) + dice.randrange(-WINDOW // 2 + 1, WINDOW // 2)
    task = Task(path, "\n".join(lines), max(0, min(row, len(lines) - 1)), one.name, one.answer)
    return task if word.search(task.window) else None


class _Python:
    def __init__(self, files: dict[str, str]) -> None:
        self._files = files
        self._trees = {path: tree for path, text in files.items() if (tree := _parsed(text)) is not None}

    def brought(self, path: str) -> list[_Brought]:
        tree = self._trees.get(path)
        if tree is None:
            return []
        found = []
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom):
                continue
            for alias in node.names:
                # Under another name only the import itself says what is meant.
                answer = None if alias.asname else self._definer(self._module(path, node), alias.name)
                if answer is not None:
                    last = (node.end_lineno or node.lineno) - 1
                    found.append(_Brought(alias.name, alias.name, answer, node.lineno - 1, last))
        return found

    def _module(self, path: str, node: ast.ImportFrom) -> str:
        """The path of the module without its ending."""
        named = (node.module or "").replace(".", "/")
        if not node.level:
            return named
        folder = dirname(path)
        for _ in range(node.level - 1):
            folder = dirname(folder)
        return normpath(join(folder, named)) if named else folder

    def _definer(self, module: str, name: str, depth: int = 0) -> str | None:
        file = next((p for p in (f"{module}.py", f"{module}/__init__.py") if p in self._trees), None)
        if file is None or depth > 5:
            return None
        handed_on = None
        for node in self._trees[file].body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name == name:
                return file
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                return file
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
                return file
            if isinstance(node, ast.ImportFrom) and handed_on is None:
                original = next((a.name for a in node.names if (a.asname or a.name) == name), None)
                if original:
                    handed_on = self._definer(self._module(file, node), original, depth + 1)
        return handed_on


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


_IMPORT = re.compile(r"^import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+['\"](\.[^'\"]*)['\"]", re.MULTILINE)
_HANDED_ON = re.compile(r"^export\s+(?:type\s+)?(?:\{([^}]*)\}|\*)\s+from\s+['\"](\.[^'\"]*)['\"]", re.MULTILINE)
_DEFINED = re.compile(
    r"^export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?"
    r"(?:function\s*\*?|class|interface|type|const\s+enum|enum|const|let|var|namespace)\s+([\w$]+)",
    re.MULTILINE,
)


class _TypeScript:
    def __init__(self, files: dict[str, str]) -> None:
        self._files = files
        self._defined = {path: set(_DEFINED.findall(text)) for path, text in files.items()}

    def brought(self, path: str) -> list[_Brought]:
        text = self._files[path]
        found = []
        for match in _IMPORT.finditer(text):
            first, last = text.count("\n", 0, match.start()), text.count("\n", 0, match.end())
            for name, local in _named(match[1]):
                answer = self._definer(path, match[2], name) if name == local else None
                if answer is not None:
                    found.append(_Brought(name, local, answer, first, last))
        return found

    def _definer(self, path: str, module: str, name: str, depth: int = 0) -> str | None:
        base = normpath(join(dirname(path), module))
        stem = re.sub(r"\.[mc]?js$", "", base)
        file = next((p for p in (f"{stem}.ts", f"{stem}.tsx", base, f"{stem}/index.ts") if p in self._files), None)
        if file is None or depth > 5:
            return None
        if name in self._defined[file]:
            return file
        for match in _HANDED_ON.finditer(self._files[file]):
            original = name if match[1] is None else next((n for n, as_ in _named(match[1]) if as_ == name), None)
            if original and (found := self._definer(file, match[2], original, depth + 1)):
                return found
        return None


def _named(listed: str) -> Iterator[tuple[str, str]]:
    for part in listed.split(","):
        words = part.replace("type ", " ").split()
        if words:
            yield words[0], words[-1]


def read(root: Path, endings: tuple[str, ...]) -> dict[str, str]:
    """The files of a package by their paths."""
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(root.rglob("*"))
        if path.name.endswith(endings) and not path.name.endswith(".d.ts") and path.is_file()
    }
