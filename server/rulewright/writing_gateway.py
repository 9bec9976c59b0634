"""The door for those who write rules: what can stand in a rule file, where an id is used, and rules from code."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from rulewright.core.doors import Door, guarded
from rulewright.core.edits import Edit
from rulewright.core.languages import CHECKABLE, language_of
from rulewright.core.ports import Offload
from rulewright.core.rules import engine
from rulewright.core.rules.foreign_names import may_be_foreign
from rulewright.core.rules.formats.claims import claim
from rulewright.core.rules.parse import KEYS
from rulewright.core.rules.pattern_of import MAX_PIECE
from rulewright.core.rules.suppress import may_suppress
from rulewright.core.rules.table import TABLE_PREFIX
from rulewright.core.snapshot import Document, Project, Snapshot
from rulewright.core.text import Position, Range, Text
from rulewright.core.uris import from_path, to_path
from rulewright.features.rule_writing import names
from rulewright.features.rule_writing.completion import Around, Grammar, Suggestions, complete
from rulewright.features.rule_writing.from_code import NewRule, rule_from_code
from rulewright.features.rule_writing.hover import Told, tell
from rulewright.services.files import ProjectRuleFiles, Unreadable, is_rule_file, read_text, shipped_file
from rulewright.services.files.read import leads_inside
from rulewright.services.user_folders import user_rules_folder

MIN_PIECE = 3
"""Characters of a selection that a rule is offered for."""
MAX_SEARCHED = 20_000
"""Files that are looked at for comments which name a rule."""
MAX_SETTINGS_KB = 1_000
SETTINGS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("rulewright.toml", ()),
    ("pyproject.toml", ("tool", "rulewright")),
)
"""Where a project's settings may stand; the first file that is there counts."""

FilesOf = Callable[[Project], Sequence[str]]


class Location(msgspec.Struct, frozen=True):
    """A part of a file; `text` is all of it."""

    uri: str
    text: Text
    start: int
    end: int


class FileEdits(msgspec.Struct, frozen=True):
    """Edits of one file."""

    uri: str
    version: int | None
    """Of the open document; None for a file on disk."""
    text: Text
    edits: tuple[Edit, ...]


class Renaming(msgspec.Struct, frozen=True):
    """Another id for a rule: what is to be changed, and sentences about what is not."""

    files: tuple[FileEdits, ...] = ()
    remarks: tuple[str, ...] = ()


class _Where(msgspec.Struct, frozen=True):
    """A document that a question is about."""

    project: Project
    path: str
    """As in the book."""
    document: Document
    keys: Mapping[str, str] | None
    """Those of a rule file; None for any other."""


class _File(msgspec.Struct, frozen=True):
    """A text, from an editor or from disk."""

    path: str
    uri: str
    version: int | None
    content: str


@guarded(
    "rules",
    read="is_rule complete hover definition references renamable rename offers_rule new_rule",
)
class WritingGateway(Door):
    """Everything an interface may ask for those who write rules."""

    def __init__(self, files_of: FilesOf, offload: Offload) -> None:
        self._files_of, self._offload = files_of, offload
        self._own = user_rules_folder()

    def is_rule(self, uri: str) -> bool:
        """Whether a document may be a rule file, by its path."""
        path = to_path(uri)
        return "/.ai-rules/" in path or path.startswith(self._own + "/") or may_be_foreign(path)

    # What stands or can stand at a place

    async def complete(self, snapshot: Snapshot, uri: str, position: Position, *, snippets: bool) -> Suggestions | None:
        """What can be written at a place of a rule file; None in its text and in any other document."""
        where = self._where(snapshot, uri)
        if where is None or where.keys is None:
            return None
        text = where.document.text
        around = self._around(where, where.keys, snippets=snippets)
        return await self._offload(complete, text.content, text.offset(position), around)

    async def hover(self, snapshot: Snapshot, uri: str, position: Position) -> Told | None:
        """What stands at a place of a rule file, where that is known."""
        where = self._where(snapshot, uri)
        if where is None or where.keys is None:
            return None
        text = where.document.text
        around = self._around(where, where.keys)
        return await self._offload(tell, text.content, text.offset(position), around)

    def _around(self, where: _Where, keys: Mapping[str, str], *, snippets: bool = False) -> Around:
        entry = where.project.book.entries.get(where.path)
        rule = entry.rule if entry is not None else None
        # Other tools write globs in dialects of their own.
        meant = dict(zip(rule.written, rule.globs, strict=False)) if rule is not None else {}
        origin = self._rule_files(where.project).origin(where.path)
        return Around(
            keys=keys,
            path=where.path,
            folder=origin.folder if origin is not None else "",
            rules=where.project.book.rules,
            active=where.project.book.selection.active,
            paths=lambda: self._files_of(where.project),
            grammar=grammar_of,
            snippets=snippets,
            meant=lambda glob: meant.get(glob, glob),
        )

    # Ids

    async def definition(self, snapshot: Snapshot, uri: str, position: Position) -> tuple[Location, ...] | None:
        """The rules whose id stands at a place; None where there is none."""
        where = self._where(snapshot, uri)
        return await self._offload(self._definition, snapshot, where, position) if where is not None else None

    def _definition(self, snapshot: Snapshot, where: _Where, position: Position) -> tuple[Location, ...] | None:
        name = _name_at(where, position)
        return tuple(self._stated(snapshot, where.project, name.text)) if name is not None else None

    def _stated(self, snapshot: Snapshot, project: Project, rule_id: str) -> Iterator[Location]:
        """Where the rules of this id say so, or begin where their path gives it."""
        for path, entry in project.book.entries.items():
            if entry.rule_id == rule_id and (file := self._read(snapshot, project, path)) is not None:
                stated = [n for n in names.names_in_rule(file.content) if n.role == "id"]
                start, end = (stated[0].start, stated[0].end) if stated else (0, 0)
                yield Location(file.uri, Text(file.content), start, end)

    async def references(
        self, snapshot: Snapshot, uri: str, position: Position, *, declaration: bool
    ) -> tuple[Location, ...] | None:
        """Who names the rule whose id stands at a place; None where there is none."""
        where = self._where(snapshot, uri)
        if where is None:
            return None
        return await self._offload(self._references, snapshot, where, position, declaration)

    def _references(
        self, snapshot: Snapshot, where: _Where, position: Position, declaration: bool
    ) -> tuple[Location, ...] | None:
        name = _name_at(where, position)
        if name is None:
            return None
        found = list(self._stated(snapshot, where.project, name.text)) if declaration else []
        for file in self._rule_texts(snapshot, where.project, name.text):
            found += _located(file, [n for n in names.names_in_rule(file.content) if n.role == "named"], name.text)
        for file, inside in self._comments(snapshot, where.project, name.text):
            found += _located(file, inside, name.text)
        return tuple(found)

    async def renamable(self, snapshot: Snapshot, uri: str, position: Position) -> Location | str | None:
        """The id at a place that can be another; a sentence where it cannot; None where there is no id."""
        where = self._where(snapshot, uri)
        return await self._offload(self._renamable, where, position) if where is not None else None

    def _renamable(self, where: _Where, position: Position) -> Location | str | None:
        name = _name_at(where, position)
        if name is None:
            return None
        why_not = _why_not(where.project, name.text)
        return why_not or Location(where.document.uri, where.document.text, name.start, name.end)

    async def rename(self, snapshot: Snapshot, uri: str, position: Position, new_id: str) -> Renaming | str:
        """Another id for the rule at a place, wherever it is named; or a sentence that says why not."""
        where = self._where(snapshot, uri)
        if where is None:
            return "There is no id of a rule here."
        return await self._offload(self._rename, snapshot, where, position, new_id.strip())

    def _rename(self, snapshot: Snapshot, where: _Where, position: Position, new_id: str) -> Renaming | str:
        name, project = _name_at(where, position), where.project
        if name is None:
            return "There is no id of a rule here."
        if name.text == new_id:
            return Renaming()
        taken = {entry.rule_id for entry in project.book.entries.values()}
        why_not = _why_not(project, name.text) or names.why_not(new_id, taken)
        if why_not:
            return why_not
        files: list[FileEdits] = []
        remarks: list[str] = []
        self._rename_in_rules(snapshot, project, name.text, new_id, files, remarks)
        self._rename_in_settings(snapshot, project, name.text, new_id, files, remarks)
        for file, inside in self._comments(snapshot, project, name.text):
            edits = tuple(Edit(n.start, n.end, new_id) for n in inside if n.text == name.text)
            files.append(FileEdits(file.uri, file.version, Text(file.content), edits))
        if name.text in project.book.policy.flags.rules:
            remarks.append(f"The rule was switched off here as `{name.text}`; as `{new_id}` it is not.")
        return Renaming(tuple(f for f in files if f.edits), tuple(remarks))

    def _rename_in_rules(
        self, snapshot: Snapshot, project: Project, old: str, new: str, files: list[FileEdits], remarks: list[str]
    ) -> None:
        entries = project.book.entries
        for file in self._rule_texts(snapshot, project, old):
            entry = entries.get(file.path)
            is_it = entry is not None and entry.rule_id == old
            if entry is not None and entry.source != "project":
                if any(n.text == old for n in names.names_in_rule(file.content)):
                    remarks.append(f"{file.path} names the rule, is not a file of the project, and was left as it is.")
                continue
            edits = names.renamed_rule(file.content, old, new, is_it=is_it)
            files.append(FileEdits(file.uri, file.version, Text(file.content), edits))

    def _rename_in_settings(
        self, snapshot: Snapshot, project: Project, old: str, new: str, files: list[FileEdits], remarks: list[str]
    ) -> None:
        if old not in project.settings.rules.disable:
            return
        for name, table in SETTINGS:
            file = _read_text(snapshot, project, name, MAX_SETTINGS_KB)
            if file is None:
                continue
            edits = names.renamed_settings(file.content, old, new, table=table)
            if edits:
                files.append(FileEdits(file.uri, file.version, Text(file.content), edits))
                return
            break
        remarks.append(f"The setting `rules.disable` names `{old}` in a place that was not changed: change it there.")

    # Rules from code

    def offers_rule(self, snapshot: Snapshot, uri: str, chosen: Range) -> bool:
        """Whether a rule may be made of a selection: nothing is parsed to say so."""
        document, path = snapshot.documents.get(uri), to_path(uri)
        if document is None or snapshot.project_of(path) is None or self.is_rule(uri):
            return False
        start, end = document.text.offset(chosen.start), document.text.offset(chosen.end)
        if not MIN_PIECE <= end - start <= MAX_PIECE or language_of(path, document.language_id) not in CHECKABLE:
            return False
        return len(document.text.content[start:end].strip()) >= MIN_PIECE

    async def new_rule(self, snapshot: Snapshot, uri: str, chosen: Range) -> tuple[Project, NewRule] | str:
        """A rule that finds a selection, or a sentence that says why there is none."""
        document, path = snapshot.documents.get(uri), to_path(uri)
        project = snapshot.project_of(path)
        if document is None or project is None:
            return "Open a file of a project, and select the code that the rule should find."
        found = await self._offload(self._new_rule, project, document, chosen)
        return found if isinstance(found, str) else (project, found)

    @staticmethod
    def _new_rule(project: Project, document: Document, chosen: Range) -> NewRule | str:
        text = document.text
        ids = {entry.rule_id for entry in project.book.entries.values()}
        return rule_from_code(
            text.content,
            language_of(document.path, document.language_id),
            (text.offset(chosen.start), text.offset(chosen.end)),
            is_taken=lambda rule_id, path: rule_id in ids or Path(project.root, path).exists(),
        )

    # Files

    def _where(self, snapshot: Snapshot, uri: str) -> _Where | None:
        document, path = snapshot.documents.get(uri), to_path(uri)
        if document is None or not snapshot.projects:
            return None
        project = snapshot.project_of(path)
        relative = project.relative(path) if project is not None else None
        if project is not None and relative is not None:
            return _Where(project, relative, document, _keys_of(relative))
        if path.startswith(self._own + "/"):
            # In every project it is the same.
            return _Where(snapshot.projects[0], path, document, KEYS)
        return None

    def _rule_files(self, project: Project) -> ProjectRuleFiles:
        return ProjectRuleFiles(Path(project.root), user=Path(self._own))

    def _rule_texts(self, snapshot: Snapshot, project: Project, holding: str) -> Iterator[_File]:
        """The rule files of our format whose text holds a word, those that are called so, and those not yet saved."""
        for path, entry in project.book.entries.items():
            if entry.rule is not None and entry.rule.format:
                continue
            file = self._read(snapshot, project, path)
            if file is not None and (holding in file.content or entry.rule_id == holding):
                yield file
        for document in snapshot.documents.values():
            relative = project.relative(document.path)
            if relative and relative not in project.book.entries and is_rule_file(relative):
                yield _File(relative, document.uri, document.version, document.text.content)

    def _read(self, snapshot: Snapshot, project: Project, path: str) -> _File | None:
        """A rule file of the book, wherever it lies; None for one that is no file, or is not to be read."""
        home = shipped_file(path) or self._home(project, path)
        return _read_file(snapshot, path, home.as_posix(), project.settings.check.max_file_kb) if home else None

    def _home(self, project: Project, path: str) -> Path | None:
        """Where a rule file lies; None for one that is not to be read, such as a link that leads out of the project."""
        files = self._rule_files(project)
        origin = files.origin(path)
        if origin is None:
            # Of a package; what is no file is not read.
            return Path(project.root, path)
        try:
            home = files.sources[origin.source].home(origin)
        except OSError:
            return None
        return home.path if leads_inside(home.top, home.path) else None

    def _comments(
        self, snapshot: Snapshot, project: Project, rule_id: str
    ) -> Iterator[tuple[_File, tuple[names.Name, ...]]]:
        """The files in which a comment that suppresses names a rule, with all ids in such comments."""
        rules = [e.rule for e in project.book.entries.values() if e.rule is not None and e.rule_id == rule_id]
        languages = {check.language for rule in rules for check in rule.checks}
        paths = [p for p in self._files_of(project) if language_of(p) in languages]
        for path in paths[:MAX_SEARCHED]:
            # No links are among them.
            file = _read_file(snapshot, path, f"{project.root}/{path}", project.settings.check.max_file_kb)
            if file is not None and rule_id in file.content and may_suppress(file.content):
                found = names.names_in_code(file.content, language_of(path))
                if any(n.text == rule_id for n in found):
                    yield file, found


@lru_cache(maxsize=64)
def grammar_of(language: str) -> Grammar:
    """What ast-grep calls the nodes of a language: its grammar may be of another version than the one at hand."""
    from rulewright.core.index.node_kinds import node_kinds  # noqa: PLC0415 - grammars are for the code host

    kinds, fields = node_kinds(language)
    kinds = tuple(kind for kind in kinds if _is_known({"kind": kind}, language))
    known = tuple(f for f in fields if kinds and _is_known({"has": {"field": f, "kind": kinds[0]}}, language))
    return Grammar(kinds, known)


def _is_known(rule: Mapping[str, object], language: str) -> bool:
    try:
        engine.validate({"rule": rule}, language)
    except engine.EngineError:
        return False
    return True


def _keys_of(path: str) -> Mapping[str, str] | None:
    """The keys of a rule file of the project, ours or another tool's; None for any other file."""
    if is_rule_file(path):
        return KEYS
    found = claim(path) if may_be_foreign(path) else None
    return found.format.keys or None if found is not None else None


def _name_at(where: _Where, position: Position) -> names.Name | None:
    """The id of a rule at a place: in a rule file of ours, or in a comment that suppresses."""
    text = where.document.text
    if where.keys is None:
        if not may_suppress(text.line(position.line)):
            return None
        language = language_of(where.path, where.document.language_id)
        return names.name_at(names.names_in_code(text.content, language), text.offset(position))
    if where.keys is not KEYS:
        return None
    return names.name_at(names.names_in_rule(text.content), text.offset(position))


def _why_not(project: Project, rule_id: str) -> str:
    """Why a rule cannot get another id; empty when it can."""
    entries = [entry for entry in project.book.entries.values() if entry.rule_id == rule_id]
    if not entries:
        return f"There is no rule `{rule_id}` in force. A rule that is new, or has a new id, counts once it is saved."
    if any(entry.path.startswith(TABLE_PREFIX) for entry in entries):
        return f"The rule `{rule_id}` has no file, so its id cannot be changed here."
    other = next((e.source for e in entries if e.source != "project"), "")
    if other:
        return (
            f"The rule `{rule_id}` is not the project's own (its source is {other}), so its id cannot be changed here."
        )
    if any(entry.rule is not None and entry.rule.format for entry in entries):
        return f"The rule `{rule_id}` stands in a file of another tool and is called by its path."
    return ""


def _located(file: _File, found: Iterable[names.Name], rule_id: str) -> list[Location]:
    text = Text(file.content)
    return [Location(file.uri, text, n.start, n.end) for n in found if n.text == rule_id]


def _read_text(snapshot: Snapshot, project: Project, path: str, max_kb: int) -> _File | None:
    """A file of the project, unless it is a link that leads out of it."""
    absolute = f"{project.root}/{path}"
    return _read_file(snapshot, path, absolute, max_kb) if leads_inside(Path(project.root), Path(absolute)) else None


def _read_file(snapshot: Snapshot, path: str, absolute: str, max_kb: int) -> _File | None:
    uri = from_path(absolute)
    document = snapshot.documents.get(uri) or _open_at(snapshot, absolute)
    if document is not None:
        return _File(path, document.uri, document.version, document.text.content)
    try:
        return _File(path, uri, None, read_text(absolute, max_kb=max_kb))
    except Unreadable:
        return None


def _open_at(snapshot: Snapshot, absolute: str) -> Document | None:
    """The open document of a path, however its client spells the URI."""
    return next((d for d in snapshot.documents.values() if d.path == absolute), None)
