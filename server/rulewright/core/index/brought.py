"""The imports of a file, of what queries have captured of them."""

from collections.abc import Iterator

from tree_sitter import Node

from rulewright.core.index.finds import MAX_NAME, Caught, text_of
from rulewright.core.index.symbols import Import


def imports_of(source: bytes, caught: Caught) -> Iterator[Import]:
    """Each import of a file, in the order in which they were found."""
    around = [
        (group.start_byte, group.end_byte, text_of(source, prefix), source[prefix.end_byte : group.start_byte].strip())
        for captures in caught.groups
        for group, prefix in zip(captures["import.group"], captures["import.prefix"], strict=True)
    ]
    around.sort()
    for plan, captures in caught.imports:
        settings = plan.settings
        modules = captures.get("import.module")
        module = _unquoted(source, modules) if modules else settings.get("module", "")
        at = (modules or captures["import"])[0].start_byte
        for start, end, prefix, sign in reversed(around):
            if start <= at < end:
                is_prefix = not module or module == settings.get("self")
                module = prefix if is_prefix else f"{prefix}{sign.decode()}{module}"
        name = _unquoted(source, captures.get("import.name")) or settings.get("import", "")
        if (before := settings.get("before")) and not module.startswith("."):
            module = before + module
        if strip := settings.get("strip"):
            name = name.strip(strip)
        if split := settings.get("split"):
            module, _, last = module.rpartition(split)
            name = last or name
        if module or name:
            alias = _unquoted(source, captures.get("import.alias"))
            row = captures["import"][0].start_point[0]
            yield Import(module or name, name if module else "", alias, row)


def _unquoted(source: bytes, nodes: list[Node] | None) -> str:
    if not nodes:
        return ""
    if len(nodes) > 1:
        # The parts of a path, up to a dot before what is taken from it.
        raw = source[nodes[0].start_byte : nodes[-1].end_byte][: 4 * MAX_NAME].decode("utf-8", "replace")
        return " ".join(raw.split()).rstrip(".")
    return text_of(source, nodes[0]).strip("\"'`<>")
