"""What `tsconfig.json` and `package.json` say of names: aliases, packages of the workspace, their entries."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from rulewright.core.index.imports import Files
from rulewright.core.index.imports.written import above, folder_of, join

MAX_PACKAGES = 100
"""Packages of a workspace whose names are looked at for one import."""
_CONFIGS = ("tsconfig.json", "jsconfig.json")
_COMMENT = re.compile(r'("(?:\\.|[^"\\\n])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_COMMA = re.compile(r'("(?:\\.|[^"\\\n])*")|,(?=\s*[}\]])')
_decode = msgspec.json.Decoder().decode

Paths = list[tuple[str, str, list[str]]]
"""The folder that targets are relative to, a pattern, and its targets."""


def read_json(text: str | None) -> dict[str, Any]:
    """A JSON object that may have comments and commas at its end; empty for anything else."""
    if text is None:
        return {}
    plain = _COMMA.sub(lambda m: m[1] or "", _COMMENT.sub(lambda m: m[1] or " ", text.removeprefix("\ufeff")))
    try:
        value = _decode(plain.encode("utf-8", "replace"))
    except msgspec.DecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def aliases_of(module: str, path: str, files: Files) -> Iterator[str]:
    """Paths that a specifier without a dot may stand for, as the nearest configuration has it."""
    bases, paths = _configured(path, files)
    matches = []
    for base, pattern, targets in paths:
        head, star, tail = pattern.partition("*")
        if (module == pattern and not star) or (
            star and module.startswith(head) and module.endswith(tail) and len(module) >= len(head) + len(tail)
        ):
            middle = module[len(head) : len(module) - len(tail)] if star else ""
            matches.append((len(head), [(base, t.replace("*", middle, 1)) for t in targets]))
    for _, found in sorted(matches, key=lambda m: -m[0]):
        for base, target in found:
            if (joined := join(base, target)) is not None:
                yield joined
    for base in bases:
        if (joined := join(base, module)) is not None:
            yield joined
    if module.startswith(("@/", "~/")):
        # What most project templates set up in a bundler's own configuration, which is code.
        package = package_of(path, files)
        folder = package[0] if package else ""
        for root in ("src", ""):
            yield "/".join(p for p in (folder, root, module[2:]) if p)


def specifier_by_alias(stem: str, target: str, path: str, files: Files) -> str | None:
    """The shortest alias under which a file can be named from here; `stem` is its path as imports write paths."""
    found: list[str] = []
    for base, pattern, targets in _configured(path, files)[1]:
        for written in targets:
            head, star, tail = (join(base, written) or "").partition("*")
            if star and stem.startswith(head) and stem.endswith(tail) and len(stem) > len(head) + len(tail):
                found.append(pattern.replace("*", stem[len(head) : len(stem) - len(tail)], 1))
            elif not star and head in {stem, target}:
                found.append(pattern)
    return min(found, key=len, default=None)


def _configured(path: str, files: Files) -> tuple[list[str], Paths]:
    for folder in above(folder_of(path)):
        for name in _CONFIGS:
            config = f"{folder}/{name}" if folder else name
            if files.exists(config):
                bases, paths = _options(config, files)
                for reference in _listed(read_json(files.text(config)).get("references")):
                    # A file of references alone holds no options; those it names do.
                    where = join(folder, str(reference.get("path", ""))) if isinstance(reference, dict) else None
                    if where is not None and not paths:
                        more = where if where.endswith(".json") else f"{where}/tsconfig.json".lstrip("/")
                        other_bases, other_paths = _options(more, files)
                        bases, paths = bases + other_bases, paths + other_paths
                return bases, paths
    return [], []


def _options(config: str, files: Files, depth: int = 2) -> tuple[list[str], Paths]:
    """`baseUrl` and `paths` of a configuration, or of what it extends."""
    said = read_json(files.text(config))
    folder = folder_of(config)
    options = said.get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    base = options.get("baseUrl")
    bases = [b for b in [join(folder, base)] if b is not None] if isinstance(base, str) else []
    listed = options.get("paths")
    paths = [
        (bases[0] if bases else folder, str(pattern), [t for t in targets if isinstance(t, str)])
        for pattern, targets in (listed.items() if isinstance(listed, dict) else ())
        if isinstance(targets, list)
    ]
    extended = said.get("extends")
    for parent in reversed(_listed(extended) if isinstance(extended, list) else [extended]):
        if depth and isinstance(parent, str) and parent.startswith(".") and not (bases and paths):
            where = join(folder, parent)
            if where is None:
                continue
            named = [w for w in (where, f"{where}.json", f"{where}/tsconfig.json") if files.exists(w)]
            if named:
                inherited = _options(named[0], files, depth - 1)
                bases, paths = bases or inherited[0], paths or inherited[1]
    return bases, paths


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def package_of(path: str, files: Files) -> tuple[str, dict[str, Any]] | None:
    """The folder and the text of the `package.json` that a file belongs to."""
    for folder in above(folder_of(path)):
        name = f"{folder}/package.json" if folder else "package.json"
        if files.exists(name):
            return folder, read_json(files.text(name))
    return None


def private_targets(module: str, path: str, files: Files) -> Iterator[str]:
    """What the `imports` of the nearest package say of a name with `#`."""
    package = package_of(path, files)
    if package is not None:
        folder, said = package
        yield from _mapped(folder, said.get("imports"), module)


def package_entries(module: str, path: str, files: Files) -> Iterator[str]:
    """Paths that a package of this workspace offers under a specifier."""
    parts = module.split("/")
    n = 2 if module.startswith("@") else 1
    name, rest = "/".join(parts[:n]), "/".join(parts[n:])
    for known, folder in workspace_packages(name, path, files):
        if known != name:
            continue
        said = read_json(files.text(f"{folder}/package.json" if folder else "package.json"))
        yield from _mapped(folder, said.get("exports"), f"./{rest}" if rest else ".")
        if not rest:
            for key in ("source", "types", "typings", "module", "main"):
                if isinstance(entry := said.get(key), str) and (joined := join(folder, entry)) is not None:
                    yield joined
            # What is built is often not there, and never what a person wants to see.
            yield from (
                "/".join(p for p in (folder, where) if p) for where in ("src/index", "index", "src/main", "lib/index")
            )
        else:
            yield from ("/".join(p for p in (folder, where, rest) if p) for where in ("", "src", "lib"))


def workspace_packages(name: str, path: str, files: Files) -> Iterator[tuple[str, str]]:
    """Names and folders of packages, those in a folder of the same name first."""
    last = name.rpartition("/")[2]
    seen: set[str] = set()
    for hit in files.ending(f"{last}/package.json"):
        seen.add(hit)
        yield str(read_json(files.text(hit)).get("name", "")), folder_of(hit)
    if not _has_workspaces(path, files):
        return
    n = 0
    for hit in files.ending("package.json"):
        if hit in seen or "node_modules/" in hit:
            continue
        n += 1
        if n > MAX_PACKAGES:
            return
        yield str(read_json(files.text(hit)).get("name", "")), folder_of(hit)


def _has_workspaces(path: str, files: Files) -> bool:
    for folder in above(folder_of(path)):
        prefix = f"{folder}/" if folder else ""
        if any(files.exists(prefix + name) for name in ("pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json")):
            return True
        if files.exists(prefix + "package.json") and "workspaces" in read_json(files.text(prefix + "package.json")):
            return True
    return False


def _mapped(folder: str, table: object, module: str) -> Iterator[str]:
    """What `exports` or `imports` map a specifier to, whatever the condition."""
    if isinstance(table, (str, list)) or (isinstance(table, dict) and not any(str(k)[:1] in ".#" for k in table)):
        table = {".": table}
    if not isinstance(table, dict):
        return
    for pattern, value in sorted(table.items(), key=lambda item: -len(item[0].partition("*")[0])):
        head, star, tail = pattern.partition("*")
        if pattern != module and not (star and module.startswith(head) and module.endswith(tail)):
            continue
        middle = module[len(head) : len(module) - len(tail)] if star else ""
        for target in _strings(value):
            if target.startswith(".") and (joined := join(folder, target.replace("*", middle))) is not None:
                yield joined
                yield from _sources(folder, joined)


_BUILT = ("dist", "build", "lib", "out", "esm", "cjs", "es")


def _sources(folder: str, path: str) -> Iterator[str]:
    """Where the source of something built usually stands."""
    inside = path[len(folder) :].lstrip("/").split("/")
    if inside and inside[0] in _BUILT:
        while inside and inside[0] in _BUILT:
            inside = inside[1:]
        if inside:
            stem = re.sub(r"(?:\.d)?\.[cm]?[jt]s$", "", "/".join(inside))
            yield "/".join(p for p in (folder, "src", stem) if p)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        known = ("source", "development", "types", "import", "node", "module", "require", "default")
        for key in sorted(value, key=lambda k: known.index(k) if k in known else len(known) - 1.5):
            yield from _strings(value[key])
