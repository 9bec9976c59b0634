"""What programs read from us is as its schema says."""

import json
from pathlib import Path
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest

from tests.harness.in_process import command
from tests.harness.program import environment, write_files

ROOT = Path(__file__).parents[2]
SARIF = json.loads((ROOT / "tests/data/sarif-subset.schema.json").read_text("utf-8"))

RULE = """---
description: Log
globs: ["**/*.py"]
tags: [logs, logs, style]
check:
  - {id: log, language: python, severity: error, message: "Log $A", note: "Really.", rule: {pattern: print($A)},
     fix: "log($A)", url: "https://rules.example/log?a=1#b"}
  - {id: hinted, language: python, severity: hint, message: "Later", rule: {pattern: todo()}}
  - {id: told, language: python, severity: info, rule: {pattern: note()}}
examples: [{bad: "print(1)", good: "log(1)"}]
---
Text.
"""

FILES = {
    ".git/HEAD": "",
    ".gitignore": "*.log\n",
    ".ai-rules/rule.md": RULE,
    ".ai-rules/broken.md": "---\nglobs: [\n---\n",
    ".ai-rules/half.md": "---\npriority: high\n---\n",
    ".ai-rules/caf\udce9.md": RULE.replace("Log $A", "Odd $A"),
    "a.py": "print('🦀é')\r\ntodo(); note()\r\n",
    "two words/🦀 100%#?.py": "print(1)\n",
    "caf\udce9.py": b"print('caf\xe9')\n",
    "x.log": "",
    "nul.py": b"\0",
    "unused.py": "f()  # rulewright: ignore[rule]\n",
}


@pytest.fixture
def root(tmp_path):
    return write_files(tmp_path, FILES)


def valid(name, output):
    schema = json.loads((ROOT / "docs/schemas" / f"{name}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    record = json.loads(output)
    jsonschema.validate(record, closed(schema), cls=jsonschema.Draft202012Validator)
    return record


def closed(schema):
    """The schema, refusing what it does not name, so that a new field cannot go undescribed."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if "properties" in inner and inner.get("type") == "object":
        inner.setdefault("additionalProperties", False)
    return inner


EMPTY = {".git/HEAD": "", "rulewright.toml": "[rules]\ndefaults = 'never'\n"}


@pytest.mark.parametrize(
    "arguments", [["."], ["a.py"], ["--fix"], ["--fail-on", "never"], ["two words"], [".ai-rules"]], ids=" ".join
)
def test_check_prints_what_its_schema_says(root, arguments):
    record = valid("check", command(root, "check", "--format", "json", *arguments).stdout)
    assert record["version"] == 1
    assert record["root"] == str(root)
    assert record["summary"]["findings"] == len(record["findings"])
    assert sum(record["summary"]["by_severity"].values()) == len(record["findings"])
    assert record["summary"]["skipped"] == len(record["skipped"])


def test_what_there_is_to_say_in_json_is_said(root):
    record = valid("check", command(root, "check", "--format", "json").stdout)
    severities = {f["severity"] for f in record["findings"]}
    assert severities == {"error", "warning", "info", "hint"}
    assert {s["reason"] for s in record["skipped"]} == {"ignored by git", "never checked", "binary"}
    crab = next(f for f in record["findings"] if f["path"] == "a.py" and f["id"] == "rule")
    assert [crab[k] for k in ("line", "column", "end_line", "end_column")] == [1, 1, 1, 12]
    assert crab["fix"]["edits"] == [{"start": 0, "end": 11, "new_text": "log('🦀é')"}]


def test_a_project_without_anything_is_valid_too(tmp_path):
    write_files(tmp_path, EMPTY)
    assert valid("check", command(tmp_path, "check", "--format", "json").stdout)["findings"] == []
    assert valid("rules-list", command(tmp_path, "rules", "list", "--json").stdout)["rules"]
    assert valid("rules-test", command(tmp_path, "rules", "test", "--json").stdout)["failed"] == 0
    assert valid("why", command(tmp_path, "rules", "why", "--json", "a.py").stdout)["path"] == "a.py"
    assert sarif(command(tmp_path, "check", "--format", "sarif"))["results"] == []


def test_standard_input_prints_what_the_schema_says(root):
    done = command(root, "check", "-", "--stdin-filename", "x.py", "--format", "json", stdin=b"print('caf\xe9')")
    found = valid("check", done.stdout)["findings"]
    assert ("x.py", "Log 'caf\ufffd'") in {(f["path"], f["message"]) for f in found}


def test_the_rules_are_listed_as_their_schema_says(root):
    listed = valid("rules-list", command(root, "rules", "list", "--json").stdout)
    own = {r["path"]: r["status"] for r in listed["rules"] if r["source"] == "project"}
    assert own == {
        ".ai-rules/broken.md": "rejected",
        ".ai-rules/caf\ufffd.md": "active",
        ".ai-rules/half.md": "active",
        ".ai-rules/rule.md": "active",
    }


def test_packages_are_listed_as_their_schema_says(root):
    write_files(root, {"node_modules/kit/usage-rules.md": "Kit.\n", "node_modules/kit/package.json": "{"})
    listed = valid("rules-packages", command(root, "rules", "packages", "--json").stdout)
    assert [(p["name"], p["is_allowed"]) for p in listed["packages"]] == [("npm/kit", False)]


@pytest.mark.parametrize("name", ["a.py", "caf\udce9.py", "not there.rs"])
def test_verdicts_are_given_as_their_schema_says(root, name):
    why = valid("why", command(root, "rules", "why", "--json", name).stdout)
    assert why["path"] == name.replace("\udce9", "\ufffd")


def test_examples_are_told_as_their_schema_says(root):
    tests = valid("rules-test", command(root, "rules", "test", "--json").stdout)
    assert (tests["passed"] > 0, tests["failed"]) == (True, 0)


def test_what_is_wrong_with_rules_is_told_as_the_schema_of_check_says(root):
    done = command(root, "rules", "lint", "--json")
    found = {(f["id"], f["path"]) for f in valid("check", done.stdout)["findings"]}
    assert done.returncode == 1
    assert {path for _, path in found} >= {".ai-rules/broken.md", ".ai-rules/half.md"}


def test_what_rules_do_is_told_as_its_schema_says(root):
    record = valid("rules-stats", command(root, "rules", "stats", "--json").stdout)
    rules = {(r["id"], r["path"]): r for r in record["rules"]}
    rule = rules["rule", ".ai-rules/rule.md"]
    checked = valid("check", command(root, "check", "--format", "json").stdout)["findings"]
    assert rule["files"] == 5
    assert rule["findings"] == sum(1 for f in checked if f["rule_path"] == ".ai-rules/rule.md") > 0
    assert rule["evaluation_us"] > 0
    assert rule["tokens"] > 0
    assert record["by_source"]["project"] == sum(1 for r in record["rules"] if r["source"] == "project")
    metrics = record["metrics"]
    assert metrics["counts"]["parse_errors"] == 1
    assert metrics["durations"]["selections"]["count"] >= 4
    assert metrics["durations"]["evaluations"]["count"] > 0


def test_a_baseline_is_as_its_schema_says_and_hides_all_that_it_lists(root):
    write_files(root, {"twice.py": "print(1)\nprint(1)\n"})
    assert command(root, "check", "--write-baseline", "known.json").returncode == 0
    record = valid("baseline", (root / "known.json").read_bytes())
    assert {"caf\udce9.py", "two words/🦀 100%#?.py"} <= {e["path"] for e in record["findings"]}
    assert [e["count"] for e in record["findings"] if e["path"] == "twice.py"] == [2, 2]
    hidden = valid("check", command(root, "check", "--baseline", "known.json", "--format", "json").stdout)
    assert hidden["findings"] == []
    assert hidden["summary"]["baselined"] == sum(e.get("count", 1) for e in record["findings"])
    assert hidden["summary"]["stale"] == 0
    before = (root / "known.json").read_bytes()
    assert command(root, "check", "--write-baseline", "known.json").returncode == 0
    assert (root / "known.json").read_bytes() == before


def test_a_prompt_is_as_its_schema_says_and_its_text_is_what_is_printed(root):
    record = valid("prompt", command(root, "prompt", "a.py", "--task", "Häufig?", "--line", "1", "--json").stdout)
    printed = command(root, "prompt", "a.py", "--task", "Häufig?", "--line", "1")
    assert printed.stdout == record["text"].encode()
    assert b"print('\xf0\x9f\xa6\x80\xc3\xa9')\r\ntodo()" in printed.stdout
    assert record["parts"][0]["kind"] == "task"
    odd = valid("prompt", command(root, "prompt", b"caf\xe9.py", "--task", "-", "--json", stdin=b"Do it.").stdout)
    assert any("is not UTF-8" in remark for remark in odd["remarks"])
    empty = command(root, "prompt", "a.py", "--task", "x", "--budget", "0")
    assert (empty.returncode, empty.stdout) == (1, b"")


def test_what_is_trusted_is_as_its_schema_says(root):
    own = environment(RULEWRIGHT_CONFIG_DIR=str(root / "config"))
    assert command(root, "trust", env=own).returncode == 0
    record = valid("trust", command(root, "trust", "--list", "--json", env=own).stdout)
    assert record["projects"] == [str(root.resolve())]


# SARIF


def sarif(done):
    log = json.loads(done.stdout)
    jsonschema.validate(log, SARIF, cls=jsonschema.Draft202012Validator)
    (run,) = log["runs"]
    return run


def test_the_schema_of_sarif_is_one():
    jsonschema.Draft202012Validator.check_schema(SARIF)


def test_the_schema_accepts_sarif_and_refuses_what_is_wrong_in_it(root):
    # That of the standard itself, and its makers' validator, are asked in tests/e2e/test_sarif.py.
    log = json.loads(command(root, "check", "--format", "sarif").stdout)
    validator = jsonschema.Draft202012Validator(SARIF)
    assert [e.message for e in validator.iter_errors(log)] == []
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert len(list(validator.iter_errors(log))) == 1


def test_sarif_is_as_the_standard_says(root):
    run = sarif(command(root, "check", "--format", "sarif"))
    rules = run["tool"]["driver"]["rules"]
    assert len({r["id"] for r in rules}) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert {r["level"] for r in run["results"]} == {"error", "warning", "note"}
    (stated,) = [r for r in rules if r["id"] == "rule"]
    assert stated["shortDescription"] == {"text": "Log"}
    assert stated["help"] == {"text": "Text.", "markdown": "Text."}
    assert stated["properties"] == {"tags": ["logs", "style"]}


def test_sarif_and_json_say_the_same(root):
    run = sarif(command(root, "check", "--format", "sarif"))
    record = valid("check", command(root, "check", "--format", "json").stdout)

    def place(result):
        region = result["locations"][0]["physicalLocation"]["region"]
        return [region[k] for k in ("startLine", "startColumn", "endLine", "endColumn")]

    assert [(r["ruleId"], r["message"]["text"], place(r)) for r in run["results"]] == [
        (f["id"], f["message"], [f[k] for k in ("line", "column", "end_line", "end_column")])
        for f in record["findings"]
    ]


def test_the_addresses_in_sarif_lead_to_the_files(root):
    run = sarif(command(root, "check", "--format", "sarif"))
    base = unquote_to_bytes(run["originalUriBaseIds"]["ROOT"]["uri"].removeprefix("file://"))
    files = set()
    for result in run["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        path = base + unquote_to_bytes(uri)
        files.add(unquote_to_bytes(uri))
        with open(path, "rb") as file:  # noqa: PTH123 - the path is bytes
            assert file.read()
    assert {b"caf\xe9.py", "two words/🦀 100%#?.py".encode()} <= files


def test_a_fix_in_sarif_replaces_what_the_finding_marks(root):
    run = sarif(command(root, "check", "--format", "sarif", "a.py"))
    (fix,) = [r["fixes"][0] for r in run["results"] if "fixes" in r and r["ruleId"] == "rule"]
    (change,) = fix["artifactChanges"]
    (replacement,) = change["replacements"]
    content = (root / "a.py").read_bytes().decode()
    region = replacement["deletedRegion"]
    start, end = region["charOffset"], region["charOffset"] + region["charLength"]
    mended = content[:start] + replacement["insertedContent"]["text"] + content[end:]
    assert mended == "log('🦀é')\r\ntodo(); note()\r\n"


def test_the_fingerprint_of_a_finding_outlives_a_move(root):
    def prints():
        results = sarif(command(root, "check", "--format", "sarif", "a.py"))["results"]
        return [(r["ruleId"], r["partialFingerprints"]["rulewright/v1"]) for r in results]

    before = prints()
    assert len(set(before)) == len(before)
    content = (root / "a.py").read_bytes()
    (root / "a.py").write_bytes(b"# A line more\r\n  " + content)
    assert prints() == before
    (root / "a.py").write_bytes(content.replace(b"print", b"print "))
    # Two rules look at the line that is another one now.
    assert len(set(before) - set(prints())) == 2
