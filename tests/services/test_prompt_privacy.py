"""Prompts show no secret, whatever part it stands in, and keep their budget all the same."""

from pathlib import Path

import pytest
from msgspec import structs

from rulewright.adapters.mcp.encode import clean
from rulewright.core.config import PrivacySettings, Settings
from rulewright.core.rules.book import RuleBook
from rulewright.core.snapshot import Project
from rulewright.core.tokens import budgeted
from rulewright.features.prompt import Asked
from rulewright.prompt_gateway import PromptGateway
from tests.harness.program import write_files
from tests.harness.secret_samples import key_of

KEYS = tuple(key_of("github classic", seed) for seed in range(4))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = write_files(
        tmp_path / "root",
        {
            "a.py": f"TOKEN = '{KEYS[0]}'\n" * 30,
            f"{KEYS[1]}.py": "x = 1\n",
            ".ai-rules/templates/prompt.md": "{{task}} {{path}} {{file}}" + KEYS[2],
            ".aiignore": "legal/\n",
            "legal/a.py": "x = 77\n",
        },
    )
    return Project(root.as_posix(), Settings(), RuleBook())


def gateway(project: Project) -> PromptGateway:
    return PromptGateway(Path(project.root).parent / "config", trust=lambda _: "trusted")


@pytest.mark.parametrize("budget", [60, 120, 400, 16_000])
@pytest.mark.parametrize("path", ["a.py", f"{KEYS[1]}.py"])
def test_no_secret_is_in_a_prompt(project: Project, path: str, budget: int) -> None:
    asked = Asked(path=path, task=f"Use {KEYS[3]}.", budget=budget)
    prompt = gateway(project).prompt(project, asked)
    assert not any(key in prompt.text for key in KEYS)
    assert budgeted(prompt.text) <= budget
    assert prompt.tokens == (budgeted(prompt.text) if prompt.text else 0)
    if budget > 1000:
        assert "[redacted: GitHub token]" in prompt.text
        n = 32 if path == "a.py" else 4
        assert f"{n} secrets (GitHub token) were taken out of the prompt." in prompt.remarks


def test_with_refuse_there_is_no_prompt(project: Project) -> None:
    privacy = PrivacySettings(on_secret="refuse")
    strict = structs.replace(project, settings=structs.replace(project.settings, privacy=privacy))
    prompt = gateway(strict).prompt(strict, Asked(path="a.py", task="Look."))
    assert (prompt.text, prompt.tokens, prompt.parts) == ("", 0, ())
    (said,) = prompt.remarks
    assert said.startswith("There is no prompt, for it would hold ")
    assert "secrets (GitHub token), and the setting privacy.on_secret is `refuse`." in said


def test_the_content_of_what_is_kept_from_models_is_not_in_a_prompt(project: Project) -> None:
    prompt = gateway(project).prompt(project, Asked(path="legal/a.py", task="Look."))
    assert "77" not in prompt.text
    assert "legal/a.py is named by .aiignore, so its content is not in the prompt." in prompt.remarks


def test_what_agents_are_told_has_no_secret_but_texts_to_be_written_are_left() -> None:
    said = clean({"message": f"a {KEYS[0]}", KEYS[1]: [(KEYS[2],)], "new_text": KEYS[3], "fixed_text": None})
    mark = "[redacted: GitHub token]"
    assert said == {"message": f"a {mark}", mark: [[mark]], "new_text": KEYS[3], "fixed_text": None}
