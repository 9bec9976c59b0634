"""Laws of what is found in texts, and of how they are shown."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.config import PrivacySettings
from rulewright.core.models import Message, ModelRequest, Part
from rulewright.core.privacy.redact import redact, remove_secrets
from rulewright.core.privacy.secrets import find_secrets
from rulewright.privacy_view import path_rules
from rulewright.services.egress import Gate
from tests.harness.secret_samples import Sample, samples

SAMPLES = tuple(s for s in samples(7) if s.secret not in redact(s.text))
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
def test_a_secret_on_lines_of_its_own_is_never_shown(before: str, sample: Sample, after: str) -> None:
    assert sample.secret not in redact(f"{before}\n\n{sample.text}\n\n{after}")


@given(texts)
def test_a_text_without_secrets_is_shown_as_it_is(text: str) -> None:
    removed = remove_secrets(text)
    if not removed.secrets:
        assert removed.text == text


def cut(text: str, places: list[int]) -> tuple[Part, ...]:
    """A text in parts."""
    ends = sorted({min(place, len(text)) for place in places} | {0, len(text)})
    return tuple(Part(text[a:b]) for a, b in pairwise(ends)) or (Part(""),)


GATE = Gate(lambda _: PrivacySettings(), path_rules())


@given(texts, st.lists(st.integers(0, 200), max_size=4))
def test_no_secret_passes_the_gate_however_a_message_is_cut(text: str, places: list[int]) -> None:
    request = ModelRequest(root="/none", messages=(Message("user", cut(text, places)),))
    (sent,) = GATE.request(request, is_local=False).request.messages
    assert find_secrets(sent.text) == ()
    assert all(find_secrets(part.text) == () for part in sent.parts)


@given(st.sampled_from([s for s in SAMPLES if "\n" not in s.secret]), st.data())
def test_a_secret_that_is_cut_in_two_does_not_pass(sample: Sample, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(sample.text)))
    request = ModelRequest(root="/none", messages=(Message("user", cut(sample.text, [place])),))
    (sent,) = GATE.request(request, is_local=False).request.messages
    assert sample.secret not in sent.text
