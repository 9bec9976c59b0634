"""The setting `models`: what is taken, what is left out and why, and that no key shows in a sentence."""

import pytest

from rulewright.core.config import Settings, SettingsLayer, merge
from rulewright.core.model_settings import ModelSettings, endpoint_of, key_variable, read_models, read_url

GOOD = {"name": "local", "provider": "llamacpp"}
KEY = "sk-live-4f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"


def problem_of(**entry: object) -> str:
    taken, problems = read_models([{**GOOD, **entry}])
    assert taken == []
    assert len(problems) == 1
    return problems[0]


def test_a_model_needs_a_name_and_a_provider_and_has_a_default_for_all_else() -> None:
    settings, problems = merge([SettingsLayer("user", "u", {"models": [GOOD]})])
    assert problems == ()
    (model,) = settings.models
    assert (model.roles, model.deadline_s, model.temperature, model.base_url) == (("chat",), 120, None, "")
    assert endpoint_of(model).url == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": ""}, "`name` must be"),
        ({"name": "a b"}, "`name` must be"),
        ({"name": 3}, "`name` must be"),
        ({"provider": "gpt"}, 'one of "anthropic", "llamacpp", "ollama", "openai"'),
        ({"roles": ["chat", "fly"]}, '`roles` must be a list of "chat", "complete", "embed"'),
        ({"roles": []}, "`roles` must have one of"),
        ({"deadline_s": 0}, "`deadline_s` must be a whole number from 1 to 3,600"),
        ({"price_in": -1}, "`price_in` must be a number from 0"),
        ({"price_in": float("inf")}, "`price_in` must be a number from 0"),
        ({"temperature": 2.1}, "`temperature` must be a number from 0 to 2"),
        ({"temperature": float("nan")}, "`temperature` must be a number from 0 to 2"),
        ({"context_tokens": "many"}, "`context_tokens` must be a whole number"),
        ({"baseurl": "http://x"}, "did you mean `base_url`"),
        ({"base_url": "127.0.0.1:8080"}, "`base_url` must begin with http:// or https://"),
        ({"base_url": "ftp://x"}, "`base_url` must begin with http:// or https://"),
        ({"base_url": "http://"}, "`base_url` must begin with http:// or https:// and a host"),
        ({"base_url": "http://x:port"}, "`base_url` is no address"),
        ({"base_url": "http://[::1"}, "`base_url` is no address"),
        ({"base_url": "http://x/ y"}, "`base_url` has a blank in it"),
        ({"base_url": "http://x/#y"}, "`base_url` has a # in it"),
        ({"key_env": "A", "keyring": "a/b"}, "its key has 2 sources, key_env and keyring"),
        ({"key_command": ["  "]}, "`key_command` must begin with a program"),
        ({"key_command": "pass show x"}, "`key_command` must be a list of texts"),
        ({"keyring": "openai"}, "`keyring` must be SERVICE/USER"),
        ({"headers": {"A": "b\r\nC: d"}}, "is no header of HTTP"),
        ({"headers": {"A B": "c"}}, "is no header of HTTP"),
        ({"headers": {"Content-Length": "3"}}, "content-length is not yours to set"),
        ({"headers": {"A": 3}}, "`headers` must be a table of texts"),
        ({"provider": "anthropic", "roles": ["chat", "complete"]}, "anthropic has no `complete`, only chat"),
    ],
)
def test_a_mistake_is_a_sentence_and_the_model_is_left_out(entry: dict[str, object], told: str) -> None:
    problem = problem_of(**entry)
    assert told in problem
    assert problem.endswith("This model is left out.")


@pytest.mark.parametrize(
    "entry",
    [
        {"key": KEY},
        {"api_key": KEY},
        {"apiKey": KEY},
        {"token": KEY},
        {"headers": {"Authorization": f"Bearer {KEY}"}},
        {"headers": {"x-api-key": KEY}},
        {"key_env": KEY},
        {"base_url": f"https://me:{KEY}@example.org"},
        {KEY: "x"},
        {"provider": KEY},
        {"name": f"{KEY} {KEY}"},
        {"roles": [KEY]},
    ],
)
def test_no_sentence_repeats_what_may_be_a_key(entry: dict[str, object]) -> None:
    if KEY in entry:
        assert problem_of(**entry).count(KEY) == 1, "the name of a setting is shown; a value never"
        return
    assert KEY not in problem_of(**entry)


@pytest.mark.parametrize("written", [{"name": "a"}, "a", 3])
def test_what_is_no_list_is_told(written: object) -> None:
    settings, problems = merge([SettingsLayer("user", "u", {"models": written})])
    assert settings == Settings()
    assert "[[models]]" in problems[0].message


def test_the_others_count_where_one_is_wrong() -> None:
    settings, problems = merge([SettingsLayer("user", "u", {"models": [GOOD, {"name": "x"}, GOOD, 7]})])
    assert [model.name for model in settings.models] == ["local"]
    assert [problem.broken for problem in problems] == [True] * 3


def test_a_trusted_project_adds_models_and_replaces_those_of_the_same_name() -> None:
    user = SettingsLayer("user", "u", {"models": [GOOD, {"name": "big", "provider": "anthropic"}]})
    theirs = {"models": [{**GOOD, "deadline_s": 9}, {"name": "c", "provider": "ollama"}]}
    settings, problems = merge([user, SettingsLayer("project", "p", theirs)])
    assert [model.name for model in settings.models] == ["local", "big"]
    assert problems[0].is_about_trust
    settings, problems = merge([user, SettingsLayer("project", "p", theirs, "trusted")])
    assert [(model.name, model.deadline_s) for model in settings.models] == [("local", 9), ("big", 120), ("c", 120)]
    assert problems == ()


@pytest.mark.parametrize(
    ("written", "url", "is_local"),
    [
        ("http://localhost:8080/v1/", "http://127.0.0.1:8080/v1", True),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", True),
        ("http://[::1]:80/", "http://[::1]:80", True),
        ("https://localhost", "https://localhost", False),
        ("http://localhost.example.org", "http://localhost.example.org", False),
        ("http://127.0.0.1.example.org/", "http://127.0.0.1.example.org", False),
        ("HTTPS://API.Example.org/v1?a=b", "https://api.example.org/v1", False),
    ],
)
def test_what_stays_on_this_machine_is_known_by_its_number(written: str, url: str, *, is_local: bool) -> None:
    found = read_url(written)
    assert (found.url, found.is_local) == (url, is_local)


@pytest.mark.parametrize(
    ("base_url", "variable"),
    [
        ("", "OPENAI_API_KEY"),
        ("https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
        ("https://mine.openai.azure.com", "AZURE_OPENAI_API_KEY"),
        ("https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
        ("http://127.0.0.1:8000/v1", ""),
        ("https://models.example.org/v1", ""),
        ("https://api.openai.com.example.org/v1", ""),
    ],
)
def test_a_key_of_the_environment_goes_to_the_service_it_is_for(base_url: str, variable: str) -> None:
    model = ModelSettings(name="a", provider="openai", base_url=base_url)
    assert key_variable(model) == variable


def test_how_a_model_is_told_of_holes() -> None:
    taken, problems = read_models([{**GOOD, "fim": "qwen"}])
    assert (taken, problems) == ([{**GOOD, "fim": "qwen"}], [])
    assert "`fim` must be one of" in problem_of(fim="gpt")
    assert "anthropic takes no prompt of a family" in problem_of(provider="anthropic", fim="qwen")
    assert ModelSettings(name="a", provider="ollama").fim == "auto"
