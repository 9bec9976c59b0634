"""`python -m tests.eval.secrets [FOLDER...]`: what is found of keys that are drawn, and what is said of real code.

Without folders: the standard library of this Python, the packages installed beside us, and those of npm where it is.
Everything that is said of real code is printed with `-v`, for people to judge: keys that open nothing and stand in
tests and manuals look like others, and are counted here as well.
"""

import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from rulewright.core.privacy.redact import redact
from rulewright.core.privacy.secrets import find_secrets
from tests.harness.secret_samples import samples

N_SEEDS = 50
ENDINGS = frozenset(
    f".{name}"
    for name in (
        "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "go", "rs", "rb", "java", "c", "h", "cs", "php", "ex",
        "exs", "sh", "json", "yml", "yaml", "toml", "cfg", "ini", "md", "rst", "txt", "html", "css", "sql",
    )
)  # fmt: skip
MAX_CHARACTERS = 1_000_000
NPM = Path("/usr/lib/node_modules")


def main() -> None:
    """Print both tables."""
    print("Keys that were drawn\n")
    for line in found_of_drawn():
        print(line)
    print("\nReal code\n")
    print(f"{'files':>7} {'MB':>6} {'with alarms':>12} {'a 1,000 files':>14} {'ms a 100 kB':>12}  folder")
    named = [Path(a) for a in sys.argv[1:] if a != "-v"]
    for folder in named or [Path(sysconfig.get_paths()[n]) for n in ("stdlib", "purelib")] + [NPM] * NPM.is_dir():
        print(alarms_in(folder, show="-v" in sys.argv))


def found_of_drawn() -> Iterator[str]:
    """How many of each kind were found."""
    missed: Counter[str] = Counter()
    n = 0
    for seed in range(N_SEEDS):
        for sample in samples(seed):
            n += 1
            missed[sample.name] += sample.secret in redact(sample.text)
    kinds = len({sample.name for sample in samples()})
    yield f"{n - missed.total():,} of {n:,} found, {kinds} kinds, {N_SEEDS} of each"
    for name, count in missed.most_common():
        if count:
            yield f"missed: {name}: {count} of {N_SEEDS}"


def alarms_in(folder: Path, *, show: bool) -> str:
    """A row about a folder of real code."""
    n_files = n_characters = n_alarming = 0
    took_s = 0.0
    kinds: Counter[str] = Counter()
    for path in sorted(folder.rglob("*")):
        is_nested = "site-packages" in path.relative_to(folder).parts
        if path.suffix not in ENDINGS or is_nested or path.is_symlink() or not path.is_file():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        if len(text) > MAX_CHARACTERS:
            continue
        n_files, n_characters = n_files + 1, n_characters + len(text)
        begun = perf_counter()
        found = find_secrets(text)
        took_s += perf_counter() - begun
        n_alarming += bool(found)
        kinds.update(secret.kind for secret in found)
        for secret in found if show else ():
            line = text.count("\n", 0, secret.start) + 1
            print(f"  {path.relative_to(folder)}:{line}: {secret.kind}: {text[secret.start : secret.end][:60]!r}")
    per = 1000 * n_alarming / max(1, n_files)
    speed = 1e8 * took_s / max(1, n_characters)
    said = ", ".join(f"{kind} {n}" for kind, n in kinds.most_common())
    row = f"{n_files:>7,} {n_characters / 1e6:>6.1f} {n_alarming:>12,} {per:>14.1f} {speed:>12.2f}"
    return f"{row}  {folder} ({said or 'none'})"


if __name__ == "__main__":
    main()
