"""Front matter: split it off, read it tolerantly, and know where each value stands.

Strict YAML is tried first. Where it fails, the value of the failing line is quoted and the reading tried again: most
rule files in the wild start a value with `*`, which YAML takes for an alias. Every repair is reported with a fix.
Values come from YAML nodes, not from a loader: positions stay known, duplicate keys are seen, dates stay text, no tag
ever makes an object, and aliases cannot blow up.
"""

import re
from typing import Any

import msgspec
import yaml

from rulewright.core.edits import Edit
from rulewright.core.findings import Fix
from rulewright.core.rules.flat_keys import read_flat
from rulewright.core.rules.problems import Problem
from rulewright.core.text import Position, Text

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

GUESS = "YAML cannot read this value unquoted"
"""The reason of a repair that may be wrong: it counts only if everything can be read afterwards."""

MAX_NODES = 50_000
MAX_DEPTH = 100
MAX_CHARACTERS = 100_000
"""Of a front matter."""
MAX_REPAIRS = 200
MAX_REPAIR_WORK = 500_000
"""Characters that are read again for repairs, in all: a long front matter gets fewer of them."""
MAX_REPAIRED_LINE = 1_000
"""Characters of a line that is repaired; nobody writes longer values, and the patterns below are not linear."""
BOM = "\ufeff"

_OPEN = re.compile(r"---[ \t]*(?:\r\n|\n|\r|\Z)")
_CLOSE = re.compile(r"(?<![^\r\n])(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)")
_LINE_END = re.compile(r"\r\n|\n|\r")
_NESTED_ON_A_LINE = re.compile(r"(?:[-?:][ \t]+){40}")
_BRACKET = re.compile(r"[\[\]{}]")
_FLOW_MAPPING = re.compile(r"\{\s*[\w\"'-]+\s*:\s")
_QUOTED_LIST = re.compile(r"(\"[^\"]*\"|'[^']*')(\s*,\s*(\"[^\"]*\"|'[^']*'))+")
_KEY_LINE = re.compile(r"\s*(?:-\s|#|[A-Za-z_][\w.-]*\s*:(?:\s|$))")
_FENCE = re.compile(r"(`{3,}|~{3,})[\w-]*[ \t]*(?:\r\n|\n|\r)(?=---[ \t]*(?:\r\n|\n|\r))")
_VALUE_LINE = re.compile(r"(?P<head>\s*(?:-\s+)*(?:(?![-*&!%@`'\"{\[#])[^:#\n]*:\s+)?)(?P<value>\S.*)?$")
_FLOW_ITEM = re.compile(r"(?<=[\[,])(\s*)([*&!%@`][^,\]\"']*?)(?=\s*[,\]])")

Path = tuple[str | int, ...]


class FrontMatter(msgspec.Struct, frozen=True):
    """What stands before the body. `data` is None when it could not be read."""

    data: dict[str, Any] | None
    body: str
    body_line: int
    problems: tuple[Problem, ...] = ()
    places: dict[Path, tuple[int, int]] = msgspec.field(default_factory=dict)
    """Offsets of each key (for keys) and item (for list items), to point at."""
    values: dict[Path, tuple[int, int]] = msgspec.field(default_factory=dict)
    """Offsets of the value of each key."""
    present: bool = True

    def place(self, at: Path) -> tuple[int, int]:
        """Offsets of the innermost part of `at` that is known."""
        while at and at not in self.places:
            at = at[:-1]
        return self.places.get(at, (0, 0))


def read(content: str) -> FrontMatter:
    """Front matter and body of a rule file. Never raises."""
    problems: list[Problem] = []
    start = 0
    if content.startswith(BOM):
        start = 1
        problems.append(
            Problem(
                code="byte-order-mark",
                severity="hint",
                message="The file starts with a byte order mark, which some tools do not read over. It was left out.",
                start=0,
                end=1,
                fix=Fix("Remove the byte order mark", (Edit(0, 1, ""),)),
            )
        )
    start, fence_end = _unwrap_fence(content, start, problems)
    opening = _OPEN.match(content, start)
    if not opening:
        return FrontMatter({}, content[start:fence_end], _line_of(content, start), tuple(problems), present=False)
    closing = _CLOSE.search(content, opening.end(), fence_end)
    if not closing:
        return _unterminated(content, start, opening.end(), problems)
    source = content[opening.end() : closing.start()]
    body_start = min(closing.end() + _line_end_length(content, closing.end()), fence_end)
    return _read_block(content, source, opening.end(), body_start, fence_end, problems)


def _line_end_length(content: str, offset: int) -> int:
    return 2 if content.startswith("\r\n", offset) else int(content[offset : offset + 1] in {"\n", "\r"})


def _line_of(content: str, offset: int) -> int:
    return Text(content).position(offset).line if offset else 0


def _unwrap_fence(content: str, start: int, problems: list[Problem]) -> tuple[int, int]:
    fence = _FENCE.match(content, start)
    if not fence:
        return start, len(content)
    close = re.compile(rf"^{re.escape(fence[1])}[ \t]*\s*\Z", re.MULTILINE).search(content, fence.end())
    edits = [Edit(start, fence.end(), "")] + ([Edit(close.start(), close.end(), "")] if close else [])
    problems.append(
        Problem(
            code="fenced-front-matter",
            severity="hint",
            message="The whole file stands in a code fence. It was read as if the fence were not there. "
            "Remove the fence.",
            start=start,
            end=fence.end(),
            fix=Fix("Remove the code fence", tuple(edits)),
        )
    )
    return fence.end(), close.start() if close else len(content)


def _unterminated(content: str, start: int, block: int, problems: list[Problem]) -> FrontMatter:
    """No closing line: a thematic break when no key follows, else an error with the likely place of the end."""
    end = block
    for line in content[block:].splitlines(keepends=True):
        if not line.strip() or not (_KEY_LINE.match(line) or line[0] in " \t"):
            break
        end += len(line)
    if end == block:
        return FrontMatter({}, content[start:], _line_of(content, start), tuple(problems), present=False)
    line_end = "\r\n" if "\r\n" in content else "\n"
    newline = "" if content[end - 1] in "\r\n" else line_end
    problems.append(
        Problem(
            code="unterminated-front-matter",
            severity="error",
            message="The front matter starts with `---` and never ends. Add a line `---` after its last key.",
            start=start,
            end=start + 3,
            fix=Fix("End the front matter here", (Edit(end, end, f"{newline}---{line_end}"),)),
        )
    )
    return FrontMatter(None, content[end:], _line_of(content, end), tuple(problems))


def _read_block(
    content: str, source: str, offset: int, body_start: int, body_end: int, problems: list[Problem]
) -> FrontMatter:
    # What stands below has no keys, and may be long.
    text = Text(content[:body_start])
    body = content[body_start:body_end]
    if len(source) <= MAX_CHARACTERS and (flat := read_flat(source)) is not None:
        places: dict[Path, tuple[int, int]] = {(key,): (offset + a, offset + b) for key, (a, b) in flat.keys.items()}
        values: dict[Path, tuple[int, int]] = {(key,): (offset + a, offset + b) for key, (a, b) in flat.values.items()}
        return FrontMatter(flat.data, body, text.position(body_start).line, tuple(problems), places, values)
    first_line = text.position(offset).line
    body_line = text.position(body_start).line
    node, repaired, error = _compose(source) if (refused := _refused(source)) is None else (None, [], refused)
    for line, before, after, why in repaired:
        problems.append(_repair_problem(text, first_line + line, before, after, why))
    if error is not None:
        # An open bracket is noticed behind the last line; the last line is where to look.
        line = first_line + min(max(error.line, 0), max(len(_LINE_END.findall(source)) - 1, 0))
        start = text.offset(Position(line, 0))
        problems.append(
            Problem(
                code="broken-yaml",
                severity="error",
                message=f"The front matter is not YAML: {error.text}.",
                start=start,
                end=start + len(text.line(line)),
            )
        )
        return FrontMatter(None, body, body_line, tuple(problems))
    reader = _Reader(text, first_line)
    try:
        data = {} if node is None else reader.value(node, (), 0)
    except _TooMuchError as too_much:
        problems.append(
            Problem(code="broken-yaml", severity="error", message=f"The front matter {too_much}.", start=0, end=3)
        )
        return FrontMatter(None, body, body_line, tuple(problems))
    if data is None or data == "":
        data = {}
    if not isinstance(data, dict):
        problems.append(
            Problem(
                code="broken-yaml",
                severity="error",
                message='The front matter must be keys with values, such as `globs: "**/*.py"`.',
                start=offset,
                end=offset + len(source.rstrip()),
            )
        )
        return FrontMatter(None, body, body_line, tuple(problems))
    return FrontMatter(data, body, body_line, tuple(problems) + tuple(reader.problems), reader.places, reader.values)


def _repair_problem(text: Text, line: int, before: str, after: str, why: str) -> Problem:
    start = text.offset(Position(line, 0))
    written = text.line(line)
    column = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    return Problem(
        code="repaired-value",
        severity="hint",
        message=f"{why}. It was read as `{_short(after.strip())}`. Write it so, then every tool reads it the same way.",
        start=start + column,
        end=start + len(written.rstrip()),
        fix=Fix("Quote the value", (Edit(start, start + len(written), after),)),
    )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:77] + "..."  # noqa: PLR2004


class _YamlError(msgspec.Struct, frozen=True):
    line: int
    text: str


_TOO_LONG = _YamlError(0, f"it has more than {MAX_CHARACTERS:,} characters. Move the text below it")

_TOO_DEEP = _YamlError(0, "it is nested too deep")

_Repair = tuple[int, str, str, str]


def _refused(source: str) -> _YamlError | None:
    """What the YAML library cannot be given."""
    if len(source) > MAX_CHARACTERS:
        return _TOO_LONG
    return _TOO_DEEP if may_be_too_deep(source) else None


def may_be_too_deep(source: str) -> bool:
    """Whether a text of at most `MAX_CHARACTERS` could end the process.

    The YAML library descends by recursion in C.
    """
    if _NESTED_ON_A_LINE.search(source):
        return True
    depth = 0
    for match in _BRACKET.finditer(source):
        depth = max(depth + (1 if match[0] in "[{" else -1), 0)
        if depth > MAX_DEPTH:
            return True
    return False


def _compose(source: str) -> tuple[yaml.Node | None, list[_Repair], _YamlError | None]:
    """The YAML node of `source`; lines that made it fail are quoted one after another."""
    lines = _LINE_END.split(source)
    original = list(lines)
    why: dict[int, str] = {}
    error_said = _YamlError(0, "too many values would have to be quoted")
    is_guess = False
    for _ in range(max(3, min(MAX_REPAIRS, MAX_REPAIR_WORK // (len(source) + 1)))):
        try:
            node = yaml.compose("\n".join(lines), Loader=Loader)
        except yaml.YAMLError as error:
            places = [m.line for m in (getattr(error, "problem_mark", None), getattr(error, "context_mark", None)) if m]
            if not is_guess:
                # The newest error is the one to tell: those before it were repaired. But what comes after a repair
                # that was only a guess may be of that guess's making.
                error_said = _YamlError(places[0] if places else 0, _say(error))
            repaired = _repair_one(lines, places, why)
            if repaired is None:
                break
            is_guess = is_guess or why[repaired] == GUESS
        except (RecursionError, ValueError) as error:
            return None, [], _YamlError(0, str(error).split("\n")[0])
        else:
            return node, _repairs(original, lines, why), None
    certain = {line: reason for line, reason in why.items() if reason != GUESS}
    return None, _repairs(original, lines, certain), error_said


def _repairs(original: list[str], lines: list[str], why: dict[int, str]) -> list[_Repair]:
    return [(i, original[i], lines[i], why[i]) for i in sorted(why)]


def _repair_one(lines: list[str], places: list[int], why: dict[int, str]) -> int | None:
    """Quote the value of the first place that can be, and return its line.

    The line before counts too, as YAML notices some errors late.
    """
    for place in [p - back for back in (0, 1) for p in places]:
        if not 0 <= place < len(lines) or place in why:
            continue
        fixed = _quote(lines[place])
        if fixed is not None:
            lines[place], why[place] = fixed
            return place
    return None


def _quote(line: str) -> tuple[str, str] | None:
    """The line with its value quoted and the reason, or None when there is nothing to quote."""
    if len(line) > MAX_REPAIRED_LINE:
        return None
    if (stripped := line.lstrip(" ")).startswith("\t") or (line[: len(line) - len(line.lstrip())].count("\t")):
        indent = line[: len(line) - len(line.lstrip())]
        return indent.replace("\t", "  ") + line.lstrip(), "YAML does not allow tabs as indentation"
    tail = stripped[len(stripped.rstrip()) :]
    match = _VALUE_LINE.match(stripped.rstrip())
    if not match or not match["value"]:
        return None
    indent = line[: len(line) - len(stripped)]
    value = match["value"]
    if value.startswith("[") and value.endswith("]"):
        quoted = _FLOW_ITEM.sub(lambda m: m[1] + _as_yaml(m[2]), value)
        why = "A list item starts with a character that YAML keeps for itself"
    elif _QUOTED_LIST.fullmatch(value):
        quoted, why = f"[{value}]", "YAML needs brackets around a list of quoted values"
    elif value[0] in "|>#" or _FLOW_MAPPING.match(value) or (value[0] in "'\"[" and not _closed_early(value)):
        # An open quote or bracket may run on to the next lines: quoting it would invent a meaning.
        return None
    else:
        quoted = _as_yaml(value)
        special = value[0] in "*&!%@`{[,]}"
        why = f"YAML cannot start a value with `{value[0]}`" if special else GUESS
    return (f"{indent}{match['head']}{quoted}{tail}", why) if quoted != value else None


def _closed_early(value: str) -> bool:
    """Whether what opens at the start of `value` closes before its end, as in `[ab].py` or `"a" b`."""
    close = value.find("]" if value[0] == "[" else value[0], 1)
    return 0 < close < len(value) - 1


def _as_yaml(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


_ADVICE = (
    ("mapping values are not allowed", "Put a value that holds `: ` in quotes, and indent keys alike"),
    ("expected node content", "A value is missing, or a bracket stands where none belongs"),
    ("expected ',' or", "A bracket or brace is not closed, or a comma is missing"),
    ("end of stream", "A quote, bracket or brace is not closed"),
    ("block mapping", "Indent the keys of one mapping alike, each with a `:`"),
    ("expected <block end>", "Indent the keys of one mapping alike, each with a `:`"),
    ("expected ':'", "Each key needs a `:` behind it"),
    ("undefined alias", "Put a value that starts with `*` in quotes"),
    ("control characters", "Remove the control character"),
)
"""What helps, by a part of what PyYAML says."""


def _say(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error).split("\n")[0]
    context = getattr(error, "context", None)
    said = f"{context + ', ' if context else ''}{problem}"
    advice = next((help_ for part, help_ in _ADVICE if part in said), "")
    return f"{said}{'. ' + advice if advice else ''}"


class _TooMuchError(Exception):
    """More values, or deeper ones, than a rule can need."""


class _Reader:
    """YAML nodes to plain values, with the place of every key."""

    def __init__(self, text: Text, first_line: int) -> None:
        self.text, self._starts = text, [*text.line_starts[first_line:], len(text.content)]
        self.places: dict[Path, tuple[int, int]] = {}
        self.values: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.n_nodes = 0

    def value(self, node: yaml.Node, at: Path, depth: int) -> Any:
        self.n_nodes += 1
        if self.n_nodes > MAX_NODES:
            raise _TooMuchError(f"holds more than {MAX_NODES:,} values, counting repeated aliases")
        if depth > MAX_DEPTH:
            raise _TooMuchError(f"is nested more than {MAX_DEPTH} levels deep")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at, depth)
        if isinstance(node, yaml.SequenceNode):
            items = []
            for i, item in enumerate(node.value):
                self.places[(*at, i)] = self._span(item)
                items.append(self.value(item, (*at, i), depth + 1))
            return items
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, at: Path, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        lines: dict[str, tuple[int, int, int]] = {}
        for key_node, value_node in node.value:
            key = (
                str(key_node.value)
                if isinstance(key_node, yaml.ScalarNode)
                else str(self.value(key_node, at, depth + 1))
            )
            span = self._span(key_node)
            if key in found:
                self.problems.append(
                    Problem(
                        code="duplicate-key",
                        severity="warning",
                        message=f"`{key}` is written twice. The last one counts. Remove the other.",
                        start=span[0],
                        end=span[1],
                        fix=self._removed(lines[key]) if key in lines else None,
                    )
                )
            if not node.flow_style:
                lines[key] = key_node.start_mark.line, key_node.start_mark.column, _last_line(value_node)
            self.places[(*at, key)] = span
            self.values[(*at, key)] = self._span(value_node)
            found[key] = self.value(value_node, (*at, key), depth + 1)
        return found

    def _removed(self, lines: tuple[int, int, int]) -> Fix | None:
        """The fix that removes the lines of a key; None where something else stands before it."""
        first, column, last = lines
        start, end = self._starts[first], self._starts[min(last + 1, len(self._starts) - 1)]
        is_alone = not self.text.content[start : start + column].strip()
        return Fix("Remove the one that does not count", (Edit(start, end, ""),)) if is_alone else None

    def _scalar(self, node: yaml.Node) -> Any:
        kind = node.tag.rpartition(":")[2]
        raw: str = node.value
        if kind == "null":
            return None
        if kind == "bool" and raw.lower() in {"true", "false"}:
            # `yes`, `no`, `on` and `off` stay text, as in YAML 1.2: `message: no` is a message.
            return raw.lower() == "true"
        if kind in {"int", "float"}:
            try:
                return int(raw, 0) if kind == "int" else float(raw)
            except ValueError:
                return raw
        if node.tag.startswith("!"):
            # `globs: !tests/**` is a tag for YAML; people mean the text.
            start, end = self._span(node)
            written = self.text.content[start:end].split("\n")[0].split(" #")[0].rstrip()
            self.problems.append(
                Problem(
                    code="repaired-value",
                    severity="hint",
                    message=f"YAML reads `{_short(written)}` as a tag. It was read as text. Put it in quotes.",
                    start=start,
                    end=start + len(written),
                    fix=Fix("Quote the value", (Edit(start, start + len(written), _as_yaml(written)),)),
                )
            )
            return written or raw
        return raw

    def _span(self, node: yaml.Node) -> tuple[int, int]:
        start, end, starts = node.start_mark, node.end_mark, self._starts
        # The end of the last value is that of the text, which may be on a line that is not there.
        return starts[start.line] + start.column, starts[min(end.line, len(starts) - 1)] + end.column


def _last_line(node: yaml.Node) -> int:
    """The last line of a value: marks of the library may stand behind the space below it."""
    if isinstance(node, yaml.ScalarNode):
        is_block = node.style in {"|", ">"}
        return max(node.start_mark.line, node.end_mark.line - is_block)
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)
