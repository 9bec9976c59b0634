"""Laws of places in rule files: what is found by lines is what a YAML reader finds, and broken text does no harm."""

import string
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from rulewright.core.edits import apply
from rulewright.core.rules.frontmatter import read
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import KEYS, parse
from rulewright.features.rule_writing.completion import Around, complete
from rulewright.features.rule_writing.hover import tell
from rulewright.features.rule_writing.names import names_in_rule, renamed_rule
from rulewright.features.rule_writing.places import front_matter, spot_at, tokens

words = st.text(string.ascii_lowercase, min_size=1, max_size=6)
scalars = st.text(string.ascii_letters + "*{}[],:#'\"-!/. $", min_size=1, max_size=10) | st.integers(0, 99) | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(words, inner, min_size=1, max_size=3),
    max_leaves=8,
)
styles = st.sampled_from([True, False, None])


@given(st.dictionaries(words, values, min_size=1, max_size=4), styles, st.sampled_from([2, 4]))
def test_every_key_and_value_is_where_a_yaml_reader_finds_it(
    data: dict[str, Any], flow: bool | None, indent: int
) -> None:
    block = yaml.safe_dump(data, default_flow_style=flow, sort_keys=False, indent=indent, width=10_000)
    content = f"---\n{block}---\ntext\n"
    matter, region = read(content), front_matter(content)
    assert matter.data == data
    assert region is not None
    found = tokens(content, region)
    keys = {t.path: (t.start - len(t.quote), t.end + len(t.quote)) for t in found if t.kind == "key"}
    assert keys == {path: span for path, span in matter.places.items() if isinstance(path[-1], str)}
    for token in found:
        if token.kind == "value":
            span = matter.places if isinstance(token.path[-1], int) else matter.values
            assert (token.start - len(token.quote), token.end + len(token.quote)) == span[token.path]
    assert len([t for t in found if t.kind == "value"]) == len(list(_scalars(data)))


def _scalars(value: Any) -> Any:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _scalars(inner)
    else:
        yield value


pieces = st.sampled_from(
    [
        "globs", "check", "rule", "language", "overrides", "examples", ": ", ":", "- ", "[", "]", "{", "}", ", ", "'",
        '"', "\n", "\n  ", "\n    ", "---", "\n---\n", "|", ">", " #", "# ", "\t", "\r\n", "\r", "**/*.py", "!", "x",
        "😀", "```yaml check\n", "```\n", "\ufeff",
    ]
)  # fmt: skip
texts = (
    st.lists(pieces, max_size=25).map("".join).flatmap(lambda t: st.sampled_from([t, f"---\n{t}", f"---\n{t}\n---\n"]))
)


@given(texts, st.integers(0, 200))
def test_a_place_in_any_text_can_be_asked_about(content: str, at: int) -> None:
    offset = min(at, len(content))
    spot = spot_at(content, offset)
    assert spot is None or spot.start <= offset <= spot.end <= len(content)
    around = Around(keys=KEYS, path=".ai-rules/x.md", paths=lambda: ("a.py", "src/b.py"), snippets=True)
    found = complete(content, offset, around)
    assert found is None or found.start <= offset <= found.end <= len(content)
    told = tell(content, offset, around)
    assert told is None or told.start <= offset <= told.end
    for name in names_in_rule(content):
        assert content[name.start : name.end] == name.text


ids = st.sampled_from(["no-print", "a/b", "old", "other", "old-2", "x.y"])


@given(st.lists(ids, max_size=4), st.lists(ids, max_size=3), styles, st.sampled_from(["list", "text"]), st.booleans())
def test_another_id_is_what_a_reader_finds_afterwards(
    overrides: list[str], disable: list[str], flow: bool | None, form: str, is_it: bool
) -> None:
    data: dict[str, Any] = {"description": "About old things", "overrides": overrides, "disable": disable}
    if form == "text":
        data |= {"overrides": ", ".join(overrides), "disable": ", ".join(disable)}
    content = f"---\n{yaml.safe_dump(data, default_flow_style=flow, width=10_000)}---\nThe old one.\n"
    changed = apply(content, renamed_rule(content, "old", "new/one", is_it=is_it))
    before, after = (parse(Origin(".ai-rules/old.md", "old.md"), text.encode()).rule for text in (content, changed))
    assert before is not None
    assert after is not None

    def expected(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple("new/one" if name == "old" else name for name in names)

    assert after.overrides == expected(before.overrides)
    assert after.disable == expected(before.disable)
    assert after.id == ("new/one" if is_it else "old")
    assert (after.description, after.body) == (before.description, before.body)
