"""The `transform` of a rule: what ast-grep's binding computes itself, and what is left to us.

The binding knows `substring`, `replace` and `convert`. It takes `rewrite`, too, and does nothing, because its rules
have no rewriters; so that one, and all that is made of its result, is taken out here and computed in `rewrite`.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from rulewright.core.rules import engine

SOURCE = re.compile(r"(\${1,3})([A-Z][A-Z0-9_]*)")
MANY = "$$$"
"""Before the name of a variable that captures many nodes."""

_CALL = re.compile(r"\s*(\w+)\s*\(\s*([^,)]*?)\s*(?:,(.*))?$", re.DOTALL)
_ARGUMENT = re.compile(r"""\s*(\w+)\s*=\s*('[^']*'|"[^"]*"|\[[^\]]*\]|[^,]*),?""")

_CARRIER = "rust"
"""A language with texts in which nothing needs to be escaped."""


class Plan(msgspec.Struct, frozen=True):
    """The transformations of one rule."""

    names: frozenset[str] = frozenset()
    """All that the rule defines."""
    native: dict[str, Any] = {}
    """What the binding computes."""
    ours: dict[str, Any] = {}
    """Rewriting, and what depends on it."""


def plan_of(transform: Mapping[str, Any]) -> Plan:
    """Who computes which transformation."""
    ours: set[str] = {name for name, value in transform.items() if is_rewrite(value)}
    waiting = set(transform) - ours
    while depending := {name for name in waiting if source_of(transform[name])[1] in ours}:
        ours |= depending
        waiting -= depending
    return Plan(
        frozenset(transform),
        {name: value for name, value in transform.items() if name in waiting},
        {name: value for name, value in transform.items() if name in ours},
    )


def is_rewrite(value: Any) -> bool:
    """Whether a transformation runs rewriters."""
    return isinstance(value, Mapping) and "rewrite" in value


def source_of(value: Any) -> tuple[str, str]:
    """The dollars and the name of a transformation's source; both empty where it has none that captures something."""
    written = written_source(value)
    found = SOURCE.fullmatch(written) if isinstance(written, str) else None
    return (found[1], found[2]) if found else ("", "")


def written_source(value: Any) -> Any:
    """The source of a transformation as it is written; None where there is none."""
    if isinstance(value, str):
        call = _CALL.match(value)
        return call[2] if call else None
    (arguments,) = value.values()
    return arguments.get("source") if isinstance(arguments, Mapping) else None


def spelled_out(value: Any) -> Any:
    """A transformation in which `rewrite($A, rewriters=[x], joinBy=', ')` stands as a mapping.

    Raises ValueError when its arguments cannot be read.
    """
    call = _CALL.match(value) if isinstance(value, str) else None
    if call is None or call[1] != "rewrite":
        return value
    arguments: dict[str, Any] = {"source": call[2]}
    rest = (call[3] or "").rstrip().rstrip(")")
    while rest.strip():
        argument = _ARGUMENT.match(rest)
        if argument is None or argument[1] not in {"rewriters", "joinBy"}:
            raise ValueError(f"`{rest.strip()}` is not an argument of `rewrite`")
        try:
            arguments[argument[1]] = yaml.safe_load(argument[2])
        except yaml.YAMLError:
            raise ValueError(f"`{argument[2]}` is not YAML") from None
        rest = rest[argument.end() :]
    return {"rewrite": arguments}


def transformed(value: Any, text: str) -> str:
    """What a transformation that is no rewriting makes of a text; ast-grep computes it, on a text of its own.

    Raises EngineError.
    """
    hashes = "#" * (1 + max((len(run) for run in re.findall("#+", text)), default=0))
    # The bar keeps spaces at the start, which no tree has.
    root = engine.parse(f'r{hashes}"|{text}"{hashes};', _CARRIER)
    if isinstance(value, str):
        moved: Any = re.sub(r"\$[A-Z0-9_]+", "$TEXT", value, count=1)
    else:
        ((operation, arguments),) = value.items()
        moved = {operation: {**arguments, "source": "$TEXT"}}
    steps = {"TEXT": {"substring": {"source": "$WHOLE", "startChar": 1}}, "DONE": moved}
    node = engine.find(root, {"rule": {"kind": "string_content", "pattern": "$WHOLE"}, "transform": steps})
    done = None if node is None or len(node.text()) != len(text) + 1 else node.get_transformed("DONE")
    if done is None:
        raise engine.EngineError("a text cannot be transformed")
    return done
