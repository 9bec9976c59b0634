"""Holes for models that only chat: an instruction, some examples, the code with a mark, and how the answer is read."""

import re

from rulewright.core.infill.fences import without_fences
from rulewright.core.models import Infill, Message, Part

_MARKS = ("<CURSOR>", "<|CURSOR|>", "<FILL_HERE>", "<CURSOR_{n}>")
_THINKING = re.compile(r"<(think|thinking|reasoning)>[\s\S]*?(?:</\1>\s*|\Z)")
_SENTENCE = re.compile(
    r"\A\s*(?:sure|certainly|of course|okay|ok|here(?:'s| is| are)|the (?:completed?|missing|following|text))\b"
    r"[^\n]{0,200}[:.!]\s*\n+",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^[ \t]*```[\w+#.-]*[ \t]*$", re.MULTILINE)
_EXAMPLES = (
    ("def total(prices):\n    return su<CURSOR>\n", "m(prices)"),
    ("function isEven(n) {\n  <CURSOR>\n}\n", "return n % 2 === 0;"),
    ("numbers = [3, 1, 2]\nfor number in <CURSOR>:\n    print(number)\n", "sorted(numbers)"),
)
_LONGEST_REPEAT = 400
"""Characters before the cursor that an answer may say again."""


def mark_for(text: str) -> str:
    """A mark for the cursor that a text does not have."""
    for mark in _MARKS[:-1]:
        if mark not in text:
            return mark
    n = 1
    while (mark := _MARKS[-1].replace("{n}", str(n))) in text:
        n += 1
    return mark


def chat_fallback(infill: Infill, language: str, repository: str) -> tuple[Message, ...]:
    """The conversation that asks for the text of a hole."""
    texts = (infill.prefix, infill.suffix, *infill.extra)
    mark = mark_for("\0".join(part.text for part in texts))
    project = f" in the project {repository}" if repository else ""
    told = (
        f"You complete {language or 'code'}{project}. The code has the mark {mark} where the cursor is. Answer with "
        "the text that belongs there and nothing else: no explanation, no code fence, nothing of what stands before or "
        "behind the mark. Keep to the indentation of the code. If nothing belongs there, answer with nothing."
    )
    messages = [Message("system", (Part(told),))]
    for code, answer in _EXAMPLES:
        messages.append(Message("user", (Part(code.replace("<CURSOR>", mark)),)))
        messages.append(Message("assistant", (Part(answer),)))
    parts = []
    for part in infill.extra:
        named = f" of {part.source.path}" if part.source is not None else ""
        parts += [Part(f"From other code{named}:\n"), part, Part("\n\n")]
    parts += [infill.prefix, Part(mark), infill.suffix]
    return (*messages, Message("user", tuple(parts)))


def read_chat(text: str, infill: Infill) -> str:
    """What of a chatting model's answer is the text for the hole."""
    mark = mark_for("\0".join(part.text for part in (infill.prefix, infill.suffix, *infill.extra)))
    text = _THINKING.sub("", text) if "<think" not in infill.prefix.text else text
    has_fences = "```" in infill.prefix.text or "```" in infill.suffix.text
    if not has_fences and (opening := _OPENING.search(text)) is not None:
        head = text[: opening.start()]
        # Prose stands before the fence; code that only ends with one does not.
        if not head.strip() or _SENTENCE.match(head.strip() + "\n") or head.strip().endswith((":", ".")):
            text = text[opening.start() :]
        text = without_fences(text)
    elif (sentence := _SENTENCE.match(text)) is not None:
        text = text[sentence.end() :]
    if mark in text:
        # The whole code came back with the mark filled, or the mark alone beside the answer.
        text = text.replace(mark, "")
    return _without_suffix(_without_prefix(text, infill.prefix.text), infill.suffix.text)


def _without_prefix(text: str, prefix: str) -> str:
    """Without what stands before the cursor, when an answer begins with all of it or with its last lines."""
    bare = text.lstrip("\n")
    if prefix.strip() and bare.startswith(prefix):
        return bare[len(prefix) :]
    lines = prefix.split("\n")
    for first in range(max(0, len(lines) - 20), len(lines)):
        tail = "\n".join(lines[first:])
        for said in (tail, tail.lstrip()):
            if len(said.strip()) > 2 and len(said) <= _LONGEST_REPEAT * 10 and bare.lstrip().startswith(said.lstrip()):  # noqa: PLR2004 - less may be the answer
                return bare.lstrip()[len(said.lstrip()) :]
    if not lines[-1].strip():
        # The line's indentation stands there already.
        return bare[len(lines[-1]) :] if lines[-1] and bare.startswith(lines[-1]) else text.lstrip("\n")
    return text


def _without_suffix(text: str, suffix: str) -> str:
    """Without all of what stands behind the cursor, when an answer ends with it."""
    behind = suffix.strip()
    if len(behind) > 2 and text.rstrip().endswith(behind):  # noqa: PLR2004 - as above
        text = text.rstrip()[: -len(behind)]
        return text.rstrip() if suffix[:1].isspace() else text
    return text.rstrip("\n")
