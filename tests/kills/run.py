"""Kill writers at random moments, and compare what they said was kept with what is there."""

import json
import os
import random
import select
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rulewright.services.clock import SystemClock
from rulewright.services.sessions.sessions import Sessions
from rulewright.services.state.running import Running
from rulewright.services.state.store import StateStore
from tests.harness.program import environment

ROOT = Path(__file__).parents[2]
WRITERS = 2
MAX_LIFE_S = 0.4
"""After its first word a writer lives no longer than this."""
SILENCE_S = 30.0


@dataclass
class Account:
    """What was said and what was found."""

    n_kills: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    stopped: int = 0
    """Answers that were cut off in the middle and read as stopped."""
    lost: list[str] = field(default_factory=list)
    """What was acknowledged and is not there, or is not as it was said."""
    problems: list[str] = field(default_factory=list)
    """Whatever was complained about: at a start there should be nothing."""
    starts_ms: list[float] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, and nothing was odd."""
        return not self.lost and not self.problems and bool(self.acknowledged)

    def lines(self) -> Iterator[str]:
        """For people."""
        counts = ", ".join(f"{n:,} {what}" for what, n in sorted(self.acknowledged.items()))
        yield f"{self.n_kills:,} kills; acknowledged: {counts}"
        yield f"{self.stopped:,} answers were cut off in the middle, and read as stopped"
        starts = sorted(self.starts_ms)
        if starts:
            middle, worst = starts[len(starts) // 2], starts[-1]
            yield f"{len(starts):,} starts that read everything: median {middle:.1f} ms, {worst:.1f} ms at worst"
        yield f"{len(self.lost)} lost, {len(self.problems)} complaints"
        yield from (f"LOST {line}" for line in self.lost[:20])
        yield from (f"ODD  {line}" for line in self.problems[:20])


def run(folder: Path, n_kills: int, seed: int) -> Account:
    """Kill that many writers, two at a time in one state folder, and look at it after each two."""
    chance, account, said = random.Random(seed), Account(), Said()
    while account.n_kills < n_kills:
        writers = [_start(folder, chance.randrange(2**31)) for _ in range(min(WRITERS, n_kills - account.n_kills))]
        for line in _until_killed(writers, chance):
            said.take(line, account)
        account.n_kills += len(writers)
        look(folder, said, account)
    return account


class Said:
    """What writers said, over all rounds."""

    def __init__(self) -> None:
        self.messages: dict[str, dict[str, int]] = {}
        """By conversation: the least length of each message."""
        self.titles: dict[str, set[str]] = {}
        """Titles that a conversation had when it was to be renamed, and those that it was to get."""
        self.edited: dict[str, set[str]] = {}
        """Messages that others were to stand in place of."""
        self.going: set[str] = set()
        self.gone: set[str] = set()
        self.calls: set[str] = set()
        self.rules: dict[int, str] = {}

    def take(self, line: dict[str, Any], account: Account) -> None:
        """One line of a writer."""
        mark, what = line["mark"], line["what"]
        if line.get("problem"):
            account.problems.append(f"a writer: {line}")
            return
        session = line.get("session", "")
        if mark == "?":
            if what == "rename":
                # The other writer renames too, and a fork begins with the title of another.
                self.titles.setdefault(session, set()).update((line["before"], line["title"]))
            elif what == "edit":
                self.edited.setdefault(session, set()).add(line["message"])
            else:
                self.going.add(session)
            return
        account.acknowledged[what] += 1
        match what:
            case "create":
                self.messages.setdefault(session, {})
            case "append" | "partial":
                sizes = self.messages.setdefault(session, {})
                sizes[line["message"]] = max(sizes.get(line["message"], 0), line["size"])
            case "delete":
                self.gone.add(session)
            case "call":
                self.calls.add(line["call"])
            case "rule":
                self.rules[line["number"]] = line["rule"]


def _start(folder: Path, seed: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kills.writer", str(folder), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env=environment(PYTHONPATH=os.pathsep.join([str(ROOT / "server"), str(ROOT)])),
    )


def _until_killed(writers: list[subprocess.Popen[bytes]], chance: random.Random) -> Iterator[dict[str, Any]]:
    """What writers say until each is killed at a moment of its own."""
    open_, buffers = {w.stdout.fileno(): w for w in writers if w.stdout}, {id(w): b"" for w in writers}
    ends: dict[int, float] = {}
    silent_until = time.monotonic() + SILENCE_S
    while open_:
        now = time.monotonic()
        if now > silent_until:
            ends |= {id(w): now for w in open_.values()}
        for writer in open_.values():
            if now >= ends.get(id(writer), now + 1):
                writer.send_signal(signal.SIGKILL)
                ends[id(writer)] = now + SILENCE_S
        timeout = max(0.0, min([silent_until, *ends.values()]) - now)
        for number in select.select(list(open_), [], [], timeout)[0]:
            writer = open_[number]
            data = os.read(number, 1 << 16)
            if not data:
                open_.pop(number)
                assert writer.stdout is not None
                writer.stdout.close()
                writer.wait()
                assert writer.returncode == -signal.SIGKILL, f"a writer ended by itself: {writer.returncode}"
                continue
            ends.setdefault(id(writer), time.monotonic() + chance.uniform(0, MAX_LIFE_S))
            *lines, buffers[id(writer)] = (buffers[id(writer)] + data).split(b"\n")
            yield from ({"mark": line[:1].decode(), **json.loads(line[2:])} for line in lines)


def look(folder: Path, said: Said, account: Account) -> None:
    """Start as a program does, read everything, and compare."""
    started = time.perf_counter()
    store = StateStore(folder, SystemClock().now)
    running = Running(folder)
    sessions = Sessions(store, SystemClock(), running, lambda: "looker00")
    try:
        there = {s.id: sessions.open(s.id) for s in sessions.list(archived=None)}
        account.starts_ms.append((time.perf_counter() - started) * 1000)
        for session in said.gone & set(there):
            account.lost.append(f"{session} was deleted, and is there")
        for session, sizes in said.messages.items():
            if session in said.going and session not in there:
                continue  # It was being deleted when its writer was killed, or was deleted.
            _compare(session, sizes, there.get(session), said, account)
        account.stopped += sum(m.status == "stopped" for c in there.values() for m in c.messages)
        _compare_rows(store, said, account)
    finally:
        running.close()
        store.close()
    account.problems += [f"a start: {problem}" for problem in store.take_problems()]
    with sqlite3.connect(folder / "state.db") as db:
        found = db.execute("pragma integrity_check").fetchall()
        orphans = db.execute(
            "select count(*) from session_messages where session_id not in (select session_id from ai_context)"
        ).fetchone()[0]
    db.close()
    if found != [("ok",)] or orphans:
        account.problems.append(f"the database: {found[:3]}, {orphans} messages of no conversation")


def _compare(session: str, sizes: dict[str, int], found: Any, said: Said, account: Account) -> None:
    if found is None:
        account.lost.append(f"conversation {session}")
        return
    # An edit of an edit stands in place of both, and only the newest is shown.
    replaced = said.edited.get(session, set())
    here = {m.id: m for m in found.messages}
    for message, size in sizes.items():
        if message not in here and message not in replaced:
            account.lost.append(f"message {message} of {session}")
        elif message in here and len(here[message].plain) < size:
            account.lost.append(f"{size - len(here[message].plain)} characters of {message} of {session}")
    if any(m.status == "partial" for m in found.messages):
        account.problems.append(f"an answer of {session} seems to be written still")
    titles = said.titles.get(session)
    if titles is not None and found.session.title not in titles:
        account.lost.append(f"title {found.session.title!r} of {session}: none of {sorted(titles)[-3:]}")


def _compare_rows(store: StateStore, said: Said, account: Account) -> None:
    def read(db: sqlite3.Connection) -> tuple[set[str], dict[int, str], int]:
        calls = {row[0] for row in db.execute("select interaction_id from llm_interaction")}
        rules = dict(db.execute("select event_id, rule_id from rule_events"))
        (counted,) = db.execute("select coalesce(sum(calls), 0) from llm_usage").fetchone()
        return calls, rules, counted

    calls, rules, counted = store.read(read, (set(), {}, 0))
    account.lost += [f"call {call}" for call in said.calls - calls]
    account.lost += [f"rule event {number}" for number, rule in said.rules.items() if rules.get(number) != rule]
    if sorted(rules) != list(range(1, len(rules) + 1)):
        account.problems.append("rule events have gaps")
    if counted != len(calls):
        account.problems.append(f"{counted} calls are counted, {len(calls)} are there")
