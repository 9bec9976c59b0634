"""The socket by which a server is asked how it is: private, and never in anybody's way."""

import asyncio
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from rulewright.services.status_socket import NoAnswer, answer_status, ask_servers

BOTH = pytest.mark.parametrize("unix", [True, False])


@asynccontextmanager
async def server(folder: Path, text: bytes, pid: int, *, unix: bool = True) -> AsyncIterator[None]:
    task = asyncio.create_task(answer_status(folder, lambda: text, pid=pid, unix=unix))
    name = folder / f"{pid}.{'sock' if unix else 'json'}"
    while not name.exists() or (unix and stat.S_IMODE(name.stat().st_mode) != 0o600):
        assert not task.done()
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@BOTH
async def test_each_server_answers_and_leaves_nothing_behind(tmp_path: Path, unix: bool) -> None:
    folder = tmp_path / "run"
    big = b"x" * 1_000_000
    async with server(folder, b"one", 11, unix=unix), server(folder, big, 12, unix=unix):
        assert await asyncio.to_thread(ask_servers, folder) == ([b"one", big], [])
        assert await asyncio.to_thread(ask_servers, folder, 12) == ([big], [])
        assert await asyncio.to_thread(ask_servers, folder, 13) == ([], [])
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert list(folder.iterdir()) == []
    assert ask_servers(folder) == ([], [])


async def test_a_port_of_this_machine_answers_only_who_has_the_token(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    async with server(folder, b"secret", 11, unix=False):
        path = folder / "11.json"
        text = path.read_text()
        path.write_text(text.replace('"token":"', '"token":"x'))
        answers, silent = await asyncio.to_thread(ask_servers, folder)
        assert (answers, silent) == ([], [NoAnswer(11, "it has said nothing")])


async def test_what_a_killed_server_left_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "77.sock"))
    (folder / "notes.txt").write_text("not ours")
    assert ask_servers(folder) == ([], [])
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    # And a server that gets its number takes its place.
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / "78.sock"))
    async with server(folder, b"new", 78):
        assert await asyncio.to_thread(ask_servers, folder) == ([b"new"], [])


async def test_a_server_that_hangs_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rulewright.services.status_socket.ASK_S", 0.05)
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "9.sock"))
        silent.listen()
        assert ask_servers(tmp_path) == ([], [NoAnswer(9, "it has not answered for 0.05 seconds")])
        assert (tmp_path / "9.sock").exists()


async def test_a_folder_with_a_long_name_will_do(tmp_path: Path) -> None:
    folder = tmp_path / ("n" * 100) / ("m" * 100)
    async with server(folder, b"here", 5):
        assert await asyncio.to_thread(ask_servers, folder) == ([b"here"], [])


async def test_where_nothing_can_be_left_it_ends_and_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "run").write_text("a file in the way")
    await answer_status(tmp_path / "run", lambda: b"")
    assert "rulewright status cannot ask this server" in caplog.text
    assert ask_servers(tmp_path / "run") == ([], [])
    (tmp_path / "link").symlink_to(tmp_path)
    assert ask_servers(tmp_path / "link") == ([], [])
