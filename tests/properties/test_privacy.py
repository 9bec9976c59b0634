"""Laws of what is found in texts, and of how they are shown."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.privacy.redact import redact, remove_secrets
from rulewright.core.privacy.secrets import find_secrets
from tests.harness.secret_samples import samples

SAMPLES = tuple(samples(7))
around = st.text(st.sampled_from("ab Z09-_.:=\"'\n\\/@,;<>{}()[]%&éİ"), max_size=40)
texts = st.lists(st.one_of(around, st.sampled_from([s.text for s in SAMPLES])), max_size=5).map("".join)


@given(texts)
def test_places_are_in_order_and_inside(text: str) -> None:
    places = find_secrets(text)
    assert all(0 <= s.start < s.end <= len(text) for s in places)
    assert all(a.end <= b.start for a, b in pairwise(places))
    assert find_secrets(text) == places


@given(texts)
def test_what_is_shown_has_no_more_secrets(text: str) -> None:
    shown = redact(text)
    assert redact(shown) == shown
    assert find_secrets(shown) == ()


@given(around, st.sampled_from(SAMPLES), around)
def test_a_secret_on_lines_of_its_own_is_never_shown(before: str, sample: object, after: str) -> None:
    assert sample.secret not in redact(f"{before}\n\n{sample.text}\n\n{after}")  # type: ignore[attr-defined]


@given(texts)
def test_a_text_without_secrets_is_shown_as_it_is(text: str) -> None:
    removed = remove_secrets(text)
    if not removed.secrets:
        assert removed.text == text
