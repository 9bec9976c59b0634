"""Keys of models: from the environment, from a command, from the keyring; asked for once, and never shown."""

import asyncio
import sys
import types

import pytest

from rulewright.core.model_settings import ModelSettings
from rulewright.services.models import keys as keys_module
from rulewright.services.models.keys import Key, KeyProblem, Keys
from tests.harness.model_wires import KEY


def model(**more: object) -> ModelSettings:
    return ModelSettings(name="mine", provider="openai", **more)  # type: ignore[arg-type]


def prints(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_a_well_known_variable_and_a_named_one() -> None:
    environ = {"OPENAI_API_KEY": KEY, "MINE": f"{KEY}2"}
    assert await Keys(environ).find(model()) == Key(KEY, "the variable OPENAI_API_KEY")
    assert await Keys(environ).find(model(key_env="MINE")) == Key(f"{KEY}2", "the variable MINE")
    assert await Keys({}).find(model()) == Key("", "")
    assert await Keys(environ).find(model(base_url="https://models.example.org")) == Key("", "")
    assert KEY not in repr(await Keys(environ).find(model()))


async def test_what_a_command_prints() -> None:
    found = await Keys({}).find(model(key_command=prints(f"print('  {KEY}')")))
    assert found == Key(KEY, f"the command {sys.executable}")


async def test_a_command_is_run_once_however_many_ask() -> None:
    runs: list[tuple[str, ...]] = []

    def run(command: tuple[str, ...]) -> str:
        runs.append(command)
        return KEY

    keys, one = Keys({}, run), model(key_command=("pass", "show"))
    assert {key.value for key in await asyncio.gather(*(keys.find(one) for _ in range(9)))} == {KEY}
    await keys.find(one)
    assert runs == [("pass", "show")]
    keys.forget(one)
    await keys.find(one)
    assert len(runs) == 2
    assert keys.at_hand(one) is None


async def test_one_that_was_refused_is_asked_for_again() -> None:
    n_runs = 0

    def run(_: tuple[str, ...]) -> str:
        nonlocal n_runs
        n_runs += 1
        if n_runs == 1:
            raise KeyProblem("pass, which is to print its key, printed nothing")
        return KEY

    keys, one = Keys({}, run), model(key_command=("pass",))
    with pytest.raises(KeyProblem, match="printed nothing"):
        await keys.find(one)
    assert (await keys.find(one)).value == KEY


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("/not/there",), "/not/there, which is to print its key, cannot be run: No such file or directory."),
        (prints("raise SystemExit(3)"), "ended with exit code 3."),
        (prints("pass"), "printed nothing."),
        (prints(f"import sys; sys.stderr.write('{KEY}'); sys.exit(1)"), "ended with exit code 1."),
        (prints(f"print('{KEY} {KEY}')"), "gives something that is no key."),
        (("a\0b",), "its key_command cannot be run."),
    ],
)
async def test_a_command_that_gives_none(command: tuple[str, ...], told: str) -> None:
    with pytest.raises(KeyProblem) as problem:
        await Keys({}).find(model(key_command=command))
    assert str(problem.value).startswith("The model mine was not asked: ")
    assert str(problem.value).endswith(told)
    assert KEY not in str(problem.value)


async def test_a_command_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys_module, "COMMAND_S", 0.05)
    with pytest.raises(KeyProblem, match="took more than"):
        await Keys({}).find(model(key_command=prints("import threading; threading.Event().wait()")))


async def test_a_command_gets_no_input_and_no_shell() -> None:
    found = await Keys({}).find(model(key_command=prints("import sys; print('$HOME' + sys.stdin.read())")))
    assert found.value == "$HOME"


async def test_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyProblem, match="package keyring is not installed"):
        await Keys({}).find(model(keyring="openai/me"))
    held = {("openai", "me"): KEY}
    fake = types.ModuleType("keyring")
    fake.get_password = lambda *which: held.get(which)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", fake)
    assert await Keys({}).find(model(keyring="openai/me")) == Key(KEY, "the keyring (openai/me)")
    with pytest.raises(KeyProblem, match="holds nothing for openai/you"):
        await Keys({}).find(model(keyring="openai/you"))

    def locked(*_: str) -> str:
        raise RuntimeError(KEY)

    fake.get_password = locked  # type: ignore[attr-defined]
    with pytest.raises(KeyProblem, match=r"cannot be read \(RuntimeError\)"):
        await Keys({}).find(model(keyring="openai/me"))
