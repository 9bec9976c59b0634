"""`rulewright mcp`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rulewright.adapters.cli.launcher import Launcher

_SDK = frozenset({"mcp", "mcp_types"})


class _Refused(click.ClickException):
    """The server cannot be started."""

    exit_code = 2


def run_mcp(launcher: "Launcher", root: str | None) -> int:
    """Serve the Model Context Protocol until the client leaves; the exit code."""
    try:
        return launcher.serve_mcp(Path(root) if root is not None else None)
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in _SDK:
            raise
        raise _Refused(
            "The SDK of the Model Context Protocol is not installed: pip install 'rulewright[mcp]' brings it."
        ) from None
    except ValueError as error:
        raise _Refused(str(error)) from None
