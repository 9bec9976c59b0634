"""Steps 2, 3 and 8: nothing is suggested that stands right of the cursor or below it already.

A line may be right twice, so each cut has a reason beyond the likeness: the answer goes on as the document does, the
text is less broken without it, or the line is one that a file has once.
"""

import re

from rulewright.core.infill.draft import Place, is_near

DISTINCTIVE = 12
"""Characters of a line that two places of a file rarely share by chance."""
_CLOSERS = re.compile(r"[\s)\]}>;,:]*|\s*(?:end|fi|done|esac|endif|endfor|endwhile|else:?|\} else \{)[\s;,)]*")
_QUOTES_ONLY = re.compile(r"""[\s"'`]*""")
_CLOSING_REST = re.compile(r"""[)\]}>"'`;,:\s]*""")
_BRACKETS = re.compile(r"""[)\]}>"'`\s]+[)\]}>"'`;,:\s]*""")
_BRACKET = re.compile(r"""[)\]}>"'`]""")


def _rows(place: Place, text: str) -> list[tuple[int, str]]:
    """Where each line that is not blank begins in `text`, and the line, without blanks at its end.

    The first line has what stands before the cursor.
    """
    found, at = [], -len(place.head)
    for line in place.lines_with(text):
        if line.strip():
            found.append((max(at, 0), line.rstrip()))
        at += len(line) + 1
    return found


def stopped_at_next_line(place: Place, text: str) -> str:
    """Step 2: up to where an answer comes to the line that stands below the cursor already."""
    below = place.next_lines
    rows = _rows(place, text)
    if not below or not rows or place.rest.strip():
        return text
    for number, (at, line) in enumerate(rows):
        if number == 0 and place.head.strip():
            continue
        if _CLOSERS.fullmatch(line) or _QUOTES_ONLY.fullmatch(line) or not _comes_to(place, rows[number:], line):
            continue
        cut = text[:at].rstrip("\n")
        if not place.is_worse(cut, text):
            return cut
    return text


def _comes_to(place: Place, rows: list[tuple[int, str]], line: str) -> bool:
    """Whether an answer is at the next line of the document, and not at one that only looks like it."""
    below = place.next_lines
    following = [other for _, other in rows[1:3]]
    expected = list(below[1 : 1 + len(following)])
    goes_on = bool(following) and following == expected and any(len(x.strip()) >= DISTINCTIVE for x in following)
    if line == below[0]:
        return goes_on or _is_single(place, line)
    return goes_on and len(following) > 1 and is_near(line, below[0])


def _is_single(place: Place, line: str) -> bool:
    """Whether a line is one that a file has once."""
    bare = line.strip()
    return len(bare) >= DISTINCTIVE and bare not in place.before and place.after.count(bare) == 1


def without_tail(place: Place, text: str) -> str:
    """Step 3: without lines at the end, or an end of the line, that follow in the document already."""
    if place.rest.strip():
        return _without_rest(place, text)
    rows, below = _rows(place, text), place.next_lines
    for n in range(min(len(rows), len(below)), 0, -1):
        if not _is_same(place, [line for _, line in rows[-n:]], below[:n]):
            continue
        at = rows[-n][0]
        cut = text[:at].rstrip("\n") if n < len(rows) or not place.head.strip() else ""
        lines = [line for _, line in rows[-n:]]
        if all(_CLOSERS.fullmatch(line) or _QUOTES_ONLY.fullmatch(line) for line in lines):
            if place.is_better(cut, text):
                return cut
        elif not place.is_worse(cut, text):
            return cut
    return text


def _is_same(place: Place, lines: list[str], below: tuple[str, ...]) -> bool:
    """Whether lines are those below; the last of a cut answer may be a part of one."""
    if lines[:-1] != list(below[:-1]):
        return False
    last, expected = lines[-1], below[-1]
    return last == expected or (place.is_cut and len(last.strip()) >= 4 and expected.startswith(last))  # noqa: PLR2004 - fewer say nothing


def _without_rest(place: Place, text: str) -> str:
    """Without all of the rest of the line at the end; brackets and quotes are left to `n_replaced`, which counts."""
    rest, said = place.rest.rstrip(), text.rstrip()
    if _BRACKETS.fullmatch(rest):
        return text
    for end in (rest, rest.strip()):
        if said.endswith(end):
            cut = said[: -len(end)]
            return cut if not place.is_worse(cut, text) else text
    return text


def is_a_copy(place: Place, text: str) -> bool:
    """Whether an answer is what follows anyway: its first lines are nearly the next ones."""
    first = [line for _, line in _rows(place, text)[:3]]
    below = place.next_lines[: len(first)]
    if len(first) < 3 or len(below) < 3 or place.rest.strip():  # noqa: PLR2004 - three lines, after Tabby
        return False
    return first == list(below) or (
        all(is_near(a, b, 0.05) for a, b in zip(first, below, strict=True)) and sum(map(str.__eq__, first, below)) > 1
    )


def n_replaced(place: Place, text: str) -> int:
    """Step 8: how many characters right of the cursor an answer brings along: brackets and quotes that it closes.

    The least number that leaves least unbalanced, and 0 unless the answer makes it worse as it is.
    """
    rest = place.rest.rstrip()
    if not rest or not text:
        return 0
    if len(rest) <= len(text) and text.endswith(rest) and not _CLOSING_REST.fullmatch(rest):
        return 0
    closing = _CLOSING_REST.match(rest)
    end = closing.end() if closing is not None else 0
    plain = place.n_faults(text)
    if not end or plain <= place.n_faults(""):
        return 0
    best, least = 0, plain
    for match in _BRACKET.finditer(rest, 0, end):
        n = match.end()
        if not _is_subsequence(rest[:n], text):
            break
        if (faults := place.n_faults(text, n)) < least:
            best, least = n, faults
    # `a);` brings the semicolon along as well.
    if best and best < len(rest) and _CLOSING_REST.fullmatch(rest[best:]) and text.endswith(rest[best - 1 :]):
        best = len(rest)
    return best


def _is_subsequence(signs: str, text: str) -> bool:
    """Whether signs stand in a text in this order, blanks apart."""
    letters = iter(text)
    return all(sign in letters for sign in signs if not sign.isspace())
