"""Files that a rule names: only those below its rules folder, and only whole, small, regular ones."""

import os
from pathlib import Path

import pytest

from rulewright.core.rules.check_sources import MAX_CHECK_FILE_BYTES
from rulewright.core.rules.load import load
from rulewright.services.files import ProjectRuleFiles

CHECK = "rule: { pattern: f() }\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "app/.ai-rules/python").mkdir(parents=True)
    (folder / "app/.ai-rules/checks.yml").write_text(CHECK)
    (folder / "outside.yml").write_text(CHECK)
    (tmp_path / "elsewhere.yml").write_text(CHECK)
    return folder


def problems(root: Path, name: str, defaults: Path | None = None) -> list[str]:
    """What is wrong with a rule that names a file; nothing where its check is read."""
    files = ProjectRuleFiles(root, defaults=defaults)
    origin = files.origin("app/.ai-rules/python/a.md")
    assert origin is not None
    text = f"---\nlanguage: python\ncheck_file: {name!r}\n---\n"
    seen = load(origin, text.encode(), lambda named: files.beside(origin, named))
    assert seen.parsed.rule is not None
    told = [located.problem.message for located in seen.parsed.problems]
    assert len(seen.parsed.rule.checks) + len(told) == 1
    return told


@pytest.mark.parametrize("name", ["../checks.yml", "./../checks.yml", "../python/../checks.yml", "../inside.yml"])
def test_a_file_below_the_rules_folder_is_read(root: Path, name: str) -> None:
    (root / "app/.ai-rules/inside.yml").symlink_to("checks.yml")
    assert problems(root, name) == []


@pytest.mark.parametrize(
    "name",
    ["../../../outside.yml", "../../../../elsewhere.yml", "/etc/hostname", "../../.ai-rules-2/a.yml", "../.."],
)
def test_no_path_leads_out(root: Path, name: str) -> None:
    (told,) = problems(root, name)
    assert told == f"The checks in `{name}` are not used: it lies outside of `.ai-rules/`."


@pytest.mark.parametrize("target", ["../../outside.yml", "/etc/hostname", "../../../elsewhere.yml"])
def test_no_link_leads_out(root: Path, target: str) -> None:
    (root / "app/.ai-rules/link.yml").symlink_to(target)
    (told,) = problems(root, "../link.yml")
    assert "it is a link that leads out of `.ai-rules/`" in told


def test_no_link_of_a_folder_leads_out(root: Path) -> None:
    (root / "app/.ai-rules/folder").symlink_to("../..")
    (told,) = problems(root, "../folder/outside.yml")
    assert "a link that leads out" in told


def test_what_is_no_regular_file_is_not_opened(root: Path) -> None:
    os.mkfifo(root / "app/.ai-rules/pipe.yml")
    assert "it is not a regular file" in problems(root, "../pipe.yml")[0]
    assert "it is not a regular file" in problems(root, "..")[0]


def test_a_file_has_a_size(root: Path) -> None:
    file = root / "app/.ai-rules/checks.yml"
    file.write_text(CHECK + "#" * (MAX_CHECK_FILE_BYTES - len(CHECK)))
    assert problems(root, "../checks.yml") == []
    file.write_text(CHECK + "#" * (MAX_CHECK_FILE_BYTES - len(CHECK) + 1))
    assert "it has more than 100,000 bytes" in problems(root, "../checks.yml")[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"rule: \xff", "it is not UTF-8 (byte 6)"),
        (b"rule: [", "is not valid YAML"),
        (b"[" * 100_000, "is not valid YAML"),
        (
            b"metadata: [&a [%s], &b [%s], &c [%s], [%s]]"
            % tuple(b", ".join([item] * 10) for item in (b"x", b"*a", b"*b", b"*c")),
            "too large",
        ),
        (b"rule: &r {not: *r}", "too large or nested too deeply"),
        (b"rule: !!python/object:os.system {}", "could not determine a constructor"),
        (b"when: 2026-99-99", "is not valid YAML"),
    ],
)
def test_what_a_file_holds_is_only_data(root: Path, data: bytes, says: str) -> None:
    (root / "app/.ai-rules/checks.yml").write_bytes(data)
    (told,) = problems(root, "../checks.yml")
    assert says in told


def test_a_default_rule_names_files_of_the_defaults_only(root: Path, tmp_path: Path) -> None:
    defaults = tmp_path / "defaults"
    (defaults / "python").mkdir(parents=True)
    (defaults / "python/a.md").write_text("---\nlanguage: python\ncheck_file: a.yml\n---\n")
    (defaults / "python/a.yml").write_text(CHECK)
    files = ProjectRuleFiles(root, defaults=defaults)
    (origin,) = (o for o in files.list() if o.source == "default")
    assert files.beside(origin, "a.yml") == CHECK.encode()
    with pytest.raises(OSError, match="outside"):
        files.beside(origin, "../../elsewhere.yml")


def test_a_name_that_no_system_takes_is_told(root: Path) -> None:
    assert "File name too long" in problems(root, "x" * 300)[0]
    files = ProjectRuleFiles(root, defaults=None)
    origin = files.origin("app/.ai-rules/python/a.md")
    assert origin is not None
    with pytest.raises(OSError, match="outside"):
        files.beside(origin, "a\0b")
