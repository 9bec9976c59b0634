"""What is believed of what a model says: a rule that was sent, a line that is in question, and words that stand there.

All else is left out and counted. No finding is made up, and none is moved further than to the one line nearby that
holds its words.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec

from rulewright.core.findings import Finding, Severity
from rulewright.core.prompt.guide import Guide, visible
from rulewright.core.review.answer import Said
from rulewright.core.review.ask import Ask
from rulewright.core.review.lines import lines_of
from rulewright.core.text import Text

NEAR = 5
"""Lines that a model may be wrong by."""
MIN_QUOTE = 3
"""Characters; fewer stand anywhere, unless they are the line."""
MAX_WHY, MAX_QUOTE, MAX_SENTENCE = 400, 160, 200

_NUMBERED = re.compile(r"\A\s*>?\s*\d+\|\s?")
_DOTS = re.compile(r"\A(?:\.\.\.|…)\s*|\s*(?:\.\.\.|…)\Z")
_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|\Z)")
_MARKUP = re.compile(r"\A(?:#{1,6}|[-*+]|\d+[.)])\s+")


class Believed(msgspec.Struct, frozen=True):
    """A breach that stands: which rule, which line of the file from 0, which of its words, and what the model says."""

    guide: Guide
    line: int
    quote: str
    why: str


class Verified(msgspec.Struct, frozen=True):
    """What is believed of an answer."""

    found: tuple[Believed, ...] = ()
    n_dropped: int = 0


def verify(said: Iterable[Said], ask: Ask) -> Verified:
    """What of `said` is believed; its lines are the file's, from 1. One finding for each line and rule."""
    named = {rule.name.lower(): rule.guide for rule in ask.rules}
    found: dict[tuple[int, str], Believed] = {}
    n_dropped = 0
    for one in said:
        guide = named.get(one.rule.strip().strip("`\"'").lower())
        place = _place(one, ask) if guide is not None else None
        if guide is None or place is None:
            n_dropped += 1
            continue
        line, quote = place
        found.setdefault((line, guide.rule.path), Believed(guide, line, quote, _spoken(one.why)))
    return Verified(tuple(found.values()), n_dropped)


def _place(said: Said, ask: Ask) -> tuple[int, str] | None:
    """The line, from 0, and the words of it."""
    named = said.line - 1
    for quote in _quotes(said.quote):
        if ask.start <= named < ask.end and (words := _words(quote, ask.lines[named - ask.start])):
            return (named, words) if named in ask.asked else None
        near = range(max(ask.start, named - NEAR), min(ask.end, named + NEAR + 1))
        held = [(n, words) for n in near if (words := _words(quote, ask.lines[n - ask.start]))]
        if len(held) == 1:
            return held[0] if held[0][0] in ask.asked else None
    return None


def _quotes(written: str) -> Iterable[str]:
    """What a model may mean to quote: the first of its lines that says something, without what is ours."""
    first = next((line for line in written.splitlines() if line.strip()), "").strip()
    forms = (first, _NUMBERED.sub("", first), _DOTS.sub("", _NUMBERED.sub("", first)))
    return (form.strip() for form in dict.fromkeys(forms) if form.strip())


def _words(quote: str, line: str) -> str:
    """The words of a line that a quote means, as they stand there; empty where it has none such."""
    if len(quote) < MIN_QUOTE and quote != line.strip():
        return ""
    if quote in line:
        return quote
    # White space is what models copy least exactly.
    match = re.search(r"\s+".join(map(re.escape, quote.split())), line)
    return match[0] if match else ""


def _spoken(text: str) -> str:
    shown = " ".join(visible(text)[0].split())
    return shown if len(shown) <= MAX_WHY else shown[: MAX_WHY - 1] + "…"


def sentence_of(guide: Guide) -> str:
    """What a rule says, in a sentence: its description, else the first of its text."""
    said = " ".join(visible(guide.rule.description)[0].split())
    if not said:
        first = next((line for line in guide.lines if _MARKUP.sub("", line.strip()).strip() and line[:1] != "#"), "")
        first = _MARKUP.sub("", (first or next(iter(guide.lines), "")).strip())
        whole = _SENTENCE.match(first)
        said = whole[1] if whole else first
    return said if len(said) <= MAX_SENTENCE else said[: MAX_SENTENCE - 1] + "…"


def findings_of(believed: Sequence[Believed], path: str, content: str, severity: Severity) -> tuple[Finding, ...]:
    """Findings in a text, sorted, each quoting its rule and its line."""
    text, lines = Text(content), lines_of(content)
    starts = [0, *accumulate(len(line) + 1 for line in content.split("\n"))]
    found = []
    for one in believed:
        line = lines[one.line] if one.line < len(lines) else ""
        at = line.find(one.quote)
        # With a secret in it the line is not what the model saw, so all of it is meant.
        start, end = (at, at + len(one.quote)) if at >= 0 else (len(line) - len(line.lstrip()), len(line.rstrip()))
        start, end = starts[one.line] + start, starts[one.line] + max(start, end)
        rule, sentence = one.guide.rule, sentence_of(one.guide)
        quote = one.quote if len(one.quote) <= MAX_QUOTE else one.quote[: MAX_QUOTE - 1] + "…"
        found.append(
            Finding(
                rule_id=rule.id,
                severity=severity,
                message=one.why or f"This breaks the rule {rule.id}.",
                path=path,
                start=start,
                end=end,
                range=text.range(start, end),
                note=f"The rule: {sentence}\nThe line: {' '.join(visible(quote)[0].split())}",
                rule_path=rule.path,
            )
        )
    return tuple(sorted(found, key=lambda f: (f.start, f.rule_id, f.end)))
