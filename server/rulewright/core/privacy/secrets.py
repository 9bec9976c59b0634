"""Find secrets in a text: keys of services, private keys, tokens, passwords in addresses and in assignments.

Deterministic, and linear in the length of the text: a detector starts at a mark that is found as plain text, and reads
a bounded stretch from there. What no mark leads to is missed: that is better than a scan that a hostile text can stop.
"""

import re
from collections.abc import Iterator

import msgspec

from rulewright.core.privacy.assigned import assigned
from rulewright.core.privacy.looks import entropy, is_drawn, is_placeholder
from rulewright.core.privacy.shapes import (
    AZURE,
    DISCORD,
    DISCORD_HOOK,
    DOTTED,
    JWT,
    SHAPES,
    SLACK_HOOK,
    TEAMS_HOOK,
    TELEGRAM,
    TERRAFORM,
    Shape,
)

MAX_COMMAND = 300
"""Characters behind the name of a program in which its options are looked for."""
MAX_PEM = 20_000
"""Characters of one private key; a longer one ends there."""


class Secret(msgspec.Struct, frozen=True, order=True):
    """Where a secret stands: offsets in code points, the second one behind its end."""

    start: int
    end: int
    kind: str
    """As people call it, such as `GitHub token`."""


def find_secrets(text: str) -> tuple[Secret, ...]:
    """The secrets of a text, in order; none touches another."""
    found = [*_keys(text), *_private_keys(text), *_passwords_in_addresses(text), *_hooks(text)]
    found += (Secret(*span) for span in assigned(text))
    return _joined(found)


def _joined(found: list[Secret]) -> tuple[Secret, ...]:
    """Where two overlap, both together under the name of the more telling one, which was found first."""
    joined: list[Secret] = []
    # Stable: of those with one start, the earlier detector's comes first.
    for secret in sorted(found, key=lambda s: s.start):
        if joined and secret.start < joined[-1].end:
            last = joined[-1]
            joined[-1] = Secret(last.start, max(last.end, secret.end), _more_telling(last, secret))
        else:
            joined.append(secret)
    return tuple(joined)


_VAGUE = frozenset({"password", "secret"})


def _more_telling(one: Secret, other: Secret) -> str:
    return other.kind if one.kind in _VAGUE and other.kind not in _VAGUE else one.kind


_LONG = re.compile(r"\b[\w-]{16,}+", re.ASCII)
_DIGIT = re.compile("[0-9]")
_MIN_BITS_OF_KEY = 2.5


def _by_start() -> dict[str, tuple[Shape, ...]]:
    starts: dict[str, list[Shape]] = {}
    for shape in sorted(SHAPES, key=lambda s: -len(s.prefix)):
        starts.setdefault(shape.prefix[:2], []).append(shape)
    return {start: tuple(shapes) for start, shapes in starts.items()}


_BY_START = _by_start()
_BY_PREFIX = {shape.prefix: shape for shape in SHAPES}
_MIN_TELLING = 4
_TELLING = sorted((p for p in _BY_PREFIX if p[-1] in "_-" and len(p) >= _MIN_TELLING), key=len, reverse=True)
_INSIDE = re.compile("(?:" + "|".join(map(re.escape, _TELLING)) + ")")
"""Prefixes that tell a key also behind other characters, as in `%22ghp_` or `token-ghp_`."""


def _keys(text: str) -> Iterator[Secret]:
    has_digit = _DIGIT.search
    for token in _LONG.finditer(text):
        if has_digit(token[0]) is None:
            continue
        start, end = token.span()
        if text[start - 1 : start] == "-" and text[start - 2 : start - 1] == ".":
            start -= 1
        before = text[start - 1 : start]
        if before == "\\":
            # The letter belongs to an escape such as `\n`.
            start += 1
        elif before == ".":
            yield from _key_behind_dot(text, start)
        elif before == ":" and text.startswith("AA", start):
            yield from _key_around(text, start - 1, 10, "Telegram token", TELEGRAM)
        yield from _key_at(text, start, end)
    for at in _places(text, "Q~"):
        yield from _key_around(text, at, 4, "Azure client secret", AZURE)


def _key_behind_dot(text: str, start: int) -> Iterator[Secret]:
    for shape in DOTTED:
        at = start - len(shape.prefix)
        begins = at <= 0 or not text[at - 1].isalnum() or text[at - 2 : at - 1] == "\\"
        if at >= 0 and begins and text.startswith(shape.prefix, at):
            yield from _as(shape.kind, shape.regex.match(text, at))
    if text.startswith("atlasv1", start - 8):
        yield from _key_around(text, start - 9, 14, "Terraform token", TERRAFORM)


def _key_around(text: str, mark: int, before: int, kind: str, regex: "re.Pattern[str]") -> Iterator[Secret]:
    """A key that has its mark in the middle, `before` characters from its start at most."""
    for at in range(max(0, mark - before), mark):
        if (at == 0 or not text[at - 1].isalnum()) and (match := regex.match(text, at)) is not None:
            yield from _as(kind, match)
            return


def _key_at(text: str, start: int, end: int) -> Iterator[Secret]:
    for shape in _BY_START.get(text[start : start + 2], ()):
        match = shape.regex.match(text, start)
        if match is not None:
            yield from _as(shape.kind, match)
            return
    if text.startswith("eyJ", start):
        yield from _as("JSON web token", JWT.match(text, start))
    elif text[start] in "MNO" and text[end : end + 1] == ".":
        yield from _as("Discord token", DISCORD.match(text, start))
    else:
        for inside in _INSIDE.finditer(text, start + 1, end):
            yield from _as(_BY_PREFIX[inside[0]].kind, _BY_PREFIX[inside[0]].regex.match(text, inside.start()))


def _as(kind: str, match: "re.Match[str] | None") -> Iterator[Secret]:
    """The secret of a match, if it is not what stands for one in a manual."""
    if match is None:
        return
    word = match[0]
    if _DIGIT.search(word) and entropy(word[:200]) >= _MIN_BITS_OF_KEY and "EXAMPLE" not in word:
        yield Secret(match.start(), match.end(), kind)


def _places(text: str, mark: str) -> Iterator[int]:
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + len(mark))


_BEGIN = "-----BEGIN "
_PEM_BEGIN = re.compile(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_PEM_BODY = re.compile(r"(?:[A-Za-z0-9+/=:,.\-\s\"'`]|\\[nr]){0,20000}+")
_MIN_PEM = 40
_PUTTY = re.compile(r"Private-Lines: \d{1,4}\r?\n((?:[A-Za-z0-9+/=]{1,80}\r?\n){1,400}+)")


def _private_keys(text: str) -> Iterator[Secret]:
    behind = 0
    for at in _places(text, _BEGIN):
        if at < behind or (begin := _PEM_BEGIN.match(text, at)) is None:
            continue
        ends = text.find("-----END ", begin.end(), begin.end() + MAX_PEM)
        end = _PEM_END.match(text, ends) if ends >= 0 else None
        # Without its end the text was cut, and what there is of the key is secret all the same.
        stop = ends if end else begin.end() + len(_PEM_BODY.match(text, begin.end())[0])  # type: ignore[index]
        behind = stop
        if sum(char.isalnum() for char in text[begin.end() : stop]) >= _MIN_PEM:
            yield Secret(at, end.end() if end else stop, "private key")
    for at in _places(text, "Private-Lines: "):
        if (match := _PUTTY.match(text, at)) is not None:
            yield Secret(match.start(1), match.end(1), "private key")


_ADDRESS = re.compile(r"://([^\s:/?#@\"'`<>\\,;(){}\[\]]{0,100}+):([^\s/?#@\"'`<>\\]{3,200}+)@(?=[\w\[.$%{-])")
_NO_PASSWORD = re.compile(
    r"(?i)(?:user(?:name)?|pass(?:word|wd)?|pwd|pw|secret|token|x{3,}|\*{2,}|\.{2,}|port|host|hunter2|changeme|foo|bar"
    r"|baz|test|[$%{<\[(].*|.*[}>\])])"
)


_TOKEN_ADDRESS = re.compile(r"://([A-Za-z0-9_-]{20,255}+)@(?=[\w\[])")
_OPTION = re.compile(r" (?:-u|--user)[= ][\"']?[\w.@\\-]{1,60}+:([^\s\"'`$<{]{6,100}+)")


def _passwords_in_addresses(text: str) -> Iterator[Secret]:
    for at in _places(text, "curl "):
        match = _OPTION.search(text, at, at + MAX_COMMAND)
        if match is not None and _DIGIT.search(match[1]) and not is_placeholder(match[1]):
            yield Secret(match.start(1), match.end(1), "password")
    for at in _places(text, "://"):
        token = _TOKEN_ADDRESS.match(text, at)
        if token is not None and is_drawn(token[1]):
            yield Secret(token.start(1), token.end(1), "password in an address")
            continue
        match = _ADDRESS.match(text, at)
        if match is None or _NO_PASSWORD.fullmatch(match[2]) or match[2] == match[1]:
            continue
        if not is_placeholder(match[2]) or is_drawn(match[2], least=12):
            yield Secret(match.start(2), match.end(2), "password in an address")


def _hooks(text: str) -> Iterator[Secret]:
    for mark, kind, regex in (
        ("hooks.slack.com/", "Slack webhook", SLACK_HOOK),
        ("webhook.office.com/", "Teams webhook", TEAMS_HOOK),
        ("discord.com/api/webhooks/", "Discord webhook", DISCORD_HOOK),
        ("discordapp.com/api/webhooks/", "Discord webhook", DISCORD_HOOK),
    ):
        for at in _places(text, mark):
            match = regex.match(text, at)
            if match is not None and not is_placeholder(match[1]):
                yield Secret(match.start(1), match.end(1), kind)
