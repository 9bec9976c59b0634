"""Laws of prompts: the budget, what becomes of each rule, the marks, chunks, templates."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.index.analyse import analyse
from rulewright.core.index.symbols import Symbol, SymbolKind
from rulewright.core.languages import language_of
from rulewright.core.prompt.build import Request, build, mark_for
from rulewright.core.prompt.chunks import Way, chunks_of, way_of
from rulewright.core.prompt.excerpt import Source
from rulewright.core.prompt.fit import NOTE_TOKENS, drops, fit, note_of
from rulewright.core.prompt.guide import gather, guide_of, prioritise, without_twins
from rulewright.core.prompt.records import Prompt
from rulewright.core.prompt.template import BUILT_IN, NAMES, TemplateProblem, read_template
from rulewright.core.rules.rule import CHUNKINGS, SOURCES, Rule
from rulewright.core.rules.select import Applied
from rulewright.core.text import split_lines
from rulewright.core.tokens import budgeted

FIXTURES = sorted(Path(__file__).parents[1].joinpath("languages", "fixtures").rglob("*.*"))

lines = st.sampled_from(
    [
        "# Head",
        "## Sub head",
        "### Deep",
        "Title",
        "=====",
        "-----",
        "",
        "A sentence. And another one, which is longer than the first.",
        "```",
        "~~~~ python",
        "```yaml check",
        "# Task",
        "</part1>",
        '<part1 rule="x">',
        "</PART12>",
        "{{task}} {{#rules}}",
        "漢字と仮名",
        "😀\u200d💻 \u200b\u202ehidden\U000e0041",
        "    indented()",
        "x" * 90,
    ]
)
bodies = st.lists(st.one_of(lines, st.text(max_size=40)), max_size=14).map("\n".join)
sources = st.sampled_from(SOURCES)


@st.composite
def rules(draw: st.DrawFn, most: int = 6) -> list[Applied]:
    """Rules that apply, each with a path of its own."""
    return [
        Applied(
            Rule(
                id=draw(st.sampled_from(["a", "b/c", 'q"<x>', "part1", "\u202ex"])) + str(number),
                path=f".ai-rules/{number}.md",
                order=f"{number}.md",
                source=draw(sources),
                folder=draw(st.sampled_from(["", "src", "src/deep"])),
                priority=draw(st.sampled_from([1, 5, 9])),
                description=draw(st.sampled_from(["", "What it is about"])),
                body=draw(bodies),
                body_line=draw(st.integers(0, 9)),
            ),
            "no globs, every file",
        )
        for number in range(draw(st.integers(0, most)))
    ]


templates = st.sampled_from(
    [
        BUILT_IN,
        "{{task}}{{rules}}{{rules}}{{user_rules}}{{dependency_rules}}{{file}}{{cuts}}",
        "{{#file}}{{#rules}}part1 {{mark}}{{/rules}}{{/file}}{{task}}\n{{file}}",
        "nothing at all",
        "",
    ]
)
contents = st.one_of(st.none(), st.text(max_size=300), st.lists(lines, max_size=60).map("\n".join))


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Anything a prompt can be made from."""
    applied = draw(rules())
    content = draw(contents)
    line = draw(st.one_of(st.none(), st.integers(1, 80)))
    way = Way(draw(st.sampled_from(CHUNKINGS)), draw(st.integers(20, 200)))
    ids = tuple(a.rule.id for a in applied)
    return Request(
        task=draw(st.one_of(st.just("Do it."), st.text(max_size=60))),
        budget=draw(st.one_of(st.integers(0, 120), st.integers(0, 3000))),
        rules_budget=draw(st.one_of(st.integers(0, 200), st.just(4000))),
        path=draw(st.sampled_from(["a.py", 'odd "<name>\n.md', "part1"])),
        language="python",
        line=line,
        project=draw(st.sampled_from(["", "name (python)"])),
        applied=tuple(applied),
        source=None if content is None else Source("a.py", "python", content, line, way, ids),
        template=read_template(draw(templates)),
    )


@given(requests())
def test_the_budget_is_never_exceeded(request: Request) -> None:
    prompt = build(request)
    assert budgeted(prompt.text) == prompt.tokens <= request.budget


@given(requests())
def test_the_same_state_gives_the_same_bytes(request: Request) -> None:
    assert build(request) == build(request)


@given(rules(), st.data(), st.integers(0, 600))
def test_the_order_in_which_rules_come_says_nothing(applied: list[Applied], data: st.DataObject, budget: int) -> None:
    def made(of: list[Applied]) -> Prompt:
        return build(Request(task="Do it.", budget=2000, rules_budget=budget, path="a.py", applied=tuple(of)))

    expected = made(applied)
    assert made(applied[::-1]) == expected
    assert made(data.draw(st.permutations(applied))) == expected


@given(requests())
def test_every_rule_with_a_text_is_in_the_prompt_or_among_the_cuts_and_once(request: Request) -> None:
    prompt = build(request)
    assert request.template is not None
    there = [p.path for p in prompt.parts if p.kind in {"user_rule", "rule", "dependency_rule"}]
    gone = [c.path for c in prompt.cuts if c.kind in {"rule", "duplicate"}]
    told = there + gone
    assert len(told) == len(set(told))
    expected = {a.rule.path for a in request.applied if guide_of(a.rule).lines}
    if {"user_rules", "rules", "dependency_rules"} <= set(request.template.names):
        assert set(told) == expected
    assert set(told) <= expected


@given(requests())
def test_no_part_can_end_itself_or_begin_another(request: Request) -> None:
    prompt = build(request)
    if request.template is None or request.template != read_template(BUILT_IN):
        return
    marked = [p for p in prompt.parts if p.kind not in {"task", "project"}]
    tags = {line.split()[0][1:].rstrip(">") for line in prompt.text.split("\n") if line.startswith("<part")}
    mark = mark_for(
        [request.task, request.project, request.path, BUILT_IN]
        + [f"{a.rule.id} {guide_of(a.rule).text()}" for a in request.applied]
        + ([request.source.content] if request.source else [])
    )
    assert prompt.text.count(f"</{mark}>") == prompt.text.count(f"<{mark} ") == len(marked)
    assert not marked or mark in tags


@given(st.lists(st.text(alphabet="part0123PART ", max_size=30), max_size=6))
def test_the_mark_occurs_in_nothing(texts: list[str]) -> None:
    mark = mark_for(texts)
    assert not any(mark in text.lower() for text in texts)


@given(rules(8), st.integers(0, 1500))
def test_rules_take_no_more_than_they_may_and_nothing_is_cut_that_has_room(applied: list[Applied], budget: int) -> None:
    guides, _ = without_twins(prioritise(gather(applied)))
    fitted = fit(guides, budget)
    used = sum(kept.tokens for kept in fitted.kept)
    assert used <= budget
    whole = sum(guide.tokens for guide in guides)
    assert bool(fitted.cuts) == (whole > budget)
    if fitted.cuts:
        assert used + budgeted(note_of(fitted.cuts)) <= max(budget, budgeted(note_of(fitted.cuts)))
        room = max(budget - NOTE_TOKENS, 0)
        assert all(used + cut.tokens > room for cut in fitted.cuts if cut.kind == "rule")


@given(rules(8), st.integers(0, 1500))
def test_sections_go_only_where_one_rule_was_left(applied: list[Applied], budget: int) -> None:
    guides, _ = without_twins(prioritise(gather(applied)))
    fitted = fit(guides, budget)
    shortened = [kept for kept in fitted.kept if kept.n_lines < len(kept.guide.lines)]
    assert all(kept.guide is guides[0] for kept in shortened)
    for kept in shortened:
        # What is left ends in front of a heading: no sentence is cut.
        assert kept.n_lines in [section.start for section in kept.guide.sections]
        assert kept.guide.text().startswith(kept.guide.text(kept.n_lines))


@given(rules(8), st.integers(0, 1500))
def test_what_a_prompt_with_room_for_the_rest_drops_is_what_is_said_of_it(applied: list[Applied], budget: int) -> None:
    prompt = build(Request(task="Do it.", budget=100_000, rules_budget=budget, path="a.py", applied=tuple(applied)))
    assert {c.path: c.tokens for c in prompt.cuts if c.kind == "rule"} == dict(drops(applied, budget))


@given(rules())
def test_with_room_every_rule_is_there_whole(applied: list[Applied]) -> None:
    prompt = build(Request(task="Do it.", budget=100_000, rules_budget=100_000, path="a.py", applied=tuple(applied)))
    assert all(guide.text() in prompt.text for guide in gather(applied))
    assert {cut.kind for cut in prompt.cuts} <= {"duplicate"}


# Chunks


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[Symbol]]:
    """A text with definitions that need not be true of it."""
    ends = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])
    words = st.sampled_from(
        ["class A:", "    def b():", "        pass", "}", "@x", "# note", "## head", "", "  end", "漢"]
    )
    content = "".join(draw(words) + draw(ends) for _ in range(draw(st.integers(0, 40)))) + draw(st.text(max_size=20))
    rows = st.integers(0, 45)
    symbols = [
        Symbol("s", SymbolKind.CLASS, draw(rows), 0, 0, draw(rows), draw(rows), draw(st.integers(-1, 5)))
        for _ in range(draw(st.integers(0, 12)))
    ]
    return content, symbols


@given(files(), st.sampled_from(CHUNKINGS), st.integers(1, 200), st.sampled_from(["python", "markdown", "", "html"]))
def test_every_line_is_in_one_chunk(file: tuple[str, list[Symbol]], chunking: str, target: int, language: str) -> None:
    content, symbols = file
    found = chunks_of(content, language, symbols, Way(chunking, target), ["r"])  # type: ignore[arg-type]
    all_lines = split_lines(content)
    assert "".join("".join(all_lines[c.start : c.end]) for c in found) == content
    assert [c.start for c in found[1:]] == [c.end for c in found[:-1]]
    assert all(c.start < c.end and c.rules == ("r",) for c in found)
    if chunking == "window":
        assert all(c.tokens <= target or c.end == c.start + 1 for c in found)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda p: p.name)
def test_the_chunks_of_a_file_are_its_text_in_every_language_and_half_written(path: Path) -> None:
    content = path.read_bytes().decode("utf-8", "surrogateescape")
    language = language_of(path.name)
    for text in (content, content[: len(content) // 2], content[len(content) // 3 :]):
        symbols = analyse(language, text.encode("utf-8", "surrogateescape")).symbols
        for target in (30, 200):
            way = Way(way_of(language).chunking, target)
            found = chunks_of(text, language, symbols, way)
            all_lines = split_lines(text)
            assert "".join("".join(all_lines[c.start : c.end]) for c in found) == text


# Templates


@given(st.text(alphabet="{}#/task rules\n ", max_size=60))
def test_any_text_is_a_template_or_says_why_not(text: str) -> None:
    with suppress(TemplateProblem):
        assert isinstance(read_template(text).render({"task": "x"}), str)


@given(st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(["", "{{task}}", "{{#rules}}", "x"])))
def test_what_is_put_in_is_not_read_again(values: dict[str, str]) -> None:
    template = read_template("".join(f"[{{{{{name}}}}}]" for name in NAMES))
    assert template.render(values) == "".join(f"[{values.get(name, '')}]" for name in NAMES)
