"""What several doors need to know of a project's privacy: what it is trusted with, and which files nobody is shown."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rulewright.core.config import Trust, of_trust
from rulewright.core.snapshot import Project
from rulewright.services import git, templates, trust, user_folders
from rulewright.services.egress.paths import PathRules
from rulewright.services.index.ignores import folder_patterns, outer_ignores
from rulewright.services.settings import read_layers

TEMPLATES = ("prompt.md",)


def path_rules() -> PathRules:
    """Says of paths why their content is withheld from models."""
    return PathRules(outer_ignores, folder_patterns, git.ignores, lambda: (user_folders.user_rules_folder(),))


def withheld(project: Project, path: str) -> str:
    """Why the content of a file is withheld from models, such as `is ignored by git`; empty where it is not."""
    return path_rules().why_not(project.root, path, project.settings.privacy.never_send)


def withheld_of(project: Project) -> Callable[[str], str]:
    """The same for many files of one moment."""
    return path_rules().asker(project.root, project.settings.privacy.never_send)


def held_of(root: Path, values: Mapping[str, Any] | None = None) -> trust.Held:
    """What a project would be allowed if it were trusted; `values` are its settings, if they are known."""
    if values is None:
        layers, _ = read_layers(root, {})
        values = next((layer.values for layer in layers if layer.layer == "project"), {})
    texts = {}
    for name in TEMPLATES:
        path = templates.project_template(root, name)
        try:
            text = templates.read_template_file(path, root)
        except templates.TemplateUnreadable as problem:
            text = f"({problem})"
        if text is not None:
            texts[path.relative_to(root).as_posix()] = text
    return trust.Held(of_trust(values), texts)


def trust_of(config: Path, root: Path, values: Mapping[str, Any] | None = None) -> Trust:
    """Whether the user trusts a project, as it is now."""
    return trust.trust_of(config, root, held_of(root, values))
