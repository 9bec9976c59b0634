"""What reading a check has to say: remarks on checks that are used, and refusals of those that are not."""

from collections.abc import Iterable
from difflib import get_close_matches

from rulewright.core.findings import Severity
from rulewright.core.rules.problems import Problem, problem

Path = tuple[str | int, ...]


class Refused(Exception):  # noqa: N818 - it is a verdict, and it never leaves the reading of checks
    """A check that cannot be used; carries the problem that says why."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(reason.message)
        self.reason = reason


class Remarks:
    """The remarks on one check: `at` is its place in the front matter, `name` what it is called.

    `span` is its place as offsets, where it stands elsewhere in the file.
    """

    def __init__(self, at: Path, name: str, problems: list[Problem], span: tuple[int, int] | None = None) -> None:
        self.at = at
        self.name = name
        self.place = {} if span is None else {"start": span[0], "end": span[1]}
        self.problems = problems

    def refuse(self, why: str, *where: str | int) -> Refused:
        """The check cannot be used, because of `why`."""
        message = f"Check `{self.name}` is not used: {_sentence(why)}"
        return Refused(problem("check-invalid", "error", message, *self.at, *where, **self.place))

    def warn(self, code: str, message: str, *where: str | int, severity: Severity = "warning") -> None:
        """A remark on a check that is used."""
        told = f"Check `{self.name}`: {_sentence(message)}"
        self.problems.append(problem(code, severity, told, *self.at, *where, **self.place))


def _sentence(text: str) -> str:
    """`text` with its full stop."""
    return text if text.endswith("?") else f"{text}."


def did_you_mean(word: str, known: Iterable[object]) -> str:
    """Ready to be put into a sentence; empty when nothing is near."""
    folded = {str(k).lower(): str(k) for k in known}
    near = get_close_matches(word.lower(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""
