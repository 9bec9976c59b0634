"""What somebody wants of a model, told by rules: the same words always mean the same, and a reason can be given.

A command (`/fix`) says it outright. Else what counts is, in this order: a phrase anywhere in the text; the verb that it
begins with, after words of politeness; a traceback; the form of a question. What tells nothing is talk.
"""

import re
from collections.abc import Mapping
from typing import Literal, get_args

import msgspec

Intent = Literal["complete", "fix", "explain", "refactor", "test", "document", "review", "chat"]
INTENTS: tuple[Intent, ...] = get_args(Intent)

POLITE = re.compile(
    r"^(?:\s*(?:please|pls|hi|hello|hey|ok|okay|now|so|and|then|also|just|rulewright|"
    r"(?:can|could|would|will) you(?: please)?|i (?:want|need|would like)(?: you)? to|i'd like (?:you )?to|"
    r"let's|lets|let us|help me(?: to)?|try to|go and|you should)\b[\s,:!.]*)+",
    re.IGNORECASE,
)
"""What stands before the verb and says nothing about it."""

VERBS: Mapping[Intent, tuple[str, ...]] = {
    "fix": ("fix", "repair", "correct", "debug", "solve", "resolve", "mend", "patch", "troubleshoot"),
    "explain": ("explain", "describe", "summarize", "summarise", "clarify", "show me how", "tell me", "walk me"),
    "refactor": (
        *("refactor", "rename", "extract", "simplify", "clean up", "cleanup", "restructure", "rewrite", "split"),
        *("inline", "move", "convert", "optimize", "optimise", "reorganize", "reorganise", "deduplicate", "modernize"),
        *("speed up", "shorten", "translate", "port", "migrate", "tidy"),
    ),
    "test": ("test", "write tests", "add tests", "unit test", "cover"),
    "document": ("document", "comment", "annotate"),
    "review": ("review", "critique", "audit", "assess", "judge", "check"),
    "complete": (
        *("complete", "finish", "implement", "continue", "fill in", "write", "add", "create", "generate", "build"),
        *("make", "define", "scaffold"),
    ),
}
"""Verbs that a wish begins with. Where one could be two things, a phrase decides first: `write tests` is no code."""

PHRASES: tuple[tuple[Intent, str], ...] = (
    ("test", r"\b(?:unit|integration|regression|property|end-to-end|failing)?[ -]?tests? (?:for|of|that|case|to)\b"),
    ("test", r"\b(?:write|add|generate|create|need|make)\b[^.?!\n]{0,40}\b(?:tests?|specs?|test cases?|coverage)\b"),
    (
        "document",
        r"\b(?:write|add|create|need|update|missing)\b[^.?!\n]{0,40}\b(?:doc(?:string|umentation)?s?|comments?|readme)\b",
    ),
    (
        "review",
        r"\b(?:code review|review (?:this|my|the)|give (?:me )?feedback|any (?:problems|issues|concerns) with)\b",
    ),
    ("review", r"\b(?:is|does) (?:this|it|my \w+) (?:ok|okay|good|correct|right|safe|idiomatic|follow)\b"),
    ("review", r"\bwhat (?:would|could|should) (?:you|i|we) (?:improve|change|do better)\b"),
    (
        "fix",
        r"\b(?:does ?n[o']?t|do ?n[o']?t|is ?n[o']?t|not|never|no longer|stopped) (?:work|compil|build|pass|run)\w*",
    ),
    (
        "fix",
        r"\b(?:fails?|failing|crash(?:es|ed|ing)?|throws?|raises?|broken|hangs?) (?:with|when|on|in|at|if)\b",
    ),
    (
        "fix",
        r"\bwhy (?:does|do|is|am|are|did)\b[^.?!\n]{0,60}\b(?:fail|crash|wrong|error|exception|broken|hang|slow)\w*",
    ),
    (
        "fix",
        r"\b(?:there is|there's|i (?:get|got|have|see)|getting|gives?)\b[^.?!\n]{0,30}\b(?:bug|error|exception)",
    ),
    (
        "refactor",
        r"\bmake (?:this|it|that|the \w+) (?:\w+ )?(?:faster|simpler|shorter|cleaner|more \w+|async|pure|generic)",
    ),
    ("refactor", r"\b(?:get rid of|remove) (?:the |this |all )?(?:duplication|duplicates?|repetition|dead code)\b"),
)
_PHRASES = tuple((intent, re.compile(pattern, re.IGNORECASE)) for intent, pattern in PHRASES)
_TRACE = re.compile(
    r"^Traceback \(most recent call last\)|^\s+at [\w.$<>]+ ?\([^)]*:\d+|^\s*File \"[^\"]+\", line \d+|"
    r"\b(?:error|exception|panic)(?:\[\w+\])?:|^goroutine \d+ \[|\*\* \(\w+Error\)",
    re.MULTILINE | re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:what|how|why|where|when|which|who|what's|how's|where's|is|are|does|do|can|could|should|would)\b",
    re.IGNORECASE,
)
_FENCED = re.compile(r"^(`{3,}|~{3,}).*?(?:^\1|\Z)", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`[^`\n]*`")
MAX_LOOKED_AT = 2_000
"""Characters: what somebody wants stands at the beginning or at the end."""
MAX_SHOWN = 40


class Classified(msgspec.Struct, frozen=True):
    """What somebody wants, and by what that was told."""

    intent: Intent
    why: str
    """Words that follow the intent: `because it begins with "fix"`."""


def classify(text: str, *, command: str = "") -> Classified:
    """What `text` is about; `command` is a slash command without its slash."""
    if command in INTENTS:
        return Classified(command, f"because of /{command}")
    said = _QUOTED.sub("``", _FENCED.sub("", text)).strip()
    if len(said) > MAX_LOOKED_AT:
        said = f"{said[: MAX_LOOKED_AT // 2]}\n{said[-MAX_LOOKED_AT // 2 :]}"
    plain = POLITE.sub("", said)
    for intent, pattern in _PHRASES:
        if found := pattern.search(said):
            return Classified(intent, f'because it says "{_shown(found.group())}"')
    for intent, verbs in VERBS.items():
        for verb in verbs:
            if re.match(rf"{re.escape(verb)}\b", plain, re.IGNORECASE):
                return Classified(intent, f'because it begins with "{verb}"')
    if found := _TRACE.search(text[:MAX_LOOKED_AT]):
        return Classified("fix", f'because it shows an error, "{_shown(found.group())}"')
    if _QUESTION.match(plain):
        return Classified("explain", "because it is a question")
    return Classified("chat", "because nothing in it tells more")


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_SHOWN else line[: MAX_SHOWN - 3] + "..."
