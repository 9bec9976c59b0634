"""Checks that other projects wrote, on each other's code, side by side with ast-grep's own program.

Every check of the corpus (see `tests.harness.data`) is run by both on every source of its language, its own and those
of the other checks, and must hit the same places and write the same bytes at the same places.
"""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from rulewright.core.languages import canonical
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.check_words import OUTER_KEYS
from rulewright.core.rules.lint import Enforced, Linter
from rulewright.core.rules.rule import Check
from tests.core.test_check_corpus import CASES

AST_GREP = Path(sys.executable).parent / "ast-grep"
ENDINGS = {
    "bash": "sh", "c": "c", "cpp": "cpp", "csharp": "cs", "dart": "dart", "go": "go", "html": "html", "java": "java",
    "javascript": "js", "kotlin": "kt", "php": "php", "python": "py", "ruby": "rb", "rust": "rs", "scala": "scala",
    "swift": "swift", "tsx": "tsx", "typescript": "ts", "yaml": "yml",
}  # fmt: skip

Hit = tuple[str, int, int, str | None, int, int]
"""File, place of the match, text of the fix and place of what it replaces, in bytes."""


def checks_of(case: dict[str, Any]) -> list[tuple[Check, dict[str, Any]]]:
    """Our reading of a case with the document for the other side, without keys that stop it."""
    pairs = []
    for number, document in enumerate(d for d in yaml.safe_load_all(case["yaml"]) if d):
        known = {key: value for key, value in document.items() if key in OUTER_KEYS}
        (check,), _ = read_checks(known, rule_id="r", languages=())
        name = f"{case['id']}-{number}"
        utils = {"utils": check.config["utils"]} if "utils" in check.config else {}
        rule = {key: check.config[key] for key in ("rule", "constraints") if key in check.config}
        # Utility ids that this version refuses have been given others.
        pairs.append((check, {**known, **rule, **utils, "id": name, "severity": "warning"}))
    return pairs


def sources_of(case: dict[str, Any]) -> list[str]:
    return [*case.get("valid", ()), *case.get("invalid", ()), *(c["source"] for c in case.get("cases", ()))]


@pytest.fixture(scope="module")
def corpus() -> tuple[dict[str, Check], dict[str, dict[str, Any]], dict[str, tuple[str, str]]]:
    """Checks and documents by name, and by file name the language and the text of each source."""
    checks: dict[str, Check] = {}
    documents: dict[str, dict[str, Any]] = {}
    sources: dict[str, tuple[str, str]] = {}
    for case in CASES:
        for check, document in checks_of(case):
            checks[document["id"]], documents[document["id"]] = check, document
        language = check.language
        for text in dict.fromkeys(sources_of(case)):
            sources[f"s{len(sources)}.{ENDINGS[language]}"] = (language, text)
    return checks, documents, sources


@pytest.fixture(scope="module")
def theirs(
    corpus: tuple[dict[str, Check], dict[str, dict[str, Any]], dict[str, tuple[str, str]]],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, list[Hit]], set[str]]:
    """The hits of the checks that ast-grep's program takes, and the names of the others."""
    _, documents, sources = corpus
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "rules").mkdir()
    (folder / "code").mkdir()
    (folder / "sgconfig.yml").write_text("ruleDirs: [rules]\n")
    for name, document in documents.items():
        (folder / "rules" / f"{name}.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    for name, (_, text) in sources.items():
        (folder / "code" / name).write_bytes(text.encode())
    refused: set[str] = set()
    command = [AST_GREP, "scan", "--json=compact", "code"]
    while True:
        run = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=100)
        bad = re.search(r"Cannot parse rule \S*/rules/(.+)\.yml", run.stderr.decode())
        if bad is None:
            break
        refused.add(bad[1])
        (folder / "rules" / f"{bad[1]}.yml").unlink()
    assert run.returncode in {0, 1}, run.stderr.decode()
    found: dict[str, list[Hit]] = defaultdict(list)
    for hit in json.loads(run.stdout):
        place, replaced = hit["range"]["byteOffset"], hit.get("replacementOffsets") or hit["range"]["byteOffset"]
        found[hit["ruleId"]].append(
            (
                Path(hit["file"]).name,
                place["start"],
                place["end"],
                hit.get("replacement"),
                replaced["start"],
                replaced["end"],
            )
        )
    return found, refused


def languages() -> set[str]:
    found = (re.search(r"^language: *(\S+)", case["yaml"], re.MULTILINE) for case in CASES)
    return {canonical(match[1]) or "" for match in found if match}


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_check_does_on_every_source_what_ast_grep_does(
    language: str,
    corpus: tuple[dict[str, Check], dict[str, dict[str, Any]], dict[str, tuple[str, str]]],
    theirs: tuple[dict[str, list[Hit]], set[str]],
) -> None:
    checks, _, sources = corpus
    found, refused = theirs
    assert len(refused) <= len(checks) // 20, refused
    names = [name for name, check in checks.items() if check.language == language and name not in refused]
    files = {name: text for name, (of, text) in sources.items() if of == language}
    linter = Linter(language, tuple(Enforced(name, "", "", checks[name]) for name in names))
    ours: dict[str, list[Hit]] = {name: [] for name in names}
    for file, text in files.items():
        for finding in linter.run(file, text):
            edit = finding.fix.edits[0] if finding.fix else None
            offsets = (finding.start, finding.end, *((edit.start, edit.end) if edit else (finding.start, finding.end)))
            start, end, first, last = (len(text[:offset].encode()) for offset in offsets)
            ours[finding.rule_id].append((file, start, end, edit.new_text if edit else None, first, last))
    assert any(ours.values())
    for name in names:
        # A file of another language can hold this one, such as a page with scripts.
        assert sorted(ours[name]) == sorted(hit for hit in found[name] if hit[0] in files), name
