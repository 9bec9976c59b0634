"""Steps of a case that ask a model, whose words are in the case: ghost text, edits, reviews and chat.

    -- llm --                                what `one` says to the next request; `-- llm two --` is said by `two`
    -- ? ghost a.py [invoked] --             what is suggested at the `<CURSOR>`; the body is typed there before
    -- ? ai KIND a.py [instruction] --       an edit of the code at the `<CURSOR>`, or of all where there is none
    -- ? review [--since=REVISION] a.py --   judged by the rules that have no check
    -- ? chat [stop] [--model=two] [a.py] -- a question, the step's body; `stop` ends it with the first words
    -- ? ask [a.py] --                       what a model was sent last, or last of a file

The ways out are the real ones, with the gate, the choice of a model and the accounts; only the servers are not there.
The loop is one without waiting (`quick_loop`): a deadline is over when nothing more comes, however slow the machine is.
"""

import asyncio
import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from rulewright.chat_gateway import Asking, ChatGateway
from rulewright.chat_shelf import CodeFinder, ProjectShelf
from rulewright.core.chat import events as chat
from rulewright.core.code_messages import Settled
from rulewright.core.findings import Finding
from rulewright.core.infill.suggestion import Spot, Suggestion
from rulewright.core.languages import language_of
from rulewright.core.models import Capabilities, Failed, Message, ModelRequest, Part, Source
from rulewright.core.prompt.conversation import Piece
from rulewright.core.retrieve.found import Context
from rulewright.core.review import events as review
from rulewright.core.snapshot import Document, Project
from rulewright.core.text import Text
from rulewright.core.uris import from_path
from rulewright.edit_gateway import EditGateway, Kind, NoModel, Wanted
from rulewright.features import ai_edit
from rulewright.features.chat_context import At
from rulewright.ghost_gateway import GhostGateway
from rulewright.review_gateway import Wanted as Review
from rulewright.services.access.owner import owner
from rulewright.services.models.scripted import Drop, Fail, Say, Script, ScriptedProvider, Stall, Step
from rulewright.session_app import Conversations
from tests.harness.case import ABILITIES, Section
from tests.harness.gateways import HeldGateway, make_gateway
from tests.harness.inline_code import InlineCode
from tests.harness.quick_loop import QuickLoop

Results = Iterator[tuple[str, list[str]]]

AROUND = 3
"""Lines that are shown on both sides of a suggestion."""
MANY = 12
"""Lines of a part that are shown as they are; of longer ones the first and the last."""
_FAULT = re.compile(
    r"<(?:(?P<word>STALL|DROP|HALF|NL|CRLF)|WAIT(?: (?P<s>[\d.]+))?|FAIL (?P<kind>\w+): (?P<told>.+)|(?P<n>\d+) TIMES)>"
)


def script_of(body: str) -> Script:
    """What a model says and does, from the body of a section; see `case`."""
    steps: list[Step] = []
    said: list[str] = []
    newline = "\n"

    def close() -> None:
        if said:
            steps.append(Say("\n".join(said)))
            said.clear()

    for line in body.removesuffix("\n").split("\n") if body else []:
        fault = _FAULT.fullmatch(line)
        if fault is None:
            said.append(line)
            continue
        close()
        match fault["word"]:
            case "STALL":
                steps.append(Stall())
            case "DROP":
                steps.append(Drop())
            case "HALF":
                steps.append(Say("\ufffd"))
            case "NL":
                steps.append(Say("\n"))
            case "CRLF":
                newline = "\r\n"
            case _ if fault["kind"]:
                told = {"kind": fault["kind"], "message": fault["told"]}
                steps.append(Fail(msgspec.convert(told, Failed)))
            case _ if fault["n"]:
                last = steps.pop()
                assert isinstance(last, Say), "only what is said can be said so often"
                # In few pieces, for there is much of it.
                steps.append(Say((last.text + "\n") * int(fault["n"]), chunk=4_096))
            case _:
                steps.append(Stall(float(fault["s"] or 1)))
    close()
    return [msgspec.structs.replace(s, text=s.text.replace("\n", newline)) if isinstance(s, Say) else s for s in steps]


class ModelSteps:
    """The steps; a world has them beside its others."""

    root: Path
    overlay: Mapping[str, Any]
    cursors: dict[str, int]
    _asked: "_Asked | None" = None
    _sections: Sequence[Section] = ()

    def models(self, sections: Sequence[Section]) -> None:
        """What models can do is known before the first of them is asked."""
        self._sections = [one for one in sections if one.kind == "llm"]

    def says(self, section: Section) -> None:
        """A model has something to say to the next request."""
        self._models.answers[_name(section)].append(script_of(section.body))

    @property
    def _models(self) -> "_Asked":
        if self._asked is None:
            self._asked = _Asked(self.root, self.overlay, self._sections)
        return self._asked

    def end_models(self) -> None:
        """Close all of it."""
        if self._asked is not None:
            self._asked.close()

    # Steps

    def do_ghost(self, body: str, path: str, *options: str) -> Results:
        """What is suggested behind the cursor."""
        asked, at = self._models, self.cursors.get(path, 0)
        typed = body.removesuffix("\n")
        content = asked.read(path)
        text = content[:at] + typed + content[at:]
        offset = at + len(typed)
        document = asked.open(path, text)
        spot = Spot(
            uri=document.uri,
            path=path,
            language=language_of(path, document.language_id),
            text=text,
            offset=offset,
            position=Text(text).to_client(Text(text).position(offset), "utf-16"),
            version=document.version,
            invoked="invoked" in options,
        )
        n_before = asked.n_requests
        found = asked.run(lambda: asked.suggest(spot))
        yield "ghost", _ghost_lines(spot, found, asked.n_requests - n_before)
        yield from asked.unsaid()

    def do_ask(self, _: str, path: str = "") -> Results:
        """What a model was sent."""
        sent = self._models.sent
        request = next((one for one in reversed(sent) if not path or path in _sources(one[1])), None)
        yield "asked", self._models.steady(_request_lines(*request)) if request else ["nothing"]

    def do_ai(self, _: str, kind: Kind, path: str, *instruction: str) -> Results:
        """An edit by a model."""
        asked = self._models
        n_before = asked.n_requests
        outcome, told = asked.run(lambda: asked.edit(kind, path, self.cursors.get(path), " ".join(instruction)))
        if isinstance(outcome, str):
            yield "failed", [outcome]
        elif outcome.is_good:
            yield outcome.path, _shown(outcome.after)
        elif outcome.failure:
            yield "failed", [outcome.failure]
        else:
            yield "not made", [f"{wrong.kind}: {wrong.text}" for wrong in outcome.wrongs]
        if told:
            yield "told", told
        if back := [line for _, request in asked.sent[n_before:] for line in _sent_back(request)]:
            yield "sent back", back
        yield "calls", [str(asked.n_requests - n_before)]
        yield from asked.unsaid()

    def do_review(self, _: str, *arguments: str) -> Results:
        """What rules without a check say, by a model's judgement."""
        asked = self._models
        since = next((one.partition("=")[2] or "HEAD" for one in arguments if one.startswith("--since")), "")
        paths = tuple(one for one in arguments if not one.startswith("--"))
        yield "review", asked.steady(asked.run(lambda: asked.review(Review(paths=paths, since=since))))
        yield from asked.unsaid()

    def do_chat(self, body: str, *options: str) -> Results:
        """A question in the conversation, which goes on from step to step."""
        asked = self._models
        model = next((one.partition("=")[2] for one in options if one.startswith("--model=")), "")
        path = next((one for one in options if one != "stop" and not one.startswith("--")), "")
        line = asked.read(path).count("\n", 0, self.cursors[path]) + 1 if path in self.cursors else 0
        asking = Asking(text=body.strip(), session=asked.session, at=At(path=path, line=line), model=model)
        yield "chat", asked.steady(asked.run(lambda: asked.talk(asking, stops="stop" in options)))
        yield from asked.unsaid()


class _Asked:
    """A gateway with models behind the real gate, for one case."""

    def __init__(self, root: Path, overlay: Mapping[str, Any], sections: Sequence[Section]) -> None:
        self.root = root
        self._kept = root / ".git" / "models"
        """Conversations and answers from before are of this case alone."""
        named = [str(one["name"]) for one in overlay.get("models", ())]
        self._can: dict[str, set[str]] = {name: set() for name in named or ["one"]}
        for section in sections:
            self._can.setdefault(_name(section), set()).update(section.words)
        self.answers: dict[str, deque[Script]] = {name: deque() for name in self._can}
        self.sent: list[tuple[str, ModelRequest]] = []
        self._providers = [self._provider(name, can) for name, can in self._can.items()]
        models = overlay.get("models") or [
            {"name": name, "provider": "openai", "model": name, "roles": ["chat", "complete"]} for name in self._can
        ]
        quiet = {"debounce_ms": 0, **overlay.get("ghost_text", {})}
        self._overlay = {**overlay, "models": models, "ghost_text": quiet}
        self.session = ""
        self._loop = asyncio.Runner(loop_factory=QuickLoop)
        self._version = 0
        with self._folders():
            self.code = InlineCode(self._kept / "cache")
            self.gateway: HeldGateway = make_gateway(self.code, providers=self._providers)
            self.gateway.begin_code("utf-16", None, "case")
            self.run(self._open_project)
            self.conversations = Conversations()
        door = lambda: self.conversations.gateway  # noqa: E731 - it is asked for whenever it is needed
        self._ghosts: GhostGateway = self.gateway.suggest(door, owner())
        self._edits: EditGateway = self.gateway.edit(door, owner())
        self._reviews = self.gateway.review(door, owner())
        self._chat: ChatGateway = self.gateway.talk(door, owner())

    async def _open_project(self) -> None:
        problems = await self.gateway.open_projects([self.root.as_posix()], self._overlay)
        assert not problems, problems
        await asyncio.wrap_future(self._settled())

    def _settled(self) -> Any:
        asked = self.gateway.ask_code(Settled())
        assert asked is not None
        return asked

    def _provider(self, name: str, can: set[str]) -> ScriptedProvider:
        def answer(request: ModelRequest) -> Script:
            self.sent.append((name, request))
            if not self.answers[name]:
                return [Fail(Failed("unreachable", f"{name} is down."))]
            return self.answers[name].popleft()

        capabilities = Capabilities(infill="chat" not in can, infill_extra="extra" in can)
        return ScriptedProvider(answer, name=name, capabilities=capabilities)

    def unsaid(self) -> Results:
        """What models had to say in this step, and were not asked for; the next step begins anew."""
        left = [f"{name}: {_many(len(scripts), 'answer')}" for name, scripts in self.answers.items() if scripts]
        for scripts in self.answers.values():
            scripts.clear()
        if left:
            yield "not asked for", left

    @property
    def n_requests(self) -> int:
        """All that were sent so far."""
        return len(self.sent)

    @property
    def project(self) -> Project:
        """As it is now."""
        return self.gateway.take_snapshot().projects[0]

    def run(self, make: Callable[[], Any]) -> Any:
        """Do something in the loop."""
        with self._folders():
            return self._loop.run(make())

    @contextmanager
    def _folders(self) -> Iterator[None]:
        names = {f"RULEWRIGHT_{name}_DIR": str(self._kept / name.lower()) for name in ("CACHE", "STATE")}
        before = {name: os.environ.get(name) for name in names}
        os.environ.update(names)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def read(self, path: str) -> str:
        """A file as an editor has it, line ends and all."""
        return (self.root / path).read_bytes().decode("utf-8", "surrogateescape")

    def open(self, path: str, text: str) -> Document:
        """An editor has a file open, with this text in it."""
        uri = from_path(f"{self.root.as_posix()}/{path}")
        known = self.gateway.take_snapshot().documents.get(uri)
        if known is None or known.text.content != text:
            self._version += 1
            if known is not None:
                self.gateway.close_document(uri)
            self.gateway.open_document(uri, "", self._version, text)
        return self.gateway.take_snapshot().documents[uri]

    def steady(self, lines: Sequence[str]) -> list[str]:
        """Lines without where the test runs."""
        return [one.replace(self.root.as_posix(), "<root>").replace(self.root.name, "<project>") for one in lines]

    def close(self) -> None:
        """End it."""
        with self._folders(), suppress(Exception):
            self._loop.run(self._ghosts.aclose())
        self._loop.close()
        self.conversations.close()
        self.code.close()
        self.gateway.close()

    # What is asked

    async def suggest(self, spot: Spot) -> Suggestion:
        """What is suggested, once the index knows what there is."""
        await asyncio.wrap_future(self._settled())
        snapshot = self.gateway.take_snapshot()
        found = ((self.project.relative(one.path), one.version) for one in snapshot.documents.values())
        return await self._ghosts.suggest(self.project, spot, {path: v for path, v in found if path is not None})

    async def edit(
        self, kind: Kind, path: str, cursor: int | None, instruction: str
    ) -> tuple[ai_edit.Outcome | str, list[str]]:
        """What comes of an edit, and what its user is told meanwhile."""
        document = self.open(path, self.read(path))
        wanted = await self._wanted(kind, document, path, cursor, instruction)
        told: list[str] = []
        outcome: ai_edit.Outcome | None = None
        target = wanted.path

        def version() -> int | None:
            return wanted.version

        try:
            async with aclosing(self._edits.propose(self.project, wanted, self._shelf(), version)) as events:
                async for event in events:
                    match event:
                        case ai_edit.Noticed(text):
                            told.append(text)
                        case ai_edit.Outcome():
                            outcome = event
        except NoModel as problem:
            return str(problem), told
        assert outcome is not None
        assert outcome.path == target
        return outcome, told

    async def _wanted(self, kind: Kind, document: Document, path: str, cursor: int | None, instruction: str) -> Wanted:
        """What an editor would ask for: see `adapters.lsp.ai_room`."""
        text = document.text.content
        if kind == "test":
            return self._tests_wanted(path, text, cursor, instruction)
        found = (await self.gateway.diagnose(self.gateway.take_snapshot(), document.uri)).findings
        start, end = (0, len(text)) if cursor is None else (cursor, cursor)
        row = document.text.position(start).line
        there: Sequence[Finding] = [one for one in found if cursor is None or one.range.start.line == row]
        if kind == "fix_all" and there:
            there = [one for one in found if one.rule_id == there[0].rule_id]
            start, end = min(one.start for one in there), max(one.end for one in there)
        return Wanted(
            kind=kind,
            path=path,
            text=text,
            language=language_of(path, document.language_id),
            version=document.version,
            start=start,
            end=end,
            instruction=instruction,
            findings=tuple(there),
        )

    def _tests_wanted(self, path: str, text: str, cursor: int | None, instruction: str) -> Wanted:
        target = self._edits.test_file(path, lambda one: (self.root / one).exists())
        assert target, f"nobody knows where tests of {path} belong"
        there = self.read(target) if (self.root / target).exists() else ""
        language = language_of(path)
        name = self._edits.named(text, language, cursor or 0, cursor or 0) if cursor is not None else ""
        last = text.count("\n") + 1
        piece = Piece(
            text=text,
            what=f"{path}:1-{last}",
            why="what is to be tested",
            source=Source(path, 1, last),
            language=language,
            is_named=True,
        )
        what = f"`{name}` in {path}" if name else f"{path}:1-{last}"
        return Wanted(
            kind="test",
            path=target,
            text=there,
            language=language,
            end=len(there),
            instruction=f"Write tests for {what}. {instruction}".strip(),
            pieces=(piece,),
            is_whole=True,
        )

    def _shelf(self) -> ProjectShelf:
        async def ask_code(question: Any) -> Any:
            asked = self.gateway.ask_code(question)
            assert asked is not None
            return msgspec.json.decode(await asyncio.wrap_future(asked), type=Context | None)

        snapshot = self.gateway.take_snapshot()
        texts = {
            relative: one.text.content
            for one in snapshot.documents.values()
            if (relative := self.project.relative(one.path)) is not None
        }
        return ProjectShelf(self.project, asyncio.to_thread, texts, CodeFinder(self.project.root, ask_code))

    async def review(self, wanted: Review) -> list[str]:
        """What comes of a review, by file."""
        rows: list[tuple[str, int, str]] = []
        end: list[str] = []
        async for event in self._reviews.review(self.project, wanted):
            match event:
                case review.Found(path, findings):
                    rows += [(path, one.range.start.line, _finding(one)) for one in findings]
                case review.Skipped(path, why):
                    rows.append((path, -1, f"{path} {why}"))
                case review.NotReviewed(path, first, last, why):
                    rows.append((path, first, f"{path}:{first}-{last} not reviewed: {why}"))
                case review.Noticed(text):
                    rows.append(("", 0, text))
                case review.Failed(text):
                    end.append(f"failed: {text}")
                case review.Done(totals, remark):
                    end += [remark] if remark else []
                    left_out = f", {totals.dropped} left out" if totals.dropped else ""
                    end.append(f"{_many(totals.findings, 'finding')}{left_out}; {_many(totals.calls, 'call')}")
        return [*(line for *_, line in sorted(rows)), *end]

    async def talk(self, asking: Asking, *, stops: bool) -> list[str]:
        """What comes of a question."""
        lines: list[str] = []
        words: list[str] = []
        async with aclosing(self._chat.ask(self.project, self._shelf(), asking)) as events:
            async for event in events:
                match event:
                    case chat.Asked(session=session):
                        self.session = session.id
                    case chat.Prepared():
                        along = [f"rules {', '.join(event.rules)}"] if event.rules else []
                        along += [f"code {', '.join(event.context)}"] if event.context else []
                        lines.append(f"to {event.intent}{', with ' if along else ''}{' and '.join(along)}")
                        lines += event.remarks
                    case chat.Noticed(text):
                        lines.append(text)
                    case chat.Answering():
                        lines.append(f"{event.model} is asked, {event.why}")
                    case chat.Grew(text):
                        words.append(text)
                        if stops:
                            break
                    case chat.Done():
                        lines += [*_quoted("".join(words)), event.ended]
                    case chat.Failed(text):
                        lines += [*_quoted("".join(words)), f"failed: {text}"]
        if stops:
            lines += [*_quoted("".join(words)), "closed by its reader"]
        if self.session:
            door, who = self.conversations.gateway, owner()
            messages = (await asyncio.to_thread(door.open, who, self.session)).messages
            lines.append(f"kept: {', '.join(f'{one.role} {one.status}' for one in messages)}")
        return lines


def _name(section: Section) -> str:
    return next((one for one in section.words if one not in ABILITIES), "one")


def _finding(finding: Finding) -> str:
    note, place = finding.note.replace("\n", "; "), f"{finding.path}:{finding.range.start.line + 1}"
    return f"{place} {finding.severity} {finding.rule_id}: {finding.message} ({note})"


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _shown(text: str) -> list[str]:
    """The lines of a text, with a mark for what nobody sees."""
    visible = text.replace("\r", "<CR>").replace("\ufffd", "<HALF>")
    return visible.removesuffix("\n").split("\n")


def _quoted(text: str) -> list[str]:
    return [f"| {line}".rstrip() for line in _shown(text)] if text else []


def _ghost_lines(spot: Spot, found: Suggestion, n_calls: int) -> list[str]:
    if not found.text:
        return [f"nothing: {found.why_not}"]
    before = "\n".join(spot.before.split("\n")[-AROUND - 1 :])
    after = "\n".join(spot.after[found.replace_right :].split("\n")[: AROUND + 1])
    lines = _shown(f"{before}«{found.text}»{after}")
    replaced = spot.after[: found.replace_right]
    lines += [f"in place of {replaced!r}"] if replaced else []
    lines += [f"mended by {', '.join(found.repaired_by)}"] if found.repaired_by else []
    lines += ["from the index"] if found.origin == "index" else []
    lines += ["from what was suggested before, without a call"] if found.origin == "cache" and not n_calls else []
    return lines


def _sources(request: ModelRequest) -> set[str]:
    return {part.source.path for part in _parts(request) if part.source is not None}


def _sent_back(request: ModelRequest) -> list[str]:
    """What was wrong with an answer, as the model is told that is asked once more."""
    told = "".join(part.text for part in _parts(request) if part.label == "wrongs")
    return [line for line in told.splitlines() if line.startswith("- ")]


def _parts(request: ModelRequest) -> list[Part]:
    parts = [part for message in request.messages for part in message.parts]
    if (hole := request.infill) is not None:
        parts += [*hole.extra, hole.prefix, hole.suffix]
    return parts


def _request_lines(name: str, request: ModelRequest) -> list[str]:
    stop = f", up to {' or '.join(map(repr, request.stop))}" if request.stop else ""
    lines = [f"{name}: {request.purpose}, at most {request.max_tokens} tokens{stop}"]
    if (hole := request.infill) is not None:
        rows = [*(("beside", part) for part in hole.extra), ("before", hole.prefix), ("behind", hole.suffix)]
        for what, part in rows:
            lines += _part_lines(what, part)
    for message in request.messages:
        lines += _message_lines(message)
    return lines


def _message_lines(message: Message) -> list[str]:
    lines: list[str] = []
    for part in message.parts:
        lines += _part_lines(message.role, part)
    return lines


def _part_lines(what: str, part: Part) -> list[str]:
    where = ""
    if part.source is not None:
        rows = f":{part.source.first_line}-{part.source.last_line}" if part.source.first_line else ""
        where = f" {part.source.path}{rows}"
    shown = _shown(part.text)
    if part.label == "frame":
        # What it says is the same in each case.
        shown = shown[:1]
    if len(shown) > MANY:
        shown = [*shown[: MANY // 2], f"... {len(shown) - MANY} more lines ...", *shown[-MANY // 2 :]]
    return [f"{what}{f' {part.label}' if part.label else ''}{where}", *(f"| {line}".rstrip() for line in shown)]
