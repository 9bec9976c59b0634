"""Code that was written anew as a whole: which definition of the document it stands for, and nothing by guessing.

A block replaces the definitions that it names and that lie in the target. What it repeats from outside of the target
must be the same there; what it adds goes beside what it replaces. Imports go to the others.
"""

from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec

from rulewright.core.index.soundness import unsound
from rulewright.core.languages import canonical
from rulewright.core.proposals.answer import Whole
from rulewright.core.proposals.defs import (
    HOLDERS,
    Definition,
    definitions,
    import_rows,
    is_comment,
    is_decorator,
    outermost,
)
from rulewright.core.proposals.draft import Draft
from rulewright.core.proposals.elided import elisions
from rulewright.core.proposals.importing import put_imports
from rulewright.core.proposals.indent import shift_of
from rulewright.core.proposals.lines import Lines, trimmed, without_numbers
from rulewright.core.proposals.seek import ended
from rulewright.core.proposals.smallest import hunks
from rulewright.core.proposals.wrong import Wrong, WrongKind

LIKE = 0.6
"""How like code without a definition must be to the target, beside its first line."""
_SMALL = 3
"""Lines of a target whose first line may differ, as all there is to change."""
_FAMILY = {"javascript": "js", "typescript": "js", "tsx": "js", "c": "c", "cpp": "c"}
_SHOWN = 60

Outcome = tuple[Wrong | None, bool]
"""What is wrong, and whether the block was meant for this document at all."""
_NOT_MEANT: Outcome = (None, False)


class _Piece(msgspec.Struct, frozen=True):
    """Lines of the code, by rows, for rows of the document."""

    first: int
    last: int
    to_first: int
    to_last: int


def put_whole(draft: Draft, whole: Whole, language: str) -> Outcome:
    """Put a block into the draft; what is no code of this language is passed over."""
    named = canonical(whole.language) if whole.language else None
    if named and language and _FAMILY.get(named, named) != _FAMILY.get(language, language) and not whole.path:
        return _NOT_MEANT
    raw = Lines(whole.code).bare
    code = without_numbers(raw) or raw
    first, last = trimmed(code)
    code = code[first:last]
    if not code:
        return _NOT_MEANT
    text = "".join(f"{line}\n" for line in _dedented(code))
    if whole.is_bare and unsound(text, language) != ():
        return Wrong("no_edit", "The answer holds no code that could be read."), False
    if not draft.text.strip():
        if whole.is_bare and not outermost(text, language):
            return Wrong("no_edit", "The answer holds no code that could be read."), False
        draft.change(0, len(draft.text), text.replace("\n", Lines(draft.text).newline()))
        return None, True
    lines = Lines(draft.text)
    if gaps := elisions(code, language, {line.strip() for line in lines.bare}):
        line = code[gaps[0]].strip()[:_SHOWN]
        return Wrong("elided", f"The answer leaves code out (`{line}`) instead of writing it."), True
    return _Putting(draft, lines, _dedented(code), language, whole).put()


class _Putting:
    """One block on its way into one draft."""

    def __init__(self, draft: Draft, lines: Lines, code: list[str], language: str, whole: Whole) -> None:
        self.draft, self.lines, self.code, self.language, self.whole = draft, lines, code, language, whole
        self.text = "".join(f"{line}\n" for line in code)
        self.target = lines.rows(draft.start, draft.end)
        self.there = definitions(draft.text, language)

    def put(self) -> Outcome:
        mine = outermost(self.text, self.language)
        if mine and self._is_file(mine):
            self._replace([_Piece(0, len(self.code), 0, len(self.lines))])
            return None, True
        if self.draft.start == self.draft.end:
            return self._insert(mine)
        if (shell := self._shell(mine)) is not None:
            mine = shell
        pieces = self._pieces(mine)
        if isinstance(pieces, Wrong):
            return pieces, True
        if pieces:
            return self._put_pieces(pieces, mine, is_shell=shell is not None)
        if mine and self._is_quote(mine):
            return _NOT_MEANT
        return self._put_like(mine)

    def _is_file(self, mine: Sequence[Definition]) -> bool:
        """Whether the code is all of the document: it has its outermost definitions, and not only the target's."""
        names = [d.name for d in self.there if not d.parent]
        outside = [d for d in self.there if not d.parent and not self._is_in(d)]
        have = [d.name for d in mine]
        if not outside or not set(names) <= set(have):
            return False
        opening = next((line.strip() for line in self.lines.bare if line.strip()), "")
        return self.code[0].strip() == opening or len(names) > 1

    def _is_in(self, d: Definition) -> bool:
        return self.target[0] <= d.first and d.last < self.target[1]

    def _insert(self, mine: Sequence[Definition]) -> Outcome:
        """Into a place between lines: what is defined already, and the same, is left out."""
        imports = import_rows(self.text, self.language)
        head = next((row for row in range(len(self.code)) if self.code[row].strip() and row not in imports), 0)
        if not mine and (self.whole.is_bare or not self.whole.language):
            return _NOT_MEANT
        body = self.code[head:]
        old = Lines(self.draft.text)
        row = old.row(self.draft.start)
        near = next((line for line in reversed(old.bare[: row + 1]) if line.strip()), "")
        shift = shift_of([], body, old.bare)
        newline = old.newline()
        start = self.draft.start
        before = newline if start and self.draft.text[start - 1] not in "\r\n" else ""
        if near and start and not self.draft.text[:start].endswith(newline * 2):
            before += newline * (2 if self.language == "python" and self.code[head][:1].strip() else 1)
        moved = [shift.line(line) if shift else line for line in body]
        self.draft.change(start, start, before + "".join(line + newline for line in moved))
        put_imports(self.draft, [self.code[r] for r in sorted(imports) if r < head], self.language)
        return None, True

    def _shell(self, mine: Sequence[Definition]) -> tuple[Definition, ...] | None:
        """What is in a class that is written around the target, where the document's own goes beyond the target."""
        if len(mine) != 1 or mine[0].kind not in HOLDERS:
            return None
        holders = [
            d
            for d in self.there
            if d.name == mine[0].name
            and d.first <= self.target[0] < self.target[1] <= d.last + 1
            and not self._is_in(d)
        ]
        if len(holders) != 1 or self.code[mine[0].first].strip() != self.lines.bare[holders[0].first].strip():
            return None
        path = ".".join(filter(None, (mine[0].parent, mine[0].name)))
        return tuple(d for d in definitions(self.text, self.language) if d.parent == path)

    def _pieces(self, mine: Sequence[Definition]) -> list[tuple[Definition, Definition]] | Wrong:
        """Each definition of the code with the one in the target that it stands for."""
        found: list[tuple[Definition, Definition]] = []
        taken: set[int] = set()
        for d in mine:
            named = [other for other in self.there if other.name == d.name]
            inside = [o for o in named if self._is_in(o) and not any(self._holds(x, o) for _, x in found)]
            same_type = [o for o in inside if o.type == d.type] or inside
            outer = [o for o in same_type if not any(p is not o and self._holds(p, o) for p in same_type)]
            free = [o for o in outer if o.first not in taken]
            twins = [m for m in mine if m.name == d.name]
            if len(outer) > 1 and len(outer) != len(twins):
                rows = ", ".join(str(o.first + 1) for o in outer)
                return Wrong("ambiguous", f"`{d.name}` is defined in lines {rows}; it is not known which is meant.")
            if free:
                taken.add(free[0].first)
                found.append((d, free[0]))
            elif named and not any(self._same(d, o) for o in named) and self._is_peer(d, named):
                row = named[0].first + 1
                return Wrong("outside_target", f"The answer changes `{d.name}` in line {row}, which may not change.")
        order = [o.first for _, o in found]
        if order != sorted(order):
            return Wrong("ambiguous", "The answer changes the order of definitions, so it is not known where they go.")
        return found

    @staticmethod
    def _holds(outer: Definition, inner: Definition) -> bool:
        return outer.first <= inner.first and inner.last <= outer.last and outer is not inner

    def _is_peer(self, d: Definition, named: Sequence[Definition]) -> bool:
        """Whether one of those is at the same level, so that there cannot be both."""
        inside = {o.parent for o in self.there if self._is_in(o)}
        return any(o.parent in inside and (not d.type or o.type == d.type) for o in named)

    def _same(self, d: Definition, other: Definition) -> bool:
        mine = [line.strip() for line in self.code[d.first : d.last + 1]]
        return mine == [line.strip() for line in self.lines.bare[other.first : other.last + 1]]

    def _is_quote(self, mine: Sequence[Definition]) -> bool:
        """Whether all of it stands in the document as it is."""
        return all(any(o.name == d.name and self._same(d, o) for o in self.there) for d in mine)

    def _put_pieces(
        self, pieces: Sequence[tuple[Definition, Definition]], mine: Sequence[Definition], *, is_shell: bool
    ) -> Outcome:
        """Replace definitions, and what is new between them goes with the one before it, or the first one."""
        imports = import_rows(self.text, self.language)
        kept = {d.first for d, _ in pieces}
        repeated = [d for d in mine if d.first not in kept and any(o.name == d.name for o in self.there)]
        skipped = {row for d in repeated for row in range(d.lead, d.last + 1)} | set(imports)
        owned = {row for d in mine for row in range(d.lead, d.last + 1)}
        replaced = {row for _, o in pieces for row in range(o.lead, o.last + 1)}
        # What is in the document only where it is replaced would be lost.
        beside = {line.strip() for row, line in enumerate(self.lines.bare) if row not in replaced}
        for row, line in enumerate(self.code):
            bare = line.strip()
            if row in owned or row in skipped or not bare or bare in beside or is_shell:
                continue
            if not is_comment(bare, self.language):
                text = f"It is not known where `{bare[:_SHOWN]}` goes, which stands outside of any definition."
                return Wrong("not_found", text), True
        made: list[_Piece] = []
        bounds = self._bounds(pieces, mine, skipped)
        for (d, other), (first, last) in zip(pieces, bounds, strict=True):
            to_first = other.lead if first < d.first else other.first
            made.append(_Piece(first, last, max(to_first, self.target[0]), other.last + 1))
        before = self.draft.text
        self._replace(made)
        if self.draft.text != before:
            # The code as it was may be quoted first; two versions of the new one are a choice that is not ours.
            names = {f"{other.parent}.{other.name}" for _, other in pieces}
            if twice := names & self.draft.written:
                name = min(twice).rpartition(".")[2]
                return Wrong(
                    "ambiguous", f"The answer has two versions of `{name}`; it is not known which is meant."
                ), True
            self.draft.written |= names
        put_imports(self.draft, [self.code[row] for row in sorted(imports)], self.language)
        return None, True

    def _bounds(
        self, pieces: Sequence[tuple[Definition, Definition]], mine: Sequence[Definition], skipped: set[int]
    ) -> list[tuple[int, int]]:
        """The rows of the code that go with each piece: the definition, and new ones behind, or before the first."""
        starts = {d.first for d, _ in pieces}
        bounds: list[tuple[int, int]] = []
        waiting: int | None = None
        for d in mine:
            is_new = d.first not in starts and d.lead not in skipped
            if d.first in starts:
                bounds.append((d.lead if waiting is None else waiting, d.last + 1))
                waiting = None
            elif is_new and bounds:
                bounds[-1] = (bounds[-1][0], d.last + 1)
            elif is_new and waiting is None:
                waiting = d.lead
        return bounds

    def _put_like(self, mine: Sequence[Definition]) -> Outcome:
        """Code without a definition that is known: right where it begins like the target and is much like it."""
        a, b = self.target
        c, d = trimmed(self.lines.bare[a:b])
        old = [line.strip() for line in self.lines.bare[a + c : a + d]]
        new = [line.strip() for line in self.code]
        ratio = SequenceMatcher(None, "\n".join(old), "\n".join(new), autojunk=False).quick_ratio() if old else 0.0
        is_first = bool(old) and old[0] == new[0]
        is_small = len(old) <= _SMALL and len(new) <= 2 * _SMALL and not self.whole.is_bare
        if ratio >= LIKE and (is_first or is_small) and not any(o.first in range(a, b) for o in self.there if mine):
            self._replace([_Piece(0, len(self.code), a + c, a + d)])
            return None, True
        if mine:
            names = ", ".join(f"`{one.name}`" for one in mine[:3])
            text = f"The answer defines {names}, and nothing of that name stands in lines {a + 1}-{b}."
            return Wrong("not_found", text), not self.whole.is_bare
        kind: WrongKind = "no_edit" if self.whole.is_bare else "not_found"
        return Wrong(kind, f"The answer's code does not begin like lines {a + 1}-{b}, so it has no sure place."), False

    def _replace(self, pieces: Sequence[_Piece]) -> None:
        """Put pieces into the draft, the last one first, so that rows stay what they are."""
        for piece in sorted(pieces, key=lambda p: -p.to_first):
            old = self.lines.bare[piece.to_first : piece.to_last]
            code = self._with_decorators(self.code[piece.first : piece.last], old)
            top, there = (next((line for line in part if line.strip()), "") for part in (code, old))
            shift = shift_of([(top, there)], code, self.lines.bare)
            base = len(there) - len(there.lstrip())
            low = {line for line in old if line.strip() and len(line) - len(line.lstrip()) < base}
            new = [line if line in low or shift is None else shift.line(line) for line in code]
            whole = self._kept(new, piece)
            first, last = self.lines.starts[piece.to_first], self.lines.starts[piece.to_last]
            self.draft.change(first, last, "".join(ended(whole, self.lines, piece.to_last)))

    def _with_decorators(self, code: list[str], old: list[str]) -> list[str]:
        """The code with what stands above the definition in the document and is more than a comment, if it lacks it."""
        have = {line.strip() for line in code}
        missing = []
        for line in old:
            if not (is_decorator(line.strip()) or is_comment(line.strip(), self.language)):
                break
            if is_decorator(line.strip()) and line.strip() not in have:
                missing.append(line.strip())
        if not missing or any(is_decorator(line.strip()) for line in code[: len(missing) + 1]):
            return code
        lead = next((row for row, line in enumerate(code) if not is_comment(line.strip(), self.language)), 0)
        return [*code[:lead], *missing, *code[lead:]]

    def _kept(self, new: list[str], piece: _Piece) -> list[str]:
        """Lines with their ends; those that are the same but for white space at the end stay as they are."""
        old = self.lines.whole[piece.to_first : piece.to_last]
        newline = self.lines.newline(piece.to_first, piece.to_last)
        result: list[str] = []
        done = 0
        for a, b, c, d in hunks([line.rstrip() for line in old], [line.rstrip() for line in new]):
            result += old[done:a]
            result += [line + newline for line in new[c:d]]
            done = b
        return result + old[done:]


def _dedented(code: list[str]) -> list[str]:
    """Code without the white space that all of its lines begin with."""
    leads = [line[: len(line) - len(line.lstrip())] for line in code if line.strip()]
    common = leads[0] if leads else ""
    for lead in leads:
        while not lead.startswith(common):
            common = common[:-1]
    return [line.removeprefix(common) if line.strip() else "" for line in code]
