"""An answer that comes bit by bit: in memory, on the disk every couple of seconds, and in the conversation at its end.

A program that is killed leaves what there was; whoever opens the conversation next sees it as stopped.
"""

from contextlib import suppress
from typing import Protocol, Self

import msgspec

from rulewright.core.session import MAX_MESSAGE_BYTES, Draft, Message, Part
from rulewright.services.sessions.opened import NoSession
from rulewright.services.sessions.shelf import Written

SAVE_S = 2.0
"""How much of an answer a sudden end may cost."""
FULL = f"It was cut off at {MAX_MESSAGE_BYTES / 1e6:.0f} MB, which is the most that is kept."


class Keeper(Protocol):
    """Keeps answers."""

    def save_answer(self, answer: "Answer") -> bool:
        """Put what there is on the disk."""
        ...

    def end_answer(self, answer: "Answer") -> Written:
        """Make it a message."""
        ...


class Answer:
    """One answer. `add` is for an event loop; what saves and ends it waits for the disk."""

    def __init__(self, keeper: Keeper, session_id: str, draft: Draft) -> None:
        self.session_id = session_id
        self.message: Message | None = None
        """Its place in the conversation."""
        self._keeper, self._draft = keeper, msgspec.structs.replace(draft, status="partial")
        self._parts = [part.text for part in draft.parts]
        self._n_bytes = sum(len(text.encode("utf-8", "replace")) for text in self._parts)
        self._saved_at_s = 0.0
        self._ended: Written | None = None

    @property
    def id(self) -> str:
        """Of the message that it will be."""
        return self.message.id if self.message is not None else ""

    @property
    def is_full(self) -> bool:
        """Whether no more of it is kept."""
        return self._n_bytes >= MAX_MESSAGE_BYTES

    def by(self, model: str) -> None:
        """Another model gives it than the one that it was begun for."""
        self._draft = msgspec.structs.replace(self._draft, author=model, model=model)

    def add(self, text: str, now_s: float) -> bool:
        """Add what came, at a time by a clock that never jumps; whether it is time to `save`."""
        room = MAX_MESSAGE_BYTES - self._n_bytes
        if len(text) * 4 > room:
            text = text.encode("utf-8", "replace")[: max(0, room)].decode("utf-8", "ignore")
        self._parts.append(text)
        self._n_bytes += len(text.encode("utf-8", "replace")) if room > len(text) * 4 else room
        if not self._saved_at_s:
            self._saved_at_s = now_s
        if now_s - self._saved_at_s < SAVE_S:
            return False
        self._saved_at_s = now_s
        return True

    def save(self) -> bool:
        """Put what there is on the disk; False where it cannot be."""
        return self._ended is None and self._keeper.save_answer(self)

    def finish(self, *, interaction_id: str = "", model: str = "") -> Written:
        """It is whole. Raises NoSession when the conversation was deleted meanwhile."""
        if not any(part.strip() for part in self._parts):
            return self.fail("The model answered without a word.")
        return self._end(
            status="stopped" if self.is_full else "whole",
            note=FULL if self.is_full else "",
            interaction_id=interaction_id or self._draft.interaction_id,
            model=model or self._draft.model,
        )

    def stop(self, why: str) -> Written:
        """Somebody stopped it."""
        return self._end(status="stopped", note=why)

    def fail(self, why: str) -> Written:
        """It cannot go on."""
        return self._end(status="failed", note=why)

    def draft(self) -> Draft:
        """What there is of it."""
        return msgspec.structs.replace(self._draft, parts=(Part("".join(self._parts)),))

    def so_far(self) -> Message:
        """The same in its place."""
        assert self.message is not None
        draft = self.draft()
        return msgspec.structs.replace(
            self.message,
            parts=draft.parts,
            status=draft.status,
            note=draft.note,
            model=draft.model,
            interaction_id=draft.interaction_id,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Whatever happens, it ends: what was not finished was stopped."""
        if self._ended is None:
            # Who deleted the conversation wants no end of it.
            with suppress(NoSession):
                self.stop("It was stopped." if kind is None else f"It was stopped ({kind.__name__}).")

    def _end(self, **facts: str) -> Written:
        if self._ended is None:
            self._draft = msgspec.structs.replace(self._draft, **facts)
            self._ended = self._keeper.end_answer(self)
        return self._ended
