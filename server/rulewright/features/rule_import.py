"""Plan our rules from files of other tools: a pure function from texts to files to write."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from rulewright.core.rules.fields import Fields
from rulewright.core.rules.formats import FORMATS, Activation, Claim, Format, Place, claim, format_of_name
from rulewright.core.rules.formats.marks import BEGIN, is_marked_only, without_marked
from rulewright.core.rules.formats.write import Remark
from rulewright.core.rules.formats.write.front import block
from rulewright.core.rules.frontmatter import FrontMatter, read
from rulewright.core.rules.globs import compile_glob, split
from rulewright.core.rules.parse import KEYS
from rulewright.core.rules.places import default_id, place_of
from rulewright.core.text import Text

FOLDER = ".ai-rules"
_SCOPE_KEYS = frozenset({"globs", "alwaysApply", "paths", "applyTo", "trigger", "inclusion", "fileMatchPattern"})
_SAME_KEYS = frozenset({"description", "version", "tags", "created", "updated", "model"})
"""Keys of ours that say what they say in other tools."""
_REFERENCE = re.compile(r"(?:(?<![^\s(])@(?:~/|\.{0,2}/)?[\w.-][\w./-]*\.(?:md|mdc|txt)\b|#\[\[file:[^\]\n]+\]\])")


class Source(msgspec.Struct, frozen=True):
    """A file of another tool."""

    path: str
    """As it is shown."""
    claim: Claim
    text: str | None
    """None where it cannot be read."""
    problem: str = ""


class NewRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule file to write."""

    path: str
    """Relative to the root."""
    content: str
    source: str
    """The file that it was made from."""
    before: str | None = None
    """What is there; written over only when that is wanted."""


class ImportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an import does."""

    rules: tuple[NewRule, ...]
    remarks: tuple[Remark, ...]
    same: int = 0
    """Rules that are there as they would be written."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was refused."""
        return all(remark.kind != "refused" for remark in self.remarks)


def claim_of(path: str, name: str, format_name: str = "") -> Claim | None:
    """Whose file it is: by its place, `path` relative to the root, or by its name wherever it stands.

    With `format_name` it is that tool's, whatever its name says.
    """
    found = claim(path) if path else None
    if found is not None and format_name in {"", found.format.name}:
        return found
    form = FORMATS[format_name] if format_name else format_of_name(name)
    if form is None:
        return None
    place = _place(form, name)
    return Claim(form, place, "", name, "" if place.mode == "*" else place.mode)


def _place(form: Format, name: str) -> Place:
    """The place of a format that a file of some name would have."""
    lowered = name.lower()
    exact = [place for place in form.places if not place.endings and place.path.rpartition("/")[2] == name]
    by_ending = [place for place in form.places if place.endings and lowered.endswith(place.endings)]
    return (exact or by_ending or [place for place in form.places if place.endings] or list(form.places))[0]


def plan_import(sources: Iterable[Source], there: Callable[[str], str | None], *, force: bool = False) -> ImportPlan:
    """The rules to write; `there` has the text at a path relative to the root. Nothing is overwritten unasked."""
    rules: dict[str, NewRule] = {}
    remarks: list[Remark] = []
    ids: dict[str, str] = {}
    said: dict[tuple[str, str], str] = {}
    n_same = 0
    for source in sources:
        made = import_rule(source)
        if isinstance(made, Remark):
            remarks.append(made)
            continue
        rule, told = made
        twin = said.setdefault((source.claim.folder, rule.content), source.path)
        if twin != source.path:
            message = f"{source.path} says the same as {twin}, so it was not imported again."
            remarks.append(Remark(kind="note", message=message, target=source.claim.format.name, path=source.path))
            continue
        rule = _with_own_id(rule, ids)
        before = there(rule.path)
        if before == rule.content:
            n_same += 1
        elif rule.path in rules or (before is not None and not force):
            message = f"{rule.path} is there already, so {source.path} was not imported. --force writes over it."
            remarks.append(Remark(kind="refused", message=message, target=source.claim.format.name, path=source.path))
        else:
            rules[rule.path] = msgspec.structs.replace(rule, before=before)
            remarks += told
    return ImportPlan(rules=tuple(rules.values()), remarks=tuple(remarks), same=n_same)


def import_rule(source: Source) -> tuple[NewRule, list[Remark]] | Remark:
    """One file as a rule of ours, and what is lost or doubtful; a remark where there is nothing to import."""
    form = source.claim.format

    def about(kind: Any, message: str) -> Remark:
        return Remark(kind=kind, message=message, target=form.name, path=source.path)

    if source.text is None:
        return about("refused", f"{source.path} was not imported: {source.problem}.")
    text = source.text
    if BEGIN in text:
        if is_marked_only(text):
            return about("note", f"{source.path} was made by an export of our rules, so there is nothing to import.")
        text = without_marked(text)
    matter = read(text)
    if matter.data is None and not form.keys:
        # Its tool reads no front matter, so this is text.
        matter = FrontMatter({}, text, 0, present=False)
    if matter.data is None:
        error = next((p.message for p in matter.problems if p.severity == "error"), "it cannot be read.")
        return about("refused", f"{source.path} was not imported: {error}")
    if not matter.body.strip() and not matter.data.get("description"):
        return about("note", f"{source.path} says nothing, so it was not imported.")
    fields = Fields(matter, matter.data)
    activation = form.read(fields, source.claim.mode)
    path = _path_of(source.claim)
    keys, told = _keys(source.claim, matter.data, activation, place_of(path.rpartition(f"{FOLDER}/")[2]).language)
    lines = Text(text)
    remarks = [
        about("lost", f"{source.path}:{lines.position(matter.place(p.at)[0]).line + 1}: {p.message}")
        for p in fields.problems
        if p.severity != "hint"
    ]
    remarks += [about("lost", f"{source.path}: {message}") for message in told]
    if source.claim.place.imports and (named := _REFERENCE.search(matter.body)):
        message = f"{source.path}: `{named[0]}` pulls in another file there. Here it is a mention in the text."
        remarks.append(about("lost", message))
    front = block(keys)
    if "\r\n" in text:
        front = front.replace("\n", "\r\n")
    return NewRule(path=path, content=front + matter.body, source=source.path), remarks


def _path_of(claimed: Claim) -> str:
    """Where the rule goes: in the rules folder of the folder that the file is about."""
    name = claimed.name[len(claimed.folder) + 1 :] if claimed.folder else claimed.name
    if "/" not in name:
        name = f"{name}/{claimed.below.rpartition('/')[2].strip('.').removesuffix('.md').lower()}"
    if name.rpartition("/")[2].lower() == "readme":
        # In a rules folder, README.md is for people.
        name += "-rule"
    return f"{claimed.folder}/{FOLDER}/{name}.md" if claimed.folder else f"{FOLDER}/{name}.md"


def _keys(
    claimed: Claim, data: Mapping[str, Any], activation: Activation, language_of_place: str
) -> tuple[dict[str, Any], list[str]]:
    """Our front matter, and sentences about what has no place in it."""
    form = claimed.format
    told: list[str] = []
    kept = {str(k): v for k, v in data.items() if not _is_about_scope(form, str(k), data)}
    keys: dict[str, Any] = {}
    if isinstance(description := kept.pop("description", None), str | int | float) and str(description).strip():
        keys["description"] = str(description).strip()
    keys |= _scope(activation, told)
    if not activation.always and not activation.globs and activation.unscoped != "always":
        if activation.unscoped == "description" and "description" not in keys:
            told.append("It waits for a description and has none, so here it waits to be named.")
        if activation.unscoped == "manual" and "description" in keys:
            told.append("It waits to be named there. Here a model may also take it by its description.")
        if language_of_place:
            # Without it, the number of its folder would make it a rule of that language.
            keys["globs"] = []
    for key, value in kept.items():
        if key in KEYS and key not in _SAME_KEYS:
            told.append(f"`{key}` means nothing there and something here. It was kept as `{form.name}_{key}`.")
            keys[f"{form.name}_{key}"] = value
        else:
            keys[key] = value
    return keys, told


def _is_about_scope(form: Format, key: str, data: Mapping[str, Any]) -> bool:
    """Whether a key says what files the rule is about, which our own keys say now."""
    read_as_paths = form.name == "claude" and key == "globs" and data.get("paths") is None
    return key in _SCOPE_KEYS and (key in form.keys or read_as_paths)


def _scope(activation: Activation, told: list[str]) -> dict[str, Any]:
    globs = []
    for glob in activation.globs:
        if compile_glob(glob).forms:
            globs.append(_as_item(glob))
        else:
            told.append(f"`{glob}` cannot be read as a glob, so it was left out.")
    if activation.always or (not activation.globs and activation.unscoped == "always"):
        return {**({"globs": globs} if globs else {}), "alwaysApply": True}
    if activation.globs:
        return {"globs": globs}
    return {"alwaysApply": False}


def _as_item(glob: str) -> str:
    """A glob as an item of our list, in which a comma would begin another one."""
    return "\\,".join(split(glob)) if split(glob) != [glob] else glob


def _with_own_id(rule: NewRule, ids: dict[str, str]) -> NewRule:
    """The rule with an id that no other one has: numbers that order files are no part of one."""
    folder, _, inner = rule.path.rpartition(f"{FOLDER}/")
    name = default_id(inner)
    key = f"{folder}{name}"
    if ids.setdefault(key, rule.path) == rule.path:
        return rule
    own = inner.removesuffix(".md")
    newline = "\r\n" if rule.content.startswith("---\r\n") else "\n"
    line = block({"id": own}).split("\n")[1]
    content = rule.content.replace(newline, f"{newline}{line}{newline}", 1)
    return msgspec.structs.replace(rule, content=content)


def sorted_sources(sources: Sequence[Source]) -> list[Source]:
    """Sources in the order in which formats count where two say the same."""
    order = {name: number for number, name in enumerate(FORMATS)}
    return sorted(sources, key=lambda source: (order[source.claim.format.name], source.path))
