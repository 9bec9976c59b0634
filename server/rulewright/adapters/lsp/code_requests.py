"""Requests about code: sent to the code host the moment they are read, answered with the JSON that it gives."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

from lsprotocol import types as t

from rulewright.adapters.lsp import rule_writing
from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.moment import early
from rulewright.adapters.lsp.wire import Ready
from rulewright.core import code_messages as ask
from rulewright.core.text import Position

Begin = Callable[[Any], ask.Question]
First = Callable[[Server, Any], Awaitable[Any]]
"""Answers where a place is about rules, else gives None."""


def register(server: Server) -> None:
    """Answer everything about code."""
    completion = t.CompletionOptions(
        trigger_characters=list(ask.TRIGGER_CHARACTERS),
        resolve_provider=True,
        completion_item=t.ServerCompletionItemOptions(label_details_support=True),
    )
    _answer(server, t.TEXT_DOCUMENT_COMPLETION, _complete, completion, rule_writing.complete, _joined)
    _answer(server, t.COMPLETION_ITEM_RESOLVE, lambda p: ask.ResolveItem(_plain(server, p)), None, rule_writing.resolve)
    _answer(server, t.TEXT_DOCUMENT_DEFINITION, _at(ask.Definition), None, rule_writing.definition)
    _answer(server, t.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, _at(ask.Highlight))
    _answer(server, t.TEXT_DOCUMENT_REFERENCES, _references, None, rule_writing.references)
    _answer(server, t.TEXT_DOCUMENT_DOCUMENT_SYMBOL, lambda p: ask.DocumentSymbols(p.text_document.uri))
    _answer(server, t.TEXT_DOCUMENT_FOLDING_RANGE, lambda p: ask.Folding(p.text_document.uri))
    _answer(server, t.TEXT_DOCUMENT_SELECTION_RANGE, _selection)
    _answer(server, t.WORKSPACE_SYMBOL, lambda p: ask.WorkspaceSymbols(p.query))
    _answer(server, t.TEXT_DOCUMENT_PREPARE_CALL_HIERARCHY, _at(ask.PrepareCalls))
    _answer(server, t.CALL_HIERARCHY_INCOMING_CALLS, lambda p: ask.Calls(_plain(server, p.item), incoming=True))
    _answer(server, t.CALL_HIERARCHY_OUTGOING_CALLS, lambda p: ask.Calls(_plain(server, p.item), incoming=False))


def _answer(
    server: Server,
    method: str,
    question: Begin,
    options: Any = None,
    first: First | None = None,
    then: "Callable[[Server, Any, Future[bytes] | None], Awaitable[Ready | None]] | None" = None,
) -> None:
    server.protocol.at_read[method] = lambda params: server.gateway.ask_code(question(params))

    async def answer(ls: Server, params: Any) -> Any:
        about_rules = await first(ls, params) if first is not None else None
        if about_rules is None:
            return await (answered(early()) if then is None else then(ls, params, early()))
        forget(early())
        return about_rules

    server.feature(method, options)(answer)


async def answered(asked: "Future[bytes] | None") -> Ready | None:
    """The answer to a question that was asked when its message was read.

    That there is nobody any more who could answer is said by `supervised.py`, once.
    """
    return Ready(await asyncio.wrap_future(asked)) if asked is not None else None


async def _joined(ls: Server, params: Any, asked: "Future[bytes] | None") -> Ready | None:
    return await ls.ghosts.join(params, asked)


def forget(asked: "Future[bytes] | None") -> None:
    """Nobody waits for the answer to a question that was asked when its message was read."""
    if asked is not None:
        asked.cancel()


def _plain(server: Server, value: Any) -> Any:
    return server.protocol.converter.unstructure(value)


def _position(position: t.Position) -> Position:
    return Position(position.line, position.character)


def _at(kind: Any) -> Begin:
    return lambda params: kind(params.text_document.uri, _position(params.position))


def _complete(params: t.CompletionParams) -> ask.Question:
    context = params.context
    uri, position = params.text_document.uri, _position(params.position)
    if context is None:
        return ask.Complete(uri, position)
    return ask.Complete(uri, position, context.trigger_kind.value, context.trigger_character or "")


def _references(params: t.ReferenceParams) -> ask.Question:
    uri, position = params.text_document.uri, _position(params.position)
    return ask.References(uri, position, params.context.include_declaration)


def _selection(params: t.SelectionRangeParams) -> ask.Question:
    return ask.Selection(params.text_document.uri, tuple(_position(p) for p in params.positions))
