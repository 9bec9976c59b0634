"""`rulewright models`: what is listed, tried, measured and written, against servers that are ours."""

import asyncio
import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import click
import jsonschema
import msgspec
import pytest
from click.testing import CliRunner

from rulewright import app
from rulewright.adapters.cli.main import cli
from rulewright.adapters.cli.models import ModelsRecord, SpeedsRecord, TrialsRecord
from rulewright.core.model_report import Nearby, Offer, offers, roles_of, toml_of
from rulewright.core.model_settings import ModelSettings, read_models
from rulewright.core.permissions import NotAllowed, Principal
from rulewright.services.models import nearby as nearby_module
from rulewright.services.models.http import Connections
from rulewright.services.models.nearby import look_nearby
from tests.harness.http_server import Asked, Line, serving, serving_beside
from tests.harness.model_wires import KEY, WIRES

CHAT, OLLAMA, INFILL = WIRES[0], WIRES[3], WIRES[-1]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's settings, and nothing that listens nearby."""
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setattr(nearby_module, "_URLS", {})
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    (tmp_path / "config").mkdir()
    return tmp_path / "config/rulewright.toml"


class Ran(NamedTuple):
    """What a command did."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """All that it said."""
        return self.stdout + self.stderr


def run(*arguments: str) -> Ran:
    """Run the command in this process, as `main.run` does."""
    result = CliRunner().invoke(cli, ["models", *arguments], obj=app, standalone_mode=False)
    if isinstance(result.exception, click.ClickException):
        told = f"Error: {result.exception.format_message()}\n"
        return Ran(result.exception.exit_code, result.stdout, result.stderr + told)
    assert result.exception is None, result.exception
    return Ran(result.return_value, result.stdout, result.stderr)


def record(kind: Any, *arguments: str) -> Any:
    result = run(*arguments, "--json")
    value = json.loads(result.stdout)
    jsonschema.validate(value, msgspec.json.schema(kind))
    return value


async def works(asked: Asked, line: Line) -> None:
    """A llama.cpp that reads as many tokens as there are bytes."""
    if asked.method == "GET":
        await line.reply(json.dumps({"default_generation_settings": {"n_ctx": 1024}, "data": [{"id": "m"}]}))
    elif "tokenize" in asked.target:
        await line.reply(json.dumps({"tokens": [1, 2, 3]}))
    elif "embeddings" in asked.target:
        await line.reply(json.dumps({"data": [{"embedding": [1, 2, 3]}]}))
    elif "infill" in asked.target:
        await line.head()
        await line.send(INFILL.answer(["a + ", "b"]).replace(b": 17,", f": {len(asked.body)},".encode()))
    else:
        await line.head()
        await line.send(CHAT.answer(["Hello ", "there."]))


def test_nothing_is_named(settings: Path) -> None:
    result = run("list")
    assert result.exit_code == 0
    assert result.stdout.startswith("No model is named in your settings, so nothing is sent anywhere.")
    assert "rulewright models add" in result.stdout.splitlines()[0]
    assert record(ModelsRecord, "list") == {"version": 1, "models": [], "offers": []}
    for what in ("test", "bench"):
        result = run(what)
        assert result.exit_code == 1
        assert "No model is named in the settings." in result.stderr
    assert not settings.exists()


def test_what_is_listed_says_where_keys_are_from_and_never_which(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", KEY)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings.write_text(
        """
[[models]]
name = "lan"
provider = "openai"
base_url = "http://models.example.org/v1"
key_env = "MINE"

[[models]]
name = "cloud"
provider = "openai"
model = "gpt-x"

[[models]]
name = "vault"
provider = "anthropic"
model = "claude"
key_command = ["/not/run", "x"]

[[models]]
name = "here"
provider = "llamacpp"
roles = ["chat", "complete"]
""",
        "utf-8",
    )
    result = run("list")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["lan", "openai", "-", "chat", "variable", "MINE", "http://models.example.org/v1"] in lines
    assert ["vault", "anthropic", "claude", "chat", "command", "/not/run", "https://api.anthropic.com"] in lines
    assert "here" in result.stdout
    assert "(this machine)" in result.stdout
    assert "cloud: The variable OPENAI_API_KEY with its key is not set." in result.stdout
    assert "lan: Its key and your code are sent without encryption" in result.stdout
    assert KEY not in result.output
    rows = record(ModelsRecord, "list")["models"]
    assert [row["is_local"] for row in rows] == [False, False, False, True]


def test_a_broken_model_is_told_and_nothing_is_done(settings: Path) -> None:
    settings.write_text('[[models]]\nname = "a"\nprovider = "x"\n', "utf-8")
    result = run("list")
    assert result.exit_code == 2
    assert "`models` a: `provider` must be one of" in result.stderr


def test_each_ability_is_tried(settings: Path) -> None:
    with serving_beside(works) as server:
        settings.write_text(
            f'[[models]]\nname = "a"\nprovider = "llamacpp"\nbase_url = "{server.url}"\n'
            'roles = ["chat", "complete", "embed"]\n',
            "utf-8",
        )
        result = run("test")
        assert result.exit_code == 0, result.output
        found = record(TrialsRecord, "test", "a")["models"]
        asked = list(server.asked)
    assert "1,024 tokens of context" in result.stdout
    (trial,) = found
    assert [(tried["ability"], tried["works"]) for tried in trial["tried"]] == [
        ("chat", True), ("cancel", True), ("infill", True), ("embed", True), ("count", True),
    ]  # fmt: skip
    assert trial["tried"][0]["text"] == "It answered 'Hello there.'."
    assert trial["tried"][3]["text"] == "It gave a vector of 3 numbers."
    assert trial["tried"][4]["text"].startswith("It counts 3 tokens in ")
    calls = {"/props", "/v1/models", "/tokenize", "/v1/chat/completions", "/infill", "/v1/embeddings"}
    assert {one.target for one in asked} == calls


async def ignores_suffixes(asked: Asked, line: Line) -> None:
    if asked.method == "GET":
        await line.reply(json.dumps({"data": [{"id": "m"}]}))
    elif "prompt" in asked.json:
        await line.head()
        await line.send(WIRES[1].answer(["x"]))
    else:
        await line.reply(json.dumps({"error": {"message": "no"}}), 401)


def test_a_server_that_drops_the_suffix_is_found_out(settings: Path) -> None:
    with serving_beside(ignores_suffixes) as server:
        settings.write_text(
            f'[[models]]\nname = "a"\nprovider = "openai"\nbase_url = "{server.url}"\nroles = ["complete", "chat"]\n',
            "utf-8",
        )
        result = run("test", "a")
        assert result.exit_code == 1
        assert "It does not read what stands behind the hole" in result.stdout
        assert "The model a asks for a key and has none here (401)." in result.stdout
        assert run("bench", "a").exit_code == 1


def test_one_that_is_down_is_one_sentence(settings: Path) -> None:
    with serving_beside(works) as server:
        pass
    settings.write_text(f'[[models]]\nname = "a"\nprovider = "ollama"\nmodel="m"\nbase_url = "{server.url}"\n', "utf-8")
    result = run("test")
    assert result.exit_code == 1
    assert result.stdout.count("nobody listens") == 1


def test_a_name_that_is_not_there(settings: Path) -> None:
    settings.write_text('[[models]]\nname = "a"\nprovider = "ollama"\n', "utf-8")
    result = run("test", "b")
    assert (result.exit_code, result.stderr) == (1, "Error: There is no model b in the settings. There is: a.\n")


def test_how_fast_it_is(settings: Path) -> None:
    with serving_beside(works) as server:
        settings.write_text(
            f'[[models]]\nname = "a"\nprovider = "llamacpp"\nbase_url = "{server.url}"\n'
            f'[[models]]\nname = "v"\nprovider = "llamacpp"\nbase_url = "{server.url}"\nroles = ["embed"]\n',
            "utf-8",
        )
        assert run("bench", "--requests", "2").exit_code == 0
        speeds = record(SpeedsRecord, "bench", "--requests", "3", "--tokens", "9")["models"]
        limits = [one.json["max_tokens"] for one in server.asked if one.target.endswith("completions")]
    assert (speeds[0]["n_requests"], speeds[0]["n_failed"]) == (3, 0)
    assert 0 < speeds[0]["first_token_ms_p50"] <= speeds[0]["first_token_ms_p95"] <= speeds[0]["total_ms_p95"]
    assert "embeddings" in speeds[1]["problem"]
    assert limits[-3:] == [9, 9, 9]


# Naming one


def test_one_is_shown_before_it_is_written(settings: Path) -> None:
    shown = run("add", "ollama", "qwen2.5-coder:1.5b")
    assert shown.exit_code == 0
    assert f"Nothing was written. With --yes this goes to {settings}." in shown.stderr
    assert not settings.exists()
    done = run("add", "ollama", "qwen2.5-coder:1.5b", "--yes")
    assert "rulewright models test qwen2.5-coder:1.5b" in done.stdout
    assert settings.read_text("utf-8") == shown.stdout
    (entry,) = tomllib.loads(shown.stdout)["models"]
    assert entry == {
        **dict.fromkeys(("name", "model"), "qwen2.5-coder:1.5b"),
        "provider": "ollama",
        "roles": ["chat", "complete"],
    }
    again = run("add", "ollama", "qwen2.5-coder:1.5b", "--yes")
    assert again.exit_code == 1
    assert "choose another name" in again.stderr
    other = ("add", "openai", "gpt", "--name", "work", "--key-env", "WORK_KEY", "--role", "chat", "--yes")
    assert run(*other, "--base-url", "https://models.example.org/v1").exit_code == 0
    assert [row["name"] for row in record(ModelsRecord, "list")["models"]] == ["qwen2.5-coder:1.5b", "work"]


@pytest.mark.parametrize(
    ("before", "is_kept"),
    [
        ("# mine\n[check]\nfail_on = 'error' # stays\n", True),
        ("[check]\nfail_on = 'error'", True),
        ("models = [{ name = 'x', provider = 'ollama' }]\n", False),
    ],
)
def test_what_was_in_the_settings_stays(settings: Path, before: str, *, is_kept: bool) -> None:
    settings.write_text(before, "utf-8")
    result = run("add", "llamacpp", "--yes")
    after = settings.read_text("utf-8")
    assert after.startswith(before)
    if is_kept:
        assert tomllib.loads(after)["models"][0]["name"] == "llamacpp"
    else:
        assert result.exit_code == 1
        assert after == before
        assert "is not TOML that takes another [[models]]" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("openai", "m", "--base-url", "here"), "`base_url` must begin with http:// or https://"),
        (("openai", "a b"), "`name` must be"),
        (("anthropic", "m", "--role", "embed"), "anthropic has no `embed`"),
        (("openai", "m", "--key-env", KEY), "`key_env` must be the name of a variable, not the key"),
    ],
)
def test_a_mistake_is_told_and_nothing_is_written(settings: Path, arguments: tuple[str, ...], told: str) -> None:
    result = run("add", *arguments, "--yes")
    assert result.exit_code == 1
    assert told in result.stderr
    assert KEY not in result.output
    assert not settings.exists()


def test_what_is_written_is_what_was_meant() -> None:
    for entry in (
        {"name": "a", "provider": "openai", "model": 'q"\\\n\u00e9', "roles": ["chat", "embed"]},
        {"name": "a", "provider": "llamacpp", "temperature": 0.5, "price_in": 3.0, "key_command": ["a", "b c"]},
    ):
        (taken,), _ = read_models([entry])
        made = msgspec.convert(taken, ModelSettings)
        (again,) = tomllib.loads(toml_of(made))["models"]
        assert msgspec.convert(again, ModelSettings) == made


# Nearby


def test_offers_are_what_no_settings_name() -> None:
    found = (Nearby("ollama", "http://127.0.0.1:11434", ("llama3:8b", "nomic-embed-text")), Nearby("llamacpp", "u", ()))
    named = [ModelSettings(name="x", provider="openai", base_url="http://localhost:11434/v1")]
    assert [offer.command for offer in offers(found, [])] == [
        "rulewright models add ollama llama3:8b",
        "rulewright models add ollama nomic-embed-text",
        "rulewright models add llamacpp",
    ]
    assert offers(found, named) == (Offer("llamacpp", "u", "", "rulewright models add llamacpp"),)
    (odd,) = offers([Nearby("ollama", "u", ("a; rm -rf ~",))], [])
    assert odd.command == "rulewright models add ollama 'a; rm -rf ~'"
    assert roles_of("ollama", "nomic-embed-text") == ("embed",)
    assert roles_of("ollama", "qwen2.5-coder") == ("chat", "complete")
    assert roles_of("openai", "gpt-4o-code") == ("chat",)


async def test_a_server_nearby_is_asked_what_it_is_and_nothing_else() -> None:
    async def ollama(_: Asked, line: Line) -> None:
        await line.reply(json.dumps({"models": [{"name": "llama3:8b"}]}))

    connections = Connections()
    async with serving(ollama) as one, serving(works) as other:
        found = await look_nearby(connections, {"ollama": one.url, "llamacpp": other.url})
        assert [(a.method, a.target, a.body) for a in (*one.asked, *other.asked)] == [
            ("GET", "/api/tags", b""), ("GET", "/props", b""),
        ]  # fmt: skip
        assert not any("authorization" in asked.headers for asked in one.asked)
    assert found == (Nearby("ollama", one.url, ("llama3:8b",)), Nearby("llamacpp", other.url, ()))
    assert connections.n_clients == 0


async def test_another_program_on_their_ports_is_no_model() -> None:
    async def website(_: Asked, line: Line) -> None:
        await line.reply("<html></html>", content_type="text/html")

    async def api(_: Asked, line: Line) -> None:
        await line.reply('{"hello": "world"}')

    connections = Connections()
    async with serving(website) as one, serving(api) as other:
        assert await look_nearby(connections, {"ollama": one.url, "llamacpp": other.url}) == ()
    assert await look_nearby(connections, {"ollama": one.url, "llamacpp": other.url}) == ()


def test_what_is_nearby_is_offered(settings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving_beside(works) as server:
        monkeypatch.setattr(nearby_module, "_URLS", {"llamacpp": server.url})
        result = run("list")
        assert f"llamacpp at {server.url}: rulewright models add llamacpp --yes" in result.stdout
        (offer,) = record(ModelsRecord, "list")["offers"]
    assert offer["command"] == "rulewright models add llamacpp"
    assert not settings.exists()


def test_whoever_may_only_read_asks_no_model(settings: Path) -> None:
    settings.write_text('[[models]]\nname = "a"\nprovider = "ollama"\n', "utf-8")
    gateway = app.headless()
    gateway.open_project(str(settings.parent), {})
    gateway.open_for(Principal("ann", "Ann", frozenset(["read"]), "t1"), lambda _: None)
    models = gateway.models
    assert [row.name for row in models.rows()] == ["a"]
    with pytest.raises(NotAllowed):
        models.try_out("a")
    with pytest.raises(NotAllowed):
        models.write("")
    asyncio.run(gateway.aclose())
