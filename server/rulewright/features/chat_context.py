"""What goes along with a question: what it names, what its user works on, and what was found for it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from difflib import get_close_matches
from posixpath import basename, normpath

import msgspec

from rulewright.core.chat.ports import Shelf
from rulewright.core.chat.question import Mention, MentionKind, Question
from rulewright.core.languages import language_of
from rulewright.core.models import Source
from rulewright.core.prompt.conversation import Piece
from rulewright.core.retrieve.split import quoted_in, terms
from rulewright.core.text import split_lines

AROUND = 60
"""Lines before and behind the cursor that go along unasked."""
SMALL_TALK = frozenset(
    {
        "hello",
        "hi",
        "hey",
        "good",
        "morning",
        "evening",
        "bye",
        "goodbye",
        "thanks",
        "thank",
        "please",
        "great",
        "nice",
        "cool",
        "perfect",
        "ok",
        "okay",
        "yes",
        "yeah",
        "no",
        "sure",
        "again",
        "continue",
        "more",
        "go",
        "on",
        "there",
    }
)
"""Words that alone say nothing of code."""
FOUND_SHARE = 0.4
"""Of a prompt, for what is found unasked."""
MAX_FILES = 20
"""Of a folder that is named."""
MAX_LISTED = 2_000


class At(msgspec.Struct, frozen=True, kw_only=True):
    """Where its user was when they asked."""

    path: str = ""
    """Below the root; empty where they work on no file of the project."""
    line: int = 0
    """Of the cursor, from 1; 0 where that is not known."""
    first_line: int = 0
    """Of what is selected, from 1; 0 where nothing is."""
    last_line: int = 0


class Gathered(msgspec.Struct, frozen=True):
    """What was gathered, the most useful first."""

    pieces: tuple[Piece, ...]
    remarks: tuple[str, ...]
    """Sentences about what was named and could not be had."""


def says_what(question: str) -> bool:
    """Whether there is anything to look for: a greeting or a word of thanks brings no code along."""
    return bool(quoted_in(question)) or not SMALL_TALK.issuperset(terms(question))


async def gather(question: Question, at: At, shelf: Shelf, tokens: int, *, finds: bool) -> Gathered:
    """What goes along; `tokens` is what a prompt may have, `finds` whether anything is looked for unasked."""
    gathering = _Gathering(at, shelf, tokens)
    if not (finds and says_what(question.text)):
        await gathering.asked_for(question)
        return gathering.result()
    # It takes longest, and somewhere else.
    finding = asyncio.ensure_future(shelf.find(question.text, at.path, at.line, int(tokens * FOUND_SHARE)))
    try:
        await gathering.asked_for(question)
        found = await finding
    finally:
        finding.cancel()
    gathering.remarks += found.remarks
    for piece in found.pieces:
        gathering.add(piece)
    return gathering.result()


class _Gathering:
    """What was gathered so far."""

    def __init__(self, at: At, shelf: Shelf, tokens: int) -> None:
        self._at, self._shelf, self._tokens = at, shelf, tokens
        self.pieces: list[Piece] = []
        self.remarks: list[str] = []
        self._kinds: Mapping[MentionKind, Callable[[Mention], Awaitable[None]]] = {
            "file": self.file,
            "symbol": self.symbol,
            "selection": self.selection,
            "diagnostics": self.diagnostics,
            "diff": self.diff,
            "map": self.map,
        }

    async def asked_for(self, question: Question) -> None:
        """Fetch what a question names, and what its user looks at."""
        at, named = self._at, {mention.kind for mention in question.mentions}
        for mention in question.mentions:
            await self._kinds[mention.kind](mention)
        if at.first_line and "selection" not in named:
            await self.selection(Mention("selection"))
        elif at.path and not named & {"file", "selection"}:
            await self.surroundings()

    def result(self) -> Gathered:
        """All of it."""
        return Gathered(tuple(self.pieces), tuple(self.remarks))

    def add(self, piece: Piece) -> None:
        """Keep a piece, unless all of it is there already."""
        new = piece.source
        for known in self.pieces:
            old = known.source
            if new is None or old is None or new.path != old.path or known.what.startswith("changes"):
                continue
            if not old.first_line or (old.first_line <= new.first_line and new.last_line <= old.last_line):
                return
        self.pieces.append(piece)

    def miss(self, mention: Mention, reason: str) -> None:
        """Something that was named cannot be had."""
        self.remarks.append(f"{mention.written or '@' + mention.kind} {reason}.")

    async def file(self, mention: Mention) -> None:
        """A file, some lines of it, or the files of a folder."""
        path = _inside(mention.name or self._at.path)
        if not path:
            reason = "names a place outside of the project" if mention.name else "needs a file that you work on"
            self.miss(mention, reason)
            return
        read = await self._shelf.read(path)
        if read.text is not None:
            self.add(_of_file(path, read.text, mention.first_line, mention.last_line, "named in the question"))
            return
        listed = await self._shelf.listing(path)
        if listed:
            await self._folder(mention, path, listed)
            return
        if read.why_not == "is not there":
            await self._suggest(mention, path)
        else:
            self.miss(mention, read.why_not)

    async def _folder(self, mention: Mention, path: str, listed: Sequence[str]) -> None:
        for inner in listed[:MAX_FILES]:
            read = await self._shelf.read(inner)
            if read.text is not None:
                self.add(_of_file(inner, read.text, 0, 0, f"in {path}, which the question names"))
        if len(listed) > MAX_FILES:
            self.miss(mention, f"holds {len(listed):,} files, of which the first {MAX_FILES} were looked at")

    async def _suggest(self, mention: Mention, path: str) -> None:
        """There is no such file: one that is called so elsewhere is meant where there is just one."""
        known = (await self._shelf.listing(""))[:MAX_LISTED]
        same = [one for one in known if one == path or one.endswith(f"/{path}")]
        if len(same) == 1:
            read = await self._shelf.read(same[0])
            if read.text is not None:
                self.add(_of_file(same[0], read.text, mention.first_line, mention.last_line, "named in the question"))
                return
        if same:
            self.miss(mention, f"may be one of {', '.join(same[:5])}: write more of its path")
            return
        close = get_close_matches(basename(path), [basename(one) for one in known], n=1)
        like = next((one for one in known if close and basename(one) == close[0]), "")
        self.miss(mention, f"is not there{f'; there is {like}' if like else ''}")

    async def symbol(self, mention: Mention) -> None:
        """Definitions of a name."""
        name = mention.name
        if not name and self._at.path and self._at.line:
            read = await self._shelf.read(self._at.path)
            name = _name_in(read.text or "", self._at.line)
        if not name:
            self.miss(mention, "needs a name, as in @symbol:NAME, or the cursor on one")
            return
        found = await self._shelf.define(name, self._at.path, self._tokens)
        if not found:
            self.miss(mention, "is defined nowhere that the index knows of")
        for piece in found:
            self.add(msgspec.structs.replace(piece, is_named=True))

    async def selection(self, mention: Mention) -> None:
        """What is selected."""
        at = self._at
        read = await self._shelf.read(at.path) if at.path and at.first_line else None
        if read is None:
            self.miss(mention, "is empty: select something first")
        elif read.text is None:
            self.miss(mention, f"is in {at.path}, which {read.why_not}")
        else:
            self.add(_of_file(at.path, read.text, at.first_line, at.last_line, "you selected it"))

    async def surroundings(self) -> None:
        """What stands around the cursor of the file that is worked on."""
        at = self._at
        read = await self._shelf.read(at.path)
        if read.text is None:
            if read.why_not:
                self.remarks.append(f"{at.path} {read.why_not}, so nothing of it goes along.")
            return
        n_lines = max(1, len(_lines(read.text)))
        line = min(max(at.line, 1), n_lines)
        first, last = max(1, line - AROUND), min(n_lines, line + AROUND)
        self.add(_of_file(at.path, read.text, first, last, "you work on it"))

    async def diagnostics(self, mention: Mention) -> None:
        """What is wrong in the file that is worked on."""
        path = self._at.path
        found = await self._shelf.diagnostics(path) if path else ()
        if not path:
            self.miss(mention, "needs a file that you work on")
        elif not found:
            self.miss(mention, f"has nothing to say: nothing is wrong in {path} that Rulewright knows of")
        else:
            what = f"diagnostics of {path}"
            text = "\n".join(found)
            self.add(Piece(text=text, what=what, why="named in the question", source=Source(path), is_named=True))
            await self.surroundings()

    async def diff(self, mention: Mention) -> None:
        """What changed."""
        revision = mention.name or "HEAD"
        patches, said = await self._shelf.changes(revision)
        if said:
            self.remarks.append(said)
        elif not patches:
            self.miss(mention, f"is empty: nothing changed since {revision}")
        for path, patch in patches:
            what = f"changes of {path} since {revision}"
            why = "named in the question"
            self.add(Piece(text=patch, what=what, why=why, source=Source(path), language="diff", is_named=True))

    async def map(self, mention: Mention) -> None:
        """The files and main definitions of the project."""
        text = await self._shelf.overview(self._at.path, int(self._tokens * FOUND_SHARE))
        if text:
            self.add(Piece(text=text, what="the map of the project", why="named in the question", is_named=True))
        else:
            self.miss(mention, "cannot be drawn: the index knows nothing of this project yet")


def _inside(path: str) -> str:
    """A path below the root as it is known there; empty for one that leads outside."""
    if path.startswith("/") or "\\" in path or "\0" in path:
        return ""
    clean = normpath(path) if path else ""
    return "" if clean.startswith("..") or clean == "." else clean


def _lines(text: str) -> list[str]:
    lines = split_lines(text)
    return lines[:-1] if len(lines) > 1 and not lines[-1] else lines


def _of_file(path: str, text: str, first: int, last: int, why: str) -> Piece:
    lines = _lines(text)
    if first:
        first = min(first, max(1, len(lines)))
        last = min(max(last, first), max(1, len(lines)))
        text = "".join(lines[first - 1 : last])
    what = f"{path}:{first}-{last}" if first else path
    source = Source(path, first, last)
    is_named = why != "you work on it"
    return Piece(text=text, what=what, why=why, source=source, language=language_of(path), is_named=is_named)


def _name_in(text: str, line: int) -> str:
    """The first name that is defined in a line, or stands there: an editor's command has no more than the line."""
    lines = _lines(text)
    if not 0 < line <= len(lines):
        return ""
    words = [word for word in _words(lines[line - 1]) if word not in _KEYWORDS]
    return words[0] if words else ""


def _words(line: str) -> list[str]:
    found, word = [], ""
    for char in line + " ":
        if char.isalnum() or char == "_":
            word += char
            continue
        if word and not word[0].isdigit():
            found.append(word)
        word = ""
    return found


_KEYWORDS = frozenset(
    {
        *("def", "class", "async", "fn", "func", "function", "pub", "let", "const", "var", "val", "export", "default"),
        *("import", "from", "return", "if", "else", "for", "while", "static", "private", "public", "protected", "void"),
        *("int", "defmodule", "defp", "do", "end", "type", "struct", "enum", "interface", "impl", "module", "final"),
    }
)
