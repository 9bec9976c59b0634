"""What models may do with code: offers in the list of code actions, which cost nothing, and the command behind them.

The list comes at once and no model is asked for it. What is chosen runs as a command, whose edit arrives by
`workspace/applyEdit`. What it needs is imported with the first of them.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from rulewright.adapters.lsp.language_server import Server
from rulewright.core.findings import Finding
from rulewright.core.snapshot import Document
from rulewright.core.text import Range
from rulewright.features.code_action import QUICK_FIX, wanted

if TYPE_CHECKING:
    from rulewright.adapters.lsp.ai_room import AiRoom

RUN = "rulewright.ai"
STOP = "rulewright.ai.stop"
REWRITE = "refactor.rewrite.ai"
EXPLAIN = "refactor.explain.ai"
MAX_FIXES = 5
SHOWN = 70
"""Characters of a message in a title."""
MAX_LINE = 1_000
"""Characters of a line that may hold an instruction."""
_ASKED = re.compile(r"(?:#|//|--|;|%|/\*|<!--)[ \t]*+(?:ai|AI)[ \t]*+[:!][ \t]*+(?P<what>\S.*)")
"""An instruction that its user wrote into the code; the sign that ends its comment may follow."""


def register(server: Server) -> None:
    """Offer the commands."""
    made: list[AiRoom] = []

    async def room() -> "AiRoom":
        if not made:
            kind = await asyncio.to_thread(_load)
            if not made:
                made.append(kind(server))
        return made[0]

    async def run(_: Server, arguments: Sequence[Any]) -> Any:
        return await (await room()).run(arguments)

    async def stop(_: Server, __: Sequence[Any]) -> int:
        return made[0].stop() if made else 0

    server.command(RUN)(run)
    server.command(STOP)(stop)


def offers(
    ls: Server, document: Document, where: Range, params: t.CodeActionParams, only: Sequence[str]
) -> list[t.CodeAction | t.Command]:
    """What models could do at a range; nothing where none is set up, or the client makes no edits."""
    if not (ls.client.applies_edits and ls.gateway.answers):
        return []
    made = []
    base = {"uri": document.uri, "version": document.version}
    plain = ls.protocol.converter.unstructure
    at = {**base, "range": plain(params.range)}
    if wanted(QUICK_FIX, only):
        codes = set()
        for diagnostic in params.context.diagnostics[:MAX_FIXES]:
            order = {**base, "kind": "fix", "range": plain(diagnostic.range), "diagnostics": [plain(diagnostic)]}
            made.append(_offer(ls, f"AI fix: {_short(diagnostic.message)}", QUICK_FIX, order, diagnostic))
            if isinstance(diagnostic.code, str) and diagnostic.source == "rulewright" and diagnostic.code not in codes:
                codes.add(diagnostic.code)
                order = {**base, "kind": "fix_all", "range": plain(diagnostic.range), "code": diagnostic.code}
                made.append(_offer(ls, f"AI fix all of `{diagnostic.code}` in this file", QUICK_FIX, order, diagnostic))
    asked = _instruction(document, where)
    if asked and wanted(REWRITE, only):
        order = {**at, "kind": "refactor", "instruction": asked}
        made.append(_offer(ls, f"AI: {_short(asked)}", REWRITE, order))
    automatic = params.context.trigger_kind == t.CodeActionTriggerKind.Automatic
    if automatic and where.start == where.end and not only:
        # Nobody asked, and nothing is chosen: whoever wants more opens the list.
        return made
    if wanted(REWRITE, only):
        made += [_offer(ls, title, REWRITE, {**at, "kind": kind}) for kind, title in _REWRITES]
    if wanted(EXPLAIN, only):
        made.append(_offer(ls, "AI: explain this", EXPLAIN, {**at, "kind": "explain"}))
        made.append(_offer(ls, "AI: review what changed in this file", EXPLAIN, {**at, "kind": "review"}))
    return made


_REWRITES = (
    ("follow_rules", "AI: make this follow the rules"),
    ("document", "AI: write docs for this"),
    ("test", "AI: write tests for this"),
)


def _offer(
    ls: Server, title: str, kind: str, order: dict[str, Any], diagnostic: t.Diagnostic | None = None
) -> t.CodeAction | t.Command:
    command = t.Command(title=title, command=RUN, arguments=[order])
    if not ls.client.literal_actions:
        return command
    return t.CodeAction(title=title, kind=kind, command=command, diagnostics=[diagnostic] if diagnostic else None)


def _short(text: str) -> str:
    line = " ".join(text.split("\n", maxsplit=1)[0].split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _instruction(document: Document, where: Range) -> str:
    lines = document.text.lines
    for number in range(where.start.line, min(where.end.line, where.start.line + SHOWN) + 1):
        if number < len(lines) and len(lines[number]) <= MAX_LINE and (found := _ASKED.search(lines[number])):
            return found["what"].rstrip().removesuffix("*/").removesuffix("-->").rstrip()
    return ""


def same_rule(findings: Sequence[Finding], code: str) -> tuple[Finding, ...]:
    """The findings of one rule."""
    return tuple(one for one in findings if one.rule_id == code)


def _load() -> "type[AiRoom]":
    from rulewright.adapters.lsp.ai_room import AiRoom  # noqa: PLC0415 - few sessions ask for it

    return AiRoom
