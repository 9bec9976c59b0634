"""`rulewright check`, whole process: one file against an import, 300 files against the ast-grep CLI."""

import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.bench.timing import Figure, interleaved, wall

BIN = Path(sys.executable).parent
N_FILES = 300

# Ten checks such as teams write, in both tools' common language.
CHECKS = """
- {id: bare-except, message: bare except, rule: {pattern: "try:\\n  $$$A\\nexcept:\\n  $$$B"}}
- {id: print, message: print call, rule: {pattern: print($$$A)}}
- {id: eq-none, message: use is None, rule: {pattern: $A == None}}
- {id: mutable-default, message: mutable default, rule: {kind: default_parameter, has: {field: value, any: [{kind: list}, {kind: dictionary}]}}}
- {id: eval, message: eval, rule: {pattern: eval($$$A)}}
- {id: assert-tuple, message: assert on a tuple, rule: {kind: assert_statement, has: {kind: tuple}}}
- {id: open-no-with, message: open without with, rule: {pattern: $F = open($$$A), not: {inside: {kind: with_clause, stopBy: end}}}}
- {id: global, message: global, rule: {kind: global_statement}}
- {id: type-cmp, message: type() ==, rule: {pattern: type($A) == $B}}
- {id: return-in-finally, message: return in finally, rule: {kind: return_statement, inside: {kind: finally_clause, stopBy: end}}}
"""  # noqa: E501


def figures() -> Iterator[Figure]:
    """The figures, most telling first."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        checks = yaml.safe_load(CHECKS)
        for check in checks:
            check.update(language="python", severity="warning")
        _workspace(root, checks)
        files = sorted((root / "lib").rglob("*.py"))
        one = [BIN / "rulewright", "check", "-q", files[0].relative_to(root)]
        ours, floor = interleaved(
            11,
            lambda: wall(one, root),
            lambda: wall([sys.executable, "-c", "import lsprotocol.types"], root),
        )
        yield Figure(
            "check of one file, warm", ours, "at most 0.5x", "importing lsprotocol", floor, ok=ours <= 0.5 * floor
        )
        many = [BIN / "rulewright", "check", "-q", "lib"]
        ours, theirs = interleaved(
            7, lambda: wall(many, root), lambda: wall([BIN / "ast-grep", "scan", "-r", "rules.yml", "lib"], root)
        )
        name = f"check of {len(files)} files with {len(checks)} rules"
        yield Figure(name, ours, "at most 3x", "the ast-grep CLI", theirs, ok=ours <= 3 * theirs)


def _workspace(root: Path, checks: list[dict[str, object]]) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    found = sorted(p for p in library.rglob("*.py") if "site-packages" not in p.parts)[:N_FILES]
    for path in found:
        target = root / "lib" / path.relative_to(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (root / "rules.yml").write_text("\n---\n".join(yaml.safe_dump(c, sort_keys=False) for c in checks))
    rules = root / ".ai-rules"
    rules.mkdir()
    for check in checks:
        matter = yaml.safe_dump({"globs": "**/*.py", "check": check}, sort_keys=False)
        (rules / f"{check['id']}.md").write_text(f"---\n{matter}---\n")
