"""Each question about code, asked of the gateway and rendered as the JSON that answers the client."""

from collections.abc import Generator
from functools import partial
from typing import Any, assert_never

import msgspec

from rulewright.adapters.lsp import render_navigation as render
from rulewright.adapters.lsp.render_completion import render_completions, render_resolved
from rulewright.adapters.lsp.render_navigation import NavigationClient, navigation_client
from rulewright.code_gateway import CodeGateway, trimmed
from rulewright.core import code_messages as ask
from rulewright.core.complete.state import Client, Trigger, client_of
from rulewright.core.infill.suggestion import Hole
from rulewright.core.retrieve.found import Context
from rulewright.core.retrieve.map import RepositoryMap

NOTHING = b"null"
NO_LIST = b"[]"

Answering = bytes | Generator[None, None, bytes]

_encode = msgspec.json.Encoder().encode


class Answers:
    """Answers for one client."""

    def __init__(self, capabilities: Any = None, name: str = "") -> None:
        self.navigation: NavigationClient = navigation_client(capabilities)
        self.completion: Client = client_of(capabilities, name)

    def answer(self, code: CodeGateway, question: ask.Question) -> Answering:  # noqa: C901, PLR0912 - a table
        """The answer as JSON; a generator where it may take long."""
        match question:
            case ask.Complete():
                trigger = Trigger(_TRIGGERS.get(question.trigger_kind, "invoked"), question.trigger_character)
                found = code.complete(question.uri, question.position, trigger, self.completion)
                return render_completions(found, self.completion)
            case ask.ResolveItem():
                item = question.item if isinstance(question.item, dict) else {}
                data = item.get("data")
                details = code.resolve_item(data if isinstance(data, list) else [])
                return render_resolved(item, details, self.completion)
            case ask.Hover():
                return render.hover(code.hover(question.uri, question.position), self.navigation)
            case ask.Definition():
                return self._definition(code, question)
            case ask.Highlight():
                return render.highlights(code.highlight(question.uri, question.position))
            case ask.References():
                return self._references(code, question)
            case ask.DocumentSymbols():
                return render.document_symbols(code.document_symbols(question.uri), question.uri, self.navigation)
            case ask.WorkspaceSymbols():
                return self._workspace_symbols(code, question.query)
            case ask.Folding():
                return render.folding(code.folding(question.uri, self.navigation.max_folds), self.navigation)
            case ask.Selection():
                chosen = code.selection(question.uri, question.positions)
                return render.selection(chosen) if chosen is not None else NOTHING
            case ask.PrepareCalls():
                return self._prepare_calls(code, question)
            case ask.Calls():
                return self._calls(code, question)
            case ask.ContextAt():
                return _context(code.context_at(question.uri, question.position, question.tokens, question.limit))
            case ask.HoleAt():
                return _hole(code.hole_at(question.uri, question.position, question.tokens, question.limit))
            case ask.BestAt():
                return _encode(code.best_at(question.uri, question.position))
            case ask.TrimAnswer():
                return _encode(trimmed(question))
            case ask.ContextFor():
                asked = question.question, question.tokens, question.focus, question.limit
                return _context(code.context_for(question.root, *asked))
            case ask.MapOf():
                return _map(code.repository_map(question.root, question.tokens, question.focus, question.below))
            case ask.Syntax():
                version, errors = code.syntax(question.uri)
                return _encode({"version": version, "errors": errors})
            case ask.Status():
                return _encode(code.status())
            case ask.Settled():
                return _settled(code)
            case _:
                assert_never(question)

    def _definition(self, code: CodeGateway, question: ask.Definition) -> bytes:
        found = code.definition(question.uri, question.position)
        if found is None:
            return NOTHING
        spot, destinations = found
        return render.definition(destinations, partial(code.uri, spot.workspace), self.navigation)

    def _references(self, code: CodeGateway, question: ask.References) -> Generator[None, None, bytes]:
        found = yield from code.references(question.uri, question.position, question.include_declaration)
        return render.references(found[1], partial(code.uri, found[0].workspace)) if found else NO_LIST

    def _workspace_symbols(self, code: CodeGateway, query: str) -> bytes:
        lists = [
            render.workspace_symbols(found, partial(code.uri, workspace), self.navigation)
            for workspace, found in code.workspace_symbols(query)
        ]
        return b"[%b]" % b",".join(one[1:-1] for one in lists if one != NO_LIST)

    def _prepare_calls(self, code: CodeGateway, question: ask.PrepareCalls) -> bytes:
        found = code.prepare_calls(question.uri, question.position)
        if found is None:
            return NOTHING
        return render.call_items(found[1], partial(code.uri, found[0].workspace), self.navigation)

    def _calls(self, code: CodeGateway, question: ask.Calls) -> Generator[None, None, bytes]:
        key = render.item_key(question.item)
        if key is None:
            return NOTHING
        uri = question.item.get("uri")
        asked = code.calls(uri if isinstance(uri, str) else "", key, incoming=question.incoming)
        workspace, found = yield from asked
        write = render.incoming if question.incoming else render.outgoing
        return write(found, partial(code.uri, workspace), self.navigation)


_TRIGGERS: dict[int, Any] = {1: "invoked", 2: "character", 3: "incomplete"}


def _context(found: Generator[None, None, Context]) -> Generator[None, None, bytes]:
    return _encode((yield from found))


def _hole(found: Generator[None, None, Hole]) -> Generator[None, None, bytes]:
    return _encode((yield from found))


def _map(drawn: Generator[None, None, RepositoryMap]) -> Generator[None, None, bytes]:
    return _encode((yield from drawn))


def _settled(code: CodeGateway) -> Generator[None, None, bytes]:
    yield from code.settle()
    return NOTHING
