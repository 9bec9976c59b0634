"""Step 5: an answer ends where the block ends that the cursor is in."""

import re

from rulewright.core.index.around import block_end
from rulewright.core.infill.draft import Place, is_indented
from rulewright.core.infill.lexing import CLOSING, Lexed

_WORD_CLOSER = re.compile(r"(?:end|fi|done|esac|endif|endfunction|endwhile|endfor)\b")
_GOES_ON = re.compile(r"(?:else|elif|elsif|elseif|except|finally|rescue|ensure|catch|when|case|then|do)\b|[)\]}]")
_COMMENT = re.compile(r"(?:#|//|--|;|%|/?\*)")
_TAB = 8


def within_scope(place: Place, text: str) -> str:
    """An answer up to the end of the block around the cursor."""
    if "\n" not in text or place.kind != "code":
        return text
    lexed = place.lexed(text)
    cut = _by_lines(place, text, lexed)
    if cut == text and _top(place) not in {"(", "["}:
        cut = _by_tree(place, text, lexed)
    return cut


def _by_tree(place: Place, text: str, lexed: Lexed) -> str:
    """Up to where the grammar sees the end of the block, when nothing but this answer follows."""
    start = len(place.before.encode())
    # A byte that is part of the answer: at a line's start the block does not reach the cursor itself.
    lead = len(text) - len(text.lstrip())
    end = block_end(place.language, (place.before + text).encode(), start + lead)
    if end is None or lexed.inside(len(place.before) + len(text)) is not None:
        return text
    kept = text.encode()[: max(0, end - start)].decode("utf-8", "ignore").rstrip()
    behind = text[len(kept) :]
    if not behind.strip() or not kept.strip() or "\n" not in behind.lstrip(" \t;,")[:1] or place.is_worse(kept, text):
        return text
    return text if all(_is_comment(line) for line in behind.split("\n")) else kept


def _top(place: Place) -> str:
    return place.opened[-1:]


def _by_lines(place: Place, text: str, lexed: Lexed) -> str:
    """By brackets, and, where blocks are known by it, by how far lines are indented."""
    base, n_opened = _base(place), len(place.opened)
    by_indent = is_indented(place.language) or _top(place) == ""
    least = n_opened
    at = len(place.before) + len(text.partition("\n")[0]) + 1
    end = len(place.before) + len(text)
    while at <= end:
        stop = lexed.text.find("\n", at, end)
        stop = stop if stop >= 0 else end
        line = lexed.text[at:stop]
        token = lexed.inside(at)
        opened = lexed.opened(at)
        if line.strip() and (token is None or token.start >= at) and len(opened) <= least:
            if closed := _closes(line, opened, least, n_opened):
                decided = _at_closer(place, text, at - len(place.before), stop - len(place.before))
                if decided is not None:
                    return decided
                least = len(opened) - closed
            elif (
                by_indent
                and len(opened) == least
                and opened[-1:] not in {"(", "["}
                and not _in_dict(place, opened)
                and _leaves(place, line, base)
                and not _is_comment(line)
            ):
                return _cut_before(place, text, at - len(place.before), line)
        at = stop + 1
    return text


def _in_dict(place: Place, opened: str) -> bool:
    return opened.endswith("{") and place.language == "python"


def _closes(line: str, opened: str, least: int, n_opened: int) -> int:
    """How many brackets a line begins by closing that were open at the cursor."""
    n = 0
    if len(opened) > least or len(opened) > n_opened:
        return 0
    for sign in line.strip():
        if n < len(opened) and sign == CLOSING[opened[-1 - n]]:
            n += 1
        else:
            break
    return n


def _at_closer(place: Place, text: str, at: int, stop: int) -> str | None:
    """The answer cut before or behind a line that closes what is open at the cursor; None to go on."""
    cut, kept = text[:at].rstrip("\n"), text[:stop]
    if place.is_better(cut, kept):
        return cut
    is_block = place.opened.endswith("{") and not is_indented(place.language)
    if is_block and stop < len(text) and not _GOES_ON.match(text[at:stop].strip().lstrip(")]} ")):
        return kept if not place.is_worse(kept, text) else None
    return None


def _base(place: Place) -> int:
    """How far the block of the cursor is indented, in columns; behind an opener one more than its line."""
    width = _width(place.head)
    return width + 1 if place.head.strip() and place.head.rstrip().endswith((":", "{", "do", "then")) else width


def _width(line: str) -> int:
    blank = line[: len(line) - len(line.lstrip())]
    return len(blank.expandtabs(_TAB))


def _leaves(place: Place, line: str, base: int) -> bool:
    bare = line.strip()
    if _width(line) >= base:
        return False
    # Behind an opener its own closing line and its other branches belong to it.
    is_own = place.head.strip() and _width(line) == base - 1
    return not (is_own and (_WORD_CLOSER.match(bare) or _GOES_ON.match(bare)))


def _is_comment(line: str) -> bool:
    return not line.strip() or _COMMENT.match(line.strip()) is not None


def _cut_before(place: Place, text: str, at: int, line: str) -> str:
    """Without a line that leaves the block and what follows it; the word that ends a block is kept where it lacks."""
    cut = text[:at].rstrip()
    if _WORD_CLOSER.match(line.strip()):
        kept = text[: at + len(line)]
        if place.is_better(kept, cut) and line.rstrip() not in place.next_lines[:1]:
            return kept
    return cut
