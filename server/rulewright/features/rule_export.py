"""Plan what files of other tools say of our rules: a pure function from rules and what is there to changes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

import msgspec
from msgspec import structs

from rulewright.core.privacy.redact import remove_secrets
from rulewright.core.rules.formats.marks import (
    has_unclosed,
    is_marked_only,
    section_of,
    with_section,
    without_marked,
)
from rulewright.core.rules.formats.write import TARGETS, Limit, Output, Remark, Target, write_rules
from rulewright.core.rules.formats.write.front import meant, values_of, with_keys
from rulewright.core.rules.rule import Rule

State = Literal["missing", "stale", "changed", "gone", "taken"]
"""`missing`: not there yet; `stale`: our rules have changed since; `changed`: somebody else changed our part of it;
`gone`: its rules are no more; `taken`: it was not ours."""


class There(msgspec.Struct, frozen=True):
    """What is at a path that we may write."""

    text: str | None
    """None where there is nothing."""
    real: str = ""
    """Where its links lead."""
    problem: str = ""
    """Why it can neither be read nor written."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A file to write, or with no text after it to remove."""

    target: str
    path: str
    """Relative to the root."""
    state: State
    before: str | None
    after: str | None


class ExportPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an export does."""

    changes: tuple[Change, ...]
    remarks: tuple[Remark, ...]
    same: int
    """Files that are as they should be."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was refused."""
        return all(remark.kind != "refused" for remark in self.remarks)


class Exporting(msgspec.Struct, frozen=True):
    """What the rules are for some targets, before anybody looked what is there."""

    outputs: tuple[tuple[str, Output], ...]
    """Each with the name of its target."""
    remarks: tuple[Remark, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Files that are written."""
        return tuple(output.path for _, output in self.outputs)


def exported_rules(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Those of some rules that are the project's own: in its `.ai-rules/`, and not read from another tool's file."""
    return tuple(r for r in rules if r.source == "project" and "/.ai-rules/" in f"/{r.path}")


def export(rules: Sequence[Rule], names: Iterable[str]) -> Exporting:
    """Rules in force, highest precedence first, for the targets of some names."""
    outputs: list[tuple[str, Output]] = []
    remarks: list[Remark] = []
    for name in dict.fromkeys(names):
        written = write_rules(TARGETS[name], rules)
        remarks += written.remarks
        for output in written.outputs:
            shown = remove_secrets(output.section)
            outputs.append((name, structs.replace(output, section=shown.text)))
            # Other tools send these files to models, and no gate of ours stands before them.
            remarks += (
                Remark(
                    kind="note",
                    message=f"A secret ({secret.kind}) was left out.",
                    target=name,
                    rule=output.rules[0] if len(output.rules) == 1 else "",
                    path=output.path,
                )
                for secret in shown.secrets
            )
    return Exporting(tuple(outputs), tuple(remarks))


def owned_by(names: Iterable[str], path: str) -> str:
    """The target among some that may have written `path`; empty for none."""
    return next((name for name in names if TARGETS[name].owns(path)), "")


def plan_export(
    exporting: Exporting, names: Iterable[str], there: Mapping[str, There], *, force: bool = False
) -> ExportPlan:
    """The changes that make the files say what the rules say.

    `there` has what is at each path to write, and at other paths that targets may have written once.
    """
    changes: list[Change] = []
    remarks = list(exporting.remarks)
    reals: dict[str, str] = {}
    n_same = 0
    for name, output in exporting.outputs:
        found = there.get(output.path, There(None))
        target = TARGETS[name]
        if found.real and found.real in reals:
            told = f"{output.path} leads to the same file as {reals[found.real]}, which was written."
            remarks.append(Remark(kind="note", message=told, target=name, path=output.path))
            continue
        reals[found.real or output.path] = output.path
        after = _written(target, output, found, force=force)
        if isinstance(after, Remark):
            remarks.append(after)
            continue
        remarks += _about(target, output, found)
        if after == found.text:
            n_same += 1
        else:
            state = _state(target, output, found.text)
            changes.append(Change(target=name, path=output.path, state=state, before=found.text, after=after))
    removed, told_of_them = _removed(exporting, names, there, reals)
    changes += removed
    remarks += told_of_them
    return ExportPlan(
        changes=tuple(changes),
        remarks=(*remarks, *_limits(exporting, there, changes)),
        same=n_same,
    )


def _written(target: Target, output: Output, found: There, *, force: bool) -> str | Remark:
    """The text of a file after the export, or why it is left alone."""

    def refuse(message: str) -> Remark:
        return Remark(kind="refused", message=message, target=target.name, path=output.path)

    if found.problem:
        return refuse(f"{output.path} was left alone: {found.problem}.")
    stamp = _stamp(meant(output.keys), output.section)
    text = found.text or ""
    if text and not output.is_shared and section_of(text) is None:
        if not force:
            return refuse(
                f"{output.path} is there and was not written by an export, so it was left alone. "
                "Import it or move it, or use --force, which keeps a copy."
            )
        text = ""
    try:
        keyed = with_keys(text, output.keys, target.keys) if target.keys and not output.is_shared else text
    except ValueError as error:
        return refuse(f"{output.path} was left alone: {error}. Mend it, or remove it.")
    return with_section(keyed, output.section, stamp)


def _about(target: Target, output: Output, found: There) -> Iterator[Remark]:
    text = found.text or ""
    if has_unclosed(text):
        told = f"{output.path} holds a mark of ours that begins a section and none that ends it. What follows was kept."
        yield Remark(kind="note", message=told, target=target.name, path=output.path)


def _state(target: Target, output: Output, text: str | None) -> State:
    """What is the matter with a file that is not as it should be."""
    if text is None:
        return "missing"
    section = section_of(text)
    if section is None:
        return "missing" if output.is_shared else "taken"
    keys = {} if output.is_shared else values_of(text, target.keys)
    written = text[section.inner_start : section.inner_end]
    return "stale" if section.stamp == _stamp(keys, written) else "changed"


def _stamp(keys: Mapping[str, Any], section: str) -> str:
    """Some digits by which a change of our part of a file is known, whatever its line ends are."""
    plain = section.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    known = msgspec.json.encode({key: value for key, value in keys.items() if value is not None}, order="sorted")
    return sha256(known + b"\0" + plain.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _removed(
    exporting: Exporting, names: Iterable[str], there: Mapping[str, There], written: Mapping[str, str]
) -> tuple[list[Change], list[Remark]]:
    """Files of ours whose rules are no more; what others wrote in them stays."""
    changes: list[Change] = []
    remarks: list[Remark] = []
    for path, found in there.items():
        name = owned_by(names, path)
        if path in exporting.paths or not name or found.text is None or found.problem:
            continue
        if section_of(found.text) is None or (found.real and found.real in written):
            continue
        after = None if is_marked_only(found.text) else without_marked(found.text)
        changes.append(Change(target=name, path=path, state="gone", before=found.text, after=after))
        if after is not None:
            told = f"The rules of {path} are no more. What stands outside of our section was kept."
            remarks.append(Remark(kind="note", message=told, target=name, path=path))
    return changes, remarks


def _limits(exporting: Exporting, there: Mapping[str, There], changes: Sequence[Change]) -> Iterator[Remark]:
    """Files of which their tool does not read all."""
    texts = {path: found.text or "" for path, found in there.items()}
    texts |= {change.path: change.after or "" for change in changes}
    for name, output in exporting.outputs:
        limit = TARGETS[name].limit
        if limit is None or output.path not in texts:
            continue
        size = sum(_size(limit, texts.get(path, "")) for path in _counted(limit, output.path))
        if size > limit.amount:
            with_above = " with those of the folders above it" if limit.sums_folders and "/" in output.path else ""
            told = (
                f"{output.path} has {size:,} {limit.unit}{with_above}, and {limit.who} reads {limit.amount:,}. "
                "Nothing was cut here. Shorten or split its rules."
            )
            yield Remark(kind="limit", message=told, target=name, path=output.path)


def _counted(limit: Limit, path: str) -> Iterator[str]:
    yield path
    folder, _, file = path.rpartition("/")
    while limit.sums_folders and folder:
        folder = folder.rpartition("/")[0]
        yield f"{folder}/{file}" if folder else file


def _size(limit: Limit, text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape")) if limit.unit == "bytes" else len(text)
