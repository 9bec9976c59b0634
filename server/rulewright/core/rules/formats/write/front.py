"""Set some keys of a front matter and leave the rest as its author wrote it: other keys, their order, comments."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from rulewright.core.rules.frontmatter import BOM, FrontMatter, read

_PLAIN = re.compile(r"[A-Za-z_][\w./() +-]*(?:, ?[\w./() +-]+)*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_OPEN = re.compile(r"---[ \t]*(?:\r\n|\n|\r)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")
_COMMENT_OR_BLANK = re.compile(r"[ \t]*(?:#[^\r\n]*)?")


def with_keys(text: str, keys: Mapping[str, Any], ours: Iterable[str]) -> str:
    """`text` whose front matter says `keys`; of `ours`, those that are not among them are taken out.

    Raises ValueError with a sentence where the front matter cannot be edited.
    """
    matter = read(text)
    if matter.data is None:
        raise ValueError("its front matter cannot be read")
    gone = [key for key in ours if key not in keys]
    wanted = {**{k: v for k, v in matter.data.items() if k not in gone}, **{k: _meant(v) for k, v in keys.items()}}
    if wanted == matter.data:
        return text
    edited = _edited(text, matter, keys, gone)
    after = read(edited)
    if after.data != wanted or after.body != matter.body:
        raise ValueError("its front matter is written in a way that cannot be edited key by key")
    return edited


def block(keys: Mapping[str, Any]) -> str:
    """Front matter between its marks; nothing for no keys."""
    lines = "".join(f"{line}\n" for key, value in keys.items() for line in _lines(key, value))
    return f"---\n{lines}---\n" if lines else ""


def values_of(text: str, names: Iterable[str]) -> dict[str, Any]:
    """What a front matter says under some names."""
    data = read(text).data or {}
    return {name: data[name] for name in names if name in data}


def meant(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Keys as they are read again."""
    return {key: _meant(value) for key, value in keys.items()}


def _edited(text: str, matter: FrontMatter, keys: Mapping[str, Any], gone: Iterable[str]) -> str:
    start = len(BOM) if text.startswith(BOM) else 0
    newline = "\r\n" if "\r\n" in text else "\n"
    opening = _OPEN.match(text, start) if matter.present else None
    if opening is None or matter.data is None:
        block = "".join(f"{line}{newline}" for key, value in keys.items() for line in _lines(key, value))
        return f"{text[:start]}---{newline}{block}---{newline}{text[start:]}" if block else text
    lines = _LINE.findall(text, opening.end())
    first = text.count("\n", 0, opening.end())
    spans = _spans(text, matter, first, lines)
    out: list[str] = []
    position = 0
    n_lines = _length(lines)
    for key, (begin, end) in sorted(spans.items(), key=lambda item: item[1]):
        if key in gone:
            out += lines[position:begin]
        elif key in keys and matter.data.get(key) != _meant(keys[key]):
            out += lines[position:begin] + [f"{line}{newline}" for line in _lines(key, keys[key])]
        else:
            continue
        position = end
    out += lines[position:n_lines]
    out += [f"{line}{newline}" for key, value in keys.items() if key not in spans for line in _lines(key, value)]
    return text[: opening.end()] + "".join(out) + "".join(lines[n_lines:])


def _spans(text: str, matter: FrontMatter, first: int, lines: list[str]) -> dict[str, tuple[int, int]]:
    """First line of each key and the line behind its value, counted from the first line of the block."""
    starts = sorted(
        (text.count("\n", 0, span[0]) - first, str(at[0])) for at, span in matter.places.items() if len(at) == 1
    )
    ends = [*(line for line, _ in starts), _length(lines)][1:]
    found = {}
    for (begin, key), stop in zip(starts, ends, strict=True):
        end = stop
        # Comments and blank lines before the next key belong to that one.
        while end > begin + 1 and _COMMENT_OR_BLANK.fullmatch(lines[end - 1].rstrip("\r\n")):
            end -= 1
        found[key] = (begin, end)
    return found


def _length(lines: list[str]) -> int:
    """How many lines the block has."""
    return next((n for n, line in enumerate(lines) if re.fullmatch(r"(?:---|\.\.\.)[ \t]*", line.rstrip("\r\n"))), 0)


def _meant(value: Any) -> Any:
    return ",".join(value) if isinstance(value, tuple) else value


def _lines(key: str, value: Any) -> list[str]:
    if isinstance(value, tuple):
        # Cursor and Copilot themselves write globs without quotes; we read them so too.
        text = ",".join(value)
        plain = f"{key}: {text}"
        is_plain = not re.search(r"[:#]\s|\s#|['\"\\]|^[\[{|>&!%@`-]", text) and read(f"---\n{plain}\n---\n").data == {
            key: text
        }
        return [plain if is_plain else f"{key}: {_quoted(text)}"]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return [f"{key}:", *(f"  - {_quoted(item)}" for item in value)] if value else [f"{key}: []"]
    if isinstance(value, bool):
        return [f"{key}: {str(value).lower()}"]
    if isinstance(value, str):
        return [f"{_scalar(key)}: {_scalar(value)}"]
    return yaml.safe_dump({key: value}, sort_keys=False, allow_unicode=True, width=1000).splitlines()


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS and text == text.strip()
    return text if is_plain else _quoted(text)


def _quoted(text: str) -> str:
    """A text in double quotes, as YAML takes it."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))
