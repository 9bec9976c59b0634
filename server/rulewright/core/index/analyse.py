"""From the bytes of one file to its record."""

from rulewright.core.index.symbols import FileRecord
from rulewright.core.index.words import words_of


def analyse(language: str, source: bytes) -> FileRecord:
    """The record of a content in a language, by its canonical name; only words where there is no grammar.

    Never raises for any bytes. May take as long as the grammar takes: call it where it can be killed.
    """
    return FileRecord(language, words=words_of(source), is_fallback=True)


def fallback(language: str, source: bytes) -> FileRecord:
    """The record without any grammar: words alone."""
    return FileRecord(language, words=words_of(source), is_fallback=True)
