"""What is worth saying about a glob: spellings that mean something else than they seem to, and better ones.

A glob with a remark still means what our dialect says; only an `error` refuses it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from rulewright.core.rules.glob_syntax import (
    MAX_FORMS,
    MAX_LENGTH,
    NOTHING,
    Segment,
    TooManyForms,
    brace_roles,
    class_end,
    expand,
    read_forms,
)

_STARS = re.compile(r"\*\*+")
_GROUP = re.compile(r"[@*+?!]\(([^()]*)\)|\(([^()]*\|[^()]*)\)")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_ESCAPED_LETTER = re.compile(r"\\[A-Za-z0-9_]")
_ESCAPED_STAR = re.compile(r"\\\*")
_QUOTED = re.compile(r"""\[?\s*(["'`])(?P<inside>.+?)\1.*""", re.DOTALL)
_ONE_ALTERNATIVE = re.compile(r"(?<!\$)\{([^{},]*)\}")
_ROUTE = re.compile(r"(?:(?<=/)|\A)\[((?:\.\.\.)?[A-Za-z]{2,})\](?=[./]|\Z)")
_PLAIN = re.compile(r"(?:\*\*/|[\w-][\w.-]*/)*(?:\*\*|\*|(?:\*\.)?[\w-][\w.-]*)")
"""Globs such as most people write, of which nothing is to be said; to find that out takes a hundred times as long."""
_HERE = re.compile(r"\A(?:\./)+")
_GLOB_LIKE = re.compile(r"[*./]")


class GlobProblem(msgspec.Struct, frozen=True):
    """One remark about a glob. An `error` means that the glob is refused and matches nothing."""

    code: str
    severity: Literal["hint", "warning", "error"]
    message: str
    """What happened, what we did, what helps."""
    suggestion: str | None = None
    """A better glob, which is never a refused one; several have commas between them."""


def refusal(glob: str) -> GlobProblem | None:
    """Why `glob` is not compiled at all; None when it is."""
    if len(glob) > MAX_LENGTH:
        return GlobProblem(
            "glob-too-long",
            "error",
            f"The glob has {len(glob)} characters, more than {MAX_LENGTH}; it matches nothing. "
            "Write several shorter globs.",
        )
    try:
        expand(glob)
    except TooManyForms:
        return GlobProblem(
            "glob-too-many",
            "error",
            f"The braces of the glob stand for more than {MAX_FORMS} globs, or for very long ones; "
            "it matches nothing. Use `*`, or write several globs.",
        )
    return None


def remarks(glob: str) -> tuple[GlobProblem, ...]:
    """What is doubtful about a glob that was not refused, given without its `!`."""
    if _PLAIN.fullmatch(glob):
        return ()
    spoilt = _empty(glob) or _quotes(glob)
    if spoilt:
        return (spoilt,)
    return tuple(found for find in _FINDERS if (found := find(glob)))


def mask(glob: str) -> str:
    """`glob` with escaped characters and character classes painted over by as many `x`."""
    masked = list(glob)
    i = 0
    while i < len(glob):
        stop = i + 2 if glob[i] == "\\" else class_end(glob, i) if glob[i] == "[" else 0
        stop = max(min(stop, len(glob)), i + 1)
        if stop > i + 1:
            masked[i:stop] = "x" * (stop - i)
        i = stop
    return "".join(masked)


def _empty(glob: str) -> GlobProblem | None:
    if glob.strip() and read_forms(glob):
        return None
    return GlobProblem("glob-empty", "warning", "The glob is empty; it matches nothing. Write `**` for all files.")


def _quotes(glob: str) -> GlobProblem | None:
    found = _QUOTED.fullmatch(glob)
    if found is None:
        return None
    return GlobProblem(
        "glob-quotes",
        "warning",
        "The quotes are taken for a part of the name. Write the glob without them, or quote the whole value.",
        found["inside"],
    )


def _spaces(glob: str) -> GlobProblem | None:
    parts = glob.split()
    if len(parts) == 1 or any(char in glob for char in "{[\\") or not all(_GLOB_LIKE.search(part) for part in parts):
        return None
    return GlobProblem(
        "glob-spaces",
        "warning",
        "A space is a part of the name and does not separate globs. Put commas between them.",
        ", ".join(parts),
    )


def _leading_slash(glob: str) -> GlobProblem | None:
    if not glob.startswith("/"):
        return None
    # Without its slash inside, the glob would match at any depth: `./` keeps it at the root.
    rest = glob.lstrip("/") or "**"
    better = (each for each in (rest, "./" + rest) if refusal(each) is None)
    return GlobProblem(
        "glob-leading-slash",
        "hint",
        "The leading `/` is taken for the root that the globs belong to. Other tools take it for the root of "
        "the disk and match nothing. Leave it out.",
        next((each for each in better if _means(each) == _means(glob)), None),
    )


def _means(glob: str) -> list[tuple[Segment, ...]]:
    return [form.segments for form in read_forms(glob)]


def _backslash(glob: str) -> GlobProblem | None:
    if not (_DRIVE.match(glob) or _ESCAPED_LETTER.search(glob) or _ESCAPED_STAR.search(glob)):
        return None
    separates = _ESCAPED_LETTER.search(glob) and "/" not in glob and not _DRIVE.match(glob)
    return GlobProblem(
        "glob-backslash",
        "hint",
        r"A `\` takes the meaning from the next character; it does not separate folders. "
        "Write `/` between folders, and start at the root of the project.",
        re.sub(r"\\+", "/", glob) if separates else None,
    )


def _dots(glob: str) -> GlobProblem | None:
    if not any(name in (".", "..") for form in expand(glob) for name in _HERE.sub("", form).split("/")):
        return None
    return GlobProblem(
        "glob-dots",
        "warning",
        "No path that is compared has `.` or `..` in it, so this matches nothing. "
        "Write the glob from the root that it belongs to.",
    )


def _glued_stars(glob: str) -> GlobProblem | None:
    if not _has_glued_stars(glob):
        return None
    masked = mask(glob)
    pieces: list[str] = []
    end = 0
    for run in _STARS.finditer(masked):
        starts = run.start() == 0 or masked[run.start() - 1] in "/{,"
        stops = run.end() == len(masked) or masked[run.end()] in "/},"
        whole = starts and stops and len(run[0]) == len("**")
        pieces += glob[end : run.start()], "**" if whole else "**/*" if starts and not stops else "*"
        end = run.end()
    better = "".join(pieces) + glob[end:]
    return GlobProblem(
        "glob-glued-stars",
        "warning",
        "`**` crosses folders only when it stands alone between slashes; here it is read as `*`. "
        "Write `**/` for any number of folders.",
        None if refusal(better) or _has_glued_stars(better) else better,
    )


def _has_glued_stars(glob: str) -> bool:
    names = (name for form in expand(glob) for name in mask(form).split("/"))
    return any("**" in name and name != "**" for name in names)


def _group(glob: str) -> GlobProblem | None:
    found = _GROUP.search(mask(glob))
    if found is None:
        return None
    number = 1 if found[1] is not None else 2
    choices = glob[found.start(number) : found.end(number)].split("|")
    simple = found[0][0] in "@(" and len(choices) > 1 and not any("," in choice for choice in choices)
    better = f"{glob[: found.start()]}{{{','.join(choices)}}}{glob[found.end() :]}"
    return GlobProblem(
        "glob-group",
        "warning",
        f"`{glob[found.start() : found.end()]}` is read letter by letter, as parentheses mean nothing here. "
        "Write the choices in braces: `{a,b}`.",
        better if simple and refusal(better) is None else None,
    )


def _one_alternative(glob: str) -> GlobProblem | None:
    roles = brace_roles(glob)
    found = next((each for each in _ONE_ALTERNATIVE.finditer(mask(glob)) if each.start() not in roles), None)
    if found is None:
        return None
    return GlobProblem(
        "glob-one-brace",
        "warning",
        f"`{glob[found.start() : found.end()]}` offers no choice, so its braces are taken for a part of the "
        "name. Leave them out.",
        glob[: found.start()] + glob[found.start(1) : found.end(1)] + glob[found.end() :],
    )


def _unclosed(glob: str) -> GlobProblem | None:
    masked = mask(glob)
    surplus = masked.count("{") - masked.count("}")
    char = "[" if "[" in masked else "{" if surplus > 0 else "}" if surplus else ""
    if not char:
        return None
    return GlobProblem(
        "glob-unclosed",
        "warning",
        f"A `{char}` without its partner is taken for a part of the name. Add it or write `\\{char}`.",
    )


def _backward_range(glob: str) -> GlobProblem | None:
    if not any(atom is NOTHING for form in read_forms(glob) for segment in form.segments for atom in segment):
        return None
    return GlobProblem(
        "glob-backward-range",
        "warning",
        "A range in brackets runs backwards, so it matches nothing. Put its lower end first.",
    )


def _route(glob: str) -> GlobProblem | None:
    found = _ROUTE.search(glob)
    if found is None or len(set(found[1].lower())) == 1:
        return None
    return GlobProblem(
        "glob-route",
        "hint",
        rf"`{found[0]}` matches one of these characters. For a name in brackets write `\[{found[1]}\]`.",
        _ROUTE.sub(r"\\[\1\\]", glob),
    )


_FINDERS: Final[Iterable[Callable[[str], GlobProblem | None]]] = (
    _spaces,
    _leading_slash,
    _backslash,
    _dots,
    _glued_stars,
    _group,
    _one_alternative,
    _unclosed,
    _backward_range,
    _route,
)
