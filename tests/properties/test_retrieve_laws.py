"""What holds for retrieval whatever the names, files and questions are."""

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind
from rulewright.core.retrieve.found import Candidate, piece, shown
from rulewright.core.retrieve.fuse import fuse
from rulewright.core.retrieve.links import Defined, Links, bare
from rulewright.core.retrieve.position import Brought, Definer, Place, Spread, rank
from rulewright.core.retrieve.split import named_in, parts, terms, words_of_text
from rulewright.core.retrieve.window import names_around, window_of

NAMES = st.sampled_from(["alpha", "beta", "gamma", "$delta", "empty?", "Eps", "eps"])
PATHS = st.sampled_from(["a.py", "b.py", "lib/c.py", "lib/deep/d.py", "e.py"])
FILES = st.dictionaries(PATHS, st.tuples(st.sets(NAMES), st.sets(NAMES)))


@given(st.text())
def test_words_are_lower_case_and_hold_no_sign(text: str) -> None:
    for word in words_of_text(text).split():
        assert word == word.lower() or not word.isascii()
        assert '"' not in word
    assert set(terms(text)) <= set(words_of_text(text).split())


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=5))
def test_a_name_has_the_words_it_was_made_of_however_it_is_written(words: list[str]) -> None:
    assert parts("_".join(words)) == tuple(words)
    assert parts("".join(w.capitalize() for w in words)) == tuple(words) or any(len(w) == 1 for w in words)
    assert set(terms(" ".join(words))) <= set(words)


@given(st.text())
def test_names_of_a_question_stand_in_it(text: str) -> None:
    assert all(name in text for name in named_in(text))


@given(st.lists(st.lists(st.integers(0, 20)), max_size=4))
def test_fusing_keeps_every_item_once(rankings: list[list[int]]) -> None:
    fused = fuse(rankings)
    assert sorted(fused) == sorted({item for ranking in rankings for item in ranking})
    if len(rankings) == 1:
        assert fused == list(dict.fromkeys(rankings[0]))


@given(st.lists(st.integers(0, 20), unique=True), st.lists(st.integers(0, 20), unique=True))
def test_what_is_before_another_in_every_ranking_is_before_it_fused(one: list[int], other: list[int]) -> None:
    fused = fuse((one, other))
    for first in set(one) & set(other):
        for second in set(one) & set(other):
            if one.index(first) < one.index(second) and other.index(first) < other.index(second):
                assert fused.index(first) < fused.index(second)


@given(st.lists(st.text(max_size=30), min_size=1, max_size=80), st.integers(0, 200))
def test_a_window_lies_in_its_file_and_its_names_in_the_window(lines: list[str], row: int) -> None:
    rows = window_of(len(lines), row)
    assert 0 <= rows.start <= rows.stop <= len(lines)
    assert rows.stop - rows.start == min(60, len(lines))
    for one in names_around([lines[r] for r in rows], rows.start, row):
        assert any(one.name in lines[r] for r in rows)


def _put(links: Links, files: dict[str, tuple[set[str], set[str]]]) -> None:
    for path, (defined, _) in files.items():
        links.define(path, [Defined(name, True, True) for name in sorted(defined)])
    for path, (_, words) in files.items():
        links.use(path, {bare(word) for word in words})


@given(FILES, st.lists(st.tuples(PATHS, st.none() | st.tuples(st.sets(NAMES), st.sets(NAMES))), max_size=8))
def test_links_say_the_same_whatever_the_files_went_through(
    files: dict[str, tuple[set[str], set[str]]],
    changes: list[tuple[str, tuple[set[str], set[str]] | None]],
) -> None:
    links, now = Links(), dict(files)
    _put(links, files)
    for path, held in changes:
        if held is None:
            now.pop(path, None)
            links.drop(path)
            continue
        now[path] = held
        new = links.define(path, [Defined(name, True, True) for name in sorted(held[0])])
        links.use(path, {bare(word) for word in held[1]})
        for name in new:
            links.use_also(name, [p for p, (_, words) in now.items() if bare(name) in {bare(w) for w in words}])
    fresh = Links()
    _put(fresh, now)
    names = ["alpha", "beta", "gamma", "$delta", "empty?", "Eps", "eps"]
    assert links.spread(names) == fresh.spread(names)
    assert set(links.paths()) == set(fresh.paths())
    edges = [
        {(name, *sorted(definers), "|", *sorted(users)) for name, definers, users in x.edges(5)} for x in (links, fresh)
    ]
    assert edges[0] == edges[1]


SPREADS = st.dictionaries(
    NAMES,
    st.builds(
        lambda paths, n: Spread(tuple(Definer(p, n % 2 == 0, n % 3 > 0) for p in sorted(paths)), len(paths), n),
        st.sets(PATHS),
        st.integers(0, 9),
    ),
)


@given(SPREADS, st.text(alphabet="alphbetgm .\n$?_", max_size=200), st.integers(0, 20), st.sets(NAMES), st.sets(PATHS))
def test_ranking_is_in_order_and_leads_to_other_files_that_define_the_name(
    spread: dict[str, Spread], text: str, row: int, own: set[str], imported: set[str]
) -> None:
    place = Place(path="a.py", own=own, imported={"beta": Brought("beta", tuple(sorted(imported)))}, recent=("e.py",))
    names = names_around(text.split("\n"), 0, row)
    ranked = rank(place, names, spread, 10)
    assert ranked == rank(place, names, dict(reversed(spread.items())), 10)
    assert [f.score for f in ranked] == sorted((f.score for f in ranked), reverse=True)
    assert len({f.path for f in ranked}) == len(ranked)
    for file in ranked:
        assert file.path != "a.py"
        assert file.names
        for one in file.names:
            assert one.why
            definers = {d.path for d in spread.get(one.name, Spread()).definers}
            assert file.path in definers or file.path in imported


@given(st.integers(0, 30), st.integers(0, 30), st.sets(st.integers(0, 30)), st.integers(1, 20))
def test_a_piece_shows_lines_of_its_definition_and_marks_what_it_leaves_out(
    start: int, size: int, inner: set[int], n_lines: int
) -> None:
    lines = [f"{' ' * (i % 3)}line {i}" for i in range(start + size + 5)]
    end = start + size
    symbols = [Symbol("f", SymbolKind.CLASS, start, 0, 0, start, end)]
    symbols += [Symbol(f"g{r}", SymbolKind.METHOD, r, 0, 0, r, r, 0) for r in sorted(inner) if start < r <= end]
    text = shown(lines, symbols, 0, n_lines)
    got = text.split("\n")
    assert got[0] == lines[start]
    assert all(line.strip() == "..." or line in lines[start : end + 1] for line in got)
    assert len([line for line in got if line.strip() != "..."]) <= max(n_lines, 2)
    assert ("..." in text) == (len([g for g in got if g.strip() != "..."]) < end - start + 1)
    one = piece(Candidate("a.py", 0, "why"), FileRecord("python", tuple(symbols)), lines, n_lines)
    assert (one.first_line, one.last_line) == (start + 1, end + 1)
