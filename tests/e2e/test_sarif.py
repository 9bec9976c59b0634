"""SARIF under the validator of its own makers, with the schema of the standard and what GitHub's code scanning asks."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from tests.harness import nodejs
from tests.harness.program import command, write_files

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PLACE = Path(__file__).parent / "sarif"
TOOL = PLACE / "node_modules" / "@microsoft" / "sarif-multitool-linux"

RULE = """---
description: Log
globs: ["**/*.py"]
tags: [logs, style]
check:
  - {id: log, language: python, severity: error, message: "Log $A", note: "Really.", rule: {pattern: print($A)},
     fix: "log($A)", url: "https://rules.example/log?a=1#b"}
  - {id: hinted, language: python, severity: hint, message: "Later", rule: {pattern: todo()}}
---
Text with `code`.

More of it.
"""
FILES = {
    ".git/HEAD": "",
    ".ai-rules/rule.md": RULE,
    ".ai-rules/bare.md": "---\nlanguage: python\ncheck:\n  rule: {pattern: note()}\n---\n",
    ".ai-rules/broken.md": "---\nglobs: [\n---\n",
    "a.py": "print('🦀é')\r\ntodo(); note()\r\n",
    "two words/🦀 100%#?.py": "print(1)\n",
    "unused.py": "f()  # rulewright: ignore[rule]\n",
}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """The report about a project with findings of every kind."""
    root = write_files(tmp_path_factory.mktemp("project"), FILES)
    return json.loads(command(root, "check", "--format", "sarif").stdout)


@pytest.fixture(scope="module")
def tool():
    nodejs.install(PLACE)
    program = TOOL / "Sarif.Multitool"
    program.chmod(0o755)
    return program


def complaints(tool, tmp_path, log):
    """Ids and levels of what the validator has against a report, notes aside."""
    written, told = tmp_path / "report.sarif", tmp_path / "told.sarif"
    written.write_text(json.dumps(log, indent=2), "utf-8")
    told.unlink(missing_ok=True)
    options = ["--rule-kind", "Sarif;Ghas;Gh", "--level", "Error;Warning", "--output", told]
    done = subprocess.run([tool, "validate", written, *options], check=False, capture_output=True, timeout=120)
    # It does not end well with what it cannot read at all.
    assert done.returncode == 0, done.stdout
    (run,) = json.loads(told.read_text("utf-8-sig"))["runs"]
    return sorted({(result["ruleId"], result.get("level", "warning")) for result in run["results"]})


def test_the_validator_and_code_scanning_accept_the_report(tool, tmp_path, log):
    assert len(log["runs"][0]["results"]) >= 6
    # The address of a home page: there is none yet.
    assert complaints(tool, tmp_path, log) == [("SARIF2005", "warning")]


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (
            lambda run: run["results"][0]["locations"][0]["physicalLocation"]["region"].update(endLine=0),
            ("JSON1008", "error"),
        ),
        (lambda run: run["tool"]["driver"]["rules"][0].pop("help"), ("GH2012", "error")),
    ],
    ids=["region", "help"],
)
def test_the_validator_refuses_a_report_that_is_spoilt(tool, tmp_path, log, spoil, complaint):
    spoilt = json.loads(json.dumps(log))
    spoil(spoilt["runs"][0])
    assert complaint in complaints(tool, tmp_path, spoilt)


def test_the_schema_of_the_standard_accepts_the_report(tool, log):
    schema = json.loads((tool.parent / "sarif-2.1.0.json").read_text("utf-8-sig"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(log)] == []
    spoilt = json.loads(json.dumps(log))
    spoilt["runs"][0]["results"][0]["level"] = "fatal"
    assert [error.validator for error in validator.iter_errors(spoilt)] == ["enum"]
