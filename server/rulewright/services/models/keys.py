"""Where keys come from: a variable of the environment, a command, the system's keyring. A key is never shown."""

import asyncio
import os
import subprocess
from collections.abc import Callable, Mapping

import msgspec

from rulewright.core.model_settings import ModelSettings, key_variable

COMMAND_S = 20.0
"""Time for a command; it may ask for a passphrase in a window of its own."""
MAX_CHARS = 20_000


class Key(msgspec.Struct, frozen=True):
    """A key, or none."""

    value: str
    origin: str
    """Words that follow "the key from"; empty where there is no key."""

    def __repr__(self) -> str:
        """Without the key."""
        return f"Key(origin={self.origin!r})"


class KeyProblem(Exception):  # noqa: N818 - an answer, not a fault
    """A key cannot be had; the message is a sentence."""


class Keys:
    """The keys of this process: what a command or the keyring gave is kept, until it is forgotten."""

    def __init__(
        self, environ: Mapping[str, str] = os.environ, run: Callable[[tuple[str, ...]], str] | None = None
    ) -> None:
        """`run` runs a command and gives what it printed; it raises KeyProblem with a clause."""
        self._environ, self._run = environ, run or _run
        self._variables: dict[tuple[str, str], str] = {}
        self._known: dict[tuple[str, ...], asyncio.Future[str]] = {}

    def at_hand(self, model: ModelSettings) -> Key | None:
        """The key, where that takes no command and no keyring; None where it does."""
        if model.key_command or model.keyring:
            return None
        place = (model.provider, model.base_url)
        variable = model.key_env or self._variables.get(place)
        if variable is None:
            variable = self._variables[place] = key_variable(model)
        value = self._environ.get(variable, "").strip() if variable else ""
        return Key(value, f"the variable {variable}" if value else "")

    async def find(self, model: ModelSettings) -> Key:
        """The key of a model; one that is needed and missing is a problem. Raises KeyProblem."""
        found = self.at_hand(model)
        if found is None:
            what = ("command", *model.key_command) if model.key_command else ("keyring", model.keyring)
            origin = f"the command {model.key_command[0]}" if model.key_command else f"the keyring ({model.keyring})"
            found = Key(await self._once(model, what), origin)
        elif model.key_env and not found.value:
            raise KeyProblem(
                f"The model {model.name} was not asked: the variable {model.key_env} with its key is not set."
            )
        if not found.value.isascii() or not found.value.isprintable() or " " in found.value:
            raise KeyProblem(f"The model {model.name} was not asked: {found.origin} gives something that is no key.")
        return found

    def forget(self, model: ModelSettings) -> None:
        """Ask for it again the next time: it was refused."""
        for what in (("command", *model.key_command), ("keyring", model.keyring)):
            future = self._known.get(what)
            if future is not None and future.done():
                del self._known[what]

    async def _once(self, model: ModelSettings, what: tuple[str, ...]) -> str:
        """What a command or the keyring gives; all who ask meanwhile wait for the same one."""
        asked = self._known.get(what)
        if asked is None or asked.get_loop() is not asyncio.get_running_loop():
            asked = asyncio.get_running_loop().run_in_executor(None, self._ask, what)
            # Whoever asked may be gone by the time that it fails.
            asked.add_done_callback(lambda done: done.cancelled() or done.exception())
            self._known[what] = asked
        try:
            return await asyncio.shield(asked)
        except KeyProblem as problem:
            self._known.pop(what, None)
            raise KeyProblem(f"The model {model.name} was not asked: {problem}.") from None

    def _ask(self, what: tuple[str, ...]) -> str:
        kind, *rest = what
        return self._run(tuple(rest)) if kind == "command" else _from_keyring(rest[0])


def _run(command: tuple[str, ...]) -> str:
    """What a command prints, without blanks around it. What it says of errors may be anything, so it is not shown."""
    program = command[0]
    try:
        done = subprocess.run(
            [os.path.expanduser(program), *command[1:]],  # noqa: PTH111 - no path is made of it
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise KeyProblem(f"{program}, which is to print its key, took more than {COMMAND_S:.0f} s") from None
    except OSError as error:
        raise KeyProblem(f"{program}, which is to print its key, cannot be run: {error.strerror}") from None
    except ValueError:
        raise KeyProblem("its key_command cannot be run") from None
    if done.returncode:
        raise KeyProblem(f"{program}, which is to print its key, ended with exit code {done.returncode}")
    key = done.stdout[:MAX_CHARS].decode("utf-8", "replace").strip()
    if not key:
        raise KeyProblem(f"{program}, which is to print its key, printed nothing")
    return key


def _from_keyring(name: str) -> str:
    service, _, user = name.partition("/")
    try:
        import keyring  # noqa: PLC0415 - it is not required
    except ImportError:
        raise KeyProblem("its key is in the keyring, and the Python package keyring is not installed") from None
    try:
        key = keyring.get_password(service, user)
    except Exception as error:  # noqa: BLE001 - each of its backends has errors of its own
        raise KeyProblem(f"the keyring cannot be read ({type(error).__name__})") from None
    if not key:
        raise KeyProblem(f"the keyring holds nothing for {name}")
    return str(key).strip()
