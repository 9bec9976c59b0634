"""What stands at a place of a rule file: the meaning of a key, what a glob matches, the rule that an id is of."""

from collections.abc import Sequence

import msgspec

from rulewright.core.languages import LANGUAGES, canonical
from rulewright.core.rules.globs import compile_glob, split
from rulewright.core.rules.select import rebase
from rulewright.features.rule_writing.completion import Around
from rulewright.features.rule_writing.names import part_at
from rulewright.features.rule_writing.places import Token, token_at
from rulewright.features.rule_writing.words import GLOB_KEYS, VALUES, holder, keys_at

MAX_LISTED = 8


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to say of the text from `start` to `end`."""

    start: int
    end: int
    name: str
    """As it is written."""
    text: str
    listed: Sequence[str] = ()
    """Paths."""
    n_more: int = 0
    """How many more there are than are listed."""


def tell(content: str, offset: int, around: Around) -> Told | None:
    """What there is to say of a place; None where nothing is known."""
    token = token_at(content, offset)
    if token is None:
        return None
    if token.kind == "key":
        _, table = keys_at(token.path[:-1], around.keys)
        text = table.get(str(token.path[-1]), "")
        return Told(start=token.start, end=token.end, name=token.text, text=text) if text else None
    return _value(token, offset, around)


def _value(token: Token, offset: int, around: Around) -> Told | None:
    kind, key = holder(token.path)
    if kind == "file" and key in GLOB_KEYS:
        return _glob(token, offset, around, around.folder)
    if kind == "check" and key in {"files", "ignores"}:
        return _glob(token, offset, around, "")
    if kind == "file" and key in {"overrides", "disable"}:
        return _rule(token, offset, around)
    if key == "language" and (language := canonical(token.text)):
        known = LANGUAGES[language]
        files = " ".join([*(f".{e}" for e in known.extensions), *known.file_names])
        checks = "" if known.checkable else " There are no checks for it."
        return Told(start=token.start, end=token.end, name=language, text=f"Files: {files}.{checks}")
    if text := VALUES.get((kind, key), {}).get(token.text, ""):
        return Told(start=token.start, end=token.end, name=token.text, text=text)
    _, table = keys_at(token.path[:-1], around.keys)
    text = table.get(key, "")
    return Told(start=token.start, end=token.end, name=key, text=text) if text else None


def _glob(token: Token, offset: int, around: Around, folder: str) -> Told | None:
    """The files that the glob at a place matches by itself."""
    at = token.start
    for glob in split(token.text):
        start = token.start + token.text.find(glob, at - token.start)
        at = start + len(glob)
        if start <= offset <= at:
            bare = around.meant(glob).removeprefix("!")
            found = compile_glob(rebase(bare, folder))
            matched = [p for p in around.paths() if found.matches_plain(p)]
            verb = "takes out" if glob.startswith("!") else "matches"
            text = f"{verb} {len(matched):,} file{'s' * (len(matched) != 1)}"
            listed, n_more = tuple(matched[:MAX_LISTED]), max(len(matched) - MAX_LISTED, 0)
            return Told(start=start, end=at, name=glob, text=text, listed=listed, n_more=n_more)
    return None


def _rule(token: Token, offset: int, around: Around) -> Told | None:
    """The rule whose id stands at a place."""
    part = part_at(token, offset)
    if part is None:
        return None
    start, end, name = part
    found = [r for r in around.rules if r.id == name]
    if not found:
        return Told(start=start, end=end, name=name, text="There is no rule of this id.")
    text = found[0].description or "It has no description."
    return Told(start=start, end=end, name=name, text=text, listed=tuple(r.path for r in found))
