"""The command `rulewright review`: what it understands, and nothing of what it does."""

from typing import Any

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import FORMATS, THRESHOLDS, set_option


@click.command(short_help="Have a model judge code by the rules without a check.")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option(
    "--since",
    metavar="REV",
    help="Review only lines that changed since this branch and REV parted, such as origin/main; not yet committed and "
    "untracked files too.",
)
@click.option(
    "--format", "output_format", type=click.Choice(FORMATS), default="text", show_default=True, help="As for `check`."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json; see docs/schemas/review.json.")
@click.option("--output", metavar="FILE", help="Write the report to FILE, and print text.")
@click.option("--model", default="", metavar="NAME", help="The model to ask, by its name in the settings.")
@click.option(
    "--severity",
    type=click.Choice(THRESHOLDS[:-1]),
    help="How severe findings are.  [default: the setting review.severity, info]",
)
@click.option(
    "--fail-on",
    type=click.Choice(THRESHOLDS),
    help="The least severe finding that makes the exit code 1.  [default: the setting check.fail_on, warning]",
)
@click.option(
    "--max-calls",
    type=click.IntRange(1),
    metavar="N",
    help="Calls of models at most.  [default: the setting review.max_calls, 200]",
)
@click.option("--max-tokens", type=click.IntRange(1), metavar="N", help="Tokens at most, sent and answered in all.")
@click.option("--no-cache", is_flag=True, help="Ask again what was answered before.")
@click.option(
    "--dry-run", is_flag=True, help="Say what would be sent, for which rules and at what price, and ask nobody."
)
@click.option("--verbose", "-v", is_flag=True, help="Also list the files that were left out, each with its reason.")
@click.option("--quiet", "-q", is_flag=True, help="Print findings only.")
@set_option
@click.pass_obj
def review(launcher: Launcher, /, **options: Any) -> int:
    """Have a model judge files and folders by the rules that apply and have no check.

    Without PATHS and --since it is about what changed since the last commit. What a model says is verified: a finding
    names a rule that was sent, and quotes words of the line that it is about. Exit code 0: nothing to report, 1:
    findings, 2: wrong usage, or something that is needed is not there, such as a model, 3: something was not reviewed.
    """
    from rulewright.adapters.cli.review import ReviewOptions, run_review

    return run_review(launcher, ReviewOptions(**options))
