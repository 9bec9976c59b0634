"""What may be written where in a rule file, each word with its meaning; the keys of the file itself are given."""

from collections.abc import Mapping

from rulewright.features.rule_writing.places import Path

Table = Mapping[str, str]

CHECK: Table = {
    "language": "The language that the check is for. Default: that of the rule.",
    "severity": "`error`, `warning`, `info`, `hint` or `off`. Default: `warning`.",
    "message": "What is wrong, and what to do instead; `$A` stands for what the variable caught.",
    "rule": "What to find: an object of ast-grep's rules. All of its words must hold of a node.",
    "fix": "What `rulewright check --fix` writes in its place, or a list of fixes to choose from.",
    "constraints": "For variables of the pattern, rules that what they caught must fit.",
    "utils": "Rules with a name, for `matches`.",
    "transform": "New variables, made from those that the rule caught.",
    "rewriters": "Rules with a fix, for the transformation `rewrite`.",
    "note": "More about it, shown below the message.",
    "url": "Where to read about it.",
    "files": "Globs from the root of the project: the check is for these files only.",
    "ignores": "Globs from the root of the project: the check is not for these files.",
    "id": "The name of the check. Default: that of the rule.",
    "labels": "ast-grep's marks on a finding; kept, not used.",
    "metadata": "Anything; kept, not used.",
}
RULE: Table = {
    "pattern": "Code with variables: `$A` is one node, `$$$A` any number of them.",
    "kind": "The kind of the node, as its grammar calls it.",
    "regex": "A regular expression that all of the node's text must fit.",
    "inside": "A node around this one that fits; `stopBy: end` looks at all of them.",
    "has": "A node in this one that fits; `stopBy: end` looks at all depths.",
    "follows": "A sibling before this one that fits.",
    "precedes": "A sibling behind this one that fits.",
    "all": "A list of rules that must all fit.",
    "any": "A list of rules of which one must fit.",
    "not": "A rule that must not fit.",
    "matches": "The name of a rule in `utils`.",
    "nthChild": "The place among its siblings, from 1: a number, or `2n+1`.",
    "range": "Lines and columns, from 0, that the node must span.",
}
RELATION: Table = {
    **RULE,
    "stopBy": "Where to stop looking: `neighbor` (the default), `end`, or a rule.",
    "field": "The field of the parent that the node must stand in.",
}
TABLES: Mapping[str, Table] = {
    "check": CHECK,
    "rule": RULE,
    "relation": RELATION,
    "pattern": {
        "context": "Code around the pattern that makes it readable.",
        "selector": "The kind of the node in the context that is the pattern.",
        "strictness": "How exactly code must fit: `cst`, `smart` (the default), `ast`, `relaxed` or `signature`.",
    },
    "nth": {
        "position": "The place among its siblings, from 1: a number, or `2n+1`.",
        "reverse": "true: count from the end.",
        "ofRule": "Only siblings that fit this rule are counted.",
    },
    "range": {"start": "The first line and column, from 0.", "end": "The line and column behind the last."},
    "position": {"line": "From 0.", "column": "From 0."},
    "fix": {
        "template": "What is written.",
        "title": "What editors call this fix.",
        "expandStart": "A rule with `stopBy`: what is replaced grows to the left while it fits.",
        "expandEnd": "A rule with `stopBy`: what is replaced grows to the right while it fits.",
    },
    "rewriter": {
        "id": "Its name.",
        "rule": CHECK["rule"],
        "fix": "What is written.",
        "constraints": CHECK["constraints"],
        "utils": CHECK["utils"],
        "transform": CHECK["transform"],
    },
    "transform": {
        "replace": "Replaces what a regular expression finds.",
        "substring": "Takes a part, by places.",
        "convert": "Changes case.",
        "rewrite": "Runs rewriters on it.",
    },
    "replace": {"source": "The variable.", "replace": "A regular expression.", "by": "What is written for it."},
    "substring": {
        "source": "The variable.",
        "startChar": "The first place; from the end where it is negative.",
        "endChar": "The place behind the last.",
    },
    "convert": {
        "source": "The variable.",
        "toCase": "The case to write it in.",
        "separatedBy": "What parts its words.",
    },
    "rewrite": {
        "source": "The variable.",
        "rewriters": "Names of rewriters, in their order.",
        "joinBy": "What stands between the results.",
    },
    "example": {
        "bad": "Code that the check must find.",
        "good": "Code that it must not find; beside `bad` and with a fix, what the fix must make of that.",
        "language": "Only checks of this language are tried.",
        "valid": "Code that the check must not find, as ast-grep's own tests say it.",
        "invalid": "Code that the check must find, as ast-grep's own tests say it.",
    },
}
"""By the kind of a mapping the keys that it may have."""

_RULE_STEPS = {
    "pattern": "pattern",
    "inside": "relation",
    "has": "relation",
    "follows": "relation",
    "precedes": "relation",
    "all": "rule",
    "any": "rule",
    "not": "rule",
    "nthChild": "nth",
    "range": "range",
}
_NAMED_RULES = {"rule": "rule", "constraints": "rules", "utils": "rules", "transform": "transforms", "fix": "fix"}
_STEPS: Mapping[str, Mapping[str, str]] = {
    "file": {"check": "check", "examples": "example"},
    "check": {**_NAMED_RULES, "rewriters": "rewriter"},
    "rewriter": _NAMED_RULES,
    "rule": _RULE_STEPS,
    "relation": {**_RULE_STEPS, "stopBy": "rule"},
    "nth": {"ofRule": "rule"},
    "range": {"start": "position", "end": "position"},
    "fix": {"expandStart": "relation", "expandEnd": "relation"},
    "transform": {name: name for name in ("replace", "substring", "convert", "rewrite")},
}
_ANY_NAME = {"rules": "rule", "transforms": "transform"}

_CASES = ("lowerCase", "upperCase", "capitalize", "camelCase", "snakeCase", "kebabCase", "pascalCase")
VALUES: Mapping[tuple[str, str], Table] = {
    ("file", "alwaysApply"): {
        "true": "Applies to every file of its folder.",
        "false": "Without globs it waits to be asked for.",
    },
    ("file", "chunk"): {
        "definition": "A definition at a time.",
        "heading": "A heading with its text at a time.",
        "window": "By length.",
        "whole": "Never cut.",
    },
    ("file", "scope"): {
        "user": "About a person.",
        "project": "About a project.",
        "framework": "About a framework.",
        "dependency": "About a package.",
        "default": "About everything.",
    },
    ("check", "severity"): {
        "error": "Fails a check.",
        "warning": "Worth a look; the default.",
        "info": "Worth knowing.",
        "hint": "A suggestion.",
        "off": "The check is not run.",
    },
    ("relation", "stopBy"): {
        "end": "Look at all of them.",
        "neighbor": "Look at the nearest only; the default.",
    },
    ("pattern", "strictness"): {
        "cst": "Every node must fit.",
        "smart": "What the pattern leaves out may be there; the default.",
        "ast": "Only named nodes count.",
        "relaxed": "Named nodes count, comments do not.",
        "signature": "Only kinds of nodes count, not their text.",
    },
    ("nth", "reverse"): {"true": "Count from the end.", "false": "Count from the start; the default."},
    ("convert", "toCase"): dict.fromkeys(_CASES, ""),
}
"""By the kind of a mapping and the key in it the values that there are."""

GLOB_KEYS = frozenset({"globs", "applyTo", "paths", "fileMatchPattern"})
"""Keys of a file that hold globs, here or in formats of other tools."""
LISTS = GLOB_KEYS | {"overrides", "disable", "tags", "language", "check_file", "files", "ignores"}
"""Keys whose value may be a list of texts."""

_CHECK_BODY = """\
language: ${1:python}
severity: ${2|warning,error,info,hint|}
message: ${3:Say what is wrong, and what to do instead}
rule:
  pattern: ${4:forbidden(\\$A)}"""
_EXAMPLES = """\
- bad: ${1:forbidden(1)}
- good: ${2:allowed(1)}"""


def _indented(text: str) -> str:
    return "".join(f"\n  {line}" for line in text.split("\n"))


SNIPPETS: Mapping[tuple[str, str], str] = {
    ("file", "check"): f"check:{_indented(_CHECK_BODY)}",
    ("file", "examples"): f"examples:{_indented(_EXAMPLES)}",
    ("file", "globs"): 'globs: "$1"',
    ("file", "overrides"): "overrides: [$1]",
    ("file", "disable"): "disable: [$1]",
    ("file", "tags"): "tags: [$1]",
    ("check", "rule"): "rule:\n  ${1|pattern,kind,regex,any,all|}: $2",
    ("check", "fix"): "fix: $1",
    ("check", "constraints"): "constraints:\n  ${1:A}:\n    ${2|regex,kind,pattern|}: $3",
    ("check", "utils"): "utils:\n  ${1:name}:\n    ${2|pattern,kind,regex|}: $3",
    ("rule", "inside"): "inside:\n  ${1|kind,pattern,regex|}: $2\n  stopBy: ${3|end,neighbor|}",
    ("rule", "has"): "has:\n  ${1|kind,pattern,regex|}: $2\n  stopBy: ${3|end,neighbor|}",
    ("rule", "follows"): "follows:\n  ${1|kind,pattern,regex|}: $2",
    ("rule", "precedes"): "precedes:\n  ${1|kind,pattern,regex|}: $2",
    ("rule", "not"): "not:\n  ${1|pattern,kind,regex|}: $2",
    ("rule", "all"): "all:\n  - ${1|pattern,kind,regex|}: $2",
    ("rule", "any"): "any:\n  - ${1|pattern,kind,regex|}: $2",
    ("example", "bad"): "bad: ${1:forbidden(1)}",
    ("example", "good"): "good: ${1:allowed(1)}",
}
"""By the kind of a mapping and the key in it what is written, where the client can fill in places."""

_BODY = "# ${3:Title}\n\n${4:What to do and why, for people and for models.}\n$0"
WHOLE: Mapping[str, tuple[str, str]] = {
    "rule": (
        "A rule that guides",
        f'---\ndescription: ${{1:What the rule is about, in a sentence}}\nglobs: "${{2:**/*}}"\n---\n{_BODY}',
    ),
    "rule with check": (
        "A rule that is enforced",
        "---\ndescription: ${1:What the rule is about, in a sentence}\ncheck:"
        + _indented(
            "language: ${2:python}\nseverity: ${5|warning,error,info,hint|}\n"
            "message: ${6:Say what is wrong, and what to do instead}\nrule:\n  pattern: ${7:forbidden(\\$A)}"
        )
        + "\nexamples:"
        + _indented("- bad: ${8:forbidden(1)}\n- good: ${9:allowed(1)}")
        + f"\n---\n{_BODY}",
    ),
}
"""Whole files, by name: what they are, and their text."""


def plain(snippet: str) -> str:
    """The text of a snippet with what it suggests at each place."""
    out, at = [], 0
    while at < len(snippet):
        char = snippet[at]
        if char == "\\":
            out.append(snippet[at + 1])
            at += 2
        elif char == "$":
            text, at = _place(snippet, at + 1)
            out.append(text)
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _place(snippet: str, at: int) -> tuple[str, int]:
    """What a place suggests, and where it ends; `at` is behind its dollar sign."""
    if snippet[at] != "{":
        return "", at + 1
    end = at
    while snippet[end] != "}":
        end += 2 if snippet[end] == "\\" else 1
    inner = snippet[at + 1 : end].lstrip("0123456789")
    if inner.startswith("|"):
        return inner[1:].split(",")[0].rstrip("|"), end + 1
    return inner.removeprefix(":").replace("\\$", "$"), end + 1


def table_of(path: Path) -> str | None:
    """The kind of the mapping at a path; None where no key has a meaning."""
    kind: str | None = "file"
    for part in path:
        if isinstance(part, int) or kind is None:
            continue
        kind = _ANY_NAME.get(kind) or _STEPS.get(kind, {}).get(part)
    return kind


def keys_at(path: Path, keys: Table) -> tuple[str, Table]:
    """The kind of the mapping at a path and the keys that it may have; `keys` are those of the file."""
    kind = table_of(path) or ""
    return kind, keys if kind == "file" else TABLES.get(kind, {})


def holder(path: Path) -> tuple[str, str]:
    """Of a value's path, the kind of the mapping that holds it, and its key: `("file", "globs")`."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    if not path:
        return "", ""
    return table_of(path[:-1]) or "", str(path[-1])


def takes_list(kind: str, key: str) -> bool:
    """Whether the value of a key may be a list of texts."""
    return kind in {"file", "check"} and key in LISTS
