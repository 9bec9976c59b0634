"""What counts as a directive, and what as a path that should be there."""

import pytest

from rulewright.features.rule_lint.conflicts import directives
from rulewright.features.rule_lint.surroundings import Tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- Provide a default to avoid `undefined`.", {}),
        ("Never use `any`.", {("any", False): "Never use `any`"}),
        ("- **Never use `eval`**", {("eval", False): "Never use `eval`"}),
        ("1. You should never use `x` in tests.", {}),
        ("Never use tabs in Markdown.", {}),
        ("Use `watch` with care.", {("watch", True): "Use `watch`"}),
        ("Prefer `computed` over `watch`.", {("computed", True): "Prefer `computed`"}),
        (
            "Always use `a` instead of `b`.",
            {("a", True): "Always use `a`", ("b", False): "Always use `a` instead of `b`"},
        ),
        ("Use `a` instead of `b` when it is small.", {("a", True): "Use `a`"}),
        ("**Indentation:** Use tabs in Makefiles.", {("tabs", True): "Use tabs"}),
        (
            "Use single quotes.",
            {("single quotes", True): "Use single quotes", ("double quotes", False): "Use single quotes"},
        ),
        ("```\nNever use `x`.\n```\n", {}),
    ],
)
def test_only_what_is_asked_for_without_a_condition_is_forbidden(text, expected):
    assert directives(text) == expected


@pytest.mark.parametrize(
    ("path", "is_there"),
    [
        ("src/a.py", True),
        ("./src/a.py", True),
        ("../src/a.py", True),
        ("src/", True),
        ("app/src/", True),
        ("rc/a.py", False),
        ("lib/a.py", False),
        ("src/a", False),
    ],
)
def test_a_path_may_start_at_any_folder(path, is_there):
    assert Tree(["packages/app/src/a.py"], lambda _: False).ends_with(path) == is_there
