"""What comes back from a cache is looked at before it is believed: other programs, other hands, bad disks."""

from collections.abc import Sequence

import msgspec

from rulewright.core.index.symbols import FileRecord, Symbol, SymbolKind, decode_record

MAX_RECORD_BYTES = 64_000_000
"""A record of a file of the largest size that is allowed stays far below."""
MAX_SYMBOLS = 1 << 20
"""Of one file; the index gives each a number of twenty bits."""
MAX_TEXT = 1_000_000
"""Characters of any one text; the files that are indexed are not much larger."""
_MAX_NUMBER = 1 << 31
_KINDS = frozenset(map(int, SymbolKind))


def trusted_record(data: bytes, language: str) -> FileRecord | None:
    """The record in `data`; None unless it is one that `analyse` could have made for a text in `language`."""
    if len(data) > MAX_RECORD_BYTES:
        return None
    try:
        record = decode_record(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError):
        return None
    return record if is_sound(record, language) else None


def is_sound(record: FileRecord, language: str) -> bool:
    """Whether everything in a record is within the bounds that the rest of the program relies on."""
    return (
        # Of a header the text says what it is.
        (record.language == language or (language == "c" and record.language in {"cpp", "objective-c"}))
        and len(record.symbols) <= MAX_SYMBOLS
        and len(record.imports) <= MAX_SYMBOLS
        and 0 <= record.n_errors < _MAX_NUMBER
        and _are_sound(record.symbols)
        and all(
            len(i.module) <= MAX_TEXT
            and len(i.name) <= MAX_TEXT
            and len(i.alias) <= MAX_TEXT
            and 0 <= i.row < _MAX_NUMBER
            for i in record.imports
        )
    )


def _are_sound(symbols: Sequence[Symbol]) -> bool:
    # One loop without calls: a question looks at hundreds of these before its answer begins.
    for at, s in enumerate(symbols):
        if not (
            -1 <= s.parent < at
            and s.kind in _KINDS
            and 0 <= s.start_row <= s.row < _MAX_NUMBER
            and s.start_row <= s.end_row < _MAX_NUMBER
            and 0 <= s.column16 <= s.column < _MAX_NUMBER
            and 0 < len(s.name) <= MAX_TEXT
            and len(s.signature) <= MAX_TEXT
            and len(s.doc) <= MAX_TEXT
            and len(s.type) <= MAX_TEXT
        ):
            return False
        for base in s.bases:
            if len(base) > MAX_TEXT:
                return False
    return True
