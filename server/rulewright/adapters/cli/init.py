"""`rulewright init`: write a first `.ai-rules/`. What exists is never overwritten."""

import os
import sys
from pathlib import Path

import click

from rulewright.features.init import CURSOR_FOLDER, FOREIGN_FILES, languages_of, plan_init
from rulewright.services.files import DEFAULT_RULES, Found, walk, write_text


def run_init(folder: str, *, yes: bool, imports: tuple[str, ...]) -> int:
    """Run the command; returns the exit code."""
    root = Path(os.path.abspath(folder))  # noqa: PTH100 - `..` goes, links stay
    languages = languages_of(e.path for e in walk(root) if isinstance(e, Found))
    foreign = _foreign(root, imports) if imports else _offered(root, yes=yes)
    defaults = {
        e.path: (DEFAULT_RULES / e.path).read_text("utf-8")
        for e in walk(DEFAULT_RULES, gitignore=False)
        if isinstance(e, Found) and e.path.endswith(".md")
    }
    plan = plan_init(languages, defaults, foreign)
    click.echo(f"Languages: {', '.join(plan.languages) or 'none that checks can be written for'}")
    written = 0
    for path, content in plan.files.items():
        target = root / path
        if target.exists():
            click.echo(f"  kept   {path} (it was there already)")
            continue
        try:
            write_text(target, content)
        except OSError as error:
            raise click.ClickException(f"{path} cannot be written: {error.strerror}.") from None
        click.echo(f"  wrote  {path}")
        written += 1
    click.echo(f"Wrote {written} files. Next: `rulewright check`, and `rulewright rules why FILE` for any file.")
    return 0


def _offered(root: Path, *, yes: bool) -> dict[str, str]:
    """Rule files of other tools that are there, and that the user wants taken over."""
    there = [name for name in FOREIGN_FILES if (root / name).is_file()]
    cursor = sorted(p.relative_to(root).as_posix() for p in (root / CURSOR_FOLDER).rglob("*.mdc"))
    chosen = [name for name in there if yes or _ask(f"Take over {name} as a rule?")]
    if cursor and (yes or _ask(f"Take over {len(cursor)} rules of Cursor ({CURSOR_FOLDER})?")):
        chosen += cursor
    return _read(root, chosen)


def _ask(question: str) -> bool:
    """The user's answer; no, said so, where nobody can be asked."""
    if not sys.stdin.isatty():
        click.echo(f"{question} Not without being told: use --yes, or --from.")
        return False
    return click.confirm(question, default=True)


def _foreign(root: Path, imports: tuple[str, ...]) -> dict[str, str]:
    chosen: list[str] = []
    for name in imports:
        path = Path(os.path.abspath(root / name))  # noqa: PTH100
        if not path.is_relative_to(root):
            raise click.UsageError(f"--from {name} lies outside {root}. Copy it there first.")
        if not path.exists():
            raise click.UsageError(f"--from {name}: there is no such file or folder in {root}.")
        found = sorted(path.rglob("*.mdc")) if path.is_dir() else [path]
        chosen += [p.relative_to(root).as_posix() for p in found]
    return _read(root, chosen)


def _read(root: Path, names: list[str]) -> dict[str, str]:
    return {name: (root / name).read_text("utf-8-sig", "replace") for name in names}
