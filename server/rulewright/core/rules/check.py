"""Reading `check:`: ast-grep rule documents become validated `Check` records, with remarks beside them.

The words inside `rule` are ast-grep's own and are refused when unknown; outer keys are ours to judge, because
the binding ignores them. Everything is compiled once here, so what leaves this module runs.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal, get_args

import msgspec
import yaml

from rulewright.core.findings import Severity
from rulewright.core.languages import CHECKABLE, LANGUAGES, canonical
from rulewright.core.rules.check_config import read_config, undefined
from rulewright.core.rules.check_fixes import Around, read_fixes, read_rewriters
from rulewright.core.rules.check_remarks import Path, Refused, Remarks, did_you_mean
from rulewright.core.rules.check_sources import CheckSource
from rulewright.core.rules.check_words import OUTER_KEYS, RULE_KEYS, measure
from rulewright.core.rules.frontmatter import MAX_CHARACTERS, may_be_too_deep
from rulewright.core.rules.problems import Problem, problem
from rulewright.core.rules.rule import DEFAULT_SEVERITY, Check

_SEVERITIES = (*get_args(Severity), "off")

MAX_CHECKS = 200


def read_checks(
    value: Any, *, rule_id: str, languages: tuple[str, ...], at: Path = ("check",)
) -> tuple[tuple[Check, ...], tuple[Problem, ...]]:
    """The checks in what YAML gave for `check:` (a mapping, a list, a text of `---` documents), and remarks.

    A check that cannot be used is left out and its problem is an error; the others are kept.
    """
    return read_sources((CheckSource(value, at),), rule_id=rule_id, languages=languages)


def read_sources(
    sources: Iterable[CheckSource], *, rule_id: str, languages: tuple[str, ...]
) -> tuple[tuple[Check, ...], tuple[Problem, ...]]:
    """The same for all the places where checks of a rule stand."""
    problems: list[Problem] = []
    documents: list[_Document] = []
    for source in sources:
        try:
            documents += _documents(source)
        except Refused as refused:
            problems.append(refused.reason)
    if len(documents) > MAX_CHECKS:
        message = (
            f"Rule `{rule_id}` has {len(documents)} checks. Only the first {MAX_CHECKS} are used: "
            "spread the others over several rules."
        )
        problems.append(problem("check-invalid", "error", message, *documents[0].at[:1]))
    checks: dict[str, Check] = {}
    for number, document in enumerate(documents[:MAX_CHECKS], start=1):
        default_id = rule_id if number == 1 else f"{rule_id}-{number}"
        remarks = _Reader(document.at, default_id, problems, document.span)
        try:
            check = remarks.read(document.value, languages)
        except Refused as refused:
            problems.append(refused.reason)
            continue
        if check.id in checks:
            fresh = next(name for n in range(2, MAX_CHECKS + 3) if (name := f"{check.id}-{n}") not in checks)
            told = f"Two checks of this rule are called `{check.id}`. The later one is called `{fresh}`."
            problems.append(problem("check-id", "warning", told, *document.at, **remarks.place))
            check = msgspec.structs.replace(check, id=fresh)
        checks[check.id] = check
    return tuple(checks.values()), tuple(problems)


class _Document(msgspec.Struct, frozen=True):
    """One check document with its place."""

    at: Path
    span: tuple[int, int] | None
    value: Any


def _documents(source: CheckSource) -> list[_Document]:
    """Each check document of a source. Raises Refused when its text is not YAML."""
    value, at, span = source.value, source.at, source.span
    if isinstance(value, str):
        loaded, refused = _loaded(value)
        if refused:
            place = {} if span is None else {"start": span[0], "end": span[1]}
            message = f"{source.named} is not valid YAML: {refused}. The check is not used."
            raise Refused(problem("check-invalid", "error", message, *at, **place))
        # A pasted rule file may hold a list; a place inside a text cannot be named, so they share one.
        flat = [item for d in loaded for item in (d if isinstance(d, list) else [d])]
        return [_Document(at, span, document) for document in flat]
    if isinstance(value, list):
        return [_Document((*at, index), span, document) for index, document in enumerate(value)]
    return [_Document(at, span, value)]


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _loaded(text: str) -> tuple[list[Any], str]:
    """The YAML documents of a text, or in one line why it is none, with the line where it fails."""
    if len(text) > MAX_CHARACTERS:
        return [], f"it has more than {MAX_CHARACTERS:,} characters"
    if may_be_too_deep(text):
        return [], "it is nested too deeply"
    try:
        return [d for d in yaml.load_all(text, Loader=_Loader) if d is not None], ""
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).partition("\n")[0]
        return [], f"{reason} (line {mark.line + 1})" if mark else str(reason)
    except (ValueError, TypeError, RecursionError) as error:
        # A date that is none, a key that cannot be one.
        return [], str(error).partition("\n")[0]


class _Reader(Remarks):
    """Reads one check document; remarks go to `problems`, a refusal is raised."""

    def read(self, document: Any, languages: tuple[str, ...]) -> Check:
        """The check, complete and compiled."""
        if not isinstance(document, Mapping):
            raise self.refuse("it must be a mapping with `rule:`, as ast-grep writes it")
        measure(document, self)
        raw = {str(key): value for key, value in document.items()}
        self.name = self.identity(raw, self.name)
        self.outer_keys(raw)
        language = self.language(raw.get("language"), languages)
        config = read_config(raw, language, self)
        rewriters = read_rewriters(raw.get("rewriters"), config, language, self)
        utils = rewriters[-1].config.get("utils", {}) if rewriters else config.get("utils", {})
        return Check(
            id=self.name,
            language=language,
            severity=self.severity(raw.get("severity")),
            message=self.message(raw, config, language),
            note=self.text(raw, "note"),
            url=self.text(raw, "url"),
            config=config,
            fixes=read_fixes(raw.get("fix"), Around(language, config, utils=utils), self),
            rewriters=rewriters,
            files=self.globs(raw, "files"),
            ignores=self.globs(raw, "ignores"),
        )

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
            hint = did_you_mean(key, OUTER_KEYS)
            self.warn("check-unknown-key", f"`{key}` is not a word of ast-grep's rules; it is ignored{hint}", key)

    def language(self, written: Any, languages: tuple[str, ...]) -> str:
        """The canonical language, from the check or else from its rule."""
        if written is not None:
            found = canonical(written) if isinstance(written, str) else None
            if found in CHECKABLE:
                return found
            if found is not None:
                raise self.refuse(f"ast-grep cannot check the language `{written}`", "language")
            names = [name for lang in LANGUAGES.values() for name in (lang.name, *lang.aliases) if lang.checkable]
            hint = did_you_mean(str(written).lower(), names)
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
        hint = did_you_mean(word, _SEVERITIES)
        self.warn("check-severity", f"`{written}` is not a severity; `{DEFAULT_SEVERITY}` is used{hint}", "severity")
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
        for name in undefined(message, config, language):
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
                    hint = did_you_mean(unknown, ("glob", "caseInsensitive"))
                    self.warn("check-unknown-key", f"`{unknown}` is not known in `{key}`{hint}", key, index)
                if entry.get("caseInsensitive") is True:
                    glob = any_case(glob)
            globs.append(glob.strip().removeprefix("./"))
        return tuple(globs)


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
