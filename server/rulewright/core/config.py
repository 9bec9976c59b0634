"""Settings: one typed source for files, environment, editors, flags, the JSON schema and the manual.

A setting is one field below. Layers are plain mappings, merged from the weakest to the strongest: defaults, the user's
file, the project's file, environment, editor, flags. A value that is unknown or of the wrong type is reported and left
out; the others count. What a cloned workspace may not set is fixed here, in `NEEDS_TRUST` and `USER_ONLY`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rulewright.core.findings import Severity
from rulewright.core.languages import LANGUAGES, canonical
from rulewright.core.model_settings import ModelSettings, merged, read_models
from rulewright.core.rules.foreign_names import FOREIGN_FORMATS, ExportTarget, ForeignFormat
from rulewright.core.rules.globs import compile_glob, split
from rulewright.core.rules.rule import SOURCES, Source

Layer = Literal["default", "user", "project", "environment", "editor", "flags"]

NEEDS_TRUST: Mapping[str, str] = {
    "models": "it says where your code is sent, and runs the commands that yield keys",
    "keys": "its commands would be run",
    "egress": "it is about what may leave this machine",
    "packages": "guidance of packages would steer models and checks",
    "templates": "a template decides what a prompt says",
    "peers": "it says where your sessions are sent",
    "cluster": "it says where your sessions are sent",
    "privacy.on_secret": "it decides what happens to secrets in what is sent",
}
"""Tables, or single settings, that a project may set only once the user trusts it, each with the reason. It is whatever
could send data away, run a program or steer a model, whether this version knows the table or not."""

Trust = Literal["none", "changed", "trusted"]
"""`changed`: it was trusted, and now says other things than then."""

USER_ONLY: Mapping[str, str] = {
    "trust": "a project cannot say that it is trusted",
    "interactions": "what is kept of your calls of models is yours to say",
    "chat": "which model your questions go to is yours to say",
    "limits": "what you spend is yours to say",
    "review.model": "which model your code goes to is yours to say",
    "review.max_calls": "what you spend is yours to say",
    "log": "a project cannot say where this program writes",
    "privacy.local_models": "what your models on this machine may see is yours to say",
}
"""Those that no project may set, trusted or not, each with the reason."""

Kilobytes = Annotated[int, Meta(ge=1, le=100_000)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
Seconds = Annotated[int, Meta(ge=1, le=3_600)]
Milliseconds = Annotated[int, Meta(ge=0, le=60_000)]
Processes = Annotated[int, Meta(ge=0, le=64)]
Tokens = Annotated[int, Meta(ge=0, le=1_000_000)]


class RulesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rules are in force."""

    enabled: Annotated[bool, Meta(description="Switch the whole rule system off; everything else goes on working.")] = (
        True
    )
    sources: Annotated[tuple[Source, ...], Meta(description="The sources that count.")] = SOURCES
    defaults: Annotated[
        Literal["auto", "always", "never"],
        Meta(description="Our own small set of checks: `auto` uses it only while the project has no rules of its own."),
    ] = "auto"
    disable: Annotated[tuple[str, ...], Meta(description="Ids of rules to switch off.")] = ()
    formats: Annotated[
        tuple[ForeignFormat, ...],
        Meta(description="Tools whose rule files count where they are found; an empty list leaves them all out."),
    ] = FOREIGN_FORMATS
    export: Annotated[
        tuple[ExportTarget, ...],
        Meta(description="Tools that `rulewright rules sync` writes the project's rules for."),
    ] = ()
    auto_reload: Annotated[bool, Meta(description="Read rule files again when they change on disk.")] = True
    cache_ttl: Annotated[
        Seconds,
        Meta(description="Seconds after which the server looks for rules and switches that other programs keep."),
    ] = 300
    prompt_tokens: Annotated[Tokens, Meta(description="Tokens that the text of rules may take in a prompt.")] = 4_000


class PackagesSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Guidance that installed packages ship."""

    allow: Annotated[
        tuple[str, ...],
        Meta(
            description="Packages whose guidance counts: `pydantic`, or `python/pydantic`, `npm/zod`, `hex/ash` "
            "where a name is used twice. `rulewright rules packages` lists those that ship some."
        ),
    ] = ()
    max_kb: Annotated[
        Kilobytes, Meta(description="What one package may ship, in kB of 1,024 bytes; the rest of it is left out.")
    ] = 64
    environments: Annotated[
        tuple[str, ...],
        Meta(description="Python environments to look in, beside `.venv`, `venv`, `env` and the active one."),
    ] = ()


class CheckSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How files are checked."""

    fail_on: Annotated[
        Severity | Literal["never"],
        Meta(description="The least severe finding that makes `rulewright check` exit with 1."),
    ] = "warning"
    exclude: Annotated[
        tuple[str, ...], Meta(description="Globs of files that are never checked, beside what `.gitignore` names.")
    ] = ()
    gitignore: Annotated[bool, Meta(description="Leave out what `.gitignore` and `.ignore` files name.")] = True
    max_file_kb: Annotated[Kilobytes, Meta(description="Larger files are left out, in kB of 1,024 bytes.")] = 1024
    max_findings: Annotated[
        Count, Meta(description="Findings of one file beyond this number are cut, and a finding says so.")
    ] = 1000
    timeout_s: Annotated[Seconds, Meta(description="Seconds that one file may take before its check is given up.")] = 20
    jobs: Annotated[
        Processes, Meta(description="Worker processes; 0 means one a core, 4 at most (in the server: 2).")
    ] = 0


class IndexSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the code of a workspace is indexed."""

    enabled: Annotated[
        bool, Meta(description="Index the workspace. Without it, only the open documents are known.")
    ] = True
    exclude: Annotated[
        tuple[str, ...], Meta(description="Globs of files that are not indexed, beside what `.gitignore` names.")
    ] = ()
    max_file_kb: Annotated[Kilobytes, Meta(description="Larger files are left out, in kB of 1,024 bytes.")] = 1024
    timeout_s: Annotated[
        Seconds, Meta(description="Seconds that one file may take before only its words are taken.")
    ] = 5
    jobs: Annotated[
        Processes, Meta(description="Worker processes; 0 means one a core, 4 at most (in the server: 2).")
    ] = 0


Languages = Annotated[tuple[str, ...], Meta(extra={"of": "language"})]
_ALL: Languages = ("*",)


class CodeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is answered from the code itself, each for a list of languages.

    `*` means every language, `!go` all but that one. A language that is named is served even beside another server.
    """

    beside: Annotated[
        Languages,
        Meta(
            description="Languages that another server of yours answers for: there `*` does not count, and Rulewright "
            "leaves them to it. `auto` looks which servers your editor has started."
        ),
    ] = ("auto",)
    completion: Annotated[Languages, Meta(description="Languages with completion.")] = _ALL
    definition: Annotated[Languages, Meta(description="Languages with jumps to definitions.")] = _ALL
    references: Annotated[Languages, Meta(description="Languages with references and call hierarchies.")] = _ALL
    highlight: Annotated[Languages, Meta(description="Languages in which the name at the cursor is highlighted.")] = (
        _ALL
    )
    hover: Annotated[
        Languages, Meta(description="Languages with a hover: signature, doc and the rules that apply.")
    ] = _ALL
    symbols: Annotated[Languages, Meta(description="Languages with symbols of a document and of the workspace.")] = _ALL
    folding: Annotated[Languages, Meta(description="Languages with folding.")] = _ALL
    selection: Annotated[Languages, Meta(description="Languages with selections that widen.")] = _ALL
    lens: Annotated[
        Languages, Meta(description="Languages with a line above the text that counts the rules that apply to it.")
    ] = _ALL
    syntax: Annotated[
        Languages, Meta(description="Languages whose syntax errors are shown; `*` means those with a grammar to trust.")
    ] = _ALL

    def answers(self, feature: str, language: str, beside: Collection[str] = ()) -> bool:
        """Whether a feature, by the name of its setting, is on for a language; `beside` is what `auto` stands for."""
        listed: Languages = getattr(self, feature)
        if f"!{language}" in listed:
            return False
        if language in listed:
            return True
        return "*" in listed and language not in self.beside and language not in beside


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the language server behaves."""

    debounce_ms: Annotated[
        Milliseconds, Meta(description="Milliseconds without a change before diagnostics are pushed.")
    ] = 150
    syntax_rest_ms: Annotated[
        Milliseconds, Meta(description="Milliseconds without a change before new syntax errors are shown.")
    ] = 700


class PrivacySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave for a model or for another node."""

    never_send: Annotated[
        tuple[str, ...],
        Meta(
            description="Globs of files and folders whose content no model sees, beside what git and `.aiignore` "
            "ignore. The lists of all places count together, and none can take another's back.",
            extra={"of": "glob", "merge": "join"},
        ),
    ] = ()
    on_secret: Annotated[
        Literal["redact", "refuse"],
        Meta(description="What happens to a secret in what is sent: it is taken out, or nothing is sent."),
    ] = "redact"  # noqa: S105 - a verb
    local_models: Annotated[
        Literal["as_others", "all"],
        Meta(
            description="What models on this machine see: as much as others, or `all`, secrets and ignored files too."
        ),
    ] = "as_others"


class InteractionsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is kept of calls of models."""

    keep: Annotated[
        Literal["whole", "hashed", "none"],
        Meta(
            description="What is kept of a call, for you alone: prompt and answer, hashes of them, or nothing but "
            "counts. What is not whole cannot be replayed."
        ),
    ] = "whole"
    days: Annotated[int, Meta(ge=1, le=36_500, description="Days after which a call is deleted; counts stay.")] = 30


class ChatSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How questions are answered."""

    model: Annotated[
        str, Meta(description="The model to ask where nothing else says which, by its `name`; empty to have it chosen.")
    ] = ""
    local_only: Annotated[bool, Meta(description="Ask models on this machine only, whatever else is set up.")] = False
    context_tokens: Annotated[
        int,
        Meta(ge=500, le=2_000_000, description="Tokens that a prompt may have; a model that takes fewer gets fewer."),
    ] = 16_000
    answer_tokens: Annotated[int, Meta(ge=16, le=200_000, description="Tokens that an answer may have.")] = 4_096
    find_context: Annotated[
        bool, Meta(description="Look in the project for code that a question is about, and send it along.")
    ] = True


class GhostTextSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is suggested behind the cursor while you type, where a model has the role `complete`."""

    enabled: Annotated[bool, Meta(description="Whether anything is suggested unasked.")] = True
    languages: Annotated[
        Languages, Meta(description="Languages with suggestions: `*` for all, `!go` for all but Go.")
    ] = _ALL
    model: Annotated[str, Meta(description="The model to ask, by its `name`; empty to have it chosen.")] = ""
    local_only: Annotated[bool, Meta(description="Ask models on this machine only.")] = False
    comments: Annotated[bool, Meta(description="Whether something is suggested unasked inside comments.")] = True
    strings: Annotated[bool, Meta(description="Whether something is suggested unasked inside strings.")] = True
    lines: Annotated[
        Literal["auto", "one"], Meta(description="`one` suggests the rest of a line only; `auto` whole blocks as well.")
    ] = "auto"
    debounce_ms: Annotated[
        int,
        Meta(
            ge=-1,
            le=60_000,
            description="Milliseconds of rest before a model is asked; -1 follows how fast you type and it answers.",
        ),
    ] = -1
    deadline_ms: Annotated[
        int, Meta(ge=50, le=120_000, description="Milliseconds after which what there is counts, or the index answers.")
    ] = 3_000
    menu_wait_ms: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="Milliseconds that the list of completions waits for a suggestion, in editors without ghost "
            "text; within a word 40 at most, and 0 shows only what is there already.",
        ),
    ] = 250
    prompt_tokens: Annotated[
        int, Meta(ge=64, le=200_000, description="Tokens of what is sent: the text around the cursor, and what helps.")
    ] = 2_048
    answer_tokens: Annotated[int, Meta(ge=8, le=8_192, description="Tokens of a suggestion, at most.")] = 256
    find_context: Annotated[
        bool, Meta(description="Send along definitions of what stands around the cursor, from other files.")
    ] = True

    def is_for(self, language: str) -> bool:
        """Whether there are suggestions in a language."""
        return f"!{language}" not in self.languages and ("*" in self.languages or language in self.languages)


class ReviewSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How models judge code by the rules that have no check: `rulewright review`."""

    model: Annotated[str, Meta(description="The model to ask, by its `name`; empty to have it chosen.")] = ""
    severity: Annotated[Severity, Meta(description="How severe a finding of a review is.")] = "info"
    max_calls: Annotated[
        int, Meta(ge=1, le=1_000_000, description="Calls of models that one review makes, at most.")
    ] = 200
    prompt_tokens: Annotated[
        int, Meta(ge=800, le=1_000_000, description="Tokens of one call: its rules, and the lines that it is about.")
    ] = 8_000
    answer_tokens: Annotated[
        int, Meta(ge=64, le=200_000, description="Tokens of one answer, at most; models that think aloud need more.")
    ] = 4_096


Dollars = Annotated[float, Meta(ge=0, le=1_000_000)]


class LimitsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What models may cost. 0 is no limit; prices are those of `[[models]]`."""

    usd_per_day: Annotated[Dollars, Meta(description="US dollars a day, all features together.")] = 0.0
    tokens_per_day: Annotated[
        int, Meta(ge=0, le=10_000_000_000, description="Tokens a day, sent and answered, all features together.")
    ] = 0
    chat_usd_per_day: Annotated[Dollars, Meta(description="US dollars a day for chat alone.")] = 0.0
    chat_deadline_s: Annotated[Seconds, Meta(description="Seconds that an answer in a chat may take.")] = 600
    at_once: Annotated[
        int, Meta(ge=1, le=256, description="Calls of one model at the same time; what is more waits its turn.")
    ] = 4


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a server logs, beside what it tells the editor."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(
            description="The least severe line that is logged. There is one log, so what counts is your own file and "
            "the environment, not an editor or a project."
        ),
    ] = "info"
    file: Annotated[
        str,
        Meta(description="A file to log to, in place of standard error. It is kept below 5 MB, and three older ones."),
    ] = ""
    format: Annotated[Literal["text", "json"], Meta(description="Lines for people, or one JSON object a line.")] = (
        "text"
    )


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings, each with its default."""

    rules: RulesSettings = RulesSettings()
    packages: PackagesSettings = PackagesSettings()
    check: CheckSettings = CheckSettings()
    index: IndexSettings = IndexSettings()
    code: CodeSettings = CodeSettings()
    server: ServerSettings = ServerSettings()
    privacy: PrivacySettings = PrivacySettings()
    interactions: InteractionsSettings = InteractionsSettings()
    chat: ChatSettings = ChatSettings()
    ghost_text: GhostTextSettings = GhostTextSettings()
    review: ReviewSettings = ReviewSettings()
    limits: LimitsSettings = LimitsSettings()
    log: LogSettings = LogSettings()
    models: Annotated[
        tuple[ModelSettings, ...],
        Meta(description="The models that may be asked; `core/model_settings` reads them. None by default."),
    ] = ()


class SettingProblem(msgspec.Struct, frozen=True):
    """A value that was not taken. `broken` ones make the command line exit with 2."""

    layer: Layer
    origin: str
    """The file, variable or flag it came from."""
    message: str
    broken: bool = True
    is_about_trust: bool = False
    """Whether it was left out because of who set it."""


class SettingsLayer(msgspec.Struct, frozen=True):
    """What one place says, as it was written."""

    layer: Layer
    origin: str
    values: Mapping[str, Any]
    trust: Trust = "none"
    """Of a project's layer: whether the user trusts it, and what it says now."""


def merge(layers: Sequence[SettingsLayer]) -> tuple[Settings, tuple[SettingProblem, ...]]:
    """The settings that `layers`, weakest first, add up to, and what had to be left out."""
    tables: dict[str, Any] = {}
    problems: list[SettingProblem] = []
    for layer in layers:
        for name, table in layer.values.items():
            take = _take_models if name == "models" and not refused_by_trust(layer, name) else _take_table
            problems += take(tables, layer, name, table)
    return msgspec.convert(tables, Settings), tuple(problems)


def _take_models(tables: dict[str, Any], layer: SettingsLayer, name: str, written: Any) -> list[SettingProblem]:
    entries, mistakes = read_models(written)
    tables[name] = merged(tables.get(name, ()), entries)
    return [SettingProblem(layer.layer, layer.origin, mistake) for mistake in mistakes]


def _take_table(tables: dict[str, Any], layer: SettingsLayer, name: str, table: Any) -> list[SettingProblem]:
    def refuse(message: str, *, broken: bool = True, is_about_trust: bool = False) -> SettingProblem:
        return SettingProblem(layer.layer, layer.origin, message, broken, is_about_trust)

    if said := refused_by_trust(layer, name):
        return [refuse(said, broken=False, is_about_trust=True)]
    section = _SECTIONS.get(name)
    if section is None and (name in NEEDS_TRUST or name in USER_ONLY):
        return [refuse(f"`{name}` is for a later version of Rulewright; this one does not use it.", broken=False)]
    if section is None:
        return [refuse(f"`{name}` is not a table of settings{_did_you_mean(name, {**_SECTIONS, 'models': None})}")]
    if not isinstance(table, Mapping):
        return [refuse(f"`{name}` must be a table, not {_a(table)}.")]
    problems = []
    fields = {f.name: f for f in msgspec.structs.fields(section)}
    for key, value in table.items():
        if key not in fields:
            problems.append(refuse(f"`{name}.{key}` is not a setting{_did_you_mean(key, fields)}"))
            continue
        if said := refused_by_trust(layer, f"{name}.{key}"):
            problems.append(refuse(said, broken=False, is_about_trust=True))
            continue
        try:
            taken, doubts = _take(value, fields[key].type, is_text=layer.layer in {"environment", "flags"})
        except ValueError as error:
            problems.append(refuse(f"`{name}.{key}` {error}"))
            continue
        problems += [refuse(f"`{name}.{key}`: {doubt}", broken=False) for doubt in doubts]
        before = tables.setdefault(name, {})
        before[key] = (
            tuple(dict.fromkeys((*before.get(key, ()), *taken))) if _says(fields[key].type, "merge", "join") else taken
        )
    return problems


def refused_by_trust(layer: SettingsLayer, name: str) -> str:
    """Why a layer may not set a table or a setting, a sentence that says what helps; empty where it may."""
    if layer.layer != "project":
        return ""
    if name in USER_ONLY:
        return f"`{name}` may not be set by a project: {USER_ONLY[name]}."
    if name not in NEEDS_TRUST or layer.trust == "trusted":
        return ""
    if layer.trust == "changed":
        return f"`{name}` is not used: this project has changed since you trusted it. Look, then rulewright trust."
    return f"`{name}` is not used, because {NEEDS_TRUST[name]}. If you trust this project: rulewright trust."


def without_trusted(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Settings without those that need trust or are the user's alone, and the names of what was taken out."""
    kept: dict[str, Any] = dict(values)
    dropped = []
    for name in (*NEEDS_TRUST, *USER_ONLY):
        table, _, key = name.partition(".")
        held = kept.get(table)
        if held is not None and not key:
            del kept[table]
            dropped.append(name)
        elif key and isinstance(held, Mapping) and key in held:
            kept[table] = {one: value for one, value in held.items() if one != key}
            dropped.append(name)
    return kept, tuple(dropped)


def of_trust(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a project's settings needs trust, by the names of `NEEDS_TRUST`."""
    found: dict[str, Any] = {}
    for name in NEEDS_TRUST:
        table, _, key = name.partition(".")
        held = values.get(table)
        if held is not None and not key:
            found[name] = held
        elif key and isinstance(held, Mapping) and key in held:
            found[name] = held[key]
    return found


def _take(value: Any, kind: Any, *, is_text: bool) -> tuple[Any, list[str]]:
    """A value as its setting has it, and doubts about it; raises ValueError, which says what the setting takes."""
    given = split(value) if is_text and isinstance(value, str) and "tuple[" in str(kind) else value
    try:
        taken = msgspec.convert(given, kind, strict=not is_text)
    except msgspec.ValidationError:
        message = f"must be {_type_name(kind)}, not {_shown(given, kind)}"
        raise ValueError(message) from None
    if _says(kind, "of", "language"):
        return _languages(taken)
    return _globs(taken) if _says(kind, "of", "glob") else (taken, [])


def _globs(written: tuple[str, ...]) -> tuple[tuple[str, ...], list[str]]:
    """The globs that add something to a list, and a sentence about each that does not, or is doubtful."""
    doubts = [f"`{glob}` takes nothing back, so it was left out." for glob in written if glob.startswith("!")]
    taken = tuple(glob for glob in written if not glob.startswith("!"))
    doubts += [f"`{glob}`: {problem.message}" for glob in taken for problem in compile_glob(glob).problems]
    return taken, doubts


def _says(kind: Any, key: str, value: str) -> bool:
    return any(meta.extra and meta.extra.get(key) == value for meta in getattr(kind, "__metadata__", ()))


_SECTIONS: dict[str, type[msgspec.Struct]] = {
    f.name: f.type for f in msgspec.structs.fields(Settings) if f.name != "models"
}
"""Tables of single settings."""


def environment_layer(environ: Mapping[str, str]) -> SettingsLayer:
    """`RULEWRIGHT_RULES_ENABLED=false` is `rules.enabled`; lists are separated by commas."""
    values: dict[str, dict[str, Any]] = {}
    for name in _SECTIONS:
        prefix = f"RULEWRIGHT_{name.upper()}_"
        for variable, text in environ.items():
            if variable.startswith(prefix):
                key = variable[len(prefix) :].lower()
                values.setdefault(name, {})[key] = text.lower() if text in {"True", "False"} else text
    return SettingsLayer("environment", "environment", values)


def _languages(written: Languages) -> tuple[Languages, list[str]]:
    """The list with each language by its own name, and a sentence about each word in it that names none."""
    names: list[str] = []
    unknown: list[str] = []
    for word in written:
        sign, plain = ("!", word[1:]) if word.startswith("!") else ("", word)
        language = plain if plain in {"*", "auto"} else canonical(plain)
        if language is None:
            unknown.append(f"`{plain}` is no language known here{_did_you_mean(plain, LANGUAGES, 0)}")
        names.append(sign + (language or plain))
    return tuple(names), unknown


def _did_you_mean(word: str, known: Mapping[str, Any], n_listed: int = 100) -> str:
    close = get_close_matches(word, list(known), n=1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f"; known: {', '.join(sorted(known))}." if len(known) <= n_listed else "."


def _shown(value: Any, kind: Any) -> str:
    """A refused value, and the choice that it is nearest to."""
    if isinstance(value, int | float) and not isinstance(value, bool) and _type_name(kind).startswith("a number"):
        return f"{value:,}."
    if isinstance(value, list) and (choices := re.findall(r'"([^"]+)"', _type_name(kind))):
        value = next((item for item in value if item not in choices), value)
    if not isinstance(value, str):
        return f"{_a(value)}."
    close = get_close_matches(value, re.findall(r'"([^"]+)"', _type_name(kind)), n=1)
    return f'"{value}"; did you mean "{close[0]}"?' if close else f'"{value}".'


def _a(value: Any) -> str:
    return {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list"}.get(
        type(value), "this"
    )


def describe() -> list[tuple[str, str, str, str]]:
    """Rows for the manual: name, type, default, whether a project may set it."""
    rows = []
    for name, section in _SECTIONS.items():
        for field in msgspec.structs.fields(section):
            default = msgspec.json.encode(field.default).decode()
            full = f"{name}.{field.name}"
            rows.append((full, _type_name(field.type), default, who_may_set(full)))
    return rows


def who_may_set(name: str) -> str:
    """In words: `anywhere`, `with trust`, `user only`; of a setting `table.key`."""
    names = {name, name.partition(".")[0]}
    if not names.isdisjoint(USER_ONLY):
        return "user only"
    return "anywhere" if names.isdisjoint(NEEDS_TRUST) else "with trust"


def _type_name(kind: Any) -> str:
    schema = msgspec.json.schema(kind)
    if "anyOf" in schema:
        return " or ".join(_plain(part) for part in schema["anyOf"])
    return _plain(schema)


def _number(schema: Mapping[str, Any]) -> str:
    return f"a number from {schema.get('minimum', 0):,} to {schema['maximum']:,}" if "maximum" in schema else "a number"


def _plain(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return " or ".join(f'"{value}"' for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items") or {}
        return "a list of " + (" or ".join(f'"{v}"' for v in items["enum"]) if "enum" in items else "text")
    return {"boolean": "true or false", "integer": _number(schema), "number": _number(schema), "string": "text"}[
        schema["type"]
    ]


def doc_of(name: str) -> str:
    """What the setting `table.key` does, in a sentence."""
    table, _, key = name.partition(".")
    kinds = {f.name: f.type for f in msgspec.structs.fields(_SECTIONS[table])}
    return str(msgspec.json.schema(kinds[key]).get("description", ""))
