"""Options that many commands have."""

from collections.abc import Callable
from typing import Any

import click

FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
"""How findings are reported."""
THRESHOLDS = ("error", "warning", "info", "hint", "never")
"""From where on a finding makes a command fail."""


def with_options(options: list[Callable[[Any], Any]]) -> Callable[[Any], Any]:
    """Give a command several options, in this order."""

    def decorate(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


set_option = click.option(
    "--set",
    "overlay",
    multiple=True,
    metavar="NAME=VALUE",
    help="A setting for this run, such as rules.defaults=never. May be given more than once.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, versioned; see docs/schemas.")
