"""Searching 100,000 and a million symbols as they are typed, in memory.

Floors: `bisect` on a sorted list for prefixes; for fuzzy patterns `grep -i 'g.*u.*n'` over a file of the names, and
frizbee where it is installed, which score by rules of their own. Names are mixed from words of programs in the usual
cases; with a million symbols there are more than 600,000 different names. Times are those of the processor, except for
grep's, so that what else the machine does counts less.
"""

import bisect
import importlib.util
import itertools
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rulewright.core.index.match import Matcher
from rulewright.core.index.names import NameTable
from tests.bench.timing import Figure, Memory, duration

SIZES = (100_000, 1_000_000)
LIMIT = 100
WORDS = """
get set is to has from user name id file path list map index count size value key item node tree text line char string
number data buffer cache config context manager handler service client server request response error result state
status event message queue task job worker thread process lock pool connection session token auth login password hash
encode decode parse format render view model controller route url http json xml yaml html css sql table row column
query filter sort search find replace insert delete update create build make init start stop run call apply reduce
fold each all any first last next prev begin end open close read write load save store fetch send receive push pop
peek add remove clear reset merge split join copy clone move swap compare equal test check validate verify ensure
expect mock sample default option property attribute field method function class type kind trait interface abstract
base parent child root leaf left right top bottom width height length depth offset position point rect color image
icon button label input output panel window dialog menu scroll drag click mouse focus hover active enabled visible
async await promise future callback listener observer stream channel socket port host address packet frame byte bit
flag mask shift random seed date day month year minute second zone clock timer delay timeout interval retry limit max
min sum mean total rate ratio percent scale factor weight score rank level priority order group category tag account
profile role permission policy rule scope project folder module package import export version branch commit diff patch
conflict log trace debug warn metric counter span vector matrix tensor layer loss batch epoch train graph edge vertex
cycle visit walk lexer syntax grammar symbol binding closure stack heap memory free pointer weak owner borrow quota
jump zip kernel yield oauth utf8 base64 sha256 x86 i18n
""".split()  # noqa: SIM905 - a list of so many would fill pages


def names(n_symbols: int) -> list[str]:
    """One name for each symbol; common words come often, so do short names."""
    dice = random.Random(n_symbols)
    made = []
    for _ in range(n_symbols):
        n_words = dice.choices((1, 2, 3, 4, 5), (6, 30, 36, 20, 8))[0]
        words = [WORDS[int(len(WORDS) * dice.random() ** 3)] for _ in range(n_words)]
        case = dice.random()
        if case < 0.38:
            name = "_".join(words)
        elif case < 0.72:
            name = words[0] + "".join(word.capitalize() for word in words[1:])
        elif case < 0.9:
            name = "".join(word.capitalize() for word in words)
        else:
            name = "_".join(words).upper()
        lead = "_" if dice.random() < 0.05 else ""
        tail = str(dice.randrange(100)) if dice.random() < 0.06 else ""
        made.append(lead + name + tail)
    return made


def patterns(known: list[str]) -> list[str]:
    """What people type: beginnings, humps, some letters of a name; and what is bad for a search."""
    dice = random.Random(0)
    nasty = ["get", "set", "is", "user", "get_user", "_", "1", "TEST", "Get", "ssssss", "tttt", "eeeeeeee", "tetete"]
    nasty += ["zzzzzz", "qxqxq", "xyzzyx", "etaoinsrhldc", "reteret", "abcdefghijkl", *"aegistuz"]
    made = list(nasty)
    for name in dice.sample(known, 120):
        cut = name[: dice.randint(1, 12)]
        made += [cut, cut.lower()]
    for name in dice.sample(known, 120):
        kept = sorted(dice.sample(range(1, len(name)), min(len(name) - 1, dice.randint(1, 9))))
        made.append((name[0] + "".join(name[i] for i in kept)).lower())
    made += ["".join(dice.choices("etaoinsrhldcumfpgwybvk", k=dice.randint(2, 8))) for _ in range(80)]
    return made


def measured(
    work: Callable[[str], object], typed: list[str], clock: Callable[[], float] = time.thread_time
) -> list[float]:
    """Seconds of each pattern, ascending; of three runs the median."""
    taken = []
    for pattern in typed:
        runs = []
        for _ in range(3):
            started = clock()
            work(pattern)
            runs.append(clock() - started)
        taken.append(statistics.median(runs))
    return sorted(taken)


def at(part: float, taken: list[float]) -> float:
    """A quantile."""
    return taken[int(part * (len(taken) - 1))]


def figures() -> Iterator[Figure]:
    """The figures."""
    for n_symbols in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "names.txt"
            known = names(n_symbols)
            path.write_text("\n".join(known) + "\n")
            yield from _built(n_symbols, path)
            yield from _searched(n_symbols, known, path)
    yield from _matched()


def _built(n_symbols: int, path: Path) -> Iterator[Figure]:
    """In a process of its own, so that its memory is the table's."""
    command = [sys.executable, "-m", "tests.bench.symbol_search", path]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
    built, reading, pause, n_names, rss, grown = (statistics.median(column) for column in zip(*runs, strict=True))
    name = f"{n_symbols:,} symbols ({n_names:,} names)"
    limit = 4 if n_symbols == SIZES[-1] else 1
    yield Figure(f"build: {name}", built, f"under {limit} s", "reading lines", reading, ok=built < limit)
    yield Figure(f"build: {name}, 99 of 100 steps under", pause, "under 10 ms", ok=pause < 10e-3)
    yield Memory(f"memory of the process: {name}", rss, "under 400 MB", ok=rss < 400e6)
    yield Memory(f"memory of the table: {name}", grown, "under 120 MB", ok=grown < 120e6)


def _searched(n_symbols: int, known: list[str], path: Path) -> Iterator[Figure]:
    typed = patterns(known)
    table = NameTable((name, i) for i, name in enumerate(known))
    ordered = sorted({name.lower() for name in known})

    def by_bisect(pattern: str) -> list[str]:
        low = pattern.lower()
        start = bisect.bisect_left(ordered, low)
        return [name for name in ordered[start : start + LIMIT] if name.startswith(low)]

    def by_grep(pattern: str) -> None:
        subprocess.run(["grep", "-ic", ".*".join(pattern), path], check=False, stdout=subprocess.DEVNULL)

    ours, theirs = measured(lambda p: table.prefix(p, LIMIT), typed), measured(by_bisect, typed)
    for part in (0.5, 0.95):
        yield Figure(
            f"prefix of {n_symbols:,}, p{part * 100:.0f} of {len(typed)} patterns",
            at(part, ours),
            "under 2 ms",
            "bisect",
            at(part, theirs),
            ok=at(part, ours) < 2e-3,
        )
    peers = {"grep -i": measured(by_grep, typed[::5], time.perf_counter)}
    if importlib.util.find_spec("frizbee"):
        import frizbee

        haystacks = frizbee.Haystacks(list(dict.fromkeys(known)))
        peers["frizbee"] = measured(
            lambda p: frizbee.Matcher(p, max_typos=0, max_items=LIMIT).match_list(haystacks), typed
        )
    ours = measured(lambda p: table.search(p, LIMIT), typed)
    for part, (peer, theirs) in itertools.product((0.5, 0.95), peers.items()):
        yield Figure(
            f"search of {n_symbols:,}, p{part * 100:.0f} of {len(typed)} patterns",
            at(part, ours),
            "under 60 ms",
            peer,
            at(part, theirs),
            ok=at(part, ours) < 60e-3,
        )
    n_cut = sum(
        not found.is_complete and len(found.matches) < LIMIT for found in (table.search(p, LIMIT) for p in typed)
    )
    print(f"     search of {n_symbols:,}: slowest {duration(ours[-1])}; {n_cut} of {len(typed)} answers are cut short")


def _matched() -> Iterator[Figure]:
    """What happens with every key while a completion list is open."""
    typed = ["g", "s", "ge", "get", "gUN", "usr", "get_us", "sette", "fetchUser", "zzq"]
    for n_names in (1000, 5000):
        some = names(n_names)
        taken = measured(lambda p, some=some: Matcher(p).scores(some), typed)
        limit = 1e-6 * n_names
        yield Figure(
            f"{n_names:,} completion candidates against a pattern, median of {len(typed)}",
            at(0.5, taken),
            f"under {limit * 1e3:g} ms",
            ok=at(0.5, taken) < limit,
        )


def _resident() -> int:
    """Bytes of memory that the process has now."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def _build_here(path: str) -> None:
    """Prints seconds of building and of reading alone, of the longest steps, names, memory and its growth."""

    def symbols() -> Iterator[tuple[str, int]]:
        with Path(path).open(encoding="utf-8") as lines:
            for i, line in enumerate(lines):
                yield line[:-1], i

    started = time.thread_time()
    for _ in symbols():
        pass
    reading = time.thread_time() - started
    before = _resident()
    steps = []
    building = NameTable.building(symbols())
    while True:
        started = time.thread_time()
        try:
            next(building)
        except StopIteration as done:
            table = done.value
            break
        finally:
            steps.append(time.thread_time() - started)
    now = _resident()
    print(json.dumps([sum(steps), reading, at(0.99, sorted(steps)), len(table), now, now - before]))


if __name__ == "__main__":
    _build_here(sys.argv[1])
