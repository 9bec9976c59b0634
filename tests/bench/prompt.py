"""Making the text of a prompt, beside the least that it can cost: counting the tokens of the same text."""

import itertools
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import mean

import rulewright
from rulewright.core.index.analyse import analyse
from rulewright.core.prompt.build import Request, build
from rulewright.core.prompt.chunks import chunks_of, way_of
from rulewright.core.prompt.excerpt import Source
from rulewright.core.prompt.fit import drops
from rulewright.core.rules.rule import Rule
from rulewright.core.rules.select import Applied
from rulewright.core.tokens import estimate
from tests.bench.timing import Figure, each, interleaved

N_RULES = 50
N_LINES = 5_000
SENTENCE = "Say what happened, what was done about it and what helps; never leave somebody without a next step. "


def rules() -> tuple[Applied, ...]:
    """Fifty rules of a kilobyte each, no two alike."""
    body = "# Rule {n}\n\n" + "\n\n".join(f"## Part {part} of {{n}}\n\n{SENTENCE * 2}" for part in range(4))
    return tuple(
        Applied(Rule(id=f"r{n}", path=f".ai-rules/r{n}.md", order=f"{n:02}", body=body.format(n=n)), "no globs")
        for n in range(N_RULES)
    )


def content() -> str:
    """Five thousand lines of our own code."""
    files = sorted(Path(rulewright.__file__).parent.rglob("*.py"))
    lines = itertools.chain.from_iterable(f.read_text("utf-8").splitlines(keepends=True) for f in files)
    return "".join(itertools.islice(lines, N_LINES))


def figures() -> Iterator[Figure]:
    """The figures."""
    applied, text = rules(), content()
    way = way_of("python", applied)
    symbols = analyse("python", text.encode()).symbols
    ids = tuple(a.rule.id for a in applied)
    source = Source("a.py", "python", text, N_LINES // 2, way, ids, lambda: symbols)
    request = Request(task="Do it.", budget=16_000, rules_budget=4_000, path="a.py", applied=applied, source=source)
    whole = "".join([text, *(a.rule.body for a in applied)])
    floor = each(lambda: estimate(whole), 5)
    yield Figure(
        f"tokens of {len(whole) / 1e6:.2f} MB, the floor of the next two", floor, "under 150 ms", ok=floor < 0.15
    )
    chunked = each(lambda: chunks_of(text, "python", symbols, way), 5)
    limit = "under 4 floors"
    yield Figure(f"chunks of {N_LINES:,} lines, {chunked / floor:.1f} floors", chunked, limit, ok=chunked < 4 * floor)
    made = each(lambda: build(request), 5)
    yield Figure(
        f"prompt of {N_RULES} rules and {N_LINES:,} lines, parsed, {made / floor:.1f} floors",
        made,
        "under 6 floors",
        ok=made < 6 * floor,
    )
    dropped = each(lambda: drops(applied, 4_000), 5)
    yield Figure(f"what of {N_RULES} rules a prompt drops", dropped, "under 50 ms", ok=dropped < 0.05)
    yield from against_vocabularies()


def against_vocabularies() -> Iterator[Figure]:
    """How far off the estimate is, where the vocabularies of `bpe-openai` are installed, which nothing here needs."""
    if find_spec("bpe_openai") is None:
        return
    import bpe_openai

    root = Path(rulewright.__file__).parents[2]
    for name in ("cl100k", "o200k"):
        vocabulary = getattr(bpe_openai, f"openai_{name}_base", None)
        encoding = vocabulary() if vocabulary else bpe_openai.get_encoding(f"{name}_base")
        for ending in ("py", "md", "ts", "json"):
            files = sorted(f for f in root.glob(f"[!.]*/**/*.{ending}") if "node_modules" not in f.parts)
            texts = [t for f in files if 500 < len(t := f.read_text("utf-8", "replace")) < 60_000][:200]
            counted = [len(encoding.encode_ordinary(t)) for t in texts]
            off = [(estimate(t) - n) / n for t, n in zip(texts, counted, strict=True)]
            error = mean(map(abs, off))
            ours, theirs = interleaved(
                3, timed(lambda texts=texts: list(map(estimate, texts))),
                timed(lambda texts=texts, count=encoding.encode_ordinary: list(map(count, texts))),
            )  # fmt: skip
            told = f"estimate, {len(texts)} {ending} files: {error:.0%} off {name}, {min(off):+.0%} to {max(off):+.0%}"
            yield Figure(told, ours, "at most 15 % off", f"bpe-openai {name}", theirs, ok=error <= 0.15)


def timed(run: Callable[[], object]) -> Callable[[], float]:
    """A run that gives its seconds."""

    def seconds() -> float:
        started = time.process_time()
        run()
        return time.process_time() - started

    return seconds
