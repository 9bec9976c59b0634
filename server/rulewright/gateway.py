"""The one door: every interface calls these methods and nothing behind them.

Each takes a snapshot or reads the state of the moment, calls one feature, and counts the call.
"""

import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

import msgspec

from rulewright.core.changes import ContentChange
from rulewright.core.code_messages import (
    Changed,
    Closed,
    Configure,
    Opened,
    Pause,
    Progress,
    Question,
    Root,
    Syntax,
    ToHost,
    Touched,
)
from rulewright.core.config import CheckSettings, SettingProblem, without_trusted
from rulewright.core.doors import Door, guarded
from rulewright.core.edits import Edit
from rulewright.core.events import RuleEvent
from rulewright.core.figures import BUDGET_DROPS, DIAGNOSES, PARSE_ERRORS, SELECTION_CACHE_HITS, SELECTIONS
from rulewright.core.frameworks import MANIFESTS
from rulewright.core.languages import language_of
from rulewright.core.permissions import NotAllowed, Principal
from rulewright.core.ports import CheckRunner, Code, Offload
from rulewright.core.rules.foreign_names import NAMES, may_be_foreign
from rulewright.core.rules.job import SetAside
from rulewright.core.rules.policy import policy_of
from rulewright.core.rules.select import Applied
from rulewright.core.rules.suppress import may_suppress
from rulewright.core.snapshot import Document, Project, Snapshot
from rulewright.core.sources import Found, Skipped
from rulewright.core.text import PositionEncoding, Range
from rulewright.core.uris import from_path, to_path
from rulewright.features.code_action import Action, code_actions, edits_of
from rulewright.features.diagnostics import Diagnosis, SyntaxErrors, diagnose, with_syntax
from rulewright.features.explain import Explanation, explain
from rulewright.features.rule_file import RuleFile
from rulewright.rule_gateway import RuleGateway, rule_reader
from rulewright.services.documents import DocumentStore
from rulewright.services.files import (
    is_new_or_gone,
    read_text,
)
from rulewright.services.metrics import Metrics
from rulewright.services.projects import OpenProject, Projects
from rulewright.services.quiet import Quiet
from rulewright.services.user_folders import user_rules_folder

if TYPE_CHECKING:
    from concurrent.futures import Future

    from rulewright.chat_gateway import ChatGateway
    from rulewright.core.bus import Event, ModelResponded
    from rulewright.core.model_settings import ModelSettings
    from rulewright.core.models import ModelProvider
    from rulewright.core.server_report import ClientReport, ServerReport
    from rulewright.edit_gateway import EditGateway
    from rulewright.files_gateway import FilesGateway
    from rulewright.ghost_gateway import GhostGateway
    from rulewright.model_gateway import ModelGateway
    from rulewright.privacy_gateway import PrivacyGateway
    from rulewright.prompt_gateway import PromptGateway
    from rulewright.review_gateway import ReviewGateway
    from rulewright.services.coordinator import Coordinator
    from rulewright.services.egress import Outgoing
    from rulewright.session_gateway import Conversing, SessionGateway
    from rulewright.tools_gateway import ToolsGateway
    from rulewright.tree import ClientTree
    from rulewright.upkeep_gateway import UpkeepGateway
    from rulewright.writing_gateway import WritingGateway

MAX_SHOWN = 200
RulesListener = Callable[[str], None]
OnChange = Callable[[list[str]], Awaitable[None]]
Watch = Callable[[Callable[[], Iterable[str]], Callable[[], Iterable[str]], OnChange], Awaitable[None]]


def _no_way_out(_: "Sequence[ModelSettings]") -> "Outgoing":
    raise LookupError("This gateway was made without a way to models or other nodes.")


@guarded(
    "project",
    anyone="close aclose end_calls tidy open_for start_with_trust trust_by_editor take_snapshot close_document "
    "close_projects code_is_gone tree",
    read="introduce open_document change_document open_project look_again open_projects configure reload reload_all "
    "watch on_rules_changed begin_code ask_code watch_code look_beside touched pause_index on_index_progress diagnose "
    "diagnose_workspace code_actions action_edits explain prompts is_about_rules own_rules_folder rules_for "
    "shows_lens rule_file explain_path files conversations set_aside privacy upkeep tools writing models "
    "completes answers",
    run_model="outgoing talk review suggest edit embedder",
    administer="report_server",
)
class Gateway(Door):
    """Everything an interface may ask of Rulewright."""

    def __init__(
        self,
        projects: Projects,
        documents: DocumentStore,
        runner: Callable[[CheckSettings], CheckRunner],
        offload: Offload,
        watch: Watch,
        code: Code | None = None,
        rules: RuleGateway | None = None,
        tree: "ClientTree | None" = None,
        open_outgoing: "Callable[[Sequence[ModelSettings]], Outgoing]" = _no_way_out,
        open_conversations: "Callable[[], Conversing] | None" = None,
        open_models: "Callable[[Gateway, Sequence[ModelSettings]], ModelGateway] | None" = None,
    ) -> None:
        self._tree = tree
        self._projects, self._documents, self._code = projects, documents, code
        self.rules = rules or RuleGateway(projects, offload)
        self.rules.on_change(self._announce)
        self._client: tuple[PositionEncoding, Any, str] = "utf-16", None, ""
        self._watches_code = False
        self._user_rules = user_rules_folder()
        self._beside: tuple[str, ...] = ()
        self._quiet = Quiet()
        self._writing: WritingGateway | None = None
        self._files: FilesGateway | None = None
        self._open_outgoing, self._open_conversations = open_outgoing, open_conversations
        self._open_models = open_models
        self._coordinator: Coordinator | None = None
        self._ghosts: list[GhostGateway] = []
        self._outgoing: list[tuple[tuple[ModelSettings, ...], Outgoing]] = []
        self._make_runner, self._offload, self._watch = runner, offload, watch
        self._runners: dict[tuple[int, int], CheckRunner] = {}
        self._tidying: list[Callable[[], None]] = []
        self.calls: Counter[str] = Counter()
        self.metrics = Metrics()
        self.who = ""
        """What the client calls itself."""
        if tree is not None:
            self._join(tree)

    def open_for(self, principal: Principal, refused: Callable[[NotAllowed], None]) -> None:
        """Open it for somebody who came in; `refused` is told of what they are refused."""
        self.principal, self.refused = principal, refused
        self.hand_on(self.rules)

    # Supervision

    @property
    def tree(self) -> "ClientTree":
        """Where what is done for this client is supervised. There is one from the moment somebody asks for it."""
        if self._tree is None:
            from rulewright.tree import ClientTree, make_node  # noqa: PLC0415 - the command line supervises nothing

            self._tree = ClientTree(make_node("alone"), is_only=True)
            self._join(self._tree)
        return self._tree

    def _join(self, tree: "ClientTree") -> None:
        tree.node.clients[tree.name] = self._report
        if self._code is not None:
            self._code.on_progress(self._index_progress)

    def introduce(self, program: str) -> None:
        """Who the client is: there is somebody from now on."""
        self.who = program
        self.tree.node.registry.register("client", self.tree.name, {"program": program})

    def _report(self) -> "ClientReport":
        """What there is to say of this client to whoever runs the server."""
        from rulewright.core.server_report import ClientReport, ProjectReport  # noqa: PLC0415 - as above

        return ClientReport(
            name=self.tree.name,
            program=self.who,
            open_documents=len(self._documents.documents),
            projects=tuple(
                ProjectReport(p.root, len(p.book.selection.active), p.book.revision) for p in self._projects.views
            ),
            calls=dict(self.calls),
            metrics=self.metrics.figures(),
            set_aside=self.set_aside(),
        )

    def report_server(self) -> "ServerReport":
        """The same of the whole process."""
        return self.tree.node.report()

    # State

    def take_snapshot(self) -> Snapshot:
        """What a request that is read now may see."""
        return Snapshot(self._documents.documents, self._projects.views)

    def open_document(self, uri: str, language_id: str, version: int | None, content: str) -> None:
        """An editor opened a document; its text wins over the disk from now on."""
        path = to_path(uri)
        self._documents.open(uri, path, language_id, version, content)
        self._tell(Opened(uri, path or uri, language_id, version, content.encode("utf-8", "surrogatepass")))

    def change_document(
        self, uri: str, version: int | None, changes: Sequence[ContentChange], encoding: PositionEncoding
    ) -> None:
        """An editor changed a document."""
        self._documents.change(uri, version, changes, encoding)
        self._quiet.changed(uri)
        self._tell(Changed(uri, version, tuple(changes)))

    def close_document(self, uri: str) -> None:
        """An editor closed a document; the disk counts again."""
        self._documents.close(uri)
        self.rules.closed(uri)
        self._quiet.forget(uri)
        self._tell(Closed(uri))

    # Projects

    def open_project(
        self, root: str, overlay: Mapping[str, Any], near: Iterable[str] | None = None
    ) -> tuple[Project, tuple[SettingProblem, ...]]:
        """Open one root and read its rules now; `near` limits them to those that can apply to some paths."""
        project = self._projects.open(root, overlay)
        self._count_errors(project.rules.load(near))
        return project.view, project.problems

    def look_again(self, root: str) -> tuple[Project, tuple[str, ...]]:
        """Open a root, or take what changed on its disk: for who watches nothing. With sentences worth showing."""
        self.calls["look_again"] += 1
        self._apply_settings()
        project = self._projects.open(root)
        self.rules.look_again(root)
        return project.view, (*map(_sentence, project.problems), *self.rules.take_problems())

    async def open_projects(self, roots: Sequence[str], editor_settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Open roots without holding up the event loop. Returns sentences worth showing."""
        editor_settings, messages = self._permitted(editor_settings)
        for root in roots:
            try:
                project, problems = await self._offload(self.open_project, root, editor_settings)
            except (OSError, ValueError) as error:
                # One folder that nobody can open costs the others nothing.
                messages.append(f"{root[:MAX_SHOWN]} cannot be opened: {error}.")
                continue
            messages += [_sentence(p) for p in problems]
            self._announce(project.root)
        self._tell_projects()
        return tuple(dict.fromkeys([*messages, *self.rules.take_problems()]))

    async def close_projects(self, roots: Sequence[str]) -> None:
        """Forget roots."""
        for root in roots:
            self._projects.close(root)
        self._tell_projects()

    async def configure(self, editor_settings: Mapping[str, Any]) -> tuple[str, ...]:
        """Take other settings from the editor, and read the files again."""
        editor_settings, messages = self._permitted(editor_settings)
        problems = await self._offload(self._apply_settings, editor_settings)
        self._tell_projects()
        for project in self._projects.opened:
            self._announce(project.root)
        return (*messages, *(_sentence(p) for p in problems))

    def _permitted(self, settings: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
        """What of a client's settings counts: those of the owner's alone do not come from somebody with a token."""
        if self.may("administer"):
            return settings, []
        kept, dropped = without_trusted(settings)
        return kept, [f"`{name}` is not taken from you: that needs the right `administer`." for name in dropped]

    def _apply_settings(self, editor_settings: Mapping[str, Any] | None = None) -> tuple[SettingProblem, ...]:
        before = {project.root: project.settings.packages for project in self._projects.opened}
        problems = self._projects.configure(editor_settings)
        for project in self._projects.opened:
            project.rules.set_policy(policy_of(project.settings.rules))
            if project.settings.packages != before.get(project.root):
                project.rules.load()
        used = {_runner_key(p.settings.check) for p in self._projects.opened}
        for key in set(self._runners) - used:
            self._runners.pop(key).close()
        return problems

    async def reload(self, paths: Sequence[str]) -> tuple[str, ...]:
        """Take what changed on disk at absolute `paths`. Returns sentences worth showing."""
        self.calls["reload"] += 1
        self._tell(Touched(tuple(paths)))
        problems: tuple[SettingProblem, ...] = ()
        before = {project.root: project.view for project in self._projects.opened}
        if any(path.endswith(("/rulewright.toml", "/pyproject.toml")) for path in paths):
            problems = await self._offload(self._apply_settings)
            self._tell_projects()
        for project in self._projects.opened:
            below = [r for p in paths if (r := project.view.relative(p)) is not None]
            about_rules = await self._offload(_about_rules, project, below) if below else []
            about_rules += [path for path in paths if path.startswith(self._user_rules + "/")]
            if about_rules and project.settings.rules.auto_reload:
                self._count_errors(await self._offload(project.rules.reload, about_rules))
            # An editor and a watcher of ours may tell the same change, and most changes are not about rules.
            if _differs(before.get(project.root), project.view):
                self._announce(project.root)
        return (*(_sentence(p) for p in problems), *self.rules.take_problems())

    async def reload_all(self) -> tuple[str, ...]:
        """Read all rules and settings again, because somebody asked for it."""
        problems = await self._offload(self._apply_settings)
        self._tell_projects()
        self._tell(Touched())
        for project in self._projects.opened:
            await self._offload(project.rules.load)
            self._announce(project.root)
        return (*(_sentence(p) for p in problems), *self.rules.take_problems())

    async def watch(self, on_change: OnChange, *, projects: bool) -> None:
        """Watch the disk until cancelled; `on_change` gets absolute paths to reload.

        The user's own rules are outside of what an editor watches; the projects' are watched here for editors that
        watch nothing.
        """

        def roots() -> list[str]:
            if not projects:
                return []
            nested = {f"{p.root}/{r.folder}" for p in self._projects.opened for r in p.view.book.rules if r.format}
            return sorted({p.root for p in self._projects.opened} | {folder.rstrip("/") for folder in nested})

        def folders() -> list[str]:
            if not projects:
                return [self._user_rules]
            nested = {f"{p.root}/{r.folder}" for p in self._projects.opened for r in p.view.book.rules if r.folder}
            tops = [".ai-rules", *sorted(name for name in NAMES if name.startswith("."))]
            return [self._user_rules, *(f"{folder}/{top}" for folder in sorted({*roots(), *nested}) for top in tops)]

        await self._watch(roots, folders, on_change)

    def on_rules_changed(self, listener: RulesListener) -> Callable[[], None]:
        """Call `listener` with the root of a project whose rules or settings changed. Returns how to stop that."""
        from rulewright.core.bus import RulesChanged  # noqa: PLC0415 - as above

        mine = self.tree.name

        def heard(event: "Event") -> None:
            # Other clients of the process have rules of their own.
            if isinstance(event.body, RulesChanged) and event.metadata.get("client") == mine:
                listener(event.body.root)

        return self.tree.node.bus.tap("rules", heard)

    # Code

    def begin_code(self, encoding: PositionEncoding, capabilities: Any, client_name: str) -> None:
        """Start what knows the code, for a client that counts in `encoding` and can do what `capabilities` say."""
        self._client = encoding, capabilities, client_name
        self._tell_projects()

    def ask_code(self, question: Question) -> "Future[bytes] | None":
        """The answer as JSON, asked now: of the documents as they are at this moment. None without code knowledge."""
        self.calls[type(question).__name__] += 1
        return self._code.ask(question) if self._code is not None else None

    def watch_code(self) -> None:
        """Watch all code on disk, because the client does not."""
        self._watches_code = True
        self._tell_projects()

    async def look_beside(self, editor: int) -> None:
        """Look which other servers the editor with this process has started, and leave their languages to them."""
        from rulewright.services.neighbours import languages_beside  # noqa: PLC0415 - not for the command line

        beside = tuple(sorted(await self._offload(languages_beside, editor, os.getpid())))
        if beside != self._beside:
            self._beside = beside
            self._tell_projects()

    def touched(self, paths: Iterable[str]) -> None:
        """Files of code, absolute, may have changed on disk."""
        self._tell(Touched(tuple(paths)))

    def pause_index(self, *, paused: bool) -> None:
        """Stop indexing, or go on."""
        self._tell(Pause(paused))

    def on_index_progress(self, listener: Callable[[Progress], None]) -> None:
        """Call this, in another thread, when an index has got further."""
        if self._code is not None:
            self._code.on_progress(listener)

    @property
    def code_is_gone(self) -> str:
        """Why there is no code knowledge any more, as a sentence; empty while all is well."""
        return self._code.gone if self._code is not None else ""

    def _tell(self, message: ToHost) -> None:
        if self._code is not None:
            self._code.tell(message)

    def _tell_projects(self) -> None:
        roots = tuple(
            Root(p.root, p.settings.index, p.settings.code, self._beside, p.settings.privacy.never_send)
            for p in self._projects.opened
        )
        self._tell(Configure(roots, *self._client, watch=self._watches_code))

    # Questions

    async def diagnose(self, snapshot: Snapshot, uri: str) -> Diagnosis:
        """Findings of one document, open or not."""
        self.calls["diagnose"] += 1
        place = _place(snapshot, uri) or self._place_of_own_rule(snapshot, uri)
        if place is None:
            return Diagnosis(skipped="outside every project")
        project, path = place
        document, read_rule = snapshot.documents.get(uri), rule_reader(project, path)
        read = partial(read_text, Path(project.root, path), max_kb=project.settings.check.max_file_kb)
        asked = self._code.ask(Syntax(uri)) if self._code is not None and document is not None else None
        self._select(project, path)
        started = perf_counter_ns()
        lint = partial(self.rules.lint, project)
        found = await diagnose(project, path, document, read, read_rule, lint, self._running(project), self._offload)
        self.metrics.observe(DIAGNOSES, perf_counter_ns() - started)
        if document is not None:
            self.rules.diagnosed(project, uri, path, found.findings)
        if asked is None or document is None:
            return found
        errors = await self._syntax_of(asked)
        rest_s = project.settings.server.syntax_rest_ms / 1000
        choose = partial(self._quiet.choose, uri, rest_s=rest_s)
        return with_syntax(found, path, document, errors, choose, self._client[0])

    def _place_of_own_rule(self, snapshot: Snapshot, uri: str) -> tuple[Project, str] | None:
        """Some project for a rule file of the user's, which lies outside of all and counts in each."""
        path = to_path(uri)
        is_own = path.startswith(self._user_rules + "/") and snapshot.projects
        return (snapshot.projects[0], path) if is_own else None

    async def _syntax_of(self, asked: "Future[bytes]") -> SyntaxErrors:
        import asyncio  # noqa: PLC0415 - the command line has no event loop and need not pay for one

        answer = await asyncio.wrap_future(asked)
        return msgspec.json.decode(answer, type=SyntaxErrors | None) or SyntaxErrors()

    async def diagnose_workspace(self, snapshot: Snapshot) -> AsyncIterator[tuple[str, Diagnosis]]:
        """Findings of every file of every project, by URI."""
        for project in snapshot.projects:
            entries: list[Found | Skipped] = await self._offload(list, self.files.walk(project))
            for entry in entries:
                if isinstance(entry, Found):
                    uri = from_path(f"{project.root}/{entry.path}")
                    yield uri, await self.diagnose(snapshot, uri)

    async def code_actions(
        self, snapshot: Snapshot, uri: str, chosen: Sequence[Range], only: tuple[str, ...]
    ) -> tuple[Action, ...]:
        """Actions for the findings that touch one of `chosen`."""
        self.calls["code_actions"] += 1
        document = snapshot.documents.get(uri)
        if document is None:
            return ()
        return code_actions(document, (await self.diagnose(snapshot, uri)).findings, chosen, only)

    async def action_edits(self, document: Document, action: Action) -> tuple[Edit, ...] | None:
        """The edits of an action of `document`; None where it cannot be done after all."""
        place = _place(self.take_snapshot(), document.uri)
        return await edits_of(document, action, self._running(place[0])) if place else action.edits

    async def explain(self, snapshot: Snapshot, uri: str) -> Explanation | None:
        """Every rule's verdict for one file; None outside every project."""
        self.calls["explain"] += 1
        place = _place(snapshot, uri)
        return await self._offload(explain, *place) if place else None

    @property
    def upkeep(self) -> "UpkeepGateway":
        """The door to what is kept outside of projects, and to what is wrong."""
        from rulewright.upkeep_gateway import UpkeepGateway  # noqa: PLC0415 - a check does without

        return self.hand_on(UpkeepGateway(self._projects, self.privacy.examine_trust, self._offload))

    @property
    def prompts(self) -> "PromptGateway":
        """The door to prompts."""
        from rulewright.prompt_gateway import PromptGateway  # noqa: PLC0415 - a check does without

        return self.hand_on(PromptGateway(metrics=self.metrics, trust=self.privacy.trust_of))

    @property
    def privacy(self) -> "PrivacyGateway":
        """The door to which projects are trusted, and what of a project leaves this machine."""
        from rulewright.privacy_gateway import PrivacyGateway  # noqa: PLC0415 - as above

        return self.hand_on(PrivacyGateway(is_trusted_by_editor=lambda: self._projects.is_trusted_by_editor))

    @property
    def conversations(self) -> "Conversing":
        """What is said in this project, and in others. Its own door is told in each call for whom it is.

        To be asked for in a thread: what it needs is imported the first time.
        """
        if self._open_conversations is None:
            raise LookupError("This gateway was made without conversations.")
        return self._open_conversations()

    @property
    def outgoing(self) -> "Outgoing":
        """The ways to models and other nodes, each behind the gate."""
        models = tuple(self._models())
        if not self._outgoing or self._outgoing[-1][0] != models:
            # Answers of the ones before go on; all are closed in the end.
            self._outgoing.append((models, self._open_outgoing(models)))
            if self._tree is not None:
                self._tree.register_models(self._outgoing[-1][1].providers)
        return self._outgoing[-1][1]

    def talk(
        self,
        open_door: "Callable[[], SessionGateway]",
        owner: Principal,
        tell: "Callable[[ModelResponded], object]" = lambda _: None,
    ) -> "ChatGateway":
        """The door to chat; what is said is kept behind `open_door`, and `tell` hears that a model answered."""
        from rulewright.chat_gateway import ChatGateway  # noqa: PLC0415 - no other request needs it

        chat = ChatGateway(self._asked_models(), open_door, owner, tell)
        self._tidying.append(chat.prune)
        return self.hand_on(chat)

    def review(self, open_door: "Callable[[], SessionGateway]", owner: Principal) -> "ReviewGateway":
        """The door to reviews by models; their calls are kept behind `open_door`."""
        from rulewright.review_gateway import ReviewGateway  # noqa: PLC0415 - as above

        return self.hand_on(ReviewGateway(self._asked_models(), open_door, owner))

    def suggest(self, open_door: "Callable[[], SessionGateway]", owner: Principal) -> "GhostGateway":
        """The door to ghost text; calls of models are kept behind `open_door`."""
        from rulewright.ghost_gateway import GhostGateway  # noqa: PLC0415 - as above

        ghosts = self.hand_on(GhostGateway(self._asked_models(), open_door, owner, self._running, self.ask_code))
        self._ghosts.append(ghosts)
        return ghosts

    def edit(self, open_door: "Callable[[], SessionGateway]", owner: Principal) -> "EditGateway":
        """The door to edits by models; calls of models are kept behind `open_door`."""
        from rulewright.edit_gateway import EditGateway  # noqa: PLC0415 - as above

        return self.hand_on(EditGateway(self._asked_models(), open_door, owner, self._running, self._offload))

    @property
    def answers(self) -> bool:
        """Whether a model is named that can be told what to do."""
        return any("chat" in model.roles for model in self._models())

    @property
    def completes(self) -> bool:
        """Whether a model is named for what stands behind the cursor."""
        return any("complete" in model.roles for model in self._models())

    def _asked_models(self) -> "Coordinator":
        """What asks models, for all who do."""
        from rulewright.call_desk import coordinator  # noqa: PLC0415 - as above

        if self._coordinator is None:
            at_once = min((project.settings.limits.at_once for project in self._projects.opened), default=1)
            self._coordinator = coordinator(lambda: self.outgoing, self._models, at_once=at_once)
        return self._coordinator

    @property
    def models(self) -> "ModelGateway":
        """The door to the models of the settings as they are now. To be asked for in a thread, as conversations are."""
        if self._open_models is None:
            raise LookupError("This gateway was made without models.")
        return self.hand_on(self._open_models(self, self._models()))

    def embedder(self, project: Project) -> "ModelProvider | None":
        """The model that says what texts mean, behind the gate; None unless the user named one for it."""
        named = next((model.name for model in project.settings.models if "embed" in model.roles), "")
        return self.outgoing.providers.get(named) if named else None

    def tidy(self) -> None:
        """Forget what was kept in memory long enough."""
        for prune in self._tidying:
            prune()

    def _models(self) -> "Sequence[ModelSettings]":
        of = {model.name: model for project in self._projects.opened for model in project.settings.models}
        return tuple(of.values())

    def start_with_trust(self, *, is_trusted: bool) -> None:
        """What the editor says of the workspace before any project is open."""
        self._projects.is_trusted_by_editor = is_trusted and self.may("administer")

    async def trust_by_editor(self, *, is_trusted: bool) -> tuple[str, ...]:
        """The editor's user trusts the workspace, or no longer. Returns sentences worth showing."""
        if self._projects.is_trusted_by_editor == is_trusted:
            return ()
        self._projects.is_trusted_by_editor = is_trusted and self.may("administer")
        problems = await self._offload(self._apply_settings)
        self._tell_projects()
        for project in self._projects.opened:
            self._announce(project.root)
        return tuple(_sentence(p) for p in problems)

    def is_about_rules(self, snapshot: Snapshot, uri: str, line: int) -> bool:
        """Whether a place may be in a rule file, or names a rule in a comment; a quick no for nearly all."""
        path = to_path(uri)
        if "/.ai-rules/" in path or path.startswith(self._user_rules + "/") or may_be_foreign(path):
            return True
        document = snapshot.documents.get(uri)
        # The lines are there after an edit; the whole text would have to be made for each key.
        lines = document.text.lines if document is not None else ()
        return line < len(lines) and may_suppress(lines[line])

    @property
    def own_rules_folder(self) -> str:
        """Where the user's own rules lie, whether there are any or not."""
        return self._user_rules

    async def writing(self) -> "WritingGateway":
        """The door to what helps those who write rules. What it needs is imported when somebody does."""
        if self._writing is None:
            self._writing = self.hand_on(await self._offload(_open_writing, self.rules.files_of, self._offload))
        return self._writing

    def rules_for(self, snapshot: Snapshot, uri: str) -> tuple[Applied, ...]:
        """The rules that apply to a document, highest precedence first, each with its reason."""
        place = _place(snapshot, uri)
        return place[0].book.selection.select(place[1]) if place else ()

    def shows_lens(self, snapshot: Snapshot, uri: str) -> bool:
        """Whether a line above a document's text may count the rules that apply to it."""
        place, document = _place(snapshot, uri), snapshot.documents.get(uri)
        if place is None or document is None:
            return False
        return place[0].settings.code.answers("lens", language_of(place[1], document.language_id))

    async def rule_file(self, snapshot: Snapshot, uri: str) -> RuleFile | None:
        """What there is to say of a rule file; None for any other document."""
        place = _place(snapshot, uri) or self._place_of_own_rule(snapshot, uri)
        return await self.rules.rule_file(*place) if place else None

    def explain_path(self, project: Project, path: str) -> Explanation:
        """The same for a path relative to the root."""
        self.calls["explain"] += 1
        self._select(project, path)
        explanation = explain(project, path)
        self.metrics.count(BUDGET_DROPS, sum(1 for v in explanation.rules if v.verdict == "dropped"))
        return explanation

    @property
    def files(self) -> "FilesGateway":
        """The door to the files of projects on the disk: checks and fixes of them, their rules' tests, baselines."""
        from rulewright.files_gateway import FilesGateway  # noqa: PLC0415 - an editor does without for long

        if self._files is None:
            self._files = FilesGateway(self.rules, self._running, self._select, self.calls, self.metrics)
        return self.hand_on(self._files)

    def tools(self, project: Project) -> "ToolsGateway":
        """The door to the rule files of other tools in a project."""
        from rulewright.tools_gateway import ToolsGateway  # noqa: PLC0415 - few commands need it

        self.calls["tools"] += 1
        return self.hand_on(ToolsGateway(project))

    def set_aside(self) -> tuple[SetAside, ...]:
        """The checks that are not run now, because they were slow or failed."""
        return tuple(one for runner in self._runners.values() for one in runner.set_aside())

    async def end_calls(self) -> None:
        """Stop what models are asked unasked, while there is still something that keeps calls."""
        for ghosts in self._ghosts:
            await ghosts.aclose()

    async def aclose(self) -> None:
        """End everything that was started."""
        if self._tree is not None:
            await self._tree.aclose()
        while self._outgoing:
            await self._outgoing.pop()[1].close()
        await self._offload(self.close)

    def close(self) -> None:
        """The same, for callers without an event loop."""
        while self._runners:
            self._runners.popitem()[1].close()
        self.rules.close()
        if self._code is not None:
            self._code.close()

    def _running(self, project: Project) -> CheckRunner:
        key = _runner_key(project.settings.check)
        if key not in self._runners:
            self._runners[key] = self._make_runner(project.settings.check)
        return self._runners[key]

    def _select(self, project: Project, path: str) -> tuple[Applied, ...]:
        """The rules that apply to a file; measured, and remembered for whoever asks next."""
        selection = project.book.selection
        self.metrics.count(SELECTION_CACHE_HITS, int(selection.remembers(path)))
        started = perf_counter_ns()
        applied = selection.select(path)
        self.metrics.observe(SELECTIONS, perf_counter_ns() - started)
        return applied

    def _count_errors(self, events: Iterable[RuleEvent]) -> None:
        self.metrics.count(PARSE_ERRORS, sum(1 for event in events if event.event_type == "rule_rejected"))

    def _announce(self, root: str) -> None:
        if self._tree is not None:
            from rulewright.core.bus import RulesChanged  # noqa: PLC0415 - as above

            told = RulesChanged(root)
            self._tree.node.bus.publish("rules", told, key=root, metadata={"client": self._tree.name})

    def _index_progress(self, progress: Progress) -> None:
        if progress.done >= progress.total and self._tree is not None:
            from rulewright.core.bus import AnalysisComplete  # noqa: PLC0415 - as above

            done = AnalysisComplete(progress.root, progress.total)
            self._tree.node.bus.publish("analysis_complete", done, key=progress.root)


def _open_writing(files_of: Callable[[Project], Sequence[str]], offload: Offload) -> "WritingGateway":
    from rulewright.writing_gateway import WritingGateway  # noqa: PLC0415 - no other request needs it

    return WritingGateway(files_of, offload)


def _place(snapshot: Snapshot, uri: str) -> tuple[Project, str] | None:
    """The project that a document lies in, and its path there; None outside of all."""
    path = to_path(uri)
    project = snapshot.project_of(path)
    relative = project.relative(path) if project else None
    return (project, relative) if project and relative is not None else None


def _about_rules(project: OpenProject, paths: Sequence[str]) -> list[str]:
    """Those of some paths where rules may have changed: rule files, folders, settings, and what held rules before."""
    known = project.view.book.entries
    found = [
        path
        for path in paths
        if ".ai-rules" in path.split("/")
        or path.endswith("rulewright.toml")
        or path.rpartition("/")[2] in MANIFESTS
        or path in known
        or Path(project.root, path).is_dir()
        or any(entry.startswith(path + "/") for entry in known)
    ]
    if any(is_new_or_gone(project.root, path, known) for path in paths):
        # It may take the place of another one, or give it back; the root stands for a look at everything.
        found.append("")
    pulling = [rule for rule in project.view.book.rules if rule.imports]
    return [*found, *(rule.path for rule in pulling if not rule.pulls_in.isdisjoint(paths))]


def _differs(before: Project | None, now: Project) -> bool:
    """Whether answers may be others than before."""
    return before is None or before.book is not now.book or before.settings != now.settings


def _runner_key(check: CheckSettings) -> tuple[int, int]:
    return check.jobs, check.timeout_s


def _sentence(problem: SettingProblem) -> str:
    return f"{problem.origin}: {problem.message} It was left out."
