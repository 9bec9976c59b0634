"""The process that analyses: reads orders from its standard input until that ends, answers with records.

`python -P -m rulewright.services.index.worker ROOT CACHE_FOLDER TIMEOUT_S MAX_BYTES`; an empty CACHE_FOLDER means that
nothing is known yet. It never writes to a database: what it sends is written by the builder, in batches.
"""

# ruff: noqa: PTH118

# Names of files may be any bytes, and paths come by the ten thousand.

import contextlib
import gc
import os
import signal
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from rulewright.core.index.analyse import analyse, make_ready
from rulewright.core.index.fit import as_utf8, normal, unfit_content
from rulewright.core.index.grammars import SUPPORTED
from rulewright.core.index.symbols import FileRecord, encode_record
from rulewright.core.index.valid import trusted_record
from rulewright.core.index.words import words_of
from rulewright.processes.framing import READY, receive, send
from rulewright.services.index.reading import NotThereError, cache_key, read_file
from rulewright.services.index.tables import analysis_of
from rulewright.services.index.wire import NO_GRAMMAR, Outcome, decode_order, encode_outcomes

if TYPE_CHECKING:
    from rulewright.services.index.cache import CodeCache

NICENESS = 10
"""Whoever types comes first: an index can wait."""
FLUSH_S = 0.02
"""Answers wait at most this long for others, and for as long as the file at hand takes."""
FLUSH_BYTES = 1 << 16

FAILED = "words only: its analysis failed with {}, which is a fault of ours"


def prepare(*languages: str) -> None:
    """Load the grammars and compile the queries of some languages, for all workers that are forked from here on."""
    for language in languages:
        # What fails here fails again for each file of the language, and is told there.
        with contextlib.suppress(Exception):
            make_ready(language)


def main(root: bytes, cache_folder: bytes, timeout: bytes, most: bytes) -> None:
    """Answer every order. Ends with its parent, because the parent's end closes the pipe."""
    timeout_s, max_bytes = float(timeout), int(most)
    orders, answers = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # a stray print must not end up among the answers
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    gc.disable()  # records hold no cycles, and looking for them costs a tenth of the work
    cache = _cache(os.fsdecode(cache_folder)) if cache_folder else None
    send(answers, READY)
    while (body := receive(orders)) is not None:
        order = decode_order(body)
        waiting: list[Outcome] = []
        n_bytes = 0
        flushed_at = monotonic()
        for number, (path, language) in enumerate(order.files):
            if waiting and (n_bytes > FLUSH_BYTES or monotonic() - flushed_at > FLUSH_S):
                send(answers, encode_outcomes(waiting))
                waiting, n_bytes, flushed_at = [], 0, monotonic()
            _end_after(timeout_s)
            outcome = look_at(order.number, number, os.path.join(root, path), language, cache, max_bytes)
            waiting.append(outcome)
            n_bytes += 2 * len(outcome.record)
        _end_after(0)
        send(answers, encode_outcomes(waiting))
        gc.collect(0)


def _cache(folder: str) -> "CodeCache":
    from rulewright.services.index.cache import CodeCache  # noqa: PLC0415 - its import is a quarter of a cold start

    return CodeCache(Path(folder))


def look_at(
    order: int, number: int, path: str | bytes, language: str, cache: "CodeCache | None", max_bytes: int
) -> Outcome:
    """Read one file and find or make its record."""
    try:
        read = read_file(path, max_bytes)
    except NotThereError:
        return Outcome(order, number, is_gone=True)
    except OSError as error:
        return Outcome(order, number, reason=f"cannot be read: {error.strerror}")
    key = cache_key(language, read.data)
    stat = (read.size, read.mtime_ns, read.inode, read.is_settled, key)
    reason = unfit_content(read.data)
    if reason:
        return Outcome(order, number, *stat, reason=reason)
    source = normal(as_utf8(read.data))
    words = words_of(source)
    found = cache.get(key) if cache is not None else None
    # One that is not sound is analysed again, and then replaced.
    if found is not None and (record := trusted_record(found[0], language)) is not None:
        return Outcome(order, number, *stat, found[0], analysis_of(record, words), reason=found[1], is_cached=True)
    reason = ""
    try:
        record = analyse(language, source, words)
        encoded = encode_record(record)
        if record.is_fallback and language in SUPPORTED:
            return Outcome(order, number, *stat, encoded, analysis_of(record, words), NO_GRAMMAR)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one language costs no more than the file
        reason = FAILED.format(type(error).__name__)
        record = FileRecord(language, is_fallback=True)
        encoded = encode_record(record)
    return Outcome(order, number, *stat, encoded, analysis_of(record, words), reason, is_failed=bool(reason))


def _end_after(seconds: float) -> None:
    """Have the system end this process when the file at hand takes too much of a processor; 0 takes that back.

    Not time on the clock: a machine that is busy with other things, or asleep, is not the file's fault, and what is
    said of a file stays said.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


if __name__ == "__main__":
    main(*map(os.fsencode, sys.argv[1:]))
