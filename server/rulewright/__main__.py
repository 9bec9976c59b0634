"""Entry point: starts the language server by the shortest way, and leaves everything else to the command line."""

import sys

TYPE_CHECKING = False
"""As in `typing`, whose import would keep an editor waiting."""
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

    from rulewright.gateway import Gateway

INTERRUPTED = 130
HELP: "tuple[list[str], ...]" = ([], ["-h"], ["--help"])
VERSION = ["--version"]
CODE_HOST = "--code-host"
"""How the server starts the process that knows the code; nobody else has a use for it."""


def main() -> None:
    """Run `rulewright`."""
    if starts_server(sys.argv[1:]) and None not in {sys.stdin, sys.stdout, sys.stderr}:
        try:
            sys.exit(_serve_stdio())
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
    if sys.argv[1:] in HELP and sys.stdout is not None:
        sys.exit(_print(_help()))
    if sys.argv[1:] == VERSION and sys.stdout is not None:
        from rulewright import __version__

        sys.exit(_print(f"rulewright {__version__}\n"))
    from rulewright.processes import quick

    quick.begin()
    if sys.argv[1:] == [CODE_HOST]:
        from rulewright import code_app

        sys.exit(code_app.serve_code_host())
    from rulewright.adapters.cli.main import run

    quick.begun()
    sys.exit(quick.end_with(run(_App())))


def _help() -> str:
    """What the command line would print, which takes it four times as long as an empty Python to find out."""
    import os

    path = os.path.join(os.path.dirname(__file__), "adapters", "cli", "help.txt")  # noqa: PTH118, PTH120
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib would take longer than all the rest
        return file.read()


def _print(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:  # `rulewright --help | head`
        sys.stdout = None
    except OSError as error:
        sys.stdout = None
        if sys.stderr is not None:
            sys.stderr.write(f"rulewright: {error.strerror}.\n")
        return 2
    return 0


class _App:
    """The composition root, imported when a command needs it and not for a `--help`."""

    def __getattr__(self, name: str) -> "Any":
        from rulewright import app

        return getattr(app, name)


def starts_server(arguments: list[str]) -> bool:
    """Whether these are the arguments that editors start a server with; the command line takes others as well."""
    flags = arguments[1:] if arguments[:1] == ["serve"] else arguments
    return "--stdio" in flags and all(flag == "--stdio" or _names_client(flag) for flag in flags)


def _names_client(flag: str) -> bool:
    name, _, value = flag.partition("=")
    return name == "--clientProcessId" and value.isascii() and value.isdecimal()


def _serve_stdio() -> int:
    """The same as `app.serve_stdio`, but `app` is imported when `initialize` has been answered."""
    from rulewright.adapters.lsp import front

    return front.serve_stdio(_gateway, _importing_engine)


def _gateway() -> "Gateway":
    from rulewright import app

    return app.serving()


def _importing_engine() -> "AbstractContextManager[None]":
    from rulewright import app

    return app.importing_engine()


if __name__ == "__main__":
    main()
