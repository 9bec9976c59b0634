"""The real server, which besides says how late its event loop is."""

import sys
from typing import Any

from rulewright import app
from rulewright.adapters.lsp import front, server
from tests.bench.lateness import Lateness

METHOD = "bench/lateness"


def main() -> int:
    """Serve."""
    build = server.build_server

    def watched(gateway: Any) -> Any:
        made = build(gateway)
        lateness = Lateness()

        async def answer(ls: Any, _params: object) -> dict[str, float]:
            if not hasattr(ls, "watching"):
                ls.watching = ls.pending.start_background(lateness.watch(), "lateness")
            return lateness.take()

        made.feature(METHOD)(answer)
        return made

    server.build_server = watched
    return front.serve_stdio(app.serving, app.importing_engine)


if __name__ == "__main__":
    sys.exit(main())
