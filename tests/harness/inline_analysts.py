"""Analysts that work in this process, so that a test of what is around them starts none."""

from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

from rulewright.services.index.analysts import Answer, Event
from rulewright.services.index.cache import CodeCache
from rulewright.services.index.index import Index
from rulewright.services.index.tables import FileRow
from rulewright.services.index.wire import Order
from rulewright.services.index.worker import look_at


class InlineAnalysts:
    """Carries out one order at each `take`."""

    def __init__(self, root: str, cache_folder: Callable[[], Path | None], max_bytes: int = 1 << 20) -> None:
        self.root, self.cache_folder, self.max_bytes = root, cache_folder, max_bytes
        self.orders: deque[Order] = deque()
        self.seen: list[str] = []
        """Every path that was given out."""

    @property
    def n_free(self) -> int:
        return 2 - len(self.orders)

    def begin(self, languages: Sequence[str] = ()) -> None:
        pass

    def give(self, order: Order) -> None:
        self.orders.append(order)
        self.seen += [path.decode("utf-8", "surrogateescape") for path, _ in order.files]

    def take(self, timeout_s: float) -> list[Event]:
        if not self.orders:
            return []
        order = self.orders.popleft()
        folder = self.cache_folder()
        cache = CodeCache(folder) if folder else None
        outcomes = [
            look_at(
                order.number,
                at,
                self.root.encode("utf-8", "surrogateescape") + b"/" + path,
                language,
                cache,
                self.max_bytes,
            )
            for at, (path, language) in enumerate(order.files)
        ]
        if cache is not None:
            cache.close()
        return [Answer(outcomes)]

    def rest(self, idle_s: float) -> None:
        pass

    def close(self) -> None:
        self.orders.clear()


def inline_index(root: Path, cache_dir: Path, **settings: object) -> Index:
    """An index that analyses in this process."""
    return Index(root, cache_dir=cache_dir, analysts=InlineAnalysts, **settings)  # type: ignore[arg-type]


def contents(index: Index) -> dict[str, object]:
    """All that an index says of the disk, without what depends on when it was asked."""
    with_rows: dict[str, FileRow] = {row.path: row for row in index.store.files()}
    return {
        path: (
            row.language,
            row.status,
            row.reason,
            row.hash,
            row.n_errors,
            [
                (s.name, s.kind, s.row, s.column, s.column16, s.container, s.exported)
                for s in index.store.symbols_of(path)
            ],
            index.store.imports_of(path),
            index.store.words_of(path),
        )
        for path, row in with_rows.items()
    }
