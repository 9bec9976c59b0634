"""Which frameworks a project uses, by what its manifests depend on: a pure look at texts, no package's code is run."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec


class Framework(msgspec.Struct, frozen=True):
    """A framework with the packages that mean it."""

    name: str
    """As the folder of its rules."""
    packages: tuple[str, ...]
    """Each as `ecosystem/name`; a name that ends in `*` stands for all that begin so."""


FRAMEWORKS: tuple[Framework, ...] = (
    Framework("django", ("python/django",)),
    Framework("fastapi", ("python/fastapi",)),
    Framework("flask", ("python/flask",)),
    Framework("pytest", ("python/pytest",)),
    Framework("sqlalchemy", ("python/sqlalchemy", "python/sqlmodel", "python/flask-sqlalchemy")),
    Framework("react", ("npm/react", "npm/react-dom", "npm/preact")),
    Framework("nextjs", ("npm/next",)),
    Framework("vue", ("npm/vue", "npm/nuxt")),
    Framework("express", ("npm/express",)),
    Framework("phoenix", ("hex/phoenix",)),
    Framework("ecto", ("hex/ecto", "hex/ecto_sql", "hex/phoenix_ecto")),
    Framework("rails", ("gem/rails", "gem/railties")),
    Framework("spring", ("maven/org.springframework*",)),
    Framework("gin", ("go/github.com/gin-gonic/gin",)),
)

MANIFESTS = (
    "pyproject.toml",
    "requirements.txt",
    "requirements.in",
    "requirements-dev.txt",
    "setup.cfg",
    "Pipfile",
    "package.json",
    "mix.exs",
    "Gemfile",
    "gems.rb",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
)
"""Names of the files that say what a project depends on."""

MAX_MANIFEST_BYTES = 1_000_000
MAX_FOLDERS = 20
"""Of one framework, in a project with many parts."""


class Used(msgspec.Struct, frozen=True):
    """A framework that is used below a folder."""

    name: str
    folder: str
    """Relative to the root; empty for the root itself."""
    manifest: str
    """Its path, which is the evidence."""
    package: str


def frameworks_used(manifests: Mapping[str, str]) -> tuple[Used, ...]:
    """What the texts of `manifests`, by path relative to the root, depend on; the outermost folders of each."""
    found: dict[str, list[Used]] = {}
    for path in sorted(manifests, key=lambda p: (p.count("/"), p)):
        packages = dependencies(path, manifests[path])
        folder = str(PurePosixPath(path).parent).removeprefix(".")
        for framework in FRAMEWORKS:
            named = next((p for p in packages if _means(framework, p)), None)
            if named is None:
                continue
            known = found.setdefault(framework.name, [])
            is_inside = any(not u.folder or u.folder == folder or folder.startswith(u.folder + "/") for u in known)
            if not is_inside and len(known) < MAX_FOLDERS:
                known.append(Used(framework.name, folder, path, named.partition("/")[2]))
    return tuple(used for framework in FRAMEWORKS for used in found.get(framework.name, ()))


def dependencies(path: str, text: str) -> frozenset[str]:
    """The packages that a manifest names, as `ecosystem/name`; none where it cannot be read."""
    name = PurePosixPath(path).name
    ecosystem, read = _READERS.get(name, ("", None))
    if read is None:
        return frozenset()
    try:
        return frozenset(f"{ecosystem}/{_normal(ecosystem, package)}" for package in read(text) if package)
    except (ValueError, RecursionError, AttributeError, TypeError):
        # Half-written, or of another shape than its tool takes: that tool will say so.
        return frozenset()


def _means(framework: Framework, package: str) -> bool:
    return any(package.startswith(name[:-1]) if name.endswith("*") else package == name for name in framework.packages)


def _normal(ecosystem: str, package: str) -> str:
    # PEP 503
    return re.sub(r"[-_.]+", "-", package).lower() if ecosystem == "python" else package


_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def _requirements(lines: Iterable[Any]) -> Iterator[str]:
    for line in lines:
        found = _REQUIREMENT.match(line) if isinstance(line, str) else None
        if found:
            yield found[1]


def _of_pyproject(text: str) -> Iterator[str]:
    import tomllib  # noqa: PLC0415 - most starts do without

    data = tomllib.loads(text)
    project, tools = data.get("project", {}), data.get("tool", {})
    yield from _requirements(project.get("dependencies", ()))
    groups = [*project.get("optional-dependencies", {}).values(), *data.get("dependency-groups", {}).values()]
    for group in groups:
        yield from _requirements(group)
    yield from _requirements(tools.get("uv", {}).get("dev-dependencies", ()))
    poetry = tools.get("poetry", {})
    tables = [poetry, *poetry.get("group", {}).values()]
    for table in tables:
        yield from table.get("dependencies", {})
        yield from table.get("dev-dependencies", {})


def _of_pipfile(text: str) -> Iterator[str]:
    import tomllib  # noqa: PLC0415 - as above

    data = tomllib.loads(text)
    yield from data.get("packages", {})
    yield from data.get("dev-packages", {})


def _of_setup_cfg(text: str) -> Iterator[str]:
    import configparser  # noqa: PLC0415 - as above

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise ValueError(str(error)) from None
    if parser.has_section("options"):
        yield from _requirements(parser.get("options", "install_requires", fallback="").splitlines())
    if parser.has_section("options.extras_require"):
        for _, lines in parser.items("options.extras_require"):
            yield from _requirements(lines.splitlines())


def _of_requirements(text: str) -> Iterator[str]:
    yield from _requirements(line for line in text.splitlines() if not line.lstrip().startswith(("#", "-")))


def _of_package_json(text: str) -> Iterator[str]:
    data = json.loads(text)
    for key in ("dependencies", "devDependencies", "peerDependencies"):
        yield from data.get(key) or {}


_DEPENDENCY = re.compile(r"\{\s*:(\w+)\s*,")


def _of_mix(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from _DEPENDENCY.findall(line.partition("#")[0])


def _matches(pattern: str) -> Callable[[str], Iterator[str]]:
    compiled = re.compile(pattern, re.MULTILINE)
    return lambda text: (match[1] for match in compiled.finditer(text))


_READERS: Mapping[str, tuple[str, Callable[[str], Iterable[str]]]] = {
    "pyproject.toml": ("python", _of_pyproject),
    "requirements.txt": ("python", _of_requirements),
    "requirements.in": ("python", _of_requirements),
    "requirements-dev.txt": ("python", _of_requirements),
    "setup.cfg": ("python", _of_setup_cfg),
    "Pipfile": ("python", _of_pipfile),
    "package.json": ("npm", _of_package_json),
    "mix.exs": ("hex", _of_mix),
    "Gemfile": ("gem", _matches(r"""^\s*gem[ (]+["']([\w.-]+)["']""")),
    "gems.rb": ("gem", _matches(r"""^\s*gem[ (]+["']([\w.-]+)["']""")),
    "go.mod": ("go", _matches(r"^\s*(?:require\s+)?([\w.~/-]+\.[\w.~/-]+?)(?:/v\d+)?\s+v\d")),
    "pom.xml": ("maven", _matches(r"<groupId>\s*([\w.-]+)\s*</groupId>")),
    "build.gradle": ("maven", _matches(r"""^[^/\n]*?["']([\w.-]+\.[\w.-]+)(?::|["'])""")),
    "build.gradle.kts": ("maven", _matches(r"""^[^/\n]*?["']([\w.-]+\.[\w.-]+)(?::|["'])""")),
}
