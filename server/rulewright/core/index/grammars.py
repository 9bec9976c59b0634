"""Where each language's grammar comes from, and its query file. Grammars are loaded when first needed.

Grammars come in wheels, one for each language; rare ones in the bundle of the optional extra `languages`.
Nothing is ever downloaded.
"""

import importlib
import re
import sys
import warnings
from functools import cache
from importlib.machinery import ExtensionFileLoader, PathFinder
from pathlib import Path
from types import ModuleType

import msgspec
from tree_sitter import Language, Parser, Query, QueryCursor, Tree

from rulewright.core.languages import canonical

SECTIONS = ("outline", "members", "deep", "injections", "scopes", "calls")
"""A query file's parts, each under a line `;; name`. Indexing runs the first four, an open document all.

`outline` runs over a whole tree, `members` over each node that is captured as `@members`, and `deep` over what the
others did not reach. Directives are comments in a section: `; depth: 2` looks no deeper than that for the start of a
pattern, and what lies deeper is not visited at all, which is most of a file; `; where: REGEX`, as
often as it takes, says which text a `deep` pattern is about, with the name in its group, so that nothing is visited
where no such text is; with `; near` only the smallest node around each such text is visited, or what it holds. Of a
group named `field` the first in a class is enough. A regex that begins with plain text is found ten times as fast.
`; where:` in `injections` says without which text there are none, and in `outline` without which text an embedded piece
defines nothing, so that it need not be parsed.
"""


class Source(msgspec.Struct, frozen=True):
    """A module that has a grammar, and the function in it that gives it."""

    module: str
    function: str = "language"


_WHEELS: dict[str, Source] = {
    "bash": Source("tree_sitter_bash"),
    "c": Source("tree_sitter_c"),
    "cpp": Source("tree_sitter_cpp"),
    "csharp": Source("tree_sitter_c_sharp"),
    "css": Source("tree_sitter_css"),
    "dart": Source("tree_sitter_dart"),
    "dockerfile": Source("tree_sitter_dockerfile"),
    "elixir": Source("tree_sitter_elixir"),
    "go": Source("tree_sitter_go"),
    "haskell": Source("tree_sitter_haskell"),
    "hcl": Source("tree_sitter_hcl"),
    "html": Source("tree_sitter_html"),
    "java": Source("tree_sitter_java"),
    "javascript": Source("tree_sitter_javascript"),
    "json": Source("tree_sitter_json"),
    "julia": Source("tree_sitter_julia"),
    "kotlin": Source("tree_sitter_kotlin"),
    "lua": Source("tree_sitter_lua"),
    "make": Source("tree_sitter_make"),
    "markdown": Source("tree_sitter_markdown"),
    "objective-c": Source("tree_sitter_objc"),
    "ocaml": Source("tree_sitter_ocaml", "language_ocaml"),
    "ocaml-interface": Source("tree_sitter_ocaml", "language_ocaml_interface"),
    "perl": Source("tree_sitter_perl"),
    "php": Source("tree_sitter_php", "language_php"),
    "powershell": Source("tree_sitter_powershell"),
    "python": Source("tree_sitter_python"),
    "ruby": Source("tree_sitter_ruby"),
    "rust": Source("tree_sitter_rust"),
    "scala": Source("tree_sitter_scala"),
    "solidity": Source("tree_sitter_solidity"),
    "sql": Source("tree_sitter_sql"),
    "svelte": Source("tree_sitter_svelte"),
    "swift": Source("tree_sitter_swift"),
    "toml": Source("tree_sitter_toml"),
    "tsx": Source("tree_sitter_typescript", "language_tsx"),
    "typescript": Source("tree_sitter_typescript", "language_typescript"),
    "yaml": Source("tree_sitter_yaml"),
    "zig": Source("tree_sitter_zig"),
}

_BUNDLE = {
    "clojure": "clojure",
    "cmake": "cmake",
    "erlang": "erlang",
    "graphql": "graphql",
    "proto": "proto",
    "r": "r",
    "vue": "vue",
}
"""Languages of the extra, with the bundle's name for each."""

DEEP = ("python", "javascript", "typescript", "tsx", "go", "rust", "java", "ruby", "elixir")
"""Languages whose scopes, references and imports are known, not only their symbols."""

SUPPORTED: tuple[str, ...] = tuple(sorted({*_WHEELS, *_BUNDLE}))


NEEDS_LINE_END = frozenset({"perl"})
"""Languages whose grammar never ends where a text does in the middle of a line: in Perl's, in a here-document."""


MAX_BEGUN = 1_000
"""Matches of a query that have begun at one time, further ones are left out: what opens ten thousand brackets, each of
which may be the start of something, takes the square of their number."""


class LineEndingParser:
    """A parser that sees a line feed more than the text has."""

    def __init__(self, language: Language) -> None:
        self._parser = Parser(language)

    def parse(self, source: bytes, old_tree: Tree | None = None) -> Tree:
        """As `Parser.parse` does."""
        return self._parser.parse(source + b"\n", old_tree) if old_tree else self._parser.parse(source + b"\n")


class Grammar:
    """A language's parser and queries, compiled when first used. Not for two threads at once."""

    def __init__(self, name: str, language: Language) -> None:
        self.name, self.language = name, language
        self.parser = Parser(language) if name not in NEEDS_LINE_END else LineEndingParser(language)
        self._sections = _sections(name)
        self._cursors: dict[str, tuple[Query, QueryCursor] | None] = {}
        depth = {s: _DEPTH.search(text) for s, text in self._sections.items()}
        self.depth = {s: int(found[1]) for s, found in depth.items() if found}
        """How deep patterns of a section begin, where it says so."""
        self.where = tuple(re.compile(w.encode(), re.MULTILINE) for w in _WHERE.findall(self._sections.get("deep", "")))
        """What text patterns of the section `deep` are about."""
        self.is_near = _NEAR.search(self._sections.get("deep", "")) is not None
        """Whether only the nodes around such texts are looked at."""
        self.embedded = self._only_where("injections")
        """Text without which a file embeds nothing, where the language says so."""
        self.defining = self._only_where("outline")
        """Text without which an embedded piece defines nothing, where the language says so."""

    def _only_where(self, section: str) -> re.Pattern[bytes] | None:
        said = _WHERE.findall(self._sections.get(section, ""))
        return re.compile(said[-1].encode(), re.MULTILINE) if said else None

    def query(self, section: str) -> tuple[Query, QueryCursor] | None:
        """A section's query with a cursor to run it; None where the language's file has no such section."""
        if section not in self._cursors:
            text = self._sections.get(section, "")
            query = Query(self.language, text) if text.strip() else None
            self._cursors[section] = (query, self.cursor(section, query)) if query is not None else None
        return self._cursors[section]

    def cursor(self, section: str, query: Query) -> QueryCursor:
        """A new cursor for a section, that goes as deep as the section says."""
        cursor = QueryCursor(query, match_limit=MAX_BEGUN)
        if section in self.depth:
            cursor.set_max_start_depth(self.depth[section])
        return cursor

    def section(self, section: str) -> str:
        """A section's text; empty where there is none."""
        return self._sections.get(section, "")


@cache
def grammar_of(language: str) -> Grammar | None:
    """The grammar of a language by any of its names; None where none is installed or there is no query file."""
    name = canonical(language) or language
    loaded = _load(name)
    return Grammar(name, loaded) if loaded is not None else None


def needs_extra(language: str) -> bool:
    """Whether only the extra `languages` has this grammar."""
    return (canonical(language) or language) in _BUNDLE


def _language(pointer: object) -> Language:
    with warnings.catch_warnings():
        # Some wheels hand out an address, as all did once.
        warnings.simplefilter("ignore", DeprecationWarning)
        return Language(pointer)


def _binding(package: str) -> ModuleType:
    """The compiled part of a grammar's package.

    The rest of it only finds the package's own queries, and what it imports for that takes as long as the grammar.
    """
    spec = PathFinder.find_spec(package) if package not in sys.modules else None
    inner = PathFinder.find_spec(f"{package}._binding", spec.submodule_search_locations) if spec is not None else None
    if inner is None or not isinstance(inner.loader, ExtensionFileLoader):
        return importlib.import_module(package)
    module = inner.loader.create_module(inner)
    inner.loader.exec_module(module)
    return module


def _load(name: str) -> Language | None:
    try:
        if (source := _WHEELS.get(name)) is not None:
            return _language(getattr(_binding(source.module), source.function)())
        if (bundled := _BUNDLE.get(name)) is not None:
            return Language(importlib.import_module("tree_sitter_language_pack").get_binding(bundled))
    except (ImportError, AttributeError, LookupError, ValueError):
        return None  # Not installed, or of a version that this tree-sitter cannot use: words are left.
    return None


_QUERIES = Path(__file__).parent / "queries"
_HEADER = re.compile(r"^;; (\w+)\s*$", re.MULTILINE)
_DEPTH = re.compile(r"^; depth: (\d+)$", re.MULTILINE)
_NEAR = re.compile(r"^; near$", re.MULTILINE)
_WHERE = re.compile(r"^; where: (.+)$", re.MULTILINE)
_INHERITS = re.compile(r"\A; inherits: (.+)$", re.MULTILINE)


def _sections(name: str) -> dict[str, str]:
    """The sections of a language's query file, those of the languages it inherits from first."""
    try:
        # Not by importlib.resources, whose import is a tenth of the start of a process that analyses.
        text = (_QUERIES / f"{name}.scm").read_text(encoding="utf-8")
    except OSError:
        return {}
    sections: dict[str, str] = {}
    if inherited := _INHERITS.search(text):
        for parent in inherited[1].split(","):
            for section, body in _sections(parent.strip()).items():
                sections[section] = sections.get(section, "") + body
    parts = _HEADER.split(text)
    for section, body in zip(parts[1::2], parts[2::2], strict=True):
        sections[section] = sections.get(section, "") + body
    return sections
