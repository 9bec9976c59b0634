"""Values of front matter by key: what is not as it should be is reported, and something sensible taken."""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from json import dumps
from typing import Any

from rulewright.core.edits import Edit, apply
from rulewright.core.findings import Fix
from rulewright.core.rules.frontmatter import FrontMatter, Path, read
from rulewright.core.rules.glob_problems import GlobProblem
from rulewright.core.rules.problems import Problem, problem

_WORD = re.compile(r"(?!(?:true|false|yes|no|on|off|null)\Z)[a-zA-Z_]+")
"""A text that YAML reads as it stands."""
MAX_NUMBER = 1_000_000


class Fields:
    """Front matter to values, one method a kind of value.

    `content` is the text of the whole file; without it nothing is said of how to mend it.
    """

    def __init__(self, matter: FrontMatter, data: dict[str, Any], content: str = "") -> None:
        self.matter, self.data, self.content = matter, data, content
        self.problems: list[Problem] = []

    def report(self, code: str, severity: Any, message: str, *at: str | int, fix: Fix | None = None) -> None:
        """Note what is wrong with a part of the front matter."""
        self.problems.append(problem(code, severity, message, *at, fix=fix))

    def report_glob(
        self, found: GlobProblem, key: str, written: str, divide: Callable[[str], list[str]] | None = None
    ) -> None:
        """Note what is doubtful about one glob of a key, at its place in a list or in a text with commas."""
        more = f" Write `{found.suggestion}`." if found.suggestion and found.suggestion not in found.message else ""
        fix = self._other_glob(found, key, written, divide) if found.suggestion else None
        at = self._item_of(key, written, divide)
        self.report(found.code, found.severity, f"{found.message}{more}", *at, fix=fix)

    def text(self, key: str) -> str:
        """A text; empty where there is none."""
        value = self.data.get(key)
        if value is None or isinstance(value, dict | list):
            if value is not None:
                self.report("wrong-type", "warning", f"`{key}` must be text. It was left out.", key)
            return ""
        return (str(value).lower() if isinstance(value, bool) else str(value)).strip()

    def integer(self, key: str, default: int) -> int:
        """A whole number."""
        value = self.data.get(key)
        if value is None:
            return default
        try:
            # YAML's true is 1 for `int`, and nobody means that.
            number = int("" if isinstance(value, bool) else value)
        except (ValueError, TypeError, OverflowError):
            self.report("wrong-type", "warning", f"`{key}` must be a whole number. {default} was taken.", key)
            return default
        if abs(number) > MAX_NUMBER:
            # Python itself refuses to write down a number of thousands of digits.
            number = MAX_NUMBER if number > 0 else -MAX_NUMBER
            self.report("wrong-value", "warning", f"`{key}` is {number:,} at most. That was taken.", key)
        return number

    def boolean(self, key: str) -> bool | None:
        """True or false; None where neither is said."""
        value = self.data.get(key)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in {"true", "false", "yes", "no"}:
            meant = value.strip().lower() in {"true", "yes"}
            fix = Fix("Remove the quotes", (Edit(*self.matter.values[(key,)], str(meant).lower()),))
            message = f"`{key}` is text. It was read as a boolean. Remove the quotes."
            self.problems.append(problem("text-as-boolean", "hint", message, key, fix=fix))
            return meant
        self.report("wrong-type", "warning", f"`{key}` must be true or false. It was left out.", key)
        return None

    def strings(self, key: str, divide: Callable[[str], list[str]] | None = None) -> tuple[str, ...]:
        """A list, a comma-separated text and a single text mean the same."""
        value = self.data.get(key)
        if value is None:
            return ()
        divide = divide or (lambda text: [part.strip() for part in text.split(",") if part.strip()])
        found: list[str] = []
        items = value if isinstance(value, list) else [value]
        for i, item in enumerate(items):
            if isinstance(item, dict | list) or item is None:
                at = (key, i) if isinstance(value, list) else (key,)
                severity = "error" if key == "globs" and item is not None else "warning"
                self.report(
                    "wrong-type",
                    severity,
                    f'`{key}` must be text or a list of texts. Write `{key}: ["..."]`.',
                    *at,
                )
            else:
                found += divide(str(item))
        return tuple(dict.fromkeys(found))

    # Ways to mend. Each is tried: a fix after which the front matter does not say what is meant is not offered.

    def renamed(self, key: str, name: str, *, safe: bool) -> Fix | None:
        """The key under another name; None where that one is taken."""
        if name in self.data or (key,) not in self.matter.places:
            return None
        wanted = {name if each == key else each: value for each, value in self.data.items()}
        start, end = self.matter.places[(key,)]
        return self._if_it_says(wanted, f"Write `{name}`", Edit(start, end, name), safe=safe)

    def rewritten(self, key: str, value: Any, title: str = "", *, name: str = "", safe: bool) -> Fix | None:
        """The key, or `name` in its place, with another value: a list, a text, or true or false."""
        if (key,) not in self.matter.places or (name and name != key and name in self.data):
            return None
        text = value if isinstance(value, str) and _WORD.fullmatch(value) else dumps(value, ensure_ascii=False)
        name = name or key
        wanted = {name if each == key else each: value if each == key else old for each, old in self.data.items()}
        start = self.matter.places[(key,)][0]
        edit = Edit(start, self._end_of_value(key), f"{name}: {text}")
        shown = text if isinstance(value, bool | list) else str(value)
        return self._if_it_says(wanted, title or f"Write `{name}: {shown}`", edit, safe=safe)

    def one_of(self, key: str, words: Iterable[str]) -> Fix | None:
        """The word of some that is nearly the value of a key."""
        written = self.text(key)
        folded = {_folded(word): word for word in words}
        same = folded.get(_folded(written))
        close = get_close_matches(_folded(written), folded, n=1, cutoff=0.6)
        if same is None and not close:
            return None
        return self.rewritten(key, same or folded[close[0]], safe=same is not None)

    def _other_glob(
        self, found: GlobProblem, key: str, written: str, divide: Callable[[str], list[str]] | None
    ) -> Fix | None:
        """The better glob in the place of one among others."""
        better = found.suggestion or ""
        at = self._item_of(key, written, divide)
        span = self._span_of(at)
        if span is None:
            return None
        # A name in brackets may be meant as a class of characters.
        safe = found.code != "glob-route"
        place = self._token(span, written)
        # A second reading notes nothing a second time.
        old = Fields(self.matter, self.data).strings(key, divide)
        new = (_divided(better, divide) if each == written else [each] for each in old)
        wanted = tuple(dict.fromkeys(glob for globs in new for glob in globs))
        whole = dumps(better, ensure_ascii=False)
        tries = ([] if place is None else [(place, better), (place, whole)]) + [(span, whole)]
        for (start, end), text in tries:
            edit = Edit(start, end, text)
            after = self._after(edit)
            if after is not None and Fields(after, after.data or {}).strings(key, divide) == wanted:
                return Fix(f"Write `{better}`", (edit,), safe)
        return None

    def _item_of(self, key: str, written: str, divide: Callable[[str], list[str]] | None) -> Path:
        """Where one of the values of a key stands: in an item of its list, or in its text."""
        value = self.data.get(key)
        items: Sequence[Any] = value if isinstance(value, list) else ()
        number = next((i for i, item in enumerate(items) if written in _divided(str(item), divide)), None)
        return (key,) if number is None else (key, number)

    def _span_of(self, at: Path) -> tuple[int, int] | None:
        """Offsets of a value, without what follows it."""
        span = self.matter.places.get(at) if len(at) > 1 else self.matter.values.get(at)
        if span is None:
            return None
        stop = self.content.find("\n", span[0])
        end = min(span[1], stop if stop >= 0 else len(self.content))
        return span[0], span[0] + len(self.content[span[0] : end].rstrip())

    def _token(self, span: tuple[int, int], written: str) -> tuple[int, int] | None:
        """The one place in a text with commas where a glob stands."""
        # A comma inside of braces parts no globs, and a glob that is found there is not the one.
        pattern = re.compile(rf"(?<![^\s\"',\[]){re.escape(written)}(?![^\s\"',\]])")
        found = [match.span() for match in pattern.finditer(self.content, *span)]
        return found[0] if len(found) == 1 else None

    def _end_of_value(self, key: str) -> int:
        """Where a value ends, without the space and the comments behind it."""
        start, end = self.matter.values[(key,)]
        last = len(value) - 1 if isinstance(value := self.data.get(key), list) else -1
        if last >= 0 and self.content[start : start + 1] != "[":
            start, end = self.matter.places[(key, last)]
        # A value that was repaired seems longer than it is.
        stop = self.content.find("\n", start) if "\n" not in self.content[start : end - 1].rstrip() else end
        end = min(end, stop if stop >= 0 else len(self.content))
        return start + len(self.content[start:end].rstrip())

    def _if_it_says(self, wanted: dict[str, Any], title: str, edit: Edit, *, safe: bool) -> Fix | None:
        after = self._after(edit)
        return Fix(title, (edit,), safe) if after is not None and after.data == wanted else None

    def _after(self, edit: Edit) -> FrontMatter | None:
        """The front matter after an edit; None when that broke something, or where there is no text."""
        if not self.content or not 0 <= edit.start <= edit.end <= len(self.content):
            return None
        after = read(apply(self.content, [edit]))
        before = {p.code for p in self.matter.problems}
        return after if {p.code for p in after.problems} <= before and after.body == self.matter.body else None


def _folded(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.lower())


def _divided(text: str, divide: Callable[[str], list[str]] | None) -> list[str]:
    return divide(text) if divide is not None else [part.strip() for part in text.split(",") if part.strip()]
