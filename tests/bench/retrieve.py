"""Finding context on real code of some 100,000 symbols: for a place, for a question, and the map of it all.

Floors: for a place, the bare lookups of its names in the tables of the index; for a question, the bare full text query;
for the map of one package, aider's where `RULEWRIGHT_BENCH_AIDER` names the Python of an environment that has it. All
are asked as an editor's code host asks them, in this process.
"""

import math
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rulewright.code_gateway import CodeGateway
from rulewright.core.retrieve.split import terms
from rulewright.core.retrieve.window import names_around, window_of
from rulewright.core.text import Position
from rulewright.features.context import files_at
from tests.bench.corpora import lay_out
from tests.bench.symbol_search import Memory, at
from tests.bench.timing import Figure
from tests.eval.retrieval.docstrings import lay_out as questions_of
from tests.eval.retrieval.ours import driven, indexed
from tests.eval.retrieval.packages import packages
from tests.eval.retrieval.peers import aider
from tests.eval.retrieval.tasks import read, tasks

N_PLACES, N_QUESTIONS, N_MAPS = 300, 300, 9


def figures() -> Iterator[Figure]:
    """The figures."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "code")
        lay_out("python", root / "library")
        for name, (folder, _) in packages().items():
            shutil.copytree(folder, root / name.partition(" ")[0].lower())
        with indexed(root, Path(scratch, "cache")) as code:
            n_symbols = code.status()[str(root)].symbols
            size = f"{n_symbols:,} symbols"
            yield from _places(code, root, size)
            yield from _questions(code, root, size, Path(scratch, "library"))
            yield from _map(code, root, size)
    yield from _map_of_django()


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _places(code: CodeGateway, root: Path, size: str) -> Iterator[Figure]:
    workspace = code._workspaces[str(root)]
    yield Figure(f"links of {size}, read once", _timed(lambda: _read_links(workspace)), "under 5 s")
    dice = random.Random(0)
    store = workspace.kept._index.store
    paths = sorted(p for p in store.paths() if p.endswith((".py", ".ts")))
    ranked, pieces, floor = [], [], []
    for path in dice.sample(paths, N_PLACES):
        buffer = workspace.buffer(path)
        row = dice.randrange(max(1, buffer.n_lines))
        files_at(workspace, path, buffer, Position(max(0, row - 6), 0))
        ranked.append(_timed(lambda: files_at(workspace, path, buffer, Position(row, 0))))  # noqa: B023 - at once
        uri = (root / path).as_uri()
        pieces.append(_timed(lambda: driven(code.context_at(uri, Position(row, 0), 1500, 10))))  # noqa: B023
        rows = window_of(buffer.n_lines, row)
        names = names_around([buffer.line(r).decode("utf-8", "replace") for r in rows], rows.start, row)
        floor.append(_timed(lambda: [store.symbols_named(n.name, 64) for n in names]))  # noqa: B023
    for what, taken, limit in (("files for a place", ranked, 0.005), ("ten definitions with their text", pieces, 0.03)):
        for part in (0.5, 0.95):
            mine, theirs = at(part, sorted(taken)), at(part, sorted(floor))
            name = f"{what}, {size}, p{part * 100:.0f} of {N_PLACES}"
            yield Figure(name, mine, f"under {limit * 1e3:g} ms", "looking its names up", theirs, ok=mine < limit)


def _read_links(workspace: object) -> None:
    while workspace.kept.read_links(1.0):  # type: ignore[attr-defined]
        pass


def _questions(code: CodeGateway, root: Path, size: str, library: Path) -> Iterator[Figure]:
    workspace = code._workspaces[str(root)]
    asked = [q.text for q in questions_of(library)][:N_QUESTIONS]
    filling = _timed(lambda: driven(code.context_for(str(root), "anything", 100, wait_s=math.inf)))
    yield Figure(f"words of {size}, read once", filling, "under 60 s", ok=filling < 60)
    folder = workspace.kept._texts._folder
    index_bytes = (folder / "index.db").stat().st_size
    text_bytes = sum(p.stat().st_size for p in folder.glob("text.db*"))
    yield Memory(f"text.db, beside an index.db of {index_bytes / 1e6:.0f} MB", text_bytes, "no limit")
    db = workspace.kept._texts._db
    sql = "select rowid from texts where texts match ? order by rank limit 100"
    whole, floor = [], []
    for text in asked:
        whole.append(_timed(lambda: driven(code.context_for(str(root), text, 4000, (), 12))))  # noqa: B023 - at once
        query = " OR ".join(f'"{term}"' for term in terms(text))
        floor.append(_timed(lambda: db.execute(sql, (query,)).fetchall()))  # noqa: B023
    for part in (0.5, 0.95):
        mine, theirs = at(part, sorted(whole)), at(part, sorted(floor))
        name = f"a question, {size}, p{part * 100:.0f} of {len(asked)}"
        yield Figure(name, mine, "under 50 ms", "the bare full text query", theirs, ok=mine < 0.05)


def _map(code: CodeGateway, root: Path, size: str) -> Iterator[Figure]:
    driven(code.repository_map(str(root), 1024))
    taken = statistics.median(_timed(lambda: driven(code.repository_map(str(root), 1024))) for _ in range(N_MAPS))
    yield Figure(f"map of {size}, warm", taken, "under 1 s", ok=taken < 1)


def _map_of_django() -> Iterator[Figure]:
    folder = next((f for name, (f, _) in packages().items() if name.startswith("Django")), None)
    if folder is None:
        return
    files = read(folder, (".py",))
    with tempfile.TemporaryDirectory() as scratch, indexed(folder, Path(scratch)) as code:
        driven(code.repository_map(str(folder), 1024))
        taken = statistics.median(_timed(lambda: driven(code.repository_map(str(folder), 1024))) for _ in range(N_MAPS))
    ranked = aider(files, tasks(files, N_MAPS), mentions=False)
    theirs = statistics.median(seconds for _, seconds in ranked) if ranked else None
    name = f"map of Django, {len(files)} files, warm"
    yield Figure(name, taken, "under 200 ms", "aider's ranking", theirs, ok=taken < 0.2)
    if theirs is None:
        print("     aider: RULEWRIGHT_BENCH_AIDER does not name an environment that has it", flush=True)
