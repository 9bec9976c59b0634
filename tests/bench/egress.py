"""Looking for secrets in 100 kB of code, and what the gate adds to a request, against reading the text once."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rulewright.core.config import PrivacySettings
from rulewright.core.models import Message, ModelRequest, Part, Source
from rulewright.core.privacy.secrets import find_secrets
from rulewright.privacy_view import path_rules
from rulewright.services.egress import Gate
from tests.bench.timing import Figure, each
from tests.harness.secret_samples import key_of

N_CHARACTERS = 100_000
N_PARTS = 20
_WORD = re.compile(r"\w+", re.ASCII)


def figures() -> Iterator[Figure]:
    """The figures."""
    text = _code()
    if len(find_secrets(f"{text}\nk = '{key_of('aws')}'\n")) != 1:
        raise RuntimeError("the benchmark does not do what it says")

    def words() -> int:
        return sum(1 for _ in _WORD.finditer(text))

    once = each(words, 1, 15)
    found = each(lambda: find_secrets(text), 1, 15)
    # On a busy machine reading the text once takes longer too.
    is_quick = found < 5e-3 or found < 1.5 * once
    limit = "under 5 ms, or 1.5x"
    yield Figure("secrets in 100 kB of code", found, limit, "its words, counted", once, ok=is_quick)
    hostile = "eyJ0 password='" * (N_CHARACTERS // 15)
    long = each(lambda: find_secrets(hostile), 1, 5)
    yield Figure("secrets in 100 kB of marks", long, "under 500 ms", "100 kB of code", found, ok=long < 0.5)
    with TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        for number in range(N_PARTS):
            path = root / f"src/part{number}/a.py"
            path.parent.mkdir(parents=True)
            path.write_text("a = 1\n")
        (root / ".gitignore").write_text("build/\n*.log\n")
        (root / ".aiignore").write_text("legal/\n")
        gate = Gate(lambda _: PrivacySettings(), path_rules())
        size = 8_000 // N_PARTS
        parts = tuple(
            Part(text[n * size : (n + 1) * size], "code", Source(f"src/part{n}/a.py")) for n in range(N_PARTS)
        )
        request = ModelRequest(root=root.as_posix(), messages=(Message("user", parts),))
        if gate.request(request, is_local=False).notices:
            raise RuntimeError("the benchmark does not do what it says")
        passed = each(lambda: gate.request(request, is_local=False), 1, 15)
        name = f"a request of 8 kB from {N_PARTS} files through the gate"
        yield Figure(name, passed, "under 10 ms", "100 kB of code", found, ok=passed < 10e-3)


def _code() -> str:
    """Code of Python's own library."""
    import argparse
    import logging
    import subprocess

    text = "".join(Path(module.__file__ or "").read_text("utf-8") for module in (argparse, logging, subprocess))
    return text[:N_CHARACTERS]
