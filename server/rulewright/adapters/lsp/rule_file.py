"""Verdicts where people look: lines above the text (code lenses), hovers in rule files, and requests of our own.

A lens above code counts the rules that apply to it; one above a rule file says what the rule touches and costs, when it
applied last and how often it fired.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from lsprotocol import types as t

from rulewright.adapters.lsp.commands import uri_of
from rulewright.adapters.lsp.language_server import Server
from rulewright.core.markdown import inline
from rulewright.features.explain import Explanation
from rulewright.features.rule_file import RuleFile

WHY = "rulewright/why"
RULE_FILE = "rulewright/ruleFile"
SHOW_WHY = "rulewright.showWhy"
SHOW_RULE_FILE = "rulewright.showRuleFile"
MAX_SHOWN = 20
"""Lines of a message, and files in a hover."""


def register(server: Server) -> None:
    """Answer lenses and our own requests."""
    server.feature(t.TEXT_DOCUMENT_CODE_LENS)(code_lens)
    server.feature(WHY)(why)
    server.feature(RULE_FILE)(about_rule_file)
    server.command(SHOW_WHY)(show_why)
    server.command(SHOW_RULE_FILE)(show_rule_file)


async def code_lens(ls: Server, params: t.CodeLensParams) -> list[t.CodeLens]:
    """One line above the text, or none."""
    uri = params.text_document.uri
    snapshot = await ls.snapshot()
    if uri not in snapshot.documents:
        return []
    found = await ls.gateway.rule_file(snapshot, uri)
    if found is not None:
        return [_lens(title_of(found), SHOW_RULE_FILE, uri)]
    if not ls.gateway.shows_lens(snapshot, uri):
        return []
    explanation = await ls.gateway.explain(snapshot, uri)
    title = title_of_file(explanation) if explanation is not None else ""
    return [_lens(title, SHOW_WHY, uri)] if title else []


def _lens(title: str, command: str, uri: str) -> t.CodeLens:
    top = t.Range(t.Position(0, 0), t.Position(0, 0))
    return t.CodeLens(top, t.Command(title, command, arguments=[uri]))


async def why(ls: Server, params: Any) -> Explanation | None:
    """Every rule's verdict for a file."""
    return await ls.gateway.explain(await ls.snapshot(), _uri(params))


async def about_rule_file(ls: Server, params: Any) -> RuleFile | None:
    """What a rule file touches, costs and does."""
    return await ls.gateway.rule_file(await ls.snapshot(), _uri(params))


async def hover(ls: Server, params: t.HoverParams) -> dict[str, Any] | None:
    """What a rule file does, on the lines of its front matter; nothing anywhere else."""
    snapshot = await ls.snapshot()
    document = snapshot.documents.get(params.text_document.uri)
    if document is None or not _is_front_matter(document.text.content, params.position.line):
        return None
    found = await ls.gateway.rule_file(snapshot, params.text_document.uri)
    if found is None:
        return None
    is_markdown = ls.client.markdown_hover
    text = "\n".join(hover_lines(found, markdown=is_markdown))
    return {"contents": {"kind": "markdown" if is_markdown else "plaintext", "value": text}}


def _is_front_matter(content: str, line: int) -> bool:
    lines = content.split("\n", line + 1)
    if line >= len(lines) or lines[0].rstrip() != "---":
        return False
    return not any(above.rstrip() == "---" for above in lines[1:line])


async def show_why(ls: Server, arguments: Sequence[Any]) -> None:
    """Show the verdicts for a file: the one named, else the one worked on last."""
    uri = uri_of(arguments) or ls.recent_uri
    found = await ls.gateway.explain(await ls.snapshot(), uri) if uri else None
    if found is None:
        ls.show("Open a file of a project first, then ask why its rules apply.", t.MessageType.Info)
        return
    lines = [f"{v.verdict.replace('_', ' ')} {v.id}: {v.reason}" for v in found.rules if v.verdict != "not_applied"]
    _tell(ls, [f"{found.path}: {title_of_file(found) or 'no rule applies'}", *lines])


async def show_rule_file(ls: Server, arguments: Sequence[Any]) -> None:
    """Show what a rule file touches."""
    uri = uri_of(arguments) or ls.recent_uri
    found = await ls.gateway.rule_file(await ls.snapshot(), uri) if uri else None
    if found is None:
        ls.show("Open a rule file first, then ask what it touches.", t.MessageType.Info)
        return
    _tell(ls, [f"{found.id}: {title_of(found)}", *found.listed])


def _tell(ls: Server, lines: Sequence[str]) -> None:
    more = [f"and {len(lines) - MAX_SHOWN} more"] if len(lines) > MAX_SHOWN else []
    text = "\n".join([*lines[:MAX_SHOWN], *more])
    ls.window_show_message(t.ShowMessageParams(type=t.MessageType.Info, message=text))


def title_of_file(explanation: Explanation) -> str:
    """The line above code; empty where no rule but a default one applies."""
    counted = [v for v in explanation.rules if v.verdict in {"applied", "dropped"} and v.source != "default"]
    if not counted:
        return ""
    n_dropped = sum(1 for v in counted if v.verdict == "dropped")
    dropped = f", {n_dropped} without room in a prompt" if n_dropped else ""
    return f"{_number(len(counted), 'rule')} · {_number(explanation.tokens, 'token')}{dropped}"


def title_of(found: RuleFile) -> str:
    """The line above a rule file."""
    state = {"active": "", "disabled": "switched off · ", "rejected": "broken, the last good version counts · "}
    touches = f"touches {_number(found.files, 'file')}"
    use = "has not applied yet" if not found.applied_at else f"applied {_when(found.applied_at)}"
    times = f" · fired {_number(found.fired, 'time')}" if found.checks else ""
    return f"{state.get(found.status, '')}{touches} · {_number(found.tokens, 'token')} · {use}{times}"


def hover_lines(found: RuleFile, *, markdown: bool) -> Iterable[str]:
    """The same at length, with the first files."""
    code = inline if markdown else str
    yield f"{'**' + inline(found.id) + '**' if markdown else found.id}: {title_of(found)}"
    yield ""
    bullet = "- " if markdown else "  "
    yield from (f"{bullet}{code(path)}" for path in found.listed[:MAX_SHOWN])
    if found.files > MAX_SHOWN:
        yield f"{bullet}and {found.files - MAX_SHOWN:,} more"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _when(iso: str) -> str:
    # 2026-11-22T10:32:05+01:00
    return f"{iso[:10]} {iso[11:16]}"


def _uri(params: Any) -> str:
    uri = params.get("uri") if isinstance(params, dict) else getattr(params, "uri", None)
    return uri if isinstance(uri, str) else ""
