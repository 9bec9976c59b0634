"""Index a folder once: `python -m tests.bench.index_once ROOT CACHE_FOLDER WORKERS`."""

import sys
from pathlib import Path

from rulewright.processes import quick


def main(root: str, cache: str, n_workers: str) -> None:
    """Build and say how much was found, in a process that starts and ends as those of the command line do."""
    quick.begin()
    from rulewright.services.index.index import Index

    quick.begun()
    index = Index(root, cache_dir=Path(cache), workers=int(n_workers))
    index.refresh()
    index.run()
    status = index.status()
    index.close()
    print(f"{status.files} files, {status.symbols} symbols, {status.left_out}")
    sys.exit(quick.end_with(0))


if __name__ == "__main__":
    main(*sys.argv[1:])
