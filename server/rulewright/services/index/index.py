"""The code index of one workspace: kept up to date from the disk, asked by name, path and word.

`Index` puts the parts together: the scan finds what changed, the builder has it analysed, the store keeps it, the cache
keeps records by content, overlays show what is not saved yet. Nothing here waits for long: `step` moves the work on,
and a host with other things to do calls it in between (`on_event` says when there is something to take). `run` calls
it until all is done. One thread uses an index.

Events are hints and never believed: each path they name is looked at on disk. So it does not matter whether they come
late, twice, in another order or not at all before the next scan.
"""

# ruff: noqa: PTH100, PTH112, PTH114, PTH118, PTH208

# Names of files may be any bytes, and paths come by the ten thousand.

import hashlib
import itertools
import json
import math
import os
import sqlite3
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import msgspec

from rulewright.core.index import fit
from rulewright.core.index.symbols import FileRecord, decode_record
from rulewright.core.index.valid import trusted_record
from rulewright.core.index.words import words_of
from rulewright.core.languages import language_of
from rulewright.core.rules.globs import glob_set
from rulewright.services.index.analysts import REST_S, Analysts, Processes
from rulewright.services.index.builder import LATER, SOON, Builder, Done, Progress, Task
from rulewright.services.index.ignores import IGNORE_FILES, outer_ignores
from rulewright.services.index.lookup import Lookup, spellings
from rulewright.services.index.overlay import Overlays
from rulewright.services.index.places import analysis_folder, cache_folder, remove_unused, workspace_folder
from rulewright.services.index.reading import NotThereError, cache_key, inode_of, read_file, stamp_of
from rulewright.services.index.scan import Limits, Scanned, judge, scan
from rulewright.services.index.store import Entry, Store, is_busy, is_kept
from rulewright.services.index.tables import LEFT_OUT, WORDS_ONLY, FileRow, analysis_of
from rulewright.services.index.wire import NO_GRAMMAR, Outcome

if TYPE_CHECKING:
    from rulewright.services.index.cache import CodeCache

T = TypeVar("T")

BATCH_FILES = 64
BATCH_S = 0.1
"""Seconds that a result waits for others before all are written."""
MANY_WAITING = 200
MANY_FILES, MANY_S = 256, 0.4
"""The same while so many files wait: each write has a price of its own."""
SHARE = 10
"""A language that has less than such a part of a workspace is not made ready before its files are at hand."""
SCAN_SLICE_S = 0.005
"""How long a step scans at most, but for one slice of a folder."""
MANY_EVENTS = 200
"""With more paths than this, looking at everything is quicker than looking at each."""
MAX_PREFERRED = 100
QUEUE_SLICE = 500
"""Files of a scan that are queued at a time."""
INLINE_FILES = 16
INLINE_BYTES = 100_000
"""Up to this much is looked up in the cache here and now, so that a rename or a branch switch back shows at once."""


class Report(msgspec.Struct, frozen=True):
    """What a step did. Whoever keeps names in memory takes out and reads again those of these paths."""

    changed: list[str]
    removed: list[str]
    is_idle: bool
    """Nothing is left to do."""
    is_new: bool = False
    """The database was damaged and was made anew: nothing that was read before counts."""


class Status(msgspec.Struct, frozen=True):
    """How an index is."""

    root: str
    files: int
    symbols: int
    words_only: int
    pending: int
    """Files that wait or are under way."""
    is_scanning: bool
    is_paused: bool
    progress: Progress
    left_out: dict[str, int]
    """By reason, as of the last scan; a folder that is not entered counts once."""
    database: str
    """Its path; empty when it is in memory."""
    database_bytes: int
    cache: str
    """Folder of the records by content; empty when they are in memory."""
    cache_bytes: int
    problem: str
    """Why the index is in memory; empty when it is not."""
    parsed: int
    """Files analysed by this index since it was opened."""
    from_cache: int
    """Files whose record was found in the cache."""


class Index(Lookup):
    """See the module."""

    def __init__(
        self,
        root: Path | str,
        *,
        cache_dir: Path | None = None,
        exclude: Sequence[str] = (),
        max_file_kb: int = 1024,
        workers: int = 0,
        timeout_s: float = 5.0,
        on_event: Callable[[], None] | None = None,
        analysts: Callable[[str, Callable[[], Path | None]], Analysts] | None = None,
    ) -> None:
        """Open the index of `root`; nothing is scanned before `refresh`.

        `workers` is the number of processes, 0 for one a core and four at most; `timeout_s` what one file may take;
        `cache_dir` where everything lies, else `RULEWRIGHT_CACHE_DIR`, else the user's cache folder. `on_event` is
        called in another thread when `step` has something to take. Never raises for what is on disk.
        """
        self.root = os.path.abspath(root)
        self._cache_folder = cache_folder(cache_dir)
        settings = json.dumps([list(exclude), max_file_kb]).encode()
        self._limits = Limits(
            max_file_kb * 1024,
            glob_set(tuple(exclude)) if exclude else None,
            int.from_bytes(hashlib.sha256(settings).digest()[:6], "big"),
        )
        self.overlays = Overlays()
        make = analysts or (
            lambda root, records: Processes(
                root,
                records,
                n_workers=workers or max(1, min(4, os.cpu_count() or 1)),
                timeout_s=timeout_s,
                max_bytes=self._limits.max_bytes,
                on_event=on_event,
            )
        )
        self.analysts = make(self.root, self._records_folder)
        folder = workspace_folder(self._cache_folder, self.root)
        self._is_first = not is_kept(folder)
        """Nothing is known, so all there is will be analysed; False once that has been prepared."""
        if self._is_first:
            # While no file is open yet, this costs least.
            self.analysts.begin()
        self.store = Store(folder)
        self.builder = Builder(self.root, self.analysts, timeout_s=timeout_s, max_bytes=self._limits.max_bytes)
        self._scans: deque[str] = deque()
        """Folders to scan; the empty path is the root."""
        self._scan: tuple[str, Iterator[None], Scanned] | None = None
        self._preferred: dict[str, None] = {}
        self._found: list[Task] = []
        """By a scan, not queued yet."""
        self._results: dict[str, Done] = {}
        """Not written yet."""
        self._deletions: set[str] = set()
        self._waiting_since = 0.0
        self._idle_since: float | None = None
        self._has_written = False
        self._is_at_rest = False
        self._changed: list[str] = []
        self._removed: list[str] = []
        self._is_new = False
        self._is_closed = False
        self._version = self._ask(lambda store: store.version())
        self._generation = self._ask(lambda store: store.generation())
        self._last_id = self._ask(lambda store: store.last_id())
        """All files up to this id have been told of, or were there when the index was opened."""

    @cached_property
    def cache(self) -> "CodeCache":
        """The records by content. Imported when it is first needed, while the workers are being started."""
        from rulewright.services.index.cache import CodeCache  # noqa: PLC0415

        return CodeCache(analysis_folder(self._cache_folder))

    def close(self) -> None:
        """Write what is known and let go of everything; a second time does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._write_all()
            self._ask(lambda store: store.keep_stamps())
            remove_unused(self._cache_folder)
        finally:
            self.builder.cancel()
            self.cache.close()
            self.store.close()

    # -- keeping up

    def refresh(self, paths: Iterable[str] | None = None) -> None:
        """Compare with the disk: everything, or some paths. What changed is queued, what is gone is gone at once."""
        if paths is None:
            if "" not in self._scans:
                self._scans.append("")
                self._look_for_grammars()
            return
        self.apply_events(paths)

    def _look_for_grammars(self) -> None:
        """Where a grammar has been installed since, files that waited for it are no longer what they were."""
        for language in self._ask(lambda store: store.without_grammar()):
            # Imported where there are such files alone: it takes as long as looking at some thousand others.
            from rulewright.core.index.grammars import grammar_of  # noqa: PLC0415

            if grammar_of(language) is not None:
                self._ask(lambda store, language=language: store.has_grammar_now(language))  # type: ignore[misc]

    def apply_events(self, changed: Iterable[str], deleted: Iterable[str] = ()) -> None:
        """Look at paths that something may have happened to, relative to the root; folders too."""
        paths = {plain for path in (*changed, *deleted) if (plain := _plain(path)) is not None}
        if len(paths) > MANY_EVENTS or "" in paths:
            self.refresh()
            return
        outer = outer_ignores(self.root) if paths else None
        tasks: list[Task] = []
        for path in sorted(paths):
            if path.rpartition("/")[2] in IGNORE_FILES or path == ".git/info/exclude":
                self.refresh()
            path = self._spelled(path)  # noqa: PLW2901
            verdict = judge(self.root, path, self._limits, outer)
            full = os.path.join(self.root, path)
            if verdict.is_wanted and os.path.isdir(full) and not os.path.islink(full):
                self._forget(path)
                self._scans.append(path)
                continue
            self._forget_below(path)
            size = _size(full)
            if not verdict.is_wanted or size is None:
                self._forget(path)
                self._forget_other_spellings(path)
                continue
            tasks.append(Task(path, language_of(path), size, verdict.rules))
        self._write()
        self._queue(tasks, SOON)

    def step(self, timeout_s: float = 0.05) -> Report:
        """Move the work on. Waits at most `timeout_s`, and only when there is nothing else to do."""
        is_scanning = self._step_scan()
        for done in self.builder.step(0 if is_scanning else min(timeout_s, self._due_in())):
            self._take(done)
        if self._is_due():
            self._write()
        self._rest()
        self._note_others()
        report = Report(list(dict.fromkeys(self._changed)), self._removed, self.is_idle, self._is_new)
        self._changed, self._removed, self._is_new = [], [], False
        return report

    def run(self, progress: Callable[[Progress], None] | None = None) -> None:
        """Work until nothing is left to do, or until `pause`."""
        while not self.is_idle and not self.builder.is_paused:
            self.step(0.1)
            if progress is not None:
                progress(self.builder.progress())

    @property
    def is_idle(self) -> bool:
        """Whether the index shows what was on disk when it was last told to look."""
        return self.builder.is_idle and not (
            self._scan or self._scans or self._found or self._results or self._deletions
        )

    def pause(self) -> None:
        """Begin nothing new; what is under way ends."""
        self.builder.is_paused = True

    def resume(self) -> None:
        """Go on."""
        self.builder.is_paused = False

    def cancel(self) -> None:
        """Drop what is queued; it is found again by the next scan."""
        self._scans.clear()
        self._scan = None
        self._found.clear()
        self.builder.cancel()

    def prefer(self, paths: Iterable[str]) -> None:
        """Have files analysed before all others whenever they are in the queue, such as those that are open.

        The latest `MAX_PREFERRED` are remembered.
        """
        paths = tuple(paths)
        for path in paths:
            self._preferred.pop(path, None)
            self._preferred[path] = None
        while len(self._preferred) > MAX_PREFERRED:
            del self._preferred[next(iter(self._preferred))]
        self.builder.prefer(paths)

    def clear(self, *, records: bool = False) -> None:
        """Forget what is known of this workspace; with `records` also the records of all contents."""
        self.cancel()
        self._results.clear()
        self._deletions.clear()
        self._ask(lambda store: store.clear())
        self._generation = self._ask(lambda store: store.generation())
        if records:
            self.cache.clear()

    # -- asking, beside what `Lookup` answers

    def record(self, path: str) -> FileRecord | None:
        """All that is known of a file; None when it is not indexed.

        From the overlay, else from the cache by content. When the cache has lost it, the file is queued first, and what
        the tables have is given: without signatures, docs and ends of definitions.
        """
        if (over := self.overlays.record(path)) is not None:
            return over
        if (waiting := self._results.get(path)) is not None and waiting.outcome.record:
            return decode_record(waiting.outcome.record)
        row = self.file(path)
        if row is None or row.status == LEFT_OUT:
            return None
        if (record := self.stored_record(row)) is not None:
            return record
        self._ask(lambda store: store.unsettle(row.id))
        rules = judge(self.root, row.path, self._limits).rules
        self._queue([Task(row.path, row.language, row.size, rules)], SOON, inline=False)
        return self._ask(lambda store: store.outline_record(row))

    def stored_record(self, row: FileRow) -> FileRecord | None:
        """The record of what a file held on disk; None when the cache has lost it."""
        found = self.cache.get(row.hash)
        return trusted_record(found[0], row.language) if found is not None else None

    def why(self, path: str) -> str:
        """A sentence about whether a file is in the index, and the reason."""
        plain = _plain(path)
        if plain is None:
            return f"{path} is not a path inside the workspace."
        row = self.file(plain)
        verdict = judge(self.root, plain, self._limits)
        if not verdict.is_wanted:
            if verdict.reason:
                said = verdict.detail or f"it is {verdict.reason}"
                return f"{plain} is not indexed: {said}."
            return f"{plain} is not indexed: there is no such file."
        if os.path.isdir(os.path.join(self.root, plain)):
            return f"{plain} is a folder; the files in it are looked at one by one."
        if row is None:
            waits = " It waits for its turn." if self.builder.has(plain) else " The next scan finds it."
            return f"{plain} is to be indexed and is not yet.{waits}"
        if row.status == LEFT_OUT:
            joiner = "it " if row.reason.startswith("cannot") else "it is "
            return f"{plain} is not indexed: {joiner}{row.reason}."
        language = row.language or "unknown language"
        if row.status == WORDS_ONLY:
            reason = row.reason or "words only: there is no grammar for it"
            return f"{plain} is indexed ({language}): {reason}."
        errors = f", {row.n_errors} syntax error{'s' * (row.n_errors != 1)}" if row.n_errors else ""
        return f"{plain} is indexed ({language}): {row.n_symbols} symbol{'s' * (row.n_symbols != 1)}{errors}."

    def status(self) -> Status:
        """How the index is."""
        counts = self._ask(lambda store: store.counts())
        left_out = Counter(counts.left_out)
        kept = self._ask(lambda store: store.get_meta("left_out"))
        left_out.update(json.loads(kept) if kept else {})
        return Status(
            self.root,
            counts.files,
            counts.symbols,
            counts.words_only,
            len(self.builder) + len(self._results) + len(self._found),
            self._scan is not None or bool(self._scans),
            self.builder.is_paused,
            self.builder.progress(),
            dict(left_out.most_common()),
            str(self.store.path or ""),
            self._ask(lambda store: store.size()),
            str(self.cache.folder) if self.cache.is_on_disk else "",
            self.cache.volume(),
            self.store.problem,
            self.builder.n_parsed,
            self.builder.n_cached,
        )

    def overlay(self, path: str, record: FileRecord | None, words: bytes = b"") -> None:
        """Lay an unsaved buffer over a file, which wins in every answer; None takes it away."""
        if record is None:
            self.overlays.drop(path)
        else:
            self.overlays.put(path, record, words)

    def ask(self, question: Callable[[Store], T]) -> T:
        """An answer of the tables, of mended ones where they are damaged; what lies over files is not in it."""
        return self._ask(question)

    # -- inside

    def _records_folder(self) -> Path | None:
        return self.cache.folder if self.cache.is_on_disk and len(self.cache) else None

    def _ask(self, question: Callable[[Store], T]) -> T:
        """An answer of the store, of a mended one where it is damaged."""
        try:
            return question(self.store)
        except sqlite3.Error as error:
            if is_busy(error) or isinstance(error, sqlite3.ProgrammingError):
                raise
            self._mend(error)
            return question(self.store)

    def _mend(self, error: sqlite3.Error) -> None:
        was_on_disk = self.store.path is not None
        self.store.mend(error)
        # In memory it goes on with what could be taken along.
        self._is_new = self._is_new or (self.store.path is not None) == was_on_disk
        self.refresh()

    def _note_others(self) -> None:
        """Tell of what another process has written. What it deleted is not told: its ids lead nowhere."""
        version = self._ask(lambda store: store.version())
        if version != self._version and self._generation != (now := self._ask(lambda store: store.generation())):
            # Somebody emptied it, on purpose as a rule: what this process knows is read again too.
            self._generation, self._is_new = now, True
            self._last_id = 0
            self.refresh()
        if version != self._version:
            paths = self._ask(lambda store: store.paths_after(self._last_id))
            self._changed += paths
            # What it has done need not be done again.
            for path, row in zip(paths, self._ask(lambda store: store.looks(paths)), strict=True):
                if self.builder.waits(path) and row is not None and row == _look(os.path.join(self.root, path)):
                    self.builder.forget(path)
        if version != self._version or self._changed:
            self._version, self._last_id = version, self._ask(lambda store: store.last_id())

    def _step_scan(self) -> bool:
        if self.builder.is_paused:
            return False
        until = monotonic() + SCAN_SLICE_S
        while self._found:
            some = self._found[-QUEUE_SLICE:]
            del self._found[-QUEUE_SLICE:]
            self._queue(self._really_changed(some), LATER)
            if monotonic() > until:
                return True
        while self._scan is not None or self._scans:
            if self._scan is None:
                self._scan = self._begin_scan(self._scans.popleft())
            start, scan_, scanned = self._scan
            for _ in scan_:
                if monotonic() > until:
                    self._prepare(scanned.changed)
                    return True
            self._scan = None
            self._end_scan(start, scanned)
            return True
        return False

    def _prepare(self, found: list[Task]) -> None:
        """Once some files have been found, what their languages need is made ready while the rest is listed."""
        if self._is_first and found:
            self._is_first = False
            sizes: Counter[str] = Counter()
            for task in found:
                sizes[task.language] += task.size
            most = sizes.most_common()
            self.analysts.begin([language for language, size in most if size * SHARE >= sizes.total()])

    def _begin_scan(self, start: str) -> tuple[str, Iterator[None], Scanned]:
        self._write_all()
        known = self._ask(lambda store: store.stamps(start))
        scanned = Scanned()
        if start and not judge(self.root, start, self._limits).is_wanted:
            # Since it was queued, an ignore file has come to name it.
            scanned.gone = list(known)
            return start, iter(()), scanned
        return start, scan(self.root, known, self._limits, scanned, start), scanned

    def _end_scan(self, start: str, scanned: Scanned) -> None:
        # Between the listing of its folder and now, a file may have come back.
        there = [path for path in scanned.gone if os.path.lexists(os.path.join(self.root, path))]
        outer = outer_ignores(self.root) if there else None
        back = [path for path in there if judge(self.root, path, self._limits, outer).is_wanted]
        gone = set(scanned.gone).difference(back)
        for path in gone:
            self.builder.forget_now(path)
            self._results.pop(path, None)
        self._deletions |= gone
        if not start:
            kept = json.dumps(scanned.left_out, sort_keys=True)
            if kept != self._ask(lambda store: store.get_meta("left_out")):
                self._ask(lambda store: store.set_meta("left_out", kept))
        if back:
            self.apply_events(back)
        self._found += scanned.changed

    def _really_changed(self, tasks: list[Task]) -> list[Task]:
        """Those whose size, time or inode differ; of the others only the rules are new by which they are taken."""
        changed: list[Task] = []
        same: list[tuple[str, int]] = []
        for task, row in zip(tasks, self._ask(lambda store: store.looks([t.path for t in tasks])), strict=True):
            if row is not None and row == _look(os.path.join(self.root, task.path)):
                same.append((task.path, stamp_of(*row, task.rules)))
            else:
                changed.append(task)
        if same:
            self._ask(lambda store: store.restamp(same))
        return changed

    def _queue(self, tasks: list[Task], priority: int, *, inline: bool = True) -> None:
        if inline and len(tasks) <= INLINE_FILES and sum(task.size for task in tasks) <= INLINE_BYTES:
            tasks = [task for task in tasks if not self._known_content(task)]
        if tasks:
            first = [task for task in tasks if task.path in self._preferred] if self._preferred else []
            self.builder.add(first, SOON)
            self.builder.add([task for task in tasks if task not in first] if first else tasks, priority)
            self._idle_since = None

    def _known_content(self, task: Task) -> bool:
        """Take a file whose content is known already, without a worker."""
        try:
            read = read_file(os.path.join(self.root, task.path), self._limits.max_bytes)
        except (NotThereError, OSError):
            return False
        key = cache_key(task.language, read.data)
        found = self.cache.get(key)
        record = trusted_record(found[0], task.language) if found is not None else None
        if found is None or record is None or fit.unfit_content(read.data):
            return False
        self.builder.n_cached += 1
        self.builder.forget_now(task.path)
        stat = (read.size, read.mtime_ns, read.inode, read.is_settled, key)
        analysis = analysis_of(record, words_of(fit.normal(fit.as_utf8(read.data))))
        self._take(Done(task, Outcome(0, 0, *stat, found[0], analysis, reason=found[1], is_cached=True)))
        self._write()
        return True

    def _take(self, done: Done) -> None:
        path = done.task.path
        if not self._results and not self._deletions:
            self._waiting_since = monotonic()
        if done.outcome.is_gone:
            self._results.pop(path, None)
            self._deletions.add(path)
        else:
            self._deletions.discard(path)
            self._results[path] = done

    def _forget(self, path: str) -> None:
        self.builder.forget_now(path)
        self._results.pop(path, None)
        if self._ask(lambda store: store.file(path)) is not None:
            self._deletions.add(path)

    def _forget_below(self, folder: str) -> None:
        for path in self._ask(lambda store: store.stamps(folder)):
            self._forget(path)

    def _is_due(self) -> bool:
        return self._due_in() <= 0 or (self.builder.is_idle and bool(self._results or self._deletions))

    def _due_in(self) -> float:
        """Seconds until what has come is to be written."""
        if not self._results and not self._deletions:
            return math.inf
        n_files, wait_s = self._batch()
        if len(self._results) + len(self._deletions) >= n_files:
            return 0.0
        return max(0.0, self._waiting_since + wait_s - monotonic())

    def _batch(self) -> tuple[int, float]:
        """How many files are written at once, and the seconds that one of them waits at most."""
        return (MANY_FILES, MANY_S) if len(self.builder) > MANY_WAITING else (BATCH_FILES, BATCH_S)

    def _write_all(self) -> None:
        """Store all that has come, unless another process is in the way."""
        n_waiting = math.inf
        while n_waiting > (n_waiting := len(self._results) + len(self._deletions)) > 0:
            self._write()

    def _write(self) -> None:
        """Store some of what has come: first the records by content, so that no work is lost when this is cut short."""
        if not self._results and not self._deletions:
            return
        n_files, _ = self._batch()
        results = list(itertools.islice(self._results.values(), n_files))
        deletions = set(itertools.islice(self._deletions, n_files))
        self.cache.put(
            (d.outcome.key, d.outcome.record, d.outcome.reason)
            for d in results
            if d.outcome.record and not d.outcome.is_cached and d.is_lasting and d.outcome.reason != NO_GRAMMAR
        )
        entries = [_entry(done) for done in results]
        try:
            replaced = self._ask(lambda store: store.write(entries, deletions))
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
            self._waiting_since = monotonic()  # Another process writes; the next step tries again.
            return
        self._changed += replaced.changed
        self._removed += deletions
        for done in results:
            self._results.pop(done.task.path, None)
        self._deletions -= deletions
        self._has_written = True

    def _rest(self) -> None:
        if not self.is_idle:
            self._idle_since = None
            return
        if self._idle_since is None:
            self._idle_since = monotonic()
            if self._has_written:
                self._has_written = self._is_at_rest = False
                self._ask(lambda store: store.settle())
                self.cache.trim()
        idle_s = monotonic() - self._idle_since
        self.analysts.rest(idle_s)
        if idle_s > REST_S and not self._is_at_rest:
            self._is_at_rest = True
            self._ask(lambda store: store.keep_stamps())

    def _spelled(self, path: str) -> str:
        """The path as the disk spells it, where case or normal form do not count: two names of one file are one."""
        if self._ask(lambda store: store.file(path)) is not None or not os.path.lexists(os.path.join(self.root, path)):
            return path
        spelled = ""
        for name in path.split("/"):
            try:
                names = os.listdir(os.path.join(self.root, spelled))
            except OSError:
                return path
            if name not in names:
                name = next((n for n in names if _folded(n) == _folded(name)), name)  # noqa: PLW2901
            spelled = f"{spelled}/{name}" if spelled else name
        return spelled

    def _forget_other_spellings(self, path: str) -> None:
        for other in spellings(path)[1:]:
            if not os.path.lexists(os.path.join(self.root, other)):
                self._forget(other)


def _entry(done: Done) -> Entry:
    outcome = done.outcome
    is_sure = outcome.is_settled and done.is_lasting and bool(outcome.key)
    return Entry(
        done.task.path,
        stamp_of(outcome.size, outcome.mtime_ns, outcome.inode, done.task.rules) if is_sure else 0,
        outcome.size,
        outcome.mtime_ns,
        outcome.inode,
        outcome.key,
        done.task.language,
        outcome.reason,
        outcome.analysis,
    )


def _plain(path: str) -> str | None:
    """A path as it is stored; None when it leads outside."""
    parts = [part for part in path.replace(os.sep, "/").split("/") if part not in {"", "."}]
    return None if ".." in parts or path.startswith("/") or "\0" in path else "/".join(parts)


def _look(path: str) -> tuple[int, int, int] | None:
    """Size, time and inode, as a store has them."""
    try:
        info = os.lstat(path)
    except (OSError, ValueError):
        return None
    return info.st_size, info.st_mtime_ns, inode_of(info)


def _size(path: str) -> int | None:
    try:
        return os.lstat(path).st_size
    except (OSError, ValueError):
        return None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
