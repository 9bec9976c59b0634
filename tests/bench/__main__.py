"""Print every figure: `python -m tests.bench`, or some of them: `python -m tests.bench select_rules`."""

import importlib
import sys

SUITES = (
    "check_files",
    "select_rules",
    "rule_write",
    "rule_reload",
    "rule_writing",
    "foreign_rules",
    "lint_file",
    "start",
    "hot_path",
    "edit_file",
    "event_loop",
    "symbol_search",
    "cold_index",
    "warm_scan",
    "completion",
    "million",
    "prompt",
    "mcp_calls",
    "session_sync",
    "session_append",
    "session_open",
    "registry",
    "bus",
    "tree_start",
    "many_sessions",
    "egress",
    "retrieve",
    "model_overhead",
    "chat_overhead",
    "ghost_text",
    "infill_holes",
    "ghost_replay",
    "wrong_edits",
)


def main() -> None:
    """Run the named suites, or all."""
    over = 0
    for name in sys.argv[1:] or SUITES:
        for figure in importlib.import_module(f"tests.bench.{name}").figures():
            print(figure.line(), flush=True)
            over += not figure.ok
    print(f"{over} over their limit" if over else "all within their limits")
    sys.exit(min(over, 1))


if __name__ == "__main__":
    main()
