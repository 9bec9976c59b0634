"""Which languages share names, and how far apart two files are: what decides between things of one name."""

_FAMILIES = (
    ("javascript", "typescript", "tsx", "vue", "svelte"),
    ("c", "cpp", "objective-c"),
    ("java", "kotlin", "scala"),
    ("ocaml", "ocaml-interface"),
)
BY_FOLDER = frozenset({"go", "java", "kotlin", "scala", "hcl"})
"""Languages in which the files of a folder see each other's names."""
_FAMILY = {language: family for family in _FAMILIES for language in family}


def family(language: str) -> tuple[str, ...]:
    """The languages in which code of this language is named: itself, and those that it is mixed with."""
    return _FAMILY.get(language, (language,))


def distance(one: str, other: str) -> int:
    """Folders to leave and to enter on the way from one file to another; 0 in one folder, -1 for the file itself."""
    if one == other:
        return -1
    a, b = one.split("/")[:-1], other.split("/")[:-1]
    shared = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        shared += 1
    return len(a) + len(b) - 2 * shared


def folder(path: str) -> str:
    """The folder of a file; empty for the root."""
    return path.rpartition("/")[0]


def stem(path: str) -> str:
    """A file's name without its folder and its endings."""
    return path.rpartition("/")[2].partition(".")[0]
