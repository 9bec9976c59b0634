"""Ruby's requires: relative ones from the file's folder, others from the `lib` folders and roots around it."""

import re
from collections.abc import Iterator
from posixpath import relpath

from rulewright.core.index.imports import Files, Insertion, NewImport
from rulewright.core.index.imports.lines import among, apart, behind, header_end, import_lines, nearest
from rulewright.core.index.imports.written import above, folder_of, join
from rulewright.core.index.symbols import FileRecord, Import

_SUFFIX = ".rb"
_LOADED = ("lib", "app", "spec", "test")
_REQUIRE = re.compile(r"^[ \t]*(require|require_relative)[ (]+([\"'])([^\"'#\n]+)", re.MULTILINE)


def resolve(imported: Import, path: str, files: Files) -> Iterator[str]:
    """The file that a require loads; of several gems in a workspace the nearest one's first."""
    module = imported.module if imported.module.endswith(_SUFFIX) else imported.module + _SUFFIX
    if imported.module.startswith("."):
        found = join(folder_of(path), module)
        if found is not None and files.exists(found):
            yield found
        return
    if imported.module.startswith(("/", "~")):
        return
    for folder in above(folder_of(path)):
        for root in (*(f"{folder}/{loaded}" if folder else loaded for loaded in _LOADED), folder):
            found = f"{root}/{module}" if root else module
            # A file does not require itself: a script may have the name of the library that it loads.
            if found != path and files.exists(found):
                yield found
                return
    yield from nearest([hit for hit in files.ending(f"lib/{module}") if hit != path], path)


def new_import(name: str, target: str, path: str, files: Files) -> NewImport | None:
    """`require` of what lies in a `lib` folder, as the file itself writes it; else `require_relative`.

    None where constants are loaded by their names, as in an application of Rails.
    """
    if target == path or not target.endswith(_SUFFIX) or _is_autoloaded(name, target, path, files):
        return None
    root, module = _loaded(target)
    text = files.text(path) or ""
    said = _REQUIRE.findall(text)
    quotes = [quote for _, quote, _ in said]
    quote = "'" if quotes.count("'") > quotes.count('"') else '"'
    relative = relpath(target.removesuffix(_SUFFIX), folder_of(path) or ".")
    inside = root is not None and (path.startswith(f"{root}/") if root else True)
    if root is None or (inside and (_writes_relative(said, root, files) or not module)):
        is_below = not relative.startswith("../")
        return NewImport(f"./{relative}" if is_below else relative, "", f"require_relative {quote}{relative}{quote}")
    return NewImport(module, "", f"require {quote}{module}{quote}")


def _loaded(target: str) -> tuple[str | None, str]:
    """The `lib` folder that a file lies in, and what is required from there; None when it lies in no such folder."""
    before, lib, module = f"/{target}".rpartition("/lib/")
    if not lib:
        return None, ""
    return f"{before}/lib".lstrip("/"), module.removesuffix(_SUFFIX)


def _writes_relative(said: list[tuple[str, str, str]], root: str, files: Files) -> bool:
    """Whether a file of a library loads the others by where they lie."""
    own = [word for word, _, module in said if word == "require_relative" or files.exists(f"{root}/{module}{_SUFFIX}")]
    return not own or own.count("require_relative") * 2 >= len(own)


def _is_autoloaded(name: str, target: str, path: str, files: Files) -> bool:
    if not name[:1].isupper():
        return False
    for folder in above(folder_of(path)):
        prefix = f"{folder}/" if folder else ""
        if files.exists(f"{prefix}config/application.rb"):
            # What is in `lib` is loaded by name only where the application says so.
            says = "autoload_lib" in (files.text(f"{prefix}config/application.rb") or "")
            return target.startswith((f"{prefix}app/", *((f"{prefix}lib/",) if says else ())))
    root, module = _loaded(target)
    if root is None or "/" not in module:
        return False
    main = files.text(f"{root}/{module.partition('/')[0]}{_SUFFIX}" if root else module) or ""
    return "Zeitwerk::Loader" in main and path.startswith(f"{root}/")


_STATEMENT = re.compile(rb"((?:require|require_relative)[ \t(]+[\"'][^\"'\n]*)[\"'][^\n]*")
_HEADER = re.compile(
    rb"(?:#![^\n]*\n)?(?:#[^\n]*(?:coding|frozen_string_literal|warn_indent|typed|shareable)[^\n]*\n)*"
)


def _key(text: str) -> str:
    """A require without its quotes, so that either sort alike."""
    word, _, module = text.replace("(", " ").partition(" ")
    return f"{word} {module}".translate({34: None, 39: None})


def insertion(source: bytes, record: FileRecord, new: NewImport) -> Insertion | None:
    """A line among the requires of its kind, sorted where they are; relative ones behind the others."""
    if any(i.module.removesuffix(_SUFFIX) == new.module for i in record.imports):
        return None
    text = new.statement.encode()
    lines = import_lines(source, record, _STATEMENT)
    word = new.statement.partition(" ")[0]
    same = [line for line in lines if line.key.replace("(", " ").partition(" ")[0] == word]
    key = new.statement[:-1]
    first = new.module.lstrip("./").partition("/")[0]

    def like(_: str, other: str) -> int:
        return 2 if re.split(r"[\"'/]", other.lstrip("./"))[1:2] == [first] else 1

    if (place := among(source, same, key, text, like, (_key,))) is not None:
        return place
    if lines:
        at = lines[0].start if word == "require" else lines[-1].end
        return behind(source, at, text)
    return apart(source, header_end(source, _HEADER), text)
