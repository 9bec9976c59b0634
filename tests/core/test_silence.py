"""Who is heard where rules silence each other: against the definition, and with thousands of one id."""

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Policy, Selection
from rulewright.core.rules.silence import silenced

N = 9
PAIRS = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)).filter(lambda p: p[0] != p[1]), max_size=20)
GROUPS = st.lists(st.integers(0, 6), min_size=N, max_size=N)


def by_definition(numbers, attacks):
    """The ones who are not heard, one round after the other, as the definition says."""
    off, heard = set(), set()
    while waiting := [n for n in numbers if n not in off | heard]:
        free = [n for n in waiting if all(by in off for by, other in attacks if other == n)]
        heard.update(free or waiting[:1])
        off.update(other for by, other in attacks if by in heard and other not in heard)
    return off


@given(PAIRS, GROUPS)
def test_those_who_are_heard_are_those_of_the_definition(pairs, groups):
    twins = [[n for n in range(N) if groups[n] == group] for group in set(groups)]
    twins = [group for group in twins if len(group) > 1]
    claims = {by: [(other, "key") for b, other in pairs if b == by] for by, _ in pairs}
    attacks = [*pairs, *((a, b) for group in twins for a in group for b in group if a < b)]
    off = silenced(list(range(N)), twins, claims)
    assert off.keys() == by_definition(range(N), attacks)
    assert all((by, number) in attacks and by not in off for number, (by, _) in off.items())


def book(n, **keys):
    return Selection(
        [
            Rule(**{"id": f"r{i:05}", "path": f"{i:05}.md", "order": f"{i:05}"} | {k: f(i) for k, f in keys.items()})
            for i in range(n)
        ],
        Policy(),
    )


def test_thousands_of_rules_of_one_id_take_no_longer_than_their_number_asks_for():
    # Pair by pair this would be two hundred million sentences.
    selection = book(20_000, id=lambda _: "same")
    assert [a.rule.path for a in selection.select("a.py")] == ["00000.md"]
    assert {v.by for v in selection.explain("a.py")[1:]} == {"00000.md"}


def test_a_long_chain_of_overrides_is_heard_at_every_other_rule():
    selection = book(20_000, overrides=lambda i: (f"r{i + 1:05}",))
    assert [a.rule.path for a in selection.select("a.py")] == [f"{i:05}.md" for i in range(0, 20_000, 2)]
