"""The modules that paths of Rust begin with: of the crate, of this file, and of other crates of the workspace."""

from rulewright.core.code_ports import CodeIndex
from rulewright.core.index.imports import resolve
from rulewright.core.index.naming import SPACES, bound_name
from rulewright.core.index.symbols import Import

RUST_ROOTS = frozenset({"crate", "self", "super"})
"""Words that begin a path in its own crate."""


def rust_module(
    index: CodeIndex, path: str, parts: tuple[str, ...], row: int | None = None
) -> tuple[tuple[str, ...], int] | None:
    """The file of the module that a path of Rust begins with, and how many parts name it; None where none does.

    `row` is where the path stands: it may be in a module that is written in the file itself.
    """
    found: tuple[tuple[str, ...], int] | None = None
    for count in range(1, len(parts) + 1):
        files = resolve("rust", Import("::".join(parts[:count]), row=row or 0), path, index)
        # What is no module is in the file of the one before it.
        if not files or (found is not None and files == found[0] and not _holds_module(index, files, parts[count - 1])):
            break
        found = files, count
    return found


def _holds_module(index: CodeIndex, files: tuple[str, ...], name: str) -> bool:
    records = (index.record(file) for file in files)
    return any(s.name == name and s.kind in SPACES for record in records if record is not None for s in record.symbols)


def handed_module(index: CodeIndex, files: tuple[str, ...], name: str) -> tuple[str, ...]:
    """The module that one of Rust gives on: `pub extern crate store as disk`, `pub use crate::inner::disk`."""
    for path in files:
        for one in index.imports_of(path) if path.endswith(".rs") else ():
            if bound_name("rust", one) == name:
                parts = tuple(part for part in (*one.module.split("::"), one.name) if part)
                found = rust_module(index, path, parts, one.row)
                if found is not None and found[1] == len(parts):
                    return found[0]
    return ()
