"""Gather, filter, prioritise: from the rules that apply to their texts, in the order in which they count."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256

import msgspec

from rulewright.core.hidden import without_hidden
from rulewright.core.prompt.outline import headings, is_closing, nested, opening_fence
from rulewright.core.rules.rule import SOURCES, Rule, Source
from rulewright.core.rules.select import Applied
from rulewright.core.text import split_lines
from rulewright.core.tokens import budgeted

MAX_KEPT = 20_000
"""Texts of rules that are kept as they were read: more than a project has, for its rules are asked for in turn."""
LEVEL = 2
"""Of the highest heading in the text of a rule, which stands below a heading of the prompt."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffb]|[\ufe00-\ufe0f]{2,}")
"""Beside hidden characters: those that drive a terminal, and selectors of variants where more than one follow."""


class Section(msgspec.Struct, frozen=True):
    """A heading of a rule with what follows, up to the next heading."""

    title: str
    start: int
    """Its first line among those of the guide."""


class Guide(msgspec.Struct, frozen=True):
    """What one rule has to say."""

    rule: Rule
    reason: str
    lines: tuple[str, ...]
    rows: tuple[int, ...]
    """The line of the rule file that each stands on, from 0."""
    sections: tuple[Section, ...]
    tokens: int
    """Of the whole, with what marks it off in a prompt."""
    n_hidden: int = 0
    """Characters that were taken out because nobody sees them."""

    def text(self, n_lines: int | None = None) -> str:
        """Its text, or the first lines of it."""
        return "\n".join(self.lines[:n_lines]).rstrip()


class Twin(msgspec.Struct, frozen=True):
    """A rule whose text another one has said already."""

    guide: Guide
    first: Guide


def gather(applied: Iterable[Applied]) -> list[Guide]:
    """What the rules say that apply; a rule without any text is not among them."""
    return [guide for a in applied if (guide := guide_of(a.rule, a.reason)).lines]


def guide_of(rule: Rule, reason: str = "") -> Guide:
    """What one rule says: its description, where its text does not hold it, and its text without checks."""
    made = _guide(rule.id, rule.source, rule.description, rule.body, rule.body_line)
    return msgspec.structs.replace(made, rule=rule, reason=reason)


@lru_cache(maxsize=MAX_KEPT)
def _guide(rule_id: str, source: Source, description: str, body: str, body_line: int) -> Guide:
    # Only what counts for the text is asked for, so that the same rule is read once.
    rule = Rule(id=rule_id, path="", source=source, description=description, body=body, body_line=body_line)
    body, n_hidden = visible(rule.body)
    numbered = _prose(body)
    rows = tuple(rule.body_line + row for row, _ in numbered)
    text, n_more = visible(" ".join(rule.description.split()))
    if text and text.rstrip(".").lower() not in " ".join(body.split()).lower():
        # Many rules say what they are about there alone, and then give reasons.
        lead = [(0, text), (0, "")] if numbered else [(0, text)]
        numbered, rows, n_hidden = [*lead, *numbered], (*(0 for _ in lead), *rows), n_hidden + n_more
    lines = tuple(nested([line for _, line in numbered], LEVEL))
    sections = tuple(Section(heading.title, heading.row) for heading in headings(lines))
    guide = Guide(rule, "", lines, rows, sections, 0, n_hidden)
    return msgspec.structs.replace(guide, tokens=budgeted(block_of(guide)) if lines else 0)


def visible(text: str) -> tuple[str, int]:
    """`text` without what nobody sees, and how many characters went."""
    seen, n_hidden = without_hidden(text)
    return _CONTROL.subn("", seen)[0], n_hidden + sum(len(run) for run in _CONTROL.findall(seen))


def _prose(body: str) -> list[tuple[int, str]]:
    """The numbered lines of a rule's text; its checks are for a machine and not among them."""
    kept: list[tuple[int, str]] = []
    fence, is_check = "", False
    for row, whole in enumerate(split_lines(body)):
        line = whole.rstrip("\r\n").rstrip()
        if fence:
            if is_closing(line, fence):
                fence, was_check, is_check = "", is_check, False
                if was_check:
                    continue
        elif opening := opening_fence(line):
            fence = opening[0]
            is_check = opening[1].split()[:2] in (["yaml", "check"], ["yml", "check"])
        if not is_check and (line or (kept and kept[-1][1])):
            kept.append((row, line))
    while kept and not kept[-1][1]:
        kept.pop()
    return kept


def without_twins(guides: Sequence[Guide]) -> tuple[list[Guide], list[Twin]]:
    """Each text once: the first of equal ones stays."""
    first: dict[str, Guide] = {}
    kept: list[Guide] = []
    twins: list[Twin] = []
    for guide in guides:
        text = guide.text()
        if text in first:
            twins.append(Twin(guide, first[text]))
        else:
            first[text] = guide
            kept.append(guide)
    return kept, twins


def prioritise(guides: Iterable[Guide]) -> list[Guide]:
    """What counts most comes first: by priority, then the nearer folder, the source, and the shorter text."""
    return sorted(guides, key=_precedence)


def _precedence(guide: Guide) -> tuple[int, int, int, int, str, str]:
    rule = guide.rule
    depth = rule.folder.count("/") + 1 if rule.folder else 0
    return (-rule.priority, -depth, SOURCES.index(rule.source), guide.tokens, rule.order, rule.path)


def block_of(guide: Guide, tag: str = "part1", n_lines: int | None = None) -> str:
    """The text of a rule between its marks."""
    rule = guide.rule
    return f'<{tag} rule="{plain(rule.id)}" source="{rule.source}">\n{guide.text(n_lines)}\n</{tag}>'


def plain(text: str, limit: int = 200) -> str:
    """Somebody else's word, such as an id or a path, that cannot end what it stands in."""
    shown = "".join(c if c.isprintable() and c not in '"<>' else "_" for c in text)
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def digest(text: str) -> str:
    """What a text is known by."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
