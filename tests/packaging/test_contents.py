"""What is in the packages, and what they say of themselves."""

import email
import re
import subprocess
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from rulewright import __version__
from rulewright.core.frameworks import FRAMEWORKS
from rulewright.core.languages import CHECKABLE
from tests.harness.packages import ROOT, Packages, build
from tests.tidy.test_tidy import FORBIDDEN

PACKAGE = "server/rulewright/"
MAX_WHEEL_KB = 2000
DATA = {".scm", ".toml", ".json", ".md", ".txt", ".typed"}


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Packages:
    return build(tmp_path_factory.mktemp("dist"))


def tracked() -> set[str]:
    """The files of the package that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", PACKAGE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return {name for name in listed.split("\0") if name and (ROOT / name).is_file()}


def wheel_names(packages: Packages) -> set[str]:
    with zipfile.ZipFile(packages.wheel) as archive:
        return set(archive.namelist())


def metadata(packages: Packages) -> Message:
    with zipfile.ZipFile(packages.wheel) as archive:
        return email.message_from_bytes(archive.read(f"rulewright-{__version__}.dist-info/METADATA"))


def test_the_wheel_holds_the_package_and_nothing_else(packages: Packages) -> None:
    names = wheel_names(packages)
    about = {name for name in names if name.startswith(f"rulewright-{__version__}.dist-info/")}
    assert {Path(name).name for name in about} == {"METADATA", "WHEEL", "entry_points.txt", "LICENSE", "RECORD"}
    assert {f"server/{name}" for name in names - about} == tracked()


def test_what_is_not_code_is_in_the_wheel_too(packages: Packages) -> None:
    names = wheel_names(packages)
    endings = {Path(name).suffix for name in names if name.startswith("rulewright/")}
    assert {".py", ".scm", ".toml", ".json", ".md", ".typed"} <= endings <= {*DATA, ".py"}
    assert {"rulewright/py.typed", "rulewright/adapters/lsp/capabilities.json"} <= names
    assert {"rulewright/core/index/queries/python.scm", "rulewright/core/complete/data/python.toml"} <= names
    default_languages = {name.split("/")[2] for name in names if name.startswith("rulewright/defaults/")}
    assert default_languages
    assert default_languages <= set(CHECKABLE)
    frameworks = {name.split("/")[2] for name in names if name.startswith("rulewright/frameworks/")}
    assert frameworks == {framework.name for framework in FRAMEWORKS}


def test_the_wheel_is_small_and_for_every_platform(packages: Packages) -> None:
    assert packages.wheel.name == f"rulewright-{__version__}-py3-none-any.whl"
    assert packages.wheel.stat().st_size < MAX_WHEEL_KB * 1000


def test_the_source_package_holds_the_same_files(packages: Packages) -> None:
    with tarfile.open(packages.source) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    beside = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "PKG-INFO", ".gitignore"}
    assert names == tracked() | beside


def test_a_package_is_the_same_whoever_builds_it(packages: Packages, tmp_path: Path) -> None:
    again = build(tmp_path)
    assert again.wheel.read_bytes() == packages.wheel.read_bytes()
    assert again.source.read_bytes() == packages.source.read_bytes()


def test_the_metadata_is_complete(packages: Packages) -> None:
    about = metadata(packages)
    assert (about["Name"], about["Version"]) == ("rulewright", __version__)
    assert (about["License-Expression"], about["License-File"]) == ("MIT", "LICENSE")
    assert about["Requires-Python"] == ">=3.11"
    assert about["Description-Content-Type"] == "text/markdown"
    assert len(about["Summary"]) < 120
    versions = [c for c in about.get_all("Classifier", []) if re.search(r"Python :: 3\.\d+$", c)]
    assert [c.rpartition(" ")[2] for c in versions] == ["3.11", "3.12", "3.13"]
    assert about.get_all("Provides-Extra") == ["languages", "mcp"]
    assert FORBIDDEN.search(about.as_string()) is None


def test_grammars_are_pinned_and_nothing_of_the_tests_is_required(packages: Packages) -> None:
    required = metadata(packages).get_all("Requires-Dist", [])
    grammars = [r for r in required if re.match(r"tree-sitter-", r)]
    assert len(grammars) > 35
    assert all("==" in r for r in grammars)
    assert not [r for r in required if re.match(r"pytest|hypothesis|ruff|mypy|hatchling|editables|frizbee", r)]


def test_what_is_installed_from_a_checkout_is_what_the_package_requires(packages: Packages) -> None:
    required = {_name(r): _rest(r) for r in metadata(packages).get_all("Requires-Dist", []) if "extra ==" not in r}
    checkout = {_name(r): _rest(r) for r in (ROOT / "requirements/run.in").read_text().splitlines() if r[:1].isalnum()}
    tools = {"hatchling", "editables"}
    assert set(checkout) - tools == set(required)
    grammars = {name for name in required if name.startswith("tree-sitter-")}
    assert {n: checkout[n] for n in grammars} == {n: required[n] for n in grammars}


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower()


def _rest(requirement: str) -> str:
    """Version and markers, without blanks and with one kind of quotes."""
    return requirement[len(_name(requirement)) :].replace(" ", "").replace('"', "'")
