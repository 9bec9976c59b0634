"""Real code to measure with. What is not on the machine is left out, and said.

`RULEWRIGHT_BENCH_CORPORA` may name a folder with a folder of sources for each language: `python`, `go`, `typescript`,
`elixir`, `ruby`. Without it: Python's own library, two packages of npm, and what Go, Elixir and Ruby brought along.
"""

import os
import shutil
import subprocess
import sysconfig
import tarfile
from collections.abc import Iterator
from pathlib import Path

ENDINGS = {
    "python": (".py",),
    "go": (".go",),
    "typescript": (".ts", ".tsx"),
    "elixir": (".ex", ".exs"),
    "ruby": (".rb",),
}
NPM = ("rxjs@7.8.2", "zod@4.6.7")
PLACES = {
    "go": ("/usr/lib/go/src", "/usr/share/go*/src", "/usr/local/go/src", "/usr/lib/go-*/src"),
    "elixir": ("/usr/lib/elixir/lib", "/usr/local/lib/elixir/lib"),
    "ruby": ("/usr/lib/ruby", "/usr/local/lib/ruby"),
}
MAX_BYTES = 12_000_000
"""Of one language; the first files in the order of their paths."""
SKIPPED_FOLDERS = frozenset(
    {"test", "tests", "testdata", "idle_test", "site-packages", "dist-packages", "__pycache__", "node_modules"}
)


def cache_folder() -> Path:
    """Where packages are kept between runs."""
    return Path(os.environ.get("RULEWRIGHT_BENCH_CACHE") or Path(__file__).parents[2] / ".bench")


def lay_out(language: str, target: Path) -> tuple[int, int]:
    """Copy a language's sources to a new folder `target`; how many files, and bytes. None are found: both 0."""
    n_files = n_bytes = 0
    for number, source in enumerate(_sources(language)):
        for path in _files(source, ENDINGS[language]):
            data = path.read_bytes()
            if n_bytes + len(data) > MAX_BYTES:
                return n_files, n_bytes
            copy = target / str(number) / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(data)
            # As in a workspace that has lain there for a while.
            os.utime(copy, (1e9, 1e9))
            n_files, n_bytes = n_files + 1, n_bytes + len(data)
    return n_files, n_bytes


def _sources(language: str) -> Iterator[Path]:
    named = os.environ.get("RULEWRIGHT_BENCH_CORPORA")
    if named and (Path(named) / language).is_dir():
        yield Path(named) / language
    elif language == "python":
        yield Path(sysconfig.get_path("stdlib"))
    elif language == "typescript":
        yield from filter(None, map(npm_package, NPM))
    else:
        for place in PLACES.get(language, ()):
            yield from (p for p in sorted(Path("/").glob(place[1:])) if p.is_dir())


def _files(source: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(folder, name)
            if name.endswith(endings) and path.is_file() and not path.is_symlink() and path.stat().st_size < 1 << 20:
                yield path


def npm_package(package: str) -> Path | None:
    """The unpacked package; None where npm is not there or does not give it."""
    target = cache_folder() / package.replace("@", "-")
    if target.is_dir():
        return target
    if shutil.which("npm") is None:
        return None
    cache_folder().mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["npm", "pack", "--silent", package], cwd=cache_folder(), capture_output=True, text=True, check=False
    )
    archive = cache_folder() / (done.stdout.split() or ["none"])[-1]
    if done.returncode or not archive.is_file():
        return None
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    archive.unlink()
    return target
