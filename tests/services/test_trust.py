"""Which projects are trusted, and what is read of templates."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rulewright.core.config import Settings
from rulewright.core.rules.book import RuleBook
from rulewright.core.snapshot import Project
from rulewright.features.prompt import Asked
from rulewright.privacy_gateway import PrivacyGateway
from rulewright.prompt_gateway import PromptGateway
from rulewright.services.files.walk import is_ignored
from rulewright.services.git import ignores
from rulewright.services.templates import TemplateUnreadable, read_template_file
from rulewright.services.trust import NAME, Held, TrustUnreadable, revoke, trust, trust_of, trusted_projects
from tests.harness.program import environment, write_files
from tests.harness.world_git import git

NOTHING = Held({}, {})


def is_trusted(config: Path, root: Path) -> bool:
    return trust_of(config, root, NOTHING) == "trusted"


def test_trust_is_kept_and_taken_back(tmp_path: Path) -> None:
    config, a, b = tmp_path / "config", tmp_path / "a", tmp_path / "b"
    assert not is_trusted(config, a)
    assert trust(config, b, NOTHING)
    assert trust(config, a, NOTHING)
    assert not trust(config, a, NOTHING), "it is trusted already"
    assert trusted_projects(config) == (os.path.realpath(a), os.path.realpath(b))
    assert revoke(config, a)
    assert not revoke(config, a)
    assert (is_trusted(config, a), is_trusted(config, b)) == (False, True)
    assert [p.name for p in config.iterdir()] == [NAME]


def test_a_link_has_the_trust_of_what_it_leads_to_and_a_folder_inside_has_none(tmp_path: Path) -> None:
    config, real = tmp_path / "config", tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    trust(config, tmp_path / "link", NOTHING)
    assert is_trusted(config, real)
    assert not is_trusted(config, real / "inside")
    (tmp_path / "link").unlink()
    (tmp_path / "other").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "other")
    assert not is_trusted(config, tmp_path / "link"), "another project in its place is not trusted"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "not JSON", '{"version": 1}', '{"version": 2, "projects": []}', '{"version": 1, "projects": 3}'],
)
def test_what_cannot_be_read_trusts_nothing_and_is_not_overwritten(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    assert not is_trusted(tmp_path, tmp_path)
    with pytest.raises(TrustUnreadable, match=r"trusted-projects\.json"):
        trust(tmp_path, tmp_path, NOTHING)
    with pytest.raises(TrustUnreadable, match=r"trusted-projects\.json"):
        revoke(tmp_path, tmp_path)
    assert (tmp_path / NAME).read_text() == content


def test_trust_is_in_what_the_project_said_then(tmp_path: Path) -> None:
    config, root = tmp_path / "config", tmp_path / "a"
    held = Held({"models": [{"base_url": "https://one"}]}, {".ai-rules/templates/prompt.md": "{{task}}"})
    assert trust(config, root, held)
    assert trust_of(config, root, held) == "trusted"
    for other in (
        Held({"models": [{"base_url": "https://two"}]}, held.templates),
        Held(held.settings, {**held.templates, ".ai-rules/templates/prompt.md": "{{task}} "}),
        NOTHING,
    ):
        assert trust_of(config, root, other) == "changed"
    assert trust(config, root, NOTHING), "it is asked for again"
    assert trust_of(config, root, held) == "changed"


def test_what_was_trusted_before_fingerprints_is_asked_for_again(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(f'{{"version": 1, "projects": ["{tmp_path.resolve().as_posix()}"]}}')
    assert trust_of(tmp_path, tmp_path, NOTHING) == "changed"
    assert trust(tmp_path, tmp_path, NOTHING)
    assert trust_of(tmp_path, tmp_path, NOTHING) == "trusted"


def test_a_template_is_a_regular_file_of_the_project(tmp_path: Path) -> None:
    root = write_files(tmp_path / "root", {"good.md": "\ufeffgood", "bytes.md": b"\xff", "long.md": "x" * 256_001})
    (tmp_path / "outside.md").write_text("secret")
    (root / "link.md").symlink_to(tmp_path / "outside.md")
    (root / "folder.md").mkdir()
    os.mkfifo(root / "pipe.md")
    assert read_template_file(root / "good.md", root) == "good"
    assert read_template_file(root / "none.md", root) is None
    assert read_template_file(root / "good.md" / "none.md", root) is None
    for name, why in (
        ("bytes.md", "is not UTF-8"),
        ("long.md", "has 256,001 bytes"),
        ("link.md", "leads out of the project"),
        ("folder.md", "is not a regular file"),
        ("pipe.md", "is not a regular file"),
    ):
        with pytest.raises(TemplateUnreadable, match=why):
            read_template_file(root / name, root)
    assert read_template_file(root / "link.md") == "secret", "the user may keep theirs anywhere"


IGNORED = ("build/x.py", "a.log", "deep/er/b.log", "deep/own.txt")
NOT_IGNORED = ("a.py", "keep.log", "deep/own.py", "builder/x.py", "not/there/yet.py")


def test_git_and_the_ignore_files_agree(tmp_path: Path) -> None:
    write_files(tmp_path, {".gitignore": "build/\n*.log\n!keep.log\n", "deep/.gitignore": "own.txt\n"})
    for path in IGNORED:
        assert is_ignored(tmp_path, path), path
        assert ignores(tmp_path, path) is None, "there is no repository"
    assert not [path for path in NOT_IGNORED if is_ignored(tmp_path, path)]
    git(tmp_path, "init", "-q")
    assert [ignores(tmp_path, path) for path in (*IGNORED, *NOT_IGNORED)] == [True] * 4 + [False] * 5
    assert ignores(tmp_path, ":(top)odd") is False
    assert ignores(tmp_path, "nul\0") is None


def shown(root: Path, path: str) -> tuple[bool, tuple[str, ...]]:
    """Whether the content of a file is in a prompt about it, and what is said."""
    project = Project(root.as_posix(), Settings(), RuleBook())
    prompt = PromptGateway(root.parent / "config").prompt(project, Asked(path=path, task="Look."))
    return any(part.kind == "file" for part in prompt.parts), prompt.remarks


def test_no_link_shows_what_may_not_be_shown(tmp_path: Path) -> None:
    root = write_files(
        tmp_path / "root",
        {
            ".env": "KEY=1",
            ".gitignore": "private/\n",
            "private/x.py": "secret = 1\n",
            "a.py": "a = 1\n",
            "nul.py": b"\0",
        },
    )
    write_files(tmp_path, {"outside/x.py": "outside = 1\n"})
    for name, target in (("env.txt", ".env"), ("fine.py", "a.py"), ("x.py", "private/x.py"), ("out", "../outside")):
        (root / name).symlink_to(target)
    (root / "loop.py").symlink_to("loop.py")
    assert shown(root, "a.py") == (True, ())
    assert shown(root, "fine.py") == (True, ())
    for path, why in (
        ("env.txt", "has the name of a file with secrets"),
        (".env", "has the name of a file with secrets"),
        ("x.py", "is ignored by git"),
        ("private/x.py", "is ignored by git"),
        ("out/x.py", "leads out of the project"),
        ("loop.py", "loop.py"),
        ("nul.py", "binary"),
        ("new.py", "does not exist yet"),
    ):
        is_shown, remarks = shown(root, path)
        assert not is_shown, path
        assert why in remarks[0], remarks


def test_what_changes_while_somebody_looks_is_not_trusted(tmp_path: Path) -> None:
    root = write_files(tmp_path / "root", {"rulewright.toml": "[models]\nurl = 'https://one'\n", ".git/HEAD": ""})
    door = PrivacyGateway(tmp_path / "config")
    plan = door.plan_trust(root)
    assert plan.state == "none"
    assert "https://one" in plan.allows[0]
    (root / "rulewright.toml").write_text("[models]\nurl = 'https://two'\n")
    with pytest.raises(TrustUnreadable, match="changed while it was looked at"):
        door.trust(root, plan)
    assert door.trusted() == ()
    assert door.trust(root, door.plan_trust(root)) == (plan.root, True)
    assert door.trust_of(root.as_posix()) == "trusted"


def test_two_programs_that_trust_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from rulewright.services import trust\n"
        "for number in range(25):\n"
        "    trust.trust(Path(sys.argv[1]), Path(f'/project/{sys.argv[2]}{number}'), trust.Held({}, {}))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    both = [subprocess.Popen([*command, name], env=environment()) for name in ("a", "b")]
    assert [one.wait(60) for one in both] == [0, 0]
    assert len(trusted_projects(tmp_path)) == 50


def test_what_is_said_of_trust_is_what_is_known_of_the_project(tmp_path: Path) -> None:
    root = write_files(tmp_path / "root", {".git/HEAD": ""})
    door = PrivacyGateway(tmp_path / "config")

    def said() -> tuple[str, str]:
        remark = door.examine_trust(root.as_posix())
        return remark.state, remark.text

    nothing = ("ok", "This project holds nothing that needs trust.")
    assert said() == nothing
    write_files(
        root, {"rulewright.toml": "[models]\nurl = 'https://one'\n", ".ai-rules/templates/prompt.md": "{{task}}"}
    )
    assert said() == ("note", "This project is not trusted; without effect: 1 setting and 1 template.")
    door.trust(root, door.plan_trust(root))
    assert said() == ("ok", "This project is trusted with 1 setting and 1 template.")
    (root / "rulewright.toml").unlink()
    assert said() == (
        "warning",
        "This project holds something else than when you trusted it; without effect: 1 template.",
    )
    (root / ".ai-rules/templates/prompt.md").unlink()
    assert said() == nothing
    door.trust(root, door.plan_trust(root))
    assert said() == ("ok", "This project is trusted.")


def test_the_list_of_trusted_projects_says_of_which_trust_has_lapsed(tmp_path: Path) -> None:
    roots = [write_files(tmp_path / name, {".git/HEAD": "", "rulewright.toml": ""}) for name in "abc"]
    door = PrivacyGateway(tmp_path / "config")
    for root in roots:
        door.trust(root, door.plan_trust(root))
    (roots[1] / "rulewright.toml").write_text("[models]\nurl = 'https://one'\n")
    shutil.rmtree(roots[2])
    assert [p.state for p in door.trusted()] == ["trusted", "changed", "gone"]
