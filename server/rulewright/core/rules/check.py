"""Reading `check:`: ast-grep rule documents become validated `Check` records, with remarks beside them.

The words inside `rule` are ast-grep's own and are refused when unknown; outer keys are ours to judge, because
the binding ignores them. Everything is compiled once here, so what leaves this module runs.
"""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Literal, get_args

import msgspec
import yaml

from rulewright.core.findings import Severity
from rulewright.core.languages import CHECKABLE, LANGUAGES, canonical
from rulewright.core.rules import engine
from rulewright.core.rules.fix import used_names
from rulewright.core.rules.problems import Problem, problem
from rulewright.core.rules.rule import DEFAULT_SEVERITY, Check

Path = tuple[str | int, ...]

OUTER_KEYS = (
    "id", "language", "severity", "message", "note", "fix", "files", "ignores", "labels", "metadata", "url",
    "rule", "constraints", "utils", "transform", "rewriters",
)  # fmt: skip
RULE_KEYS = (
    "pattern", "kind", "regex", "nthChild", "range", "inside", "has", "precedes", "follows", "all", "any",
    "not", "matches",
)  # fmt: skip
RELATIONS = ("inside", "has", "precedes", "follows")
RELATION_KEYS = (*RULE_KEYS, "stopBy", "field")
_CORE_KEYS = ("rule", "constraints", "utils", "transform")
_SEVERITIES = (*get_args(Severity), "off")

MAX_CHECKS = 200
MAX_NODES = 5_000
MAX_DEPTH = 60
"""Bounds of one check: YAML anchors can make a small text huge, or endless."""

MAX_TEXT = 10_000
MAX_KIND = 500
"""Code points of a pattern or regular expression, and of a kind: ast-grep reads both by recursion on the native
stack, and an overflow ends the process."""

_METAVARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
_REFUSED_IN_UTIL_ID = re.compile(r"[^\w-]")
_SOURCE = re.compile(r"\${1,3}[A-Z][A-Z0-9_]*")
_TRANSFORM_CALL = re.compile(r"\s*(\w+)\s*\(([^,)]*)")


class Refused(Exception):  # noqa: N818 - it is a verdict, and it never leaves this module
    """A check that cannot be used; carries the problem that says why."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(reason.message)
        self.reason = reason


def read_checks(
    value: Any, *, rule_id: str, languages: tuple[str, ...], at: Path = ("check",)
) -> tuple[tuple[Check, ...], tuple[Problem, ...]]:
    """The checks in what YAML gave for `check:` (a mapping, a list, a text of `---` documents), and remarks.

    A check that cannot be used is left out and its problem is an error; the others are kept.
    """
    problems: list[Problem] = []
    checks: list[Check] = []
    try:
        documents = _documents(value, at)
    except Refused as refused:
        return (), (refused.reason,)
    if len(documents) > MAX_CHECKS:
        problems.append(
            problem(
                "check-invalid",
                "error",
                f"Rule `{rule_id}` has {len(documents)} checks. Only the first {MAX_CHECKS} are used: "
                "spread the others over several rules.",
                *at,
            )
        )
    taken: set[str] = set()
    for number, (place, document) in enumerate(documents[:MAX_CHECKS], start=1):
        default_id = rule_id if number == 1 else f"{rule_id}-{number}"
        try:
            check = _Reader(place, problems).read(document, default_id, languages)
        except Refused as refused:
            problems.append(refused.reason)
            continue
        if check.id in taken:
            fresh = next(name for n in range(2, MAX_CHECKS + 3) if (name := f"{check.id}-{n}") not in taken)
            problems.append(
                problem(
                    "check-id",
                    "warning",
                    f"Two checks of this rule are called `{check.id}`. The later one is called `{fresh}`.",
                    *place,
                )
            )
            check = msgspec.structs.replace(check, id=fresh)
        taken.add(check.id)
        checks.append(check)
    return tuple(checks), tuple(problems)


def _documents(value: Any, at: Path) -> list[tuple[Path, Any]]:
    """Each check document with its place."""
    if isinstance(value, str):
        try:
            loaded = [d for d in yaml.load_all(value, Loader=_Loader) if d is not None]
        except yaml.YAMLError as error:
            message = f"The text of `check` is not valid YAML: {_yaml_reason(error)}. The check is not used."
            raise Refused(problem("check-invalid", "error", message, *at)) from None
        # A pasted rule file may hold a list; a place inside a text cannot be named, so they share one.
        flat = [item for d in loaded for item in (d if isinstance(d, list) else [d])]
        return [(at, document) for document in flat]
    if isinstance(value, list):
        return [((*at, index), document) for index, document in enumerate(value)]
    return [(at, value)]


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _yaml_reason(error: yaml.YAMLError) -> str:
    """What the parser says, in one line, with the line of the text."""
    mark = getattr(error, "problem_mark", None)
    reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
    return f"{reason} (line {mark.line + 1})" if mark else str(reason)


class _Reader:
    """Reads one check document; remarks go to `problems`, a refusal is raised."""

    def __init__(self, at: Path, problems: list[Problem]) -> None:
        self.at = at
        self.problems = problems
        self.name = ""
        self.nodes = 0

    def read(self, document: Any, default_id: str, languages: tuple[str, ...]) -> Check:
        """The check, complete and compiled."""
        self.name = default_id
        if not isinstance(document, Mapping):
            raise self.refuse("it must be a mapping with `rule:`, as ast-grep writes it")
        self.measure(document)
        raw = {str(key): value for key, value in document.items()}
        self.name = self.identity(raw, default_id)
        self.outer_keys(raw)
        language = self.language(raw.get("language"), languages)
        config = self.config(raw, language)
        return Check(
            id=self.name,
            language=language,
            severity=self.severity(raw.get("severity")),
            message=self.message(raw, config, language),
            note=self.text(raw, "note"),
            url=self.text(raw, "url"),
            config=config,
            fix=self.fix(raw, config, language),
            files=self.globs(raw, "files"),
            ignores=self.globs(raw, "ignores"),
        )

    def refuse(self, why: str, *where: str | int) -> Refused:
        """The check cannot be used, because of `why`."""
        message = f"Check `{self.name}` is not used: {_sentence(why)}"
        return Refused(problem("check-invalid", "error", message, *self.at, *where))

    def warn(self, code: str, message: str, *where: str | int, severity: Severity = "warning") -> None:
        """A remark on a check that is used."""
        self.problems.append(problem(code, severity, f"Check `{self.name}`: {_sentence(message)}", *self.at, *where))

    # The outer keys.

    def identity(self, raw: dict[str, Any], default_id: str) -> str:
        """The check's id: as written, or by default."""
        written = raw.get("id")
        if written is None or isinstance(written, (Mapping, list)) or not str(written).strip():
            return default_id
        return str(written).strip()

    def outer_keys(self, raw: dict[str, Any]) -> None:
        """Warn about the keys that neither ast-grep nor Rulewright knows."""
        for key in raw:
            if key in OUTER_KEYS:
                continue
            if key in RULE_KEYS and "rule" not in raw:
                raise self.refuse(f"`{key}` must stand inside `rule:`", key)
            hint = _did_you_mean(key, OUTER_KEYS)
            self.warn("check-unknown-key", f"`{key}` is not a word of ast-grep's rules{hint}; it is ignored", key)

    def language(self, written: Any, languages: tuple[str, ...]) -> str:
        """The canonical language, from the check or else from its rule."""
        if written is not None:
            found = canonical(written) if isinstance(written, str) else None
            if found in CHECKABLE:
                return found
            if found is not None:
                raise self.refuse(f"ast-grep cannot check the language `{written}`", "language")
            names = [name for lang in LANGUAGES.values() for name in (lang.name, *lang.aliases) if lang.checkable]
            hint = _did_you_mean(str(written).lower(), names)
            raise self.refuse(f"ast-grep has no language `{written}`{hint}", "language")
        named = {found for name in languages if (found := canonical(name)) in CHECKABLE}
        if len(named) == 1:
            return named.pop()
        why = "the rule names several" if named else "the rule names none that ast-grep can check"
        raise self.refuse(f"it needs a `language`, because {why}")

    def severity(self, written: Any) -> Severity | Literal["off"]:
        """One of ast-grep's five words."""
        if written is None:
            return DEFAULT_SEVERITY
        # YAML reads a bare `off` as false.
        word = "off" if written is False else str(written).strip().lower()
        for known in _SEVERITIES:
            if word == known:
                return known  # type: ignore[no-any-return]
        hint = _did_you_mean(word, _SEVERITIES)
        self.warn("check-severity", f"`{written}` is not a severity{hint}; `{DEFAULT_SEVERITY}` is used", "severity")
        return DEFAULT_SEVERITY

    def text(self, raw: dict[str, Any], key: str) -> str:
        """A key that holds a text."""
        value = raw.get(key)
        if value is None:
            return ""
        if isinstance(value, (Mapping, list)):
            self.warn("check-invalid-value", f"`{key}` must be a text; it is ignored", key)
            return ""
        return str(value).strip()

    def message(self, raw: dict[str, Any], config: dict[str, Any], language: str) -> str:
        """The message, with a remark about metavariables that will always be empty."""
        message = self.text(raw, "message")
        for name in self.undefined(message, config, language):
            self.warn(
                "check-undefined-variable",
                f"the message names `${name}`, which the rule does not capture; it stays empty",
                "message",
                severity="hint",
            )
        return message

    def globs(self, raw: dict[str, Any], key: str) -> tuple[str, ...]:
        """`files` or `ignores`: texts, or mappings with `glob` and `caseInsensitive`."""
        value = raw.get(key)
        if value is None:
            return ()
        globs: list[str] = []
        for index, entry in enumerate(value if isinstance(value, list) else [value]):
            glob = entry.get("glob") if isinstance(entry, Mapping) else entry
            if not isinstance(glob, str) or not glob.strip():
                self.warn("check-invalid-value", f"`{key}` holds an entry that is not a glob; it is ignored", key)
                continue
            if isinstance(entry, Mapping):
                for unknown in (str(k) for k in entry if k not in {"glob", "caseInsensitive"}):
                    hint = _did_you_mean(unknown, ("glob", "caseInsensitive"))
                    self.warn("check-unknown-key", f"`{unknown}` is not known in `{key}`{hint}", key, index)
                if entry.get("caseInsensitive") is True:
                    glob = any_case(glob)
            globs.append(glob.strip().removeprefix("./"))
        return tuple(globs)

    def fix(self, raw: dict[str, Any], config: dict[str, Any], language: str) -> str | None:
        """The template of the fix; None where there is none, or none that is made as ast-grep makes it."""
        value = raw.get("fix")
        if value is None:
            return None
        if "rewriters" in raw or _rewrites(config):
            self.warn(
                "check-unsupported",
                "`rewriters` are not supported yet; its findings are reported without a fix",
                "rewriters" if "rewriters" in raw else "transform",
            )
            return None
        if isinstance(value, Mapping) and set(value) <= {"template", "title"}:
            value = value.get("template")
        if isinstance(value, (Mapping, list)):
            self.warn(
                "check-unsupported",
                "a `fix` with `expandStart`, `expandEnd` or a list is not supported yet; its findings are "
                "reported without a fix",
                "fix",
            )
            return None
        if not isinstance(value, str):
            raise self.refuse("`fix` must be a text; quote it", "fix")
        undefined = self.undefined(value, config, language)
        if undefined:
            raise self.refuse(f"`fix` names `${undefined[0]}`, which the rule does not capture", "fix")
        return value

    def undefined(self, template: str, config: dict[str, Any], language: str) -> list[str]:
        """The names in a template that the rule never captures.

        Ast-grep itself is asked, by a transformation of the variable: only it knows what utilities export.
        """
        transform = config.get("transform", {})
        names = [name for name in used_names(template) if name not in transform]
        missing = [name for name in names if not _METAVARIABLE.fullmatch(name)]
        for name in (name for name in names if name not in missing):
            probe = {"substring": {"source": f"${name}"}}
            tried = {**config, "transform": {**transform, "RULEWRIGHT_PROBE": probe}}
            try:
                engine.validate(tried, language)
            except engine.EngineError:
                missing.append(name)
        return missing

    # The rule itself.

    def config(self, raw: dict[str, Any], language: str) -> dict[str, Any]:
        """`rule`, `constraints`, `utils` and `transform`, normalised and compiled."""
        if not isinstance(raw.get("rule"), Mapping):
            raise self.refuse("`rule` is missing" if raw.get("rule") is None else "`rule` must be a mapping")
        config: dict[str, Any] = {}
        for key in _CORE_KEYS:
            value = raw.get(key)
            if value is None:
                continue
            if not isinstance(value, Mapping):
                raise self.refuse(f"`{key}` must be a mapping", key)
            config[key] = value if key == "rule" else {str(name): item for name, item in value.items()}
        self.rule(config["rule"], ("rule",))
        for key in ("constraints", "utils"):
            for name, item in config.get(key, {}).items():
                self.rule(item, (key, name))
        self.transforms(config.get("transform", {}))
        config = self.renamed_utilities(config)
        try:
            engine.validate(config, language)
        except engine.EngineError as error:
            raise self.refuse(f"ast-grep says: {str(error).rstrip('.')}", "rule") from None
        return config

    def rule(self, value: Any, where: Path, keys: tuple[str, ...] = RULE_KEYS) -> None:
        """Check the words of a rule object and of all objects in it."""
        if not isinstance(value, Mapping):
            raise self.refuse(f"`{where[-1]}` must be a mapping such as `pattern: ...`", *where)
        for key, item in value.items():
            if key not in keys:
                self.unknown_word(str(key), keys, where)
            for place, inner in _subrules({key: item}):
                if not isinstance(inner, str):
                    related = len(place) == 1 and place[0] in RELATIONS
                    self.rule(inner, (*where, *place), RELATION_KEYS if related else RULE_KEYS)
            if key in {"kind", "regex", "field"} and not isinstance(item, str):
                raise self.refuse(f"`{key}` must be a text; quote it", *where, key)
            if key in {"all", "any"} and not isinstance(item, list):
                raise self.refuse(f"`{key}` must be a list of rules", *where, key)
            if isinstance(item, str) and len(item) > (MAX_KIND if key == "kind" else MAX_TEXT):
                raise self.refuse(f"`{key}` is too long", *where, key)
        self.pattern(value.get("pattern"), where)

    def pattern(self, value: Any, where: Path) -> None:
        """A pattern is a text, or a mapping with `context`."""
        if isinstance(value, Mapping):
            known = ("context", "selector", "strictness")
            for key in value:
                if key not in known:
                    self.unknown_word(str(key), known, (*where, "pattern"))
            if any(isinstance(text, str) and len(text) > MAX_TEXT for text in value.values()):
                raise self.refuse("`pattern` is too long", *where, "pattern")
            if not isinstance(value.get("context"), str):
                raise self.refuse("a `pattern` object needs `context`, a text", *where, "pattern")
        elif value is not None and not isinstance(value, str):
            raise self.refuse("`pattern` must be a text; quote it", *where, "pattern")

    def unknown_word(self, key: str, keys: tuple[str, ...], where: Path) -> None:
        """Refuse a word that ast-grep does not know at this place.

        In a relation such as `has` it silently ignores the word, so there the check is used, with a warning.
        """
        hint = _did_you_mean(key, keys)
        if not hint and key in OUTER_KEYS:
            hint = f"; `{key}` stands beside `rule`, not in it"
        if keys is RELATION_KEYS:
            told = f"`{key}` is not a word of ast-grep's rules and does nothing here{hint}"
            self.warn("check-unknown-key", told, *where, key)
            return
        raise self.refuse(f"`{key}` is not a word of ast-grep's rules{hint}", *where, key)

    def transforms(self, transform: dict[str, Any]) -> None:
        """Refuse the sources that make the binding panic: `$_X` and `$$$` capture nothing."""
        for name, value in transform.items():
            if isinstance(value, str):
                call = _TRANSFORM_CALL.match(value)
                source: Any = call[2].strip() if call else None
            elif isinstance(value, Mapping) and len(value) == 1:
                (arguments,) = value.values()
                source = arguments.get("source") if isinstance(arguments, Mapping) else None
            else:
                raise self.refuse(f"`transform` of `{name}` must name one operation", "transform", name)
            if not isinstance(source, str) or not _SOURCE.fullmatch(source):
                raise self.refuse(
                    f"`transform` of `{name}` needs a `source` such as `$A`, not `{source}`",
                    "transform",
                    name,
                )

    def renamed_utilities(self, config: dict[str, Any]) -> dict[str, Any]:
        """The configuration with utility ids that ast-grep takes, wherever they are named."""
        utils: dict[str, Any] = config.get("utils", {})
        names: dict[str, str] = {}
        for name in utils:
            fresh = plain = _REFUSED_IN_UTIL_ID.sub("_", name) or "_"
            while fresh != name and (fresh in utils or fresh in names.values()):
                fresh += "_"
            if fresh != name:
                names[name] = fresh
                self.warn(
                    "check-utility-renamed",
                    f"ast-grep 0.51 refuses the utility id `{name}`; it is read as `{fresh or plain}`",
                    "utils",
                    name,
                    severity="hint",
                )
        return rename_utilities(config, names) if names else config

    def measure(self, value: Any, depth: int = 0) -> None:
        """Refuse what is too large or too deep to be walked, which anchors can make of a few lines."""
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise self.refuse("it is too large or nested too deeply")
        if isinstance(value, Mapping):
            for item in value.values():
                self.measure(item, depth + 1)
        elif isinstance(value, list):
            for item in value:
                self.measure(item, depth + 1)


def rename_utilities(config: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """`config` with its utilities renamed, in `utils` and in every `matches` that names them."""
    renamed = dict(config)
    renamed["rule"] = _renamed(config["rule"], names)
    for key in ("constraints", "utils"):
        if key in config:
            renamed[key] = {
                (names.get(name, name) if key == "utils" else name): _renamed(rule, names)
                for name, rule in config[key].items()
            }
    return renamed


def _renamed(rule: Any, names: Mapping[str, str]) -> Any:
    """A rule object in which `matches` names the utilities by their new names."""
    if not isinstance(rule, Mapping):
        return rule
    fresh: dict[str, Any] = {}
    for key, value in rule.items():
        if key == "matches" and isinstance(value, str):
            fresh[key] = names.get(value, value)
        elif key in {"all", "any"}:
            fresh[key] = [_renamed(item, names) for item in value]
        elif key in {*RELATIONS, "not", "stopBy"}:
            fresh[key] = _renamed(value, names)
        elif key == "nthChild" and isinstance(value, Mapping) and "ofRule" in value:
            fresh[key] = {**value, "ofRule": _renamed(value["ofRule"], names)}
        else:
            fresh[key] = value
    return fresh


def _subrules(rule: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The rule objects right inside a rule object, each with its place."""
    for key, value in rule.items():
        if key in {"all", "any"} and isinstance(value, list):
            yield from (((key, index), item) for index, item in enumerate(value))
        elif key in {*RELATIONS, "not"}:
            yield (key,), value if isinstance(value, Mapping) else None
        elif key == "stopBy" and isinstance(value, Mapping):
            yield (key,), value
        elif key == "nthChild" and isinstance(value, Mapping) and "ofRule" in value:
            yield (key, "ofRule"), value["ofRule"]


def _rewrites(config: Mapping[str, Any]) -> bool:
    """Whether a transformation runs rewriters."""
    return any(
        value.strip().startswith("rewrite") if isinstance(value, str) else "rewrite" in value
        for value in config.get("transform", {}).values()
    )


def any_case(glob: str) -> str:
    """The glob, made to match any case by character classes."""
    parts: list[str] = []
    for part in re.findall(r"\[(?:[!^]?\]?)[^\]]*\]|\\.|.", glob, re.DOTALL):
        if len(part) == 1 and part.lower() != part.upper():
            parts.append(f"[{part.lower()}{part.upper()}]")
        elif len(part) > 1 and part.startswith("["):
            opening = part[: 2 if part[1] in "!^" else 1]
            inner = part[len(opening) : -1]
            parts.append(f"{opening}{inner}{inner.swapcase() if inner.lower() != inner.upper() else ''}]")
        else:
            parts.append(part)
    return "".join(parts)


def _sentence(text: str) -> str:
    """`text` with its full stop."""
    return text if text.endswith("?") else f"{text}."


def _did_you_mean(word: str, known: Any) -> str:
    """Ready to be put into a sentence; empty when nothing is near."""
    folded = {str(k).lower(): str(k) for k in known}
    near = get_close_matches(word.lower(), list(folded), n=1, cutoff=0.6)
    return f"; did you mean `{folded[near[0]]}`?" if near else ""
