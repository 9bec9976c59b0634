"""`rulewright sessions`: conversations in a terminal and for programs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from rulewright.adapters.cli.launcher import Launcher
from rulewright.adapters.cli.render_json import to_json
from rulewright.adapters.cli.report import printable
from rulewright.adapters.cli.rules import table
from rulewright.core.permissions import NotAllowed, Principal
from rulewright.core.session import Conversation, Draft, Message, Session, SessionEvent
from rulewright.core.session_text import heading, markdown_pieces, minute, shortest, to_record
from rulewright.session_gateway import SessionGateway, SessionProblem, Written

T = TypeVar("T")
NEW = "new"
_COLOURS = {"user": "cyan", "assistant": "green", "system": "magenta", "tool": "yellow"}


class SessionsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright sessions list --json`."""

    version: int
    sessions: tuple[Session, ...]
    """What changed last first."""


class SessionHitRecord(msgspec.Struct, frozen=True):
    """A message that was found."""

    session: Session
    message: str
    """Its id; empty where the conversation as a whole is about the like."""
    excerpt: str


class SessionHitsRecord(msgspec.Struct, frozen=True):
    """The output of `rulewright sessions search --json`."""

    version: int
    query: str
    hits: tuple[SessionHitRecord, ...]
    """Best first."""


class SessionChangeRecord(msgspec.Struct, frozen=True):
    """The output of the commands below `rulewright sessions` that change something, with `--json`."""

    version: int
    done: str
    """`appended`, `forked`, `renamed`, `archived`, `unarchived`, `imported` or `deleted`."""
    session: Session
    message: Message | None
    """The one that was added."""


@contextmanager
def conversing(
    launcher: Launcher, announce: Callable[[SessionEvent], None] = lambda _: None
) -> Iterator[tuple[SessionGateway, Principal]]:
    """The door to conversations, for whoever runs the command. What is refused ends the command with a sentence."""
    kept = launcher.conversations(announce)
    try:
        yield kept.gateway, launcher.local_principal()
        kept.close()
    except (SessionProblem, NotAllowed) as problem:
        raise click.ClickException(printable(str(problem))) from None
    finally:
        # What was told not to be done shall not be done now.
        kept.give_up()
        for sentence in kept.take_problems():
            click.echo(printable(f"rulewright: {sentence}"), err=True)


def run_list(launcher: Launcher, *, everywhere: bool, archived: bool, everybody: bool, as_json: bool) -> int:
    """List conversations."""
    with conversing(launcher) as (gateway, me):
        root = None if everywhere else Path.cwd()
        found = gateway.list(me, root, archived=archived, everybody=everybody)
    if as_json:
        click.echo(to_json(SessionsRecord(1, found)))
        return 0
    if not found:
        click.echo(_none_listed(everywhere=everywhere, archived=archived))
        return 0
    names = shortest([s.id for s in found])
    head = ["session", "changed", "messages", "title", *(["user"] if everybody else []), *(["project"] * everywhere)]
    rows = [
        (
            *(names[s.id], minute(s.updated), f"{s.n_messages:,}", s.name),
            *((s.user,) if everybody else ()),
            *((s.root,) if everywhere else ()),
        )
        for s in found
    ]
    for line in table(head, rows):
        click.echo(line)
    return 0


def _none_listed(*, everywhere: bool, archived: bool) -> str:
    where = "" if everywhere else " about this project"
    if archived:
        return f"No conversation{where} was put away." + ("" if everywhere else " --all lists those of other projects.")
    more = "" if everywhere else ", and --all lists those of other projects"
    return f"No conversations{where}. `rulewright sessions append new` begins one{more}."


def run_show(launcher: Launcher, session: str, *, as_json: bool) -> int:
    """Print a conversation."""
    with conversing(launcher) as (gateway, me):
        conversation = gateway.open(me, session)
    if as_json:
        for piece in _json_pieces(conversation):
            click.echo(piece, nl=False)
        return 0
    for line in _lines(conversation):
        click.echo(line)
    return 0


def run_append(launcher: Launcher, session: str, text: str, *, title: str, as_json: bool) -> int:
    """Add a message of the user."""
    if title and session != NEW:
        raise click.UsageError("--title is for a new conversation; rulewright sessions rename gives another title.")
    if text == "-":
        if sys.stdin.isatty():
            click.echo("Write, and end with Ctrl-D:", err=True)
        text = sys.stdin.buffer.read().decode("utf-8", "replace").rstrip("\n")

    def work(gateway: SessionGateway, me: Principal) -> Written:
        draft = Draft.text("user", text, interface="cli")
        if session != NEW:
            return gateway.append(me, session, draft)
        begun = gateway.create(me, Path.cwd(), title=title)
        try:
            return gateway.append(me, begun.session.id, draft)
        except SessionProblem:
            # Nobody wants a conversation of which even the beginning was refused.
            gateway.delete(me, begun.session.id)
            raise

    return _changed(launcher, "appended", work, as_json=as_json)


def run_search(launcher: Launcher, query: str, *, everywhere: bool, everybody: bool, limit: int, as_json: bool) -> int:
    """Find messages; 1 when there are none."""
    with conversing(launcher) as (gateway, me):
        hits = gateway.search(me, query, None if everywhere else Path.cwd(), everybody=everybody, limit=limit)
    if as_json:
        records = tuple(SessionHitRecord(hit.session, hit.message_id, hit.excerpt) for hit in hits)
        click.echo(to_json(SessionHitsRecord(1, query, records)))
        return int(not hits)
    if not hits:
        click.echo(f"No message has {printable(query)!r}." + ("" if everywhere else " --all looks in all projects."))
        return 1
    names = shortest([hit.session.id for hit in hits])
    for hit in hits:
        title = click.style(printable(hit.session.name), bold=True)
        click.echo(f"{names[hit.session.id]}  {minute(hit.session.updated)}  {title}")
        click.echo(f"    {printable(' '.join(hit.excerpt.split()))}")
    return 0


def run_fork(launcher: Launcher, session: str, message: str, *, title: str, as_json: bool) -> int:
    """Begin a conversation with the messages of another."""

    def work(gateway: SessionGateway, me: Principal) -> Written:
        at = _message_meant(gateway.open(me, session), message) if message else ""
        return gateway.fork(me, session, at, title=title)

    return _changed(launcher, "forked", work, as_json=as_json)


def run_rename(launcher: Launcher, session: str, title: str, *, as_json: bool) -> int:
    """Give a conversation another title."""
    return _changed(launcher, "renamed", lambda gateway, me: gateway.rename(me, session, title), as_json=as_json)


def run_archive(launcher: Launcher, session: str, *, archived: bool, as_json: bool) -> int:
    """Put a conversation away, or take it back."""
    return _changed(
        launcher,
        "archived" if archived else "unarchived",
        lambda gateway, me: gateway.archive(me, session, archived=archived),
        as_json=as_json,
    )


def run_export(launcher: Launcher, session: str, output_format: str, output: str | None) -> int:
    """Print a conversation as a document, or write it to a file."""
    with conversing(launcher) as (gateway, me):
        conversation = gateway.open(me, session)
    pieces = _json_pieces(conversation) if output_format == "json" else markdown_pieces(conversation)
    if output is None or output == "-":
        for piece in pieces:
            click.echo(piece, nl=False)
        return 0
    with Path(output).open("wb") as file:
        file.writelines(piece.encode("utf-8", "replace") for piece in pieces)
    click.echo(f"Wrote {printable(output)}.", err=True)
    return 0


def run_import(launcher: Launcher, data: bytes, *, as_json: bool) -> int:
    """Make a conversation of an export."""
    return _changed(launcher, "imported", lambda gateway, me: gateway.take_over(me, Path.cwd(), data), as_json=as_json)


def run_delete(launcher: Launcher, session: str, *, yes: bool, as_json: bool) -> int:
    """Delete a conversation for good."""
    with conversing(launcher) as (gateway, me):
        known = gateway.open(me, session).session
        if not (yes or _is_told_to(known)):
            return 0
        gone, leftovers = gateway.delete(me, known.id)
    if as_json:
        click.echo(to_json(SessionChangeRecord(1, "deleted", gone, None)))
    else:
        click.echo(f"Deleted {gone.id} ({printable(gone.name)}).")
    for path in leftovers:
        click.echo(
            printable(f"rulewright: {path} was set aside because it is damaged, and may still hold it."), err=True
        )
    return 0


def _changed(
    launcher: Launcher, done: str, work: Callable[[SessionGateway, Principal], Written], *, as_json: bool
) -> int:
    """Change something and say so; 1 when it could not be kept."""
    with conversing(launcher) as (gateway, me):
        written = work(gateway, me)
        if written.problem:
            raise SessionProblem(f"Nothing was {done}: {written.problem}.")
    s = written.session
    if as_json:
        click.echo(to_json(SessionChangeRecord(1, done, s, written.message if done == "appended" else None)))
    else:
        what = f"message {written.message.id} to " if written.message is not None and done == "appended" else ""
        click.echo(f"{done.capitalize()} {what}{s.id} ({printable(s.name)}).")
    return 0


def _is_told_to(session: Session) -> bool:
    if not sys.stdin.isatty():
        raise click.UsageError("Nothing is deleted without being told: use --yes.")
    messages = "1 message" if session.n_messages == 1 else f"{session.n_messages:,} messages"
    if click.confirm(f"Delete {session.id} ({printable(session.name)}) with {messages} for good?"):
        return True
    click.echo("Nothing was deleted.")
    return False


def _json_pieces(conversation: Conversation) -> Iterator[str]:
    """An export as JSON, message by message: a long conversation need not be in memory once more."""
    record = msgspec.structs.replace(to_record(conversation), messages=())
    before, brackets, after = to_json(record).rpartition("[]")
    messages = conversation.messages
    yield before + (brackets if not messages else "[\n")
    for number, message in enumerate(messages, start=1):
        lines = to_json(message).replace("\n", "\n    ")
        yield f"    {lines}" + (",\n" if number < len(messages) else "\n  ]")
    yield after + "\n"


def _message_meant(conversation: Conversation, asked: str) -> str:
    found = [m.id for m in conversation.messages if m.id.startswith(asked)]
    if len(found) > 1 and asked not in found:
        raise SessionProblem(f"`{asked}` begins several messages of this conversation. Write more of it.")
    return asked if asked in found or not found else found[0]


def _lines(conversation: Conversation) -> Iterator[str]:
    s = conversation.session
    yield click.style(printable(s.name), bold=True)
    facts = [s.id, f"changed {minute(s.updated)}", s.root, s.model and f"model {s.model}", "archived" * s.archived]
    yield click.style(printable("  ".join(fact for fact in facts if fact)), dim=True)
    names = shortest([m.id for m in conversation.messages])
    for message in conversation.messages:
        yield from message_lines(message, names[message.id])


def message_lines(message: Message, name: str = "") -> Iterator[str]:
    """A message as people read it in a terminal, below an empty line."""
    yield ""
    head = click.style(printable(heading(message)), fg=_COLOURS[message.role], bold=True)
    yield f"{head}  {click.style(name, dim=True)}" if name else head
    for part in message.parts:
        if part.source is not None:
            lines = f":{part.source.start_line}" if part.source.start_line else ""
            yield click.style(printable(f"{part.source.path}{lines}"), dim=True)
        indent = "    " if part.kind == "code" else ""
        yield from (indent + printable(line.expandtabs(4)) for line in part.text.strip("\n").split("\n"))
    if message.note:
        yield click.style(printable(message.note), fg="yellow")
