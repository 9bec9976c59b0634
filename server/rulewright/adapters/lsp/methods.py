"""What the server adds to the protocol: the source of the manual's page, and of what is announced to clients."""

from typing import Literal

import msgspec

VERSION = 1
"""Announced as `experimental.rulewright.version`. It grows when something here changes or goes, not when something is
added: who knows version 1 can ask for whatever was in it."""

Kind = Literal["request", "notification", "command"]


class Method(msgspec.Struct, frozen=True):
    """One request, one notification or one command of `workspace/executeCommand`, all from the client to the server."""

    name: str
    kind: Kind
    parameters: str
    answer: str
    schema: str = ""
    """Of the answer, in docs/schemas."""


METHODS: tuple[Method, ...] = (
    Method(
        "rulewright/settled",
        "request",
        "none",
        "`null`, when all work that earlier messages caused is done, the index included: for tests and scripts",
    ),
    Method(
        "rulewright/status",
        "request",
        "none",
        "the server, the client, each project's rules, the index, and what is to be done about what is wrong",
        "status",
    ),
    Method(
        "rulewright/why",
        "request",
        '`{"uri": "..."}`; the file need not exist yet',
        "every rule's verdict for a file; `null` outside of every project",
        "why",
    ),
    Method(
        "rulewright/ruleFile",
        "request",
        '`{"uri": "..."}` of a rule file',
        "the files that the rule touches, what it costs, when it applied and fired; `null` for any other file",
        "rule-file",
    ),
    Method(
        "rulewright/sessions/list",
        "request",
        '`{"uri": "..."}` of a document of the project; `"archived": true` or `null` for all; `"everywhere": true`',
        "the conversations, what changed last first; see docs/sessions.md",
    ),
    Method(
        "rulewright/sessions/open",
        "request",
        '`{"session": "..."}`, an id or its beginning; with `"from"`, the number of a message from 0 or its id, those '
        'from there on, else the last ones; `"limit"` at most',
        "the conversation with messages of 8 MB together; `earlier` counts those before them, and `next`, unless it is "
        "`null`, is the `from` of those after them; from now on `rulewright/sessionEvent` tells what happens in it",
    ),
    Method("rulewright/sessions/close", "request", '`{"session": "..."}`', "`null`; it is told of no more"),
    Method(
        "rulewright/sessions/append",
        "request",
        '`{"session": "...", "text": "...", "uri": "..."}`; without `"session"` one begins, about the project of that',
        "the conversation and the message, with the rules that apply to that document; nothing is sent to a model",
    ),
    Method("rulewright/sessions/rename", "request", '`{"session": "...", "title": "..."}`', "the conversation"),
    Method("rulewright/sessions/archive", "request", '`{"session": "...", "archived": true}`, or `false`', "as above"),
    Method(
        "rulewright/sessions/fork",
        "request",
        '`{"session": "..."}`; with `"message"`, up to that one',
        "the new conversation",
    ),
    Method("rulewright/sessions/delete", "request", '`{"session": "..."}`', "what it was; it is gone for good"),
    Method("rulewright/sessions/search", "request", '`{"query": "..."}`', "messages with all of the words, best first"),
    Method(
        "rulewright/workspaceTrusted",
        "notification",
        '`{"trusted": true}`, or `false`',
        "none; the editor's user trusts the workspace now, so that its settings and templates count as after "
        "`rulewright trust`. At the start the initialization option `workspaceTrusted` says so",
    ),
    Method(
        "rulewright.chat",
        "command",
        '`["a question"]`, or `[{"text": "...", "session": "...", "uri": "...", "range": {...}, "model": "..."}]`; '
        '`"regenerate": true` answers the last question again, `"edit": "<message>"` asks it otherwise in a fork',
        "the last event, `done` or `failed`; each event comes as a notification `rulewright/chat`, see docs/chat.md. "
        "Cancelling the request, or its progress, stops the answer",
    ),
    Method("rulewright.chat.stop", "command", "none, or a conversation or document", "those whose answer was stopped"),
    Method(
        "rulewright.chat.send",
        "command",
        "none, or the URI of a chat document (`*.chat.md`); else the one worked on last",
        "`null`, at once; the answer is written into the document by `workspace/applyEdit`",
    ),
    Method("rulewright.chat.new", "command", "none", "the URI of a new chat document, which is shown"),
    Method(
        "rulewright.receipt",
        "command",
        'none for the last call of a model, or `["<interaction>"]`',
        "the receipt as markdown; `rulewright:/receipts/<interaction>.md` is the same as a document "
        "(`workspace/textDocumentContent`)",
    ),
    Method(
        "rulewright.ai",
        "command",
        '`[{"kind": "fix", "uri": "...", "range": {...}}]`, also `fix_all` (with `"code"`, a rule), `refactor` (with '
        '`"instruction"`), `follow_rules`, `document`, `test`, `explain`, `review`; `"diagnostics"` are what is to go, '
        '`"version"` names the one version of the document that may be changed, `"model"` the model',
        "whether it was `applied`, else `why` not, what is wrong (`wrongs`) and the URI of a `page` that shows it; "
        "the edit comes by `workspace/applyEdit` once it is verified, see docs/ai-edits.md. Cancelling the request, or "
        "its progress, stops the model",
    ),
    Method("rulewright.ai.stop", "command", "none", "how many such commands were stopped"),
    Method("rulewright.snooze", "command", "none, or minutes", "the minutes in which nothing is suggested unasked"),
    Method("rulewright.wake", "command", "none", "`null`; ends the snooze"),
    Method(
        "rulewright.whyNoSuggestion",
        "command",
        '`["<uri>"]`; none means the document worked on last',
        "what came of the last request for ghost text there, and why nothing was suggested; said in a message too",
    ),
    Method(
        "rulewright.why",
        "command",
        '`[{"uri": "..."}]` or `["..."]`; none means the document worked on last',
        "every rule's verdict for a file",
        "why",
    ),
    Method(
        "rulewright.showWhy",
        "command",
        "as `rulewright.why`",
        "`null`; shows the verdicts in a message: what the line above a file's text does",
    ),
    Method(
        "rulewright.showRuleFile",
        "command",
        "as `rulewright.why`, of a rule file",
        "`null`; shows the files that a rule touches in a message: what the line above a rule file's text does",
    ),
    Method("rulewright.reload", "command", "none", "`null`; reads all rules and settings again"),
    Method(
        "rulewright.pauseIndex",
        "command",
        "none",
        "`null`; stops indexing; cancelling the progress that is shown does that too",
    ),
    Method("rulewright.resumeIndex", "command", "none", "`null`; goes on indexing"),
    Method("rulewright.indexStatus", "command", "none", "for each workspace, what the index holds and how far it is"),
    Method(
        "rulewright.disableRule",
        "command",
        '`["no-eval"]`, `[{"rule": "no-eval"}]`, `[{"source": "default"}]` or `[{"all": true}]`; with `"uri"`, in the '
        "project of that document only",
        "sentences about what it did; switches off in this workspace and for this user, see docs/rules-history.md",
    ),
    Method("rulewright.enableRule", "command", "the same", "the same; switches on again what was switched off so"),
    Method(
        "rulewright.newRuleFromCode",
        "command",
        '`[{"uri": "...", "range": {...}}]`; with `"version"`, only of that version of the document',
        "the `id` and `uri` of a rule file that the client makes; `null`, and a message, where that cannot be",
    ),
    Method(
        "rulewright.applyFix",
        "command",
        "what a code action carries",
        "`null`; makes a fix through `workspace/applyEdit`, for clients without code action literals",
    ),
)
