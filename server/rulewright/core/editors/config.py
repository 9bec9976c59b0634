"""The lines of configuration that make an editor start Rulewright, each as that editor reads it.

`command` is the program with its first arguments, as a list, in every function; `languages` are canonical names.
Where an editor keeps several servers for a language, ours is added to them; where it keeps one, ours takes its place.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from rulewright.core.editors.names import EMACS, HELIX, KATE, NEOVIM, SUBLIME

ARGUMENTS = ("serve", "--stdio")
ROOT_MARKERS = (".git", "rulewright.toml", ".ai-rules")
"""Of a project, the strongest first: an inner `.ai-rules/` belongs to its repository."""
WIDTH = 100


class Editor(msgspec.Struct, frozen=True):
    """One editor."""

    title: str
    names: Mapping[str, str]
    """What it calls a language, by canonical name; empty where a configuration names no languages."""
    render: Callable[[Sequence[str], Sequence[str]], str]
    """`(command, languages) -> text`."""
    is_shared: bool
    """Whether the text belongs into a file that also holds other settings."""
    next_step: str
    """What is left to do when the text is where it belongs."""


def neovim(command: Sequence[str], languages: Sequence[str]) -> str:
    """Lua for Neovim 0.11 and newer."""
    filetypes = _words(NEOVIM, languages)
    return f"""\
vim.lsp.config("rulewright", {{
  cmd = {{ {", ".join(map(_quoted, [*command, *ARGUMENTS]))} }},
  filetypes = {{
{_wrapped(filetypes, "    ", ", ", _quoted)},
  }},
  root_markers = {{ {", ".join(map(_quoted, ROOT_MARKERS))} }},
}})
vim.lsp.enable("rulewright")
"""


def helix(command: Sequence[str], languages: Sequence[str]) -> str:
    """TOML for Helix. It has no entry for all languages, and a list of servers replaces the built-in one."""
    program, *first = command
    lines = [
        "[language-server.rulewright]",
        f"command = {_quoted(program)}",
        f"args = [{', '.join(map(_quoted, [*first, *ARGUMENTS]))}]",
    ]
    for language in languages:
        for entry in HELIX[language].split(";"):
            name, _, servers = entry.partition(":")
            listed = ", ".join(map(_quoted, [*servers.split(), "rulewright"]))
            lines += ["", "[[language]]", f"name = {_quoted(name.strip())}", f"language-servers = [{listed}]"]
    return "\n".join(lines) + "\n"


def emacs(command: Sequence[str], languages: Sequence[str]) -> str:
    """Emacs Lisp for Eglot and for lsp-mode, whichever is there."""
    modes = _words(EMACS, languages)
    words = " ".join(map(_quoted, [*command, *ARGUMENTS]))
    return f"""\
;;; rulewright.el --- Start Rulewright  -*- lexical-binding: t -*-

(defvar rulewright-modes
  '(
{_wrapped(modes, "    ", " ", str)})
  "Modes in which Rulewright is started.")

;; Eglot has one server in a buffer: this makes it Rulewright in the modes above.
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons rulewright-modes '({words}))))

;; lsp-mode has several: Rulewright joins those that it has started.
(with-eval-after-load 'lsp-mode
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection '({words}))
    :activation-fn (lambda (_file mode) (memq mode rulewright-modes))
    :add-on? t
    :priority -1
    :server-id 'rulewright)))

(provide 'rulewright)
;;; rulewright.el ends here
"""


def sublime(command: Sequence[str], languages: Sequence[str]) -> str:
    """JSON for the package LSP of Sublime Text, 2.10 and newer."""
    selector = " | ".join(_words(SUBLIME, languages))
    return _json({"rulewright": {"enabled": True, "command": [*command, *ARGUMENTS], "selector": selector}})


def zed(command: Sequence[str], _languages: Sequence[str]) -> str:
    """JSON for Zed, which needs an extension that names the server."""
    program, *first = command
    return _json({"lsp": {"rulewright": {"binary": {"path": program, "arguments": [*first, *ARGUMENTS]}}}})


def kate(command: Sequence[str], languages: Sequence[str]) -> str:
    """JSON for Kate's LSP client. One entry has the command and the others use it, so that one process serves all."""
    servers: dict[str, object] = {
        "rulewright": {
            "command": [*command, *ARGUMENTS],
            "rootIndicationFileNames": list(ROOT_MARKERS),
            "useWorkspace": True,
        }
    }
    for entry in _words(KATE, languages):
        key, _, modes = entry.partition("=")
        pattern = modes.replace(".*", "\0").replace(".", " ").replace("\0", ".*")
        servers[key] = {"use": "rulewright", "highlightingModeRegex": f"^({pattern})$"}
    return _json({"servers": servers})


_OWN_LANGUAGES: Mapping[str, str] = {}

EDITORS: dict[str, Editor] = {
    "neovim": Editor("Neovim 0.11", NEOVIM, neovim, is_shared=False, next_step="Neovim reads it at its next start."),
    "helix": Editor(
        "Helix",
        HELIX,
        helix,
        is_shared=True,
        next_step="Then :config-reload and :lsp-restart; hx --health shows what a language has.",
    ),
    "emacs": Editor(
        "Emacs",
        EMACS,
        emacs,
        is_shared=False,
        next_step='Then (load (locate-user-emacs-file "rulewright")) in your init file, and M-x eglot or M-x lsp.',
    ),
    "sublime": Editor(
        "Sublime Text", SUBLIME, sublime, is_shared=True, next_step="It needs the package LSP, 2.10 or newer."
    ),
    "zed": Editor(
        "Zed",
        _OWN_LANGUAGES,
        zed,
        is_shared=True,
        next_step="Zed starts only servers that an extension names, and none names this one yet: docs/editors/zed.md "
        "says how to make one. Without it these lines do nothing.",
    ),
    "kate": Editor(
        "Kate",
        KATE,
        kate,
        is_shared=True,
        next_step="Kate runs one server for a language: this takes the place of its own. Name the languages that "
        "should change with --language.",
    ),
}
"""By the name that the command line takes."""


def _words(names: Mapping[str, str], languages: Iterable[str]) -> list[str]:
    return [word for language in languages for word in names[language].split()]


def _wrapped(words: Sequence[str], indent: str, between: str, write: Callable[[str], str]) -> str:
    lines = [""]
    for at, word in enumerate(words):
        text = write(word) + (between if at < len(words) - 1 else "")
        if len(indent + lines[-1] + text.rstrip()) > WIDTH:
            lines.append("")
        lines[-1] += text
    return "\n".join(indent + line.rstrip() for line in lines)


def _quoted(text: str) -> str:
    """A string as Lua, TOML and Emacs Lisp all read it: in double quotes, with backslashes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
