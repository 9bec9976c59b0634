"""What a JavaScript file says it exports as a whole, read from its text."""

import re

_DEFAULT = re.compile(
    r"^\s*export\s+default\s+(?:abstract\s+)?(?:(?:async\s+)?function\s*\*?\s*|class\s+)?([A-Za-z_$][\w$]*)"
    r"\s*(?:[;({<\n]|\Z|(?<=\s)(?:extends|implements)\b)"
    r"|\b([A-Za-z_$][\w$]*)\s+as\s+default\b"
    r"|^(?:(?:var|let|const)[ \t]+)?(?:[\w$]+[ \t]*=[ \t]*)*?(?:exports[ \t]*=[ \t]*)?module\.exports[ \t]*=[ \t]*"
    r"(?:exports[ \t]*=[ \t]*)?(?:(?:async[ \t]+)?function[ \t]*\*?[ \t]+|class[ \t]+)?([A-Za-z_$][\w$]*)"
    r"(?:(?<=[\w$])[ \t]*(?:;|$)|(?<!require)[ \t]*(?:\(|\{|extends\b))"
    r"|^(?:var|let|const)[ \t]+([A-Za-z_$][\w$]*)[ \t]*=[ \t]*(?:exports[ \t]*=[ \t]*)?module\.exports[ \t]*=",
    re.MULTILINE,
)
_HANDED_ON = re.compile(
    r"^module\.exports[ \t]*=[ \t]*require\(\s*[\"']([^\"'\n]+)[\"']\s*\)[ \t]*(?:;|$)", re.MULTILINE
)
_COMMON = re.compile(r"^[^\n/*]*\bmodule\.exports[ \t]*=(?!=)", re.MULTILINE)


def default_name(text: str) -> str:
    """The name of what a module exports by default, or of what `module.exports` is set to; empty where it has none."""
    said = _DEFAULT.search(text)
    return next(filter(None, said.groups())) if said is not None else ""


def is_default_only(text: str, name: str) -> bool:
    """Whether a module exports what is called so by default and not also under that name."""
    own = rf"(?<![\w$.]){re.escape(name)}(?![\w$])"
    if re.search(rf"^\s*export\s+default\s+{_KIND}?{own}|{own}\s+as\s+default\b", text, re.MULTILINE) is None:
        return False
    if re.search(rf"^\s*export\s+(?:declare\s+)?{_KIND}{own}", text, re.MULTILINE) is not None:
        return False
    listed = (one.split() for found in _LISTED.finditer(text) for one in found[1].split(","))
    return not any(one[-1:] == [name] for one in listed)


_KIND = (
    r"(?:(?:abstract\s+)?class\s+|(?:async\s+)?function\s*\*?\s*|(?:const\s+)?enum\s+"
    r"|(?:const|let|var|interface|type|namespace)\s+)"
)
_LISTED = re.compile(r"^\s*export\s*(?:type\s*)?\{([^{}]*)\}", re.MULTILINE)


def module_handed_on(text: str) -> str:
    """The module in `module.exports = require("./lib")`; empty where a file hands on none."""
    handed = _HANDED_ON.search(text)
    return handed[1] if handed is not None else ""


def is_common(path: str, text: str) -> bool:
    """Whether a file is a CommonJS module that sets `module.exports` as a whole."""
    return path.endswith((".js", ".cjs", ".jsx", ".cts")) and _COMMON.search(text) is not None


_OBJECT = re.compile(r"^export\s+default\s*\{", re.MULTILINE)
_ALONE = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*\Z")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
MAX_OBJECT = 50_000
"""Characters of an object that is exported by default."""


def listed_by_default(text: str) -> tuple[str, ...]:
    """The names that stand alone in `export default { one, two }`: what the file has of them is what is meant."""
    found = _OBJECT.search(text)
    if found is None:
        return ()
    inside = _COMMENT.sub(" ", text[found.end() : found.end() + MAX_OBJECT])
    names: list[str] = []
    depth, begin = 0, 0
    for at, char in enumerate(inside):
        if char in "([{":
            depth += 1
        elif depth == 0 and char in ",}":
            if (alone := _ALONE.match(inside[begin:at])) is not None:
                names.append(alone[1])
            begin = at + 1
            if char == "}":
                break
        elif char in ")]}":
            depth -= 1
    return tuple(names)
