"""Find values that a name calls a secret: `password = "..."`, `API_KEY: ...`, `<password>...</password>`."""

import re
from collections.abc import Iterator

from rulewright.core.privacy.looks import is_drawn, is_placeholder

_WORDS_OF_NAMES = ("pass", "pwd", "secret", "token", "key", "auth", "credential", "cookie", "bearer", "basic ")
"""What a name that says so holds, in lower case."""

_PASSWORD = re.compile("(?:pass(?:word|wd|phrase|code)|pwd)s?|(?:^|[_.-])pass$")
_QUOTES = frozenset({"'", '"'})
_BLANKS = frozenset({"", " ", "\t", "\n", "\r"})
_MAX_NAME = 40
_NAME_BEFORE = re.compile(r"[a-z0-9_.-]*\Z")
_REST = re.compile(r"[A-Za-z0-9_.-]{0,40}+")
_SEPARATOR = re.compile(
    r"""(?x)
      (?: \\?["'`]? \]? \)? )                        # the end of a quoted name, or of an index
      (?: \s{0,8}+ : \s? &?[A-Za-z'][\w\[\].|<>\ ]{0,30}? (?=\s?=[^=>]) | \ (?:string|String|str)\b )?   # a type
      \s{0,8}+
      (?: := | ={2,3} | =>? | != | : | , | > | ->? | (?<=\s) )
      \s{0,8}+
      (?: (?:value|text|default)\\?["']? \s{0,4} [:=] \s{0,4} )?
    """
)
_QUOTED = re.compile(
    r"""[rbuf@$]{0,2}(?:"((?:[^"\\\n]|\\.){4,500}+)"|'((?:[^'\\\n]|\\.){4,500}+)'|`([^`\n]{4,500}+)`"""
    r"""|\\"([^"\\\n]{4,500}+)\\")"""
)
_BARE = re.compile(r"""(?:[^\s"'`,;<>(){}\[\]\\&|]|&(?![A-Za-z_]{1,40}=)){6,500}+""")
_DRAWN = re.compile(r"[A-Za-z0-9+/=_.~!@#$%^*()?&-]{16,500}+")
_QUERY = re.compile("&[A-Za-z0-9_]{1,40}=[^&]*+&[A-Za-z0-9_]{1,40}=")
_PUBLIC = ("MFkw", "MIIBIj", "MIICIj", "MCow", "MHYw")
"""How public keys begin, in base 64: their algorithm comes first."""

_OTHER_THINGS = re.compile(
    r"public|pub_?key|hash|sha\d|md5|digest|checksum|integrity|fingerprint|commit|revision|etag|cache|version|schema"
    r"|(?:^|[_.-])(?:id|ids|name|names|url|uri|path|file|type|field|label|prefix|header|hint|regex|pattern|length|size"
    r"|count|expires?|ttl|issuer|endpoint|alias)$"
)
"""What a name with `key` in it says when its value is no secret."""
_SCHEME_NAMES = frozenset({"bearer", "basic "})
_SCHEME = re.compile(r"\s{0,4}+([A-Za-z0-9+/=_.~-]{12,2000}+)")


def assigned(text: str) -> Iterator[tuple[int, int, str]]:
    """Where values of secret names stand: start, end and kind."""
    low = text.lower()
    if len(low) != len(text):
        # One letter of Turkish is two in lower case.
        low = text.replace("\u0130", "i").lower()
    behind = named = 0
    for at, word in sorted((place, said) for said in _WORDS_OF_NAMES for place in _places(low, said)):
        if at < behind:
            continue
        if word in _SCHEME_NAMES:
            found = _of_scheme(text, at + len(word))
        elif at < named:
            # Another word in a name that was looked at.
            continue
        else:
            rest = _REST.match(low, at)
            named = rest.end() if rest else at
            found = _of_name(text, low, at, named)
        if found is not None:
            behind = found[1]
            yield found


def _places(low: str, word: str) -> Iterator[int]:
    at = low.find(word)
    while at >= 0:
        yield at
        at = low.find(word, at + len(word))


def _of_scheme(text: str, at: int) -> tuple[int, int, str] | None:
    """What an `Authorization` header holds."""
    match = _SCHEME.match(text, at)
    if match is not None and is_drawn(match[1], least=16):
        return match.start(1), match.end(1), "authorization header"
    return None


def _of_name(text: str, low: str, at: int, end: int) -> tuple[int, int, str] | None:
    """What stands behind a name that ends at `end`, and has a word at `at` that says secret."""
    separator = _SEPARATOR.match(text, end)
    if separator is None:
        return None
    start = separator.end()
    is_told = ":" in separator[0] or "=" in separator[0]
    before = _NAME_BEFORE.search(low, max(0, at - _MAX_NAME), at)
    begin = before.start() if before else at
    quoted = _QUOTED.match(text, start)
    if quoted is None and "," in separator[0]:
        return None
    if "," in separator[0] and not (separator[0][:1] in _QUOTES and text[begin - 2 : begin - 1] == "("):
        # What follows a name in a call or in a list is another one; what follows a first text may be its value.
        return None
    if separator[0].isspace() and quoted is None and not _takes_next_word(text, begin, end):
        return None
    if quoted is not None:
        group = quoted.lastindex or 1
        return _judged(low[begin:end], quoted[group], quoted.span(group), is_code=False, is_told=is_told)
    bare = _BARE.match(text, start)
    if bare is None:
        return None
    is_code = not _is_data(text, begin, separator.span(), bare.end())
    if is_code and _DOTTED.fullmatch(bare[0]):
        return None
    return _judged(low[begin:end], bare[0], bare.span(), is_code=is_code, is_told=is_told)


def _takes_next_word(text: str, begin: int, end: int) -> bool:
    """Whether a name stands where the next word is its value: an option, `ENV` of a Dockerfile, a header's `Token`."""
    name = text[begin:end]
    return name.startswith("--") or name == "Token" or (name.isupper() and text[max(0, begin - 4) : begin] == "ENV ")


def _is_data(text: str, begin: int, separator: tuple[int, int], end: int) -> bool:
    """Whether a value without quotes is one of a shell or of YAML, where a name needs a mark, and not a name."""
    written, between = text[begin : separator[0]], text[separator[0] : separator[1]]
    if written.startswith("--") or (written.isupper() and between in {"=", " "}):
        return True
    follows = text[end : end + 2]
    if (between == "=" and follows[:1] in {";", "&"}) or (between == ">" and follows == "</"):
        return True
    if between == "=" and follows[:1] in _BLANKS and text[begin - 1 : begin] in _BLANKS:
        return True
    is_line = not text[text.rfind("\n", max(0, begin - _MAX_NAME), begin) + 1 : begin].strip(" -\t")
    if not is_line or text[end : end + 1] not in {"", "\n", "\r"}:
        return False
    return between in {": ", "="} or (between == " = " and _is_mixed(text[separator[1] : end]))


def _is_mixed(value: str) -> bool:
    """Whether a value has letters of both cases, digits and signs: no expression looks so."""
    return bool(_UPPER.search(value) and _LOWER.search(value) and _NUMBER.search(value) and _SIGN.search(value))


def _judged(
    name: str, value: str, span: tuple[int, int], *, is_code: bool, is_told: bool
) -> tuple[int, int, str] | None:
    if _OTHER_THINGS.search(name):
        return None
    if name == "pass" and not is_told:
        return None
    if _PASSWORD.search(name) and _is_password(value, is_code=is_code):
        return *span, "password"
    is_other = value.startswith(_PUBLIC) or _DRAWN.fullmatch(value) is None or _QUERY.search(value)
    return None if is_other or not is_drawn(value, least=20) else (*span, "secret")


_UPPER, _LOWER, _NUMBER, _SIGN = (re.compile(p) for p in ("[A-Z]", "[a-z]", "[0-9]", r"[^A-Za-z0-9_.\[(]"))
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$.:-]*")
_DOTTED = re.compile(r"[A-Za-z_]\w*+(?:\.\w++)++\.?")
_WORDS = re.compile(r"[A-Za-z]++(?:[ _.:/-]++[A-Za-z]++)*+[.!?:]?")
_CODE = ("$", "%", "<", "{", "[", "(", "&", "*", "#", "http:", "https:", "/", "./", "\\")
_MIN_PASSWORD, _MAX_PASSWORD = 6, 128


def _is_password(value: str, *, is_code: bool) -> bool:
    """Whether the value of a name with `password` is one, and not a word that stands for it."""
    if not _MIN_PASSWORD <= len(value) <= _MAX_PASSWORD or value.startswith(_CODE) or is_placeholder(value):
        return False
    if _WORDS.fullmatch(value) or any(char.isspace() for char in value):
        return False
    if is_code:
        return any(char.isdigit() for char in value) and not _IDENTIFIER.fullmatch(value)
    return any(char.isdigit() for char in value) or not _IDENTIFIER.fullmatch(value)
