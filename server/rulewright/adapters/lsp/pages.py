"""Shows texts that are no file of the project: proposals, answers, reviews."""

import asyncio
from contextlib import suppress
from hashlib import sha256
from itertools import count
from pathlib import Path

from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from rulewright.adapters.lsp.language_server import SCHEME, Server
from rulewright.core import uris

FOLDER = ".rulewright"
MAX_PAGES = 50
MAX_NAME = 200
"""Bytes of a file's name."""
_NUMBERS = count(1)


async def show_page(ls: Server, root: str, name: str, text: str) -> str:
    """Show a text as a document of the server's, or as a file that git ignores where the client reads no such; its URI.

    `name` is its path, such as `proposals/ab12.md`.
    """
    if ls.client.shows_documents and ls.client.reads_content:
        # A client may not ask again for a document that it has open, so each has a name of its own.
        stem, dot, ending = name.rpartition(".")
        uri = f"{SCHEME}:/{stem}{f'-{number}' if (number := next(_NUMBERS)) > 1 else ''}{dot}{ending}"
        ls.pages[uri] = text
        while len(ls.pages) > MAX_PAGES:
            del ls.pages[next(iter(ls.pages))]
    else:
        try:
            path = await asyncio.to_thread(_write, Path(root), _file_name(name), text)
        except OSError as problem:
            # It may have been paid for, so it is not lost for a disk.
            ls.window_show_message(t.ShowMessageParams(t.MessageType.Info, f"{text}\n\n({problem})"))
            return ""
        uri = uris.from_path(path.as_posix())
    if ls.client.shows_documents:
        with suppress(JsonRpcException, TimeoutError):
            await ls.ask(t.WINDOW_SHOW_DOCUMENT, t.ShowDocumentParams(uri=uri, take_focus=False))
    else:
        ls.show(f"It is in {uris.to_path(uri)}.", t.MessageType.Info)
    return uri


def own_folder(root: Path) -> Path:
    """The folder of a project for what is its user's alone; git ignores it. Raises OSError.

    A project that was cloned may hold links in the way, which would lead out of it: none is followed.
    """
    folder = root / FOLDER
    if folder.is_symlink():
        raise OSError(f"{folder} is a link, so nothing is written there")
    folder.mkdir(exist_ok=True)
    with suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as ignore:
        ignore.write("# Chats and proposals are yours alone.\n*\n")
    return folder


def _write(root: Path, name: str, text: str) -> Path:
    path = own_folder(root) / name
    path.unlink(missing_ok=True)
    with path.open("x", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return path


def _file_name(name: str) -> str:
    """A name without folders, as long as disks take it."""
    flat = name.replace("/", "-")
    if len(flat.encode("utf-8", "replace")) <= MAX_NAME:
        return flat
    return f"{name.partition('/')[0]}-{sha256(name.encode('utf-8', 'replace')).hexdigest()[:16]}.md"
