"""Laws of completion, on every fixture of a language and on texts that are broken in the middle."""

import random
from functools import cache
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.adapters.lsp.render_completion import render_completions
from rulewright.core.complete.context import context_at
from rulewright.core.complete.items import Candidate, ItemKind, Source
from rulewright.core.complete.nearby import nearby
from rulewright.core.complete.rank import matching, merged, ranked
from rulewright.core.complete.state import Client, CompletionState, Trigger
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.match import Matcher
from rulewright.core.index.splice import difference
from rulewright.core.languages import language_of
from rulewright.features.completion import LIMIT, Completions, complete
from tests.harness.code import MemoryWorkspace
from tests.harness.world_completion import CLIENT, accepted

FIXTURES = sorted(p for p in (Path(__file__).parents[1] / "languages" / "fixtures").iterdir() if p.is_file())
NAMES = [p.name for p in FIXTURES]
WHERE = st.floats(0, 1, allow_nan=False)


@cache
def text_of(name: str) -> str:
    return next(p for p in FIXTURES if p.name == name).read_text("utf-8")


def ask(name: str, text: str, at: int, trigger: Trigger = Trigger()) -> tuple[MemoryWorkspace, Completions]:  # noqa: B008
    """Completions at a character of a text that has just been typed."""
    workspace = MemoryWorkspace({name: text}, "utf-8", [name])
    place = workspace.buffers[name].position(len(text[:at].encode()), "utf-8")
    return workspace, complete(workspace, name, place, trigger, CompletionState(CLIENT))


@given(st.sampled_from(NAMES), WHERE, st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_an_answer_is_sound(name, where, is_cut, is_explicit):
    text = text_of(name)
    at = round(where * len(text))
    if is_cut:
        text = text[:at]
    workspace = MemoryWorkspace({name: text}, "utf-8", [name])
    buffer = workspace.buffers[name]
    byte = len(text[:at].encode())
    context = context_at(buffer, byte)
    state = CompletionState(CLIENT)
    if is_explicit:
        state.observe(name, buffer.source, context.start, byte)
    found = complete(workspace, name, buffer.position(byte, "utf-8"), Trigger(), state)

    assert context.start <= byte
    assert buffer.source[context.start : byte].decode("utf-8", "replace") == context.prefix
    assert len(found.items) <= LIMIT
    if context.place == "number":
        assert not found.items
    if context.place in {"comment", "string", "declare"}:
        assert all(item.kind == ItemKind.TEXT for item in found.items)
        assert not found.items or is_explicit or not context.prefix
    labels = [(i.label, i.is_snippet, i.source) for i in found.items]
    assert len(set(labels)) == len(labels)
    if context.prefix:
        matcher = Matcher(context.prefix)
        assert [i.label for i in found.items if matcher.score(i.filter or i.label) is None] == []
    for item in found.items[:5]:
        after = accepted(workspace, name, found, item).encode("utf-8", "surrogatepass")
        inserted = (item.insert or item.label).encode()
        # The import may have moved the word, never changed it.
        low, _, high = difference(buffer.source, after)
        assert inserted in after[max(0, min(low, context.start) - len(inserted)) : high + len(inserted)]
    decoded = msgspec.json.decode(render_completions(found, CLIENT))
    assert [i["sortText"] for i in decoded["items"]] == sorted(i["sortText"] for i in decoded["items"])


@pytest.mark.parametrize("name", NAMES)
def test_it_never_raises_wherever_the_cursor_is(name):
    text = text_of(name)
    chance = random.Random(name)
    workspace = MemoryWorkspace({name: text}, "utf-8", [name])
    buffer = workspace.buffers[name]
    state = CompletionState(CLIENT)
    for byte in sorted(chance.sample(range(len(buffer.source) + 1), min(60, len(buffer.source)))):
        complete(workspace, name, buffer.position(byte, "utf-8"), Trigger(), state)


@given(
    st.sampled_from([n for n in NAMES if language_of(n)]),
    st.lists(
        st.sampled_from(
            ["(", "{", '"', "'", "`", ".", "::", "->", "self.", "x", "/*", "#", "\n", "é", "名", "\ud800", "${"]
        )
    ),
)
@settings(max_examples=60, deadline=None)
def test_it_never_raises_on_broken_text(name, pieces):
    text = text_of(name)[:800] + "".join(pieces)
    workspace = MemoryWorkspace({name: text}, "utf-16", [name])
    buffer = workspace.buffers[name]
    for trigger in (Trigger(), Trigger("character", "."), Trigger("incomplete")):
        render_completions(
            complete(workspace, name, buffer.position(len(buffer.source), "utf-16"), trigger, CompletionState(CLIENT)),
            CLIENT,
        )


@given(st.sampled_from(NAMES), WHERE)
@settings(max_examples=60, deadline=None)
def test_a_complete_list_holds_what_more_letters_would_find(name, where):
    text = text_of(name)
    at = round(where * len(text))
    while at < len(text) and not text[at].isidentifier():
        at += 1
    if at + 1 >= len(text) or not text[at + 1].isalnum():
        return
    _, before = ask(name, text[: at + 1], at + 1)
    _, after = ask(name, text[: at + 2], at + 2)
    if before.is_incomplete or not before.items:
        return
    offered = {item.label for item in before.items}
    assert [i.label for i in after.items if i.label not in offered and i.kind != ItemKind.TEXT] == []


candidates = st.builds(
    Candidate,
    st.sampled_from(["alpha", "alphaBeta", "beta", "al", "Alpha", "alphabet", "gamma", "a_l"]),
    st.sampled_from([int(k) for k in (ItemKind.FUNCTION, ItemKind.CLASS, ItemKind.VARIABLE)]),
    st.sampled_from(list(Source)),
    st.integers(0, 3),
    module=st.sampled_from(["", "m", "n"]),
    import_from=st.sampled_from(["", "x.py", "y.py"]),
    is_private=st.booleans(),
)


@given(st.lists(candidates, max_size=25), st.randoms(use_true_random=False), st.sampled_from(["", "a", "al", "alB"]))
def test_the_order_of_the_input_never_shows(found, chance, prefix):
    source = b"beta = alpha(alphabet)\nal"
    buffer = Buffer("a.py", "python", source.decode())
    context = context_at(buffer, len(source))
    near = nearby(source, len(source) - 2, len(source), context.before, [])
    matcher = Matcher(prefix) if prefix else None
    shuffled = list(found)
    chance.shuffle(shuffled)
    one = ranked(matching(matcher, found), context, near, CompletionState())
    other = ranked(matching(matcher, shuffled), context, near, CompletionState())
    assert [r.candidate.name for r in one] == [r.candidate.name for r in other]
    assert [r.candidate.source for r in one] == [r.candidate.source for r in other]
    names = [(c.name, c.is_snippet) for c, _ in merged(matching(matcher, found)) if c.source != Source.WORKSPACE]
    assert len(names) == len(set(names))


@given(st.binary(max_size=60), st.binary(max_size=60))
def test_a_change_is_found_where_it_is(old, new):
    low, old_high, new_high = difference(old, new)
    assert old[:low] == new[:low]
    assert old[old_high:] == new[new_high:]
    assert low <= old_high
    assert low <= new_high


def test_a_client_without_snippets_gets_none():
    workspace = MemoryWorkspace({"a.py": "fo"}, "utf-8", ["a.py"])
    place = workspace.buffers["a.py"].position(2, "utf-8")
    assert any(i.is_snippet for i in complete(workspace, "a.py", place, Trigger(), CompletionState(CLIENT)).items)
    assert not any(i.is_snippet for i in complete(workspace, "a.py", place, Trigger(), CompletionState(Client())).items)
