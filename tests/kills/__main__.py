"""`python -m tests.kills --kills 200`: prints its counts; exit code 1 when anything was lost."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.kills.run import run


def main() -> None:
    """Kill."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=None, help="repeats the same choices; moments differ all the same")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else time.time_ns() % 2**31
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        account = run(Path(folder), options.kills, seed)
    for line in account.lines():
        print(line)
    sys.exit(0 if account.is_good else 1)


if __name__ == "__main__":
    main()
