"""Records that may come by the thousand, as they go over the wire: msgspec is ten times faster with them."""

from typing import Any, TypeGuard

import msgspec


class Ready:
    """A result that is JSON already, made in another process or kept from before; it is sent as it is."""

    __slots__ = ("json",)

    def __init__(self, json: bytes) -> None:
        self.json = json


def is_record(value: object) -> TypeGuard[msgspec.Struct | list[msgspec.Struct]]:
    """Whether msgspec alone can encode this: a record or a list of records, which hold nothing of lsprotocol's."""
    kinds = set(map(type, value)) if isinstance(value, list) else {type(value)}
    return all(issubclass(kind, msgspec.Struct) for kind in kinds)


class Position(msgspec.Struct, frozen=True, gc=False):
    """In the client's units."""

    line: int
    character: int


class Range(msgspec.Struct, frozen=True, gc=False):
    """In the client's units."""

    start: Position
    end: Position


class CodeDescription(msgspec.Struct, frozen=True, gc=False):
    """Where to read about a rule."""

    href: str


class Diagnostic(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """One finding."""

    range: Range
    severity: int
    code: str
    source: str
    message: str
    code_description: CodeDescription | None = None
    data: dict[str, Any] | None = None


class PublishDiagnosticsParams(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """The findings of an open document."""

    uri: str
    diagnostics: list[Diagnostic]
    version: int | None = None


class FullReport(msgspec.Struct, frozen=True, gc=False, rename="camel", tag_field="kind", tag="full"):
    """The findings of a document that was asked for."""

    result_id: str
    items: list[Diagnostic]


class UnchangedReport(msgspec.Struct, frozen=True, gc=False, rename="camel", tag_field="kind", tag="unchanged"):
    """The client has them already."""

    result_id: str


class WorkspaceFullReport(msgspec.Struct, frozen=True, gc=False, rename="camel", tag_field="kind", tag="full"):
    """The findings of one file of the workspace."""

    uri: str
    version: int | None
    items: list[Diagnostic]
    result_id: str | None = None


class WorkspaceUnchangedReport(
    msgspec.Struct, frozen=True, gc=False, rename="camel", tag_field="kind", tag="unchanged"
):
    """The client has them already."""

    uri: str
    version: int | None
    result_id: str


WorkspaceReport = WorkspaceFullReport | WorkspaceUnchangedReport


class WorkspaceReports(msgspec.Struct, frozen=True, gc=False):
    """Reports of a workspace, or a part of them."""

    items: list[WorkspaceReport]


class Progress(msgspec.Struct, frozen=True, gc=False):
    """A part of a result, sent ahead."""

    token: int | str
    value: WorkspaceReports
