"""From another tool's rule file to a rule of ours: what it says, by that tool's own rules."""

import posixpath
from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from rulewright.core.rules.check_sources import Beside
from rulewright.core.rules.fields import Fields
from rulewright.core.rules.foreign_names import GLOB_KEYS
from rulewright.core.rules.formats.claims import FORMATS, claim
from rulewright.core.rules.formats.form import Claim, Format
from rulewright.core.rules.formats.imports import Imported, expand
from rulewright.core.rules.formats.marks import BEGIN, without_marked
from rulewright.core.rules.frontmatter import FrontMatter
from rulewright.core.rules.origin import Origin
from rulewright.core.rules.problems import Problem, problem
from rulewright.core.rules.rule import Rule
from rulewright.core.text import Position, Text


def is_without_keys(name: str) -> bool:
    """Whether a tool reads no front matter, so that whatever stands there is text."""
    return not FORMATS[name].keys


UNQUOTED = frozenset({"cursor", "windsurf", "copilot"})
"""Formats whose tools write globs without quotes themselves, and may take quotes for a part of a glob."""


def as_its_tool_writes(name: str, content: str, problems: Iterable[Problem]) -> list[Problem]:
    """What is said of how a file is written. That globs need quotes for others is no reason to write them unasked."""
    if name not in UNQUOTED:
        return list(problems)
    title = FORMATS[name].title
    return [_unasked(p, title) if p.code == "repaired-value" and _is_of_globs(p, content) else p for p in problems]


def _unasked(item: Problem, title: str) -> Problem:
    before = item.message.partition(" Write it so, then")[0]
    told = f"{title} writes globs so itself and may take quotes for a part of them; other tools need quotes."
    return msgspec.structs.replace(
        item,
        message=f"{before} {told}",
        fix=item.fix and msgspec.structs.replace(item.fix, safe=False),
    )


def _is_of_globs(item: Problem, content: str) -> bool:
    start = item.start or 0
    return content[content.rfind("\n", 0, start) + 1 :].startswith(tuple(f"{key}:" for key in GLOB_KEYS))


def pulled_in(origin: Origin, matter: FrontMatter, content: str, beside: Beside | None) -> Imported:
    """The text of a rule file, with that of the files that it names."""
    claimed = _claimed(origin)
    if beside is None or claimed is None or not claimed.place.imports:
        return Imported(without_marked(matter.body) if BEGIN in matter.body else matter.body)
    start = Text(content).offset(Position(matter.body_line, 0)) if matter.body_line else content.find(matter.body)
    found = expand(matter.body, max(start, 0), beside, _apart(origin, claimed))
    return msgspec.structs.replace(found, body=without_marked(found.body)) if BEGIN in found.body else found


def foreign_rule(
    origin: Origin, matter: FrontMatter, content: str, imported: Imported, digest: str
) -> tuple[Rule, list[Problem]]:
    """The rule, and what is doubtful about its file, whose text is `content`."""
    form = FORMATS[origin.format]
    claimed = _claimed(origin)
    data = matter.data or {}
    fields = Fields(matter, data, content)
    activation = form.read(fields, origin.mode)
    if form.max_chars and len(imported.body) > form.max_chars:
        told = (
            f"{form.title} reads {form.max_chars:,} characters of a file, and this one has {len(imported.body):,}. "
            "The rest may be cut off there; here all of it counts. Split it."
        )
        fields.problems.append(problem("over-limit", "warning", told, start=0, end=0))
    rule = Rule(
        id=claimed.name if claimed else f"{form.name}/{origin.below}",
        path=origin.path,
        source=origin.source,
        folder=origin.folder,
        # At equal rank the project's own rules come first.
        order=f"~{form.name}/{origin.below}",
        description=fields.text("description") if "description" in form.keys else "",
        globs=activation.globs,
        written=activation.written,
        always=activation.always,
        unscoped=activation.unscoped,
        format=form.name,
        because=origin.because,
        imports=imported.names,
        body=imported.body,
        body_line=matter.body_line,
        extra={key: value for key, value in data.items() if key not in form.keys},
        content_hash=digest,
    )
    return rule, [*fields.problems, *imported.problems, *_unknown(form, fields)]


def _claimed(origin: Origin) -> Claim | None:
    found = claim(origin.path)
    return found if found is not None and found.format.name == origin.format else None


def _apart(origin: Origin, claimed: Claim) -> frozenset[str]:
    """Files beside this one that are always rules of the same folder."""
    folder = posixpath.dirname(origin.path)
    names = set()
    for form in FORMATS.values():
        for place in form.places:
            if place.endings or place is claimed.place or place.needs or (origin.folder and not place.anywhere):
                continue
            path = posixpath.join(origin.folder, place.path)
            names.add(posixpath.relpath(path, folder or "."))
    return frozenset(names)


def _unknown(form: Format, fields: Fields) -> Iterable[Problem]:
    own = next((key for key in GLOB_KEYS if key in form.keys), "")
    for key, value in fields.data.items():
        if key in form.keys or key in form.kept:
            continue
        others = [other.title for other in FORMATS.values() if key in other.keys]
        whose = f"a key of {' and '.join(others[:2])}" if others else "no key that it knows"
        told = f"{form.title} does not read `{key}`; it is {whose}. It was ignored."
        fix = None
        close = get_close_matches(key, form.keys, n=1)
        if key in GLOB_KEYS and own and (form.name != "cline" or isinstance(value, list)):
            globs = ",".join(map(str, value)) if form.name == "copilot" and isinstance(value, list) else value
            fix = fields.rewritten(key, globs, name=own, safe=False) if globs != value else None
            fix = fix or fields.renamed(key, own, safe=False)
        elif close:
            fix = fields.renamed(key, close[0], safe=False)
        yield problem("other-tools-key" if others else "unknown-key", "warning", told, key, fix=fix)


def titled(name: str) -> str:
    """What the makers of a format call it."""
    return FORMATS[name].title
