"""What holds for the repository as a whole."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from rulewright import __version__
from rulewright.adapters.cli.main import cli
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from tests.generate import generated

ROOT = Path(__file__).parents[2]
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    if name
]
TEXTS = [p for p in TRACKED if p.is_file() and p.suffix not in {".png", ".gguf"}]

# Written in parts, so that this file does not hold what it forbids.
REGISTRIES = [
    ("py" + "pi", "org"),
    ("python" + "hosted", "org"),
    ("npm" + "js", "org"),
    ("npm" + "js", "com"),
    ("deb.deb" + "ian", "org"),
]
FORBIDDEN = re.compile(
    "|".join(re.escape(".".join(host)) for host in REGISTRIES)
    + r"|/(?:work|farm)/\w|/root/|/home/(?!user\b|you\b|me\b)\w+/"
)


@pytest.mark.parametrize(("name", "content"), list(generated()), ids=lambda value: value if len(value) < 60 else "")
def test_generated_files_are_fresh(name: str, content: str) -> None:
    assert (ROOT / name).read_text("utf-8") == content, f"{name} is stale: run `make generate`"


def test_no_machine_path_and_no_registry_is_named() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in TEXTS
        if path != Path(__file__)
        for match in FORBIDDEN.finditer(path.read_text("utf-8", "replace"))
    ]
    assert found == []


def test_every_package_folder_is_a_package() -> None:
    folders = {p.parent for p in TRACKED if p.suffix == ".py" and p.is_relative_to(ROOT / "server")}
    assert [str(f) for f in sorted(folders) if not (f / "__init__.py").exists()] == []


def test_every_module_says_what_it_is_for() -> None:
    modules = [p for p in TRACKED if p.suffix == ".py" and p.is_file()]
    assert [str(p.relative_to(ROOT)) for p in modules if not p.read_text("utf-8").startswith(('"""', 'r"""'))] == []


def test_requirements_are_pinned_and_hashed() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        blocks = re.split(r"\n(?=\S)", path.read_text().strip())
        assert blocks
        for block in blocks:
            assert re.match(r"[\w.-]+(\[\w+\])?==\S+", block), f"{path.name}: {block[:60]}"
            assert "--hash=sha256:" in block, f"{path.name}: {block[:60]}"


def test_lock_files_name_no_registry() -> None:
    locks = [path for path in TRACKED if path.name == "package-lock.json"]
    assert len(locks) == 4
    for path in locks:
        packages = json.loads(path.read_text("utf-8"))["packages"]
        assert [name for name, entry in packages.items() if "resolved" in entry] == []
        assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


def test_the_changelog_knows_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


DEFAULTS = sorted((ROOT / "server/rulewright/defaults").rglob("*.md"))


@pytest.mark.parametrize("path", DEFAULTS, ids=lambda p: p.stem)
def test_the_examples_of_a_default_rule_hold(path: Path) -> None:
    parsed = parse(Origin(path.name, path.name, "default"), path.read_bytes())
    assert parsed.problems == ()
    assert parsed.rule is not None
    results = run_examples(parsed.rule)
    assert {r.outcome for r in results} == {"reported", "validated"}


def documented() -> str:
    return (ROOT / "README.md").read_text() + "".join(p.read_text() for p in (ROOT / "docs").glob("*.md"))


def commands() -> list[str]:
    names = []
    for name, command in cli.commands.items():
        nested = getattr(command, "commands", None)
        names += [f"{name} {inner}" for inner in nested] if nested else [name]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"rulewright {command}" in documented()


def test_every_option_of_check_is_documented() -> None:
    options = [o for p in cli.commands["check"].params for o in p.opts if o.startswith("--")]
    assert [o for o in options if o not in documented()] == []


@pytest.mark.parametrize(("name", "limit"), [("ARCHITECTURE.md", 300), ("CONTRIBUTING.md", 200)])
def test_a_document_stays_short(name: str, limit: int) -> None:
    assert len((ROOT / name).read_text().splitlines()) <= limit


def test_paths_named_in_the_documents_exist() -> None:
    mentions = re.compile(r"`((?:server|tests|docs|requirements|\.ci)/[\w./-]*)`")
    documents = [ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md")]
    named = {(d.name, mention) for d in documents for mention in mentions.findall(d.read_text())}
    assert named
    assert sorted(f"{name}: {mention}" for name, mention in named if not (ROOT / mention).exists()) == []
