"""Selecting and explaining among 1,000 rules."""

import itertools
from collections.abc import Iterator

from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Policy, Selection
from tests.bench.timing import Figure, each

FOLDERS = ("src", "lib", "app", "tests", "docs", "packages/web", "packages/api", "tools", "server", "scripts")
ENDINGS = ("py", "ts", "tsx", "go", "rs", "java", "rb", "ex", "md", "yml")
SHAPES = (
    "{folder}/{name}/**/*.{ending}",
    "**/{name}/**/*.{ending}",
    "{folder}/**/*_{name}.{ending}",
    "*.{name}.{ending}",
    "{folder}/{name}/**",
    "**/{name}/**",
    "{folder}/*.{{ts,tsx,{ending}}}",
    "{name}.{ending}",
)
WIDE = ("{folder}/**/*.{ending}", "**/*.{ending}", "{folder}/**", "*.{ending}")
"""One rule in 25."""
N_RULES = 1000


def rules() -> list[Rule]:
    """A thousand rules of the shapes that teams use."""
    made = itertools.product(range(100), FOLDERS, ENDINGS)
    found = []
    for number, (turn, folder, ending) in enumerate(itertools.islice(made, 0, N_RULES * 10, 10)):
        shape = WIDE[turn % len(WIDE)] if number % 25 == 0 else SHAPES[(number + turn) % len(SHAPES)]
        pattern = shape.format(folder=folder, ending=ending, name=f"part{number % 97}")
        found.append(Rule(id=f"rule-{number}", path=f"{number}.md", order=f"{number}.md", globs=(pattern,)))
    return found


def figures() -> Iterator[Figure]:
    """The figures."""
    selection = Selection(rules(), Policy())
    paths = (f"src/part{n % 97}/deep/er/module_{n}.py" for n in itertools.count())
    n_matching = sum(len(selection.select(next(paths))) for _ in range(100)) / 100
    unseen = each(lambda: selection.select(next(paths)), 500)
    yield Figure(
        f"select of an unseen path among {N_RULES:,} rules ({n_matching:.0f} apply)",
        unseen,
        "under 100 us",
        ok=unseen < 100e-6,
    )
    seen = each(lambda: selection.select("src/a.py"), 100_000)
    yield Figure("select of a seen path", seen, "under 1 us", ok=seen < 1e-6)
    explained = each(lambda: selection.explain(next(paths)), 5)
    yield Figure(f"explain of {N_RULES:,} rules", explained, "under 10 ms", ok=explained < 10e-3)
