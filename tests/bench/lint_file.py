"""Fifty checks on one file of a thousand lines, parse included, against running them one by one."""

from collections.abc import Iterator

from rulewright.core.rules.check import read_checks
from rulewright.core.rules.lint import Enforced
from tests.bench.timing import Figure, each
from tests.harness.linting import findings_in

N_LINES = 1000
N_CHECKS = 50
UNIT = '''\
class Account{n}:
    """Keeps the balance of one customer."""

    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError(f"amount must be positive, not {{amount}}")
        self.balance += amount
        return [self.balance, {{"owner": self.owner, "n": {n}}}]

'''


def figures() -> Iterator[Figure]:
    """The figures."""
    content = "".join(UNIT.format(n=n) for n in range(N_LINES // UNIT.count("\n") + 1))
    content = "\n".join(content.splitlines()[:N_LINES])
    lines = content.splitlines()
    lines[100] = "forbidden_0(1)"
    lines[500] = "forbidden_1(1)"
    lines[900] = "forbidden_2(1)"
    content = "\n".join(lines) + "\n"
    documents = [
        {"id": f"c{n}", "language": "python", "rule": {"pattern": f"forbidden_{n}($A)"}} for n in range(N_CHECKS)
    ]
    checks, problems = read_checks(documents, rule_id="bench", languages=("python",))
    enforced = tuple(Enforced(c.id, "bench.md", "", c) for c in checks)
    if problems or len(findings_in("a.py", content, "python", enforced)) != 3:
        raise RuntimeError("the benchmark does not do what it says")
    together = each(lambda: findings_in("a.py", content, "python", enforced), 5)
    singles = [(e,) for e in enforced]
    alone = each(lambda: [findings_in("a.py", content, "python", one) for one in singles], 1, 3)
    name = f"{N_CHECKS} checks on {N_LINES:,} lines, three hitting"
    yield Figure(name, together, "under 15 ms", "one check after another", alone, ok=together < 15e-3)
