"""Comments that switch findings off: `rulewright: ignore[rule]` and ast-grep's own `ast-grep-ignore: rule`.

Only real comments count, so the syntax tree is asked; a plain search of the text comes first and spares most
of that. A suppression that suppresses nothing is reported, with a fix that takes it away.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import msgspec
from ast_grep_py import SgNode

from rulewright.core.edits import Edit, apply
from rulewright.core.findings import Finding, Fix
from rulewright.core.languages import CHECKABLE, LANGUAGES
from rulewright.core.rules import engine
from rulewright.core.text import Text

UNUSED = "rulewright/unused-suppression"
_BUILT_IN = "rulewright/"
"""What Rulewright itself reports is not suppressed."""

_OURS = re.compile(r"rulewright:[ \t]*ignore(?![\w-])(?:[ \t]*\[(?P<ids>[^\]\r\n]*)\]?)?")
_THEIRS = re.compile(r"ast-grep-ignore(?P<ids>[^\r\n]*)")
_ANY = r"rulewright:[ \t]*ignore|ast-grep-ignore"
_WORD = re.compile(r"\w")


class Hit(msgspec.Struct, frozen=True):
    """A finding with every name that a suppression may call it by."""

    finding: Finding
    names: frozenset[str]


class _Named(msgspec.Struct, frozen=True):
    """One id in a suppression, and where it stands."""

    name: str
    start: int
    end: int


class _Suppression(msgspec.Struct, frozen=True):
    """One suppressing comment, or that part of a comment which suppresses."""

    ours: bool
    comment: tuple[int, int]
    """Offsets of the comment."""
    words: tuple[int, int]
    """Offsets of the part that suppresses."""
    named: tuple[_Named, ...] | None
    """The ids; None suppresses every rule."""
    own_line: bool
    """Whether nothing else stands on the comment's lines."""
    line: int | None
    """The line whose findings are suppressed; None means the whole file."""
    until: int | None = None
    """The line of a comment that trails code: what ends there is suppressed too."""

    def covers(self, first: int, last: int) -> bool:
        """Whether findings from line `first` to line `last` are in its reach."""
        return self.line is None or first == self.line or last == self.until


def suppress(
    content: str,
    language: str,
    findings: Sequence[Finding],
    known_rule_ids: Collection[str] = frozenset(),
    *,
    path: str = "",
) -> tuple[Finding, ...]:
    """The findings that no comment suppresses, and one for each suppression that suppresses none; sorted.

    `path` is that of the file; it is only needed where there may be no finding to take it from.
    """
    hits = [Hit(finding, frozenset({finding.rule_id})) for finding in findings]
    path = path or next((finding.path for finding in findings), "")
    return suppress_hits(content, language, hits, known_rule_ids, path=path)


def named_in_comments(content: str, language: str) -> tuple[tuple[int, int, str], ...]:
    """Where comments that suppress name rules: offsets, and the id."""
    found = _suppressions(Text(content), language, None)
    return tuple((named.start, named.end, named.name) for one in found for named in one.named or ())


def may_suppress(content: str) -> bool:
    """Whether the words of a suppression are anywhere in the text; cheap."""
    return "ast-grep-ignore" in content or "rulewright:" in content


def suppress_hits(
    content: str,
    language: str,
    hits: Iterable[Hit],
    known_rule_ids: Collection[str],
    *,
    path: str,
    root: SgNode | None = None,
    report_unused: bool = True,
    judged: Collection[str] = frozenset(),
) -> tuple[Finding, ...]:
    """As `suppress`, for findings with more than one name, and with the syntax tree where there is one.

    `judged` are ids of rules that only a review looks at, so that what suppresses them is not known to be idle.
    """
    hits = tuple(hits)
    text = Text(content)
    suppressions = _suppressions(text, language, root)
    used: set[tuple[int, str]] = set()
    kept: list[Finding] = []
    for hit in hits:
        place = hit.finding.range
        spoken = {
            (suppression.words[0], name)
            for suppression in suppressions
            if suppression.covers(place.start.line, place.end.line)
            for name in _spoken(suppression, hit)
        }
        used |= spoken
        if not spoken:
            kept.append(hit.finding)
    if report_unused:
        kept += (f for s in suppressions for f in _unused(s, text, used, known_rule_ids, path, judged))
    return tuple(sorted(kept, key=lambda finding: (finding.start, finding.rule_id, -finding.end)))


def suppression_edit(content: str, language: str, finding: Finding) -> Edit | None:
    """The edit that makes a comment suppress the finding; None where no comment can.

    It extends the `rulewright: ignore[...]` comment that is there already, else adds a line above, else ends
    the line with a comment. What it would do is tried first: the comment must be one to the grammar, and must
    not break the code around it.
    """
    if language not in CHECKABLE or finding.rule_id.startswith(_BUILT_IN):
        return None
    text = Text(content)
    try:
        broken = _n_errors(engine.parse(content, language))
        for edit in _candidates(text, language, finding):
            changed = apply(content, [edit])
            sound = _n_errors(engine.parse(changed, language)) <= broken
            if sound and _silences(changed, language, finding, edit):
                return edit
    except engine.EngineError:
        pass
    return None


# Reading the comments.


def _suppressions(text: Text, language: str, root: SgNode | None) -> list[_Suppression]:
    """Every suppression of the text, in order."""
    content = text.content
    if not may_suppress(content) or language not in CHECKABLE:
        return []
    try:
        root = root or engine.parse(content, language)
        nodes = [n for n in engine.find_all(root, {"rule": {"regex": _ANY}}) if _is_comment(n, language)]
    except engine.EngineError:
        return []
    found: list[_Suppression] = []
    done = 0
    for node in nodes:
        start, stop = engine.offsets(node)
        # A comment may hold nodes that call themselves comments too.
        if start >= done:
            done = stop
            end = start + len(content[start:done].rstrip("\r\n"))
            found += _in_comment(text, node, (start, end))
    return _reaching_past_each_other(text, found)


def _is_comment(node: SgNode, language: str) -> bool:
    kind = node.kind()
    return "comment" in kind or (language == "markdown" and kind == "html_block" and node.text().startswith("<!--"))


def _in_comment(text: Text, node: SgNode, comment: tuple[int, int]) -> Iterator[_Suppression]:
    """The suppressions of one comment."""
    start, end = comment
    content = text.content
    first, last = text.position(start), text.position(end)
    # The braces of `{/* ... */}` belong to the comment, as far as the reader is concerned.
    before = content[text.line_starts[first.line] : start].strip(" \t{")
    after = text.line(last.line)[last.character :].strip(" \t}")
    own_line = not before and not after
    for match in _OURS.finditer(content, start, end):
        ids = None if match["ids"] is None else tuple(_ids(match["ids"], match.start("ids")))
        line = last.line + 1 if own_line else first.line
        yield _Suppression(
            ours=True,
            comment=comment,
            words=match.span(),
            named=ids,
            own_line=own_line,
            line=line,
            until=None if own_line else first.line,
        )
    for match in _THEIRS.finditer(content, start, end):
        colon = match["ids"].find(":")
        named = None
        if colon >= 0:
            named = tuple(_ids(match["ids"][colon + 1 :], match.start("ids") + colon + 1))
        yield _Suppression(
            ours=False,
            comment=comment,
            words=(match.start(), match.end() if named is None else max([n.end for n in named], default=end)),
            named=named,
            own_line=own_line,
            line=_line_of_ast_grep(text, node, first.line),
        )


def _ids(listed: str, start: int) -> Iterator[_Named]:
    """The ids of a list with commas; each ends at a space, so that the end of the comment may follow."""
    offset = start
    for item in listed.split(","):
        words = item.split()
        if words and (name := words[0].removesuffix("*/").removesuffix("-->")):
            at = offset + item.index(words[0])
            yield _Named(name, at, at + len(name))
        offset += len(item) + 1


def _line_of_ast_grep(text: Text, node: SgNode, line: int) -> int | None:
    """The line that ast-grep would suppress: of the code that ends on the comment's line, else the next."""
    previous = node.prev()
    if previous is not None:
        start, end = engine.offsets(previous)
        if text.position(end).line == line:
            return text.position(start).line
    following = node.next()
    if line == 0 and (following is None or text.position(engine.offsets(following)[0]).line > 1):
        return None
    return line + 1


def _reaching_past_each_other(text: Text, found: list[_Suppression]) -> list[_Suppression]:
    """Suppressions on lines of their own that follow each other all mean the line behind the last one."""
    occupied = {s.comment[0]: s for s in found if s.own_line}
    lines = {text.position(s.comment[0]).line: text.position(s.comment[1]).line for s in occupied.values()}
    reaching: list[_Suppression] = []
    for suppression in found:
        line = suppression.line
        while suppression.own_line and line is not None and line in lines:
            line = lines[line] + 1
        reaching.append(msgspec.structs.replace(suppression, line=line))
    return reaching


def _spoken(suppression: _Suppression, hit: Hit) -> frozenset[str]:
    """By which names the suppression means the finding; the empty name where it means every rule."""
    if hit.finding.rule_id.startswith(_BUILT_IN):
        return frozenset()
    return frozenset({""}) if suppression.named is None else hit.names & _names(suppression)


def _names(suppression: _Suppression) -> frozenset[str]:
    return frozenset(named.name for named in suppression.named or ())


# What suppresses nothing.


def _unused(
    suppression: _Suppression,
    text: Text,
    used: set[tuple[int, str]],
    known: Collection[str],
    path: str,
    judged: Collection[str],
) -> Iterator[Finding]:
    """A finding for each suppression, or each id in it, that suppressed nothing."""
    at = suppression.words[0]
    if suppression.named is None:
        if suppression.ours and (at, "") not in used:
            yield _report(suppression, text, "This comment suppresses nothing.", path)
        return
    idle = [named for named in suppression.named if (at, named.name) not in used and named.name not in judged]
    if not suppression.ours and (not suppression.named or not _names(suppression).issubset(known)):
        # It may speak to ast-grep itself, about rules that are not ours.
        return
    if len(idle) == len(suppression.named):
        names = ", ".join(f"`{named.name}`" for named in idle)
        unknown = [n.name for n in idle if known and n.name not in known]
        why = f"; no rule is called `{unknown[0]}`" if unknown else ""
        told = f"This comment suppresses no finding of {names}{why}." if idle else "This comment names no rule."
        yield _report(suppression, text, told, path)
        return
    for named in idle:
        why = "no rule has this name" if known and named.name not in known else "it has no finding here"
        told = f"`{named.name}` need not be suppressed: {why}."
        yield _report(suppression, text, told, path, named)


def _report(
    suppression: _Suppression,
    text: Text,
    message: str,
    path: str,
    named: _Named | None = None,
) -> Finding:
    """The finding, with the fix that takes the comment, its words or one id away."""
    place = suppression.words if named is None else (named.start, named.end)
    edit = _without_comment(suppression, text) if named is None else _without_id(suppression, named)
    title = "Remove the unused suppression" if named is None else f"Remove `{named.name}` from the suppression"
    return Finding(
        rule_id=UNUSED,
        severity="warning",
        message=message,
        path=path,
        start=place[0],
        end=place[1],
        range=text.range(*place),
        fix=Fix(title, (edit,)),
    )


def _without_comment(suppression: _Suppression, text: Text) -> Edit:
    """Takes the comment away, or only its suppressing words where it says something else before them."""
    content = text.content
    (start, end), words = suppression.comment, suppression.words
    also_said = _WORD.search(content, start, words[0]) or (
        "\n" in content[start:end] and _WORD.search(content, words[1], end)
    )
    if also_said:
        begin = words[0] - len(content[start : words[0]]) + len(content[start : words[0]].rstrip(" \t"))
        return Edit(begin, words[1], "")
    first, last = text.position(start).line, text.position(end).line
    if suppression.own_line:
        whole = text.line_starts[last + 1] if last + 1 < text.n_lines else len(content)
        return Edit(text.line_starts[first], whole, "")
    line_start = text.line_starts[first]
    before = content[line_start:start]
    if before.strip() and not text.line(last)[text.position(end).character :].strip():
        return Edit(line_start + len(before.rstrip()), line_start + len(text.line(first)), "")
    behind = content[end:]
    return Edit(start, end + len(behind) - len(behind.lstrip(" \t")), "")


def _without_id(suppression: _Suppression, named: _Named) -> Edit:
    """Takes one of several ids away, with the comma and the spaces that parted it from its neighbour."""
    others = list(suppression.named or ())
    index = others.index(named)
    if index > 0:
        return Edit(others[index - 1].end, named.end, "")
    return Edit(named.start, others[index + 1].start, "")


# Writing a suppression.


def _candidates(text: Text, language: str, finding: Finding) -> Iterator[Edit]:
    """Edits that may suppress the finding, the best first."""
    first, last = finding.range.start.line, finding.range.end.line
    for suppression in _suppressions(text, language, None):
        if suppression.ours and suppression.named and suppression.line is not None:
            end = suppression.named[-1].end
            if suppression.covers(first, last) and text.content[end : suppression.words[1]].strip() == "]":
                yield Edit(end, end, f", {finding.rule_id}")
    comment = _comment(language, finding.rule_id)
    if comment is None:
        return
    line = text.line(first)
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    start = text.line_starts[first]
    # Grammars forgive a comment behind a line that is continued by a backslash; compilers do not.
    continued = text.line(first - 1).endswith("\\")
    if not continued and not (first == 0 and line.startswith(("#!", "<?", "<!DOCTYPE"))):
        yield Edit(start, start, f"{indent}{comment}{_newline(text, first)}")
    for number in dict.fromkeys((first, last)):
        code = text.line(number)
        end = text.line_starts[number] + len(code.rstrip())
        if code.endswith("\\"):
            continue
        yield Edit(end, text.line_starts[number] + len(code), f"  {comment}")


def _comment(language: str, rule_id: str) -> str | None:
    """The suppressing comment in the syntax of the language."""
    known = LANGUAGES[language]
    words = f"rulewright: ignore[{rule_id}]"
    if known.line_comment:
        return f"{known.line_comment} {words}"
    if known.block_comment:
        return f"{known.block_comment[0]} {words} {known.block_comment[1]}"
    return None


def _newline(text: Text, number: int) -> str:
    """The line end of a line, or of the line before where it is the last."""
    for line in (number, number - 1):
        if 0 <= line < text.n_lines - 1:
            return text.content[text.line_starts[line] + len(text.line(line)) : text.line_starts[line + 1]]
    return "\n"


def _silences(changed: str, language: str, finding: Finding, edit: Edit) -> bool:
    """Whether the edited text suppresses the finding, which the edit may have moved down by a line."""
    text = Text(changed)
    moved = len(edit.new_text) - (edit.end - edit.start) if edit.start <= finding.start else 0
    ended = len(edit.new_text) - (edit.end - edit.start) if edit.start < finding.end else 0
    first = text.position(finding.start + moved).line
    last = text.position(finding.end + ended).line
    return any(
        suppression.covers(first, last) and (suppression.named is None or finding.rule_id in _names(suppression))
        for suppression in _suppressions(text, language, None)
        if suppression.ours
    )


def _n_errors(root: SgNode) -> int:
    return len(engine.find_all(root, {"rule": {"kind": "ERROR"}}))
