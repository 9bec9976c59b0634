"""`rulewright review`: against a server that says what it is told to, and against a real one."""

import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.http_server import Asked, Line, serving_beside
from tests.harness.in_process import command
from tests.harness.llamacpp_server import llamacpp
from tests.harness.model_wires import WIRES
from tests.harness.program import PROGRAM, environment, write_files
from tests.harness.reviews import CODE, FILES, breach
from tests.harness.world_git import git

OPENAI = next(wire for wire in WIRES if wire.model.provider == "openai")
PRINT = breach("log", 3, "print(data)", "It prints.")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_files(tmp_path / "shop", {**FILES, "rulewright.toml": ""})


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"RULEWRIGHT_{name}_DIR", str(tmp_path / name.lower()))


def settings(url: str, more: str = "", **model: Any) -> dict[str, str]:
    """The environment of a user whose settings name one model."""
    folder = Path(os.environ["RULEWRIGHT_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    made = {"name": "one", "provider": "openai", "base_url": url, "model": "m", **model}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in made.items())
    (folder / "rulewright.toml").write_text(f"[[models]]\n{lines}\n[rules]\ndefaults = 'never'\n{more}")
    return environment()


@pytest.fixture
def server() -> Iterator[Any]:
    async def answer(asked: Asked, line: Line) -> None:
        if asked.method == "GET":
            await line.reply(b'{"data": [{"id": "m"}]}')
            return
        told = str(asked.json["messages"][-1]["content"])
        await line.head()
        if "never_ends" in told:
            await line.gone()
            return
        said = [PRINT, breach("log", 2, "println()")] if "print(data)" in told else []
        await line.send(OPENAI.answer([json.dumps(said)]))

    with serving_beside(answer) as found:
        yield found


def asked(server: Any) -> list[str]:
    return [one.json["messages"][-1]["content"] for one in server.asked if one.method == "POST"]


def test_findings_are_printed_as_those_of_checks(project: Path, server: Any) -> None:
    env = settings(server.url, price_in=1.0, price_out=1.0)
    done = command(project, "review", "src", env=env)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines[:4] == [
        "src/cart.py:3:5: info log: It prints.",
        "       3 |     print(data)",
        "           The rule: Log, do not print.",
        "           The line: print(data)",
    ]
    assert lines[5].startswith("Reviewed 2 files by 2 rules in ")
    assert lines[5].endswith(" s: 1 finding (1 info).")
    assert lines[6].startswith("2 calls of models, ")
    assert "1 finding of the model names no such rule or line, and was left out." in lines
    assert done.stderr == b""
    # Plain checks know nothing of it, and no call is made twice.
    assert b"nothing to report" in command(project, "check", "src", env=env).stdout
    again = command(project, "review", "src", env=env)
    assert b"2 more answered from before" in again.stdout
    assert len(asked(server)) == 2
    listed = command(project, "receipts", env=env).stdout.decode()
    assert listed.count("review") == 2
    assert command(project, "review", "src", "--no-cache", env=env).returncode == 0
    assert len(asked(server)) == 4


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--fail-on", "info"], 1),
        (["--severity", "warning"], 1),
        (["--severity", "error", "--fail-on", "never"], 0),
        (["--severity", "hint", "--fail-on", "info"], 0),
        (["--set", "review.severity=warning"], 1),
    ],
)
def test_the_exit_code_is_as_severe_as_is_wanted(project: Path, server: Any, options: list[str], code: int) -> None:
    assert command(project, "review", ".", *options, env=settings(server.url)).returncode == code


def test_formats_are_those_of_checks(project: Path, server: Any) -> None:
    env = settings(server.url)

    def said(name: str) -> str:
        return command(project, "review", "src", "--format", name, env=env).stdout.decode()

    record = json.loads(said("json"))
    assert [(f["id"], f["line"], f["severity"]) for f in record["findings"]] == [("log", 3, "info")]
    assert (record["version"], record["summary"]["dropped"], record["not_reviewed"]) == (1, 1, [])
    assert json.loads(command(project, "review", "src", "--json", env=env).stdout)["findings"] == record["findings"]
    assert "::notice file=src/cart.py,line=3,col=5" in said("github")
    (result,) = json.loads(said("sarif"))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("log", "note")
    (entry,) = json.loads(said("gitlab"))
    assert entry["location"]["path"] == "src/cart.py"
    assert [case.get("name") for case in ET.fromstring(said("junit")).iter("testcase")] == ["log", "names"]
    done = command(project, "review", "src", "--format", "sarif", "--output", "found.sarif", env=env)
    assert done.stdout.decode().startswith("src/cart.py:3:5: info log")
    assert json.loads((project / "found.sarif").read_text())["runs"]


def test_only_lines_that_changed_are_in_question(project: Path, server: Any) -> None:
    env = settings(server.url)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "one")
    none = command(project, "review", env=env)
    assert (none.returncode, asked(server)) == (0, [])
    assert b"Nothing has changed since the last commit" in none.stderr
    (project / "src/cart.py").write_text(CODE.replace("return data", "return 2 * data"))
    done = command(project, "review", env=env)
    assert b"3:5" not in done.stdout
    assert b"2 findings of the model name no such rule or line" in done.stdout
    (told,) = asked(server)
    assert "\n>4|     return 2 * data\n" in told
    assert "\n3|     print(data)\n" in told
    (project / "src/cart.py").write_text(CODE.replace("print(data)", "print(data) "))
    assert b"src/cart.py:3:5" in command(project, "review", "--since", "main", "src", env=env).stdout
    assert command(project, "review", "--since", "main", "src/shelf.py", env=env).returncode == 0
    assert len(asked(server)) == 2
    unknown = command(project, "review", "--since", "nothing", env=env)
    assert (unknown.returncode, b"git knows no revision `nothing` here." in unknown.stderr) == (2, True)


def test_a_dry_run_says_what_would_be_sent_and_sends_nothing(project: Path, server: Any) -> None:
    env = settings(server.url, price_in=10.0, price_out=10.0)
    done = command(project, "review", "src", "--dry-run", env=env)
    assert (done.returncode, asked(server)) == (0, [])
    lines = done.stdout.decode().splitlines()
    assert lines[0].split() == ["file", "lines", "rules", "calls", "known", "tokens", "at", "most"]
    assert lines[1].split()[:5] == ["src/cart.py", "4", "names,", "log", "1"]
    assert lines[-1].startswith("2 calls to one, about ")
    assert lines[-1].endswith(" at most. Nothing was sent.")
    record = json.loads(command(project, "review", "src", "--dry-run", "--json", env=env).stdout)
    assert [one["path"] for one in record["planned"]] == ["src/cart.py", "src/shelf.py"]
    assert command(project, "review", "--dry-run", "--format", "sarif", env=env).returncode == 2


def test_what_was_not_reviewed_is_named_and_the_exit_code_says_so(project: Path, server: Any) -> None:
    env = settings(server.url)
    done = command(project, "review", "src", "--max-calls", "1", "--set", "limits.at_once=1", env=env)
    assert done.returncode == 3
    assert b"src/shelf.py:1-2 was not reviewed: This review has made the 1 calls" in done.stderr
    assert b"Not reviewed, as a whole or in part: 1 file." in done.stdout
    # Findings that count say more than that there may be others.
    both = ["review", "src", "--no-cache", "--max-calls", "1", "--set", "limits.at_once=1", "--fail-on", "info"]
    assert command(project, *both, env=env).returncode == 1


def test_faults_have_a_sentence(project: Path) -> None:
    env = settings("http://127.0.0.1:1")
    down = command(project, "review", "src", env=env)
    assert down.returncode == 3
    assert down.stderr.decode().count("The model one does not answer: nobody listens") == 2
    (project / ".aiignore").write_text("src/shelf.py\n")
    withheld = command(project, "review", "src/shelf.py", env=env)
    assert withheld.returncode == 0
    assert b"src/shelf.py is named by .aiignore, so no model sees it." in withheld.stderr
    assert command(project, "review", "no/such.py", env=env).returncode == 2
    outside = command(project, "review", env=env)
    assert (outside.returncode, b"Files and folders can be named instead" in outside.stderr) == (2, True)
    (Path(os.environ["RULEWRIGHT_CONFIG_DIR"]) / "rulewright.toml").write_text("")
    none = command(project, "review", "src", env=env)
    assert (none.returncode, b"No model is set up. `rulewright models list` shows" in none.stderr) == (2, True)
    assert b"no model is set up" in command(project, "review", "src", "--dry-run", env=env).stdout


def test_ctrl_c_stops_the_models_and_prints_what_there_is(project: Path, server: Any) -> None:
    env = settings(server.url)
    write_files(project, {"src/zzz.py": "never_ends = 1\n"})
    process = subprocess.Popen(
        [*PROGRAM, "review", "src", "--json"], cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        while len(asked(server)) < 3:
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, err
    assert b"Interrupted. What was found so far follows" in err
    assert b"Traceback" not in err
    json.loads(out)
    outcomes = [call["outcome"] for call in json.loads(command(project, "receipts", "--json", env=env).stdout)["calls"]]
    assert "stopped" in outcomes


@pytest.mark.slow
def test_a_real_model_that_knows_no_json_is_told_to_be_unreadable(project: Path) -> None:
    with llamacpp() as url:
        env = settings(url, "[review]\nanswer_tokens = 64\n", provider="llamacpp", temperature=0.0)
        done = command(project, "review", "src/cart.py", env=env)
        assert done.returncode == 3, done.stderr
        assert b"src/cart.py:1-4 was not reviewed: " in done.stderr
        (call,) = json.loads(command(project, "receipts", "--json", env=env).stdout)["calls"]
        assert (call["feature"], call["model"]) == ("review", "one")


ROOT = Path(__file__).parents[2]


def test_the_page_and_its_workflow_name_what_there_is(project: Path, server: Any) -> None:
    page, workflow = (ROOT / "docs/review.md").read_text(), (ROOT / "docs/examples/github-review.yml").read_text()
    known = command(project, "review", "--help").stdout.decode()
    assert set(re.findall(r"`(--[a-z-]+)", page)) <= set(re.findall(r"--[a-z-]+", known))
    steps = {step["name"]: step for step in yaml.safe_load(workflow)["jobs"]["review"]["steps"] if "run" in step}
    env = {**environment(OPENAI_API_KEY="x"), "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def shell(name: str, **more: str) -> "subprocess.CompletedProcess[str]":
        script = ["bash", "-e", "-o", "pipefail", "-c", steps[name]["run"]]
        return subprocess.run(script, cwd=project, env={**env, **more}, capture_output=True, text=True, check=False)

    git(project, "init", "-q", "-b", "main")
    git(project, "commit", "-q", "--allow-empty", "-m", "one")
    git(project, "branch", "origin/main")
    assert shell("Name a model").returncode == 0
    written = Path(os.environ["RULEWRIGHT_CONFIG_DIR"]) / "rulewright.toml"
    assert written.read_text().rstrip() in page.replace("\n    ", "\n").replace("\n[limits]\nusd_per_day = 1.0\n", "")
    written.write_text(f'{written.read_text()}base_url = "{server.url}"\n')
    done = shell("Review what changed", GITHUB_BASE_REF="main")
    assert done.returncode == 0, done.stderr
    assert "::notice file=src/cart.py,line=3" in done.stdout
    written.write_text(written.read_text().replace(server.url, "http://127.0.0.1:1"))
    assert shell("Review what changed", GITHUB_BASE_REF="main").returncode == 0
    assert shell("Review what changed", GITHUB_BASE_REF="nothing").returncode == 1
