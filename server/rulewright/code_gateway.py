"""The one door to what is known of the code, in the process that knows it: the code host, or the command line.

It keeps the workspaces and the open documents, says which feature answers for which language, and calls one feature
for each question. Paths are relative to a workspace's root; a document outside of all has its absolute path.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

from rulewright.code_view import CodeWorkspace
from rulewright.core.code_messages import Changed, Configure, Opened, Root, TrimAnswer
from rulewright.core.code_ports import FolderWatch, IndexProgress, KeptIndex
from rulewright.core.complete.state import Client, Trigger
from rulewright.core.config import CodeSettings, IndexSettings
from rulewright.core.health import Remark
from rulewright.core.index import grammars
from rulewright.core.index.buffer import Buffer
from rulewright.core.index.imports import resolve
from rulewright.core.index.places import Location
from rulewright.core.index.syntax import TRUSTED, SyntaxProblem, syntax_problems
from rulewright.core.infill.suggestion import Best, Hole
from rulewright.core.languages import language_of
from rulewright.core.retrieve.found import Context
from rulewright.core.retrieve.map import RepositoryMap
from rulewright.core.text import Position, PositionEncoding, Range
from rulewright.core.uris import from_path, to_path
from rulewright.features import calls as call_hierarchy
from rulewright.features import completion as completions
from rulewright.features import context as contexts
from rulewright.features import definition, hover, outline, references, selection
from rulewright.features import folding as folds
from rulewright.features.repository_map import repository_map

if TYPE_CHECKING:
    from rulewright.core.infill.draft import Trimmed

IDLE_S = 0.25
"""How long a document must rest before the index takes what it holds."""
SCAN_EVERY_S = 30.0
"""How often the disk is looked at while somebody is at work: what no event told is found then."""
MAX_SCAN_EVERY_S = 300.0
SCAN_SHARE = 50
"""A scan that takes long is made more rarely, so that it never takes more than a fiftieth of the time."""
MAX_TOUCHED = 1000
"""Folders that are watched though no index knows a file in them."""
MAX_AHEAD = 100
"""Imports of a document, and files that they mean, that are indexed ahead of the others."""
MAX_MEANT = 3
"""Files of one import: of a package that has many the first ones will do."""
MAX_SYMBOLS = 200
"""Symbols of a workspace that one query gives: more are not looked at."""
MAX_WAIT_S = 2.0
"""How long a question waits for what has not been read of the files; then it is answered by what there is."""
MAX_SYNTAX = 20


Withheld = Callable[[str, Sequence[str]], Callable[[], Callable[[str], str]]]


class Spot(msgspec.Struct, frozen=True):
    """A document in its workspace."""

    workspace: CodeWorkspace
    path: str
    language: str


class CodeGateway:
    """Everything that can be asked about code. For one thread."""

    def __init__(
        self,
        open_index: Callable[[str, IndexSettings], KeptIndex],
        read: Callable[[str], str | None],
        watch: FolderWatch | None = None,
        withheld: Withheld | None = None,
    ) -> None:
        """`withheld` makes, of a root and globs, what looks at ignore files; see `CodeWorkspace.look_withheld`."""
        self._make_withheld = withheld
        self._open_index, self._read, self._watch = open_index, read, watch
        self._watches = self._is_active = self._was_busy = self._is_scan = False
        self._touched: set[str] = set()
        """Folders that were made or changed and may hold no file of an index yet."""
        self._scanned_at, self._scan_took_s = monotonic(), 0.0
        self._workspaces: dict[str, CodeWorkspace] = {}
        self._outside = CodeWorkspace("", CodeSettings(), open_index("", IndexSettings(enabled=False)), read, "utf-16")
        self._roots: dict[str, Root] = {}
        self._documents: dict[str, str] = {}
        """Absolute paths of the open documents, by URI."""
        self._uris: dict[str, str] = {}
        """The other way round, as the client spells them."""
        self._completed: CodeWorkspace = self._outside
        """Where the last completion was asked for: items are looked at right after it."""
        self._encoding: PositionEncoding = "utf-16"
        self._paused = False

    # State

    def configure(self, message: Configure) -> None:
        """Take other workspaces, settings or another client; what stays the same goes on."""
        documents = [(*self._find(path), path) for path in self._documents.values()]
        for root in {r for r in self._workspaces if r not in {new.path for new in message.roots}}:
            self._workspaces.pop(root).kept.close()
        self._encoding = self._outside.encoding = message.encoding
        self._watches = message.watch
        self._was_busy = True
        for new in message.roots:
            self._take_root(new, scan=message.scan)
        self._roots = {new.path: new for new in message.roots}
        for old, old_path, absolute in documents:
            workspace, path = self._find(absolute)
            if workspace is not old:
                buffer = old.open[old_path]
                if old in self._everywhere():
                    self._drop(old, old_path)
                self._keep(workspace, path, buffer)

    def _take_root(self, new: Root, *, scan: bool) -> None:
        kept, before = self._workspaces.get(new.path), self._roots.get(new.path)
        if kept is None or before is None or before.index != new.index:
            if kept is not None:
                kept.kept.close()
            index = self._open_index(new.path, new.index)
            kept = self._workspaces[new.path] = CodeWorkspace(new.path, new.code, index, self._read, self._encoding)
            if self._paused:
                index.pause()
            if scan:
                index.refresh()
        else:
            kept.settings, kept.encoding = new.code, self._encoding
        kept.beside = new.beside
        if self._make_withheld is not None:
            kept.look_withheld = self._make_withheld(new.path, new.never_send)

    def opened(self, message: Opened) -> None:
        """A document is open: its text counts, not the file."""
        workspace, path = self._find(message.path)
        self._documents[message.uri] = message.path
        self._uris[message.path] = message.uri
        text = message.text.decode("utf-8", "surrogatepass")
        language = workspace.language(path, message.language_id, text)
        self._keep(workspace, path, Buffer(message.path, language, text, message.version))
        workspace.kept.prefer([path])

    def changed(self, message: Changed) -> None:
        """A document has changed."""
        absolute = self._documents.get(message.uri)
        if absolute is None:
            return
        workspace, path = self._find(absolute)
        buffer = workspace.open.get(path)
        if buffer is None:
            return
        buffer.apply(message.changes, self._encoding, message.version)
        self._keep(workspace, path, buffer)

    def closed(self, uri: str) -> None:
        """A document is closed: the file counts."""
        absolute = self._documents.pop(uri, None)
        # A client may spell one file in two ways, and have it open in both.
        if absolute is not None and absolute not in self._documents.values():
            self._uris.pop(absolute, None)
            self._drop(*self._find(absolute))

    def touched(self, paths: Iterable[str]) -> None:
        """Files or folders may have changed on disk; without paths, any of them."""
        paths = list(paths)
        if self._watches:
            self._touched.update(p for p in paths[:MAX_TOUCHED] if Path(p).is_dir())
        for workspace in self._workspaces.values():
            below = [r for p in paths if (r := workspace.relative(p)) is not None]
            if below or not paths:
                workspace.kept.refresh(below or None)

    def parse(self, uri: str) -> None:
        """Parse an open document if it has changed, and make ready what the next letter in it may need."""
        if (absolute := self._documents.get(uri)) is not None:
            workspace, path = self._find(absolute)
            if (buffer := workspace.open.get(path)) is not None:
                _ = buffer.tree
                if self._was_busy and workspace.root:
                    self._index_imported(workspace, path, buffer)
                completions.prepare(workspace, path, workspace.completion)

    def _index_imported(self, workspace: CodeWorkspace, path: str, buffer: Buffer) -> None:
        """While a first index is under way, have it take what a document brings in before all else."""
        found = {
            file
            for one in buffer.imports[:MAX_AHEAD]
            for file in resolve(buffer.language, one, path, workspace.index)[:MAX_MEANT]
        }
        missing = sorted(file for file in found if workspace.kept.record(file) is None)[:MAX_AHEAD]
        if missing:
            workspace.kept.prefer(missing)
            workspace.kept.refresh(missing)

    def pause(self, paused: bool) -> None:
        """Stop indexing, or go on."""
        self._paused = paused
        for workspace in self._workspaces.values():
            (workspace.kept.pause if paused else workspace.kept.resume)()

    def work(self, timeout_s: float) -> bool:
        """Do some of what waits in the background; whether there is more."""
        self._scan_again()
        more = False
        for workspace in self._everywhere():
            workspace.say(rested_s=IDLE_S)
            more |= workspace.kept.step(timeout_s)
        if self._was_busy and not more:
            if self._is_scan:
                self._scan_took_s, self._is_scan = monotonic() - self._scanned_at, False
            self._follow_folders()
        self._was_busy = more
        return more

    def active(self) -> None:
        """Note that somebody is at work, so that it is worth looking what has changed on disk."""
        self._is_active = True

    def next_scan_s(self) -> float | None:
        """Seconds until the disk should be looked at again; None while nobody is at work."""
        if not self._is_active or not self._workspaces:
            return None
        return max(
            0.0,
            self._scanned_at + min(max(SCAN_EVERY_S, SCAN_SHARE * self._scan_took_s), MAX_SCAN_EVERY_S) - monotonic(),
        )

    def _scan_again(self) -> None:
        if self.next_scan_s() == 0 and not self._was_busy:
            self._is_active, self._is_scan = False, True
            self._scanned_at = monotonic()
            for workspace in self._workspaces.values():
                workspace.kept.refresh()

    def _follow_folders(self) -> None:
        if self._watch is not None:
            folders = (
                (
                    self._absolute(w, folder).rstrip("/")
                    for w in self._workspaces.values()
                    for folder in w.kept.folders()
                )
                if self._watches
                else ()
            )
            self._touched = {p for p in list(self._touched)[:MAX_TOUCHED] if Path(p).is_dir()}
            self._watch.follow(frozenset(folders) | self._touched)

    def n_unsaid(self) -> int:
        """Documents whose latest text waits to be taken by an index."""
        return sum(len(w.unsaid) for w in self._everywhere())

    def settle(self) -> Generator[None, None, None]:
        """Go on until everything said so far is known."""
        for workspace in self._everywhere():
            workspace.say()
            while workspace.kept.step(_STEP_S):
                yield

    def progress(self) -> list[tuple[str, IndexProgress]]:
        """How far each workspace's index is."""
        return [(root, workspace.kept.progress()) for root, workspace in self._workspaces.items()]

    def status(self) -> dict[str, Any]:
        """A record of each workspace's index."""
        return {root: workspace.kept.status() for root, workspace in self._workspaces.items()}

    # Headless

    def build(self, root: str, on_progress: Callable[[IndexProgress], None]) -> Any:
        """Bring the index of a workspace up to date, and give its status."""
        index = self._workspaces[root].kept
        while index.step(_STEP_S):
            on_progress(index.progress())
        on_progress(index.progress())
        return index.status()

    def examine_grammars(self) -> list[Remark]:
        """What is to be said of the grammars that are installed."""
        extra = [name for name in grammars.SUPPORTED if grammars.needs_extra(name)]
        missing = [name for name in grammars.SUPPORTED if grammars.grammar_of(name) is None]
        broken = [name for name in missing if name not in extra]
        if broken:
            text = f"Without a grammar, which should be there: {', '.join(broken)}; their words are known all the same."
            return [Remark("grammars", "error", text, "Reinstall Rulewright in an environment of its own.")]
        n_known = len(grammars.SUPPORTED) - len(missing)
        remarks = [Remark("grammars", "ok", f"Grammars for {n_known} languages can be loaded.")]
        if missing:
            text = f"Of {', '.join(missing)} only the words are known."
            remarks.append(Remark("grammars", "note", text, "pip install 'rulewright[languages]' adds their grammars."))
        return remarks

    def symbols_of(self, root: str, path: str) -> Any:
        """The outline of a file of a workspace; None where there is no such file."""
        workspace = self._workspaces[root]
        return outline.document_symbols(workspace, path) if workspace.buffer(path) is not None else None

    def search(self, root: str, pattern: str, limit: int) -> Sequence[outline.FoundSymbol]:
        """Symbols of a workspace by a pattern, the best first."""
        return outline.workspace_symbols(self._workspaces[root], pattern, limit)

    def why(self, root: str, path: str) -> str:
        """Whether a file is in the index, and the reason."""
        return self._workspaces[root].kept.why(path)

    def clear(self, root: str, *, records: bool) -> None:
        """Forget what is known of a workspace."""
        self._workspaces[root].kept.clear(records=records)

    def close(self) -> None:
        """End what was started."""
        if self._watch is not None:
            self._watch.close()
        for workspace in self._everywhere():
            workspace.kept.close()

    def uri(self, workspace: CodeWorkspace, path: str) -> str:
        """The URI of a file, as the client spells it where it is open."""
        absolute = self._absolute(workspace, path)
        return self._uris.get(absolute) or from_path(absolute)

    def spot(self, uri: str, feature: str, position: Position | None = None) -> Spot | None:
        """A document, when it is there and this feature answers for the language at `position`."""
        absolute = self._documents.get(uri)
        if absolute is None:
            return None
        workspace, path = self._find(absolute)
        buffer = workspace.open.get(path)
        if buffer is None:
            return None
        language = buffer.language
        if position is not None and (piece := buffer.piece_at(buffer.byte(position, self._encoding))) is not None:
            language = piece.language
        return Spot(workspace, path, language) if workspace.answers(feature, language) else None

    # Questions

    def document_symbols(self, uri: str) -> Any:
        """A document's outline."""
        spot = self.spot(uri, "symbols")
        return outline.document_symbols(spot.workspace, spot.path) if spot else ()

    def workspace_symbols(self, query: str) -> list[tuple[CodeWorkspace, Sequence[outline.FoundSymbol]]]:
        """Symbols of each workspace."""
        found: list[tuple[CodeWorkspace, Sequence[outline.FoundSymbol]]] = []
        for workspace in self._everywhere():
            workspace.say()
            symbols = outline.workspace_symbols(workspace, query, MAX_SYMBOLS)
            wanted = []
            for symbol in symbols:
                path = symbol.location.path
                # A folder in a folder knows its files better.
                if self._find(self._absolute(workspace, path))[0] is workspace and workspace.answers(
                    "symbols", language_of(path)
                ):
                    wanted.append(symbol)
            found.append((workspace, wanted))
        return found

    def definition(self, uri: str, position: Position) -> tuple[Spot, Any] | None:
        """Where what is at a place is defined."""
        spot = self._fresh(uri, "definition", position)
        return (spot, definition.definition(spot.workspace, spot.path, position)) if spot else None

    def references(
        self, uri: str, position: Position, include_declaration: bool
    ) -> Generator[None, None, tuple[Spot, Sequence[Location]] | None]:
        """The same name everywhere."""
        spot = self._fresh(uri, "references", position)
        if spot is None:
            return None
        found = yield from references.references(spot.workspace, spot.path, position, include_declaration)
        return spot, found

    def highlight(self, uri: str, position: Position) -> Any:
        """The same name in this document."""
        spot = self.spot(uri, "highlight", position)
        return references.highlight(spot.workspace, spot.path, position) if spot else ()

    def hover(self, uri: str, position: Position) -> Any:
        """What is at a place."""
        spot = self._fresh(uri, "hover", position)
        return hover.hover(spot.workspace, spot.path, position) if spot else None

    def folding(self, uri: str, limit: int) -> Sequence[folds.Folding]:
        """What can be folded, at most so much."""
        spot = self.spot(uri, "folding")
        return folds.folding_ranges(spot.workspace, spot.path, limit) if spot else ()

    def selection(self, uri: str, positions: Sequence[Position]) -> Any:
        """What to select around each place."""
        spot = self.spot(uri, "selection")
        return selection.selection_ranges(spot.workspace, spot.path, positions) if spot else None

    def prepare_calls(self, uri: str, position: Position) -> tuple[Spot, Any] | None:
        """The callable at a place."""
        spot = self._fresh(uri, "references", position)
        return (spot, call_hierarchy.prepare_calls(spot.workspace, spot.path, position)) if spot else None

    def calls(
        self, uri: str, key: call_hierarchy.ItemKey, *, incoming: bool
    ) -> Generator[None, None, tuple[CodeWorkspace, Sequence[call_hierarchy.Call]]]:
        """Who calls an item of the file with this URI, or whom it calls."""
        workspace, _ = self._find(self._documents.get(uri) or to_path(uri))
        workspace.say()
        if not incoming:
            return workspace, call_hierarchy.outgoing_calls(workspace, key)
        found = yield from call_hierarchy.incoming_calls(workspace, key)
        return workspace, found

    def complete(self, uri: str, position: Position, trigger: Trigger, client: Client) -> completions.Completions:
        """What could come next."""
        spot = self.spot(uri, "completion", position)
        if spot is None:
            return completions.NOTHING
        self._completed = spot.workspace
        spot.workspace.say(but=spot.path)
        state = spot.workspace.completion
        state.client = client
        return completions.complete(spot.workspace, spot.path, position, trigger, state)

    def resolve_item(self, data: Sequence[Any]) -> completions.Details:
        """The rest of an item of the last completion."""
        return completions.resolve_item(self._completed, data)

    def context_at(
        self, uri: str, position: Position, tokens: int, limit: int = contexts.MAX_PIECES
    ) -> Generator[None, None, Context]:
        """What of its workspace helps at a place in a file, open or not, in so many tokens."""
        workspace, path = self._find(self._documents.get(uri) or to_path(uri))
        workspace.say(but=path)
        until = monotonic() + MAX_WAIT_S
        while workspace.kept.read_links(_STEP_S / 10) and monotonic() < until:
            yield
        return contexts.at_position(workspace, path, position, tokens, limit)

    def hole_at(self, uri: str, position: Position, tokens: int, limit: int) -> Generator[None, None, Hole]:
        """What there is to know of a place that a model is to fill."""
        from rulewright.core.infill.syntax import facts_at  # noqa: PLC0415 - few hosts are asked

        workspace, path = self._find(self._documents.get(uri) or to_path(uri))
        buffer = workspace.buffer(path)
        if buffer is None:
            return Hole()
        facts = facts_at(buffer, buffer.byte(position, self._encoding))
        version = buffer.version
        found = Context()
        if tokens:
            found = yield from self.context_at(uri, position, tokens, limit)
        return Hole(version=version, node=facts.node, is_empty_block=facts.is_empty_block, context=found)

    def best_at(self, uri: str, position: Position) -> Best:
        """The rest of the word at a place, where one of those that could stand there stands out."""
        spot = self.spot(uri, "completion", position)
        buffer = spot.workspace.buffer(spot.path) if spot is not None else None
        if spot is None or buffer is None:
            return Best()
        found = completions.complete(
            spot.workspace, spot.path, position, Trigger("invoked", ""), spot.workspace.completion, 1
        )
        first = found.items[0] if found.items else None
        if first is None or found.insert is None or first.is_snippet or not first.is_preselected:
            return Best(version=buffer.version)
        byte = buffer.byte(position, self._encoding)
        typed = buffer.source[buffer.byte(found.insert.start, self._encoding) : byte].decode("utf-8", "replace")
        whole = first.insert or first.label
        return Best(whole[len(typed) :] if whole.startswith(typed) and typed else "", buffer.version)

    def context_for(
        self,
        root: str,
        question: str,
        tokens: int,
        focus: Sequence[str] = (),
        limit: int = contexts.MAX_PIECES,
        wait_s: float = MAX_WAIT_S,
    ) -> Generator[None, None, Context]:
        """What of a workspace a question is about, in so many tokens. A first one waits for words, but not long."""
        workspace = self._workspaces.get(root, self._outside)
        workspace.say()
        until = monotonic() + wait_s
        while workspace.kept.read_texts(_STEP_S / 10) and monotonic() < until:
            yield
        return contexts.for_question(workspace, question, tokens, focus, limit)

    def repository_map(
        self, root: str, tokens: int, focus: Sequence[str] = (), below: Sequence[str] = ()
    ) -> Generator[None, None, RepositoryMap]:
        """What is important in a workspace, in so many tokens, seen from some files and names."""
        workspace = self._workspaces.get(root, self._outside)
        while workspace.kept.read_links(_STEP_S / 10):
            yield
        return repository_map(workspace, tokens, focus, below)

    def syntax(self, uri: str) -> tuple[int | None, list[tuple[Range, str]]]:
        """The version of a document and its syntax errors, where its grammar is to be trusted or its language named."""
        spot = self.spot(uri, "syntax")
        buffer = spot.workspace.open[spot.path] if spot else None
        if spot is None or buffer is None or buffer.root is None or buffer.grammar is None:
            return None, []
        if spot.language not in TRUSTED and spot.language not in spot.workspace.settings.syntax:
            return buffer.version, []
        found: tuple[SyntaxProblem, ...] = syntax_problems(buffer.grammar, buffer.source, buffer.root, MAX_SYNTAX)
        return buffer.version, [(buffer.range(p.start_byte, p.end_byte, self._encoding), p.message) for p in found]

    # Helpers

    def _everywhere(self) -> list[CodeWorkspace]:
        return [*self._workspaces.values(), self._outside]

    def _fresh(self, uri: str, feature: str, position: Position) -> Spot | None:
        spot = self.spot(uri, feature, position)
        if spot is not None:
            spot.workspace.say()
        return spot

    def _find(self, absolute: str) -> tuple[CodeWorkspace, str]:
        """The innermost workspace that holds a file, and its path there."""
        best: tuple[CodeWorkspace, str] = self._outside, absolute
        for workspace in self._workspaces.values():
            path = workspace.relative(absolute)
            if path is not None and len(workspace.root) > len(best[0].root):
                best = workspace, path
        return best

    def _absolute(self, workspace: CodeWorkspace, path: str) -> str:
        return f"{workspace.root}/{path}" if workspace.root else path

    def _keep(self, workspace: CodeWorkspace, path: str, buffer: Buffer) -> None:
        workspace.open[path] = buffer
        workspace.open.move_to_end(path)
        workspace.unsaid[path] = monotonic()

    def _drop(self, workspace: CodeWorkspace, path: str) -> None:
        workspace.open.pop(path, None)
        workspace.unsaid.pop(path, None)
        workspace.kept.overlay(path, None)


_STEP_S = 0.05


def trimmed(answer: TrimAnswer) -> "Trimmed":
    """What of a model's answer fits into its place."""
    from rulewright.core.infill.draft import Draft  # noqa: PLC0415 - few hosts are asked
    from rulewright.core.infill.trim import trim  # noqa: PLC0415 - as above

    return trim(
        Draft(
            before=answer.before,
            after=answer.after,
            raw=answer.raw,
            language=answer.language,
            shape=answer.shape,
            indent_unit=answer.indent_unit,
            newline=answer.newline,
            selected=answer.selected,
            is_cut=answer.is_cut,
        )
    )
