"""`rulewright ask` and `rulewright chat`: questions about the project here, answered by a model of the settings."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, aclosing, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import click
import msgspec

from rulewright.adapters.cli.chat_code import ProjectCode
from rulewright.adapters.cli.drawing import Drawing, Markdown, Plain
from rulewright.adapters.cli.interrupts import Runner
from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.project import open_project, relative_to
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.sessions import conversing, message_lines
from rulewright.chat_gateway import Asking, ChatGateway
from rulewright.chat_shelf import CodeFinder, ProjectShelf
from rulewright.core.budget import dollars
from rulewright.core.chat.events import Answering, Asked, ChatEvent, Done, Failed, Grew, Noticed, Prepared
from rulewright.core.chat.question import help_text
from rulewright.core.permissions import Principal
from rulewright.core.snapshot import Project
from rulewright.features.chat_context import At
from rulewright.gateway import Gateway
from rulewright.session_gateway import SessionGateway, SessionProblem

MAX_PIPED = 1_000_000
"""Characters of what is piped in; more is no question."""
INTERRUPTED = 130
RECALLED = 5
"""Conversations whose questions the arrow keys bring back."""
COMMANDS = {
    "help": "say what there is",
    "new": "begin a new conversation",
    "again": "have the last question answered once more, in place of its answer",
    "model": "ask another model from now on: /model NAME; without a name the models are listed",
    "receipt": "say what was sent for the last answer, and why",
    "sessions": "list the conversations about this project",
    "open": "go on with another conversation: /open ID",
    "quit": "end; so does Ctrl-D",
}


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was given beside the question."""

    at: str = ""
    model: str = ""
    session: str = ""
    is_plain: bool = False
    overlay: tuple[str, ...] = ()


class _Talk:
    """A project, a conversation and a loop in which questions are asked."""

    def __init__(
        self, gateway: Gateway, project: Project, door: SessionGateway, me: Principal, code: ProjectCode, wanted: Wanted
    ) -> None:
        self.gateway, self.project, self.door, self.me = gateway, project, door, me
        self._code = code
        self.chat: ChatGateway = gateway.talk(lambda: door, me)
        self.session, self.model, self.last_call = wanted.session, wanted.model, ""
        self.at = _place(Path(project.root), wanted.at)

    async def ask(self, text: str, show: Callable[[ChatEvent], None], *, regenerate: bool = False) -> bool:
        """Ask, and show what comes; whether there was an answer."""
        asking = Asking(
            text=text, session=self.session, at=self.at, model=self.model, interface="cli", regenerate=regenerate
        )
        finder = CodeFinder(self.project.root, self._code.ask, self.gateway.embedder(self.project))
        shelf = ProjectShelf(self.project, asyncio.to_thread, {}, finder, self._diagnose)
        is_answered = False
        async with aclosing(self.chat.ask(self.project, shelf, asking)) as events:
            async for event in events:
                if isinstance(event, Asked):
                    self.session = event.session.id
                elif isinstance(event, Done | Failed):
                    is_answered = isinstance(event, Done)
                    self.last_call = event.interaction_id or self.last_call
                show(event)
        return is_answered

    async def _diagnose(self, path: str) -> list[str]:
        def check() -> list[str]:
            found = [f for report in self.gateway.files.check(self.project, [path]) for f in report.findings]
            return [f"{path}:{f.range.start.line + 1}: {f.severity}: {f.message} ({f.rule_id})" for f in found]

        return await asyncio.to_thread(check)


@contextmanager
def _talking(launcher: Launcher, wanted: Wanted) -> "Iterator[tuple[_Talk, Runner]]":
    gateway = launcher.headless()
    project = open_project(gateway, gateway.files.root_of(Path.cwd()), wanted.overlay)
    with (
        conversing(launcher) as (door, me),
        Runner() as runner,
        closing(ProjectCode(launcher, project)) as code,
    ):
        try:
            yield _Talk(gateway, project, door, me, code, wanted), runner
        finally:
            runner.run(gateway.aclose())


def _place(root: Path, written: str) -> At:
    """The place that `--at` names."""
    if not written:
        return At()
    path, _, lines = written.rpartition(":")
    first, dash, last = lines.partition("-")
    if not path or not first.isdecimal() or (dash and not last.isdecimal()):
        path, first, last = written, "0", ""
    relative = relative_to(root, path)
    if last:
        low, high = sorted((int(first), int(last)))
        return At(path=relative, line=low, first_line=low, last_line=high)
    return At(path=relative, line=int(first))


def _piped() -> str:
    """What is piped in; empty at a terminal."""
    if sys.stdin is None or sys.stdin.isatty():
        return ""
    text = sys.stdin.buffer.read(4 * MAX_PIPED + 1).decode("utf-8", "replace")
    if len(text) > MAX_PIPED:
        raise click.UsageError(
            f"What is piped in is longer than {MAX_PIPED:,} characters: name a file in the question instead (@PATH)."
        )
    return text.strip("\n")


def run_ask(launcher: Launcher, question: str, wanted: Wanted, *, as_json: bool) -> int:
    """Ask one question; 1 where there is no answer."""
    if question.strip() == "/help":
        click.echo(help_text())
        return 0
    if piped := _piped():
        fence = "```"
        while fence in piped:
            fence += "`"
        question = f"{question}\n\n{fence}\n{piped}\n{fence}" if question.strip() else piped
    if not question.strip():
        raise click.UsageError('Say what you want to know: rulewright ask "what does @src/cart.py do?"')
    with _talking(launcher, wanted) as (talk, runner):
        shown = _Json() if as_json else _Shown(is_plain=wanted.is_plain, is_brief=not sys.stderr.isatty())
        try:
            with shown:
                return 0 if runner.run(talk.ask(question, shown.show)) else 1
        except KeyboardInterrupt:
            click.echo("Stopped. What there is of the answer is kept.", err=True)
            return INTERRUPTED


def run_chat(launcher: Launcher, wanted: Wanted) -> int:
    """Ask and answer until the user ends it."""
    with _talking(launcher, wanted) as (talk, runner), _history(talk):
        if talk.session:
            _show_so_far(talk)
        click.secho(f"{Path(talk.project.root).name}: ask away. /help lists what there is, Ctrl-D ends.", dim=True)
        while True:
            try:
                text = _line()
            except EOFError:
                click.echo()
                return 0
            except KeyboardInterrupt:
                # The line is thrown away, as in a shell.
                click.echo()
                continue
            if not text.strip():
                continue
            word, _, rest = text.strip().partition(" ")
            if word == "/quit":
                return 0
            if word[:1] == "/" and word[1:] in _LOCAL:
                _LOCAL[word[1:]](talk, rest.strip())
                continue
            _answer(talk, runner, text, wanted, regenerate=word == "/again")


def _answer(talk: _Talk, runner: Runner, text: str, wanted: Wanted, *, regenerate: bool) -> None:
    shown = _Shown(is_plain=wanted.is_plain, is_brief=False)
    try:
        with shown:
            runner.run(talk.ask("" if regenerate else text, shown.show, regenerate=regenerate))
    except KeyboardInterrupt:
        click.secho("Stopped. What there is of the answer is kept; /again asks once more.", dim=True)
    except SessionProblem as problem:
        click.echo(printable(str(problem)), err=True)


def _line() -> str:
    """What is typed; a line that ends with a backslash goes on."""
    lines = [input("> ")]
    while lines[-1].endswith("\\"):
        lines[-1] = lines[-1][:-1]
        lines.append(input(". "))
    return "\n".join(lines)


@contextmanager
def _history(talk: _Talk) -> Iterator[None]:
    """Lines of before can be taken back with the arrow keys. They are those of the user's own conversations."""
    try:
        import readline
    except ImportError:  # Windows has its own.
        yield
        return
    with suppress(SessionProblem):
        for session in reversed(talk.door.list(talk.me, Path(talk.project.root))[:RECALLED]):
            for message in talk.door.open(talk.me, session.id).messages:
                if message.role == "user" and "\n" not in message.plain:
                    readline.add_history(message.plain)
    yield


def _show_so_far(talk: _Talk) -> None:
    found = talk.door.open(talk.me, talk.session)
    talk.session = found.session.id
    click.secho(printable(found.session.name), bold=True)
    for message in found.messages[-6:]:
        for line in message_lines(message):
            click.echo(line)


def _help(talk: _Talk, _: str) -> None:
    del talk
    for name, what in COMMANDS.items():
        click.echo(f"  /{name:<10} {what}")
    click.echo(f"\n{help_text()}\n\nA line that ends with a backslash goes on in the next one.")


def _new(talk: _Talk, _: str) -> None:
    talk.session = ""


def _model(talk: _Talk, name: str) -> None:
    known = talk.chat.models()
    if name:
        if not any(name in (model.name, model.model) for model in known):
            click.echo(printable(f"There is no model {name} in your settings."), err=True)
            return
        talk.model = name
    for model in known:
        mark = "*" if talk.model in (model.name, model.model) else " "
        where = "on this machine" if model.is_local else "elsewhere"
        click.echo(
            printable(f"{mark} {model.name}  {model.model or model.name}, {where}, for {', '.join(model.roles)}")
        )
    if not known:
        click.echo("No model is set up. `rulewright models list` shows what runs on this machine.")


def _receipt(talk: _Talk, _: str) -> None:
    from rulewright.adapters.cli.receipts import show_receipt

    try:
        # An answer that was stopped, or given before this began, has told nobody here its id.
        calls = talk.door.interactions(talk.me, session=talk.session, limit=1) if talk.session else ()
        if not calls and not talk.last_call:
            click.echo("Nothing was asked yet.")
            return
        show_receipt(calls[0] if calls else talk.door.interaction(talk.me, talk.last_call), with_prompt=False)
    except SessionProblem as problem:
        click.echo(printable(str(problem)), err=True)


def _sessions(talk: _Talk, _: str) -> None:
    for session in talk.door.list(talk.me, Path(talk.project.root))[:20]:
        mark = "*" if session.id == talk.session else " "
        click.echo(printable(f"{mark} {session.id[:8]}  {session.n_messages:>4}  {session.name}"))


def _open(talk: _Talk, session: str) -> None:
    if not session:
        click.echo("Say which: /open ID. /sessions lists them.", err=True)
        return
    before, talk.session = talk.session, session
    try:
        _show_so_far(talk)
    except SessionProblem as problem:
        talk.session = before
        click.echo(printable(str(problem)), err=True)


_LOCAL: dict[str, Callable[[_Talk, str], None]] = {
    "help": _help,
    "new": _new,
    "model": _model,
    "receipt": _receipt,
    "sessions": _sessions,
    "open": _open,
}


class _Shown:
    """Events for people: the answer on standard output, all else on standard error."""

    def __init__(self, *, is_plain: bool, is_brief: bool) -> None:
        """`is_brief` leaves out what is only of interest at a terminal."""
        self._is_brief = is_brief
        self._makes = Plain if is_plain or not sys.stdout.isatty() else Markdown
        self._drawing: AbstractContextManager[Drawing | None] | None = None
        self._draws: Drawing | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: Any) -> None:  # noqa: PYI036 - handed on as it is
        self._end(*raised)

    def _end(self, *raised: Any) -> None:
        drawing, self._drawing, self._draws = self._drawing, None, None
        if drawing is not None:
            drawing.__exit__(*(raised or (None, None, None)))

    def show(self, event: ChatEvent) -> None:
        """Show one event."""
        match event:
            case Grew(text):
                if self._draws is None:
                    self._drawing = self._makes()
                    self._draws = self._drawing.__enter__()
                assert self._draws is not None
                self._draws.add(text)
            case Done() | Failed():
                self._end()
                self._say_end(event)
            case _:
                self._say(event)

    def _say(self, event: ChatEvent) -> None:
        match event:
            case Asked(problem=problem) if problem:
                _aside(f"The question is kept in memory only, and lost when this ends: {problem}.")
            case Noticed(text):
                _aside(text)
            case Prepared() if not self._is_brief:
                along = [*(f"rule {name}" for name in event.rules), *event.context]
                if along:
                    _aside(f"goes along: {', '.join(along[:8])}{f' and {len(along) - 8} more' if along[8:] else ''}")
            case _:
                pass
        if isinstance(event, Prepared):
            for remark in event.remarks:
                _aside(remark)
        if isinstance(event, Answering) and not self._is_brief:
            _aside(f"{event.model} answers, {event.why}")

    def _say_end(self, event: Done | Failed) -> None:
        if isinstance(event, Failed):
            click.echo(printable(f"rulewright: {event.text}"), err=True)
            return
        if event.problem:
            _aside(f"The answer is kept in memory only: {event.problem}.")
        if event.message.note:
            _aside(event.message.note)
        if not self._is_brief:
            cost = f", {dollars(event.cost_micro)}" if event.cost_micro else ""
            counted = f"{event.tokens_in:,} tokens sent, {event.tokens_out:,} answered"
            _aside(f"{counted}, {event.latency_ms / 1000:.1f} s{cost}; receipt {event.interaction_id[:8]}")


class _Json:
    """Events for programs, a line each."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        return None

    def show(self, event: ChatEvent) -> None:
        """Print one event."""
        click.echo(msgspec.json.encode(event).decode())


def _aside(text: str) -> None:
    click.secho(printable(text), dim=True, err=True)
