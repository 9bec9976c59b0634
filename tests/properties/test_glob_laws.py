"""Laws of the glob dialect; `reference` says once more, slowly and plainly, what a glob matches."""

import re
from functools import cache

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rulewright.core.rules import glob_problems
from rulewright.core.rules.globs import GlobIndex, compile_glob, glob_set, split

atoms = st.sampled_from(["a", "b", "ab", ".", ".b", "*", "*", "?", "[ab]", "[!a]", "[^.b]", "[a-b.]", r"\*", r"\a"])
names = st.lists(atoms, min_size=1, max_size=6).map("".join)
segments = st.one_of(names, st.just("**"), st.just("*"))
flat = st.builds(
    lambda before, middle, after: before + "/".join(middle) + after,
    st.sampled_from(["", "", "", "/", "./", "**/"]),
    st.lists(segments, min_size=1, max_size=5),
    st.sampled_from(["", "", "", "/", "/**"]),
)
braced = st.builds(
    lambda before, choices, after: f"{before}{{{','.join(choices)}}}{after}",
    st.sampled_from(["", "a", "*", "a/", "**/", "**/*", "/"]),
    st.lists(st.one_of(flat, names, st.just("")), min_size=2, max_size=4),
    st.sampled_from(["", "b", "*", "/b", "/**", "/"]),
)
globs = st.one_of(flat, braced, st.builds("{{{},{}}}{}".format, braced, flat, names))
paths = st.lists(st.text("ab.*", min_size=1, max_size=6), min_size=1, max_size=5).map("/".join)
plain_paths = paths.filter(lambda path: not {".", ".."} & set(path.split("/")))
lists = st.lists(st.one_of(globs, globs.map("!{}".format)), max_size=4).map(tuple)


def reference(glob, path):
    innermost = re.search(r"\{([^{}]*)\}", glob)
    if innermost:
        before, after = glob[: innermost.start()], glob[innermost.end() :]
        return any(reference(before + choice + after, path) for choice in innermost[1].split(","))
    rest = re.sub(r"\A(\./)+", "", glob)
    wanted = [name for name in rest.split("/") if name]
    if not wanted:
        return bool(glob)
    if len(wanted) == 1 and rest == glob and not glob.startswith("/"):
        wanted = ["**", *wanted]
    if rest.endswith("/"):
        wanted.append("**")
    return walk(tuple(wanted), tuple(path.split("/")))


@cache
def walk(wanted, found):
    """Whether the names of a path match the segments of a glob; a last `**` stands for one name or more."""
    if not wanted or not found:
        return not wanted and not found
    if wanted[0] == "**":
        return walk(wanted, found[1:]) or walk(wanted[1:], found) or wanted == ("**",)
    return matches_name(wanted[0], found[0]) and walk(wanted[1:], found[1:])


def matches_name(wanted, name):
    """Every place of `name` that can be reached is kept, so nothing is tried twice."""
    reached = {0}
    for token in re.findall(r"\\.|\[[^]]+\]|.", wanted):
        if token == "*":
            reached = set(range(min(reached, default=len(name) + 1), len(name) + 1))
        else:
            reached = {i + 1 for i in reached if i < len(name) and matches_character(token, name[i])}
    return len(name) in reached


def matches_character(token, char):
    if token == "?":
        return True
    if token[0] != "[":
        return char == token[-1]
    members = token[1:-1].lstrip("!^").replace("a-b", "ab")
    return (char in members) != (token[1] in "!^")


@given(globs, plain_paths)
@settings(deadline=None, max_examples=250)
@example("a*b", "ab/b")
@example("**/a*/**/*b*/b", "ab/a/b/b")
@example("*a*ab", "aab")
@example("**/b/**/a/b/*", "b/a/b/a/b/c")
@example("a/**/", "a/b")
def test_a_glob_matches_what_the_reference_matches(glob, path):
    assert compile_glob(glob).matches(path) == reference(glob, path)


@given(st.lists(lists, max_size=8), plain_paths)
@settings(deadline=None, max_examples=50)
def test_an_index_agrees_with_trying_every_list(many, path):
    sets = [glob_set(each) for each in many]
    tried = [(i, found) for i, each in enumerate(sets) if (found := each.first_match(path)) is not None]
    assert GlobIndex(sets).matching(path) == tried


@given(lists, plain_paths, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_the_order_of_globs_does_not_decide_whether_a_list_matches(globs, path, random):
    shuffled = list(globs)
    random.shuffle(shuffled)
    assert (glob_set(globs).first_match(path) is None) == (glob_set(tuple(shuffled)).first_match(path) is None)


@given(lists, plain_paths)
@settings(deadline=None)
def test_a_list_matches_exactly_when_there_is_no_reason_why_not(globs, path):
    matched = glob_set(globs).first_match(path) is not None
    assert matched == (glob_set(globs).why_not(path) is None)
    includes = [each for each in globs if not each.startswith("!")]
    excludes = [each[1:] for each in globs if each.startswith("!")]
    included = any(reference(each, path) for each in includes) or (not includes and bool(excludes))
    assert matched == (included and not any(reference(each, path) for each in excludes))


@given(globs, plain_paths)
@settings(deadline=None)
def test_a_leading_slash_and_a_dot_slash_mean_the_same(glob, path):
    if not glob.startswith(("/", "./", "{")):
        assert compile_glob("/" + glob).matches(path) == compile_glob("./" + glob).matches(path)


odd_text = st.one_of(st.text(), st.text("*?[]{}!^,./\\:-|()@ab1 \n", max_size=220))


@given(odd_text, st.one_of(st.text(), st.text("ab/.", max_size=2000)))
@settings(deadline=None, max_examples=500)
@example("{" * 200, "a")
@example("{,}" * 66, "a")
@example("{a,b}" * 9 + "*a*b*c*d", "ab" * 500)
@example("[[:alpha:]" * 20, "a")
@example("{-5..-1}{b..}{..}{1..2..0}", "-5")
def test_any_text_is_a_glob_and_any_text_a_path(glob, path):
    compiled = compile_glob(glob)
    assert compiled.matches(path) in (True, False)
    refused = any(problem.severity == "error" for problem in compiled.problems)
    assert not (refused and compiled.matches(path))
    assert not (compiled.problems and any(problem.suggestion == glob for problem in compiled.problems))
    sets = [glob_set((glob,)), glob_set(("!" + glob,)), glob_set(("*", "!" + glob))]
    tried = [(i, found) for i, each in enumerate(sets) if (found := each.first_match(path)) is not None]
    assert GlobIndex(sets).matching(path) == tried


@given(odd_text)
@settings(deadline=None, max_examples=250)
@example("/(a|b)/**.(c|d)")
@example("!/**{.a}")
@example("/[ .]")
def test_taking_suggestions_comes_to_an_end(glob):
    pending, n_taken = [glob], 0
    while pending:
        problems = compile_glob(pending.pop()).problems
        better = next((problem.suggestion for problem in problems if problem.suggestion), None)
        if better:
            pending += split(better) if ", " in better else [better]
            n_taken += 1
            assert n_taken < 500
            assert not any(p.severity == "error" for each in pending for p in compile_glob(each).problems)


@given(globs, plain_paths)
@settings(deadline=None, max_examples=150)
def test_the_better_spelling_of_a_leading_slash_means_the_same(glob, path):
    for problem in compile_glob("/" + glob).problems:
        if problem.code == "glob-leading-slash" and problem.suggestion:
            assert compile_glob(problem.suggestion).matches(path) == compile_glob("/" + glob).matches(path)


@given(st.lists(st.one_of(globs, odd_text), max_size=5))
@settings(deadline=None)
def test_splitting_loses_only_commas_and_the_blanks_around_them(many):
    value = ",".join(many)
    pieces = split(value)
    assert all(piece == piece.strip() != "" for piece in pieces)
    assert re.sub(r"[\s,]", "", "".join(pieces)) == re.sub(r"[\s,]", "", value)
    assert split(" , ".join(pieces)) == pieces or "\\" in value


@given(st.from_regex(glob_problems._PLAIN, fullmatch=True))
def test_nothing_is_to_be_said_of_globs_that_are_passed_over(glob: str) -> None:
    if glob_problems.refusal(glob) is None:
        finders = (glob_problems._empty, glob_problems._quotes, *glob_problems._FINDERS)
        assert not [found for find in finders if (found := find(glob))]
