"""Java's imports: packages are folders below some source root; classes, nested classes and static members are named."""

import re
from collections.abc import Iterator

from rulewright.core.index.imports import Files, Insertion, NewImport
from rulewright.core.index.imports.lines import among, apart, behind, header_end, import_lines, likeness, nearest
from rulewright.core.index.imports.written import folder_of
from rulewright.core.index.symbols import FileRecord, Import

_SUFFIXES = (".java", ".kt")
_PACKAGE = re.compile(r"^[ \t]*package[ \t]+([\w.]+)", re.MULTILINE)
_TYPE = r"\b(?:class|interface|enum|record|@interface)[ \t]+{name}\b"


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The file of a class, or of the class around a nested class or a static member; for `*` those of the package."""
    if imported.name == "*":
        yield from _class_files(imported.module.split("."), path, files)
        yield from _package_files(imported.module, path, files)
        return
    parts = [*imported.module.split("."), *([imported.name] if imported.name else [])]
    yield from _class_files(parts, path, files)


def _class_files(parts: list[str], path: str, files: Files) -> Iterator[str]:
    for length in range(len(parts), 0, -1):
        # A package begins with a small letter, so nothing further out can be a class.
        if length < len(parts) and not parts[length - 1][:1].isupper():
            return
        hits = [hit for suffix in _SUFFIXES for hit in files.ending("/".join(parts[:length]) + suffix)]
        if len(hits) > 1:
            package = ".".join(parts[: length - 1])
            hits = [hit for hit in hits if _package_of(hit, files) in {package, None}] or hits
        if hits:
            yield from nearest(hits, path)
            return


def _package_of(path: str, files: Files) -> str | None:
    """The package that a file says it is in; None where its text is not known."""
    text = files.text(path)
    if text is None:
        return None
    found = _PACKAGE.search(text)
    return found[1] if found else ""


def _roots(path: str, files: Files) -> list[str]:
    """The source root of a file and the one beside it, of its tests or of what it tests."""
    package = _package_of(path, files) or ""
    folder = folder_of(path)
    inner = package.replace(".", "/")
    if inner and folder != inner and not folder.endswith(f"/{inner}"):
        return []
    root = folder[: len(folder) - len(inner)].rstrip("/") if inner else folder
    roots = [root]
    for one, other in (("/src/test/", "/src/main/"), ("/src/main/", "/src/test/")):
        if one in f"/{root}/":
            roots.append(f"/{root}/".replace(one, other).strip("/"))
    return roots


def _package_files(package: str, path: str, files: Files) -> Iterator[str]:
    inner = package.replace(".", "/")
    folders = [f"{root}/{inner}" if root else inner for root in _roots(path, files)]
    folders += [folder_of(hit) for hit in files.ending(f"{inner}/package-info.java")]
    for folder in dict.fromkeys(folders):
        yield from (hit for hit in files.below(folder) if hit.endswith(_SUFFIXES))


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """`import package.Name;`, or the static one of a member; None for what the same package sees anyway."""
    if target == path or not target.endswith(_SUFFIXES) or not name.isidentifier():
        return None
    text = files.text(target)
    package = _package_of(target, files)
    if not package:
        return None
    stem = target.rpartition("/")[2].rpartition(".")[0]
    same = package == _package_of(path, files)
    declared = re.search(rf"^([ \t]*)(?:[\w@()\"., \t]*[ \t])?{_TYPE.format(name=name)}", text or "", re.MULTILINE)
    if name == stem or (declared is not None and not declared[1]):
        return None if same else NewImport(package, name, f"import {package}.{name};")
    outer = f"{package}.{stem}"
    if declared is not None:
        return NewImport(outer, name, f"import {outer}.{name};")
    if text is not None and re.search(rf"^[^\n/*]*\bstatic\b[^\n=;({{]*\b{name}\b", text, re.MULTILINE):
        return NewImport(outer, name, f"import static {outer}.{name};")
    return None


_STATEMENT = re.compile(rb"[ \t]*import[ \t]+((?:static[ \t]+)?[\w.]+(?:\.\*)?)[ \t]*;")
_HEAD = re.compile(
    rb"(?:\s*(?:/\*.*?\*/|//[^\n]*\n))*(?:\s*@[^\n]*\n)*\s*package[ \t]+[\w.\s]+;[^\n]*(?:\n|$)", re.DOTALL
)
_COMMENT = re.compile(rb"/\*(?!\*).*?\*/[^\n]*\n|(?://[^\n]*\n)+(?=\s*\n)", re.DOTALL)


def insertion(source: bytes, record: FileRecord, new: NewImport) -> Insertion | None:
    """A line in the group that it resembles most, sorted there; static imports keep to themselves."""
    if any(i.module == new.module and i.name in {new.name, "*"} for i in record.imports):
        return None
    text = new.statement.encode()
    is_static = new.statement.startswith("import static ")
    lines = import_lines(source, record, _STATEMENT)
    key = new.statement.removeprefix("import ").rstrip(";")
    same = [line for line in lines if line.key.startswith("static ") == is_static]
    if (place := among(source, same, key, text, likeness("."))) is not None:
        return place
    if same:
        block = [same[-1]]
        for line in reversed(same[:-1]):
            if line.end != block[0].start:
                break
            block.insert(0, line)
        return among(source, block, key, text, lambda _one, _other: 1)
    if lines:
        return apart(source, lines[-1].end, text)
    at = header_end(source, _HEAD)
    if not source[:at].strip(b"\xef\xbb\xbf") and (comment := _COMMENT.match(source, at)):
        at = comment.end()
    return apart(source, at, text) if at < len(source) else behind(source, at, b"\n" * bool(at) + text)
