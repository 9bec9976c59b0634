"""The door to prompts: what may go into one, and the template of it."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path

from msgspec import structs

from rulewright.core.config import Trust
from rulewright.core.doors import Door, guarded
from rulewright.core.figures import BUDGET_DROPS
from rulewright.core.models import Redacted
from rulewright.core.privacy.redact import remove_secrets
from rulewright.core.prompt.build import BUILT_IN_NAME
from rulewright.core.prompt.guide import digest
from rulewright.core.prompt.records import Prompt
from rulewright.core.prompt.template import Template, TemplateProblem, read_template
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found
from rulewright.core.tokens import budgeted
from rulewright.features.guidance import Guidance, guidance
from rulewright.features.init import languages_of
from rulewright.features.prompt import MAX_LANGUAGES, Asked, Surroundings, make_prompt
from rulewright.privacy_view import trust_of, withheld, withheld_of
from rulewright.services import templates, user_folders
from rulewright.services.files import Unreadable, read_text, walk
from rulewright.services.metrics import Metrics

TEMPLATE = "prompt.md"
MAX_WALKED = 5_000
"""Files that are looked at to say what a project is written in."""


@guarded("project", read="prompt guidance withheld withheld_of")
class PromptGateway(Door):
    """Everything an interface may ask about prompts."""

    def __init__(
        self,
        config_folder: Path | None = None,
        metrics: Metrics | None = None,
        trust: Callable[[str], Trust] | None = None,
    ) -> None:
        """`trust` says of a root whether it is trusted; without it, what the user said by command counts."""
        self._config = config_folder or Path(user_folders.config_folder())
        self._metrics = metrics or Metrics()
        self._trust = trust or (lambda root: trust_of(self._config, Path(root)))

    def prompt(self, project: Project, asked: Asked, texts: Mapping[str, str] | None = None) -> Prompt:
        """A prompt about one file; `texts` has by path what is not saved yet."""
        template, name, remarks = self._template(project)
        content, more = _content(project, asked.path, texts or {})
        entries = islice(walk(Path(project.root)), MAX_WALKED)
        languages = languages_of(entry.path for entry in entries if isinstance(entry, Found))[:MAX_LANGUAGES]
        shown, task = remove_secrets(content or ""), remove_secrets(asked.task)
        around = Surroundings(
            content=content and shown.text,
            languages=languages,
            template=template,
            template_name=name,
            remarks=(*remarks, *more),
        )
        prompt, kinds = _without_secrets(project, structs.replace(asked, task=task.text), around)
        kinds += Counter(secret.kind for secret in (*shown.secrets, *task.secrets))
        self._metrics.count(BUDGET_DROPS, sum(1 for cut in prompt.cuts if cut.kind == "rule"))
        if not kinds:
            return prompt
        if project.settings.privacy.on_secret == "redact":  # noqa: S105 - a verb
            told = (
                Redacted(kind, n).sentence.replace("what was sent", "the prompt") for kind, n in sorted(kinds.items())
            )
            return structs.replace(prompt, remarks=(*prompt.remarks, *told))
        held = ", ".join(
            f"a secret ({kind})" if n == 1 else f"{n:,} secrets ({kind})" for kind, n in sorted(kinds.items())
        )
        refused = f"There is no prompt, for it would hold {held}, and the setting privacy.on_secret is `refuse`."
        return structs.replace(prompt, text="", tokens=0, parts=(), hash=digest(""), remarks=(refused,))

    def guidance(self, project: Project, path: str, budget: int | None) -> Guidance:
        """The rules for a file, with as much of their text as a budget of tokens allows; None: the setting's."""
        return guidance(project, path, project.settings.rules.prompt_tokens if budget is None else budget)

    def withheld(self, project: Project, path: str) -> str:
        """Why the content of a file is withheld from models, such as `is ignored by git`; empty where it is not."""
        return withheld(project, path)

    def withheld_of(self, project: Project) -> Callable[[str], str]:
        """The same for many files of one moment."""
        return withheld_of(project)

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
                if inside and (trust := self._trust(project.root)) != "trusted":
                    remarks.append(f"{shown} is not used: {_UNTRUSTED[trust]}")
                    continue
                return read_template(text), shown, remarks
            except (templates.TemplateUnreadable, TemplateProblem) as problem:
                remarks.append(f"{shown} is not used: it {problem}.")
        return None, BUILT_IN_NAME, remarks


_UNTRUSTED = {
    "none": "the project is not trusted. `rulewright trust` changes that.",
    "changed": "the project holds other things than when you trusted it. Look at it, then `rulewright trust`.",
}


MAX_ROUNDS = 4


def _without_secrets(project: Project, asked: Asked, around: Surroundings) -> tuple[Prompt, Counter[str]]:
    """A prompt in which rules and names show no secret either, still within its budget, and what was taken out."""
    room = asked.budget
    for _ in range(MAX_ROUNDS):
        prompt = make_prompt(project, structs.replace(asked, budget=room), around)
        shown = remove_secrets(prompt.text)
        n_tokens = budgeted(shown.text)
        if not shown.secrets or n_tokens <= asked.budget:
            break
        # A mark may need more room than what it stands for.
        room = max(0, room - (n_tokens - asked.budget))
    else:
        prompt, shown, n_tokens = structs.replace(prompt, parts=()), remove_secrets(""), 0
    kinds = Counter(secret.kind for secret in shown.secrets)
    if not kinds and room == asked.budget:
        return prompt, kinds
    changed = structs.replace(prompt, budget=asked.budget, text=shown.text, tokens=n_tokens, hash=digest(shown.text))
    return changed, kinds


def _content(project: Project, path: str, texts: Mapping[str, str]) -> tuple[str | None, tuple[str, ...]]:
    """The text of a file, where it may be shown, and a sentence where there is something to say."""
    full = Path(project.root, path)
    if why_not := withheld(project, path):
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
