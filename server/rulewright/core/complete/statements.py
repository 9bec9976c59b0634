"""Where in an import the cursor stands, read from the text: what is asked for, and of which module."""

import re
from typing import Literal

import msgspec

Asked = Literal["module", "name", "path"]


class ImportPlace(msgspec.Struct, frozen=True):
    """A place in an import."""

    asked: Asked
    """A part of a dotted module name, a name out of a module, or a part of a quoted path."""
    module: str = ""
    """The module so far: what stands before the part, with its separator, or the module of the name."""
    separator: str = "."


_LOOK_BACK = 1_500
_LOOK_AHEAD = 400


def import_at(language: str, source: bytes, start: int, byte: int, *, in_string: bool) -> ImportPlace | None:
    """Where in an import a word stands that begins at `start`; None where it is in none."""
    head = source[max(0, start - _LOOK_BACK) : start]
    if in_string:
        return _quoted(language, source, byte)
    match language:
        case "python":
            return _python(head)
        case "javascript" | "typescript" | "tsx" | "vue" | "svelte":
            return _ecmascript(head, source[start : start + _LOOK_AHEAD])
        case "rust":
            return _rust(head)
        case "java" | "kotlin" | "scala":
            return _dotted(head, _JAVA)
        case "elixir":
            return _dotted(head, _ELIXIR)
    return None


_FROM_NAMES = re.compile(rb"(?:\A|\n)[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]*(?:\([^()]*|[^()\n#;]*)\Z")
_FROM = re.compile(rb"(?:\A|\n)[ \t]*from[ \t]+(\.*(?:\w+\.)*)\Z")
_IMPORT = re.compile(rb"(?:\A|\n)[ \t]*import[ \t]+(?:[\w.]+(?:[ \t]+as[ \t]+\w+)?[ \t]*,[ \t]*)*((?:\w+\.)*)\Z")


def _python(head: bytes) -> ImportPlace | None:
    if (found := _FROM_NAMES.search(head)) is not None:
        return None if re.search(rb"\bas[ \t]+\Z", head) else ImportPlace("name", found[1].decode("utf-8", "replace"))
    if (found := _FROM.search(head) or _IMPORT.search(head)) is not None:
        return ImportPlace("module", found[1].decode("utf-8", "replace"))
    return None


_BRACES = re.compile(rb"(?:\A|[\n;])\s*(?:import|export)\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{[^{}]*\Z")
_BEHIND_BRACES = re.compile(rb"[^{};]*\}\s*from\s*[\"']([^\"'\n]+)[\"']")


def _ecmascript(head: bytes, ahead: bytes) -> ImportPlace | None:
    if _BRACES.search(head) is None:
        return None
    behind = _BEHIND_BRACES.match(ahead)
    return ImportPlace("name", behind[1].decode("utf-8", "replace")) if behind else None


_USE = re.compile(rb"(?:\A|[\n;{}])\s*(?:pub(?:\([^)]*\))?\s+)?use\s+((?:\w+::)*)(\{[^{};]*)?\Z")


def _rust(head: bytes) -> ImportPlace | None:
    found = _USE.search(head)
    if found is None:
        return None
    module = found[1].decode("utf-8", "replace")
    if found[2] is not None and (inner := re.search(rb"((?:\w+::)+)\Z", found[2])) is not None:
        module += inner[1].decode("utf-8", "replace")
    return ImportPlace("module", module, "::")


_JAVA = re.compile(rb"(?:\A|\n)[ \t]*import[ \t]+(?:static[ \t]+)?((?:\w+\.)*)\Z")
_ELIXIR = re.compile(rb"(?:\A|\n)[ \t]*(?:alias|import|use|require)[ \t]+((?:\w+\.)*)(?:\{[^{}]*)?\Z")


def _dotted(head: bytes, pattern: re.Pattern[bytes]) -> ImportPlace | None:
    found = pattern.search(head)
    return ImportPlace("module", found[1].decode("utf-8", "replace")) if found else None


_JS_PATH = re.compile(
    rb"(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\(|\bjest\.mock\s*\(|\bvi\.mock\s*\()\s*[\"'`]([^\"'`\n]*)\Z"
)
_RUBY_PATH = re.compile(rb"\b(require_relative|require|load)[\s(]+[\"']([^\"'\n]*)\Z")
_GO_PATH = re.compile(rb"(?:\bimport\s+|\bimport\s*\([^()]*)(?:[\w.]+\s+)?[\"`]([^\"`\n]*)\Z")
_CSS_PATH = re.compile(rb"(?:@import\s+|@use\s+|@forward\s+|\burl\(\s*)[\"']?([^\"'\n)]*)\Z")
_C_PATH = re.compile(rb"#\s*(?:include|import)\s*[\"<]([^\">\n]*)\Z")
_PHP_PATH = re.compile(
    rb"\b(?:include|require)(?:_once)?[\s(]+(__DIR__\s*\.\s*|dirname\(__FILE__\)\s*\.\s*)?[\"']([^\"'\n]*)\Z"
)
_HTML_PATH = re.compile(rb"\b(?:src|href)\s*=\s*[\"']([^\"'\n]*)\Z")


def _quoted(language: str, source: bytes, byte: int) -> ImportPlace | None:
    head = source[max(0, byte - _LOOK_BACK) : byte]
    match language:
        case "javascript" | "typescript" | "tsx" | "vue" | "svelte":
            found = _JS_PATH.search(head)
        case "ruby":
            found = _RUBY_PATH.search(head)
            if found is not None:
                said = found[2].decode("utf-8", "replace")
                own = found[1] == b"require_relative" and not said.startswith(".")
                return ImportPlace("path", ("./" if own else "") + said, "/")
        case "go":
            found = _GO_PATH.search(head)
        case "css":
            found = _CSS_PATH.search(head)
        case "c" | "cpp" | "objective-c":
            found = _C_PATH.search(head)
        case "html":
            found = _HTML_PATH.search(head)
        case "php":
            found = _PHP_PATH.search(head)
            if found is not None and found[1]:
                # Behind `__DIR__ .` the path begins with a slash, and is that of this folder.
                return ImportPlace("path", "." + found[2].decode("utf-8", "replace"), "/")
            return ImportPlace("path", found[2].decode("utf-8", "replace"), "/") if found else None
        case _:
            found = None
    return ImportPlace("path", found[1].decode("utf-8", "replace"), "/") if found else None
