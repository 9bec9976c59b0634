"""Code that an edit loses, or leaves behind twice: signs by which it is known without running anything."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rulewright.core.index.symbols import ROUTINES
from rulewright.core.proposals.defs import HOLDERS, Definition, definitions, is_comment
from rulewright.core.proposals.lines import Lines
from rulewright.core.proposals.smallest import hunks
from rulewright.core.proposals.wrong import Wrong

HALF = 0.6
"""The share of the target's lines of code that must be left, for kinds of work that mend or add."""
REFACTORED = 0.2
"""The same for a refactoring, which may well make code shorter."""
FEW = 4
"""Lines of code that may always go."""
_PLACEHOLDER = re.compile(
    r"(?:pass|\.\.\.|return(?: None| null| nil| undefined)?|raise NotImplementedError\b.*"
    r"|throw new \w*Error\(.*(?:implement|todo).*\)|panic\(.*(?:implement|todo).*\)|(?:todo|unimplemented)!\(.*\)"
    r"|TODO\(.*\))[;,]?$",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:todo:? *(?:implement|add|fill|write)|your (?:\w+ )?(?:code|logic|implementation)\b"
    r"|(?:implementation|logic|code) (?:goes |here)|implement (?:this|me|the \w+ here)|fill (?:this |me )?in\b)",
    re.IGNORECASE,
)
_DOCSTRING = re.compile(r'\s*[rRuU]?("""|\'\'\')(?:.*?)\1', re.DOTALL)
_ONE_EACH = frozenset({"python", "javascript", "typescript", "tsx", "go"})
"""Languages in which a name is defined once in one place, but for what `_may_repeat` knows."""
_MAY_REPEAT = re.compile(r"@(?:\w+\.)*(?:overload|setter|getter|deleter|register|singledispatch\w*|multimethod)\b")
_MANY_SIGNS = 5
"""Letters and digits of a line that nobody writes twice in a row by chance."""
_MAX_REPEATED = 60
_RETURN = re.compile(r"\b(?:return\b\s*[^\s;})]|yield\b)")
_MIN_CUT = 2
_COPIED = 6
"""Lines of code in a row that stand elsewhere as well, by which a copy is known."""
_COPIED_SIGNS = 100
_MIN_FOR_NOTHING = 3
"""Lines of a body that `return` alone may not replace."""


def lost(
    before: str, after: str, target: tuple[int, int], language: str, kind: str, spared: Sequence[int]
) -> Iterator[Wrong]:
    """Code that went from the target; `spared` are rows of `before` that were meant to go."""
    end = target[1] + len(after) - len(before)
    old, new = Lines(before), Lines(after)
    old_rows, new_rows = old.rows(*target), new.rows(target[0], max(end, target[0]))
    yield from _gone(before, after, old_rows, language, kind, spared)
    yield from _hollow(before, after, new_rows, language, kind)
    yield from _promised(old, new, new_rows, language)
    yield from _unreturned(before, after, new_rows, language)
    if kind != "refactor":
        yield from _cut_off(before, after, old_rows, language, spared)
    n_old = len([r for r in range(*old_rows) if r not in spared and _is_code(old.bare[r], language)])
    n_new = len([r for r in range(*new_rows) if _is_code(new.bare[r], language)])
    share = REFACTORED if kind == "refactor" else HALF
    if n_old - n_new >= FEW and n_new < n_old * share:
        yield Wrong("lost_code", f"Of {n_old} lines of code only {n_new} are left; what was asked needs no such loss.")


def _is_code(line: str, language: str) -> bool:
    bare = line.strip()
    return any(map(str.isalnum, bare)) and not is_comment(bare, language)


def _gone(
    before: str, after: str, rows: tuple[int, int], language: str, kind: str, spared: Sequence[int]
) -> Iterator[Wrong]:
    """Definitions that are no more. One may get another name, where nothing calls it by the old one."""
    have = {d.key for d in definitions(after, language)}
    had = {d.key for d in definitions(before, language)}
    gone = [
        d
        for d in definitions(before, language)
        if d.kind in ROUTINES | HOLDERS and rows[0] <= d.first < rows[1] and d.key not in have and d.first not in spared
    ]
    names = {d.name for d in gone}
    # What stood in something that was renamed has another parent now.
    n_new = sum(d.key not in had and d.kind in ROUTINES | HOLDERS for d in definitions(after, language))
    for d in gone:
        if any(name in d.parent.split(".") for name in names):
            continue
        is_used = re.search(rf"(?<!\w){re.escape(d.name)}(?!\w)", after) is not None
        may_go = kind == "refactor" or (kind in {"fix", "fix_all", "follow_rules"} and n_new >= len(gone))
        if is_used or not may_go:
            use = ", and its name is still used" if is_used else ""
            yield Wrong("lost_code", f"`{d.name}` of line {d.first + 1} is gone{use}.")


def _hollow(before: str, after: str, rows: tuple[int, int], language: str, kind: str) -> Iterator[Wrong]:
    """Functions whose body is a placeholder now."""
    old, new = Lines(before), Lines(after)
    full = {d.key: n for d in definitions(before, language) if (n := len(_body(old, d, language)))}
    hollow = {d.key for d in definitions(before, language) if _is_hollow(_body(old, d, language), 1)}
    known = {d.key for d in definitions(before, language)}
    for d in definitions(after, language):
        if d.kind not in ROUTINES or not rows[0] <= d.first < rows[1] or d.key in hollow:
            continue
        if d.key not in known and not (kind == "test" and d.name.lower().startswith("test")):
            continue
        if (d.key not in known or full.get(d.key)) and _is_hollow(_body(new, d, language), full.get(d.key, 1)):
            yield Wrong("lost_code", f"The body of `{d.name}` in line {d.first + 1} is only a placeholder.")


def _is_hollow(body: list[str], n_before: int) -> bool:
    said = [line for line in body if not _PLACEHOLDER.match(line)]
    if said:
        return False
    return n_before >= _MIN_FOR_NOTHING or not any(line.startswith("return") for line in body)


def _body(lines: Lines, d: Definition, language: str) -> list[str]:
    """The lines of code of a definition behind its signature, stripped."""
    text = "\n".join(lines.bare[d.first : d.last + 1])
    opening = ":" if language == "python" else "{"
    depth = 0
    start = -1
    for at, sign in enumerate(text):
        if depth == 0 and sign == opening:
            start = at + 1
            break
        depth += (sign in "([{") - (sign in ")]}")
    if start < 0:
        return []
    rest = text[start:]
    if language == "python" and (doc := _DOCSTRING.match(rest)):
        rest = rest[doc.end() :]
    rest = rest if language == "python" else rest.rstrip().removesuffix("}")
    found = [line.strip() for line in rest.split("\n")]
    return [line for line in found if line.strip("{}()[];,") and not is_comment(line, language)] or ["pass"]


def _unreturned(before: str, after: str, rows: tuple[int, int], language: str) -> Iterator[Wrong]:
    """Functions that gave something back and give nothing any more."""
    old, new = Lines(before), Lines(after)
    gave = {d.key for d in definitions(before, language) if d.kind in ROUTINES and _gives(_body(old, d, language))}
    for d in definitions(after, language):
        if d.kind not in ROUTINES or d.key not in gave or not rows[0] <= d.first < rows[1] or d.name == "__init__":
            continue
        if not _gives(_body(new, d, language)) and "=>" not in "".join(new.bare[d.first : d.last + 1]):
            yield Wrong("lost_code", f"`{d.name}` in line {d.first + 1} gave something back, and does not any more.")


def _gives(body: Sequence[str]) -> bool:
    return any(_RETURN.search(line) for line in body)


def _cut_off(before: str, after: str, rows: tuple[int, int], language: str, spared: Sequence[int]) -> Iterator[Wrong]:
    """Functions whose last lines are gone, with nothing in their place."""
    old, new = Lines(before), Lines(after)
    have = {d.key for d in definitions(after, language)}
    ends = {d.last: d for d in definitions(before, language) if d.kind in ROUTINES and d.key in have}
    changes = hunks([line.strip() for line in old.bare], [line.strip() for line in new.bare])
    put = {line.strip() for _, _, c, d in changes for line in new.bare[c:d]}
    for a, b, c, d in changes:
        # What was only moved is not gone.
        left = [row for row in range(a, b) if row not in spared and old.bare[row].strip() not in put]
        gone = [row for row in left if _is_code(old.bare[row], language)]
        n_put = sum(_is_code(line, language) for line in new.bare[c:d])
        last = next((row for row in range(b - 1, a - 1, -1) if row in ends), -1)
        if last >= 0 and rows[0] <= last < rows[1] and len(gone) >= _MIN_CUT and not n_put:
            yield Wrong("lost_code", f"The last {len(gone)} lines of `{ends[last].name}` are gone.")


def _promised(old: Lines, new: Lines, rows: tuple[int, int], language: str) -> Iterator[Wrong]:
    known = {line.strip() for line in old.bare}
    for row in range(*rows):
        bare = new.bare[row].strip()
        if bare not in known and is_comment(bare, language) and _PROMISE.search(bare):
            yield Wrong("lost_code", f"Line {row + 1} promises code instead of being it: `{bare[:60]}`.")


def doubled(before: str, after: str, language: str, kind: str) -> Iterator[Wrong]:
    """Definitions and lines that stand there twice now."""
    said = False
    if language in _ONE_EACH:
        old, new = _counted(before, language), _counted(after, language)
        for key, rows in new.items():
            if len(rows) > 1 and len(rows) > len(old.get(key, ())) and key[1] not in {"_", "init"}:
                said = True
                yield Wrong(
                    "duplicate", f"`{key[1]}` is defined in line {rows[0] + 1} and again in line {rows[-1] + 1}."
                )
    if not said:
        yield from _repeated(Lines(before), Lines(after))
        if kind != "test":
            yield from _copied(Lines(before), Lines(after), language)


def _counted(text: str, language: str) -> dict[tuple[str, str], list[int]]:
    """The rows of the definitions of each name in one place, without those that may be repeated."""
    lines = Lines(text)
    found: dict[tuple[str, str], list[int]] = {}
    columns: dict[str, int] = {}
    for d in definitions(text, language):
        if d.kind not in ROUTINES | HOLDERS or d.first >= len(lines):
            continue
        column = len(lines.bare[d.first]) - len(lines.bare[d.first].lstrip())
        is_branch = column > columns.setdefault(d.parent, 0 if not d.parent else column)
        above = "\n".join(lines.bare[d.lead : d.first])
        is_declared = language in {"typescript", "tsx"} and "{" not in "".join(lines.bare[d.first : d.last + 1])
        is_accessor = re.match(r"\s*(?:static\s+)?(?:get|set)\s", lines.bare[d.first]) is not None
        if is_branch or is_declared or is_accessor or _MAY_REPEAT.search(above):
            continue
        found.setdefault(d.key, []).append(d.first)
    return found


def _repeated(old: Lines, new: Lines) -> Iterator[Wrong]:
    """Lines that were put in right beside the same lines."""
    known: Counter[tuple[str, str]] = Counter(zip(old.bare, old.bare[1:], strict=False))
    for _, _, c, d in hunks(old.bare, new.bare):
        for n in range(1, min(d - c, _MAX_REPEATED) + 1):
            first, last = new.bare[c : c + n], new.bare[d - n : d]
            at = c if first == new.bare[max(c - n, 0) : c] else d if last == new.bare[d : d + n] else -1
            block = first if at == c else last
            if at < 0 or not block[0].strip() or known[(block[-1], block[0])]:
                continue
            if max(sum(map(str.isalnum, line)) for line in block) >= _MANY_SIGNS:
                yield Wrong("duplicate", f"`{block[0].strip()[:60]}` stands there twice, in and above line {at + 1}.")
                return


def _copied(old: Lines, new: Lines, language: str) -> Iterator[Wrong]:
    """Many lines that were put in and stand elsewhere already: most likely another function's."""
    rows_of: dict[str, list[int]] = {}
    there = [line.strip() for line in old.bare]
    for row, line in enumerate(there):
        rows_of.setdefault(line, []).append(row)
    gone = {row for a, b, _, _ in hunks(there, [line.strip() for line in new.bare]) for row in range(a, b)}
    for _, _, c, d in hunks(there, [line.strip() for line in new.bare]):
        row = c
        while row < d:
            best = max(
                (_run(there, new.bare, at, row, d, gone) for at in rows_of.get(new.bare[row].strip(), ())[:50]),
                default=0,
            )
            block = [line for line in new.bare[row : row + best] if _is_code(line, language)]
            if len(block) >= _COPIED and sum(sum(map(str.isalnum, line)) for line in block) >= _COPIED_SIGNS:
                yield Wrong("duplicate", f"{len(block)} lines from line {row + 1} on stand in the file already.")
                return
            row += max(best, 1)


def _run(there: list[str], new: Sequence[str], at: int, row: int, end: int, gone: set[int]) -> int:
    """How many lines from `row` on are those from `at` on, which stay where they are."""
    n = 0
    while row + n < end and at + n < len(there) and at + n not in gone and new[row + n].strip() == there[at + n]:
        n += 1
    return n
