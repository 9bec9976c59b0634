"""Settings: layers, types, and what a project may not set."""

import pytest

from rulewright.core.config import (
    NEEDS_TRUST,
    USER_ONLY,
    Settings,
    SettingsLayer,
    describe,
    environment_layer,
    merge,
)


def test_the_stronger_layer_wins_value_by_value() -> None:
    settings, problems = merge(
        [
            SettingsLayer("user", "u", {"check": {"fail_on": "error", "max_findings": 5}}),
            SettingsLayer("project", "p", {"check": {"fail_on": "hint"}}),
            environment_layer({"RULEWRIGHT_CHECK_MAX_FINDINGS": "7", "RULEWRIGHT_TEST_DATA": "/x"}),
        ]
    )
    assert (settings.check.fail_on, settings.check.max_findings) == ("hint", 7)
    assert problems == ()


def test_unknown_names_are_reported_with_the_nearest_one() -> None:
    settings, problems = merge([SettingsLayer("project", "p", {"check": {"fail_onn": "error"}, "rule": {}})])
    assert settings == Settings()
    assert "did you mean `fail_on`" in problems[0].message
    assert "did you mean `rules`" in problems[1].message
    assert all(p.broken for p in problems)


@pytest.mark.parametrize(
    "values",
    [
        {"check": {"max_findings": "many"}},
        {"check": {"max_findings": 0}},
        {"check": {"fail_on": "fatal"}},
        {"rules": {"sources": ["nobody"]}},
        {"rules": {"enabled": "maybe"}},
        {"check": "all"},
    ],
)
def test_a_value_of_the_wrong_type_is_left_out(values: dict[str, object]) -> None:
    settings, problems = merge([SettingsLayer("project", "p", {"server": {"debounce_ms": 1}, **values})])
    assert settings.server.debounce_ms == 1
    assert len(problems) == 1
    assert " must be " in problems[0].message


def _setting(name: str) -> dict[str, object]:
    table, _, key = name.partition(".")
    return {table: {key or "allow": "all" if key == "local_models" else "refuse" if key else ["everything"]}}


@pytest.mark.parametrize("name", sorted(NEEDS_TRUST))
def test_a_project_may_not_set_what_could_send_data_away_or_run_a_program(name: str) -> None:
    settings, problems = merge([SettingsLayer("project", "p", _setting(name))])
    assert settings == Settings()
    assert "If you trust this project: rulewright trust." in problems[0].message
    settings, problems = merge([SettingsLayer("project", "p", _setting(name), "changed")])
    assert settings == Settings()
    assert "has changed since you trusted it" in problems[0].message


def test_a_trusted_project_may_set_more() -> None:
    values = {"privacy": {"on_secret": "refuse"}, "packages": {"allow": ["pydantic"]}}
    settings, problems = merge([SettingsLayer("project", "p", values, "trusted")])
    assert (settings.privacy.on_secret, settings.packages.allow, problems) == ("refuse", ("pydantic",), ())


@pytest.mark.parametrize("name", sorted(USER_ONLY))
def test_some_settings_are_the_user_s_alone(name: str) -> None:
    settings, problems = merge([SettingsLayer("project", "p", _setting(name), "trusted")])
    assert settings == Settings()
    assert "may not be set by a project" in problems[0].message
    if name == "privacy.local_models":
        assert merge([SettingsLayer("user", "u", _setting(name))])[0].privacy.local_models == "all"


def test_what_is_never_sent_adds_up() -> None:
    layers = [
        SettingsLayer("user", "u", {"privacy": {"never_send": ["private/**"]}}),
        SettingsLayer("project", "p", {"privacy": {"never_send": []}}),
        environment_layer({"RULEWRIGHT_PRIVACY_NEVER_SEND": "*.sql, private/**"}),
    ]
    settings, problems = merge(layers)
    assert (settings.privacy.never_send, problems) == (("private/**", "*.sql"), ())


def test_a_glob_that_takes_back_or_says_nothing_is_told() -> None:
    layers = [
        SettingsLayer("user", "u", {"privacy": {"never_send": ["private/**"]}}),
        SettingsLayer("project", "p", {"privacy": {"never_send": ["!private/**", "[", "../x", "*.sql"]}}),
    ]
    settings, problems = merge(layers)
    assert settings.privacy.never_send == ("private/**", "[", "../x", "*.sql")
    told = [problem.message for problem in problems]
    assert told[0] == "`privacy.never_send`: `!private/**` takes nothing back, so it was left out."
    assert len(told) == 3
    assert not any(problem.broken for problem in problems)


@pytest.mark.parametrize(
    ("text", "value"), [("false", False), ("False", False), ("0", False), ("true", True), ("1", True)]
)
def test_environment_booleans(text: str, *, value: bool) -> None:
    settings, problems = merge([environment_layer({"RULEWRIGHT_RULES_ENABLED": text})])
    assert settings.rules.enabled is value
    assert problems == ()


def test_environment_lists() -> None:
    settings, _ = merge([environment_layer({"RULEWRIGHT_RULES_DISABLE": "a, b"})])
    assert settings.rules.disable == ("a", "b")


def test_every_setting_is_described() -> None:
    names = [row[0] for row in describe()]
    assert "rules.enabled" in names
    assert len(names) == len(set(names))
