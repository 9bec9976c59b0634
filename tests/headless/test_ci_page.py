"""The page about CI, and the examples that belong to it, do what they say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.harness.gateways import NO_PRINT
from tests.harness.program import environment, write_files
from tests.harness.world_git import IDENTITY, git

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/ci.md").read_text("utf-8")
FILES = {
    "rulewright.toml": '[rules]\ndefaults = "never"\n',
    ".ai-rules/no-print.md": NO_PRINT,
    "old 🦀.py": "print(1)\n",
    "clean.py": "log(1)\n",
}


@pytest.fixture
def root(tmp_path):
    """A clone with a topic branch that brings one finding."""
    upstream = write_files(tmp_path / "upstream", FILES)
    git(upstream, "init", "-q")
    git(upstream, "add", "--all")
    git(upstream, "commit", "-q", "-m", "first")
    clone = tmp_path / "a clone"
    git(tmp_path, "clone", "-q", str(upstream), str(clone))
    git(clone, "checkout", "-q", "-b", "topic")
    write_files(clone, {"new.py": "print(2)\n", "clean.py": "log(1)\nlog(2)\n"})
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", "topic")
    return clone


def block(language, containing):
    """The one block of code of the page that holds some text."""
    (found,) = [b for b in re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if containing in b]
    return found


def shell(root, script, **variables):
    """Run a script as CI does, with our own program on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=root,
        env=environment(PATH=path, CI="true", **IDENTITY, **variables),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_client_of_the_page_prints_what_there_is_to_find(root):
    client = block("python", "workspace/diagnostic")
    assert len(client.splitlines()) <= 45
    (root.parent / "findings.py").write_text(client, "utf-8")
    done = shell(root, f"python ../findings.py '{root}'")
    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(done.stdout.splitlines()) == [
        f"{(root / 'new.py').as_uri()}:1: no-print: Use the log",
        f"{(root / 'old 🦀.py').as_uri()}:1: no-print: Use the log",
    ]


def github_steps(event):
    workflow = yaml.safe_load((ROOT / "docs/examples/github-actions.yml").read_text("utf-8"))
    for step in workflow["jobs"]["check"]["steps"]:
        if "run" in step and step["name"] != "Install" and step["if"] == f"github.event_name == '{event}'":
            yield step["run"]


def test_the_workflow_annotates_what_a_pull_request_brings(root):
    (script,) = github_steps("pull_request")
    done = shell(root, script, GITHUB_BASE_REF="main", GITHUB_WORKSPACE=str(root))
    assert done.returncode == 1
    first, summary, _ = done.stdout.splitlines()
    assert first.startswith("::warning file=new.py,line=1,col=1,endLine=1,endColumn=9,title=no-print::new.py:1:1: ")
    assert summary.startswith("Checked 2 files with 1 rule in ")
    assert block("yaml", "fetch-depth").count(script) == 1


def test_the_workflow_gives_code_scanning_everything(root):
    (script,) = github_steps("push")
    done = shell(root, script)
    assert done.returncode == 0
    results = yaml.safe_load((root / "rulewright.sarif").read_text("utf-8"))["runs"][0]["results"]
    assert len(results) == 2
    assert "new.py:1:1: warning no-print" in done.stdout


def test_the_job_of_gitlab_writes_a_code_quality_report(root):
    job = yaml.safe_load((ROOT / "docs/examples/gitlab-ci.yml").read_text("utf-8"))["rulewright"]
    install, check = job["script"]
    assert install == 'python -m pip install "$RULEWRIGHT"'
    base = git(root, "rev-parse", "origin/main").strip()
    done = shell(root, check, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, CI_PROJECT_DIR=str(root))
    assert done.returncode == 1
    (issue,) = yaml.safe_load((root / job["artifacts"]["reports"]["codequality"]).read_text("utf-8"))
    assert issue["location"] == {"path": "new.py", "lines": {"begin": 1, "end": 1}}
    assert issue["check_name"] == "no-print"


def test_the_stage_of_jenkins_writes_the_results_that_it_publishes(root):
    pipeline = (ROOT / "docs/examples/Jenkinsfile").read_text("utf-8")
    _, check = re.findall(r"sh '(.*)'", pipeline)
    (published,) = re.findall(r"junit '(.*)'", pipeline)
    assert shell(root, check.removeprefix(".venv/bin/")).returncode == 1
    assert (root / published).read_text("utf-8").count("<failure ") == 2


def test_the_commands_about_baselines_do_as_they_are_told(root):
    commands = re.findall(r"^\$ (.*)$", block("console", "--write-baseline"), re.MULTILINE)
    assert [shell(root, command).returncode for command in commands] == [0, 0, 0]
    assert shell(root, "rulewright check").returncode == 1


def test_hooks_of_our_own_and_of_the_page_start_the_same_command():
    own = {h["id"]: h for h in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    (local,) = yaml.safe_load(block("yaml", "repo: local"))["repos"][0]["hooks"]
    named = yaml.safe_load((ROOT / "docs/examples/pre-commit-config.yaml").read_text("utf-8"))["repos"][0]["hooks"]
    assert [h["id"] for h in named] == ["rulewright"]
    same = ("id", "name", "entry", "types", "require_serial")
    assert {k: local[k] for k in same} == {k: own["rulewright"][k] for k in same}
    assert own["rulewright-fix"]["entry"] == own["rulewright"]["entry"] + " --fix"


def test_a_shallow_clone_is_told_what_to_fetch(root, tmp_path):
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=topic", root.as_uri(), str(shallow))
    git(shallow, "fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main")
    for revision in ("origin/main", "origin/other"):
        done = shell(shallow, f"rulewright check --since {revision}")
        assert done.returncode == 2
        assert "`fetch-depth: 0`" in done.stderr
        assert done.stdout == ""
