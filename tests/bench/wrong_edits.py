"""Wrong edits of models: how many are stopped, how many right ones land, and how long it takes to know.

The published list (`tests/data/wrong_edits`) is run as it is. Then right edits of functions of the standard library
are spoiled by a seeded chance, and each is put through the same: what passes there is printed too.
"""

import ast
import random
import re
import sysconfig
import time
import tokenize
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

from rulewright.core.edits import apply
from rulewright.core.findings import Finding
from rulewright.core.proposals.answer import read_answer
from rulewright.core.proposals.defs import definitions
from rulewright.core.proposals.lines import Lines
from rulewright.core.proposals.place import place
from rulewright.core.proposals.verify import Proposed, Wrong, syntax_errors, verify
from rulewright.core.rules.check import read_checks
from rulewright.core.rules.job import CheckJob, run
from rulewright.core.rules.lint import Enforced
from tests.bench.timing import Figure

DATA = Path(__file__).parents[1] / "data" / "wrong_edits"
N_FUNCTIONS = 300
SEED = 20_261_123
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})")


@cache
def data() -> dict[str, Any]:
    """All of the list: `documents`, `checks`, `faults`, `right`."""
    read = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in DATA.glob("*.toml")}
    return {**read["documents"], "faults": read["faults"]["case"], "right": read["right"]["case"]}


@cache
def checks(language: str) -> tuple[Enforced, ...]:
    """The checks of the list for one language."""
    documents = [check for check in data()["checks"].values() if check["language"] == language]
    read, problems = read_checks(documents, rule_id="r", languages=(language,))
    assert not problems
    return tuple(Enforced(check.id, "r.md", "", check) for check in read)


def findings(path: str, content: str, language: str) -> tuple[Finding, ...]:
    """What the checks of the list find."""
    ids = frozenset(check.rule_id for check in checks(language))
    job = CheckJob(path, content, language, checks(language), ids, 1000)
    return run(job, time.perf_counter_ns).findings


def changed(text: str, pairs: list[list[str]]) -> str:
    """A text with each first of some pairs, which it has once, as the second."""
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def document_of(case: dict[str, Any]) -> tuple[str, str, str]:
    """Path, language and text of the document of a case."""
    document = data()["documents"][case["document"]]
    text = document["text"]
    if "break_it" in case:
        text = changed(text, [case["break_it"]])
    if case.get("document_newline") == "crlf":
        text = text.replace("\n", "\r\n")
    if "document_end" in case:
        text = text.rstrip("\n") + case["document_end"]
    return document["path"], document["language"], text


def target_of(case: dict[str, Any], text: str, language: str) -> tuple[int, int]:
    """What may change: a definition by its name, the end of the text, or some rows from 1."""
    lines = Lines(text)
    match case["target"].split():
        case ["$end"]:
            return len(text), len(text)
        case ["$rows", first, last]:
            return lines.starts[int(first) - 1], lines.starts[int(last)]
        case [name]:
            one = next(d for d in definitions(text, language) if d.name == name)
            return lines.starts[one.lead], lines.starts[one.last + 1]
    raise ValueError(case["target"])


def answer_of(case: dict[str, Any], text: str) -> str:
    """The answer of a case as a model would give it."""
    answer = case["answer"]
    if "whole_file" in case:
        answer = f"```{case['document']}\n{changed(text, case['whole_file'])}```\n"
    if case.get("escapes"):
        answer = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), answer)
    if case.get("newline") == "crlf":
        answer = answer.replace("\n", "\r\n")
    elif case.get("newline") == "mixed":
        answer = "".join(line + ("\r\n" if n % 2 else "\n") for n, line in enumerate(answer.split("\n")))
    return answer * case.get("repeat", 1)


def judged(
    path: str, language: str, text: str, target: tuple[int, int], answer: str, case: dict[str, Any] | None = None
) -> tuple[str, tuple[Wrong, ...]]:
    """What an answer makes of a text, and what is wrong with that: all that the server does but asking."""
    case = case or {}
    placed = place(read_answer(answer), path, text, *target, language=language)
    if placed.wrongs:
        return text, placed.wrongs
    after = apply(text, placed.edits)
    before_findings = findings(path, text, language)
    wrongs = verify(
        Proposed(path, 1, text, after, placed.edits, target, language),
        2 if case.get("stale") else 1,
        syntax_errors(text, language),
        syntax_errors(after, language),
        before_findings,
        findings(path, after, language),
        [finding for finding in before_findings if finding.rule_id == case.get("must_go")],
        kind=case.get("kind", "fix"),
        may_import=case.get("may_import", False),
    )
    return after, wrongs


def judge(case: dict[str, Any]) -> tuple[str, tuple[Wrong, ...]]:
    """The same for a case of the list."""
    path, language, text = document_of(case)
    return judged(path, language, text, target_of(case, text, language), answer_of(case, text), case)


def figures() -> Iterator[Figure]:
    """The figures; those that count are printed in between."""
    stopped: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    for case in data()["faults"]:
        kind = case["expect"][0]
        by_kind[kind] += 1
        stopped[kind] += bool(judge(case)[1])
    print("published faults stopped: " + ", ".join(f"{k} {stopped[k]} of {n}" for k, n in sorted(by_kind.items())))
    landed = sum(judge(c)[1] == () for c in data()["right"])
    print(f"published faults stopped: {stopped.total()} of {by_kind.total()}")
    print(f"right answers landed: {landed} of {len(data()['right'])}")
    generated()
    yield from timed()


def timed() -> Iterator[Figure]:
    """How long reading, placing and verifying take on 2,000 lines, both checks of them by the rules left out."""
    text = data()["documents"]["python"]["text"]
    whole = text + "".join(re.sub(r"\b(Cart|rounded|load|shipping)\b", rf"\g<1>{n}", text) for n in range(40))
    lines = Lines(whole)
    whole = "".join(lines.whole[:2000])
    one = next(d for d in definitions(whole, "python") if d.name == "total" and d.parent == "Cart20")
    target = lines.starts[one.lead], lines.starts[one.last + 1]
    taken = []
    for n in range(200):
        factor = f"max(count, {n})"
        was, new = (f"            total += item.price * {word}\n" for word in ("count", factor))
        answer = f"<<<<<<< SEARCH\n{was}=======\n{new}"
        started = time.perf_counter()
        placed = place(read_answer(answer + ">>>>>>> REPLACE\n"), "a.py", whole, *target)
        after = apply(whole, placed.edits)
        proposed = Proposed("a.py", 1, whole, after, placed.edits, target)
        wrongs = verify(proposed, 1, syntax_errors(whole, "python"), syntax_errors(after, "python"), (), ())
        taken.append(time.perf_counter() - started)
        if wrongs:
            raise RuntimeError(f"the benchmark does not do what it says: {wrongs}")
    taken.sort()
    for name, share, limit in (("p50", 0.5, 0.2), ("p95", 0.95, 0.4)):
        seconds = taken[int(len(taken) * share)]
        limited = f"under {limit * 1000:.0f} ms"
        yield Figure(f"verifying an edit of a file of 2,000 lines, {name}", seconds, limited, ok=seconds < limit)


# Generated faults


class Sample:
    """A function of a file, and an edit of it that is right."""

    def __init__(self, text: str, rows: tuple[int, int], others: list[tuple[int, int]], random: random.Random) -> None:
        self.text, self.rows, self.random = text, rows, random
        self.lines = Lines(text)
        self.others = others
        self.body = self.lines.whole[rows[0] : rows[1]]
        self.target = self.lines.starts[rows[0]], self.lines.starts[rows[1]]
        # A right edit changes one line in the middle: a comment would show nothing, so a statement is put before it.
        spots = [n for n in range(1, len(self.body)) if self._begins(n)]
        self.spot = random.choice(spots) if spots else 0
        lead = self.body[self.spot][: len(self.body[self.spot]) - len(self.body[self.spot].lstrip())]
        self.added = f"{lead}checked = {random.randrange(1000)}\n"
        self.mended = [*self.body[: self.spot], self.added, *self.body[self.spot :]]

    def _begins(self, n: int) -> bool:
        """Whether a statement begins in a line that one may put another before."""
        first = self.rows[0] + n + 1
        return first in _statements(self.text)


@cache
def _statements(text: str) -> frozenset[int]:
    found = set()
    for node in ast.walk(ast.parse(text)):
        for block in ("body", "orelse", "finalbody"):
            inner = getattr(node, block, None)
            for one in inner if isinstance(inner, list) else ():
                if isinstance(one, ast.stmt) and not isinstance(one, ast.If):
                    found.add(one.lineno if not getattr(one, "decorator_list", None) else one.decorator_list[0].lineno)
    return frozenset(found)


def block(search: list[str], replace: list[str]) -> str:
    """An answer of one block."""
    ended = [line if line.endswith("\n") else f"{line}\n" for line in search]
    return f"```python\n<<<<<<< SEARCH\n{''.join(ended)}=======\n{''.join(replace)}>>>>>>> REPLACE\n```\n"


def whole(code: list[str]) -> str:
    """An answer of a definition as a whole."""
    return f"```python\n{''.join(code)}```\n"


def window(sample: Sample) -> tuple[int, int]:
    """A few lines of the function around what changes."""
    return max(sample.spot - 2, 0), min(sample.spot + 3, len(sample.body))


def off_by(by: int) -> Callable[[Sample], str | None]:
    """What is searched lies some lines off; what replaces it does not."""

    def spoiled(sample: Sample) -> str | None:
        a, b = window(sample)
        low, high = sample.rows[0] + a + by, sample.rows[0] + b + by
        if low < 0 or high > len(sample.lines):
            return None
        search = sample.lines.whole[low:high]
        return block(search, [*sample.body[a : sample.spot], sample.added, *sample.body[sample.spot : b]])

    return spoiled


def off_by_diff(by: int, *, is_inside: bool) -> Callable[[Sample], str | None]:
    """The right change some lines off. In the target nothing tells it but syntax: a statement may well stand there."""

    def spoiled(sample: Sample) -> str | None:
        at = sample.rows[0] + sample.spot + by
        if not 1 <= at < len(sample.lines) - 1:
            return None
        near = sample.lines.whole[at - 1 : at + 1]
        # Right beside the target a blank line decides; and lines that stand in it as well are found there.
        is_beside = sample.rows[0] - 1 <= at <= sample.rows[0] or sample.rows[1] <= at <= sample.rows[1] + 2
        is_in = sample.rows[0] < at < sample.rows[1]
        if is_beside or is_in != is_inside or sample.text.count("".join(near)) > 1:
            return None
        return block(near, [near[0], sample.added, near[1]])

    return spoiled


def bracket(sample: Sample) -> str | None:
    """One bracket of the code is missing; one in a string or a comment would be no fault."""
    code = "".join(sample.mended)
    rows = Lines(code).starts
    lead = code[: len(code) - len(code.lstrip())]
    inner = "".join(line.removeprefix(lead) for line in sample.mended)
    try:
        tokens = list(tokenize.generate_tokens(StringIO(inner).readline))
    except (tokenize.TokenError, SyntaxError):
        return None
    ends = [
        rows[t.start[0] - 1] + t.start[1] + (len(lead) if sample.mended[t.start[0] - 1].startswith(lead) else 0)
        for t in tokens
        if t.type == tokenize.OP
    ]
    places = [at for at in ends if code[at] in "()[]{}"]
    if not places:
        return None
    at = sample.random.choice(places)
    return whole([code[:at] + code[at + 1 :]])


def half(sample: Sample) -> str:
    """The second half is not there."""
    return whole(sample.mended[: max(len(sample.mended) // 2, 1)])


def elided(sample: Sample) -> str:
    """A remark instead of the second half."""
    lead = sample.added[: len(sample.added) - len(sample.added.lstrip())]
    return whole([*sample.mended[: len(sample.mended) // 2], f"{lead}# ... rest of the function unchanged\n"])


def other_text(sample: Sample) -> str | None:
    """Another function of the file, changed."""
    if not sample.others:
        return None
    a, b = sample.random.choice(sample.others)
    body = sample.lines.whole[a:b]
    return whole([*body, sample.added.replace("checked", "other")])


def other_body(sample: Sample) -> str | None:
    """The name of this function, and the body of another one."""
    if not sample.others:
        return None
    a, b = sample.random.choice(sample.others)
    return whole([sample.body[0], *sample.lines.whole[a + 1 : b]])


def doubled(sample: Sample) -> str:
    """The new function, and the old one."""
    return block(sample.body[:1], [*sample.mended, "\n", sample.body[0]])


def indented(sample: Sample) -> str:
    """One line is indented by one more or one less."""
    at = sample.spot
    line = sample.mended[at]
    return whole(
        [*sample.mended[:at], line[1:] if sample.random.random() < 0.5 else f" {line}", *sample.mended[at + 1 :]]
    )


def cut(sample: Sample) -> str:
    """The answer ends somewhere."""
    answer = whole(sample.mended)
    return answer[: sample.random.randrange(len(answer) // 2, len(answer) - 4)]


SPOILED: dict[str, Callable[[Sample], str | None]] = {
    "search off by 1": off_by(1),
    "search off by 2": off_by(-2),
    "search off by 10": off_by(10),
    "edit off by 10, out of the target": off_by_diff(10, is_inside=False),
    "edit off by 1, in the target": off_by_diff(1, is_inside=True),
    "edit off by 2, in the target": off_by_diff(-2, is_inside=True),
    "edit off by 10, in the target": off_by_diff(10, is_inside=True),
    "bracket missing": bracket,
    "second half missing": half,
    "second half elided": elided,
    "another function": other_text,
    "another function's body": other_body,
    "defined twice": doubled,
    "indentation off by 1": indented,
    "cut off": cut,
}


def samples(n_samples: int) -> Iterator[Sample]:
    """Functions of the standard library of 6 to 60 lines, one or two a file."""
    chance = random.Random(SEED)
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    found = 0
    while found < n_samples:
        path = chance.choice(paths)
        text = path.read_text("utf-8", "replace")
        if not 50 < text.count("\n") < 4_000:
            continue
        known = [
            (d.first, d.last + 1)
            for d in definitions(text, "python")
            if d.kind in {6, 9, 12} and 6 <= d.last - d.first <= 60 and d.first + 1 in _statements(text)
        ]
        if not known:
            continue
        rows = chance.choice(known)
        others = [o for o in known if o[1] <= rows[0] or o[0] >= rows[1]]
        sample = Sample(text, rows, others, chance)
        if sample.spot:
            found += 1
            yield sample


def generated() -> None:
    """Print what is stopped of spoiled edits, and what is not."""
    stopped: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    harmless: Counter[str] = Counter()
    landed: Counter[str] = Counter()
    for sample in samples(N_FUNCTIONS):
        right = "".join((*sample.lines.whole[: sample.rows[0]], *sample.mended, *sample.lines.whole[sample.rows[1] :]))
        a, b = window(sample)
        search, replace = sample.body[a:b], [*sample.body[a : sample.spot], sample.added, *sample.body[sample.spot : b]]
        for name, answer in (("as a whole", whole(sample.mended)), ("as a block", block(search, replace))):
            after, wrongs = judged("a.py", "python", sample.text, sample.target, answer)
            landed[f"{name}: landed"] += not wrongs and after == right
            landed[f"{name}: WRONG TEXT"] += not wrongs and after != right
            for wrong in wrongs:
                landed[f"{name}: stopped as {wrong.kind}"] += 1
        for name, spoil in SPOILED.items():
            answer = spoil(sample)
            if answer is None:
                continue
            after, wrongs = judged("a.py", "python", sample.text, sample.target, answer)
            if not wrongs and after == right:
                harmless[name] += 1
                continue
            tried[name] += 1
            stopped[name] += bool(wrongs)
    print(f"right edits of {N_FUNCTIONS} functions: " + ", ".join(f"{k} {n}" for k, n in sorted(landed.items()) if n))
    for name in SPOILED:
        share = stopped[name] / max(tried[name], 1)
        more = f" (and {harmless[name]} came out right)" if harmless[name] else ""
        print(f"  {name}: {stopped[name]} of {tried[name]} stopped, {share:.1%}{more}")
    total = stopped.total() / max(tried.total(), 1)
    print(f"generated faults stopped: {stopped.total()} of {tried.total()}, {total:.1%}")
