"""Writes an answer into a chat document while its user goes on writing: a few edits a second, for the text as it is.

An edit carries the version of the text that it was made for, and an editor refuses it when that is not the newest; then
it is made again. What was written is found by its own text, so typing elsewhere moves it and does no harm.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp import convert
from rulewright.adapters.lsp.language_server import Server
from rulewright.core.chat.document import (
    TAIL,
    AskedHere,
    as_written,
    closing,
    find_again,
    note_of,
    opening,
    place_of_note,
    read_chat,
)
from rulewright.core.chat.events import Asked, ChatEvent, Done, Failed, Grew, Noticed
from rulewright.core.edits import Edit
from rulewright.core.permissions import NotAllowed
from rulewright.core.snapshot import Document

if TYPE_CHECKING:
    from rulewright.adapters.lsp.chat_room import ChatRoom

EVERY_S = 0.25
"""Four edits a second at most."""
EVERY_LATE_S, TYPING_S = 1.0, 3.0
"""The same for an editor that tells of changes late: what is typed in between makes it refuse an edit, and say so. And
how long somebody who typed is left in peace there."""
TELLS_LATE = frozenset({"neovim"})
STOPPED_S = 2.0
"""For what is left to be written of an answer that was stopped."""
EDIT_S = 30.0
"""For the editor to make an edit."""
PATIENCE = 40
"""Attempts in a row that come to nothing before the document is given up."""


async def answer(ls: Server, room: "ChatRoom", document: Document) -> None:
    """Answer the question of a chat document."""
    asked = read_chat(document.text.content)
    if not asked.question:
        ls.show("Write a question below the last `## You`, then run rulewright.chat.send again.", t.MessageType.Info)
        return
    page = _Page(ls, document, asked)
    from rulewright.adapters.lsp.chat_room import Said  # noqa: PLC0415 - each needs the other

    said = Said(text=asked.question, session=asked.session, uri=document.uri, title=asked.title)
    writing = asyncio.create_task(page.write(), name="writing into a chat")
    try:
        async with aclosing(room.ask(said)) as events:
            await _follow(page, events, asked.session, asked.note_at)
    except asyncio.CancelledError:
        page.end("*You stopped it.*\n")
        await _done_soon(writing)
        raise
    except (JsonRpcException, NotAllowed) as problem:
        page.end(f"*{problem}*\n")
    finally:
        page.is_over = True
        page.news.set()
        await _done(writing)


async def _follow(page: "_Page", events: AsyncGenerator[ChatEvent, None], session: str, note_at: int) -> None:
    async for event in events:
        match event:
            case Asked(session=kept):
                page.begin(None if session else (note_at, f"\n\n{note_of(kept.id)}"))
            case Noticed(text):
                page.add_aside(text)
            case Grew(text):
                page.add(text)
            case Done(message=message):
                page.end(f"*{message.note}*\n" if message.note else "")
            case Failed(text):
                page.end(f"*{text}*\n")
            case _:
                pass


async def _done_soon(writing: "asyncio.Task[None]") -> None:
    """Wait a little: an editor that makes no edit any more, or is gone, holds up nothing."""
    try:
        await asyncio.wait({writing}, timeout=STOPPED_S)
    finally:
        if not writing.done():
            writing.cancel()


async def _done(writing: "asyncio.Task[None]") -> None:
    """Wait until all is written."""
    try:
        await asyncio.wait({writing})
    except asyncio.CancelledError:
        await _done_soon(writing)
        raise
    if not writing.cancelled():
        writing.result()


class _Page:
    """A document, and what stands or shall stand in it."""

    def __init__(self, ls: Server, document: Document, asked: AskedHere) -> None:
        self._ls, self._uri, self._near = ls, document.uri, asked.end
        self._newline = "\r\n" if "\r\n" in document.text.content else "\n"
        self._at_first = document.text.content
        self._end = asked.end
        question = asked.question[-TAIL:]
        self._anchor = question if self._at_first[: self._end].endswith(question) else ""
        """What stands before the answer, by which it is told from another one that begins alike."""
        self.said = ""
        self._asides = ""
        self._after: str | None = None
        self._note: tuple[int, str] | None = None
        self.is_over = False
        self.news = asyncio.Event()
        self._is_late = ls.client.name.lower() in TELLS_LATE
        self._typed_at = -TYPING_S
        self._seen = document.version
        self._n_unseen = 0
        self._base: int | None = None
        """The version that the last edit was made for."""
        self._written: list[str] = []
        """What was written, in the states in which the document may be: the newest last."""

    def begin(self, note: tuple[int, str] | None) -> None:
        """The question is kept. `note`, with its offset, ties the document to it from the first edit on."""
        self._note = note
        self.news.set()

    def add(self, text: str) -> None:
        """More of the answer."""
        self.said += text
        self.news.set()

    def add_aside(self, text: str) -> None:
        """A sentence before the answer."""
        if not self.said:
            self._asides += f"> {text}\n\n"
            self.news.set()

    def end(self, last: str) -> None:
        """Nothing more comes but this."""
        if self._after is None:
            self._after = f"\n\n{last}" if last and self.said else last
            self.is_over = True
            self.news.set()

    def _wanted(self) -> str:
        """All that shall stand there by now."""
        is_whole = self._after is not None
        said = self.said.replace("\r\n", "\n").replace("\r", "\n")
        body = as_written(said, is_whole=is_whole) + (self._after or "")
        text = opening(self._at_first, self._end) + self._asides + body
        if is_whole:
            text += closing(text)
        return text.replace("\n", self._newline)

    async def write(self) -> None:
        """Write what comes until it is over."""
        loop = asyncio.get_running_loop()
        n_failed = 0
        while True:
            await self.news.wait()
            self.news.clear()
            began = loop.time()
            is_done = await self._write_once()
            n_failed = 0 if is_done else n_failed + 1
            if n_failed > PATIENCE or (n_failed and self._document() is None):
                self._ls.show(
                    "The answer cannot be written into the document any more; it is kept in the conversation "
                    "(`rulewright sessions`)."
                )
                return
            if not is_done:
                self.news.set()
            elif self.is_over and self._written and self._written[-1] == self._wanted():
                return
            elif self.is_over:
                self.news.set()
            every_s = EVERY_LATE_S if self._is_late and self.said else EVERY_S
            await asyncio.sleep(max(0.0, every_s - (loop.time() - began)))
            while self._is_late and (left_s := self._typed_at + TYPING_S - loop.time()) > 0 and not self.is_over:
                await asyncio.sleep(left_s)
                self._look_who_typed()

    def _look_who_typed(self) -> None:
        """See whether the document changed by another hand than ours since this was asked last."""
        document = self._document()
        if document is not None and document.version != self._seen:
            self._seen = document.version
            self._typed_at = asyncio.get_running_loop().time()

    def _document(self) -> Document | None:
        return self._ls.gateway.take_snapshot().documents.get(self._uri)

    async def _write_once(self) -> bool:
        """Make one edit, unless there is nothing to write; whether the document is now as it should be."""
        self._look_who_typed()
        document, wanted = self._document(), self._wanted()
        if document is None:
            return False
        text = document.text.content
        if not self._written:
            at = self._first_place(text)
            # Blank lines behind the question are no part of it.
            until = len(text) if not text[at:].strip() else at
            return await self._make(document, [*self._noting(text), Edit(at, until, wanted)], wanted)
        found = find_again(text, [self._anchor + written for written in self._written], self._near)
        if found is None:
            if len(self._written) == 1 and document.version != self._base:
                # Not even the first edit was made.
                self._written.clear()
            return False
        number, end = found
        known = self._written[number]
        if number + 1 < len(self._written) and document.version == self._base and self._n_unseen < PATIENCE // 2:
            # The editor said that it made an edit, and has yet to tell of it.
            self._n_unseen += 1
            return False
        self._n_unseen = 0
        # What was found is how the document is: the rest was taken back, or was not made after all.
        self._written = self._written[max(0, number - 1) : number + 1]
        self._near = end
        if wanted == known:
            return True
        return await self._make(document, [Edit(end, end, wanted[len(known) :])], wanted)

    def _first_place(self, text: str) -> int:
        """Where the answer begins: behind the question, wherever that stands by now."""
        before = self._at_first[: self._end]
        found = find_again(text, [before], self._end) if before else (0, 0)
        return found[1] if found is not None else len(text)

    def _noting(self, text: str) -> tuple[Edit, ...]:
        """The edit that writes the note."""
        if self._note is None:
            return ()
        at, note = self._note
        at = place_of_note(text, self._at_first[:at])
        # Without a title it stands first, and what follows begins a line of its own.
        shown = (note if at else note.lstrip() + "\n\n").replace("\n", self._newline)
        return (Edit(at, at, shown),)

    async def _make(self, document: Document, edits: Sequence[Edit], whole: str) -> bool:
        """Make edits, with which `whole` of the answer stands there; whether the editor did."""
        edit = convert.workspace_edit(self._uri, document.version, edits, document.text, self._ls.client)
        # Without a label: Neovim would print it each time.
        params = t.ApplyWorkspaceEditParams(edit=edit)
        self._base = document.version
        self._written.append(whole)
        try:
            said: Any = await self._ls.ask(t.WORKSPACE_APPLY_EDIT, params, EDIT_S)
        except (JsonRpcException, TimeoutError):
            return False
        is_made = bool(isinstance(said, dict) and said.get("applied"))
        if not is_made:
            self._written.pop()
        else:
            await self._settled(document)
            now = self._document()
            self._seen = now.version if now is not None else None
        return is_made

    async def _settled(self, before: Document) -> None:
        """Wait until the edit is seen here too: some editors tell of changes a little later."""
        for _ in range(PATIENCE):
            now = self._document()
            if now is None or now.text is not before.text:
                return
            await asyncio.sleep(EVERY_S / 10)
