"""The commands below `rulewright privacy`: what each understands."""

import click

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.options import json_option, set_option


@click.group(short_help="Say what leaves this machine, and prove it.")
def privacy() -> None:
    """Say what models would be shown of a project, and prove that nothing else leaves."""


@privacy.command(short_help="Say what models would not be shown, and where secrets are.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@json_option
@set_option
@click.pass_obj
def check(launcher: Launcher, paths: tuple[str, ...], *, as_json: bool, overlay: tuple[str, ...]) -> int:
    """Say which files are withheld from models, and why, and which secrets are taken out of the others.

    Exit code 1 when there is a secret in a file that models may see.
    """
    from rulewright.adapters.cli.privacy import run_check

    return run_check(launcher.headless(), paths, as_json=as_json, overlay=overlay)


@privacy.command(short_help="Plant secrets everywhere, and look whether one leaves.")
@json_option
@click.pass_obj
def prove(launcher: Launcher, *, as_json: bool) -> int:
    """Plant secrets that open nothing in a temporary project, drive every feature, and look whether one leaves.

    Nothing is sent anywhere. Exit code 1 when one leaves, 2 when a feature could not be driven.
    """
    from rulewright.adapters.cli.privacy import run_prove

    return run_prove(launcher, as_json=as_json)
