"""`rulewright fix`: our own fixes, then those of a model that says what it is told to."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.harness.http_server import Asked, Line, serving_beside
from tests.harness.in_process import command
from tests.harness.model_wires import WIRES
from tests.harness.program import PROGRAM, environment, write_files
from tests.harness.world_git import git

OPENAI = next(wire for wire in WIRES if wire.model.provider == "openai")
RULE = """\
---
description: {what}
globs: ["**/*.py"]
check:
  language: python
  message: {what}
  rule: {{pattern: {pattern}}}
{more}---
{what}
"""
FILES = {
    "rulewright.toml": "",
    ".ai-rules/no-print.md": RULE.format(what="Use the log", pattern="print($A)", more="  fix: log($A)\n"),
    ".ai-rules/no-eval.md": RULE.format(what="Do not evaluate", pattern="eval($A)", more=""),
}
CODE = (
    "def weigh(basket):\n    print(basket)\n    return eval(basket)\n\n\ndef count(basket):\n    return eval(basket)\n"
)
OWN = CODE.replace("print", "log")
DONE = OWN.replace("eval", "int")

KEY = "gh" + "p_" + "aBcDeFgHiJkLmNoPqR" + "123456789012345678"


def block(old: str, new: str, path: str = "cart.py") -> str:
    """An answer that replaces lines."""
    return f"```python {path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


def good(asked: Any) -> str:
    """What mends an `eval` in the lines that may change, of which the whole file has the same ones."""
    text = "\n".join(str(message["content"]) for message in asked["messages"])
    name = "weigh" if "What is wrong:\n- line 3" in text else "count"
    body = "    log(basket)\n" if name == "weigh" else ""
    return f"```python cart.py\ndef {name}(basket):\n{body}    return int(basket)\n```\n"


class Told:
    """A model, what it is asked, and what it does."""

    def __init__(self) -> None:
        self.says: Callable[[Any], str] = good
        self.asked: list[Any] = []
        self.url = ""

    @property
    def tasks(self) -> list[str]:
        """The last messages of what was asked."""
        return [one["messages"][-1]["content"] for one in self.asked]


@pytest.fixture
def model() -> Iterator[Told]:
    told = Told()

    async def answer(asked: Asked, line: Line) -> None:
        if asked.method == "GET":
            await line.reply(b'{"data": [{"id": "m"}]}')
            return
        told.asked.append(asked.json)
        said = told.says(asked.json)
        await line.head()
        if said:
            await line.send(OPENAI.answer([said]))
        else:
            await line.gone()

    with serving_beside(answer) as server:
        told.url = server.url
        yield told


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_files(tmp_path / "shop", {**FILES, "cart.py": CODE})


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"RULEWRIGHT_{name}_DIR", str(tmp_path / name.lower()))


def settings(model: Told | None, more: str = "") -> dict[str, str]:
    """The environment of a user whose settings name one model, or none."""
    folder = Path(os.environ["RULEWRIGHT_CONFIG_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    url = model.url if model is not None else ""
    named = f'[[models]]\nname = "one"\nprovider = "openai"\nbase_url = "{url}"\nmodel = "m"\n' if url else ""
    (folder / "rulewright.toml").write_text(f"{named}\n[rules]\ndefaults = 'never'\n{more}")
    return environment()


def test_our_own_fixes_are_made_without_a_model_and_it_is_said_what_one_could_do(project: Path) -> None:
    done = command(project, "fix", env=settings(None))
    assert done.returncode == 1
    assert (project / "cart.py").read_text() == OWN
    assert done.stdout.decode().splitlines()[:3] == [
        "cart.py: fixed 1 finding.",
        "",
        "cart.py:3:12: warning no-eval: Do not evaluate",
    ]
    assert b"Checked 4 files with 2 rules in" in done.stdout
    assert b" s: fixed 1 finding, 2 left (2 warnings)." in done.stdout
    said = "rulewright: A model could try the rest, and none is set up. `rulewright models list` shows what runs on"
    assert done.stderr.decode().startswith(said)


def test_models_are_asked_for_nothing_where_nobody_wants_them(project: Path, model: Told) -> None:
    done = command(project, "fix", "--no-models", env=settings(model))
    assert (done.returncode, done.stderr, model.asked) == (1, b"", [])
    assert (project / "cart.py").read_text() == OWN
    assert command(project, "fix", "--no-models", "--model", "one", env=settings(model)).returncode == 2
    unknown = command(project, "fix", "--model", "two", env=settings(model))
    assert (unknown.returncode, b"There is no model two in your settings; there is one." in unknown.stderr) == (2, True)
    assert command(project, "fix", "--rule", "nothing", env=settings(model)).returncode == 2
    assert command(project, "fix", "nothing.py", env=settings(model)).returncode == 2


def test_edits_of_a_model_are_kept_once_they_are_verified(project: Path, model: Told) -> None:
    done = command(project, "fix", env=settings(model))
    assert done.returncode == 0, done
    assert (project / "cart.py").read_text() == DONE
    lines = done.stdout.decode().splitlines()
    assert lines[0] == "cart.py: fixed 3 findings, 2 of them by one."
    assert lines[1].endswith(" s: fixed 3 findings (2 by models), nothing is left.")
    assert lines[2] == "2 calls of models; `rulewright receipts` says what was sent."
    assert lines[3].startswith("A model wrote this: nothing was run")
    # One order for each function, each on the text as the one before left it.
    assert len(model.asked) == 2
    assert "It is about lines 1-3 of cart.py." in model.tasks[0]
    assert "- line 3: Do not evaluate (no-eval)" in model.tasks[0]
    assert "log(basket)" in model.tasks[0]
    assert "return int(basket)" in model.tasks[1]
    calls = json.loads(command(project, "receipts", "--json", env=settings(model)).stdout)["calls"]
    assert [(call["feature"], call["outcome"]) for call in calls] == [("edit", "whole")] * 2
    assert b"nothing is left" in command(project, "fix", env=settings(model)).stdout
    assert len(model.asked) == 2


def test_what_is_wrong_twice_is_not_written_and_told(project: Path, model: Told) -> None:
    def says(asked: Any) -> str:
        return good(asked) if "line 7" in str(asked["messages"]) else block("    return eval(basket)", "    return (")

    model.says = says
    done = command(project, "fix", env=settings(model))
    assert done.returncode == 1
    assert (project / "cart.py").read_text() == OWN.replace("eval(basket)\n", "int(basket)\n").replace(
        "int(basket)\n\n", "eval(basket)\n\n"
    )
    lines = done.stdout.decode().splitlines()
    at = lines.index("cart.py:3:12: warning no-eval: Do not evaluate")
    assert lines[at + 1] == "       3 |     return eval(basket)"
    assert lines[at + 2].strip().startswith("one could not mend it. ")
    assert len(model.asked) == 3
    record = json.loads(command(project, "fix", "--json", env=settings(model)).stdout)
    (left,) = record["left"]
    assert (left["finding"]["id"], left["finding"]["line"]) == ("no-eval", 3)
    assert left["why"].startswith("one could not mend it. ")
    (file,) = record["files"]
    assert (file["path"], file["is_written"], len(file["receipts"]), file["diff"]) == ("cart.py", False, 2, "")
    assert record["summary"]["calls"] == 2


def test_several_findings_of_one_function_are_one_order(project: Path, model: Told) -> None:
    write_files(project, {"cart.py": "def weigh(a, b):\n    x = eval(a)\n    y = eval(b)\n    return x, y\n"})
    model.says = lambda _: "```python cart.py\ndef weigh(a, b):\n    x = int(a)\n    y = int(b)\n    return x, y\n```\n"
    done = command(project, "fix", env=settings(model))
    assert (done.returncode, len(model.asked)) == (0, 1)
    assert "- line 2: Do not evaluate (no-eval)\n- line 3: Do not evaluate (no-eval)" in model.tasks[0]


def test_a_dry_run_prints_a_diff_and_writes_nothing(project: Path, model: Told) -> None:
    done = command(project, "fix", "--dry-run", env=settings(model))
    assert (done.returncode, (project / "cart.py").read_text()) == (0, CODE)
    assert b"cart.py: would fix 3 findings, 2 of them by one." in done.stderr
    subprocess.run(["patch", "-p1"], cwd=project, input=done.stdout, check=True, capture_output=True)
    assert (project / "cart.py").read_text() == DONE
    (project / "cart.py").write_text(CODE)
    record = json.loads(command(project, "fix", "--dry-run", "--json", env=settings(model)).stdout)
    assert record["files"][0]["diff"].encode() == done.stdout
    assert (record["is_dry_run"], record["files"][0]["is_written"]) == (True, False)


def test_one_rule_and_changed_lines_only(project: Path, model: Told) -> None:
    env = settings(model)
    assert command(project, "fix", "--rule", "no-print", env=env).returncode == 0
    assert ((project / "cart.py").read_text(), model.asked) == (OWN, [])
    (project / "cart.py").write_text(CODE)
    git(project, "init", "-q", "-b", "main")
    git(project, "add", ".")
    git(project, "commit", "-q", "-m", "one")
    assert command(project, "fix", "--since", "main", env=env).returncode == 0
    assert (project / "cart.py").read_text() == CODE
    (project / "cart.py").write_text(CODE.replace("def count(basket):\n    ", "def count(basket):\n    x = 1\n    "))
    assert command(project, "fix", "--since", "main", env=env).returncode == 0
    assert model.asked == []
    changed = CODE.replace("\n\n\ndef count(basket):\n    return ", "\n\n\ndef count(basket):\n    return  ")
    (project / "cart.py").write_text(changed)
    done = command(project, "fix", "--since", "main", env=env)
    assert (done.returncode, len(model.asked)) == (0, 1)
    assert (project / "cart.py").read_text() == CODE[: CODE.rindex("return")] + "return int(basket)\n"


def test_a_file_that_changed_meanwhile_is_left_alone(project: Path, model: Told) -> None:
    def says(asked: Any) -> str:
        (project / "cart.py").write_text("mine = 1\n")
        return good(asked)

    model.says = says
    done = command(project, "fix", env=settings(model))
    assert (done.returncode, (project / "cart.py").read_text(), len(model.asked)) == (1, "mine = 1\n", 1)
    assert b"cart.py was not fixed: it changed while it was checked. It was left as it was." in done.stderr
    assert b"fixed" not in done.stdout
    (project / "cart.py").write_text(CODE)

    def deletes(asked: Any) -> str:
        (project / "cart.py").unlink()
        return good(asked)

    model.says = deletes
    done = command(project, "fix", env=settings(model))
    assert (done.returncode, (project / "cart.py").exists()) == (1, False)
    assert b"cart.py was not fixed: deleted while it was read." in done.stderr


def test_calls_are_limited(project: Path, model: Told) -> None:
    done = command(project, "fix", "--max-calls", "1", env=settings(model))
    assert (done.returncode, len(model.asked)) == (1, 1)
    assert (project / "cart.py").read_text() == DONE[: DONE.index("def count")] + OWN[OWN.index("def count") :]
    assert b"This run has made the 1 calls of models that it may make (--max-calls)." in done.stdout
    none = command(project, "fix", env=settings(model, "[limits]\ntokens_per_day = 1\n"))
    assert (none.returncode, len(model.asked)) == (1, 1)
    assert b"limits.tokens_per_day" in none.stdout


def test_a_model_that_is_down_is_not_asked_for_ever(project: Path, model: Told) -> None:
    write_files(project, {f"m{n}.py": f"def f(a):\n    return eval(a)\n# {n}\n" for n in range(6)})
    model.url = "http://127.0.0.1:1"
    done = command(project, "fix", env=settings(model, "[limits]\nat_once = 1\n"))
    assert (done.returncode, (project / "cart.py").read_text()) == (1, OWN)
    assert b"nobody listens" in done.stdout
    assert b"Traceback" not in done.stderr


def test_line_ends_and_a_missing_last_one_stay(project: Path, model: Told) -> None:
    (project / "cart.py").write_bytes(CODE.rstrip("\n").replace("\n", "\r\n").encode())
    done = command(project, "fix", env=settings(model))
    assert done.returncode == 0, done
    assert (project / "cart.py").read_bytes() == DONE.rstrip("\n").replace("\n", "\r\n").encode()


def test_what_no_model_may_see_gets_our_own_fixes(project: Path, model: Told) -> None:
    write_files(project, {".aiignore": "cart.py\n", "odd.py": b"x = eval(1)\nprint('\xff')\n"})
    done = command(project, "fix", env=settings(model))
    assert (done.returncode, model.asked) == (1, [])
    assert (project / "cart.py").read_text() == OWN
    assert (project / "odd.py").read_bytes() == b"x = eval(1)\nlog('\xff')\n"
    assert b"cart.py is named by .aiignore, so it is not sent." in done.stderr
    assert b"odd.py is not UTF-8, so no model was asked about it." in done.stderr


def test_a_secret_that_the_model_was_not_shown_is_not_written_over(project: Path, model: Told) -> None:
    code = f"def weigh(basket):\n    key = '{KEY}'\n    return eval(basket), key\n"
    write_files(project, {"cart.py": code})

    def says(asked: Any) -> str:
        (shown,) = re.findall(r"    key = .*\n", asked["messages"][1]["content"])
        return f"```python cart.py\ndef weigh(basket):\n{shown}    return int(basket), key\n```\n"

    model.says = says
    done = command(project, "fix", env=settings(model))
    assert (done.returncode, (project / "cart.py").read_text()) == (1, code)
    assert b"puts a mark in the place of a secret, which it was not shown." in done.stdout
    assert KEY.encode() not in done.stdout + done.stderr + json.dumps(model.asked).encode()
    model.says = lambda _: block("    return eval(basket), key", "    return int(basket), key")
    assert command(project, "fix", env=settings(model)).returncode == 0
    assert (project / "cart.py").read_text() == code.replace("eval", "int")


def test_a_file_that_may_not_be_written_costs_no_call(project: Path, model: Told) -> None:
    (project / "cart.py").chmod(0o444)
    done = command(project, "fix", env=settings(model))
    assert (done.returncode, (project / "cart.py").read_text(), model.asked) == (1, CODE, [])
    assert b"cart.py was not fixed: it is read-only. It was left as it was." in done.stderr


def test_several_files_are_told_in_their_order(project: Path, model: Told) -> None:
    code = "def {name}(basket):\n    return eval(basket)\n"
    write_files(project, {f"{name}.py": code.format(name=name) for name in "dcba"})

    def says(asked: Any) -> str:
        text = asked["messages"][-1]["content"]
        name = next((name for name in "abcd" if f"of {name}.py" in text), "")
        return block("    return eval(basket)", "    return int(basket)", f"{name}.py") if name else good(asked)

    model.says = says
    done = command(project, "fix", "--json", env=settings(model, "[limits]\nat_once = 4\n"))
    assert done.returncode == 0, done
    files = json.loads(done.stdout)["files"]
    assert [file["path"] for file in files] == ["a.py", "b.py", "c.py", "cart.py", "d.py"]
    assert all(file["is_written"] for file in files)


def test_ctrl_c_writes_what_was_verified_before(project: Path, model: Told) -> None:
    model.says = lambda asked: good(asked) if "line 3" in asked["messages"][-1]["content"] else ""
    process = subprocess.Popen(
        [*PROGRAM, "fix", "--json"],
        cwd=project,
        env=settings(model),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        while len(model.asked) < 2:
            assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, err
    assert (project / "cart.py").read_text() == DONE[: DONE.index("def count")] + OWN[OWN.index("def count") :]
    assert b"Interrupted. What was verified before is written, and nothing else." in err
    assert b"Traceback" not in err
    record = json.loads(out)
    assert (record["is_interrupted"], record["summary"]["fixed"], record["summary"]["left"]) == (True, 2, 1)


def test_the_page_names_what_there_is(project: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/ai-edits.md").read_text().split("## In a terminal and in CI")[1]
    known = set(re.findall(r"--[a-z-]+", command(project, "fix", "--help").stdout.decode()))
    named = set(re.findall(r"rulewright fix[^|#\n]*?(--[a-z-]+)|`(--[a-z-]+)", page.split("\n## ")[0]))
    assert {one or other for one, other in named} <= known
    assert known - {"--help", "--set", "--quiet"} <= {one or other for one, other in named}
