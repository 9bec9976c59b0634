"""What tools take and give. Their JSON schemas, which models read, are made from these records."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rulewright.core.findings import Severity
from rulewright.core.prompt.records import Cut
from rulewright.core.rules.select import Verdict
from rulewright.core.sources import Skipped
from rulewright.features.guidance import RuleText

FilePath = Annotated[
    str,
    Meta(
        description="A file of the project: absolute, or relative to the project's root. It need not exist yet.",
        examples=["src/app.py"],
    ),
]
MAX_FINDINGS = 1000
MAX_SYMBOLS = 200
MAX_TOKENS = 1_000_000


# What tools take


class RulesForFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `rules_for_file`."""

    path: FilePath
    budget: (
        Annotated[
            int,
            Meta(
                ge=0,
                le=MAX_TOKENS,
                description="Tokens that the texts of the rules may have. Without it the project's setting counts.",
            ),
        ]
        | UnsetType
    ) = UNSET


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `why`."""

    path: FilePath
    rule: Annotated[str, Meta(description="Only the rule with this id.", examples=["no-eval"])] | UnsetType = UNSET


class SearchSymbols(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `search_symbols`."""

    query: Annotated[
        str,
        Meta(
            description="A part of a name: its beginning, its humps, its words, or letters of it in order.",
            examples=["HttpReq", "gUN"],
        ),
    ]
    limit: Annotated[int, Meta(ge=1, le=MAX_SYMBOLS, description="Symbols at most.")] = 20


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arguments of `check`."""

    paths: (
        Annotated[
            list[str], Meta(description="Files and folders to check as they are on disk; `.` is the whole project.")
        ]
        | UnsetType
    ) = UNSET
    path: Annotated[str, Meta(description="With `text`: the file that the text is for.")] | UnsetType = UNSET
    text: (
        Annotated[
            str,
            Meta(description="With `path`: the whole text of that file as it would be written. Nothing is written."),
        ]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=MAX_FINDINGS, description="Findings at most; the most severe are kept.")] = 100


# What tools give


class RulesResult(msgspec.Struct, frozen=True):
    """What the rules for a file say."""

    path: str
    """Relative to the root of the project; the file need not exist yet."""
    language: str
    budget: int
    """Tokens that the texts of the rules may have."""
    tokens: int
    """Tokens that they have, never more."""
    rule_version: str
    """Names the set of the rules that apply, those without room included: it changes when one of them does."""
    rules: tuple[RuleText, ...]
    """What counts most comes first."""
    left_out: tuple[Cut, ...]
    """Rules and sections without room, and rules that say what another one has said."""
    silent: tuple[str, ...]
    """Ids of rules that apply and have no text: `check` tells what they find."""
    remarks: tuple[str, ...]
    """Sentences about what is wrong with rules or settings."""


class WhyResult(msgspec.Struct, frozen=True):
    """Every rule's verdict for one file."""

    path: str
    """Relative to the root of the project."""
    language: str
    budget: int
    """Tokens that rules may take of a prompt."""
    tokens: int
    """What those that apply and fit take."""
    rule_version: str
    """Changes when one of the rules that apply does."""
    rules: tuple[Verdict, ...]
    """Highest precedence first."""
    n_resting: int
    """Rules that come with Rulewright and do not apply, which are not listed; `rule` asks for one of them."""
    remarks: tuple[str, ...]


class SymbolRecord(msgspec.Struct, frozen=True):
    """A symbol. Lines and columns start at 1; columns count code points."""

    name: str
    kind: str
    path: str
    line: int
    column: int
    container: str
    """What it stands in."""


class SymbolsResult(msgspec.Struct, frozen=True):
    """Symbols of the project, the best first."""

    symbols: tuple[SymbolRecord, ...]
    is_complete: bool
    """False while the project is being indexed for the first time: there may be more."""
    remarks: tuple[str, ...]


class EditRecord(msgspec.Struct, frozen=True):
    """Replace the text from a place up to, not including, another one. Lines and columns start at 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    new_text: str


class FixRecord(msgspec.Struct, frozen=True):
    """A change that makes the finding go away."""

    title: str
    is_safe: bool
    """Whether `rulewright check --fix` would make it."""
    edits: tuple[EditRecord, ...]


class FindingRecord(msgspec.Struct, frozen=True):
    """Something that a rule forbids. Lines and columns start at 1; columns count code points."""

    rule: str
    """The rule's id."""
    severity: Severity
    message: str
    note: str
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    rule_path: str
    """The file that states the rule; empty where no file does."""
    url: str
    fixes: tuple[FixRecord, ...]
    """To choose from; the first is the one that `--fix` makes."""


class CheckResult(msgspec.Struct, frozen=True):
    """What was found."""

    findings: tuple[FindingRecord, ...]
    n_findings: int
    """Of them all, those without room included."""
    n_files: int
    """Files that were checked."""
    skipped: tuple[Skipped, ...]
    """Files that were named and not checked, each with the reason."""
    fixed_text: str | None
    """Of a text that was given: the same with all safe fixes, null where none was made."""
    remarks: tuple[str, ...]
