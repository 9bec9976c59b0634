"""Tools that read one text for a folder: all rules stand in one section of it, what they are about in words."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from rulewright.core.rules.formats.write.form import Limit, Output, Remark, Scoped, Target, Written
from rulewright.core.rules.formats.write.scope import below, is_heading


def text_of(rule: Scoped) -> str:
    """What a rule says, with a heading, and what it is about where that is not everything."""
    heading = "" if is_heading(rule.text) else f"## {rule.title}\n\n"
    scope = ""
    if rule.how == "globs":
        but = f", except {_listed(rule.excludes)}" if rule.excludes else ""
        scope = f"Applies to {_listed(rule.globs)}{but}.\n\n"
    if not heading and scope:
        first, _, rest = rule.text.lstrip("\r\n").partition("\n")
        return f"{first.rstrip()}\n\n{scope}{rest.lstrip()}"
    return f"{heading}{scope}{rule.text}"


def _listed(globs: Sequence[str]) -> str:
    return ", ".join(f"`{glob}`" for glob in globs)


def _write(name: str, title: str, file: str, rules: Sequence[Scoped], *, is_nested: bool) -> Written:
    folders: dict[str, list[Scoped]] = {}
    remarks: list[Remark] = []
    for rule in rules if is_nested else map(_from_root, rules):
        remarks += [replace(one, target=name) for one in rule.remarks]
        told = ""
        if rule.how == "manual":
            told = f"{title} reads all of the file, so a rule that waits to be named was not written."
        elif rule.how == "globs" and not rule.globs:
            told = "None of its globs matches anything, so it was not written."
        if told:
            remarks.append(Remark(kind="left-out", message=told, target=name, rule=rule.id, path=rule.path))
            continue
        if rule.how == "globs":
            told = f"{title} knows no globs: the text says in words what the rule is about."
            remarks.append(Remark(kind="scope", message=told, target=name, rule=rule.id, path=rule.path))
        elif rule.how == "description":
            told = f"{title} has no rules that wait to be asked for: the text names the rule's file and says what for."
            remarks.append(Remark(kind="scope", message=told, target=name, rule=rule.id, path=rule.path))
        folders.setdefault(rule.folder if is_nested else "", []).append(rule)
    outputs = tuple(
        Output(
            path=f"{folder}/{file}" if folder else file,
            section=_section(found),
            rules=tuple(rule.id for rule in found),
            is_shared=True,
        )
        for folder, found in folders.items()
    )
    return Written(outputs, tuple(remarks))


def _from_root(rule: Scoped) -> Scoped:
    if not rule.folder or rule.how == "description":
        return rule
    globs = rule.globs if rule.how == "globs" else ("**",)
    excludes = tuple(below(rule.folder, glob) for glob in rule.excludes)
    return replace(rule, how="globs", globs=tuple(below(rule.folder, glob) for glob in globs), excludes=excludes)


def _section(rules: Sequence[Scoped]) -> str:
    texts = [text_of(rule) for rule in rules if rule.how != "description"]
    waiting = [f"- `{rule.path}`: {rule.description}\n" for rule in rules if rule.how == "description"]
    if waiting:
        texts.append("## Read when it comes up\n\n" + "".join(waiting))
    return "\n".join(texts)


def _target(name: str, title: str, file: str, *, is_nested: bool = False, limit: Limit | None = None) -> Target:
    def write(rules: Sequence[Scoped]) -> Written:
        return _write(name, title, file, rules, is_nested=is_nested)

    owns: Callable[[str], bool] = lambda path: path == file or (is_nested and path.endswith(f"/{file}"))  # noqa: E731
    return Target(name=name, title=title, write=write, owns=owns, limit=limit, in_order=True)


AGENTS = _target(
    "agents",
    "AGENTS.md",
    "AGENTS.md",
    is_nested=True,
    limit=Limit(32 * 1024, "bytes", "Codex", sums_folders=True),
)
GEMINI = _target("gemini", "Gemini CLI", "GEMINI.md", is_nested=True)
ZED = _target("zed", "Zed", ".rules")
JUNIE = _target("junie", "Junie", ".junie/AGENTS.md")
