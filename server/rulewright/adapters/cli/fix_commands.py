"""The command `rulewright fix`: what it understands, and nothing of what it does."""

from typing import Any

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import set_option


@click.command(short_help="Fix findings: with our own fixes, then with a model.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--since",
    metavar="REV",
    help="Fix only what touches lines that changed since this branch and REV parted, such as origin/main; not yet "
    "committed and untracked files too.",
)
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Fix only findings of this rule; may be repeated.")
@click.option("--no-models", is_flag=True, help="Make our own safe fixes only, and ask no model.")
@click.option("--model", default="", metavar="NAME", help="The model to ask, by its name in the settings.")
@click.option("--max-calls", type=click.IntRange(1), metavar="N", help="Calls of models at most.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and print what would change as a diff. Models are asked.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, versioned; see docs/schemas/fix.json.")
@click.option("--quiet", "-q", is_flag=True, help="Print what is left only.")
@set_option
@click.pass_obj
def fix(launcher: Launcher, /, **options: Any) -> int:
    """Fix what `check` finds in files and folders (default: here).

    Our own safe fixes are made first. Then a model is asked about what is left. What it proposes is verified, and
    kept only where nothing is wrong with it. A file is written once, and only if nobody else has changed it meanwhile.
    Exit code 0: nothing is left, 1: findings are left, 2: wrong usage or broken settings, 130: interrupted; what was
    verified before is written.
    """
    from rulewright.adapters.cli.fix import FixOptions, run_fix

    return run_fix(launcher, FixOptions(**options))
