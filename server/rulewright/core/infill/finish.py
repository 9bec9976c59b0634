"""Steps 6 and 7: one line where one is wanted, the document's indentation, and when nothing is worth showing."""

import re

from rulewright.core.infill.draft import Draft, Place

_WORD_END = re.compile(r"\w+\Z")
_INDENTED = re.compile(r"(?m)^[ \t]+(?=\S)")
_GOES_ON = frozenset(".?:&|+-*/=<>,)]}")
"""How a line begins that goes on with the one above, and may be indented as it likes."""
_REPEATABLE = 10
"""Characters of a line that is not written twice by intent."""


def finished(place: Place, text: str, draft: Draft) -> str:
    """One line, or lines indented as the document is, without what trails."""
    if not place.head.strip():
        text = _without_second_indent(
            place, text.lstrip("\n") if "\n" in text[: len(text) - len(text.lstrip())] else text
        )
    if draft.shape == "line":
        line, end, _ = text.partition("\n")
        text = _without_half_word(line) if place.is_cut and not end else line
    else:
        text = _without_half_line(text) if place.is_cut else text
        text = _indented(place, text, draft.indent_unit or _unit(place))
    return text if place.rest.strip() else text.rstrip()


def _without_second_indent(place: Place, text: str) -> str:
    """Without the indentation of a line that is indented already, where nothing above asks for a deeper one."""
    bare = text.lstrip(" \t")
    if not place.head or place.head.strip() or bare == text or bare[:1] in _GOES_ON or place.opened:
        return text
    above = next((line for line in reversed(place.lines_above) if line.strip()), "")
    width = len(above) - len(above.lstrip())
    is_deep = len(place.head) > width or (len(place.head) == width and above[-1:].isalnum())
    return bare if above and is_deep else text


def _without_half_word(line: str) -> str:
    shorter = _WORD_END.sub("", line)
    return shorter.rstrip() or ""


def _without_half_line(text: str) -> str:
    kept, end, _ = text.rstrip().rpartition("\n")
    return kept.rstrip() if end else _without_half_word(text)


def _indented(place: Place, text: str, unit: str) -> str:
    """With tabs or spaces as the document has them; a document that mixes them keeps what comes."""
    if not unit or "\n" not in text:
        return text
    other = " " if unit == "\t" else "\t"
    led = {line[0] for line in (*place.lines_above, *place.next_lines) if line[:1] in {" ", "\t"}}
    first, end, more = text.partition("\n")
    if other in led or not re.search(rf"(?m)^[ \t]*{other}", more):
        return text
    if unit == "\t":
        step = _step(more)
        more = _INDENTED.sub(lambda m: _tabs(m[0], step), more)
    else:
        more = _INDENTED.sub(lambda m: m[0].replace("\t", unit), more)
    return first + end + more


def _unit(place: Place) -> str:
    """What a document is indented with, as far as it is seen; empty where it mixes tabs and spaces, or has neither."""
    # Lines of a comment that begin with a star stand a blank further right than the code.
    lines = [line for line in (*place.lines_above, place.head, *place.next_lines) if line.lstrip()[:1] != "*"]
    blanks = {blank for line in lines if (blank := line[: len(line) - len(line.lstrip(" \t"))])}
    if not blanks or len({sign for blank in blanks for sign in blank}) > 1:
        return ""
    return "\t" if "\t" in min(blanks) else " " * _step("".join(f"{blank}x\n" for blank in blanks))


def _step(text: str) -> int:
    """By how many spaces lines are indented."""
    widths = {len(m[0]) for m in re.finditer(r"(?m)^ +(?=\S)", text)}
    return next((step for step in (8, 4, 2) if widths and all(width % step == 0 for width in widths)), 4)


def _tabs(blank: str, step: int) -> str:
    width = len(blank.expandtabs(step))
    return "\t" * (width // step) + " " * (width % step)


def reason_to_drop(place: Place, text: str, *, was_blank: bool, last_step: str) -> str:
    """Why there is nothing to show; empty where there is."""
    if not text.strip():
        if was_blank:
            return "The model had nothing to say here."
        if last_step in {"next line", "closing lines"}:
            return "The model only said what stands to the right or below already."
        return "Nothing was left of the model's answer after tidying."
    lines = place.lines_with(text)
    above = [line for line in place.lines_above if line.strip()]
    is_repeated = above and len(lines) == 1 and lines[0].rstrip() == above[-1]
    if (
        is_repeated
        and len(above[-1].strip()) >= _REPEATABLE
        and above[-2:-1] != above[-1:]
        and _is_once(place, above[-1])
    ):
        return "The suggestion repeats the line above."
    return ""


def _is_once(place: Place, line: str) -> bool:
    """Whether a line stands above the cursor only once: one that is there often may come again."""
    return place.before.count(line.strip()) == 1 and line.strip() not in place.after


def keeps_word(head: str, text: str, selected: str) -> bool:
    """Whether a suggestion begins with what the list has selected, of which a part may be typed."""
    n_typed = next((n for n in range(min(len(head), len(selected)), 0, -1) if head.endswith(selected[:n])), 0)
    return text.startswith(selected[n_typed:])
