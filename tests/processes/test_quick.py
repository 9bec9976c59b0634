"""A command ends as soon as all is done, and not before."""

import os
import subprocess
import sys

import pytest

from tests.harness.program import environment

ENDING = """
import atexit, gc, sys, threading, time
from rulewright.processes import quick
quick.begin()
import msgspec

class Held:
    def __del__(self):
        print("taken apart")

class Typed(msgspec.Struct):
    names: list[str] | None = None

held = Held()
print(msgspec.json.decode(b'{"names": ["a"]}', type=Typed).names)
atexit.register(print, "asked to be told")

def work():
    time.sleep(0.2)
    print("a thread is done")

threading.Thread(target=work).start()
"""
TOLD = "['a']\na thread is done\nasked to be told\n"


def ended(lines: str, stdout: int = subprocess.PIPE) -> "subprocess.CompletedProcess[str]":
    """A process that has begun quickly and ends with these lines."""
    # Output waits in its buffer until the end.
    program = [sys.executable, "-c", ENDING + lines]
    variables = {name: value for name, value in environment().items() if name != "PYTHONUNBUFFERED"}
    return subprocess.run(
        program, stdout=stdout, stderr=subprocess.PIPE, text=True, env=variables, check=False, timeout=60
    )


@pytest.mark.parametrize("code", [0, 1, 130])
def test_what_waits_for_the_end_is_done_and_nothing_is_taken_apart(code: int) -> None:
    done = ended(f"sys.exit(quick.end_with({code}))")
    assert (done.returncode, done.stdout, done.stderr) == (code, TOLD, "")


def test_without_a_code_python_ends_as_always() -> None:
    done = ended("sys.exit(3)")
    assert (done.returncode, done.stdout) == (3, TOLD + "taken apart\n")


def test_a_failure_on_the_way_out_is_told() -> None:
    done = ended("atexit.register(lambda: 1 / 0); sys.exit(quick.end_with(0))")
    assert done.stdout == TOLD
    assert "ZeroDivisionError" in done.stderr


def test_output_that_nobody_can_take_is_told() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        done = ended("sys.exit(quick.end_with(0))", stdout=full)
    finally:
        os.close(full)
    assert done.returncode == 120, "as Python ends then"
    assert "No space left" in done.stderr


def test_what_was_to_be_told_at_the_end_before_is_told() -> None:
    program = "import atexit; atexit.register(print, 'measured')\n" + ENDING + "sys.exit(quick.end_with(4))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=False
    )
    assert (done.returncode, done.stdout) == (4, f"{TOLD}measured\ntaken apart\n")


def test_whoever_has_imported_the_rest_keeps_it() -> None:
    done = ended(
        "import typing_extensions as t, inspect; assert t.NotRequired; print(len(inspect.signature(work).parameters))"
    )
    assert done.returncode == 0, done.stderr


def test_garbage_is_looked_for_once_all_is_imported() -> None:
    done = ended("print(gc.isenabled()); quick.begun(); print(gc.isenabled(), gc.get_freeze_count() > 1000)")
    assert done.stdout.splitlines()[1:3] == ["False", "True True"]
