"""Which model is asked, and what may be spent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.budget import Budget, Spent, dollars, why_not
from rulewright.core.routing import ModelFacts, NoModel, Wish, route

BIG = ModelFacts(name="big", model="gpt", price_in=3.0, price_out=15.0)
SMALL = ModelFacts(name="small", model="qwen", is_local=True)
FIXER = ModelFacts(name="fixer", intents=("fix",))
FIM = ModelFacts(name="fim", roles=("complete",), is_local=True)


def names(wish: Wish, *models: ModelFacts, **load: int) -> list[str]:
    return [choice.model.name for choice in route(wish, models, load)]


def test_a_local_model_comes_first_and_the_others_stand_by() -> None:
    assert names(Wish(), BIG, SMALL, FIM) == ["small", "big"]
    assert [choice.why for choice in route(Wish(), [BIG, SMALL], {})] == [
        "because it is on this machine",
        "by the order of your settings",
    ]


def test_a_rule_asks_for_a_model() -> None:
    wish = Wish(affinities=(("big", "no-eval"), ("small", "names"), ("unknown", "other")))
    assert names(wish, SMALL, BIG, FIXER) == ["big", "small"]
    assert route(wish, [SMALL, BIG], {})[0].why == "because the rule no-eval asks for it"
    # A rule may also use the name of the server.
    assert names(Wish(affinities=(("gpt", "no-eval"),)), SMALL, BIG) == ["big", "small"]


def test_what_a_model_is_meant_for_counts() -> None:
    assert names(Wish(intent="fix"), BIG, SMALL, FIXER) == ["fixer", "small", "big"]
    assert names(Wish(intent="explain"), BIG, FIXER) == ["big"]
    assert names(Wish(intent="explain"), FIXER) == ["fixer"]


def test_the_least_loaded_of_equals_is_asked() -> None:
    other = ModelFacts(name="other", is_local=True)
    assert names(Wish(), SMALL, other, small=2, other=1) == ["other", "small"]
    assert route(Wish(), [SMALL, other], {"small": 1})[0].why == "because it is on this machine"
    third = ModelFacts(name="third")
    assert route(Wish(), [BIG, third], {"big": 1})[0].why == "because it has less to do"


def test_a_model_that_is_named_is_the_only_one() -> None:
    assert names(Wish(wanted="big"), SMALL, BIG) == ["big"]
    with pytest.raises(NoModel, match=r"no model huge in your settings; there is small, big\."):
        route(Wish(wanted="huge"), [SMALL, BIG], {})
    with pytest.raises(NoModel, match="big is not on this machine, and this node is cut off"):
        route(Wish(wanted="big", local_only=True, why_local="this node is cut off"), [SMALL, BIG], {})


def test_only_local_models_where_told() -> None:
    assert names(Wish(local_only=True), BIG, SMALL) == ["small"]
    with pytest.raises(NoModel, match="No model on this machine is set up"):
        route(Wish(local_only=True), [BIG], {})


def test_no_model_is_an_answer_with_what_helps() -> None:
    with pytest.raises(NoModel, match=r"No model is set up\. `rulewright models list`"):
        route(Wish(), [], {})
    with pytest.raises(NoModel, match="No model is set up for the role embed"):
        route(Wish(role="embed"), [BIG], {})


facts = st.builds(
    ModelFacts,
    name=st.sampled_from("abcdef"),
    roles=st.sampled_from([("chat",), ("chat", "complete"), ("embed",)]),
    intents=st.sampled_from([(), ("fix",), ("chat", "explain")]),
    is_local=st.booleans(),
)


@given(
    st.lists(facts, max_size=6, unique_by=lambda model: model.name),
    st.builds(
        Wish,
        intent=st.sampled_from(["fix", "chat"]),
        affinities=st.lists(st.tuples(st.sampled_from("abcx"), st.just("rule")), max_size=3).map(tuple),
        local_only=st.booleans(),
    ),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 5)),
)
def test_a_choice_is_always_allowed_and_always_the_same(models, wish, load) -> None:
    try:
        chain = route(wish, models, load)
    except NoModel:
        assert not [m for m in models if wish.role in m.roles and (m.is_local or not wish.local_only)]
        return
    assert chain == route(wish, models, load)
    chosen = [choice.model for choice in chain]
    assert chosen
    assert len({model.name for model in chosen}) == len(chosen)
    assert all(wish.role in model.roles for model in chosen)
    assert not wish.local_only or all(model.is_local for model in chosen)


BUDGETS = (
    Budget(name="limits.usd_per_day", cost_micro=1_000_000),
    Budget(name="limits.chat_usd_per_day", feature="chat", cost_micro=200_000),
    Budget(name="limits.tokens_per_day", tokens=100_000),
)


def test_a_budget_ends_with_what_it_would_have_cost() -> None:
    spent = {"": Spent(250_000, 4_000), "chat": Spent(190_000, 3_000)}
    assert why_not(BUDGETS, spent, "chat", cost_micro=10_000, tokens=100) == ""
    assert why_not(BUDGETS, spent, "chat", cost_micro=10_001, tokens=100) == (
        "Nothing was sent: it would have cost about $0.0100, and $0.1900 of the $0.2000 of today are spent "
        "(limits.chat_usd_per_day). It goes on tomorrow, or with a higher limit."
    )
    assert why_not(BUDGETS, spent, "complete", cost_micro=10_001, tokens=100) == ""
    assert why_not(BUDGETS, {}, "chat", cost_micro=200_001, tokens=100).endswith(
        "Only a higher limit or less to send helps."
    )
    assert "limits.tokens_per_day" in why_not(BUDGETS, spent, "complete", cost_micro=0, tokens=99_000)
    assert dollars(1_234_500) == "$1.23"
    assert dollars(0) == "$0.00"


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(1, 10**7))
def test_what_is_let_through_never_passes_the_limit(so_far: int, cost: int, limit: int) -> None:
    refused = why_not((Budget(name="limits", cost_micro=limit),), {"": Spent(so_far)}, "x", cost_micro=cost, tokens=0)
    assert bool(refused) == (so_far + cost > limit)
