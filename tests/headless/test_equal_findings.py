"""The command line and an editor say the same about every file."""

import json
import os
import re

import pytest

from rulewright.core.sources import Found
from rulewright.core.uris import from_path
from rulewright.services.files import walk
from tests.harness.program import ServerProcess, command, write_files

SEVERITIES = ("error", "warning", "info", "hint")
LANGUAGES = {
    "python": ("py", "eval(x)\n", "eval($X)"),
    "javascript": ("js", "eval(x);\n", "eval($X)"),
    "typescript": ("ts", "let a: any = eval(x);\n", "eval($X)"),
    "tsx": ("tsx", "const a = <b c={eval(x)} />;\n", "eval($X)"),
    "go": ("go", "package a\n\nfunc f() {\n\teval(x)\n}\n", "eval($X)"),
    "rust": ("rs", "fn f() {\n    eval(x);\n}\n", "eval($X)"),
    "java": ("java", "class A { void f() { eval(x); } }\n", "eval($X)"),
    "c": ("c", "int f() { return eval(x); }\n", None),
    "cpp": ("cpp", "int f() { return eval(x); }\n", "eval($X)"),
    "ruby": ("rb", "eval(x)\n", "eval($X)"),
    "php": ("php", "<?php\neval_it(x);\n", "eval_it($X)"),
    "bash": ("sh", "eval x\n", "eval $X"),
    "css": ("css", "a { color: red }\n", None),
    "html": ("html", "<a>eval</a>\n", None),
    "json": ("json", '{"a": [1]}\n', None),
    "yaml": ("yaml", "a: b\n", None),
}
KINDS = {"c": "call_expression", "css": "plain_value", "html": "tag_name", "json": "number", "yaml": "string_scalar"}


def language_rule(language, pattern):
    rule = {"pattern": pattern} if pattern else {"kind": KINDS[language]}
    check = {"language": language, "message": f"Seen in {language}: é 🦀", "note": "Two\nlines", "rule": rule}
    return (
        f"---\ndescription: A rule\nlanguage: {language}\ncheck: {json.dumps(check, ensure_ascii=False)}\n---\nText.\n"
    )


FIXING = """---
description: Log
globs: ["**/*.py"]
check:
  - {id: log, language: python, severity: error, message: "Log $A", rule: {pattern: print($A)}, fix: "log($A)",
     url: "https://rules.example/log"}
  - {id: hinted, language: python, severity: hint, rule: {pattern: todo()}}
---
Text.
"""

FILES = {
    "rulewright.toml": "[check]\nmax_findings = 20\nmax_file_kb = 400\n",
    ".gitignore": "ignored/\n",
    ".ai-rules/fixing.md": FIXING,
    ".ai-rules/broken.md": "---\ndescription: [\n---\n",
    ".ai-rules/half.md": "---\npriority: high\nglobz: x\ncheck: {language: python, rule: {patern: x}}\n---\n",
    ".ai-rules/repaired.md": '---\nglobs: **/*.zzz\ndescription: "x"\n---\n',
    ".ai-rules/crlf.md": "---\r\ndescription: é\r\nprioritty: 3\r\n---\r\n",
    ".ai-rules/binary.md": b"---\n\0\n---\n",
    ".ai-rules/latin.md": b"---\ndescription: caf\xe9\n---\n",
    ".ai-rules/examples.md": FIXING.replace("\n---\nText", '\nexamples: [{bad: "fine()"}]\n---\nText'),
    "app/.ai-rules/near.md": FIXING.replace("Log $A", "Near $A"),
    "app/a.py": "print(1)\n",
    "b.py": "print(1)  # rulewright: ignore[fixing]\nprint(2)  # rulewright: ignore[nothing]\n",
    "b2.py": "# rulewright: ignore\nf()\n",
    "c.py": "# ast-grep-ignore\nprint(1)\ntodo()\n",
    "crlf.py": "x = '🦀é'; print('🦀')\r\n\r\nprint(1)\r\n",
    "lone_cr.py": "print(1)\rprint(2)\r",
    "bom.py": "\ufeffprint(1)\n",
    "form_feed.py": "x = 1\x0c\nprint(1)\x0b\n\u2028print(2)\n",
    "no_end.py": "print('e\u0301 👩\u200d👩\u200d👧')",
    "empty.py": "",
    "latin.py": b"print('caf\xe9')\nprint(1)\n",
    "broken_syntax.py": "def f(:\n  print(1)\n",
    "many.py": "".join(f"print({n})\n" for n in range(50)),
    "generated.py": "# @generated\nprint(1)\n",
    "minified.js": "eval(x);" * 3000,
    "large.py": "# x\n" * 120_000 + "print(1)\n",
    "nul.py": "print(1)\n\0",
    "utf16.py": "print(1)\n".encode("utf-16"),
    "ignored/a.py": "print(1)\n",
    "two words/🦀 a.py": "print(1)\n",
    os.fsdecode(b"caf\xe9.py"): "print(1)\n",
    "README.md": "# Hello\n",
    **{f"languages/a.{ending}": text for ending, text, _ in LANGUAGES.values()},
    **{f".ai-rules/languages/{name}.md": language_rule(name, p) for name, (_, _, p) in LANGUAGES.items()},
}
MUCH = {
    f"much/{n}.py": f"print({n})\n" + "# filler, so that the command line starts other processes too\n" * 600
    for n in range(12)
}


@pytest.fixture(params=["few", "many"])
def root(request, tmp_path):
    (tmp_path / ".git").mkdir()
    return write_files(tmp_path, FILES | (MUCH if request.param == "many" else {}))


def told(path, diagnostic):
    """A diagnostic as a plain finding."""
    start, end = (diagnostic["range"][side] for side in ("start", "end"))
    return (
        re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", path),
        (start["line"] + 1, start["character"] + 1, end["line"] + 1, end["character"] + 1),
        SEVERITIES[diagnostic["severity"] - 1],
        diagnostic["code"],
        diagnostic["message"],
        diagnostic.get("codeDescription", {}).get("href", ""),
        diagnostic["data"]["fix"],
        diagnostic["data"]["rulePath"],
    )


def printed(finding):
    """A finding of the command line as a plain one."""
    return (
        finding["path"],
        tuple(finding[key] for key in ("line", "column", "end_line", "end_column")),
        finding["severity"],
        finding["id"],
        f"{finding['message']}\n{finding['note']}" if finding["note"] else finding["message"],
        finding["url"],
        finding["fix"] and finding["fix"]["title"],
        finding["rule_path"],
    )


def test_an_editor_and_the_command_line_find_the_same(root):
    paths = [e.path for e in walk(root) if isinstance(e, Found)]
    done = command(root, "check", "--format", "json")
    found = json.loads(done.stdout)
    of_command_line = sorted(map(printed, found["findings"]))
    with ServerProcess(root) as server:
        server.begin({"workspaceDiagnostics": True})
        pulled = sorted(told(path, d) for path in paths for d in server.pull(from_path(f"{root}/{path}")))
        reports = server.ask("workspace/diagnostic", {"previousResultIds": []})["items"]
        assert server.end() == 0
    by_uri = {from_path(f"{root}/{path}"): path for path in paths}
    of_workspace = sorted(told(by_uri[r["uri"]], d) for r in reports for d in r["items"])
    assert pulled == of_command_line
    assert of_workspace == of_command_line
    assert [r["uri"] for r in reports] == list(by_uri)
    assert done.returncode == 1


def test_the_workspace_has_something_of_everything(root):
    found = json.loads(command(root, "check", "--format", "json").stdout)
    ids = {f["id"] for f in found["findings"]}
    assert {f"languages/{name}" for name in LANGUAGES} <= ids
    assert {"fixing", "near", "rulewright/unused-suppression", "rulewright/too-many-findings"} <= ids
    assert {f["severity"] for f in found["findings"]} == set(SEVERITIES)
    reasons = {s["reason"].split(" (")[0] for s in found["skipped"]}
    assert reasons == {"ignored by git", "never checked", "binary", "generated", "minified", "larger than 400 kB"}
    broken = {f["path"] for f in found["findings"] if f["path"].startswith(".ai-rules/")}
    assert {f".ai-rules/{n}.md" for n in ("broken", "half", "repaired", "crlf", "binary", "examples")} <= broken
