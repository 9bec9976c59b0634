"""textDocument/hover: what the code host says of a name, and the rules that apply to its file."""

from collections.abc import Sequence
from typing import Any

import msgspec
from lsprotocol import types as t

from rulewright.adapters.lsp import rule_file, rule_writing
from rulewright.adapters.lsp.code_requests import answered, forget
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import MOMENT, early
from rulewright.adapters.lsp.wire import Ready
from rulewright.core import code_messages as ask
from rulewright.core.markdown import inline
from rulewright.core.rules.select import Applied
from rulewright.core.text import Position

MAX_RULES = 8
"""More than these are counted, not named: a hover is small."""


def register(server: Server) -> None:
    """Answer hovers."""
    server.protocol.at_read[t.TEXT_DOCUMENT_HOVER] = lambda params: server.gateway.ask_code(
        ask.Hover(params.text_document.uri, Position(params.position.line, params.position.character))
    )
    server.feature(t.TEXT_DOCUMENT_HOVER)(hover)


async def hover(ls: Server, params: t.HoverParams) -> Ready | dict[str, Any] | None:
    """Nothing where there is no name; a hover of rules alone would be in the way everywhere but in a rule file."""
    told = await rule_writing.hover(ls, params)
    if told is not None:
        forget(early())
        return told
    ready = await answered(early())
    if ready is None or ready.json == b"null":
        return await rule_file.hover(ls, params)
    applied = ls.gateway.rules_for(MOMENT.get().snapshot, params.text_document.uri)
    rules = [a for a in applied if a.rule.source != "default"]
    if not rules:
        return ready
    answer: dict[str, Any] = msgspec.json.decode(ready.json)
    contents = answer["contents"]
    contents["value"] += "\n\n" + rules_text(rules, markdown=contents["kind"] == "markdown")
    return answer


def rules_text(rules: Sequence[Applied], *, markdown: bool) -> str:
    """The rules in a line, each with why it applies."""
    code = inline if markdown else str
    names = [f"{code(a.rule.id)} ({code(a.reason)})" for a in rules[:MAX_RULES]]
    more = f" and {len(rules) - MAX_RULES} more" if len(rules) > MAX_RULES else ""
    head = "**Rules**" if markdown else "Rules"
    return f"{'---' + chr(10) if markdown else ''}{head}: {', '.join(names)}{more}"
