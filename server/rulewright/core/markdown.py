"""Text that somebody else wrote, made safe to stand in our markdown.

A doc comment may come from any file of any workspace. It keeps its paragraphs, lists, emphasis and code; what could do
something is written out as text: HTML, images, and links to anything but a plain web address. Code blocks are written
anew with fences of our own, so that what is code to us is code to whoever shows it.
"""

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)")
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPANS = re.compile(
    r"(?P<code>(?<!`)`[^`\n]+`(?!`))"
    r"|(?P<link>(?<!!)\[(?P<text>[^\[\]\n`<>\\]*)\]\((?P<url>https?://[\w./~%#?=+@,:-]+)\))"
    r"|(?P<bracket>[\[\]])"
    r"|(?P<sign>`|<(?=\S)|&(?=#?\w+;)|\\(?=[!-/:-@\[-`{-~]))"
)
_LINKS = re.compile(r"\]\s*[(\[:]|!\[")
"""What makes brackets more than brackets, somewhere in a text."""
_LIST = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s")
_PROMPT = re.compile(r"^\s*>>> ")

FENCED = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
"""A fenced block with its fences."""


def fenced(code: str, language: str = "") -> str:
    """Code in a fence that nothing in it can close."""
    code = _HIDDEN.sub("", code.replace("\r\n", "\n").replace("\r", "\n"))
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{re.sub(r'[^A-Za-z0-9+#.-]', '', language)}\n{code}\n{fence}"


def inline(text: str) -> str:
    """A word or a path as inline code on one line."""
    text = " ".join(_HIDDEN.sub("", text).split())
    if "`" in text or not text:
        return escaped(text)
    return f"`{text}`"


def escaped(text: str) -> str:
    """Text on one line that stands for itself."""
    return re.sub(r"([\\`*_\[\]<>#!|&~])", r"\\\1", " ".join(_HIDDEN.sub("", text).split()))


def prose(text: str, language: str = "") -> str:
    """A doc comment as markdown. Indented blocks and Python's prompts are shown as code in `language`."""
    # What is hidden goes first: it could stand between two signs that mean something together.
    text = _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4)
    lines = text.split("\n")
    has_links = bool(_LINKS.search(text))
    out: list[str] = []
    at = 0
    in_list = False
    while at < len(lines):
        line = lines[at]
        if fence := _FENCE.match(line):
            at, code = _until_fence(lines, at + 1, fence[1])
            _add_block(out, fenced(code, fence[2] or language))
            continue
        blank_before = at == 0 or not lines[at - 1].strip()
        if _PROMPT.match(line) or (line.startswith("    ") and line.strip() and blank_before and not in_list):
            at, code = _indented(lines, at)
            _add_block(out, fenced(code, language))
            continue
        in_list = bool(_LIST.match(line)) or (in_list and (not line.strip() or line.startswith(" ")))
        if line.strip() or (out and out[-1]):
            out.append(_SPANS.sub(lambda found: _span(found, has_links), line) if line.strip() else "")
        at += 1
    return "\n".join(out).strip("\n")


def _add_block(out: list[str], block: str) -> None:
    if out and out[-1]:
        out.append("")
    out += [block, ""]


def plain(text: str) -> str:
    """The same without markdown."""
    return _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _until_fence(lines: list[str], at: int, opening: str) -> tuple[int, str]:
    code: list[str] = []
    while at < len(lines):
        closing = _FENCE.match(lines[at])
        if closing and closing[1][0] == opening[0] and len(closing[1]) >= len(opening):
            return at + 1, "\n".join(code)
        code.append(lines[at])
        at += 1
    return at, "\n".join(code)


def _indented(lines: list[str], at: int) -> tuple[int, str]:
    is_prompt = bool(_PROMPT.match(lines[at]))
    code: list[str] = []
    while at < len(lines):
        line = lines[at]
        if is_prompt:
            if not line.strip():
                break
        elif line.strip() and not line.startswith("    "):
            break
        code.append(line)
        at += 1
    while code and not code[-1].strip():
        code.pop()
    margin = min((len(c) - len(c.lstrip()) for c in code if c.strip()), default=0)
    return at, "\n".join(c[margin:] for c in code)


def _span(found: re.Match[str], has_links: bool) -> str:
    if found["code"]:
        code = found["code"]
        # A table would cut it in two, and its halves would be no code any more.
        return code if "|" not in code else escaped(code)
    if found["link"]:
        return f"[{found['text']}]({found['url']})"
    if found["bracket"] and not has_links:
        return found["bracket"]
    return "\\" + (found["bracket"] or found["sign"])
