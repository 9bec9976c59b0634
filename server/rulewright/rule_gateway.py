"""The door to all that is about the rules themselves: their history and versions, switches, and rules without a file.

`gateway.rules` holds it. Sentences that it returns in place of a result say why there is none.
"""

import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import msgspec

from rulewright.core.config import PackagesSettings
from rulewright.core.doors import Door, guarded
from rulewright.core.events import Flag, RuleEvent
from rulewright.core.findings import Finding
from rulewright.core.hidden import hidden
from rulewright.core.ports import EventLog, Offload
from rulewright.core.rules.book import Seen
from rulewright.core.rules.load import load
from rulewright.core.rules.package_files import Package, is_allowed
from rulewright.core.rules.parse import MAX_FILE_BYTES, parse
from rulewright.core.rules.rule import SOURCES
from rulewright.core.rules.table import is_table_id, table_origin, table_path
from rulewright.core.rules.use import Use
from rulewright.core.snapshot import Project
from rulewright.core.sources import Found
from rulewright.core.tokens import estimate
from rulewright.features.rule_file import RuleFile, rule_file
from rulewright.services.files import PackageRules, ProjectRuleFiles, walk
from rulewright.services.projects import OpenProject, Projects
from rulewright.services.rule_use import RuleUse
from rulewright.services.settings import user_file
from rulewright.services.user_folders import state_folder, user_rules_folder

if TYPE_CHECKING:
    from rulewright.core.rules.parse import Parsed
    from rulewright.features.rule_history import HistoryEvent, RuleDiff
    from rulewright.features.rule_lint import Surroundings
    from rulewright.services.git import Commit

Announce = Callable[[str], None]
LISTED_S = 30.0
"""How long a list of a project's files is good enough for counting them."""


class State(Protocol):
    """What is kept of rules for longer than a process."""

    def log(self, root: str) -> EventLog:
        """The event log of a project."""
        ...

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what went wrong since this was asked last."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class History(msgspec.Struct, frozen=True):
    """What this installation saw of rules, and beside it what git knows of one rule's file."""

    events: "tuple[HistoryEvent, ...]"
    """Newest first."""
    commits: "tuple[Commit, ...]"
    remarks: tuple[str, ...]


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """An installed package that ships guidance."""

    name: str
    """With its ecosystem, as a setting names it: `npm/zod`."""
    version: str
    folder: str
    """The part of the project that it is installed for; empty for the root."""
    home: str
    files: tuple[str, ...]
    """Below `home`."""
    n_bytes: int
    tokens: int
    """What all of it would cost in a prompt."""
    is_allowed: bool
    problem: str
    """Why it would not count, or not all of it, where it is allowed; empty when all is well."""


@guarded(
    "rules",
    anyone="on_change take_problems close closed save_use",
    read="diagnosed rule_file files_of lint settings_file packages history diff look look_again look_every_s",
    change_rules="switch switch_in_all add_to_table remove_from_table",
)
class RuleGateway(Door):
    """Everything an interface may ask about rules themselves."""

    def __init__(
        self,
        projects: Projects,
        offload: Offload,
        state: State | None = None,
        use: RuleUse | None = None,
        stamp: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._projects, self._offload, self._state, self._use = projects, offload, state, use
        self._stamp = stamp
        """What the rule files of a root look like from outside: it differs when one of them may have changed."""
        self._stamps: dict[str, object] = {}
        self._paths: dict[str, tuple[float, tuple[str, ...]]] = {}
        self._surroundings: dict[str, Surroundings] = {}
        self._announce: Announce = lambda _: None

    def on_change(self, announce: Announce) -> None:
        """Call `announce` with the root of a project whose rules changed through this door."""
        self._announce = announce

    def take_problems(self) -> tuple[str, ...]:
        """Sentences about what is kept that are worth showing; each is given once."""
        return self._state.take_problems() if self._state is not None else ()

    def close(self) -> None:
        """Let go of what is kept."""
        if self._use is not None:
            self._use.save()
        if self._state is not None:
            self._state.close()

    # Use

    def diagnosed(self, project: Project, uri: str, path: str, findings: Sequence[Finding]) -> None:
        """An open document was diagnosed."""
        if self._use is not None:
            applied = [a.rule.path for a in project.book.selection.select(path)]
            self._use.diagnosed(project.root, uri, applied, findings)

    def closed(self, uri: str) -> None:
        """A document was closed."""
        if self._use is not None:
            self._use.closed(uri)

    async def rule_file(self, project: Project, path: str) -> RuleFile | None:
        """What there is to say of a rule file, by its path in the book; None for any other file."""
        if path not in project.book.entries:
            return None
        return await self._offload(self._rule_file, project, path)

    def _rule_file(self, project: Project, path: str) -> RuleFile | None:
        use = self._use.of(project.root, path) if self._use is not None else Use()
        return rule_file(project, path, self.files_of(project), use)

    def files_of(self, project: Project) -> tuple[str, ...]:
        """The files of a project, as they were a short while ago at most."""
        at, paths = self._paths.get(project.root, (-LISTED_S, ()))
        if monotonic() - at >= LISTED_S:
            check = project.settings.check
            found = walk(Path(project.root), exclude=check.exclude, gitignore=check.gitignore)
            paths = tuple(entry.path for entry in found if isinstance(entry, Found))
            self._paths[project.root] = monotonic(), paths
        return paths

    def lint(self, project: Project, parsed: "Parsed") -> Sequence[Finding]:
        """What is wrong with a rule in its project, beside what is wrong with its file alone."""
        from rulewright.features.rule_lint import Surroundings, Tree, lint_rule  # noqa: PLC0415 - editors alone need it

        if parsed.rule is None or parsed.rule.source not in {"project", "user"}:
            return ()
        root, paths = Path(project.root), self.files_of(project)
        known = self._surroundings.get(project.root)
        if known is None or known.project.book is not project.book or known.tree.listed is not paths:
            tree = known.tree if known is not None and known.tree.listed is paths else None
            # A name that is too long for the disk is no file either, which `Path.exists` does not say.
            tree = tree or Tree(paths, lambda path: os.path.exists(root / path))  # noqa: PTH110
            known = self._surroundings[project.root] = Surroundings(project, tree)
        return tuple(lint_rule(parsed.rule, parsed, known))

    # Packages

    @property
    def settings_file(self) -> str:
        """Where the user's own settings lie, whether there are any or not."""
        return str(user_file())

    def packages(self, root: str) -> tuple[tuple[Shipped, ...], tuple[str, ...]]:
        """The installed packages that ship guidance for a project, allowed or not, and what is allowed in vain.

        None of their code is run.
        """
        settings = self._projects.open(root).settings
        files = ProjectRuleFiles(
            Path(root),
            gitignore=settings.check.gitignore,
            packages=PackageRules(Path(root), lambda: settings.packages),
        )
        found = files.shipping()
        vain = [name for name in settings.packages.allow if not any(is_allowed(package, [name]) for package in found)]
        return tuple(_shipped(package, settings.packages) for package in found), tuple(vain)

    # History

    def history(self, root: str, name: str, limit: int) -> History | str:
        """What happened to all rules of a project, or to one by its id or path."""
        from rulewright.features.rule_history import history  # noqa: PLC0415 - one command needs it
        from rulewright.services.state.history import read_history  # noqa: PLC0415 - as above

        found = read_history(Path(state_folder()), root, name, limit)
        if isinstance(found, str):
            return found
        events, remarks = history(*found)
        commits, said = self._commits(root, name, [e.path for e in events], limit)
        return History(events, commits, (*remarks, *said))

    def _commits(
        self, root: str, name: str, paths: Sequence[str], limit: int
    ) -> "tuple[tuple[Commit, ...], tuple[str, ...]]":
        """Git's history of the file of one rule."""
        from rulewright.services.git import GitProblem, history_of  # noqa: PLC0415 - one command needs it

        project = next((p for p in self._projects.opened if p.root == root), None)
        entries = project.view.book.entries if project is not None and name else {}
        known = [path for path, entry in entries.items() if name in {entry.rule_id, path}] or list(paths)
        path = next((p for p in known if p and not p.startswith(("/", "rulewright:", "table:"))), "")
        if not name or not path:
            return (), ()
        try:
            return history_of(Path(root), path, limit), ()
        except GitProblem as problem:
            return (), (f"Without git's history of {path}: {problem}",)

    def diff(self, root: str, name: str, before: str, after: str) -> "RuleDiff | str":
        """Two versions of a rule: revisions, or what the author calls them; the two newest when both are empty."""
        from rulewright.features.rule_history import compare, find_version, two_newest  # noqa: PLC0415 - as above
        from rulewright.services.state.history import read_versions  # noqa: PLC0415 - as above

        events = read_versions(Path(state_folder()), root, name)
        if isinstance(events, str):
            return events
        if not events:
            return f"No version of a rule `{name}` was seen here. `rulewright rules history` lists what was."
        events = [e for e in events if e.path == events[0].path]
        if not before and not after:
            newest = two_newest(events)
            return compare(*newest) if newest else f"Only one version of `{name}` was seen here."
        found = [find_version(events, wanted) for wanted in (before, after)]
        for event, wanted in zip(found, (before, after), strict=True):
            if event is None:
                seen = ", ".join(f"#{e.event_id}" + (f" ({e.version})" if e.version else "") for e in events[:10])
                return f"No version {wanted} of `{name}` was seen here; the newest are {seen}."
        return compare(*found)  # type: ignore[arg-type]

    # Switches

    def switch(self, root: str, flag: Flag, cause: str) -> tuple[bool, str]:
        """Turn a switch in one open project: whether that can be done, and a sentence about it."""
        is_possible, said = self._switched(root, flag, cause)
        self._announce(root)
        return is_possible, said

    async def switch_in_all(self, flag: Flag, cause: str, root: str = "") -> tuple[str, ...]:
        """The same without holding up the event loop, in one open project or in all that know what it is about."""
        roots = [p.root for p in self._projects.opened if root in {"", p.root}]
        knowing = [r for r in roots if not _why_no_switch(self._projects.open(r), flag)] or roots[:1]
        said = [(await self._offload(self._switched, r, flag, cause))[1] for r in knowing]
        for r in knowing:
            self._announce(r)
        return tuple(dict.fromkeys([*said, *self.take_problems()]))

    def _switched(self, root: str, flag: Flag, cause: str) -> tuple[bool, str]:
        project = self._projects.open(root)
        why_not = _why_no_switch(project, flag)
        if why_not:
            return False, why_not
        return True, _said_of_switch(project, flag, is_new=bool(project.rules.switch(flag, cause)))

    async def look(self) -> tuple[str, ...]:
        """Take what other processes wrote about the open projects: switches, and rules without a file.

        Returns sentences worth showing.
        """
        for project in self._projects.opened:
            if not project.settings.rules.auto_reload:
                continue
            before = project.view.book
            await self._offload(project.rules.look)
            if project.view.book is not before:
                self._announce(project.root)
        return self.take_problems()

    async def save_use(self) -> None:
        """Write down which rules were of use since this was called last."""
        if self._use is not None:
            await self._offload(self._use.save)

    def look_again(self, root: str) -> None:
        """Take what changed since this was called last: rule files of one open project, and what others wrote."""
        rules, stamp = self._projects.open(root).rules, self._stamp(root)
        if self._stamps.get(root) != stamp:
            rules.load()
        else:
            rules.look()
        # Made before the files were read: what changed meanwhile is seen the next time.
        self._stamps[root] = stamp

    @property
    def look_every_s(self) -> int:
        """How often to look, at most: the least of what the open projects' settings say."""
        return min((p.settings.rules.cache_ttl for p in self._projects.opened), default=300)

    # Rules without a file

    def add_to_table(self, root: str, data: bytes, rule_id: str, file_stem: str, cause: str) -> tuple[str, str]:
        """Keep a rule in the table, under the id that is given, its own, or the name of the file that it came from.

        Its id and an empty sentence, or a sentence that says why not.
        """
        stated = parse(table_origin(table_path(rule_id or "rule")), data)
        own_id = stated.rule.id if stated.rule is not None and stated.rule.id != stated.default_id else ""
        name = own_id or rule_id or file_stem
        if rule_id and own_id and own_id != rule_id:
            return "", f"The rule calls itself `{own_id}`, not `{rule_id}`. Leave out --id, or change the rule."
        if not name:
            return "", "The rule has no id. Give it one: --id NAME, or `id: NAME` in the rule."
        if not is_table_id(name):
            return "", f"`{name}` cannot be the id of a rule here: words, dots and dashes, and slashes between them."
        parsed = parse(table_origin(table_path(name)), data)
        if parsed.rule is None or parsed.is_broken:
            said = next((p.problem.message for p in parsed.problems if p.problem.severity == "error"), "It is broken.")
            return "", f"The rule was not taken: {said}"
        project = self._projects.open(root)
        project.rules.put(table_origin(table_path(name)), data, cause)
        self._announce(root)
        return name, ""

    def remove_from_table(self, root: str, rule_id: str, cause: str) -> bool:
        """Forget a rule of the table; False when there is none of this id."""
        project = self._projects.open(root)
        path = table_path(rule_id)
        if path not in project.view.book.entries:
            return False
        events: Sequence[RuleEvent] = project.rules.put(table_origin(path), None, cause)
        self._announce(root)
        return bool(events)


def _shipped(package: Package, settings: PackagesSettings) -> Shipped:
    tokens, problem = 0, ""
    if package.n_bytes > settings.max_kb * 1024:
        problem = f"more than {settings.max_kb} kB (packages.max_kb)"
    for path, _ in package.files:
        try:
            with Path(package.home, path).open("rb") as file:
                text = file.read(MAX_FILE_BYTES).decode("utf-8", "replace")
        except OSError as error:
            problem = problem or f"{path} cannot be read: {error.strerror or error}"
            continue
        tokens += estimate(text)
        if next(hidden(text), None) is not None:
            problem = problem or f"{path} holds characters that nobody sees"
    return Shipped(
        name=package.key,
        version=package.version,
        folder=package.folder,
        home=package.home,
        files=tuple(path for path, _ in package.files),
        n_bytes=package.n_bytes,
        tokens=tokens,
        is_allowed=is_allowed(package, settings.allow),
        problem=problem,
    )


def _why_no_switch(project: OpenProject, flag: Flag) -> str:
    """Why a switch cannot be turned; empty when it can."""
    if flag.kind == "source" and flag.name not in SOURCES:
        return f"There is no source `{flag.name}`; there are {', '.join(SOURCES)}."
    book = project.view.book
    known = {e.rule_id for e in book.entries.values()} | book.policy.flags.rules
    if flag.kind == "rule" and flag.name not in known:
        return f"There is no rule `{flag.name}` in {project.root}. `rulewright rules list` names all."
    return ""


def _said_of_switch(project: OpenProject, flag: Flag, *, is_new: bool) -> str:
    subject = {"rule": f"`{flag.name}`", "source": f"The source `{flag.name}`"}.get(flag.kind, "Every rule")
    state = "on" if flag.enabled else "off"
    if not is_new:
        head = f"{subject} was not switched off here" if flag.enabled else f"{subject} is switched off here already"
    else:
        head = f"{subject} is switched {state} in {project.root}"
    selection = project.view.book.selection
    about = flag.enabled and flag.kind == "rule"
    off = (v.reason for v in selection.explain("") if about and v.id == flag.name and v.verdict == "disabled")
    reason = next(off, "")
    return f"{head}; it is still off: {reason}." if reason else f"{head}."


def rule_reader(project: Project, path: str) -> Callable[[bytes], Seen] | None:
    """What reads a text as the rule file at `path`; None where no rule file can be."""
    files = ProjectRuleFiles(Path(project.root), user=Path(user_rules_folder()))
    origin = files.origin(path)
    return None if origin is None else partial(load, origin, beside=partial(files.beside, origin))
