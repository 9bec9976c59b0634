"""Where the blocks of an answer go in a document: a place that is sure, or a sentence about why there is none."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import msgspec

from rulewright.core.edits import Edit
from rulewright.core.languages import language_of
from rulewright.core.proposals.answer import Answer, Block, Replace, Whole
from rulewright.core.proposals.draft import Draft
from rulewright.core.proposals.elided import elisions
from rulewright.core.proposals.lines import Lines, split, trimmed, without_numbers
from rulewright.core.proposals.paths import outside, same
from rulewright.core.proposals.seek import Found, fuzzy, matches, nearest, rewritten
from rulewright.core.proposals.whole import put_whole
from rulewright.core.proposals.wrong import Wrong

MAX_MISSED = 5
"""Wrongs after which no more places are looked for that are only like what is searched: it takes its time."""
_MIN_PART = 6
"""Signs of a search that may be part of a line."""
_SHOWN = 60


class Placed(msgspec.Struct, frozen=True):
    """Edits of the document, the smallest there are; with any wrong there are none."""

    edits: tuple[Edit, ...] = ()
    wrongs: tuple[Wrong, ...] = ()


def _unknown(_: str) -> bool:
    return False


def place(
    answer: Answer,
    order_path: str,
    content: str,
    start: int,
    end: int,
    known: Callable[[str], bool] = _unknown,
    language: str = "",
) -> Placed:
    """The edits that an answer means in `content`, whose code points from `start` up to `end` are the target.

    `known` says whether a relative path names a file of the workspace. An edit that reaches out of the target is placed
    all the same, for `verify` to see.
    """
    wrongs = list(answer.wrongs)
    language = language or language_of(order_path)
    blocks: list[Block] = []
    for block in answer.blocks:
        wrong = _path_wrong(block.path, order_path, known)
        if wrong is None:
            blocks.append(block)
        else:
            wrongs.append(wrong)
    if any(isinstance(block, Replace) for block in blocks):
        # What is fenced beside replacements shows how it was, or how to use it.
        blocks = [block for block in blocks if isinstance(block, Replace)]
    draft = Draft(content, start, end)
    missed: list[Wrong] = []
    n_read = 0
    for block in dict.fromkeys(blocks):
        if isinstance(block, Whole):
            wrong, is_read = put_whole(draft, block, language)
            n_read += is_read
            (wrongs if is_read else missed).extend([wrong] if wrong else [])
            continue
        n_read += 1
        wrongs += _put(draft, block, language, may_be_like=len(wrongs) < MAX_MISSED)
    if not wrongs and not n_read:
        wrongs = missed or [Wrong("no_edit", "The answer holds no edit that could be read.")]
    edits = draft.edits()
    if not wrongs and not edits:
        wrongs.append(Wrong("no_edit", "The answer changes nothing: what it writes stands there already."))
    return Placed((), tuple(dict.fromkeys(wrongs))) if wrongs else Placed(edits)


def _path_wrong(path: str, order_path: str, known: Callable[[str], bool]) -> Wrong | None:
    if not path:
        return None
    shown = "".join(c if c.isprintable() else "?" for c in path)[:_SHOWN]
    if outside(path):
        return Wrong("outside_workspace", f"The answer names `{shown}`, which is no path inside the workspace.")
    if same(path, order_path):
        return None
    bare = path.removeprefix("./")
    if not known(bare) and (order_path.endswith(f"/{bare}") or ("/" not in bare and not language_of(bare))):
        # A shortened path, or a word with a dot in it.
        return None
    return Wrong("other_file", f"The answer changes `{shown}`, and only `{order_path}` may change.")


def _put(draft: Draft, block: Replace, language: str, *, may_be_like: bool) -> list[Wrong]:
    search, replace = split(block.search), split(block.replace)
    if not any(line.strip() for line in search):
        return _inserted(draft, replace)
    known = {line.strip() for line in Lines(draft.text).bare}
    gaps = elisions(search, language, known), elisions(replace, language, known | {s.strip() for s in search})
    if gaps[0] and len(gaps[0]) == len(elisions(replace, language, known)):
        return _put_parts(draft, search, replace, language)
    if gaps[0] or gaps[1]:
        line = (search[gaps[0][0]] if gaps[0] else replace[gaps[1][0]]).strip()
        return [Wrong("elided", f"The answer leaves code out (`{line[:_SHOWN]}`) instead of writing it.")]
    return _put_lines(draft, search, replace, may_be_like=may_be_like)


def _put_parts(draft: Draft, search: list[str], replace: list[str], language: str) -> list[Wrong]:
    """A block in which the same lines are left out on both sides, as one block for each part between them."""
    halves = [_parts(half, elisions(half, language)) for half in (search, replace)]
    wrongs: list[Wrong] = []
    for here, there in zip(*halves, strict=True):
        if here != there:
            if not any(line.strip() for line in here):
                return [Wrong("elided", "The answer leaves code out right where it adds something.")]
            wrongs += _put_lines(draft, here, there)
    return wrongs


def _parts(lines: Sequence[str], gaps: Sequence[int]) -> list[list[str]]:
    edges = [-1, *gaps, len(lines)]
    return [list(lines[a + 1 : b]) for a, b in pairwise(edges)]


def _inserted(draft: Draft, replace: list[str]) -> list[Wrong]:
    """A block that looks for nothing: right where there is nothing yet, or where something is to be put in."""
    if draft.text.strip() and draft.start != draft.end:
        return [Wrong("not_found", "A SEARCH block is empty, so it is not known what it replaces.")]
    lines = Lines(draft.text)
    newline = lines.newline()
    if not draft.text.strip():
        draft.change(0, len(draft.text), "".join(line + newline for line in replace))
        return []
    lead = newline if draft.start and draft.text[draft.start - 1] not in "\r\n" else ""
    draft.change(draft.start, draft.start, lead + "".join(line + newline for line in replace))
    return []


def _put_lines(draft: Draft, search: list[str], replace: list[str], *, may_be_like: bool = True) -> list[Wrong]:
    lines = Lines(draft.text)
    first, last = lines.rows(draft.start, draft.end)
    for here, there in _variants(search, replace):
        levels = matches(lines, here, there)
        inside = [[m for m in level if first <= m.first and m.last <= last] for level in levels]
        if not any(inside[:-1]) and any(levels[:-1]):
            # The same lines outside of the target outweigh lines in it that are only indented otherwise.
            inside = []
        for level in (*inside, *levels):
            if len(level) > 1:
                rows = ", ".join(str(m.first + 1) for m in level[:5])
                text = f"What is searched ({_start_of(here)}) stands in lines {rows}; more lines around it are needed."
                return [Wrong("ambiguous", text)]
            if level:
                return _change(draft, lines, level[0], here, there)
    if _put_part_of_line(draft, search, replace):
        return []
    here, there = _variants(search, replace)[-1]
    found = fuzzy(lines, here, there) if may_be_like else None
    if found is not None and not _change(draft, lines, found, here, there):
        return []
    near = nearest(lines, search, first, last)
    hint = f" Line {near + 1} is most like it: `{lines.bare[near].strip()[:_SHOWN]}`." if near is not None else ""
    return [Wrong("not_found", f"What is searched ({_start_of(search)}) does not stand in the file like that.{hint}")]


def _change(draft: Draft, lines: Lines, found: Found, search: list[str], replace: list[str]) -> list[Wrong]:
    new = rewritten(lines, found, search, replace)
    if new is None:
        return [Wrong("not_found", f"What is searched ({_start_of(search)}) is not what stands there.")]
    draft.change(lines.starts[found.first], lines.starts[found.last], "".join(new))
    return []


def _variants(search: list[str], replace: list[str]) -> list[tuple[list[str], list[str]]]:
    """A block as it is, without numbers of lines, and without blank lines around it."""
    found = [(search, replace)]
    if (bare := without_numbers(search, is_sure=len(search) == 1)) is not None:
        found.append((bare, without_numbers(replace, is_sure=True) or replace))
    here, there = found[-1]
    (a, b), (c, d) = trimmed(here), trimmed(there)
    head, tail = min(a, c), min(len(here) - b, len(there) - d)
    if head or tail:
        found.append((here[head : len(here) - tail], there[head : len(there) - tail]))
    if (a, b) != (0, len(here)) and (head, tail) != (a, len(here) - b):
        found.append((here[a:b], there[c:d]))
    return found


def _put_part_of_line(draft: Draft, search: list[str], replace: list[str]) -> bool:
    """Make a change within one line, where the search is a part of just one line of the target, or of the file."""
    if len(search) != 1 or len(replace) > 1 or len(search[0].strip()) < _MIN_PART:
        return False
    wanted, new = search[0].strip(), replace[0].strip() if replace else ""
    for start, end in ((draft.start, draft.end), (0, len(draft.text))):
        part = draft.text[start:end]
        if (n_found := part.count(wanted)) == 1:
            at = start + part.index(wanted)
            if _is_apart(draft.text, at) and _is_apart(draft.text, at + len(wanted)):
                draft.change(at, at + len(wanted), new)
                return True
        if n_found:
            return False
    return False


def _is_apart(text: str, at: int) -> bool:
    """Whether no word goes on at an offset."""
    return not (0 < at < len(text) and _in_word(text[at - 1]) and _in_word(text[at]))


def _in_word(sign: str) -> bool:
    return sign.isalnum() or sign == "_"


def _start_of(search: Sequence[str]) -> str:
    line = next((line.strip() for line in search if line.strip()), "")
    return f"`{line[:_SHOWN]}`" if len(line) <= _SHOWN else f"`{line[: _SHOWN - 1]}…`"
