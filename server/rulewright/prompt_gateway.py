"""The door to prompts: what may go into one, the template of it, and which projects may bring their own."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from rulewright.core.figures import BUDGET_DROPS
from rulewright.core.health import Remark
from rulewright.core.prompt.build import BUILT_IN_NAME
from rulewright.core.prompt.records import Prompt
from rulewright.core.prompt.secret_names import is_secret_name
from rulewright.core.prompt.template import Template, TemplateProblem, read_template
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found
from rulewright.features.guidance import Guidance, guidance
from rulewright.features.init import languages_of
from rulewright.features.prompt import MAX_LANGUAGES, Asked, Surroundings, make_prompt
from rulewright.services import git, templates, trust, user_folders
from rulewright.services.files import Unreadable, find_root, read_text, walk
from rulewright.services.files.walk import is_ignored
from rulewright.services.metrics import Metrics

TEMPLATE = "prompt.md"
MAX_WALKED = 5_000
"""Files that are looked at to say what a project is written in."""


class PromptGateway:
    """Everything an interface may ask about prompts and trust."""

    def __init__(self, config_folder: Path | None = None, metrics: Metrics | None = None) -> None:
        self._config = config_folder or Path(user_folders.config_folder())
        self._metrics = metrics or Metrics()

    def prompt(self, project: Project, asked: Asked, texts: Mapping[str, str] | None = None) -> Prompt:
        """A prompt about one file; `texts` has by path what is not saved yet."""
        template, name, remarks = self._template(project)
        content, more = _content(project, asked.path, texts or {})
        entries = islice(walk(Path(project.root)), MAX_WALKED)
        languages = languages_of(entry.path for entry in entries if isinstance(entry, Found))[:MAX_LANGUAGES]
        around = Surroundings(
            content=content, languages=languages, template=template, template_name=name, remarks=(*remarks, *more)
        )
        prompt = make_prompt(project, asked, around)
        self._metrics.count(BUDGET_DROPS, sum(1 for cut in prompt.cuts if cut.kind == "rule"))
        return prompt

    def guidance(self, project: Project, path: str, budget: int | None) -> Guidance:
        """The rules for a file, with as much of their text as a budget of tokens allows; None: the setting's."""
        return guidance(project, path, project.settings.rules.prompt_tokens if budget is None else budget)

    def withheld(self, project: Project, path: str) -> str:
        """Why the content of a file is withheld from models, such as `is ignored by git`; empty where it is not."""
        return _withheld(project, path)

    def _template(self, project: Project) -> tuple[Template | None, str, list[str]]:
        """The user's template, else that of a trusted project, else none; its name, and what is to be said."""
        root, remarks = Path(project.root), []
        own, theirs = templates.user_template(self._config, TEMPLATE), templates.project_template(root, TEMPLATE)
        for path, inside in ((own, None), (theirs, root)):
            shown = path.relative_to(root).as_posix() if inside else str(path)
            try:
                text = templates.read_template_file(path, inside)
                if text is None:
                    continue
                if inside and not trust.is_trusted(self._config, root):
                    remarks.append(f"{shown} is not used: the project is not trusted. `rulewright trust` changes that.")
                    continue
                return read_template(text), shown, remarks
            except (templates.TemplateUnreadable, TemplateProblem) as problem:
                remarks.append(f"{shown} is not used: it {problem}.")
        return None, BUILT_IN_NAME, remarks

    def trust(self, start: Path) -> tuple[str, bool]:
        """Trust the project that holds `start`: its real path, and whether that is news. Raises as `trusted`."""
        root = find_root(start)
        return trust.real(root), trust.trust(self._config, root)

    def revoke(self, start: Path) -> tuple[str, bool]:
        """Trust it no longer. Raises as `trusted`."""
        root = find_root(start)
        return trust.real(root), trust.revoke(self._config, root)

    def trusted(self) -> tuple[str, ...]:
        """Real paths of all projects that are trusted. Raises TrustUnreadable, and OSError where it is written."""
        return trust.trusted_projects(self._config)

    def examine_trust(self, root: str) -> Remark:
        """What is to be said of whether a project is trusted."""
        try:
            is_trusted = trust.real(Path(root)) in trust.trusted_projects(self._config)
        except trust.TrustUnreadable as problem:
            return Remark("trust", "error", f"No project is trusted: {problem}", "Mend the file, or delete it.")
        if is_trusted:
            return Remark("trust", "ok", "You trust this project: its templates are used.")
        told = "This project is not trusted: its templates are not used."
        return Remark("trust", "note", told, "Look at .ai-rules/templates/, then rulewright trust.")


TrustUnreadable = trust.TrustUnreadable


def _content(project: Project, path: str, texts: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """The text of a file, where it may be shown, and a sentence where there is something to say."""
    full = Path(project.root, path)
    if why_not := _withheld(project, path):
        return None, (f"{path} {why_not}, so its content is not in the prompt.",)
    if path in texts:
        return texts[path], ()
    if not full.exists():
        return None, (f"{path} does not exist yet; its rules apply all the same.",)
    if full.is_dir():
        return None, (f"{path} is a folder, so the prompt has no file.",)
    try:
        return read_text(full, max_kb=project.settings.check.max_file_kb), ()
    except Unreadable as reason:
        return None, (f"{path} is not in the prompt: {reason}.",)


def _withheld(project: Project, path: str) -> str:
    """Why the content of a file is withheld from models, such as `is ignored by git`; empty where it is not."""
    root = Path(project.root)
    try:
        real = (root / path).resolve().relative_to(root.resolve()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return "is a link that leads out of the project"
    if any(is_secret_name(name) for name in (path, real)):
        return "has the name of a file with secrets"
    if any(_is_ignored(root, name) for name in dict.fromkeys((path, real))):
        return "is ignored by git"
    return ""


def _is_ignored(root: Path, path: str) -> bool:
    """Whether git ignores a file: as it says, and where it cannot, as the ignore files of the project do."""
    said = git.ignores(root, path)
    return is_ignored(root, path) if said is None else said
