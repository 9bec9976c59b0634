"""A conversation of 1,000 messages, opened by a program that has just started, beside reading it as one JSON file."""

import secrets
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from rulewright.core.session import Draft, Message
from rulewright.core.session_text import ExportRecord, to_record
from rulewright.services.clock import SystemClock
from rulewright.services.sessions import document
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore
from tests.bench.timing import Figure, interleaved

LIMIT_S = 50e-3
TEXT = "A question about a parser that drops tabs, with some of its code. " * 12


def figures() -> Iterator[Figure]:
    """The figures."""
    assert document.Document
    for n_messages, limit in ((1_000, LIMIT_S), (5_000, None)):
        yield from _figures(n_messages, limit)


def _figures(n_messages: int, limit: float | None) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions, store = _program(folder)
        session = sessions.create(workspace="w", root="/p", user="u").session.id
        # Written as one, since it is not the writing that is measured.
        data = [Draft.text("user", f"{number} {TEXT}") for number in range(n_messages)]
        made = [_message(draft, number) for number, draft in enumerate(data, start=1)]
        conversation = msgspec.structs.replace(sessions.open(session), messages=tuple(made))
        session = sessions.take_over(conversation, workspace="w", root="/p", user="u").session.id
        # As it is between two times that it is summed up.
        for draft in data[:40]:
            sessions.append(session, draft)
        store.close()
        file = folder / "export.json"

        def ours() -> float:
            other, its_store = _program(folder)
            began = time.perf_counter()
            opened = other.open(session)
            seconds = time.perf_counter() - began
            assert len(opened.messages) == n_messages + 40
            its_store.close()
            if not file.exists():
                file.write_bytes(msgspec.json.encode(to_record(opened)))
            return seconds

        def floor() -> float:
            began = time.perf_counter()
            record = msgspec.json.decode(file.read_bytes(), type=ExportRecord)
            seconds = time.perf_counter() - began
            assert len(record.messages) == n_messages + 40
            return seconds

        mine, theirs = interleaved(9, ours, floor)
        yield Figure(
            f"open a conversation of {n_messages:,} messages",
            mine,
            f"under {limit * 1000:.0f} ms" if limit else "no limit",
            "reading its JSON",
            theirs,
            ok=limit is None or mine < limit,
        )
        again, its_store = _program(folder)
        again.open(session)
        began = time.perf_counter()
        again.open(session)
        yield Figure("the same, once it is in memory", time.perf_counter() - began, "no limit")
        began = time.perf_counter()
        listed = again.list()
        assert listed
        yield Figure("list the conversations", time.perf_counter() - began, "no limit")
        began = time.perf_counter()
        assert again.search("parser 999")
        yield Figure(f"search {n_messages:,} messages", time.perf_counter() - began, "no limit")
        its_store.close()


def _message(draft: Draft, number: int) -> Message:
    return Message(role="user", parts=draft.parts, id=f"m{number}", lamport=number, node="n", at="2026-01-01T00:00:00")


def _program(folder: Path) -> tuple[Sessions, StateStore]:
    clock = SystemClock()
    store = StateStore(folder / "state", clock.now)
    return Sessions(store, clock, Running(folder / "state"), lambda: secrets.token_hex(8)), store
