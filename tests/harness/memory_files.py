"""A workspace's files in memory, as import modules see them."""

from collections.abc import Iterable, Mapping


class MemoryFiles:
    """Paths and texts."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self.texts = dict(texts)

    def exists(self, path: str) -> bool:
        return path in self.texts

    def below(self, folder: str) -> Iterable[str]:
        prefix = f"{folder}/" if folder else ""
        return sorted(p for p in self.texts if p.startswith(prefix) and "/" not in p[len(prefix) :])

    def ending(self, suffix: str) -> Iterable[str]:
        return sorted(p for p in self.texts if p == suffix or p.endswith("/" + suffix))

    def text(self, path: str) -> str | None:
        return self.texts.get(path)


def tree(listing: str, **texts: str) -> MemoryFiles:
    """Files named in a listing, empty apart from those whose text is said: `path: text` on a line."""
    found = {}
    for line in listing.split("\n"):
        path, _, text = line.strip().partition(": ")
        if path:
            found[path.removesuffix(":")] = text.replace("\\n", "\n").replace("\\t", "\t")
    return MemoryFiles({**found, **texts})
