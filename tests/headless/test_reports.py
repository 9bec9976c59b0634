"""Reports for CI systems, read as those systems read them."""

import json
import os
import re
import threading
from xml.etree import ElementTree as ET

import pytest

from tests.harness import program
from tests.harness.in_process import command
from tests.harness.program import environment, write_files

RULE = """---
description: All sorts
language: python
check:
  - {id: e, language: python, severity: error, message: "E $A", note: "1\\n2", rule: {pattern: e($A)}}
  - {id: w, language: python, severity: warning, message: "W", rule: {pattern: w()}}
  - {id: i, language: python, severity: info, message: "I", rule: {pattern: i()}}
  - {id: h, language: python, severity: hint, message: "H", rule: {pattern: h()}}
---
"""
ODD = "e('<&>\"]]>🦀\t%0A::warning::\x01\x1b[31m\x7f\u2028\ufffe\ue000')\n"
NAMES = ["a b.py", "caf\udce9.py", "line\nbreak.py", "🦀,:%.py", "<&'\">.py"]


@pytest.fixture
def root(tmp_path):
    return write_files(tmp_path, {"rulewright.toml": "", ".ai-rules/sorts.md": RULE})


def report(root, name, *arguments, **environ):
    env = environment(GITHUB_WORKSPACE="", CI_PROJECT_DIR="", WORKSPACE="", **environ)
    return command(root, "check", "--format", name, "--set", "rules.defaults=never", *arguments, env=env)


# GitHub


def unescaped(text):
    """As the runner reads a value back."""
    return text.replace("%2C", ",").replace("%3A", ":").replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")


def commands(done):
    for line in done.stdout.decode("utf-8", "surrogateescape").splitlines():
        if match := re.fullmatch(r"::(\w+) (.*?)::(.*)", line):
            pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
            yield match[1], {k: unescaped(v) for k, v in pairs.items()}, unescaped(match[3])


def test_names_and_texts_of_every_kind_are_read_back(root):
    write_files(root, dict.fromkeys(NAMES, ODD))
    done = report(root, "github", "--quiet")
    found = list(commands(done))
    assert len(found) == len(done.stdout.splitlines()) == len(NAMES)
    # Standard output is text: a byte that is not UTF-8 is spelled out in it.
    assert {p["file"].replace("\\udce9", "\udce9") for _, p, _ in found} == set(NAMES)
    for kind, properties, text in found:
        assert (kind, properties["line"], properties["title"]) == ("error", "1", "sorts")
        assert text.endswith("\n1\n2")
        assert "\x1b" not in text
        assert "%0A::warning::" in text


def test_more_than_github_shows_is_said_in_the_first_line(root):
    write_files(root, {"a.py": "e(1)\n" * 12 + "w()\n" * 10 + "i()\nh()\n"})
    found = list(commands(report(root, "github")))
    assert len(found) == 25
    kind, properties, text = found[0]
    assert (kind, properties) == ("notice", {"title": "Rulewright"})
    assert text.startswith("24 findings, of which GitHub annotates 22: 10 of a kind.")
    write_files(root, {"a.py": "i()\n" * 6 + "h()\n" * 5})
    assert next(iter(commands(report(root, "github"))))[2].startswith("11 findings, of which GitHub annotates 9:")
    write_files(root, {"a.py": "e(1)\n" * 10})
    assert [kind for kind, _, _ in commands(report(root, "github"))] == ["error"] * 10


def test_paths_are_those_of_the_checkout(root):
    write_files(root, {"part/rulewright.toml": "", "part/.ai-rules/sorts.md": RULE, "part/a.py": "w()\n"})
    part = root / "part"
    own = environment(GITHUB_WORKSPACE=str(root))
    done = command(part, "check", "--format", "github", "-q", "a.py", env=own)
    assert done.stdout.startswith(b"::warning file=part/a.py,")
    assert report(root, "github", "part", "-q").stdout.startswith(b"::warning file=part/a.py,")
    gitlab = command(part, "check", "--format", "gitlab", "a.py", env=environment(CI_PROJECT_DIR=str(root)))
    assert json.loads(gitlab.stdout)[0]["location"]["path"] == "part/a.py"


# JUnit

ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"classname", "name", "file", "time"},
    "failure": {"type", "message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "system-out"},
    "failure": set(),
    "system-out": set(),
}


def junit(done):
    """The one suite, after a look at what the schemas of Jenkins and Ant say of its shape."""
    document = ET.fromstring(done.stdout)
    for element in document.iter():
        assert set(element.attrib) <= ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= CHILDREN[element.tag]
    (suite,) = document
    cases = list(suite)
    for whole in (document, suite):
        assert int(whole.get("tests")) == len(cases)
        assert int(whole.get("failures")) == sum(case.find("failure") is not None for case in cases)
        assert whole.get("errors") == "0"
        assert float(whole.get("time")) >= 0
    assert len({(case.get("classname"), case.get("name")) for case in cases}) == len(cases)
    assert all(len(case) <= 1 and case.get("name") and case.get("classname") for case in cases)
    return suite


def test_junit_holds_only_what_xml_can_hold(root):
    write_files(root, dict.fromkeys(NAMES, ODD * 2))
    suite = junit(report(root, "junit"))
    files = {case.get("file") for case in suite}
    assert files == {n.replace("\udce9", "\ufffd") for n in NAMES}
    for failure in suite.iter("failure"):
        assert failure.get("message").endswith("(2 times)")
        assert failure.get("type") == "error"
        assert failure.text.count("\n") == 1
        assert '<&>"]]>🦀' in failure.text


@pytest.mark.parametrize(("fail_on", "failures"), [("error", 1), ("warning", 1), ("hint", 2), ("never", 0)])
def test_a_test_fails_as_the_run_does(root, fail_on, failures):
    write_files(root, {"a.py": "e(1)\n", "b.py": "h()\n"})
    done = report(root, "junit", "--fail-on", fail_on)
    assert int(junit(done).get("failures")) == failures
    assert done.returncode == bool(failures)


def test_without_findings_every_rule_has_passed(root):
    write_files(root, {".ai-rules/other.md": RULE})
    assert [(c.get("classname"), c.get("name")) for c in junit(report(root, "junit"))] == [
        ("rulewright", "other"),
        ("rulewright", "sorts"),
    ]


# GitLab


def test_gitlab_gets_what_it_asks_for(root):
    write_files(root, {"a.py": "e(1)\nw()\nw()\ni()\nh()\n", "caf\udce9.py": "w()\n"})
    issues = json.loads(report(root, "gitlab").stdout)
    assert [i["severity"] for i in issues] == ["major", "minor", "minor", "info", "info", "minor"]
    assert len({i["fingerprint"] for i in issues}) == 6
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["location"]["lines"]["begin"] >= 1


# Where they go


@pytest.mark.parametrize("name", ["text", "json", "sarif", "github", "gitlab", "junit"])
def test_a_report_in_a_file_is_the_one_that_would_be_printed(root, name):
    write_files(root, {"a.py": ODD, "caf\udce9.py": "w()\n"})
    printed = report(root, name, "--quiet")
    done = report(root, name, "--quiet", "--output", "out/report")
    assert done.returncode == printed.returncode == 1
    assert done.stdout == report(root, "text", "--quiet").stdout
    written = (root / "out/report").read_bytes().decode("utf-8", "surrogateescape")

    def steady(text):
        return re.sub(r'time="[\d.]+"|"seconds": [\d.]+', "", text.replace("\udce9", "\\udce9"))

    assert steady(written) == steady(printed.stdout.decode())
    assert [path.name for path in (root / "out").iterdir()] == ["report"]


def test_a_report_can_go_into_a_pipe(root):
    write_files(root, {"a.py": "w()\n"})
    os.mkfifo(root / "pipe")
    read = []
    reader = threading.Thread(target=lambda: read.append((root / "pipe").read_text("utf-8")))
    reader.start()
    report(root, "github", "--output", "pipe")
    reader.join()
    assert read[0].startswith("::warning file=a.py,")


def test_a_report_that_cannot_be_written_leaves_the_old_one(root):
    write_files(root, {"a.py": "w()\n", "report.json": "old"})
    done = program.command(root, "check", "-q", "--format", "json", "--output", "report.json", preexec_fn=_small_files)
    assert done.returncode == 2
    assert b"report.json could not be written: File too large." in done.stderr
    assert done.stdout.startswith(b"a.py:1:1")
    assert (root / "report.json").read_text() == "old"


def _small_files():
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
