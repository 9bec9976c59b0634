"""`rulewright ask`, `chat` and `receipts`: against a server that says what it is told to, and against a real one."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from rulewright.adapters.cli.drawing import Markdown, last_lines, whole_blocks
from tests.harness.http_server import Asked, Line, serving_beside
from tests.harness.in_process import command
from tests.harness.llamacpp_server import llamacpp
from tests.harness.model_wires import WIRES
from tests.harness.program import PROGRAM, environment, write_files

OPENAI = next(wire for wire in WIRES if wire.model.provider == "openai")
KEY = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    rule = "---\ndescription: Log, do not print\nalwaysApply: true\n---\nPeople read logs.\n"
    return write_files(
        tmp_path / "shop",
        {
            ".ai-rules/no-print.md": rule,
            "src/cart.py": "def weigh_apples(basket):\n    return sum(basket)\n",
            "rulewright.toml": "",
        },
    )


def settings(url: str, **more: Any) -> dict[str, str]:
    """The environment of a user whose settings name one model."""
    folder = Path(os.environ["RULEWRIGHT_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    made = {"name": "one", "provider": "openai", "base_url": url, "model": "m", **more}
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in made.items())
    (folder / "rulewright.toml").write_text(f"[[models]]\n{lines}\n[rules]\ndefaults = 'never'\n")
    return environment()


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RULEWRIGHT_CONFIG_DIR", str(tmp_path / "config"))


@pytest.fixture
def server() -> Iterator[Any]:
    async def answer(asked: Asked, line: Line) -> None:
        if asked.method == "GET":
            await line.reply(b'{"data": [{"id": "m"}]}')
            return
        question = asked.json["messages"][-1]["content"]
        await line.head()
        words = ["Apples", " are", " *weighed*.", f" ({len(asked.json['messages'])})"]
        await line.send(OPENAI.answer(["No."] if "no answer" in str(question) else words))

    with serving_beside(answer) as found:
        yield found


def asked(server: Any) -> list[Any]:
    return [one.json for one in server.asked if one.method == "POST"]


def test_a_question_is_answered_on_standard_output(project: Path, server: Any) -> None:
    env = settings(server.url)
    done = command(project, "ask", "what", "does", "@src/cart.py", "do?", env=env)
    assert (done.returncode, done.stdout) == (0, b"Apples are *weighed*. (2)\n")
    told = "\n".join(message["content"] for message in asked(server)[0]["messages"])
    assert "People read logs." in told
    assert 'file="src/cart.py">\ndef weigh_apples' in told
    # The conversation goes on, with what was said before.
    found = json.loads(command(project, "sessions", "list", "--json", env=env).stdout)["sessions"]
    again = command(project, "ask", "and", "pears?", "--session", found[0]["id"][:6], env=env)
    assert again.stdout == b"Apples are *weighed*. (4)\n"
    assert [m["role"] for m in asked(server)[1]["messages"]] == ["system", "user", "assistant", "user"]


def test_what_is_piped_in_goes_along_without_its_secrets(project: Path, server: Any) -> None:
    env = settings(server.url)
    done = command(project, "ask", "/review", "is this safe?", stdin=f"key = '{KEY}'\n```\n".encode(), env=env)
    assert done.returncode == 0, done.stderr
    question = asked(server)[0]["messages"][-1]["content"]
    assert KEY not in question
    assert "is this safe?\n\n````\nkey = '" in question
    assert b"was taken out of what was sent" in done.stderr
    assert command(project, "ask", stdin=b"what is this?\n", env=env).returncode == 0


def test_each_event_is_a_line_for_programs(project: Path, server: Any) -> None:
    done = command(project, "ask", "why?", "--json", "--at", "src/cart.py:1-2", env=settings(server.url))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["type"] for event in events][:3] == ["asked", "prepared", "answering"]
    assert events[1]["context"][0] == "src/cart.py:1-2"
    assert events[-1]["type"] == "done"
    assert events[-1]["tokens_in"] == 17


def test_receipts_are_listed_shown_and_sent_again(project: Path, server: Any) -> None:
    env = settings(server.url, price_in=1.0, price_out=2.0)
    assert b"No call of a model is kept." in command(project, "receipts", env=env).stdout
    command(project, "ask", "explain @src/cart.py", env=env)
    (call,) = json.loads(command(project, "receipts", "--json", env=env).stdout)["calls"]
    listed = command(project, "receipts", env=env).stdout.decode()
    assert call["id"][:8] in listed
    page = command(project, "receipts", call["id"][:6], "--prompt", env=env).stdout.decode()
    assert "| user: context | src/cart.py |" in page
    assert "- cost: $0.000033" in page
    assert "[user]\n<part1 file=" in page or "[user]\n<part2 file=" in page
    again = command(project, "receipts", call["id"], "--replay", env=env)
    assert again.stdout == b"Apples are *weighed*. (2)\n"
    assert b"the same bytes as then" in again.stderr
    assert asked(server)[0] == asked(server)[1]
    record = json.loads(command(project, "receipts", call["id"], "--json", env=env).stdout)
    assert record["receipt"]["rules"][0]["id"] == "no-print"
    assert b"Nothing is kept of a call" in command(project, "receipts", "nonsense", env=env).stderr


def test_what_is_only_hashed_cannot_be_sent_again_and_that_is_said(project: Path, server: Any) -> None:
    env = settings(server.url) | {"RULEWRIGHT_INTERACTIONS_KEEP": "hashed"}
    command(project, "ask", "explain @src/cart.py", env=env)
    (call,) = json.loads(command(project, "receipts", "--json", env=env).stdout)["calls"]
    assert call["prompt"].startswith("sha256:")
    done = command(project, "receipts", call["id"], "--replay", env=env)
    assert (done.returncode, len(asked(server))) == (1, 1)
    assert b"cannot be replayed: only hashes of its texts were kept" in done.stderr
    page = command(project, "receipts", call["id"], "--prompt", env=env).stdout.decode()
    assert f"\n\nThe call {call['id']} cannot be replayed" in page


def test_a_chat_that_goes_on_shows_the_receipt_of_its_last_answer(project: Path, server: Any) -> None:
    env = settings(server.url)
    assert b"Nothing was asked yet." in command(project, "chat", stdin=b"/receipt\n", env=env).stdout
    command(project, "ask", "explain @src/cart.py", env=env)
    (call,) = json.loads(command(project, "receipts", "--json", env=env).stdout)["calls"]
    done = command(project, "chat", call["session"], stdin=b"/receipt\n", env=env)
    assert f"# Receipt {call['id']}" in done.stdout.decode()


def test_a_budget_ends_before_anything_is_sent(project: Path, server: Any) -> None:
    env = settings(server.url, price_in=1000.0, price_out=1000.0) | {"RULEWRIGHT_LIMITS_USD_PER_DAY": "0.01"}
    done = command(project, "ask", "hello", env=env)
    assert (done.returncode, asked(server)) == (1, [])
    assert re.search(rb"it would have cost about \$\d\.\d\d, and \$0\.00 of the \$0\.0100 of today", done.stderr)


def test_faults_have_a_sentence(project: Path) -> None:
    env = settings("http://127.0.0.1:1")
    done = command(project, "ask", "hello", env=env)
    assert done.returncode == 1
    assert done.stderr.decode().count("\n") == 1
    assert done.stderr.startswith(b"rulewright: The model one does not answer: nobody listens at http://127.0.0.1:1.")
    (Path(os.environ["RULEWRIGHT_CONFIG_DIR"]) / "rulewright.toml").write_text("")
    none = command(project, "ask", "hello", env=env)
    assert b"No model is set up. `rulewright models list` shows" in none.stderr
    assert command(project, "ask", env=env).returncode == 2
    assert b"/help" not in command(project, "ask", "/help", env=env).stdout
    assert b"`@selection`" in command(project, "ask", "/help", env=env).stdout
    assert command(project, "receipts", "--replay", env=env).returncode == 2
    assert b"outside the project" in command(project, "ask", "x", "--at", "/etc/passwd:1", env=env).stderr


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("One.\n\nTwo.", "One.\n\n"),
        ("One.\n\n", ""),
        ("```py\na\n\nb\n", ""),
        ("```py\na\n\nb\n```\n\nTwo", "```py\na\n\nb\n```\n\n"),
        ("- a\n\n- b", ""),
        ("- a\n\nText", "- a\n\n"),
        ("1. a\n\n   more\n\n2", ""),
        ("A\n\nB\n\nC", "A\n\nB\n\n"),
    ],
)
def test_blocks_are_drawn_when_nothing_can_change_them(text: str, whole: str) -> None:
    assert whole_blocks(text) == (whole, text[len(whole) :])


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("a\nb\nc", "b\nc"),
        ("a", "a"),
        ("```py\nx\n# y\nz", "```py\n# y\nz"),
        ("~~~\nx\n~~~\ny\nz", "y\nz"),
    ],
)
def test_the_end_of_a_long_block_of_code_is_drawn_as_code(text: str, end: str) -> None:
    assert last_lines(text, 2) == end


def test_nothing_is_drawn_beside_a_block_that_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    n_threads = threading.active_count()
    with Markdown() as drawing:
        drawing.add("One.")
        drawing.add("\n\nTwo")
        assert threading.active_count() == n_threads
    shown = capsys.readouterr().out
    # As it came, and in its place; not once more where the next one comes.
    assert shown.count("One.") == 2
    assert shown.rstrip().endswith("Two")


class Terminal:
    """`rulewright chat` at a terminal."""

    def __init__(self, project: Path, *arguments: str) -> None:
        self._main, inner = pty.openpty()
        env = environment(TERM="dumb", COLUMNS="100")
        self.process = subprocess.Popen(
            [*PROGRAM, "chat", *arguments],
            cwd=project,
            env=env,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            close_fds=True,
        )
        os.close(inner)
        self.seen = ""

    def until(self, text: str | Callable[[str], Any]) -> str:
        """Read until something is there; what was read since the last call."""
        holds = (lambda seen: text in seen) if isinstance(text, str) else text
        while not holds(self.seen):
            assert select.select([self._main], [], [], 60)[0], self.seen
            try:
                data = os.read(self._main, 65_536)
            except OSError:
                data = b""
            assert data, self.seen
            self.seen += data.decode("utf-8", "replace").replace("\r\n", "\n")
        seen, self.seen = self.seen, ""
        return seen

    def type(self, line: str) -> None:
        """Write a line."""
        os.write(self._main, f"{line}\n".encode())

    def close(self) -> int:
        """End it."""
        code = self.process.wait(60)
        os.close(self._main)
        return code


@pytest.mark.slow
def test_a_chat_with_a_real_server_in_a_real_terminal(project: Path) -> None:
    with llamacpp() as url:
        settings(url, provider="llamacpp", temperature=0.0)
        written = Path(os.environ["RULEWRIGHT_CONFIG_DIR"]) / "rulewright.toml"
        written.write_text(f"{written.read_text()}[chat]\nanswer_tokens = 600\nfind_context = false\n")
        terminal = Terminal(project)
        try:
            terminal.until("Ctrl-D ends")
            terminal.type("Say hello.")
            assert "Hello! How can I help you with your code?" in terminal.until("receipt ")
            terminal.type("/receipt")
            assert "system: rules" in terminal.until("## Rules")
            terminal.type("/help")
            assert "/again" in terminal.until("goes on in the next one")
            terminal.type("write a very long function that never ends")
            terminal.until("one answers")
            # The model has begun: the answer is stopped, and nothing else.
            terminal.process.send_signal(signal.SIGINT)
            terminal.until("is kept; /again asks once more")
            terminal.type("/sessions")
            terminal.until("Say hello.")
            terminal.type("/quit")
            assert terminal.close() == 0
        finally:
            with suppress(ProcessLookupError):
                terminal.process.kill()
        found = json.loads(command(project, "sessions", "list", "--json").stdout)["sessions"]
        (session,) = found
        messages = json.loads(command(project, "sessions", "show", session["id"], "--json").stdout)["messages"]
        assert [(m["role"], m.get("status", "whole")) for m in messages] == [
            ("user", "whole"),
            ("assistant", "whole"),
            ("user", "whole"),
            ("assistant", "stopped"),
        ]
