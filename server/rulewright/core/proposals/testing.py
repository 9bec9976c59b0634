"""Where the tests of a file are, by the customs of its language."""

from collections.abc import Callable, Sequence
from posixpath import join, splitext


def tests_of(path: str, exists: Callable[[str], bool]) -> str:
    """The file that holds the tests of `path`, or would; empty where its language has no custom, or it holds tests."""
    places = _places(path)
    return next((place for place in places if exists(place)), places[0] if places else "")


def is_test(path: str) -> bool:
    """Whether a file holds tests itself."""
    stem, ending = splitext(path.rpartition("/")[2])
    marks = stem.startswith("test_") or stem.endswith(("_test", ".test", ".spec", "_spec", "Test", "Tests"))
    return marks and bool(ending)


def _places(path: str) -> Sequence[str]:
    """The likeliest first."""
    if is_test(path):
        return ()
    folder, _, name = path.rpartition("/")
    stem, ending = splitext(name)
    inner = "/".join(folder.split("/")[1:]) if folder.split("/")[0] in {"src", "lib", "app"} else folder
    match ending:
        case ".py":
            flat, nested = join("tests", f"test_{stem}.py"), join("tests", inner, f"test_{stem}.py")
            return (flat, nested, join(folder, f"test_{stem}.py"), join(folder, "tests", f"test_{stem}.py"))
        case ".go":
            return (join(folder, f"{stem}_test.go"),)
        case ".ts" | ".tsx" | ".js" | ".jsx" | ".mjs" | ".cjs" | ".mts" | ".cts":
            near = [join(folder, f"{stem}.{word}{ending}") for word in ("test", "spec")]
            apart = [join(folder, "__tests__", f"{stem}.test{ending}"), join("test", f"{stem}.test{ending}")]
            return (*near, *apart, join("tests", f"{stem}.test{ending}"))
        case ".rb":
            return (join("spec", inner, f"{stem}_spec.rb"), join("test", inner, f"{stem}_test.rb"))
        case ".java" | ".kt" if "/main/" in f"/{path}":
            there = f"/{path}".replace("/main/", "/test/", 1).removeprefix("/")
            return (f"{there.removesuffix(ending)}Test{ending}",)
        case ".ex":
            return (join("test", inner, f"{stem}_test.exs"),)
        case ".php":
            return (join("tests", f"{stem}Test.php"),)
        case _:
            return ()
