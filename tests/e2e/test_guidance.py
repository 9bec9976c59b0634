"""Guidance that real packages ship: a Python distribution and an npm package, installed as their users install them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness import nodejs
from tests.harness.program import command, write_files

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

PLACE = Path(__file__).parent / "guidance"
FILES = {
    ".git/HEAD": "",
    "pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi"]\n',
    "shop/main.py": "x = 1\n",
    "web/src/routes.ts": "export const x = 1\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A project with both packages installed, and the paths of all that was there before anything looked."""
    root = write_files(tmp_path_factory.mktemp("guidance") / "my shöp 🛒", FILES)
    run(sys.executable, "-m", "venv", root / ".venv")
    python = root / ".venv" / "bin" / "python"
    run(python, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes", "-r", PLACE / "requirements.txt")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(PLACE / name, root / "web" / name)
    nodejs.install(root / "web")
    return root


def run(*arguments):
    subprocess.run(arguments, check=True, capture_output=True, timeout=300)


def test_what_they_ship_is_listed_and_nothing_counts(shop):
    listed = json.loads(command(shop, "rules", "packages", "--json").stdout)["packages"]
    found = {p["name"]: p for p in listed}
    assert {"python/fastapi", "npm/@tanstack/router-core"} <= found.keys()
    assert found["python/fastapi"]["folder"] == ""
    assert found["npm/@tanstack/router-core"]["folder"] == "web"
    assert all(p["version"] and p["tokens"] > 100 and not p["is_allowed"] for p in listed)
    assert rules(shop, "shop/main.py") == {}


def rules(root, path, *allow):
    """Verdicts of the rules of packages, by id."""
    options = ["--set", f"packages.allow={','.join(allow)}", "--set", "packages.max_kb=500"] if allow else []
    why = json.loads(command(root, "rules", "why", path, "--json", *options).stdout)
    return {r["id"]: r for r in why["rules"] if r["source"] == "dependency"}


def test_what_is_allowed_is_a_rule_that_says_where_it_is_from(shop):
    python = rules(shop, "shop/main.py", "fastapi")
    skill = python["python/fastapi/skills/fastapi"]
    assert (skill["verdict"], skill["reason"]) == (
        "not_applied",
        "it has no globs; a model may ask for it by its description",
    )
    assert (shop / skill["path"]).is_file()
    assert {"skills/fastapi"} <= {name.removeprefix("python/fastapi/") for name in python}
    npm = rules(shop, "web/src/routes.ts", "npm/@tanstack/router-core")
    assert npm
    assert all(name.startswith("npm/@tanstack/router-core/skills/") for name in npm)
    assert {r["verdict"] for r in npm.values()} == {"not_applied"}


def test_what_is_read_has_no_errors(shop):
    options = ["--set", "packages.allow=fastapi,@tanstack/router-core", "--set", "packages.max_kb=500"]
    listed = json.loads(command(shop, "rules", "list", "--json", *options).stdout)["rules"]
    shipped = [r for r in listed if r["source"] == "dependency"]
    assert len(shipped) > 3
    assert {r["status"] for r in shipped} == {"active"}


def test_no_code_of_a_package_is_run(shop):
    (init,) = shop.glob(".venv/lib/python3*/site-packages/fastapi/__init__.py")
    before = init.read_text("utf-8")
    init.write_text(f"open({str(shop / 'it-was-run')!r}, 'w')\n", "utf-8")
    rules(shop, "shop/main.py", "fastapi")
    command(shop, "rules", "packages")
    init.write_text(before, "utf-8")
    assert not (shop / "it-was-run").exists()
