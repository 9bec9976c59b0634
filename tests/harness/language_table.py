"""What is known of each language, read from the query files and the table of languages, for the manual."""

import re
import tomllib
from pathlib import Path

from rulewright.core.index import grammars
from rulewright.core.index.outline import outline
from rulewright.core.index.symbols import SymbolKind
from rulewright.core.index.syntax import TRUSTED
from rulewright.core.languages import LANGUAGES, Language, language_of

ROOT = Path(__file__).parents[2]
_KIND = re.compile(r"@definition\.(\w+)")
_LANGUAGE = re.compile(r'#set! injection\.language "([\w-]+)"')


def depth(language: Language) -> str:
    """How much is known of code in a language."""
    if language.name in grammars.DEEP:
        return "deep"
    return "symbols" if language.name in grammars.SUPPORTED else "words"


def kinds(name: str) -> str:
    """The kinds of symbols that are found in a language, in the order of the protocol's numbers."""
    grammar = grammars.grammar_of(name)
    if grammar is None:
        return ""
    found = {
        int(SymbolKind[k.upper()]) for section in grammars.SECTIONS for k in _KIND.findall(grammar.section(section))
    }
    for path in sorted((ROOT / "tests" / "languages" / "fixtures").iterdir()):
        if language_of(path.name) == name:
            # Some kinds are no query's: a function in a class is a method.
            source = path.read_bytes()
            found |= {
                s.kind for s in outline(grammar, source, grammar.parser.parse(source).root_node, with_docs=False)[0]
            }
    return ", ".join(SymbolKind(kind).name.lower().replace("_", " ") for kind in sorted(found))


def embedded(name: str) -> str:
    """The languages inside a language."""
    grammar = grammars.grammar_of(name)
    text = grammar.section("injections") if grammar is not None else ""
    found = list(dict.fromkeys(_LANGUAGE.findall(text)))
    if "@injection.language" in text:
        found.append("any that is named")
    return ", ".join(found)


def package(name: str) -> str:
    """The package of a language's grammar, with the version that is required."""
    source = grammars._WHEELS.get(name)
    module = source.module if source is not None else "tree_sitter_language_pack"
    return _required()[module.replace("_", "-")] if name in grammars.SUPPORTED else ""


def _required() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["languages"]]
    rows = [r.partition(";") for r in wanted if "==" in r]
    # A marker says on which platforms there is a wheel: docs/platforms.md has them.
    return {
        r.partition("==")[0]: r.replace("==", " ") + (" (not everywhere)" if marker else "") for r, _, marker in rows
    }


def rows() -> list[str]:
    """The table's rows."""
    return [
        f"| {language.name} | {'yes' if language.checkable else ''} | {depth(language)} | "
        f"{'yes' if language.name in TRUSTED else ''} | {kinds(language.name)} | {embedded(language.name)} | "
        f"{package(language.name)}{' (extra)' if grammars.needs_extra(language.name) else ''} |"
        for language in LANGUAGES.values()
    ]
