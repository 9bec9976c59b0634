"""What a writer takes and gives: rules whose scope is spelled out, and files with the part of them that is ours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import msgspec

How = Literal["always", "globs", "description", "manual"]
Kind = Literal["scope", "lost", "left-out", "limit", "refused", "note"]
"""`scope`: the rule is about other files there than here; `lost`: another meaning got lost; `left-out`: the rule is not
written; `limit`: the tool may not read all of a file; `refused`: a file was left alone."""


class Scoped(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its scope in globs that hold no braces."""

    id: str
    path: str
    """The rule file, relative to the root."""
    folder: str
    """What the rule and its globs are about; empty for the whole project."""
    title: str
    description: str
    text: str
    """Ends with a line end."""
    how: How
    globs: tuple[str, ...] = ()
    """Canonical: `**/x` at any depth, `/x` in the folder itself, `a/b` from it."""
    excludes: tuple[str, ...] = ()
    remarks: tuple["Remark", ...] = ()


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody should know of an export or import."""

    kind: Kind
    message: str
    target: str = ""
    rule: str = ""
    """An id."""
    path: str = ""
    """The file that it is about, relative to the root."""


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a file that is ours."""

    path: str
    section: str
    rules: tuple[str, ...]
    """Ids of the rules that are in it."""
    keys: Mapping[str, Any] = {}
    """Front matter; a tuple is written as one text with commas."""
    is_shared: bool = False
    """Others may write in this file too, so it need not have been ours before."""


class Written(msgspec.Struct, frozen=True):
    """What a target makes of the rules."""

    outputs: tuple[Output, ...]
    remarks: tuple[Remark, ...]


class Limit(msgspec.Struct, frozen=True):
    """How much of a file a tool reads."""

    amount: int
    unit: Literal["characters", "bytes"]
    who: str
    """Who reads no more, as the subject of a sentence."""
    sums_folders: bool = False
    """Files of the folders above count with it."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that rules can be written for."""

    name: str
    title: str
    write: Callable[[Sequence[Scoped]], Written]
    owns: Callable[[str], bool]
    """Whether a path is one that this target may have written."""
    keys: tuple[str, ...] = ()
    """Keys of front matter that are ours in a file of ours; all others are their author's."""
    limit: Limit | None = None
    in_order: bool = False
    """Whether the rules stand in a text in the order of their precedence."""
