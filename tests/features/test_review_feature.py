"""Reviews: what is asked and what is not, what is believed, what is remembered, and where it ends."""

import asyncio
from contextlib import aclosing, closing
from pathlib import Path

import pytest

from rulewright.core.models import Capabilities, Failed, ModelRequest
from rulewright.core.review.events import Failed as ReviewFailed
from rulewright.core.review.events import Found, Noticed, Planned, Reviewing
from rulewright.core.rules.job import CheckJob
from rulewright.core.rules.plan import plan
from rulewright.review_gateway import Wanted
from rulewright.services.models.scripted import Drop, Fail, Say, Script, ScriptedProvider, Stall
from rulewright.services.workers.pool import WorkerPool
from tests.harness.reviews import (
    CODE,
    FILES,
    LOG,
    breach,
    for_file,
    found,
    not_reviewed,
    reviews,
    says,
    skipped,
    totals,
)

PRINT = breach("log", 3, "print(data)", "It prints.")


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"RULEWRIGHT_{name}_DIR", str(tmp_path / name.lower()))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    return folder


def told(request: ModelRequest) -> str:
    return "\n".join(message.text for message in request.messages)


async def test_a_finding_quotes_its_rule_and_its_line(root: Path) -> None:
    model = for_file({"src/cart.py": says(PRINT)})
    with reviews(root, model) as made:
        events = await made.review()
        assert found(events) == [("src/cart.py", 3, "log", "It prints.")]
        (finding,) = [f for event in events if isinstance(event, Found) for f in event.findings]
        assert (finding.severity, finding.rule_path) == ("info", ".ai-rules/log.md")
        assert finding.note == "The rule: Log, do not print.\nThe line: print(data)"
        assert CODE[finding.start : finding.end] == "print(data)"
        assert totals(events).files == 2
        assert totals(events).calls == 2
        assert [type(e) for e in events].count(Reviewing) == 2
        sent = next(text for text in map(told, model.requests) if 'file="src/cart.py"' in text)
        assert '<part1 rule="log">\nLog, do not print.\n\nPeople read logs.' in sent
        assert "\n3|     print(data)\n" in sent
        assert {(call.feature, call.outcome) for call in made.calls} == {("review", "whole")}
        assert {rule["id"] for rule in made.calls[0].receipt["rules"]} == {"log", "names"}


async def test_what_was_answered_is_not_asked_again(root: Path) -> None:
    model = for_file({"src/cart.py": says(PRINT)})
    with reviews(root, model) as made:
        first = await made.review()
    # In another process, for whatever it keeps in memory; and further down in the file.
    with reviews(root, model, files={"src/shelf.py": f"{FILES['src/shelf.py']}\n"}) as made:
        again = await made.review("src/cart.py")
        assert (found(again), len(model.requests)) == (found(first), 2)
        assert (totals(again).calls, totals(again).cached) == (0, 1)
        asked = await made.review("src/cart.py", asks_again=True)
        assert (totals(asked).calls, totals(asked).cached) == (1, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {".ai-rules/log.md": LOG.replace("People", "Nobody")},
        {".ai-rules/more.md": "---\nglobs: ['**/*.py']\n---\nMore.\n"},
        {"src/cart.py": CODE.replace("sum", "max")},
    ],
    ids=["a rule", "one more rule", "the file"],
)
async def test_what_changes_is_asked_anew(root: Path, changed: dict[str, str]) -> None:
    model = for_file({})
    with reviews(root, model) as made:
        await made.review("src/cart.py")
    with reviews(root, model, files=changed) as made:
        assert totals(await made.review("src/cart.py")).calls == 1


async def test_another_model_is_asked_anew_and_a_new_answer_takes_the_old_ones_place(root: Path) -> None:
    one, two = for_file({"src/cart.py": says(PRINT)}), ScriptedProvider([says(), says(PRINT)], name="two")
    with reviews(root, one, two) as made:
        assert len(found(await made.review("src/cart.py", model="one"))) == 1
        assert not found(await made.review("src/cart.py", model="two"))
        assert len(found(await made.review("src/cart.py", model="two", asks_again=True))) == 1
        assert len(found(await made.review("src/cart.py", model="two"))) == 1
        assert len(two.requests) == 2


@pytest.mark.parametrize("keep", ["hashed", "none"])
async def test_nothing_of_an_answer_is_kept_where_nothing_of_calls_is(root: Path, tmp_path: Path, keep: str) -> None:
    model = for_file({"src/cart.py": says(PRINT)})
    with reviews(root, model, interactions={"keep": keep}) as made:
        await made.review("src/cart.py")
        assert not (tmp_path / "cache").exists()
        assert totals(await made.review("src/cart.py")).calls == 1


async def test_what_names_no_such_rule_or_line_is_left_out_and_counted(root: Path) -> None:
    wrong = [
        breach("no-such-rule", 3, "print(data)"),
        breach("log", 99, "print(data)"),
        breach("log", 3, "println(data)"),
        {"rule": "log", "line": 3},
    ]
    with reviews(root, for_file({"src/cart.py": says(*wrong, PRINT, PRINT)})) as made:
        events = await made.review("src/cart.py")
        assert (len(found(events)), totals(events).dropped) == (1, 4)
        # What was left out is left out of what is remembered too.
        again = await made.review("src/cart.py")
        assert (len(found(again)), totals(again).dropped, totals(again).cached) == (1, 4, 1)


@pytest.mark.parametrize(
    ("script", "why", "n_found"),
    [
        ([Say("All fine, I think.")], "What one answered could not be read: it is no list of findings.", 0),
        ([Say("")], "What one answered could not be read: it is no list of findings.", 0),
        ([Say('[{"rule": "log", "line": 3, "quote": "print(data)", "why": "x"}, {"rule": ')], "one broke off", 1),
        ([Say('[{"rule": "log", "line": 3, "quote": "print(data)"}'), Drop()], "one broke off in the middle", 1),
        ([Fail(Failed("timeout", "It took too long."))], "It took too long.", 0),
    ],
    ids=["prose", "nothing", "half an array", "cut", "timeout"],
)
async def test_what_could_not_be_reviewed_is_named_and_not_remembered(
    root: Path, script: Script, why: str, n_found: int
) -> None:
    with reviews(root, for_file({"src/cart.py": script})) as made:
        events = await made.review()
        (left,) = not_reviewed(events)
        assert left[0] == "src/cart.py"
        assert left[1].startswith(why)
        assert (len(found(events)), totals(events).not_reviewed) == (n_found, 1)
        assert totals(await made.review("src/cart.py")).calls == 1


async def test_a_model_that_is_down_is_asked_once_and_all_is_named(root: Path) -> None:
    down = [Fail(Failed("unreachable", "Nobody listens."))]
    model = ScriptedProvider(lambda _: down, name="one")
    with reviews(root, model, limits={"at_once": 1}) as made:
        events = await made.review()
        assert not_reviewed(events) == [("src/cart.py", "Nobody listens."), ("src/shelf.py", "Nobody listens.")]
        assert (len(model.requests), totals(events).files) == (1, 0)


async def test_the_next_model_is_asked_where_one_is_down(root: Path) -> None:
    one = ScriptedProvider(lambda _: [Fail(Failed("unreachable", "Nobody listens."))], name="one")
    two = ScriptedProvider(lambda _: says(PRINT), name="two")
    with reviews(root, one, two) as made:
        events = await made.review("src/cart.py")
        assert len(found(events)) == 1
        assert made.calls[0].model == "two"


async def test_a_budget_ends_before_anything_is_sent(root: Path) -> None:
    model = for_file({})
    with reviews(root, model, limits={"tokens_per_day": 100}) as made:
        ((path, why), _) = not_reviewed(await made.review())
        assert path == "src/cart.py"
        assert "(limits.tokens_per_day)" in why
        assert not model.requests


async def test_calls_and_tokens_of_one_review_have_an_end(root: Path) -> None:
    model = for_file({})
    with reviews(root, model, limits={"at_once": 1}) as made:
        events = await made.review(max_calls=1)
        assert not_reviewed(events) == [
            ("src/shelf.py", "This review has made the 1 calls that it may make (--max-calls).")
        ]
        # What is known goes on, also where nothing may be asked any more.
        assert not not_reviewed(await made.review(max_calls=1))
        events = await made.review(max_tokens=1_000, asks_again=True)
        assert len(not_reviewed(events)) == 2
        assert len(model.requests) == 2


async def test_calls_under_way_count_for_what_they_may_take_and_the_next_waits_for_them(root: Path) -> None:
    at_once = []

    def script(_: ModelRequest) -> Script:
        at_once.append(model.n_open)
        return says()

    model = ScriptedProvider(script, name="one")
    with reviews(root, model, limits={"tokens_per_day": 6_000}) as made:
        # Each may take some 4,500, and takes a tenth of that.
        assert not not_reviewed(await made.review())
        assert at_once == [0, 0]


async def test_who_stops_reading_stops_the_models_and_keeps_what_is_known(root: Path) -> None:
    is_asked = asyncio.Event()

    def script(request: ModelRequest) -> Script:
        if 'file="src/cart.py"' in told(request):
            return says(PRINT)
        is_asked.set()
        return [Say("["), Stall(None)]

    model = ScriptedProvider(script, name="one")
    with reviews(root, model) as made:
        async with aclosing(made.door.review(made.project, Wanted(paths=("",)))) as events:
            async for event in events:
                if isinstance(event, Found):
                    break
            await is_asked.wait()
        assert model.n_open == 0
        assert sorted(call.outcome for call in made.calls) == ["stopped", "whole"]
        assert totals(await made.review("src/cart.py")).cached == 1


async def test_files_that_no_model_may_see_are_named_and_skipped(root: Path) -> None:
    files = {**FILES, ".aiignore": "src/cart.py\n", "src/.env.py": "x = 1\n", "src/big.py": "x = 1\n"}
    model = for_file({})
    with reviews(root, model, files=files, privacy={"never_send": ["src/big.py"]}) as made:
        events = await made.review("src/cart.py", "src/big.py", "src/shelf.py")
        assert skipped(events) == {
            "src/cart.py": "is named by .aiignore, so no model sees it",
            "src/big.py": "is named by the setting privacy.never_send, so no model sees it",
        }
        assert [event.path for event in events if isinstance(event, Found)] == ["src/shelf.py"]
        assert "weigh" not in "".join(map(told, model.requests))


KINDS = ("GitHub token", "private key")
KEY = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" + "K1l2M3n4O5p6Q7r8"
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq1X\n" * 4 + "-----END RSA PRIVATE KEY-----"


async def test_secrets_are_taken_out_before_lines_get_numbers(root: Path) -> None:
    code = f'KEY = """{PEM}"""\nTOKEN = "{KEY}"\nprint(TOKEN)\n'
    mark = breach("log", 7, 'TOKEN = "[redacted: GitHub token]"', "It is a key.")
    model = for_file({"src/cart.py": says(mark, breach("log", 8, "print(TOKEN)"))})
    with reviews(root, model, files={**FILES, "src/cart.py": code}) as made:
        events = await made.review("src/cart.py")
        sent = told(model.requests[0])
        assert "MIIEpAIB" not in sent
        assert KEY not in sent
        assert "\n8| print(TOKEN)\n" in sent
        assert [(line, rule) for _, line, rule, _ in found(events)] == [(7, "log"), (8, "log")]
        notices = sorted(event.text for event in events if isinstance(event, Noticed))
        assert notices == [f"A secret ({kind}) in src/cart.py was taken out of what was sent." for kind in KINDS]
        assert KEY not in str([f for e in events if isinstance(e, Found) for f in e.findings])
    with reviews(root, model, files={}, privacy={"on_secret": "refuse"}) as made:
        assert skipped(await made.review("src/cart.py")) == {"src/cart.py": "holds a secret (privacy.on_secret)"}
        assert len(model.requests) == 1


async def test_rules_with_a_check_or_without_a_text_are_not_judged(root: Path) -> None:
    check = "---\nglobs: ['**/*.py']\ncheck:\n  language: python\n  rule: {pattern: print($A)}\n---\nChecked.\n"
    bare = "---\ndescription: Nothing but this\nglobs: ['**/*.py']\n---\n"
    model = for_file({})
    files = {**FILES, ".ai-rules/checked.md": check, ".ai-rules/bare.md": bare}
    with reviews(root, model, files=files) as made:
        events = await made.review("src/cart.py")
        assert totals(events).rules == 2
        assert "Checked." not in told(model.requests[0])
    (root / ".ai-rules/log.md").unlink()
    (root / ".ai-rules/names.md").unlink()
    with reviews(root, model, files={}) as made:
        events = await made.review()
        assert "No rule here is without a check" in events[-1].remark  # type: ignore[union-attr]
        assert len(model.requests) == 1


async def test_a_comment_suppresses_a_finding(root: Path) -> None:
    code = CODE.replace("print(data)", "print(data)  # rulewright: ignore[log]")
    with reviews(root, for_file({"src/cart.py": says(PRINT)}), files={**FILES, "src/cart.py": code}) as made:
        assert found(await made.review("src/cart.py")) == []


async def test_a_model_that_takes_little_is_asked_in_pieces(root: Path) -> None:
    code = "".join(f"def weigh_{n}(basket):\n    return sum(basket) * {n}\n\n\n" for n in range(60))
    model = ScriptedProvider(lambda _: says(), name="one", capabilities=Capabilities(context_tokens=1_600))
    with reviews(root, model, files={**FILES, "src/cart.py": code}) as made:
        events = await made.review("src/cart.py")
        assert not not_reviewed(events)
        assert totals(events).calls == len(model.requests) > 1
        seen = "".join(map(told, model.requests))
        assert all(f"| def weigh_{n}(basket)" in seen for n in range(60))


async def test_a_rehearsal_asks_nobody(root: Path) -> None:
    model = for_file({})
    with reviews(root, model, model={"price_in": 1_000.0, "price_out": 1_000.0}) as made:
        await made.review("src/shelf.py")
        events = await made.review(is_rehearsal=True)
        plans = {event.path: event for event in events if isinstance(event, Planned)}
        assert plans["src/cart.py"].rules == ("names", "log")
        assert (plans["src/cart.py"].calls, plans["src/cart.py"].lines, plans["src/cart.py"].model) == (1, 4, "one")
        assert plans["src/cart.py"].cost_micro > plans["src/cart.py"].tokens * 1_000
        assert (plans["src/shelf.py"].calls, plans["src/shelf.py"].cached) == (0, 1)
        assert len(model.requests) == 1
    with reviews(root) as made:
        assert totals(await made.review(is_rehearsal=True)).calls == 2
        (failed,) = await made.review()
        assert isinstance(failed, ReviewFailed)
        assert failed.text.startswith("No model is set up.")


async def test_what_an_editor_has_open_is_what_counts(root: Path) -> None:
    model = for_file({"src/cart.py": says(breach("log", 1, "print(1)"))})
    with reviews(root, model) as made:
        events = await made.review("src/cart.py", texts={"src/cart.py": "print(1)\n"})
        assert found(events) == [("src/cart.py", 1, "log", "It is so.")]
        assert "weigh" not in told(model.requests[0])


def test_a_comment_for_a_review_is_not_called_idle_by_a_check(root: Path) -> None:
    code = (
        "x = 1  # rulewright: ignore[log]\ny = 2  # rulewright: ignore[logs]\nz = 3  # rulewright: ignore[log, logs]\n"
    )
    with reviews(root, files={**FILES, "src/cart.py": code}) as made:
        (report,) = made.gateway.files.check(made.project, ["src/cart.py"])
        assert [finding.range.start.line for finding in report.findings] == [1, 2]
        assert "`logs`" in report.findings[1].message
        job = plan(made.project.book, made.project.settings.check, "src/cart.py", code)
        assert isinstance(job, CheckJob)
        # The same in a process of its own.
        with closing(WorkerPool(1, 30.0)) as pool:
            (result,) = pool.run_all([job])
        assert result.findings == report.findings
