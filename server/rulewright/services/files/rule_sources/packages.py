"""Guidance that installed packages ship, found by looking at files; no code of a package is ever run."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rulewright.core.config import PackagesSettings
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.package_files import (
    LANGUAGES,
    MAX_FILES,
    SKILL,
    Ecosystem,
    Package,
    guidance,
    is_allowed,
    names_allowed,
    python_name,
    rule_path,
)
from rulewright.services.files.read import leads_inside
from rulewright.services.files.rule_sources.look import Home, Look, relative

ENVIRONMENTS = (".venv", "venv", "env")
"""Folders of a project that are virtual environments by custom."""
_DEPTH_IN_SITE = 6
"""A namespace package may lie some folders deep."""
_DEPTH_EDITABLE = 3
_NO_PACKAGES = frozenset({"build", "dist", "doc", "docs", "examples", "test", "tests"})
"""Folders beside the packages of a distribution that is being written."""
_MAX_SEEN = 2_000
"""Files of one package that are looked at."""
_MAX_JSON_BYTES = 1_000_000


class PackageRules:
    """The guidance of those packages that the user has allowed."""

    def __init__(
        self, root: Path, options: Callable[[], PackagesSettings], environ: Mapping[str, str] = os.environ
    ) -> None:
        self.root, self._options = root, options
        self._active = environ.get("VIRTUAL_ENV") or environ.get("CONDA_PREFIX")
        self._found: dict[str, tuple[Package, str]] = {}
        self._origins: dict[str, Origin] = {}

    @property
    def allowed(self) -> tuple[str, ...]:
        """What the user's settings allow now."""
        return self._options().allow

    def list(self, found: Look) -> Iterator[Origin]:
        """All of them."""
        self._found, self._origins = {}, {}
        if not self.allowed:
            return
        for package in self._packages(found, only=True):
            if not is_allowed(package, self.allowed):
                continue
            for path, _ in package.files:
                origin = self._origin(package, path)
                self._found[origin.path] = package, path
                self._origins[origin.path] = origin
        yield from self._origins.values()

    def origin(self, path: str) -> Origin | None:
        """What is known of a path since the last look."""
        return self._origins.get(path)

    def home(self, origin: Origin) -> Home:
        """Where one lies. Raises OSError when its package has more than a user wants to read."""
        package, path = self._found[origin.path]
        before, max_kb = 0, self._options().max_kb
        for other, size in package.files:
            before += size
            if before > max_kb * 1024:
                told = f"the guidance of {package.key} has more than {max_kb} kB (packages.max_kb)"
                raise OSError(None, told)
            if other == path:
                break
        return Home(Path(package.home, path), Path(package.home), None)

    def everything(self, found: Look) -> Sequence[Package]:
        """All installed packages that ship guidance, allowed or not."""
        packages = {(p.key, p.home): p for p in self._packages(found, only=False)}
        return [packages[key] for key in sorted(packages)]

    def _origin(self, package: Package, path: str) -> Origin:
        below = rule_path(package, path)
        is_skill = path.endswith(SKILL)
        return Origin(
            relative(self.root, Path(package.home, path)),
            below,
            "dependency",
            package.folder,
            () if is_skill else LANGUAGES[package.ecosystem],
            f"the {package.ecosystem} package {package.name} {package.version}".rstrip() + " is allowed",
            is_skill=is_skill,
        )

    def _packages(self, found: Look, *, only: bool) -> Iterator[Package]:
        """Packages of each part of the project: those that may be allowed, or all."""
        seen: set[tuple[str, str]] = set()
        for folder in found.parts:
            for package in (*self._python(folder, only=only), *self._folders(folder, only=only)):
                # What is installed further out is not taken again further in.
                if package.files and (package.key, package.home) not in seen:
                    seen.add((package.key, package.home))
                    yield package

    def _python(self, folder: str, *, only: bool) -> Iterator[Package]:
        wanted = {python_name(name) for name in names_allowed("python", self.allowed)} if only else None
        if wanted is not None and not wanted:
            return
        own = [self.root / folder / name for name in ENVIRONMENTS]
        named = [*self._options().environments, *([self._active] if self._active else [])]
        for site in _sites([*own, *(Path(self.root, e).expanduser() for e in named if not folder)]):
            for info in _entries(site):
                if not info.endswith(".dist-info"):
                    continue
                name, _, version = info.removesuffix(".dist-info").partition("-")
                if wanted is None or python_name(name) in wanted:
                    home, files = _distribution(site, info)
                    yield Package(
                        ecosystem="python",
                        name=python_name(name),
                        version=version,
                        folder=folder,
                        home=str(home),
                        files=_sized(home, files),
                    )

    def _folders(self, folder: str, *, only: bool) -> Iterator[Package]:
        """Packages that are a folder each: npm's and Elixir's."""
        places: tuple[tuple[Ecosystem, Path], ...] = (
            ("npm", self.root / folder / "node_modules"),
            ("hex", self.root / folder / "deps"),
        )
        for ecosystem, place in places:
            if not place.is_dir() or (ecosystem == "hex" and not (place.parent / "mix.exs").is_file()):
                continue
            names = names_allowed(ecosystem, self.allowed) if only else _package_names(ecosystem, place)
            for name in names:
                if not re.fullmatch(r"(?:@[\w.-]+/)?[\w.-]+", name) or name in {".", ".."}:
                    continue
                # Package managers link packages into place.
                home = Path(os.path.realpath(place / name))
                if home.is_dir():
                    yield Package(
                        ecosystem=ecosystem,
                        name=name,
                        version=_version(ecosystem, home),
                        folder=folder,
                        home=str(home),
                        files=_sized(home, guidance(_candidates(home))),
                    )


def _sites(environments: Iterable[Path]) -> Iterator[Path]:
    """The folders of an environment that hold its packages."""
    for environment in dict.fromkeys(environments):
        if environment.name in {"site-packages", "dist-packages"}:
            found = [environment]
        else:
            found = [*sorted(environment.glob("lib/python*/site-packages")), environment / "Lib" / "site-packages"]
        yield from (site for site in found if site.is_dir())


def _distribution(site: Path, info: str) -> tuple[Path, list[str]]:
    """The folder that the files of an installed distribution lie in, and those that are guidance."""
    editable = _editable(site / info / "direct_url.json")
    if editable is not None:
        tops = [editable, *(editable / name for name in ("src", "lib"))]
        files = [
            path
            for top in tops
            for folder in [top, *(p for p in _folders_in(top) if p.name[0] != "." and p.name not in _NO_PACKAGES)]
            for path in _candidates(folder, editable)
        ]
        return editable, guidance(dict.fromkeys(files), _DEPTH_EDITABLE)
    try:
        record = (site / info / "RECORD").read_text("utf-8", "replace")
    except OSError:
        return site, []
    if "usage-rules" not in record and SKILL not in record:
        return site, []
    paths = (line.partition(",")[0].strip('"') for line in record.splitlines())
    return site, guidance(paths, _DEPTH_IN_SITE)


def _editable(path: Path) -> Path | None:
    """The folder of a distribution that is installed as it is being written (PEP 610)."""
    try:
        direct = json.loads(path.read_text("utf-8"))
        if not direct.get("dir_info", {}).get("editable"):
            return None
        url = urlsplit(direct["url"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
    return Path(unquote(url.path)) if url.scheme == "file" else None


def _candidates(folder: Path, top: Path | None = None) -> list[str]:
    """Files of a package where guidance may be, relative to `top`, without a look at all the others."""
    found = ["usage-rules.md"]
    for name in ("usage-rules", ".agents/skills", "skills"):
        for at, folders, files in os.walk(folder / name):
            folders.sort()
            found += [os.path.relpath(Path(at, file), folder) for file in sorted(files)[:MAX_FILES]]
            if len(found) > _MAX_SEEN:
                break
    here = [path.replace(os.sep, "/") for path in found if (folder / path).is_file()]
    return here if top is None else [relative(top, folder / path) for path in here]


def _package_names(ecosystem: Ecosystem, place: Path) -> Iterator[str]:
    for name in _entries(place):
        if name.startswith("@") and ecosystem == "npm":
            yield from (f"{name}/{inner}" for inner in _entries(place / name))
        elif not name.startswith("."):
            yield name


def _version(ecosystem: Ecosystem, home: Path) -> str:
    """What a package says its version is; empty where it does not."""
    path = home / ("package.json" if ecosystem == "npm" else "hex_metadata.config")
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            return ""
        text = path.read_text("utf-8", "replace")
        if ecosystem == "hex":
            found = re.search(r'\{<<"version">>,\s*<<"([\w.+-]{1,60})">>\}', text)
            return found[1] if found else ""
        return re.sub(r"[^\w.+-]", "", str(json.loads(text).get("version", "")))[:60]
    except (OSError, ValueError, AttributeError):
        return ""


def _sized(home: Path, paths: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Paths with their sizes, of files that are there and lie where they seem to."""
    found = []
    for path in paths:
        full = home / path
        try:
            if leads_inside(home, full) and full.is_file():
                found.append((path, full.stat().st_size))
        except OSError:
            continue
    return tuple(sorted(found))


def _folders_in(folder: Path) -> list[Path]:
    return [folder / name for name in _entries(folder) if (folder / name).is_dir()]


def _entries(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is wanted
    except OSError:
        return []
