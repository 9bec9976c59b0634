"""The door to reviews: models judge files by the rules that have no check. Only who asks for it gets it."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing
from functools import partial
from os import urandom
from pathlib import Path

import msgspec

from rulewright.call_desk import CallDesk, done
from rulewright.core.changed import Lines
from rulewright.core.chat.ports import Models
from rulewright.core.doors import Door, guarded
from rulewright.core.findings import Severity
from rulewright.core.languages import language_of
from rulewright.core.models import Redacted
from rulewright.core.permissions import Principal
from rulewright.core.privacy.redact import redact, redacted_lines
from rulewright.core.privacy.secrets import find_secrets
from rulewright.core.prompt.guide import Guide
from rulewright.core.prompt.rules_text import affinities
from rulewright.core.review.ask import asks_of, material_of
from rulewright.core.review.events import Done, Failed, ReviewEvent, Skipped, Totals
from rulewright.core.review.lines import in_question, lines_of
from rulewright.core.review.plan import File, Loaded, Plan, Reviewed, name_of
from rulewright.core.review.purse import Limits
from rulewright.core.review.rules import is_judged, judging
from rulewright.core.routing import Choice, NoModel, Wish, route
from rulewright.core.rules.plan import is_excluded
from rulewright.core.rules.select import Applied
from rulewright.core.snapshot import Project
from rulewright.core.sources import EXCLUDED, Found, unfit
from rulewright.core.sources import Skipped as LeftOut
from rulewright.features.review import rehearse, review
from rulewright.privacy_view import withheld_of
from rulewright.services import git
from rulewright.services.cache import Cache
from rulewright.services.files import Unreadable, read_text, walk
from rulewright.services.user_folders import cache_folder
from rulewright.session_gateway import SessionGateway

FOLDER = "reviews-v1"
"""Below the cache folder; a shape of `user_folders.OURS`."""
TTL_S = 90 * 86_400.0
"""Answers are remembered for so long; the key has all that they depend on."""
MAX_BYTES = 64 << 20
HEAD = "HEAD"
WHY_LOCAL = "chat.local_only is set"
NO_RULE = (
    "No rule here is without a check, so there is nothing for a model to judge: `rulewright check` does all of it. A "
    "rule that a model judges is a markdown file in .ai-rules/ with a text and no check."
)
NO_CHANGE = (
    "Nothing has changed since the last commit, so there is nothing to review. Name a revision, such as `--since "
    "origin/main`, or files and folders."
)
NAME_THEM = "Files and folders can be named instead: `rulewright review src`."
NOTHING = "There is nothing to review: {}."


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be reviewed, and how."""

    paths: tuple[str, ...] = ()
    """Files and folders below the root, "" for the root itself; none for what changed since the last commit."""
    since: str = ""
    """A revision: only lines that changed since HEAD and it parted are in question."""
    texts: Mapping[str, str] = {}
    """By path below the root what is open in an editor, saved or not."""
    model: str = ""
    """The one to ask, by its name in the settings; empty for that of the settings, or to have it chosen."""
    severity: Severity | None = None
    """None for that of the settings."""
    max_calls: int = 0
    """0 for that of the settings."""
    max_tokens: int = 0
    """Sent and answered in all; 0 for no limit."""
    asks_again: bool = False
    """Whether answers from before do not count."""
    is_rehearsal: bool = False
    """Say what would be sent, and ask nobody."""


@guarded("review", run_model="review")
class ReviewGateway(Door):
    """What an interface may do with reviews."""

    def __init__(self, models: Models, open_door: Callable[[], SessionGateway], owner: Principal) -> None:
        """`open_door` may wait for the disk."""
        self._models, self._open_door, self._owner = models, open_door, owner

    async def review(self, project: Project, wanted: Wanted) -> AsyncGenerator[ReviewEvent, None]:
        """What comes of it; `Done` or `Failed` is the last. Closing it stops the models. Raises NotAllowed."""
        settings = project.settings
        desk = CallDesk(self._open_door, self.principal or self._owner)
        try:
            look = await asyncio.to_thread(_Look, project, wanted, self._chain(project, wanted))
        except (NoModel, git.GitProblem) as problem:
            yield Failed(str(problem))
            return
        for skipped in look.skipped:
            yield skipped
        plan = Plan(
            root=project.root,
            workspace=await desk.workspace_of(project.root),
            user=desk.user,
            why="because you asked for a review",
            files=tuple(look.files),
            severity=wanted.severity or settings.review.severity,
            answer_tokens=settings.review.answer_tokens,
            limits=Limits(wanted.max_calls or settings.review.max_calls, wanted.max_tokens),
            at_once=settings.limits.at_once,
            deadline_s=float(settings.limits.chat_deadline_s),
            governor=lambda: desk.governor(settings.limits, "review"),
            new_id=lambda: urandom(8).hex(),
        )
        # What is not to be kept of calls is not to be kept of their answers either.
        known = _Known(keeps=settings.interactions.keep == "whole", asks_again=wanted.asks_again)
        events = rehearse(plan, known) if wanted.is_rehearsal else review(plan, desk, self._models, known)
        try:
            async with aclosing(events):
                async for event in events:
                    yield look.ended(event.totals) if isinstance(event, Done) else event
        finally:
            await done(known.close)

    def _chain(self, project: Project, wanted: Wanted) -> "Callable[[tuple[Applied, ...]], tuple[Choice, ...]]":
        facts, settings = self._models.facts(), project.settings

        def chain(applied: tuple[Applied, ...]) -> tuple[Choice, ...]:
            """The models for a file. Those that have much to do now are no other ones: answers are known by them."""
            wish = Wish(
                intent="review",
                wanted=wanted.model or settings.review.model,
                affinities=affinities(applied),
                local_only=settings.chat.local_only,
                why_local=WHY_LOCAL,
            )
            try:
                return route(wish, facts, {})
            except NoModel:
                # What would be sent can be told without one.
                if wanted.is_rehearsal and not facts:
                    return ()
                raise

        return chain


class _Look:
    """A look at a project: which files may have to be reviewed, and why others are not. Waits for the disk and git."""

    def __init__(
        self, project: Project, wanted: Wanted, chain: "Callable[[tuple[Applied, ...]], tuple[Choice, ...]]"
    ) -> None:
        """Raises NoModel and GitProblem."""
        self._project, self._wanted, self._chain = project, wanted, chain
        self._chain(())
        self._withheld = withheld_of(project)
        self.skipped: list[Skipped] = []
        since = wanted.since or ("" if wanted.paths else HEAD)
        try:
            changes = git.changed_since(Path(project.root), since) if since else None
        except git.GitProblem as problem:
            raise git.GitProblem(f"{problem} {NAME_THEM}") from None
        self._changed: Mapping[str, Lines | None] | None = changes.files if changes is not None else None
        paths = [path for path in sorted(set(self._paths())) if path not in project.book.entries]
        self._is_empty = not paths
        self.files = [File(path, partial(self._load, path)) for path in paths if self._guides(path)]

    def ended(self, totals: Totals) -> Done:
        """The end of a review, with a sentence where there was nothing to do."""
        totals = msgspec.structs.replace(totals, skipped=totals.skipped + len(self.skipped))
        return Done(totals, "" if totals.files or totals.not_reviewed else self._why_nothing(totals))

    def _why_nothing(self, totals: Totals) -> str:
        since = self._wanted.since
        if not any(is_judged(rule) for rule in self._project.book.selection.active):
            return NO_RULE
        if self._is_empty and not self._wanted.paths and not since:
            return NO_CHANGE
        if self._is_empty:
            return NOTHING.format(f"nothing has changed since {since}" if since else "no file is there")
        if totals.skipped > len(self.skipped):
            return NOTHING.format("no model may see what there is, or there is no text to judge")
        return NOTHING.format("no rule without a check applies to these files, or none of their lines is new")

    def _guides(self, path: str) -> tuple[Guide, ...]:
        return judging(self._project.book.selection.select(path), language_of(path))

    def _paths(self) -> Iterator[str]:
        root, check, changed = Path(self._project.root), self._project.settings.check, self._changed
        for start in self._wanted.paths or ("",):
            if (root / start).is_dir():
                for entry in walk(root, start, exclude=check.exclude, gitignore=check.gitignore):
                    if changed is not None and entry.path not in changed:
                        continue
                    if isinstance(entry, Found):
                        yield entry.path
                    elif isinstance(entry, LeftOut):
                        self.skipped.append(Skipped(entry.path, f"was left out: {entry.reason}"))
            elif changed is None or start in changed or start in self._wanted.texts:
                # What is not saved yet may have changed too.
                yield start

    def _load(self, path: str) -> Loaded | Skipped | None:
        """A file whose turn has come."""
        project, language = self._project, language_of(path)
        disk = self._read(path)
        if isinstance(disk, Skipped):
            return disk
        content = self._wanted.texts.get(path, disk)
        lines = in_question(None if self._changed is None else self._changed.get(path, ()), disk, content)
        if not lines:
            return None
        secrets = Counter(secret.kind for secret in find_secrets(content))
        if secrets and project.settings.privacy.on_secret == "refuse":  # noqa: S105 - a verb
            return Skipped(path, "holds a secret (privacy.on_secret)", is_withheld=True)
        # With a number before each line the gate could not tell what goes over several lines.
        shown = [line.removesuffix("\r") for line in redacted_lines(content)[: len(lines_of(content))]]
        guides = self._guides(path)
        judged = [one for one in project.book.selection.select(path) if any(g.rule is one.rule for g in guides)]
        material = material_of(path, language, content, shown, lines, guides)
        return Loaded(
            material=material,
            asks=asks_of(material, name_of(project.root), project.settings.review.prompt_tokens),
            chain=self._chain(tuple(judged)),
            notices=tuple(Redacted(kind, n, redact(path)).sentence for kind, n in sorted(secrets.items())),
        )

    def _read(self, path: str) -> str | Skipped:
        """The text of a file as it is on the disk, or why it is not reviewed."""
        check = self._project.settings.check
        if reason := self._withheld(path):
            return Skipped(path, f"{reason}, so no model sees it", is_withheld=True)
        if is_excluded(check, path):
            return Skipped(path, f"is {EXCLUDED}")
        if not Path(self._project.root, path).exists():
            return Skipped(path, "is not there")
        try:
            text = read_text(Path(self._project.root, path), max_kb=check.max_file_kb)
        except Unreadable as reason_text:
            return Skipped(path, f"was left out: {reason_text}")
        if (kind := unfit(text)) is not None:
            return Skipped(path, f"was left out: {kind}")
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class _Known:
    """See `core.review.plan.Known`."""

    def __init__(self, *, keeps: bool, asks_again: bool) -> None:
        self._asks_again = asks_again
        folder = Path(cache_folder(), FOLDER) if keeps else None
        self._cache = Cache(Reviewed, folder, size_limit=MAX_BYTES)

    async def get(self, key: str) -> Reviewed | None:
        """See `core.review.plan.Known`."""

        async def nothing() -> Reviewed | None:
            return None

        return None if self._asks_again else await self._cache.get_or_compute(key, nothing, TTL_S)

    async def put(self, key: str, reviewed: Reviewed) -> None:
        """See `core.review.plan.Known`."""

        async def give() -> Reviewed | None:
            return reviewed

        if self._asks_again:
            await done(lambda: self._cache.forget(key))
        await self._cache.get_or_compute(key, give, TTL_S)

    def close(self) -> None:
        """Let go of the disk."""
        self._cache.close()
