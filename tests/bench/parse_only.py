"""Read and parse every file, and nothing else: `python -m tests.bench.parse_only ROOT WORKERS ENDING...`."""

import subprocess
import sys
from pathlib import Path


def main(root: str, n_workers: str, *endings: str) -> None:
    """Share the files among processes of the kind that the index uses."""
    paths = sorted((p for p in Path(root).rglob("*") if p.suffix in endings), key=lambda p: -p.stat().st_size)
    running = [
        subprocess.Popen([sys.executable, "-P", __file__, "parse"], stdin=subprocess.PIPE)
        for _ in range(int(n_workers))
    ]
    for number, process in enumerate(running):
        assert process.stdin is not None
        process.stdin.write("\n".join(map(str, paths[number :: len(running)])).encode())
        process.stdin.close()
    if any(process.wait() for process in running):
        sys.exit("a process failed")


def parse() -> None:
    """Parse the files that standard input names."""
    import gc
    import importlib

    from tree_sitter import Language, Parser

    sources = {
        ".py": ("tree_sitter_python", "language"),
        ".go": ("tree_sitter_go", "language"),
        ".ts": ("tree_sitter_typescript", "language_typescript"),
        ".tsx": ("tree_sitter_typescript", "language_tsx"),
        ".ex": ("tree_sitter_elixir", "language"),
        ".exs": ("tree_sitter_elixir", "language"),
        ".rb": ("tree_sitter_ruby", "language"),
    }
    gc.disable()
    parsers = {}
    for line in sys.stdin.read().split("\n"):
        path = Path(line)
        parser = parsers.get(path.suffix)
        if parser is None:
            module, function = sources[path.suffix]
            language = Language(getattr(importlib.import_module(module), function)())
            parser = parsers[path.suffix] = Parser(language)
        parser.parse(path.read_bytes())


if __name__ == "__main__":
    parse() if sys.argv[1] == "parse" else main(*sys.argv[1:])
