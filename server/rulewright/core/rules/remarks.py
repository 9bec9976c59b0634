"""All that Rulewright itself may say of rule files and of checked files: `rulewright/<code>`, how severe, and why.

The manual is made from this table, and `rulewright rules lint --explain` prints it; a test holds it against the code.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Literal

import msgspec

from rulewright.core.findings import Severity

Offered = Literal["always", "sometimes", "no"]
Scope = Literal["file", "project", "code"]


class Remark(msgspec.Struct, frozen=True):
    """One kind of remark."""

    severities: tuple[Severity, ...]
    """More than one where it depends on the case."""
    title: str
    """What is wrong, as a sentence."""
    why: str
    """Why that matters, and what helps."""
    fix: Offered = "no"
    """Whether a quick-fix comes with it."""
    scope: Scope = "file"
    """What it is said of: a rule file alone, a rule among the others and the files, or a file that is checked."""


_E: tuple[Severity, ...] = ("error",)
_W: tuple[Severity, ...] = ("warning",)
_I: tuple[Severity, ...] = ("info",)
_H: tuple[Severity, ...] = ("hint",)
_EW: tuple[Severity, ...] = ("error", "warning")
_WH: tuple[Severity, ...] = ("warning", "hint")

REMARKS: Mapping[str, Remark] = {
    # The file
    "unreadable-rule-file": Remark(
        _E, "The rule file cannot be read.", "The disk refuses it. Give yourself the permission, or mend the link."
    ),
    "rule-file-too-big": Remark(
        _E, "The rule file is larger than what is read.", "Nobody reads rules of that size. Split it."
    ),
    "not-utf-8": Remark(
        _W,
        "The file is not UTF-8.",
        "Other tools read other letters than you see. Save it as UTF-8.",
    ),
    "byte-order-mark": Remark(
        _H, "The file starts with a byte order mark.", "Some tools then see no front matter. Remove it.", "always"
    ),
    "hidden-text": Remark(
        _EW,
        "The file holds characters that nobody sees.",
        "Models read them, so they can carry instructions that no review notices. Remove them. A package's file with "
        "some is refused.",
        "always",
    ),
    # Front matter
    "fenced-front-matter": Remark(
        _H,
        "The whole file stands in a code fence.",
        "Other tools see a block of code and no keys. Remove it.",
        "always",
    ),
    "unterminated-front-matter": Remark(
        _E,
        "The front matter never ends.",
        "Without its closing `---` keys and text cannot be told apart. Add it after the last key.",
        "always",
    ),
    "broken-yaml": Remark(
        _E, "The front matter is not YAML.", "No key can be read. The message names the line and what helps there."
    ),
    "repaired-value": Remark(
        _H,
        "A value had to be quoted to be read.",
        "Rulewright read it as it was meant, but stricter tools refuse the file. Quote the value.",
        "always",
    ),
    "duplicate-key": Remark(
        _W, "A key is written twice.", "Only the last one counts, which is easy to miss. Remove the other.", "sometimes"
    ),
    "unknown-key": Remark(
        _W,
        "A key is not known.",
        "It does nothing. It may be a slip, or another tool's key that has a name of ours.",
        "sometimes",
    ),
    "other-tools-key": Remark(
        _W,
        "A file of one tool has a key of another one.",
        "The tool that reads the file ignores it. Write that tool's own key.",
        "sometimes",
    ),
    "wrong-type": Remark(
        _EW,
        "A value is of another kind than its key takes.",
        "It was left out, or a default taken. Globs that are no text are an error, as nobody knows where such a rule "
        "applies.",
    ),
    "wrong-value": Remark(
        _W, "A value is none of those that its key takes.", "It was left out. Write one that is.", "sometimes"
    ),
    "text-as-boolean": Remark(
        _H, "True or false is written as a text.", "Other tools take any text for true. Remove the quotes.", "always"
    ),
    "text-for-list": Remark(
        _WH,
        "A text stands where the tool wants a list.",
        "Tools split it differently, or not at all. Write a list.",
        "sometimes",
    ),
    "list-for-text": Remark(
        _W, "A list stands where the tool wants a text.", "The tool ignores it. Write one text with commas.", "always"
    ),
    "bad-example": Remark(
        _W, "An example has neither bad nor good code.", "It tests nothing and was left out. Give it `bad` or `good`."
    ),
    # Globs
    "empty-globs": Remark(
        _WH, "The globs are empty.", "The rule applies to no file by itself. Write a glob, or remove the key."
    ),
    "glob-empty": Remark(_W, "A glob is empty.", "It matches nothing. Write `**` for all files."),
    "glob-quotes": Remark(
        _W, "Quotes are a part of a glob.", "No file has them in its name. Write the glob without.", "sometimes"
    ),
    "glob-spaces": Remark(
        _W, "Globs are parted by spaces.", "A space is a part of a name. Put commas between globs.", "sometimes"
    ),
    "glob-leading-slash": Remark(
        _H,
        "A glob starts with `/`.",
        "Here that is the root of the project, elsewhere that of the disk. Leave it out.",
        "sometimes",
    ),
    "glob-backslash": Remark(
        _H, "A glob has a backslash.", "It quotes the next character. Write `/` between folders.", "sometimes"
    ),
    "glob-dots": Remark(
        _W, "A glob has `.` or `..` as a folder.", "No path has, so it matches nothing. Write it from the root."
    ),
    "glob-glued-stars": Remark(
        _W,
        "`**` is glued to other characters.",
        "It then stays within one folder, as `*` does. Write `**/` for any number of folders.",
        "sometimes",
    ),
    "glob-group": Remark(
        _W, "Choices stand in parentheses.", "They are read letter by letter. Write them in braces.", "sometimes"
    ),
    "glob-one-brace": Remark(
        _W, "Braces offer no choice.", "They are taken for a part of the name. Leave them out.", "sometimes"
    ),
    "glob-unclosed": Remark(
        _W, "A bracket or brace has no partner.", "It is taken for a part of the name. Close it, or quote it with `\\`."
    ),
    "glob-backward-range": Remark(
        _W, "A range in brackets runs backwards.", "It matches nothing. Put its lower end first."
    ),
    "glob-route": Remark(
        _H,
        "A name stands in brackets.",
        "Brackets match one of their characters. For a folder of that name, as Next.js has, quote them.",
        "sometimes",
    ),
    "glob-too-long": Remark(
        _E, "A glob is too long.", "It is refused and matches nothing. Write several shorter ones."
    ),
    "glob-too-many": Remark(
        _E, "The braces of a glob stand for too many globs.", "It is refused and matches nothing. Use `*`."
    ),
    "absolute-glob": Remark(
        _W,
        "A glob of Copilot's starts with `/`.",
        "Copilot compares it with absolute paths, so it matches nothing. Leave the slash out.",
        "sometimes",
    ),
    # Other tools' files
    "over-limit": Remark(
        _W, "The file is longer than its tool reads.", "What is behind the limit may never be seen. Split the file."
    ),
    "not-looked-at": Remark(
        _I,
        "A condition of the tool's is not looked at here.",
        "The rule may apply to more files here than there. Say it by globs where that is possible.",
    ),
    "dead-import": Remark(
        _W,
        "A file that the text pulls in cannot be read.",
        "What it says is missing. Mend the path, or remove the reference.",
    ),
    # Checks
    "check-invalid": Remark(
        _E, "A check cannot be used.", "It enforces nothing. The message says what ast-grep or Rulewright refuses."
    ),
    "check-file": Remark(
        _E, "A file of checks cannot be used.", "Its checks enforce nothing. Mend the name, or the file."
    ),
    "check-id": Remark(
        _W, "Two checks of a rule have one id.", "Comments that suppress one could mean both. Give each its own."
    ),
    "check-invalid-value": Remark(
        _W, "A value of a check is not what its key takes.", "It is ignored. Write a text, or a glob."
    ),
    "check-unknown-key": Remark(
        _W, "A check has a key that ast-grep does not know.", "It does nothing. The message names a near one."
    ),
    "check-severity": Remark(
        _W, "A check has an unknown severity.", "The default is used. Write error, warning, info, hint or off."
    ),
    "check-undefined-variable": Remark(
        _H, "The message names a variable that the rule never captures.", "It stays empty. Capture it, or leave it out."
    ),
    "check-no-rewriters": Remark(
        _W, "A transformation rewrites, and there are no rewriters.", "Nothing is rewritten. Add `rewriters`."
    ),
    "check-utility-renamed": Remark(
        _H, "A utility has an id that ast-grep refuses.", "It is read under another one. Rename it."
    ),
    "example-fails": Remark(
        _EW,
        "An example of the rule does not hold.",
        "The check does not do what its author meant, so it is not run. Mend the check or the example; `rulewright "
        "rules test` shows the outcome. As severe as the rule's worst check.",
    ),
    "examples-not-run": Remark(
        _I, "The examples are too long to be run each time.", "`rulewright rules test` runs them; or shorten them."
    ),
    # Among rules and files
    "missing-description": Remark(
        _WH,
        "The rule does not say what it is about.",
        "Lists, messages and whoever chooses rules go by the description; a rule that waits to be asked for is never "
        "found without one.",
        "sometimes",
        "project",
    ),
    "dead-glob": Remark(
        _I,
        "A glob matches no file.",
        "The rule applies to nothing now: files were moved, or the glob never was right.",
        "sometimes",
        "project",
    ),
    "glob-matches-everything": Remark(
        _H,
        "A glob matches every file.",
        "`alwaysApply: true` says the same and cannot be mistaken for a choice.",
        "sometimes",
        "project",
    ),
    "unknown-rule": Remark(
        _W,
        "`overrides` or `disable` names no rule.",
        "It silences nothing, so the rule that is meant still speaks.",
        "sometimes",
        "project",
    ),
    "duplicate-id": Remark(
        _W,
        "Two rules of one folder have the same id.",
        "One silences the other. Give each its own `id`.",
        scope="project",
    ),
    "shadowed-rule": Remark(
        _W,
        "The rule can never apply.",
        "Another one has its id, or silences it, wherever it applies. Remove it, or rename it.",
        scope="project",
    ),
    "silenced-in-a-circle": Remark(
        _W,
        "Rules silence each other in a circle.",
        "Only the first of them is heard. Say which ones should be.",
        scope="project",
    ),
    "conflicting-fix": Remark(
        _W,
        "Two rules look for the same and mend it differently.",
        "Both are reported and only one fix can be made. Keep one check.",
        scope="project",
    ),
    "likely-conflict": Remark(
        _I,
        "One rule asks for what another one forbids.",
        'Who follows both cannot. It is a guess by words such as "use `x`" and "never use `x`": keep one, or say '
        "when each holds.",
        scope="project",
    ),
    "repeated-text": Remark(
        _I,
        "The text is that of another file, for the same files.",
        "It counts once. Nothing need be done where several tools read their own copy.",
        scope="project",
    ),
    "too-long": Remark(
        _W,
        "The rule is longer than what all rules may take of a prompt.",
        "It is left out, or cut. Split it, write less, or raise `rules.prompt_tokens`.",
        scope="project",
    ),
    "dead-link": Remark(
        _W, "A link of the text leads to nothing.", "Mend its target, or remove it.", "sometimes", "project"
    ),
    "dead-path": Remark(
        _I,
        "The text names a file that is not there.",
        "Who follows the rule looks for it in vain. Name where it is now.",
        "sometimes",
        "project",
    ),
    # Checked files
    "syntax": Remark(_E, "The file has a syntax error.", "Its grammar cannot read it there.", scope="code"),
    "unused-suppression": Remark(
        _W, "A comment suppresses nothing.", "It hides what may come later. Remove it.", "always", "code"
    ),
    "check-failed": Remark(
        _W, "A check failed on the file.", "What it would have found is not reported.", scope="code"
    ),
    "too-many-findings": Remark(
        _I, "A check finds too much in the file.", "Only the first findings are reported. Narrow it.", scope="code"
    ),
    "check-set-aside": Remark(
        _W,
        "A check is left out for a while.",
        "It was slow, failed, or ended its process. The other checks are run.",
        scope="code",
    ),
}
"""By code, that is the part of the id behind `rulewright/`."""


def remark_of(name: str) -> "tuple[str, Remark] | str":
    """The remark that `name` is the code or the id of, or the code that is nearest to it, empty when none is."""
    code = name.strip().lower().removeprefix("rulewright/")
    if code in REMARKS:
        return code, REMARKS[code]
    close = get_close_matches(code, REMARKS, n=1)
    return close[0] if close else ""
