"""`rulewright doctor` on installations, projects and editors that are well and that are not."""

import json
import os
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

from rulewright.adapters.cli.doctor import DoctorRecord
from rulewright.processes import own_python
from rulewright.services import machine
from tests.harness.in_process import command
from tests.harness.program import ServerProcess, environment, write_files
from tests.harness.wait import until

RULE = "---\nglobs: ['*.py']\n---\nBe kind.\n"


@pytest.fixture(autouse=True)
def _no_editor_of_another_test(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("RULEWRIGHT_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    # Where this is switched off, it depends on what else ran whether there is byte code, and so whether all is well.
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def examined(root: Path, **env: str) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The exit code, and by area the states and sentences."""
    done = command(root, "doctor", "--json", env=environment(**env))
    record = json.loads(done.stdout)
    jsonschema.validate(record, msgspec.json.schema(DoctorRecord))
    areas: dict[str, list[tuple[str, str]]] = {}
    for remark in record["remarks"]:
        assert remark["help"] or remark["state"] != "error", "what is broken comes with what to do about it"
        areas.setdefault(remark["area"], []).append((remark["state"], remark["text"]))
    return done.returncode, areas


def test_all_is_well(tmp_path: Path) -> None:
    write_files(tmp_path, {".ai-rules/a.md": RULE, "a.py": "x = 1\n"})
    code, areas = examined(tmp_path)
    assert code == 0
    assert [remark for remarks in areas.values() for remark in remarks if remark[0] not in {"ok", "note"}] == []
    assert areas["rules"] == [("ok", "1 rule of the project in force.")]
    assert areas["index"][0][0] == "note"
    assert "No editor was served yet." in areas["editor"][0][1]
    command(tmp_path, "index", "build")
    assert examined(tmp_path)[1]["index"][0][0] == "ok"
    text = command(tmp_path, "doctor").stdout.decode()
    assert text.rstrip().endswith("All is well.")


def test_a_project_in_disorder(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            ".ai-rules/good.md": RULE,
            ".ai-rules/bad.md": "---\nglobs: [\n---\n",
            "rulewright.toml": "[check]\njobs = 'many'\n[models]\nurl = 'https://evil.example'\n",
        },
    )
    code, areas = examined(tmp_path)
    assert code == 1
    assert [state for state, _ in areas["rules"]] == ["error", "ok"]
    assert ".ai-rules/bad.md" in areas["rules"][0][1]
    assert [state for state, _ in areas["settings"]] == ["error"]
    assert "check.jobs" in areas["settings"][0][1]
    assert [state for state, _ in areas["trust"]] == ["warning", "note"]
    assert "evil.example" not in str(areas)


def test_a_cache_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    code, areas = examined(tmp_path, RULEWRIGHT_CACHE_DIR=str(tmp_path / "file" / "cache"))
    assert code == 0, "it works all the same, from memory"
    assert areas["cache"][0][0] == "warning"
    assert areas["index"][0][0] == "warning"


@pytest.mark.slow
def test_the_editor_that_was_served_last(tmp_path: Path) -> None:
    state = Path(os.environ["RULEWRIGHT_STATE_DIR"])
    with ServerProcess(tmp_path) as server:
        server.begin()
        until((state / "last-editor.json").exists)
        server.end()
    _, areas = examined(tmp_path)
    assert areas["editor"][0] == ("ok", "The editor counts characters in utf-32.")
    assert any("pushed to it" in text for _, text in areas["editor"])
    (state / "last-editor.json").write_text("{")
    assert "No editor was served yet." in examined(tmp_path)[1]["editor"][0][1]


def test_a_server_that_does_not_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write_files(tmp_path, {"rulewright/__init__.py": "", "rulewright/__main__.py": "raise SystemExit('no such thing')"})
    monkeypatch.setattr(own_python, "HOME", str(tmp_path))
    remark = machine.examine_server()
    assert (remark.state, remark.text) == ("error", "The server does not start: no such thing.")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    assert "does not answer" in machine.examine_server().text


def test_packages_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        machine, "requires", lambda _: ["click>=8", "tree-sitter-go==0.1", "no-such-package==1", "x; extra == 'y'"]
    )
    (remark,) = machine._packages()
    assert remark.state == "error"
    assert "tree-sitter-go is 0.25.0, and should be 0.1" in remark.text
    assert "no-such-package is not installed" in remark.text
