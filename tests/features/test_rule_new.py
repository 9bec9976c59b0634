"""The first text of a rule works in every language."""

import pytest

from rulewright.core.languages import CHECKABLE
from rulewright.core.rules.examples import run_examples
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.features.rule_new import file_of, new_rule


@pytest.mark.parametrize("language", ["", *sorted(CHECKABLE)])
def test_a_new_rule_has_no_problems_and_its_examples_pass(language: str) -> None:
    file = file_of("some/it's-a_name.v2".replace("'", ""))
    seen = load(Origin(path=file, below=file), new_rule(file, language, ("src/it's/**",)).encode())
    assert [p.problem.message for p in seen.parsed.problems] == []
    assert seen.parsed.rule is not None
    assert seen.parsed.rule.globs == ("src/it's/**",)
    outcomes = [r.outcome for r in run_examples(seen.parsed.rule)]
    assert outcomes == (["reported", "validated"] if language else [])


@pytest.mark.parametrize("name", ["", "/", "../x", "a/../b", "a//b", "-x", "a b", ".ai-rules/", "/abs", "a/"])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name for a rule"):
        file_of(name)


@pytest.mark.parametrize("name", ["README", "a/readme.md", "templates/prompt"])
def test_a_name_that_is_not_read_as_a_rule_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="would not be read as a rule"):
        file_of(name)


@pytest.mark.parametrize("name", ["x", "x.md", ".ai-rules/x.md"])
def test_a_name_may_be_a_path(name: str) -> None:
    assert file_of(name) == ".ai-rules/x.md"
