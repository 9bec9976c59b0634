"""Rules as they are read from what an import writes, and as they are read in place."""

from rulewright.core.rules.formats.claims import claim
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.parse import parse
from rulewright.core.rules.rule import Rule
from rulewright.features.rule_import import NewRule


def rule_of(made: NewRule) -> Rule:
    """The rule that a file of ours is."""
    folder, _, below = made.path.rpartition(".ai-rules/")
    data = made.content.encode("utf-8", "surrogateescape")
    parsed = parse(Origin(path=made.path, below=below, folder=folder.rstrip("/")), data)
    assert parsed.rule is not None
    return parsed.rule


def rule_in_place(path: str, data: bytes) -> Rule | None:
    """The rule that another tool's file is where it stands."""
    found = claim(path)
    assert found is not None
    origin = Origin(path=path, below=found.below, folder=found.folder, format=found.format.name, mode=found.mode)
    return parse(origin, data).rule
