"""Which lines of a project's files are new, read from what git prints. Asking git is left to `services.git`."""

import re
from collections.abc import Iterator, Mapping

import msgspec

from rulewright.core.findings import Finding

Lines = tuple[tuple[int, int], ...]
"""Zero-based ranges of lines, the end not included. An empty range is a place where lines were taken out.

Lines end at a line feed, as they do for git.
"""

_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(rb'\\([abtnvfr"\\]|[0-7]{3})')
_ESCAPED = {
    b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r", b'"': b'"', b"\\": b"\\",
}  # fmt: skip


class Changes(msgspec.Struct, frozen=True):
    """The files that differ from a revision; paths relative to the root, with forward slashes."""

    files: Mapping[str, Lines | None] = {}
    """For each its changed lines; None where all of it counts as new."""

    def touch(self, finding: Finding, content: str) -> bool:
        """Whether a finding of `content` covers a changed line, or a place where lines were taken out."""
        ranges = self.files.get(finding.path, ())
        if ranges is None:
            return True
        if not ranges:
            return False
        first = content.count("\n", 0, finding.start)
        last = first + content.count("\n", finding.start, max(finding.start, finding.end - 1))
        return any(start <= last and first < end if start < end else first < start <= last for start, end in ranges)


def read_changes(numstat: bytes, patch: bytes, untracked: bytes) -> Changes:
    """The changes, from `git diff --numstat -z`, the patch without context and `git ls-files --others -z`."""
    files: dict[str, Lines | None] = dict(_numstat(numstat))
    files.update(read_patch(patch))
    files.update(dict.fromkeys(_names(untracked)))
    return Changes(files)


def _numstat(output: bytes) -> Iterator[tuple[str, Lines | None]]:
    """Each file; what git takes for binary has no lines that it would tell, so all of it counts as new."""
    fields = iter(output.split(b"\0"))
    for field in fields:
        added, _, rest = field.partition(b"\t")
        _, tab, name = rest.partition(b"\t")
        if not tab:
            continue
        if not name:
            # A renamed file: the old name and the new one follow.
            next(fields)
            name = next(fields)
        yield _text(name), None if added == b"-" else ()


def read_patch(patch: bytes) -> dict[str, Lines]:
    """The changed lines of each file in a patch without context (`--unified=0`), whose new names start with `b/`.

    Lines of the files themselves may look like headers, so they are counted and passed over.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    ranges: list[tuple[int, int]] = []
    lines = iter(patch.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            name = _name(line[4:])
            ranges = found.setdefault(name, []) if name else []
        elif hunk := _HUNK.match(line):
            n_old, start, n_new = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            # Where nothing is added, git names the line before the place.
            ranges.append((start - 1, start - 1 + n_new) if n_new else (start, start))
            for _ in range(n_old + n_new):
                if next(lines, b"").startswith(b"\\"):
                    # "No newline at end of file" is not one of the lines that were announced.
                    next(lines, b"")
    return {name: tuple(ranges) for name, ranges in found.items()}


def _name(written: bytes) -> str:
    """A path as a patch writes it: quoted where it is unusual, with a tab behind it where it has spaces."""
    if written.startswith(b'"'):
        written = _ESCAPE.sub(_unescaped, written[1 : written.rindex(b'"')])
    else:
        written = written.removesuffix(b"\t")
    return _text(written[2:]) if written.startswith(b"b/") else ""


def _unescaped(escape: re.Match[bytes]) -> bytes:
    return _ESCAPED.get(escape[1]) or bytes([int(escape[1], 8)])


def _names(output: bytes) -> Iterator[str]:
    return (_text(name) for name in output.split(b"\0") if name)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
