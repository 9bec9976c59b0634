"""What is planted: words and keys that are found nowhere else, each in a place that must not be shown."""

import base64
import random
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec

Kind = Literal[
    "secret file",
    "ignored file",
    ".aiignore file",
    "never_send file",
    "key in code",
    "key in a rule",
    "key in a name",
    "key in a task",
    "environment",
    "git config",
    "home",
]
KINDS: tuple[Kind, ...] = (
    "secret file",
    "ignored file",
    ".aiignore file",
    "never_send file",
    "key in code",
    "key in a rule",
    "key in a name",
    "key in a task",
    "environment",
    "git config",
    "home",
)

SHOWN = "shown_function"
"""A word in the file that may be shown: what a feature that works shows of it."""
RULE = "Rule of the proof"
"""The same of a rule."""
CODE = "src/app.py"
WITHHELD: Mapping[Kind, str] = {
    "secret file": "config/.env.production",
    "ignored file": "build/made.py",
    ".aiignore file": "legal/terms.py",
    "never_send file": "private/plans.py",
}
"""Files whose content is withheld as a whole."""


class Canaries(msgspec.Struct, frozen=True):
    """What was planted, by kind."""

    values: Mapping[Kind, str]

    def in_bytes(self, data: bytes) -> frozenset[Kind]:
        """The kinds that can be found in some bytes, as they were planted, or in a common code."""
        return frozenset(kind for kind, value in self.values.items() if any(form in data for form in _forms(value)))


def plant(root: Path, home: Path, seed: int) -> Canaries:
    """Write a project and a home with canaries in them."""
    drawn = random.Random(seed)  # noqa: S311 - they open nothing
    # What is withheld as a whole must be withheld also where it does not look like a secret.
    values: dict[Kind, str] = {kind: "canary" + _word(drawn, string.ascii_lowercase, 14) for kind in WITHHELD}
    for kind in KINDS[len(WITHHELD) :]:
        values[kind] = "gh" + "p_" + _word(drawn, string.ascii_letters, 18) + _word(drawn, string.digits, 18)
    key = values["key in code"]
    files = {
        CODE: f"def {SHOWN}():\n    return connect('{key}')\n",
        f"src/{values['key in a name']}.py": f"def {SHOWN}_2():\n    pass\n",
        ".gitignore": "build/\n",
        ".aiignore": "legal/\n",
        "rulewright.toml": "[privacy]\nnever_send = ['private/**']\n[rules]\nexport = ['claude']\n",
        ".ai-rules/proof.md": _RULE.format(title=RULE, key=values["key in a rule"]),
        ".git/config": f"[core]\n[user]\n\ttoken = {values['git config']}\n"
        f'[remote "origin"]\n\turl = https://x:{values["git config"]}@example.com/a.git\n',
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/objects/.keep": "",
        ".git/refs/heads/.keep": "",
        **{path: f"VALUE_{values[kind]} = '{values[kind]}'\n" for kind, path in WITHHELD.items()},
    }
    at_home = (".netrc", ".aws/credentials", ".ssh/id_ed25519", ".config/gh/hosts.yml", ".npmrc")
    for base, path, text in (
        *((root, path, text) for path, text in files.items()),
        *((home, path, f"password {values['home']}\n") for path in at_home),
    ):
        target = base / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return Canaries(values)


_RULE = """---
description: {title}
language: python
check:
  rule:
    pattern: connect($KEY)
  message: "Do not connect with $KEY here."
  severity: error
---
{title}: never write {key} into a file.
"""


def _word(drawn: random.Random, letters: str, n: int) -> str:
    return "".join(drawn.choices(letters, k=n))


def _forms(value: str) -> tuple[bytes, ...]:
    """A value as it stands, in hexadecimal digits, and in base 64 wherever it begins there."""
    plain = value.encode()
    coded = [base64.b64encode(b"x" * shift + plain)[4 if shift else 0 : -4] for shift in range(3)]
    return (plain, plain.hex().encode(), *coded)
