"""`rulewright check`, whole process: one file against an import, 1,000 files and 50 checks against the ast-grep CLI.

Both must report the same number of findings, or the figure is not given.
"""

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.bench.timing import Figure, interleaved, wall

BIN = Path(sys.executable).parent
N_FILES = 1000
MAX_FINDINGS = 100_000

# Fifty checks such as teams write, in both tools' common language.
CHECKS = """
- {id: bare-except, rule: {pattern: "try:\\n  $$$A\\nexcept:\\n  $$$B"}}
- {id: print, rule: {pattern: print($$$A)}}
- {id: eq-none, rule: {pattern: $A == None}}
- {id: ne-none, rule: {pattern: $A != None}}
- {id: eq-true, rule: {any: [{pattern: $A == True}, {pattern: $A == False}]}}
- {id: mutable-default, rule: {kind: default_parameter, has: {field: value, any: [{kind: list}, {kind: dictionary}]}}}
- {id: eval, rule: {pattern: eval($$$A)}}
- {id: exec, rule: {pattern: exec($$$A)}}
- {id: assert-tuple, rule: {kind: assert_statement, has: {kind: tuple}}}
- {id: open-no-with, rule: {pattern: $F = open($$$A), not: {inside: {kind: with_clause, stopBy: end}}}}
- {id: global, rule: {kind: global_statement}}
- {id: nonlocal, rule: {kind: nonlocal_statement}}
- {id: type-cmp, rule: {pattern: type($A) == $B}}
- {id: return-in-finally, rule: {kind: return_statement, inside: {kind: finally_clause, stopBy: end}}}
- {id: os-system, rule: {pattern: os.system($$$A)}}
- {id: os-popen, rule: {pattern: os.popen($$$A)}}
- {id: shell-true, rule: {pattern: "subprocess.$F($$$A, shell=True, $$$B)"}}
- {id: pickle-load, rule: {any: [{pattern: pickle.load($$$A)}, {pattern: pickle.loads($$$A)}]}}
- {id: marshal-load, rule: {pattern: marshal.loads($$$A)}}
- {id: yaml-load, rule: {pattern: yaml.load($A)}}
- {id: md5, rule: {pattern: hashlib.md5($$$A)}}
- {id: sha1, rule: {pattern: hashlib.sha1($$$A)}}
- {id: mktemp, rule: {pattern: tempfile.mktemp($$$A)}}
- {id: sleep, rule: {pattern: time.sleep($A)}}
- {id: utcnow, rule: {pattern: datetime.utcnow()}}
- {id: naive-now, rule: {pattern: datetime.datetime.now()}}
- {id: random-choice, rule: {pattern: random.choice($A)}}
- {id: requests-timeout, rule: {pattern: requests.get($$$A), not: {has: {pattern: timeout=$T, stopBy: end}}}}
- {id: verify-false, rule: {pattern: "requests.$M($$$A, verify=False)"}}
- {id: setdaemon, rule: {pattern: $T.setDaemon($B)}}
- {id: warn, rule: {pattern: $L.warn($$$A)}}
- {id: logging-fstring, rule: {pattern: logging.$M($A), has: {kind: interpolation, stopBy: end}}}
- {id: has-key, rule: {pattern: $D.has_key($K)}}
- {id: iteritems, rule: {pattern: $D.iteritems()}}
- {id: assert-equals, rule: {pattern: "self.assertEquals($A, $B)"}}
- {id: assert-is-none, rule: {pattern: "self.assertEqual($A, None)"}, fix: self.assertIsNone($A)}
- {id: lambda-assign, rule: {kind: assignment, has: {field: right, kind: lambda}}}
- {id: star-import, rule: {kind: wildcard_import}}
- {id: not-in, rule: {pattern: not $A in $B}, fix: $A not in $B}
- {id: not-is, rule: {pattern: not $A is $B}}
- {id: len-zero, rule: {pattern: len($A) == 0}}
- {id: len-test, rule: {kind: if_statement, has: {field: condition, pattern: len($A)}}}
- {id: dict-keys, rule: {kind: for_statement, has: {field: right, pattern: $D.keys()}}}
- {id: range-len, rule: {kind: for_statement, has: {field: right, pattern: range(len($A))}}}
- {id: self-compare, rule: {pattern: $A == $A}}
- {id: self-assign, rule: {pattern: $A = $A}}
- {id: raise-not-implemented, rule: {pattern: raise NotImplemented}}
- {id: except-pass, rule: {kind: except_clause, has: {kind: block, has: {kind: pass_statement}}}}
- {id: socket-any, rule: {kind: string, regex: "^['\\"]0\\\\.0\\\\.0\\\\.0['\\"]$"}}
- {id: todo, rule: {kind: comment, regex: "TODO|FIXME|XXX"}}
"""


def figures() -> Iterator[Figure]:
    """The figures, most telling first."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        checks = yaml.safe_load(CHECKS)
        for check in checks:
            check.update(language="python", severity="warning", message=f"found {check['id']}")
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
        _agree(root)
        many = [BIN / "rulewright", "check", "-q", "lib"]
        ours, theirs = interleaved(
            7, lambda: wall(many, root), lambda: wall([BIN / "ast-grep", "scan", "-r", "rules.yml", "lib"], root)
        )
        name = f"check of {len(files)} files with {len(checks)} rules"
        yield Figure(name, ours, "at most 1.5x", "the ast-grep CLI", theirs, ok=ours <= 1.5 * theirs)


def _agree(root: Path) -> None:
    """Raises unless both find as much."""
    mine, theirs = (
        json.loads(subprocess.run(command, cwd=root, capture_output=True, check=False).stdout)
        for command in (
            [BIN / "rulewright", "check", "--format=json", "lib"],
            [BIN / "ast-grep", "scan", "-r", "rules.yml", "--json", "lib"],
        )
    )
    found = [f for f in mine["findings"] if not f["id"].startswith("rulewright/")]
    if not 0 < len(found) == len(theirs):
        raise RuntimeError(f"{len(found)} findings here, {len(theirs)} there")


def _workspace(root: Path, checks: list[dict[str, object]]) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    found = sorted(p for p in library.rglob("*.py") if "site-packages" not in p.parts)[:N_FILES]
    for path in found:
        target = root / "lib" / path.relative_to(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (root / "rules.yml").write_text("\n---\n".join(yaml.safe_dump(c, sort_keys=False) for c in checks))
    # Neither stops at a number of findings.
    (root / "rulewright.toml").write_text(f"[check]\nmax_findings = {MAX_FINDINGS}\n")
    rules = root / ".ai-rules"
    rules.mkdir()
    for check in checks:
        matter = yaml.safe_dump({"globs": "**/*.py", "check": check}, sort_keys=False)
        (rules / f"{check['id']}.md").write_text(f"---\n{matter}---\n")
