"""The tests that a rule carries: its examples run against its checks, with ast-grep's words for the outcome.

An example states code only, so its checks are run whatever their severity and files, and comments that
suppress are not looked at.
"""

from typing import Literal

import msgspec

from rulewright.core.languages import canonical
from rulewright.core.rules.fix import apply_fixes
from rulewright.core.rules.lint import Enforced, Linter
from rulewright.core.rules.rule import DEFAULT_SEVERITY, Check, Example, Rule

Outcome = Literal["validated", "reported", "noisy", "missing", "fix_differs"]

_MAX_PASSES = 10


class ExampleResult(msgspec.Struct, frozen=True):
    """What came of one half of an example."""

    number: int
    """Index in the rule's examples."""
    outcome: Outcome
    """`validated`: good code, not hit. `reported`: bad code, hit. `noisy`: good code, hit. `missing`: bad
    code, not hit. `fix_differs`: bad code, hit, and mended to something else than the good code."""
    sentence: str
    """The outcome for people."""
    fixed: str | None = None
    """With `fix_differs`: what the fix made of the bad code."""

    @property
    def passed(self) -> bool:
        """Whether the example holds."""
        return self.outcome in {"validated", "reported"}


def run_examples(rule: Rule) -> tuple[ExampleResult, ...]:
    """The outcome of every example, its bad code before its good code; none for a rule without checks."""
    if not rule.checks:
        return ()
    return tuple(result for number, example in enumerate(rule.examples) for result in _run(rule, number, example))


def _run(rule: Rule, number: int, example: Example) -> list[ExampleResult]:
    """The outcomes of one example."""
    language = canonical(example.language) or example.language
    linters = [(_linter(rule, check), check) for check in rule.checks if not language or check.language == language]
    named = f"Example {number + 1} of rule `{rule.id}`"
    results: list[ExampleResult] = []
    if example.bad is not None:
        hit = any(linter.run(rule.path, example.bad) for linter, _ in linters)
        if not hit:
            why = "no check finds it" if linters else f"no check of the rule is for `{example.language}`"
            told = f"{named}: the bad code is missed; {why}."
            results.append(ExampleResult(number, "missing", told))
        else:
            results.append(_mended(named, number, example, linters))
    if example.good is not None:
        noisy = [check.id for linter, check in linters if linter.run(rule.path, example.good)]
        if noisy:
            told = f"{named}: the good code is hit by check `{noisy[0]}`."
            results.append(ExampleResult(number, "noisy", told))
        else:
            results.append(ExampleResult(number, "validated", f"{named}: the good code is left alone."))
    return results


def _linter(rule: Rule, check: Check) -> Linter:
    """Only this check, switched on."""
    if check.severity == "off":
        check = msgspec.structs.replace(check, severity=DEFAULT_SEVERITY)
    return Linter(check.language, (Enforced(rule.id, rule.path, rule.description, check),))


def _mended(named: str, number: int, example: Example, linters: list[tuple[Linter, Check]]) -> ExampleResult:
    """Bad code that is hit: reported, and where good code and a fix are given, mended to it."""
    reported = ExampleResult(number, "reported", f"{named}: the bad code is found.")
    if example.bad is None or example.good is None or not any(check.fixes for _, check in linters):
        return reported
    text = example.bad
    for _ in range(_MAX_PASSES):
        before = text
        text = apply_fixes(text, [finding for linter, _ in linters for finding in linter.run("", text)])
        if text.rstrip("\n") == example.good.rstrip("\n"):
            return reported
        if text == before:
            break
    told = f"{named}: the fix makes `{_brief(text)}` of the bad code, not the good code."
    return ExampleResult(number, "fix_differs", told, text)


def _brief(text: str) -> str:
    """The first line of a text, cut where it is long."""
    first, *more = text.strip().splitlines() or [""]
    cut = 60
    return f"{first[:cut]}..." if more or len(first) > cut else first
