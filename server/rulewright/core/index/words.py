"""The words of a text: what is known of any file, whatever its language."""

_WORD_BYTES = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz" + bytes(range(128, 256))
_TABLE = bytes(byte if byte in _WORD_BYTES else 32 for byte in range(256))

MAX_WORD = 100
"""Bytes; in a text with many words a longer run of word characters is data, not a name."""
_MANY = 50_000
"""Bytes of words from which on data is looked for: few files of code have so many."""


def words_of(source: bytes) -> bytes:
    """Every distinct word in order of appearance, each between line feeds; numbers left out.

    Bytes outside ASCII count as letters, so names in any script are words. Mostly C: a tenth of a parse.
    """
    # Digits sort before every other byte of a word.
    words = [word for word in dict.fromkeys(source.translate(_TABLE).split()) if word > b":"]
    if not words:
        return b""
    joined = b"\n".join(words)
    if len(joined) > _MANY:
        joined = b"\n".join(w for w in words if len(w) <= MAX_WORD)
    return b"\n%b\n" % joined


def has_word(words: bytes, name: str) -> bool:
    """Whether a file's words hold each word of `name`: signs, as in `@items`, `empty?` and `A.B`, are in no word."""
    encoded = name.encode("utf-8", "surrogatepass")
    if name.isidentifier():
        return b"\n%b\n" % encoded in words
    return all(b"\n%b\n" % word in words for word in encoded.translate(_TABLE).split())
