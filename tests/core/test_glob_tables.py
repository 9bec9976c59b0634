"""Our globs against the tables of four other matchers, and against real globs on real paths.

A table's row holds a glob, a path, what its own suite expects and what three engines say. Where those four
agree we agree too, unless a rule of our dialect decides otherwise: then the row is listed in
`tests/data/glob_differences.tsv`.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from rulewright.core.rules.glob_syntax import expand
from rulewright.core.rules.globs import compile_glob
from tests.harness.data import test_data

DIFFERENCES = Path(__file__).parent.parent / "data" / "glob_differences.tsv"
FOLDER = test_data("globs")
TABLES = ["globset.tsv", "minimatch.tsv", "picomatch.tsv", "vscode.tsv"]

# What has to be true of a row that a rule decides: its glob, its path, our answer.
RULES = {
    "any-depth": lambda glob, path, ours: ours and "/" in path and any("/" not in each for each in expand(glob)),
    "leading-slash": lambda glob, path, ours: ours and glob.startswith("/") != path.startswith("/"),
    "trailing-slash": lambda glob, _, ours: ours and glob.endswith("/"),
    "dot-segments": lambda _, path, ours: not ours and bool({".", ".."} & set(path.split("/"))),
    "files-only": lambda _, path, ours: not ours and path.endswith("/"),
}


def rows_of(path):
    # `splitlines` would also cut at characters that stand in some cells.
    return [line.split("\t") for line in path.read_text("utf-8").split("\n") if line]


def listed():
    lines = DIFFERENCES.read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {(file, int(number)): rule for file, number, rule in rows}


def differing(table):
    """Line number, glob, path and our answer of the rows on which all engines agree against us."""
    for number, (glob, path, _, *answers) in enumerate(rows_of(table)[1:], start=2):
        ours = compile_glob(glob).matches(path)
        if len(set(answers)) == 1 and ours != (answers[0] == "1"):
            yield number, glob, path, ours


def test_every_difference_names_a_rule_that_is_explained_above_it():
    lines = DIFFERENCES.read_text("utf-8").splitlines()
    explained = {found[1] for line in lines if (found := re.match(r"# ([a-z-]+): ", line))}
    assert explained == set(RULES) == set(listed().values())
    assert {file for file, _ in listed()} <= set(TABLES)
    assert Counter(line for line in lines if not line.startswith("#")).most_common(1)[0][1] == 1


if FOLDER is not None:

    @pytest.mark.parametrize("name", TABLES)
    def test_we_agree_where_all_engines_agree(name):
        allowed = {number: rule for (file, number), rule in listed().items() if file == name}
        found = {number: row for number, *row in differing(FOLDER / name)}
        assert {n: row for n, row in found.items() if n not in allowed} == {}, "differ, and are not listed"
        assert sorted(set(allowed) - set(found)) == [], "listed, and no longer differ"
        undecided = {n: (allowed[n], row) for n, row in found.items() if not RULES[allowed[n]](*row)}
        assert undecided == {}, "listed under a rule that does not decide them"

    def test_we_find_what_others_find_for_real_globs_on_real_paths():
        paths = (FOLDER / "real-paths.txt").read_text("utf-8").split("\n")
        n_compared = 0
        for glob, _, count, _, same, _, lines in rows_of(FOLDER / "real-globs.tsv")[1:]:
            if same != "1" or glob.startswith("/") or glob.endswith("/"):
                continue
            # Others look for a glob without a slash at the root only, so that is where we can be compared.
            anchored = all("/" in form for form in expand(glob)) or glob == "**"
            found = [
                number
                for number, path in enumerate(paths, start=1)
                if path and (anchored or "/" not in path) and compile_glob(glob).matches(path)
            ]
            assert (glob, len(found)) == (glob, int(count))
            assert not lines or (glob, ",".join(map(str, found))) == (glob, lines)
            n_compared += 1
        assert n_compared > 600
