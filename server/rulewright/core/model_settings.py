"""The setting `models`: which models there are, where they are, and from where their keys come.

A model with a mistake is left out as a whole: without its address it would be asked at another one.
A key is never part of the settings, and no sentence here repeats a value that could be one.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rulewright.core.chat.intent import Intent

ProviderKind = Literal["openai", "anthropic", "ollama", "llamacpp"]
ModelRole = Literal["chat", "complete", "embed"]
FimKind = Literal[
    "auto", "server", "none",
    "codegemma", "codellama", "codestral", "deepseek", "granite", "granite4", "mellum", "qwen", "starcoder",
]  # fmt: skip
"""How a model is told of a hole: a name of `core.infill.families`, or who decides it."""
ROLES: tuple[ModelRole, ...] = ("chat", "complete", "embed")
LOOPBACK = "127.0.0.1"

BASE_URLS: Mapping[str, str] = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "ollama": f"http://{LOOPBACK}:11434",
    "llamacpp": f"http://{LOOPBACK}:8080",
}
KEY_VARIABLES: Mapping[str, str] = {
    "api.openai.com": "OPENAI_API_KEY",
    "api.anthropic.com": "ANTHROPIC_API_KEY",
    "api.mistral.ai": "MISTRAL_API_KEY",
    "codestral.mistral.ai": "CODESTRAL_API_KEY",
    "api.deepseek.com": "DEEPSEEK_API_KEY",
    "openrouter.ai": "OPENROUTER_API_KEY",
    "ollama.com": "OLLAMA_API_KEY",
    ".openai.azure.com": "AZURE_OPENAI_API_KEY",
    ".cognitiveservices.azure.com": "AZURE_OPENAI_API_KEY",
}
"""Which variable of the environment holds the key, by host; one with a leading dot stands for all names below it.

It goes by the address and not by the provider, so that no key is sent to a server of somebody else.
"""
N_CHARS_OF_NAME = 64
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:@/+-]{{0,{N_CHARS_OF_NAME - 1}}}")
_KEYS_IN_CLEAR = frozenset({"key", "apikey", "token", "secret", "password", "bearer", "auth", "authorization"})
_KEY_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key", "api-key", "cookie"})
_OUR_HEADERS = frozenset({"host", "content-length", "content-type", "connection", "transfer-encoding", "accept"})
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model that may be asked."""

    name: Annotated[str, Meta(description="What you call it; another entry with the same name replaces it.")]
    provider: Annotated[ProviderKind, Meta(description="What its server speaks.")]
    base_url: Annotated[
        str,
        Meta(description="Address of the server. Without it, that of the provider, on this machine for the last two."),
    ] = ""
    model: Annotated[str, Meta(description="What the server calls the model. Empty for the only one it has.")] = ""
    roles: Annotated[tuple[ModelRole, ...], Meta(description="What it is asked for.")] = ("chat",)
    fim: Annotated[
        FimKind,
        Meta(
            description="How it is told what to fill in: `server` in its server's own way, `none` never, the name of a "
            "family of models by the prompt of that family; `auto` by that of the family that its name tells, where "
            "its server has no way of its own."
        ),
    ] = "auto"
    intents: Annotated[
        tuple[Intent, ...],
        Meta(description="Questions that it is meant for; another one answers the rest, where there is one."),
    ] = ()
    key_env: Annotated[
        str, Meta(description="Variable of the environment with the key; well-known services have a default.")
    ] = ""
    key_command: Annotated[
        tuple[str, ...], Meta(description="Program and arguments that print the key; run without a shell, once.")
    ] = ()
    keyring: Annotated[
        str, Meta(description="`SERVICE/USER` of the system's keyring; needs the Python package keyring.")
    ] = ""
    ca_file: Annotated[
        str, Meta(description="Certificates (PEM) of authorities to trust, in place of the system's.")
    ] = ""
    headers: Annotated[dict[str, str], Meta(description="Headers to send along. Keys do not belong here.")] = {}
    context_tokens: Annotated[
        int, Meta(ge=0, le=100_000_000, description="Tokens of prompt and answer together; 0 to ask the server.")
    ] = 0
    max_tokens: Annotated[
        int, Meta(ge=0, le=1_000_000, description="Tokens of an answer at most; 0 for no own limit.")
    ] = 0
    temperature: Annotated[float | None, Meta(description="0 to 2; without it, the model's own.")] = None
    deadline_s: Annotated[int, Meta(ge=1, le=3_600, description="Seconds that a whole answer may take.")] = 120
    first_token_s: Annotated[int, Meta(ge=1, le=3_600, description="Seconds until the answer has to begin.")] = 60
    price_in: Annotated[
        float, Meta(ge=0, le=1_000_000, description="Price of a million tokens that are sent, in US dollars.")
    ] = 0.0
    price_out: Annotated[
        float, Meta(ge=0, le=1_000_000, description="Price of a million tokens of answers, in US dollars.")
    ] = 0.0


class Endpoint(msgspec.Struct, frozen=True):
    """Where a model is, taken apart."""

    url: str
    """Without a slash at its end and without a query; `localhost` is the loopback address."""
    host: str
    query: str
    """Of the written address, without the question mark."""
    is_local: bool
    """Whether nothing leaves this machine."""
    is_encrypted: bool


@cache
def _fields() -> Mapping[str, msgspec.structs.FieldInfo]:
    return {field.name: field for field in msgspec.structs.fields(ModelSettings)}


def endpoint_of(model: ModelSettings) -> Endpoint:
    """Where a model is. Raises ValueError, a clause that follows `base_url`."""
    return read_url(model.base_url or BASE_URLS[model.provider])


def read_url(written: str) -> Endpoint:
    """The parts of an address. Raises ValueError, a clause that follows `base_url`."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - most starts read no address

    from rulewright.core.addresses import is_loopback  # noqa: PLC0415 - as above

    if any(ord(char) <= ord(" ") or ord(char) == 0x7F for char in written):  # noqa: PLR2004 - DEL
        raise ValueError("has a blank in it")
    try:
        parts = urlsplit(written)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise ValueError("is no address such as http://127.0.0.1:8080") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("must begin with http:// or https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise ValueError("has a user or a password in it; use key_env, key_command or keyring")
    if parts.fragment:
        raise ValueError("has a # in it")
    is_encrypted = parts.scheme == "https"
    if host == "localhost" and not is_encrypted:
        # A certificate is for a name; without one, the number says for sure that it is this machine.
        host = LOOPBACK
    shown = f"[{host}]" if ":" in host else host
    place = f"{parts.scheme}://{shown}{f':{port}' if port is not None else ''}{parts.path.rstrip('/')}"
    return Endpoint(place, host, parts.query, is_loopback(host), is_encrypted)


def key_variable(model: ModelSettings) -> str:
    """The variable of the environment that holds its key; empty where it has none by default."""
    if model.key_env or model.key_command or model.keyring:
        return model.key_env
    try:
        host = endpoint_of(model).host
    except ValueError:
        return ""
    below = (name for known, name in KEY_VARIABLES.items() if known.startswith(".") and host.endswith(known))
    return KEY_VARIABLES.get(host) or next(below, "")


def read_models(written: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """The entries that can be used, each as plain values of ModelSettings, and a sentence about each that cannot."""
    if isinstance(written, Mapping):
        return [], ["`models` is a list: write [[models]], with two brackets, before each model."]
    if not isinstance(written, list | tuple):
        return [], ["`models` is set in a file of settings: [[models]] before each model."]
    taken: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for number, entry in enumerate(written, start=1):
        name = entry.get("name") if isinstance(entry, Mapping) else None
        is_named = isinstance(name, str) and _NAME.fullmatch(name) is not None
        called = f"`models` {name}" if is_named else f"`models`, entry {number}"
        wrong = _mistakes(entry) if is_named else [_unnamed(entry)]
        if is_named and name in taken:
            wrong = ["there is another one with this name"]
        problems += [f"{called}: {mistake}. This model is left out." for mistake in wrong]
        if not wrong:
            taken[str(name)] = dict(entry)
    return list(taken.values()), problems


def _unnamed(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return "it must be a table"
    if "name" not in entry:
        return "it needs a `name`"
    return f"`name` must be up to {N_CHARS_OF_NAME} letters, digits and . _ : @ / + -"


def _mistakes(entry: Mapping[str, Any]) -> list[str]:
    """What is wrong with an entry; a clause each."""
    wrong = [_unknown(key) for key in entry if key not in _fields()]
    for key, field in _fields().items():
        if key not in entry:
            if field.required:
                wrong.append(
                    f"it needs a `{key}`, one of {_choices(field.type)}" if key == "provider" else f"needs {key}"
                )
            continue
        try:
            msgspec.convert(entry[key], field.type)
        except msgspec.ValidationError:
            wrong.append(f"`{key}` must be {_wanted(field.type)}")
    if not wrong:
        wrong = _inconsistent(msgspec.convert(dict(entry), ModelSettings))
    return wrong


def _unknown(key: Any) -> str:
    plain = re.sub(r"[^a-z]", "", str(key).lower())
    if plain.removeprefix("api") in _KEYS_IN_CLEAR:
        return "a key does not belong in a file: name its variable (key_env), a command (key_command) or the keyring"
    close = get_close_matches(str(key), _fields(), n=1)
    shown = str(key)[:N_CHARS_OF_NAME]
    return f"`{shown}` is not known here{f'; did you mean `{close[0]}`?' if close else ''}".rstrip("?")


def _inconsistent(model: ModelSettings) -> list[str]:
    """What is wrong with values that have the right types."""
    wrong = []
    try:
        endpoint_of(model)
    except ValueError as problem:
        wrong.append(f"`base_url` {problem}")
    sources = [name for name in ("key_env", "key_command", "keyring") if getattr(model, name)]
    if len(sources) > 1:
        wrong.append(f"its key has {len(sources)} sources, {' and '.join(sources)}; one is enough")
    if model.key_env and not _VARIABLE.fullmatch(model.key_env):
        # Who pastes the key itself here must not find it in a log.
        wrong.append("`key_env` must be the name of a variable, not the key")
    if model.key_command and not model.key_command[0].strip():
        wrong.append("`key_command` must begin with a program")
    if model.keyring and not all(part.strip() for part in model.keyring.partition("/")):
        wrong.append("`keyring` must be SERVICE/USER")
    if model.temperature is not None and not 0 <= model.temperature <= 2:  # noqa: PLR2004 - what all providers take
        wrong.append("`temperature` must be a number from 0 to 2")
    if not model.roles:
        wrong.append(f"`roles` must have one of {_listed(ROLES)}")
    if model.provider == "anthropic" and (more := [role for role in model.roles if role != "chat"]):
        wrong.append(f"anthropic has no `{more[0]}`, only chat")
    if model.provider == "anthropic" and model.fim not in {"auto", "server", "none"}:
        wrong.append("anthropic takes no prompt of a family (`fim`), only chat")
    return wrong + _wrong_headers(model.headers)


def _wrong_headers(headers: Mapping[str, str]) -> list[str]:
    wrong = []
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or not value.isascii() or not value.isprintable():
            wrong.append("`headers` has one that is no header of HTTP")
        elif name.lower() in _KEY_HEADERS:
            wrong.append("a key does not belong in `headers`: use key_env, key_command or keyring")
        elif name.lower() in _OUR_HEADERS:
            wrong.append(f"the header {name.lower()} is not yours to set")
    return wrong


def merged(before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Entries of two places: one of the stronger place replaces that of its name, in its place."""
    by_name = {entry["name"]: entry for entry in before}
    by_name.update({entry["name"]: entry for entry in after})
    return list(by_name.values())


def _choices(kind: Any) -> str:
    return _listed(msgspec.json.schema(kind)["enum"])


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _wanted(kind: Any) -> str:
    schema = msgspec.json.schema(kind)
    if "enum" in schema:
        return f"one of {_listed(sorted(schema['enum']))}"
    if schema.get("type") == "array":
        items = schema["items"]
        return f"a list of {_listed(sorted(items['enum']))}" if "enum" in items else "a list of texts"
    if "anyOf" in schema:
        return "a number"
    if schema["type"] in {"integer", "number"}:
        last = f"from {schema.get('minimum', 0):,} to {schema['maximum']:,}" if "maximum" in schema else "from 0 on"
        return f"a {'whole ' if schema['type'] == 'integer' else ''}number {last}"
    return {"string": "text", "object": "a table of texts"}[schema["type"]]


def describe_models() -> list[tuple[str, str, str, str]]:
    """Rows for the manual: key, what it takes, default, what it means."""
    rows = []
    for name, field in _fields().items():
        default = msgspec.UNSET if field.required else field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        shown = "" if default is msgspec.UNSET else f"`{msgspec.json.encode(default).decode()}`"
        meaning = str(msgspec.json.schema(field.type).get("description", ""))
        rows.append((name, _wanted(field.type), shown, meaning))
    return rows
