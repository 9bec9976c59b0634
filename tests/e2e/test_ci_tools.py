"""The examples for CI under the tools that read them: pre-commit, pip, and the schemas of GitHub and GitLab."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.harness.gateways import NO_PRINT
from tests.harness.program import write_files
from tests.harness.world_git import IDENTITY, git

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs/examples"
PROJECT = {
    "rulewright.toml": '[rules]\ndefaults = "never"\n',
    ".ai-rules/no-print.md": NO_PRINT,
    "clean.py": "log(1)\n",
}


def run(root, *command, **variables):
    """Run a tool, without what this suite's own environment would lend it."""
    environ = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return subprocess.run(
        command, cwd=root, env={**environ, **IDENTITY, **variables}, capture_output=True, text=True, check=False
    )


def tool(root, module, *arguments, **variables):
    return run(root, sys.executable, "-m", module, *arguments, **variables)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A repository with this version, as `v0.1.0`."""
    root = tmp_path_factory.mktemp("released") / "rulewright"
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PACKAGED)
    names = [name for name in listed.split("\0") if name and (ROOT / name).exists()]
    write_files(root, {name: (ROOT / name).read_bytes() for name in names})
    git(root, "init", "-q")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "release")
    git(root, "tag", "v0.1.0")
    return root


PACKAGED = ["server", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".pre-commit-hooks.yaml"]


@pytest.fixture
def project(tmp_path):
    root = write_files(tmp_path / "a project 🦀", PROJECT)
    git(root, "init", "-q")
    git(root, "add", "--all")
    git(root, "commit", "-q", "-m", "first")
    return root


@pytest.mark.parametrize(
    ("schema", "name"), [("github-workflows", "github-actions.yml"), ("gitlab-ci", "gitlab-ci.yml")]
)
def test_the_schemas_of_the_services_accept_the_examples(tmp_path, schema, name):
    checked = tool(tmp_path, "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(EXAMPLES / name))
    assert (checked.returncode, checked.stderr) == (0, "")
    broken = (EXAMPLES / name).read_text("utf-8").replace("script:", "skript:").replace("runs-on:", "runs_on:")
    write_files(tmp_path, {name: broken})
    assert tool(tmp_path, "check_jsonschema", "--builtin-schema", f"vendor.{schema}", name).returncode == 1


def test_pre_commit_keeps_a_finding_out_and_mends_it(project, released, tmp_path):
    example = (EXAMPLES / "pre-commit-config.yaml").read_text("utf-8")
    (home,) = re.findall(r"repo: (\S+)", example)
    config = example.replace(home, released.as_uri())
    write_files(project, {".pre-commit-config.yaml": config, "new.py": "print(1)\n", "blob.bin": b"\0"})
    variables = {"PRE_COMMIT_HOME": str(tmp_path / "home")}
    installed = tool(project, "pre_commit", "install", **variables)
    assert installed.returncode == 0, installed.stderr
    git(project, "add", "--all")
    refused = run(project, "git", "commit", "-m", "new", **variables)
    assert refused.returncode == 1, refused.stderr
    assert "new.py:1:1: warning no-print: Use the log" in refused.stderr + refused.stdout
    assert git(project, "log", "--format=%s").split() == ["first"]

    write_files(
        project, {".pre-commit-config.yaml": re.sub(r"(- id: rulewright)$", r"\1-fix", config, flags=re.MULTILINE)}
    )
    mended = tool(project, "pre_commit", "run", "--all-files", **variables)
    assert "files were modified by this hook" in mended.stdout
    assert (project / "new.py").read_text() == "log(1)\n"
    git(project, "add", "--all")
    done = run(project, "git", "commit", "-m", "new", **variables)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_installs_and_checks_from_nothing(project, released, tmp_path):
    """All that a runner does of the workflow by itself, in order: every `run`, in an environment of its own."""
    workflow = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text("utf-8"))
    git(project, "checkout", "-q", "-b", "topic")
    git(project, "update-ref", "refs/remotes/origin/main", "main")
    write_files(project, {"new.py": "print(1)\n"})
    venv = tmp_path / "runner"
    assert tool(tmp_path, "venv", str(venv)).returncode == 0
    variables = {
        **workflow["env"],
        "RULEWRIGHT": str(released),
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "GITHUB_BASE_REF": "main",
        "GITHUB_WORKSPACE": str(project),
        "CI": "true",
    }
    steps = [s for s in workflow["jobs"]["check"]["steps"] if "run" in s]
    done = {s["name"]: run(project, "bash", "-e", "-o", "pipefail", "-c", s["run"], **variables) for s in steps}
    assert {name: step.returncode for name, step in done.items()} == {
        "Install": 0,
        "Check what changed": 1,
        "Check everything": 0,
    }, done
    assert done["Check what changed"].stdout.startswith("::warning file=new.py,line=1,")
    assert '"ruleId": "no-print"' in (project / "rulewright.sarif").read_text("utf-8")
