"""`rulewright rules test --watch`: a real process, real changes on disk, a real interrupt."""

import queue
import signal
import subprocess
import sys
import threading

import pytest

from tests.harness.program import write_files

PATIENT_S = 60
GOOD = "---\ncheck:\n  language: python\n  rule: {pattern: print($A)}\nexamples:\n  - bad: print(1)\n---\n"
FAILING = GOOD.replace("bad: print(1)", "bad: log(1)")


class Watching:
    """The program, and its output as it comes."""

    def __init__(self, root, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-m", "rulewright", "rules", "test", "--watch", *arguments],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.said.put(line.rstrip("\n"))
        self.said.put(None)

    def until_summary(self):
        """The lines up to the next summary."""
        lines = []
        while True:
            line = self.said.get(timeout=PATIENT_S)
            assert line is not None, lines
            lines.append(line)
            if " passed, " in line:
                return lines


@pytest.fixture
def watch(tmp_path):
    started = []

    def watch(files, *arguments):
        write_files(tmp_path, files)
        started.append(Watching(tmp_path, *arguments))
        return started[-1]

    yield watch
    for one in started:
        one.process.kill()
        one.process.wait()
        one.process.stdout.close()


def changed(watching, path, content):
    """What is said after a change. The program may not be watching yet, so the change is made until it is seen."""
    for _ in range(PATIENT_S):
        path.write_text(content)
        path.with_suffix(".tmp").write_text("")
        try:
            first = watching.said.get(timeout=1)
        except queue.Empty:
            continue
        return [first, *([] if " passed, " in first else watching.until_summary())]
    raise AssertionError("no change was seen")


def test_what_changes_is_told_and_an_interrupt_ends_it(watch, tmp_path):
    rules = tmp_path / ".ai-rules"
    watching = watch({".git/HEAD": "", ".ai-rules/a.md": GOOD, ".ai-rules/b.md": GOOD})
    first = watching.until_summary()
    assert [line.split(":")[0] for line in first[:2]] == ["ok   a", "ok   b"]
    failing = changed(watching, rules / "b.md", FAILING)
    assert failing[0] == "FAIL b: 1 missing"
    assert failing[-1].startswith("1 rule passed, 1 failed")
    assert not [line for line in failing if " a:" in line]
    (rules / "b.md").unlink()
    gone = watching.until_summary()
    assert gone == [
        "gone .ai-rules/b.md",
        "1 rule passed, 0 failed, 0 cannot be tested; 0 with checks have no examples.",
    ]
    assert changed(watching, rules / "b.md", FAILING)[0] == "FAIL b: 1 missing"
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(PATIENT_S) == 1
    rest = []
    while (line := watching.said.get(timeout=PATIENT_S)) is not None:
        rest.append(line)
    assert rest == []


def test_a_rule_that_is_asked_for_by_name_may_go_and_come_back(watch, tmp_path):
    rule = tmp_path / ".ai-rules" / "a.md"
    watching = watch({".git/HEAD": "", ".ai-rules/a.md": GOOD, ".ai-rules/b.md": FAILING}, "a")
    assert watching.until_summary()[0] == "ok   a: 1 reported"
    assert changed(watching, rule, FAILING)[0] == "FAIL a: 1 missing"
    rule.unlink()
    assert watching.said.get(timeout=PATIENT_S).startswith("No rule has the id or path a.")
    assert changed(watching, rule, GOOD)[0] == "ok   a: 1 reported"
    watching.process.send_signal(signal.SIGINT)
    assert watching.process.wait(PATIENT_S) == 0
