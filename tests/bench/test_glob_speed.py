"""How long it takes to find, among a thousand lists of globs, those that match a path not seen before."""

from random import Random
from time import perf_counter

import pytest
from tests.harness.data import test_data

from rulewright.core.rules.globs import GlobIndex, glob_set

FOLDER = test_data("globs")

if FOLDER is not None:

    @pytest.mark.bench
    def test_finding_the_lists_that_match_a_path(capsys):
        globs = [
            line.split("\t")[0] for line in (FOLDER / "real-globs.tsv").read_text("utf-8").split("\n")[1:-1]
        ]
        paths = (FOLDER / "real-paths.txt").read_text("utf-8").splitlines()
        random = Random(1)
        while len(globs) < 1_000:
            folder, _, name = random.choice(paths).rpartition("/")
            extension = name[name.rfind(".") :] if "." in name else name
            globs.append(
                random.choice([f"{folder}/**/*{extension}", f"{folder}/*", f"**/{name}", f"{folder}/{name}"])
            )
        start = perf_counter()
        sets = [glob_set((glob,)) for glob in globs]
        compiled = perf_counter()
        index = GlobIndex(sets)
        built = perf_counter()
        n_found = sum(len(index.matching(path)) for path in paths)
        first = perf_counter()
        for path in paths:
            index.matching(path)
        again = perf_counter()
        with capsys.disabled():
            print(
                f"\n{len(globs)} globs, {len(paths)} paths, {n_found / len(paths):.0f} matches a path: "
                f"compile {1e3 * (compiled - start):.0f} ms, index {1e3 * (built - compiled):.0f} ms, "
                f"first pass {1e6 * (first - built) / len(paths):.0f} us a path, "
                f"next {1e6 * (again - first) / len(paths):.0f} us a path"
            )
