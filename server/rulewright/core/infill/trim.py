"""What of a model's answer is shown: eight steps, each of which leaves alone what may be right."""

from collections.abc import Callable

from rulewright.core.infill.chatter import without_chatter
from rulewright.core.infill.clean import cleaned, is_bounded, readable
from rulewright.core.infill.draft import Draft, Place, Trimmed
from rulewright.core.infill.finish import finished, keeps_word, reason_to_drop
from rulewright.core.infill.overlap import is_a_copy, n_replaced, stopped_at_next_line, without_tail
from rulewright.core.infill.repeats import without_repeats
from rulewright.core.infill.scope import within_scope

Step = Callable[[Place, str], str]


def _scope(place: Place, text: str) -> str:
    return within_scope(place, text) if place.shape == "block" else text


_STEPS: tuple[tuple[str, Step], ...] = (
    ("chatter", without_chatter),
    ("next line", stopped_at_next_line),
    ("closing lines", without_tail),
    ("repeats", without_repeats),
    ("scope", _scope),
)


def trim(draft: Draft) -> Trimmed:
    """What is shown of an answer. Never raises, whatever the texts."""
    place = Place(draft)
    raw = readable(draft.raw, place.before + place.after)
    if raw != draft.raw:
        if not raw.rpartition("\n")[0].strip():
            return Trimmed(dropped="A character of the answer was lost on its way.", steps=("characters", "drop"))
        place.is_cut = True
    text = cleaned(raw, place.before + place.after)
    steps = ["characters"] if text != _unix(draft.raw) else []
    if not is_bounded(draft.raw):
        place.is_cut = True
    if is_a_copy(place, text):
        return Trimmed(dropped="The model repeated the lines below the cursor.", steps=(*steps, "next line"))
    was_blank = not text.strip()
    text = _stepped(place, text, steps)
    if (whole := finished(place, text, draft)) != text:
        text = whole
        steps.append("single line" if draft.shape == "line" else "indentation")
    replaced = n_replaced(place, text)
    if why := reason_to_drop(place, text, was_blank=was_blank, last_step=steps[-1] if steps else ""):
        return Trimmed(dropped=why, steps=(*steps, "drop"))
    if draft.selected and not keeps_word(place.head, text, draft.selected):
        why = "The suggestion does not go on from what the list has selected."
        return Trimmed(dropped=why, steps=(*steps, "selected"))
    if place.is_breaking(text, replaced):
        return Trimmed(dropped="The suggestion would break the syntax here.", steps=(*steps, "drop"))
    shown = text.replace("\n", draft.newline) if draft.newline != "\n" else text
    return Trimmed(shown, replaced, "", (*steps, "range") if replaced else tuple(steps))


def _stepped(place: Place, text: str, steps: list[str]) -> str:
    """An answer behind the steps that only take away; the names of those that did are added to `steps`."""
    for name, step in _STEPS:
        if (shorter := step(place, text)) == text:
            continue
        # What was half is gone with its end.
        place.is_cut = place.is_cut and text.endswith(shorter)
        text = shorter
        steps.append(name)
        if not text.strip():
            break
    return text


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n")
