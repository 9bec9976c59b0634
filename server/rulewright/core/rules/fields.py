"""Values of front matter by key: what is not as it should be is reported, and something sensible taken."""

from collections.abc import Callable
from typing import Any

from rulewright.core.edits import Edit
from rulewright.core.findings import Fix
from rulewright.core.rules.frontmatter import FrontMatter
from rulewright.core.rules.problems import Problem, problem

MAX_NUMBER = 1_000_000


class Fields:
    """Front matter to values, one method a kind of value."""

    def __init__(self, matter: FrontMatter, data: dict[str, Any]) -> None:
        self.matter, self.data = matter, data
        self.problems: list[Problem] = []

    def report(self, code: str, severity: Any, message: str, *at: str | int) -> None:
        """Note what is wrong with a part of the front matter."""
        self.problems.append(problem(code, severity, message, *at))

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
