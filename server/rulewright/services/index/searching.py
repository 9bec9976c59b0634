"""Names by pattern: the table of all names in memory, kept up with the store."""

from collections.abc import Iterable

from rulewright.core.index.match import Matcher
from rulewright.services.index.index import Index
from rulewright.services.index.tables import FoundSymbol


class Names:
    """To be replaced by the table of names."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def changed(self, paths: Iterable[str]) -> None:
        """Take the names of files that were written."""

    def step(self) -> bool:
        """Go on building; whether there is more to do."""
        return False

    def search(self, pattern: str, limit: int) -> tuple[list[tuple[int, FoundSymbol]], bool]:
        """The symbols on disk that match best, each with its score, and whether these are all."""
        names = list(self._index.all_names())
        scored = sorted(
            ((score, names[at][1]) for at, score in Matcher(pattern).scores([n for n, _ in names])), reverse=True
        )
        by_id = {s.id: s for s in self._index.symbols([i for _, i in scored[: 2 * limit]])}
        return [(score, by_id[i]) for score, i in scored[: 2 * limit] if i in by_id], len(scored) <= limit
