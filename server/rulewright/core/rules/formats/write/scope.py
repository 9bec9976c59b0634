"""What a rule is about, spelled out for tools that know neither languages nor braces."""

import re
from collections.abc import Callable, Iterable, Sequence

from rulewright.core.languages import LANGUAGES, language_of
from rulewright.core.rules.check_sources import blocks
from rulewright.core.rules.formats.marks import harmless
from rulewright.core.rules.formats.write.form import How, Remark, Scoped
from rulewright.core.rules.glob_syntax import TooManyForms, expand
from rulewright.core.rules.globs import compile_glob
from rulewright.core.rules.rule import Rule

CHECKED = "Enforced by `rulewright check`."

_CASED = {
    "cmakelists.txt": "CMakeLists.txt",
    "gnumakefile": "GNUmakefile",
    "sconstruct": "SConstruct",
    "pipfile.lock": "Pipfile.lock",
    "cargo.lock": "Cargo.lock",
}
"""File names as people write them, where that is not a capital in front of one word; our tables are in lower case."""
_ENDING = re.compile(r"\.([A-Za-z0-9_+-]+)\Z")
_WILD = re.compile(r"[*?\[\\]")
_HEADING = re.compile(r" {0,3}#{1,6}[ \t]")
_SPECIAL = re.compile(r"([*?\[\]{}!\\,])")


def scoped(rule: Rule) -> Scoped:
    """A rule of ours as writers take it."""
    remarks: list[Remark] = []

    def remark(message: str) -> None:
        remarks.append(Remark(kind="scope", rule=rule.id, path=rule.path, message=message))

    how: How = "always"
    includes: list[str] = []
    excludes: list[str] = []
    if not rule.always and rule.globs:
        how = "globs"
        includes = _spelled([g for g in rule.globs if not g.startswith("!")], remark)
        excludes = _spelled([g[1:] for g in rule.globs if g.startswith("!")], remark)
        if excludes and all(g.startswith("!") for g in rule.globs):
            includes = ["**"]
        if rule.languages:
            includes = [one for glob in includes for one in _narrowed(glob, rule.languages, remark)]
    elif not rule.always and rule.languages:
        how = "globs"
        includes = [glob for language in rule.languages for glob in globs_of_language(language)]
        unknown = [language for language in rule.languages if not globs_of_language(language)]
        if unknown:
            remark(f"No endings of files are known for {', '.join(unknown)}.")
    elif not rule.always:
        how = rule.unscoped
    return Scoped(
        id=rule.id,
        path=rule.path,
        folder=rule.folder,
        title=_title(rule),
        description=" ".join(rule.description.split()),
        text=_text(rule),
        how=how,
        globs=tuple(dict.fromkeys(includes)),
        excludes=tuple(dict.fromkeys(excludes)),
        remarks=tuple(remarks),
    )


def globs_of_language(language: str) -> tuple[str, ...]:
    """Globs of the files of a language, by ending and by name; none for a language that is not known."""
    known = LANGUAGES.get(language)
    if known is None:
        return ()
    endings = [f"**/*.{ending}" for ending in known.extensions if language_of(f"x.{ending}") == language]
    names = [_CASED.get(name, name if "." in name else name.capitalize()) for name in known.file_names]
    return (*endings, *(f"**/{name}" for name in names if language_of(name) == language))


def below(folder: str, glob: str) -> str:
    """A canonical glob of a folder as one of the whole project."""
    return _SPECIAL.sub(r"\\\1", folder) + "/" + glob.removeprefix("/") if folder else glob


def is_heading(text: str) -> bool:
    """Whether a text starts with a heading of its own."""
    return _HEADING.match(text.lstrip("\r\n")) is not None


def _spelled(globs: Iterable[str], remark: Callable[[str], None]) -> list[str]:
    """Canonical globs without braces."""
    found: list[str] = []
    for glob in globs:
        if not compile_glob(glob).forms:
            remark(f"`{glob}` matches nothing here either, so it was left out.")
            continue
        try:
            found += [canonical for text in expand(glob) if (canonical := _canonical(text))]
        except TooManyForms:
            remark(f"`{glob}` stands for too many globs, so it was left out.")
    return found


def _canonical(text: str) -> str:
    """One form of a glob: at any depth it starts with `**/`, in the folder itself with `/`."""
    bare = text.replace("\\/", "/")
    body = bare
    while body.startswith("./"):
        body = body[2:]
    is_anchored = body != bare or body.startswith("/")
    names = [name for name in body.split("/") if name]
    if not names:
        return "**" if bare else ""
    if body.endswith("/"):
        names.append("**")
        if len(names) == 2 and not is_anchored:  # noqa: PLR2004 - one name and what is below it
            names.insert(0, "**")
    elif len(names) == 1 and not is_anchored:
        names.insert(0, "**")
    names = [n for i, n in enumerate(names) if n != "**" or i == 0 or names[i - 1] != "**"]
    if names in (["**"], ["**", "*"]):
        return "**"
    return names[0] if names[0] == "**" and len(names) == 1 else ("/" if len(names) == 1 else "") + "/".join(names)


def _narrowed(glob: str, languages: Sequence[str], remark: Callable[[str], None]) -> Iterable[str]:
    """A glob for files of some languages only."""
    head, slash, last = glob.rpartition("/")
    ending = _ENDING.search(last)
    if last in {"**", "*"}:
        deeper = f"{glob}/" if last == "**" else head + slash
        return [deeper + name for name in _names(languages)]
    if not _WILD.search(last):
        return [glob] if language_of(last) in languages else []
    if ending is not None:
        return [glob] if language_of(f"x.{ending[1]}") in languages else []
    if last.endswith("*") and not last.endswith("\\*"):
        fits = compile_glob(f"/{last}").matches
        names = [last + name[1:] if name.startswith("*.") else name for name in _names(languages)]
        return [f"{head}{slash}{name}" for name in names if name.startswith(last) or fits(name)]
    remark(f"`{glob}` stands there for files of all languages, and not only of {', '.join(languages)}.")
    return [glob]


def _names(languages: Iterable[str]) -> list[str]:
    """Names of files of some languages, such as `*.py`."""
    return [glob.removeprefix("**/") for language in languages for glob in globs_of_language(language)]


def _title(rule: Rule) -> str:
    line = " ".join(rule.description.split())
    return line or rule.id.rpartition("/")[2].replace("-", " ").replace("_", " ").capitalize()


def _text(rule: Rule) -> str:
    """What the rule says, without its checks."""
    body = rule.body
    for block in reversed(list(blocks(body))):
        if block.words[:2] in {("yaml", "check"), ("yml", "check")}:
            end = body.find("\n", block.end + len(block.text))
            body = body[: block.start] + (body[end + 1 :] if end >= 0 else "")
    if not body.strip():
        body = f"{rule.description}\n" if rule.description else ""
    if not body.strip():
        return ""
    newline = "\r\n" if "\r\n" in body else "\n"
    if not body.endswith(("\n", "\r")):
        body += newline
    if rule.checks:
        body += f"{newline}{CHECKED}{newline}"
    return harmless(body)
