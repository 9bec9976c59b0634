"""Shows how far indexing is, once it takes long enough to be worth a look, and lets it be stopped there."""

import asyncio

from lsprotocol import types as t

from rulewright.adapters.lsp.language_server import Server
from rulewright.adapters.lsp.progress import Progress
from rulewright.core import code_messages

SHOWN_AFTER_S = 0.5
"""Shorter work stays silent."""
TITLE = "Indexing"


def register(server: Server) -> None:
    """Take the client's wish to stop it."""
    server.feature(t.WINDOW_WORK_DONE_PROGRESS_CANCEL)(cancel)


def follow(ls: Server) -> None:
    """Show progress for as long as the server lives. Called in the event loop."""
    loop, views = asyncio.get_running_loop(), ls.index_views

    def tell(progress: code_messages.Progress) -> None:
        # From another thread, and maybe after the end.
        if not loop.is_closed():
            loop.call_soon_threadsafe(update, progress)

    def update(progress: code_messages.Progress) -> None:
        if progress.root not in views and progress.done < progress.total:
            views[progress.root] = View()
            task = ls.pending.start_background(views[progress.root].show(ls), f"progress of {progress.root}")
            task.add_done_callback(lambda _: views.pop(progress.root, None))
        if progress.root in views:
            views[progress.root].update(progress)

    ls.gateway.on_index_progress(tell)


def cancel(ls: Server, params: t.WorkDoneProgressCancelParams) -> None:
    """Stop what a progress is about; indexing, because somebody wants peace, goes on by a command."""
    if (stop := ls.stops.get(params.token)) is not None:
        stop()
        return
    stopped = [view for view in ls.index_views.values() if view.token == params.token]
    for view in stopped:
        view.stop()
    if stopped:
        ls.gateway.pause_index(paused=True)
        ls.show("Indexing is paused. The command rulewright.resumeIndex goes on with it.", t.MessageType.Info)


class View:
    """The progress of one workspace on its way to the client."""

    def __init__(self) -> None:
        self._latest: code_messages.Progress | None = None
        self._changed = asyncio.Event()
        self.token: int | str | None = None

    def update(self, progress: code_messages.Progress) -> None:
        """Take how far it is."""
        self._latest = progress
        self._changed.set()

    def stop(self) -> None:
        """Show no more: it is paused, or its workspace is gone."""
        self._latest = None
        self._changed.set()

    async def show(self, ls: Server) -> None:
        """Report until it is over."""
        await asyncio.sleep(SHOWN_AFTER_S)
        async with Progress(ls, None, TITLE, cancellable=True) as shown:
            while self._latest is not None and self._latest.done < self._latest.total:
                self._changed.clear()
                await shown.report(sentence(self._latest), 100 * self._latest.done // self._latest.total)
                self.token = shown.token
                await self._changed.wait()


def sentence(progress: code_messages.Progress) -> str:
    """How far it is, for people."""
    text = f"{progress.done:,} of {progress.total:,} files"
    left = progress.seconds_left
    if left is None:
        return text
    if left < _MINUTE_S:
        return f"{text}, about {max(1, round(left))} s left"
    return f"{text}, about {round(left / _MINUTE_S)} min left"


_MINUTE_S = 60
