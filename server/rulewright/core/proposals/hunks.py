"""Unified diffs in an answer, as pairs of what was and what shall be.

The numbers in a hunk's header are wrong more often than right in what models write, so they only say where a hunk
ends, and not even that in a fence. What stands in the hunk is looked for like any other text.
"""

import re

from rulewright.core.proposals.wrong import Wrong

_HUNK = re.compile(r"@@(?:\s*-(\d+)(?:,(\d+))?\s+\+(\d+)(?:,(\d+))?\s*)?(?:.*@@.*)?$|@@\s")
_OLD = re.compile(r"--- (?:a/)?([^\t]+)")
_NEW = re.compile(r"\+\+\+ (?:b/)?([^\t]+)")
_GIT = ("diff --git ", "index ", "new file mode", "deleted file mode", "similarity index", "rename from", "rename to",
        "old mode", "new mode")  # fmt: skip
_NOWHERE = "/dev/null"


def is_diff_start(lines: list[str], at: int) -> bool:
    """Whether a diff begins at a line."""
    if at >= len(lines):
        return False
    line = lines[at]
    following = lines[at + 1] if at + 1 < len(lines) else ""
    if line.startswith("diff --git ") or (line.startswith("--- ") and following.startswith("+++ ")):
        return True
    return line.startswith("@@ ") and line.count("@@") > 1 and following[:1] in {" ", "+", "-", ""}


class Hunks:
    """What a diff has from a line on, up to a line that cannot be part of it."""

    def __init__(self, lines: list[str], at: int, stop: int, path: str, *, bounded: bool) -> None:
        self.lines, self.at, self.stop, self.bounded = lines, at, stop, bounded
        """`bounded`: whether a fence says where it ends, so that odd lines are part of it."""
        self.path = path
        self.found: list[tuple[str, str, str]] = []
        """Path, what was, what shall be."""
        self.wrongs: list[Wrong] = []
        self._old: list[str] = []
        self._new: list[str] = []
        self._has_change = False
        self._read()

    def _read(self) -> None:
        in_hunk = self.bounded and not any(
            line.startswith(("@@", "--- ", "diff --git ")) for line in self.lines[self.at : self.stop]
        )
        room: list[int] | None = None
        """Lines of the old and the new text that the header of a hunk says are still to come."""
        while self.at < self.stop:
            line = self.lines[self.at]
            is_open = room is None or max(room) > 0
            is_header = line.startswith("--- ") and self._next().startswith("+++ ")
            if is_header and (self.bounded or not is_open or not room):
                self._end()
                self._name(line, self._next())
                self.at += 1
                in_hunk = False
            elif line.startswith("@@") and (match := _HUNK.match(line)):
                self._end()
                in_hunk = True
                room = [int(match[2] or 1), int(match[4] or 1)] if match[1] else None
            elif not in_hunk or line.startswith("diff --git "):
                self._end()
                in_hunk = False
                if not line.startswith(_GIT) and line.strip() and not self.bounded:
                    break
            elif line[:1] in {"+", "-", " "} or (not line and (self.bounded or (room and max(room) > 0))):
                if not self.bounded and room is not None and max(room) <= 0 and line[:1] == " ":
                    break
                self._take(line, room)
            elif line.startswith("\\"):
                pass  # "No newline at end of file": the document's own end is kept.
            elif self.bounded:
                self._take(" " + line, room)
            else:
                break
            self.at += 1
        self._end()

    def _next(self) -> str:
        return self.lines[self.at + 1] if self.at + 1 < self.stop else ""

    def _name(self, old: str, new: str) -> None:
        named = [match[1].strip() for pattern, line in ((_NEW, new), (_OLD, old)) if (match := pattern.match(line))]
        if named and named[0] == _NOWHERE:
            self.wrongs.append(Wrong("lost_code", "The diff deletes a file, which is not what was asked."))
        self.path = next((name for name in named if name != _NOWHERE), self.path)

    def _take(self, line: str, room: list[int] | None) -> None:
        sign, text = line[:1], line[1:]
        if sign != "+":
            self._old.append(text)
        if sign != "-":
            self._new.append(text)
        if room is not None:
            room[0] -= sign != "+"
            room[1] -= sign != "-"
        self._has_change |= sign in {"+", "-"}

    def _end(self) -> None:
        if self._has_change:
            while self._old and self._new and not self._old[-1] and not self._new[-1]:
                # The empty line before the end of a fence, or before the next hunk, belongs to neither.
                self._old.pop()
                self._new.pop()
            old, new = ("".join(f"{line}\n" for line in half) for half in (self._old, self._new))
            self.found.append((self.path, old, new))
        self._old, self._new, self._has_change = [], [], False
