"""Entry point: hands the command line what it may start."""

import sys


def main() -> None:
    """Run `rulewright`."""
    from rulewright import app
    from rulewright.adapters.cli.main import run

    sys.exit(run(app.headless, app.serve_stdio))


if __name__ == "__main__":
    main()
