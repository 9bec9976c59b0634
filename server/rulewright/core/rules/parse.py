"""Read one rule file: bytes in, a rule and a list of problems out. Never raises.

A problem of severity `error` means that this version should not be taken when an earlier one is good; the rule beside
it holds whatever could be used, for the case that there is no earlier one.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

import msgspec

from rulewright.core.edits import Edit
from rulewright.core.findings import Fix, Severity
from rulewright.core.hidden import Hidden, hidden
from rulewright.core.languages import canonical
from rulewright.core.rules.check import read_sources
from rulewright.core.rules.check_sources import MAX_CHECK_FILES, Beside, CheckSource, fenced, from_file
from rulewright.core.rules.fields import Fields
from rulewright.core.rules.frontmatter import FrontMatter, Path
from rulewright.core.rules.frontmatter import read as read_front_matter
from rulewright.core.rules.globs import compile_glob, split
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.places import Place, default_id, place_of
from rulewright.core.rules.problems import Problem, problem
from rulewright.core.rules.rule import (
    CHUNKINGS,
    DEFAULT_PRIORITY,
    MAX_CHUNK_TOKENS,
    MIN_CHUNK_TOKENS,
    Chunking,
    Example,
    Rule,
    Source,
)
from rulewright.core.text import Position, Text

KEYS: Mapping[str, str] = {
    "id": "Name of the rule. Default: its path below the rules folder, without number prefixes and ending.",
    "description": "One line that says what the rule is about.",
    "version": "A label of the author's; nothing depends on it.",
    "priority": f"A whole number, higher wins. Default: {DEFAULT_PRIORITY}.",
    "scope": "Where the rule belongs: user, project, framework, dependency, default, or a folder.",
    "language": "One or more languages; the rule applies to files of these only.",
    "tags": "Words to find the rule by.",
    "globs": "Files that the rule applies to, relative to the folder that holds the rules folder; `!x` excludes.",
    "alwaysApply": "true: applies to every file of its folder. false: a rule without globs waits to be asked for.",
    "created": "Date, kept as text.",
    "updated": "Date, kept as text.",
    "check": "One ast-grep rule document, a list of them, or a text that holds them with `---` between them. Blocks of "
    "the text below that are fenced as `yaml check` count too.",
    "check_file": "A YAML file of such documents, or a list of files, below the rules folder; the path starts at the "
    "folder of the rule file.",
    "examples": "Tests of the checks: `bad` code that must be found, `good` code that must not.",
    "completion": "What the rule says to completion.",
    "model": "The model that this rule prefers.",
    "chunk": "How a file that is too long for a prompt is cut: `definition`, `heading`, `window` (by length) or "
    "`whole`. Default: headings in Markdown, definitions elsewhere.",
    "chunk_tokens": f"Tokens of such a piece, from {MIN_CHUNK_TOKENS} to {MAX_CHUNK_TOKENS:,}. Default: 400.",
    "overrides": "Ids of rules that this one replaces where it applies.",
    "disable": "Ids of rules that this one switches off where it applies.",
}
"""Every key of the front matter with its meaning: the manual is made from this table."""

_OTHER_TOOLS = {
    "applyTo": ("Copilot", "globs"),
    "paths": ("Claude Code and Cline", "globs"),
    "fileMatchPattern": ("Kiro", "globs"),
    "trigger": ("Windsurf", "alwaysApply"),
    "inclusion": ("Kiro", "alwaysApply"),
    "type": ("Augment", "alwaysApply"),
    "name": ("Continue", "id"),
    "languages": ("nobody", "language"),
    "glob": ("nobody", "globs"),
    "checks": ("nobody", "check"),
    "checkFile": ("nobody", "check_file"),
    "example": ("nobody", "examples"),
}

_ALWAYS = frozenset({"always", "always_on", "always_apply"})
_NOT_ALWAYS = frozenset({"glob", "filematch", "manual", "auto", "model_decision", "agent_requested"})
"""Words by which other tools say how a rule comes into play."""
_PLAIN_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)*")

MAX_FILE_BYTES = 1_000_000
MAX_HIDDEN = 20
"""Runs of hidden characters that are reported one by one."""

DEFAULT_PREFIX = "rulewright:defaults/"
"""Stands before the path of a default rule: it is not a file of the project."""
FRAMEWORK_PREFIX = "rulewright:frameworks/"
"""The same for a rule of a framework."""


class Located(msgspec.Struct, frozen=True):
    """A problem with its place in the file, in code points."""

    problem: Problem
    start: int
    end: int


class Parsed(msgspec.Struct, frozen=True):
    """What reading a rule file gave."""

    path: str
    rule: Rule | None
    problems: tuple[Located, ...]
    content: str
    content_hash: str
    matter: FrontMatter | None = None
    default_id: str = ""
    """The id that the file's place gives."""
    source: Source = "project"

    def place(self, at: Path) -> tuple[int, int]:
        """Offsets of a part of the front matter, or of the innermost part around it that is known."""
        return self.matter.place(at) if self.matter else (0, 0)

    @property
    def is_broken(self) -> bool:
        """Whether an earlier good version should be kept instead of this one."""
        return any(p.problem.severity == "error" for p in self.problems)


def parse(origin: Origin, data: bytes, beside: Beside | None = None) -> Parsed:
    """Read one rule file; `beside` reads those that it names."""
    # Another reason for taking the same file makes another rule.
    digest = sha256(data + origin.because.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    if len(data) > MAX_FILE_BYTES:
        too_big = problem(
            "rule-file-too-big",
            "error",
            f"The rule file has more than {MAX_FILE_BYTES:,} bytes, the most that is read. Split it.",
        )
        refused = (Located(too_big, 0, 0),)
        return Parsed(origin.path, None, refused, "", digest, None, default_id(origin.below), origin.source)
    content, decoding = decode(data)
    matter = read_front_matter(content)
    problems = [*decoding, *matter.problems, *_hidden(content, origin)]
    rule = None
    if origin.format:
        return _parse_foreign(origin, content, digest, problems, matter, beside)
    if matter.data is not None and not (origin.source == "dependency" and _is_poisoned(problems)):
        reader = _Fields(origin, matter, matter.data, content)
        sources = reader.check_sources(content, beside)
        digest = _with_sources(digest, sources)
        rule = reader.rule(digest, sources)
        problems += reader.problems
    located = tuple(_locate(p, matter) for p in problems)
    return Parsed(origin.path, rule, located, content, digest, matter, default_id(origin.below), origin.source)


def _parse_foreign(
    origin: Origin, content: str, digest: str, problems: list[Problem], matter: FrontMatter, beside: Beside | None
) -> Parsed:
    """The same for another tool's file, by that tool's rules."""
    from rulewright.core.rules.formats import reading  # noqa: PLC0415 - most runs of the command line do without

    if matter.data is None and reading.is_without_keys(origin.format):
        matter = FrontMatter({}, content, 0, present=False)
        problems = [p for p in problems if p.severity != "error"]
    problems = reading.as_its_tool_writes(origin.format, content, problems)
    rule, name = None, origin.format + "/" + origin.below
    if matter.data is not None:
        imported = reading.pulled_in(origin, matter, content, beside)
        if imported.names:
            digest = sha256(f"{digest}\0{imported.body}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        rule, found = reading.foreign_rule(origin, matter, content, imported, digest)
        problems += found
        name = rule.id
    located = tuple(_locate(p, matter) for p in problems)
    return Parsed(origin.path, rule, located, content, digest, matter, name, origin.source)


def _with_sources(digest: str, sources: list[CheckSource]) -> str:
    """A rule has changed, too, when a file that it names has."""
    outside = [source.value for source in sources if source.at[:1] == ("check_file",)]
    return sha256("\0".join([digest, *outside]).encode()).hexdigest()[:16] if outside else digest


def decode(data: bytes) -> tuple[str, list[Problem]]:
    """Text of a rule file; what is not UTF-8 is replaced and reported."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return text, [problem("not-utf-8", "warning", "The file is UTF-16. It was read so. Save it as UTF-8.")]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        text = data.decode("utf-8", "replace")
        start = text.find("\ufffd")
        message = (
            f"Line {line} is not UTF-8 (byte {error.start}). What could not be read stands as \ufffd. "
            "Save the file as UTF-8."
        )
        return text, [problem("not-utf-8", "warning", message, start=start, end=start + 1)]


def _hidden(content: str, origin: Origin) -> list[Problem]:
    """What nobody sees in a rule file. From somebody else it makes the file unusable, for it may be what it is for."""
    runs = list(hidden(content))
    severity: Severity = "error" if origin.source == "dependency" else "warning"
    return [_about_hidden(run, content, severity) for run in runs[:MAX_HIDDEN]]


def _is_poisoned(problems: list[Problem]) -> bool:
    return any(p.code == "hidden-text" for p in problems)


def _about_hidden(run: Hidden, content: str, severity: Severity) -> Problem:
    codes = " ".join(f"U+{ord(c):04X}" for c in dict.fromkeys(content[run.start : run.end][:8]))
    says = f' They spell "{run.says[:200]}".' if run.says else ""
    message = f"Here are {run.name}, which people do not see and models read: {codes}.{says} Remove them."
    fix = Fix("Remove what nobody sees", (Edit(run.start, run.end, ""),))
    return problem("hidden-text", severity, message, start=run.start, end=run.end, fix=fix)


def _locate(item: Problem, matter: FrontMatter) -> Located:
    if item.start is not None:
        return Located(item, item.start, item.end if item.end is not None else item.start)
    start, end = matter.place(item.at)
    return Located(item, start, end)


class _Fields(Fields):
    """Front matter to rule, one method a key that is more than a plain value."""

    def __init__(self, origin: Origin, matter: FrontMatter, data: dict[str, Any], content: str) -> None:
        super().__init__(matter, data, content)
        self.origin = origin
        self.place = place_of(origin.below) if origin.source in {"user", "project"} else Place()

    def rule(self, digest: str, sources: list[CheckSource]) -> Rule:
        rule_id = self.text("id") or default_id(self.origin.below)
        languages = tuple(dict.fromkeys(self._language(name) for name in self.strings("language")))
        globs = self.globs()
        always = self.boolean("alwaysApply")
        # A check in a folder of one language need not name it.
        told = languages or ((self.place.language,) if self.place.language else self.origin.languages)
        checks, remarks = read_sources(sources, rule_id=rule_id, languages=told)
        self.problems += remarks
        place = ""
        if not languages and not globs and not always:
            languages = tuple(dict.fromkeys(c.language for c in checks))
            if not languages and "globs" not in self.data:
                place, languages = self.place.folder, told
        return Rule(
            id=rule_id,
            path=self.origin.path,
            source=self.origin.source,
            folder=self.origin.folder,
            order=self.origin.below,
            description=self.text("description"),
            version=self.text("version"),
            priority=self.integer("priority", DEFAULT_PRIORITY),
            scope=self.text("scope") or self.place.scope,
            languages=languages,
            place=place,
            because=self.origin.because,
            tags=self.strings("tags"),
            globs=globs,
            unscoped=self.unscoped(always),
            always=bool(always),
            created=self.text("created"),
            updated=self.text("updated"),
            model=self.text("model"),
            completion=self.data.get("completion"),
            chunk=self.chunking(),
            chunk_tokens=self.chunk_tokens(),
            overrides=self.strings("overrides"),
            disable=self.strings("disable"),
            checks=checks,
            examples=self.examples(),
            body=self.matter.body,
            body_line=self.matter.body_line,
            extra=self.unknown(),
            content_hash=digest,
        )

    def chunking(self) -> Chunking:
        named = self.text("chunk").lower()
        found: Chunking = next((c for c in CHUNKINGS if c == named), "")
        if named and not found:
            words = ", ".join(f"`{c}`" for c in CHUNKINGS)
            told = f"`chunk` must be one of {words}. It was left out."
            self.report("wrong-value", "warning", told, "chunk", fix=self.one_of("chunk", CHUNKINGS))
        return found

    def chunk_tokens(self) -> int:
        number = self.integer("chunk_tokens", 0)
        if number and not MIN_CHUNK_TOKENS <= number <= MAX_CHUNK_TOKENS:
            limits = f"from {MIN_CHUNK_TOKENS} to {MAX_CHUNK_TOKENS:,}"
            told = f"`chunk_tokens` must be a number {limits}. It was left out."
            self.report("wrong-value", "warning", told, "chunk_tokens")
            return 0
        return number

    def globs(self) -> tuple[str, ...]:
        if "globs" in self.data and self.data["globs"] in (None, "", []):
            self.report(
                "empty-globs",
                "hint",
                "`globs` is empty, so the rule applies to no file by itself; it can still be asked for. "
                'Write `globs: "**/*.py"`, or remove the key to apply it everywhere.',
                "globs",
            )
        globs = self.strings("globs", split)
        for glob in globs:
            for found in compile_glob(glob).problems:
                self.report_glob(found, "globs", glob, split)
        return globs

    def unscoped(self, always: bool | None) -> Any:
        if always or (always is None and "globs" not in self.data and not self.origin.is_skill):
            return "always"
        return "description" if self.text("description") else "manual"

    def _language(self, name: str) -> str:
        return canonical(name) or name.strip().lower()

    def check_sources(self, content: str, beside: Beside | None) -> list[CheckSource]:
        """All places where checks stand."""
        sources: list[CheckSource] = []
        if self.data.get("check") is not None:
            sources.append(CheckSource(self.data["check"], ("check",)))
        names = self.strings("check_file")
        if len(names) > MAX_CHECK_FILES:
            told = f"`check_file` names {len(names)} files. Only the first {MAX_CHECK_FILES} are read."
            self.report("check-file", "error", told, "check_file")
        for index, name in enumerate(names[:MAX_CHECK_FILES]):
            at = ("check_file", index) if isinstance(self.data["check_file"], list) else ("check_file",)
            found = from_file(name, at, beside)
            if isinstance(found, CheckSource):
                sources.append(found)
            else:
                self.problems.append(found)
        if "check" in self.matter.body:
            start = Text(content).offset(Position(self.matter.body_line, 0))
            sources += fenced(self.matter.body, start)
        return sources

    def examples(self) -> tuple[Example, ...]:
        value = self.data.get("examples")
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        found: list[Example] = []
        for i, item in enumerate(items):
            at = ("examples", i) if isinstance(value, list) else ("examples",)
            if not isinstance(item, dict) or not {"bad", "good", "valid", "invalid"} & item.keys():
                self.report(
                    "bad-example",
                    "warning",
                    "An example has `bad` code, `good` code, or both. It was left out.",
                    *at,
                )
                continue
            language = str(item.get("language") or "")
            if {"valid", "invalid"} & item.keys():
                found += [Example(good=str(c), language=language) for c in _listed(item.get("valid"))]
                found += [Example(bad=str(c), language=language) for c in _listed(item.get("invalid"))]
            if {"bad", "good"} & item.keys():
                bad, good = item.get("bad"), item.get("good")
                found.append(
                    Example(
                        bad=None if bad is None else str(bad),
                        good=None if good is None else str(good),
                        language=canonical(language) or language,
                    )
                )
            for key in item.keys() - {"bad", "good", "valid", "invalid", "language"}:
                self.report("unknown-key", "warning", f"`{key}` is not a key of an example. It was ignored.", *at)
        return tuple(found)

    def unknown(self) -> dict[str, Any]:
        extra = {k: v for k, v in self.data.items() if k not in KEYS}
        for key in extra if not self.origin.is_skill else ():
            fix = None
            if key in _OTHER_TOOLS:
                tool, ours = _OTHER_TOOLS[key]
                whose = "" if tool == "nobody" else f"{tool}'s key; "
                message = f"`{key}` is {whose}not one of ours. It was ignored. Write `{ours}`."
                fix = self._as_ours(key, ours)
            else:
                close = get_close_matches(key, KEYS, n=1)
                message = (
                    f"`{key}` is not a key of a rule. It was ignored{f'; did you mean `{close[0]}`?' if close else '.'}"
                )
                # Only its author knows whether a key is a slip or one of their own.
                fix = self.renamed(key, close[0], safe=False) if close else None
            self.report("unknown-key", "warning", message, key, fix=fix)
        return extra

    def _as_ours(self, key: str, ours: str) -> Fix | None:
        """Another tool's key as ours."""
        if ours == "alwaysApply":
            word = self.text(key).lower()
            return self.rewritten(key, word in _ALWAYS, name=ours, safe=True) if word in _ALWAYS | _NOT_ALWAYS else None
        if ours == "id":
            # A name that is shown is often a sentence, and what is not is known to other rules by its path.
            return self.renamed(key, ours, safe=False) if _PLAIN_ID.fullmatch(self.text(key)) else None
        return self.renamed(key, ours, safe=True)


def _listed(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
