"""Which other language servers the same editor has started, so that two of them do not say everything twice.

The protocol has no way to ask. The system has: servers are processes below the editor's, and their command lines name
them. Only the names of programs and scripts are looked at.
"""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

import msgspec

TIMEOUT_S = 5.0

_PYTHON, _ECMASCRIPT = "python", "javascript typescript tsx"
SERVERS = {
    "pyright-langserver": _PYTHON,
    "basedpyright-langserver": _PYTHON,
    "pylance": _PYTHON,
    "pylsp": _PYTHON,
    "jedi-language-server": _PYTHON,
    "pyrefly": _PYTHON,
    "ty": _PYTHON,
    "zuban": _PYTHON,
    "typescript-language-server": _ECMASCRIPT,
    "tsserver.js": _ECMASCRIPT,
    "vtsls": _ECMASCRIPT,
    "tsgo": _ECMASCRIPT,
    "gopls": "go",
    "rust-analyzer": "rust",
    "jdtls": "java",
    "org.eclipse.jdt.ls": "java",
    "solargraph": "ruby",
    "ruby-lsp": "ruby",
    "elixir-ls": "elixir",
    "lexical": "elixir",
    "nextls": "elixir",
    "expert": "elixir",
    "clangd": "c cpp objective-c",
    "ccls": "c cpp objective-c",
    "omnisharp": "csharp",
    "csharp-ls": "csharp",
    "microsoft.codeanalysis.languageserver": "csharp",
    "kotlin-language-server": "kotlin",
    "kotlin-lsp": "kotlin",
    "metals": "scala",
    "sourcekit-lsp": "swift",
    "intelephense": "php",
    "phpactor": "php",
    "lua-language-server": "lua",
    "haskell-language-server": "haskell",
    "haskell-language-server-wrapper": "haskell",
    "ocamllsp": "ocaml",
    "zls": "zig",
    "perlnavigator": "perl",
    "bash-language-server": "bash",
    "vscode-css-language-server": "css",
    "cssservermain.js": "css",
    "vscode-html-language-server": "html",
    "htmlservermain.js": "html",
    "vscode-json-language-server": "json",
    "jsonservermain.js": "json",
    "yaml-language-server": "yaml",
    "taplo": "toml",
    "terraform-ls": "hcl",
    "docker-langserver": "dockerfile",
    "marksman": "markdown",
    "svelteserver": "svelte",
    "vue-language-server": "vue",
    "erlang_ls": "erlang",
    "elp": "erlang",
    "clojure-lsp": "clojure",
}
"""Programs, as they are called in lower case, and the languages that they answer for. Linters are not among them."""


class Process(msgspec.Struct, frozen=True):
    """What the system says of a process."""

    pid: int
    parent: int
    command: tuple[str, ...]


def languages_beside(editor: int, own: int) -> frozenset[str]:
    """The languages that servers of an editor's process answer for; `own` is ours and does not count."""
    return languages_of(_below(list(processes()), editor, own))


def languages_of(found: Iterable[Process]) -> frozenset[str]:
    """What the programs among some processes answer for."""
    return frozenset(
        language for process in found for name in _names(process) for language in SERVERS.get(name, "").split()
    )


_INTERPRETERS = re.compile(
    r"(?:node|nodejs|deno|bun|java|ruby|dotnet|code|electron|python[\d.]*|perl|bash|sh|escript|elixir)$"
)
_SCRIPT = frozenset({"", ".exe", ".js", ".cjs", ".mjs", ".sh", ".bat", ".dll", ".jar"})


def _names(process: Process) -> Iterator[str]:
    """What a process may be called: its program, or the script of an interpreter. Arguments may name anything."""
    words = [PurePath(word.replace("\\", "/")) for word in process.command]
    if not words:
        return
    program = words[0].name.lower().removesuffix(".exe")
    yield program
    if _INTERPRETERS.fullmatch(program):
        for path in words[1:_SCRIPT_WORDS]:
            yield path.name.lower()
            if path.suffix.lower() in _SCRIPT:
                yield path.stem.lower()
            yield from ("pylance" for part in path.parts if "vscode-pylance" in part)
            yield from ("jdtls" for part in path.parts if part.lower() in {"jdtls", "org.eclipse.jdt.ls"})


_SCRIPT_WORDS = 4
"""The program, and what may stand before a script, such as `-m` or a switch of the interpreter."""


def _below(all_of_them: list[Process], editor: int, own: int) -> list[Process]:
    children: dict[int, list[Process]] = {}
    for process in all_of_them:
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    waiting = [editor]
    seen = {own}
    while waiting:
        pid = waiting.pop()
        if pid not in seen:
            seen.add(pid)
            below = [p for p in children.get(pid, ()) if p.pid not in seen]
            found += below
            waiting += [p.pid for p in below]
    return found


def processes() -> Iterator[Process]:
    """All processes that we may see; none where the system does not tell."""
    if Path("/proc/self/stat").exists():
        yield from _from_proc()
    elif sys.platform != "win32":
        yield from _from_ps()


def _from_proc() -> Iterator[Process]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1])
                command = (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            except (OSError, ValueError, IndexError):
                continue  # It has ended meanwhile.
            yield Process(int(folder.name), parent, tuple(word for word in command if word))


def _from_ps() -> Iterator[Process]:
    try:
        done = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,command="],  # noqa: S607 - where `ps` lies differs between systems
            capture_output=True,
            check=False,
            timeout=TIMEOUT_S,
            text=True,
            errors="replace",
        )
    except (OSError, subprocess.TimeoutExpired):
        return
    for line in done.stdout.splitlines():
        pid, _, rest = line.strip().partition(" ")
        parent, _, command = rest.strip().partition(" ")
        if pid.isdigit() and parent.isdigit():
            yield Process(int(pid), int(parent), tuple(command.split()))
