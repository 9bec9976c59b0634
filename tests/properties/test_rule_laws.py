"""Laws of rule files, the book and selection."""

import string
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rulewright.core.edits import Edit, apply, disjoint
from rulewright.core.rules.book import RuleBook, Seen, diff, fold
from rulewright.core.rules.frontmatter import read
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from rulewright.core.rules.rule import SOURCES, Rule
from rulewright.core.rules.select import Policy, Selection
from rulewright.core.text import Text

NOW = "2026-03-02T10:42:00+01:00"

words = st.text(string.ascii_lowercase, min_size=1, max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(words, values, max_size=4), st.text(max_size=30))
def test_front_matter_written_by_a_yaml_writer_reads_back(data: dict[str, Any], body: str) -> None:
    block = yaml.safe_dump(data, sort_keys=False, allow_unicode=False)
    matter = read(f"---\n{block}---\n{body}")
    assert matter.data == data
    assert matter.body == body


@given(st.text())
def test_reading_never_raises_and_its_fixes_can_be_made(content: str) -> None:
    matter = read(content)
    for edits in disjoint(p.fix.edits for p in matter.problems if p.fix):
        apply(content, [edits])
    assert all(p.start is None or 0 <= p.start <= len(content) for p in matter.problems)


@given(st.binary(max_size=300))
def test_any_bytes_parse(data: bytes) -> None:
    parsed = parse(Origin("x.md", "x.md"), b"---\n" + data)
    assert parsed.rule is not None or parsed.is_broken


keys = st.sampled_from(["globs", "description", "priority", "alwaysApply", "language", "tags", "check", "overrides"])
spice = st.sampled_from(
    [
        "*",
        "**/*.ts",
        "{a,b}",
        "[",
        "]",
        ": ",
        "'",
        '"',
        "\t",
        "&a",
        "!x",
        "@",
        "- ",
        "\n  ",
        "a",
        "#",
        "|",
        "true",
    ]
)


@given(st.lists(st.tuples(keys, st.lists(spice, max_size=5).map("".join)), max_size=5))
def test_mangled_front_matter_parses(pairs: list[tuple[str, str]]) -> None:
    block = "\n".join(f"{key}: {value}" for key, value in pairs)
    parse(Origin("x.md", "x.md"), f"---\n{block}\n---\nbody".encode())


rule_files = st.dictionaries(
    st.sampled_from(["a.md", "b.md", "10-x/c.md"]),
    st.sampled_from(
        [
            "A.",
            "---\nglobs: '*.py'\n---\n",
            "---\nglobs: [\n---\n",
            "---\npriority: 9\n---\n",
            "---\nid: a\n---\n",
        ]
    ),
)


def seen(files: dict[str, str]) -> list[Seen]:
    return [Seen(parse(Origin(f".ai-rules/{p}", p), c.encode())) for p, c in files.items()]


@given(st.lists(rule_files, min_size=1, max_size=5))
def test_folding_all_events_gives_the_state_that_folding_each_gave(states: list[dict[str, str]]) -> None:
    book, log = RuleBook(), []
    for files in states:
        present = seen(files)
        gone = set(book.entries) - {s.parsed.path for s in present}
        events = diff(book, present, sorted(gone), now=NOW)
        book = fold(book, events)
        log += events
        assert diff(book, present, (), now=NOW) == ()
        assert set(book.entries) == {s.parsed.path for s in present}
    replayed = fold(RuleBook(), log)
    assert dict(replayed.entries) == dict(book.entries)
    assert [e.event_id for e in log] == list(range(1, len(log) + 1))


@given(st.lists(rule_files, min_size=1, max_size=4))
def test_a_good_rule_never_leaves_the_book_because_its_file_broke(states: list[dict[str, str]]) -> None:
    book = RuleBook()
    for files in states:
        before = book
        book = fold(book, diff(book, seen(files), (), now=NOW))
        for path, entry in before.entries.items():
            if entry.rule is not None:
                assert book.entries[path].rule is not None


globs = st.sampled_from(["*.py", "src/**", "!src/b/**", "**/*.ts", "a.*", "**", "src/*.py"])
folders = st.sampled_from(["", "src", "src/b"])
names = st.sampled_from(["a", "b", "c", "d"])
generated_rules = st.builds(
    lambda number, source, folder, priority, globs, languages, always, unscoped, name, overrides, disable: Rule(
        id=name,
        path=f"{number}.md",
        order=f"{number}.md",
        source=source,
        folder=folder,
        priority=priority,
        globs=tuple(globs),
        languages=tuple(languages),
        always=always,
        unscoped=unscoped,
        overrides=tuple(overrides),
        disable=tuple(disable),
    ),
    st.integers(0, 10**6),
    st.sampled_from(SOURCES),
    folders,
    st.integers(0, 9),
    st.lists(globs, max_size=2),
    st.lists(st.sampled_from(["python", "typescript"]), max_size=1),
    st.booleans(),
    st.sampled_from(["always", "description", "manual"]),
    names,
    st.lists(names, max_size=2),
    st.lists(names, max_size=2),
)
policies = st.builds(
    Policy,
    st.booleans() | st.just(True),
    st.sampled_from([SOURCES, ("project",), ("user", "project")]),
    st.sampled_from(["auto", "always", "never"]),
    st.lists(names, max_size=1).map(tuple),
)
paths = st.sampled_from(["a.py", "src/a.py", "src/b/x.ts", "src/b/a.py", "README", "x.ts", "srcs/a.py"])


@settings(max_examples=300)
@given(st.lists(generated_rules, max_size=6, unique_by=lambda r: r.path), policies, paths)
def test_select_and_explain_agree(rules: list[Rule], policy: Policy, path: str) -> None:
    selection = Selection(rules, policy)
    verdicts = selection.explain(path)
    assert [v.path for v in verdicts] == [r.path for r in selection.ordered]
    assert [v.path for v in verdicts if v.verdict == "applied"] == [a.rule.path for a in selection.select(path)]
    assert all(v.reason for v in verdicts)


@given(st.lists(generated_rules, max_size=6, unique_by=lambda r: r.path), paths, st.randoms())
def test_selection_does_not_depend_on_the_order_of_the_files(rules: list[Rule], path: str, random: Any) -> None:
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert Selection(rules, Policy()).explain(path) == Selection(shuffled, Policy()).explain(path)


@given(st.text(), st.integers(0, 60), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_offset_to_position_and_back(content: str, offset: int, encoding: Any) -> None:
    text = Text(content)
    offset = min(offset, len(content))
    position = text.position(offset)
    assert text.position(text.offset(position)) == text.position(text.offset(position))
    line = text.line(position.line)
    if position.character <= len(line):
        assert text.offset(position) == offset
        assert text.from_client(text.to_client(position, encoding), encoding) == position


edits = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5), st.text(max_size=3)), max_size=6)


@given(st.text(min_size=25, max_size=40), edits, st.randoms())
def test_disjoint_edits_give_one_text_in_any_order(content: str, raw: list[tuple[int, int, str]], random: Any) -> None:
    chosen = disjoint([(Edit(start, start + n, new),) for start, n, new in raw])
    shuffled = list(chosen)
    random.shuffle(shuffled)
    assert apply(content, chosen) == apply(content, shuffled)


def touches(a: Edit, b: Edit) -> bool:
    if a.start == a.end or b.start == b.end:
        return a.start <= b.end and b.start <= a.end
    return a.start < b.end and b.start < a.end


@given(st.lists(edits.map(lambda raw: tuple(Edit(start, start + n, new) for start, n, new in raw[:2])), max_size=6))
def test_a_group_is_left_out_only_for_one_that_was_kept(groups: list[tuple[Edit, ...]]) -> None:
    kept = disjoint(groups)
    assert kept == sorted(kept)
    for group in groups:
        if group and not any(e in kept for e in group):
            own = any(touches(a, b) for i, a in enumerate(group) for b in group[i + 1 :])
            assert own or any(touches(a, b) for a in group for b in kept)
    apply("x" * 40, kept)
