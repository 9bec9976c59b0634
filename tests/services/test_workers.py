"""Worker processes that are killed, overdue, closed and orphaned."""

import asyncio
import itertools
import os
import signal
import subprocess
import sys
from functools import partial
from time import perf_counter_ns

import msgspec
import pytest

from rulewright.core.edits import Edit
from rulewright.core.restarts import Intensity
from rulewright.core.rules import job as jobs_module
from rulewright.core.rules.job import CheckJob, CheckResult
from rulewright.core.rules.lint import Enforced
from rulewright.core.rules.load import load
from rulewright.core.rules.origin import Origin
from rulewright.services.supervisor.outside import OutsideSupervisor
from rulewright.services.workers import AdaptiveRunner, InlineRunner
from rulewright.services.workers.inline import INLINE_CHARACTERS
from rulewright.services.workers.pool import AHEAD, STOPPING, WorkerPool
from rulewright.services.workers.wire import Checks, Job, decode_request, decode_result, encode
from tests.harness.wait import is_alive, until

PATIENT_S = 60
run = partial(jobs_module.run, now_ns=perf_counter_ns)
ENDED = "the checking process ended unexpectedly; the file was not checked"


def enforced(check: str, name: str = "r") -> tuple[Enforced, ...]:
    origin = Origin(path=f".ai-rules/{name}.md", below=f"{name}.md", source="project", folder="")
    text = f"---\ndescription: A rule\nlanguage: python\ncheck:\n  {check}\n---\n"
    parsed = load(origin, text.encode("utf-8", "surrogateescape")).parsed
    assert not [p for p in parsed.problems if p.problem.severity == "error"]
    return tuple(Enforced(parsed.rule.id, origin.path, "A rule", c) for c in parsed.rule.checks)


NO_PRINT = enforced("{language: python, message: 'Log $A', rule: {pattern: print($A)}, fix: log($A)}")
SLOW = enforced(
    "{language: python, message: m, rule: {kind: identifier, regex: '^a$',"
    " inside: {stopBy: end, kind: module, has: {stopBy: end, kind: class_definition}}}}",
    "slow",
)


def job(content, path="a.py", checks=NO_PRINT):
    return CheckJob(path, content, "python", checks, frozenset({"r"}), 1000)


def numbered(count, prefix="print"):
    return [job(f"{prefix}({n})\n", f"{n}.py") for n in range(count)]


BIG = job("a\n" * 300_000, "big.py", SLOW)
"""Takes hours: for each of its names all others are looked at."""
HUGE = job("a\n" * 2_000_000, "huge.py", SLOW)
"""To parse it takes seconds, far longer than the time that is given here and than the guard takes to look."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("rulewright.services.workers.pool.ALONE_S", 2.0)


@pytest.fixture
def pool():
    made = []

    def pool(size=1, timeout_s=PATIENT_S):
        made.append(WorkerPool(size, timeout_s))
        return made[-1]

    yield pool
    for one in made:
        one.close()


def pids(pool):
    return {w._process.pid for w in pool._workers if w._process}


def only(pool, a_job):
    (result,) = pool.run_all([a_job])
    return result


def test_results_come_in_the_order_of_the_jobs(pool):
    jobs = numbered(200)
    results = list(pool(2).run_all(jobs))
    assert results == [run(j) for j in jobs]
    assert [r.findings[0].message for r in results[:3]] == ["Log 0", "Log 1", "Log 2"]


def test_nothing_is_started_before_the_first_job(pool):
    idle = pool(2)
    assert list(idle.run_all([])) == []
    assert not idle._workers
    assert not idle._threads


def test_jobs_are_taken_as_they_can_be_worked_on(pool):
    taken = []

    def jobs():
        for a_job in numbered(1000):
            taken.append(a_job)
            yield a_job

    results = pool(1).run_all(jobs())
    assert next(results).path == "0.py"
    assert len(taken) < 50


def test_a_worker_that_died_between_jobs_is_replaced(pool):
    one = pool()
    assert only(one, job("print(1)")).findings
    (pid,) = pids(one)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not is_alive(pid))
    assert only(one, job("print(1)")) == run(job("print(1)"))
    assert pids(one) != {pid}


def test_a_worker_that_died_with_nothing_to_do_is_replaced_before_the_next_job(monkeypatch):
    monkeypatch.setattr("rulewright.services.workers.pool.LOOK_S", 0.02)
    overseer = OutsideSupervisor(Intensity(max_restarts=1))
    pool = WorkerPool(1, PATIENT_S, overseer)
    try:
        only(pool, job("print(1)"))
        (first,) = pids(pool)
        os.kill(first, signal.SIGKILL)
        until(lambda: overseer.which_children()[0].pid not in {None, first})
        (worker,) = overseer.which_children()
        assert (worker.state, worker.restarts, worker.last_error) == ("running", 1, "it was ended from outside")
        assert only(pool, job("print(1)")) == run(job("print(1)"))
        assert overseer.which_children()[0].restarts == 1
        # No more than it may cost.
        os.kill(worker.pid, signal.SIGKILL)
        until(lambda: overseer.which_children()[0].state == "given_up")
        assert "ended too often" in only(pool, job("print(1)")).failure
    finally:
        pool.close()


def test_a_job_that_kills_its_worker_costs_only_itself(pool, monkeypatch, tmp_path):
    # The worker's own copy of the code ends on sight of this text, as a fault in a grammar would make it.
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from rulewright.core.rules import job\n"
        "run = job.run\n"
        "job.run = lambda j, now: os.abort() if 'BOOM' in j.content else run(j, now)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = pool()
    good, bad = job("print(1)", "good.py"), job("BOOM", "bad.py")
    results = list(one.run_all([good, bad, good, bad, bad, good]))
    broken = CheckResult("bad.py", failure=ENDED)
    assert results == [
        run(good),
        broken,
        run(good),
        broken,
        broken,
        run(good),
    ]


def test_a_check_that_kills_its_worker_is_found_and_the_others_are_run(pool, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from rulewright.core.rules import job\n"
        "run = job.run\n"
        "bad = lambda j: any('fatal' in e.rule_id for e in j.enforced) and 'BOOM' in j.content\n"
        "job.run = lambda j, now: os.abort() if bad(j) else run(j, now)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    fatal = enforced("{language: python, message: m, rule: {pattern: BOOM}}", "fatal")
    both = job("print(1)\nBOOM\nx = 1  # rulewright: ignore fatal\n", checks=(*NO_PRINT, *fatal))
    result = only(pool(), both)
    assert [f.rule_id for f in result.findings] == ["r"]
    (fault,) = result.faults
    assert (fault.rule_path, fault.check_id, fault.grave) == (".ai-rules/fatal.md", fatal[0].check.id, True)
    assert fault.reason == "it ended the checking process on a.py"


def test_jobs_that_wait_are_not_held_up_by_a_check_that_is_known_to_be_fatal(pool, monkeypatch, tmp_path):
    deaths = tmp_path / "deaths"
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from rulewright.core.rules import job\n"
        "run = job.run\n"
        "def die():\n"
        f"    with open({str(deaths)!r}, 'a') as out: out.write('x')\n"
        "    os.abort()\n"
        "bad = lambda j: any('fatal' in e.rule_id for e in j.enforced)\n"
        "job.run = lambda j, now: die() if bad(j) else run(j, now)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    checks = (*NO_PRINT, *enforced("{language: python, message: m, rule: {pattern: BOOM}}", "fatal"))
    one = pool()
    results = list(one.run_all([job(f"print({n})", f"{n}.py", checks) for n in range(AHEAD)]))
    assert [[f.rule_id for f in r.findings] for r in results] == [["r"]] * AHEAD
    assert [[f.check_id for f in r.faults] for r in results] == [["fatal"]] * AHEAD
    # Together, once more, and alone; and no other job died of it.
    n_deaths = len(deaths.read_text())
    assert n_deaths <= 3
    assert [f.grave for f in only(one, job("print(1)", checks=checks)).faults] == [True]
    assert len(deaths.read_text()) > n_deaths


@pytest.mark.slow
def test_a_check_that_does_not_end_is_found_and_the_others_are_run(pool):
    content = "print(1)\n" + "a\n" * 20_000
    result = only(pool(timeout_s=3), job(content, checks=(*NO_PRINT, *SLOW)))
    assert (result.failure, [f.rule_id for f in result.findings]) == ("", ["r"])
    (fault,) = result.faults
    assert (fault.rule_path, fault.grave) == (".ai-rules/slow.md", True)
    assert fault.reason == "it took more than 2 s on a.py"


@pytest.mark.parametrize(("step_ns", "slow"), [(1_000_000_000, []), (3_000_000_000, ["it took 3.0 s on this file"])])
def test_a_check_that_takes_more_than_its_share_is_told(step_ns, slow):
    clock = itertools.count(0, step_ns)
    result = jobs_module.run(job("print(1)\n"), lambda: next(clock))
    assert [f.reason for f in result.faults] == slow
    assert result.findings


def test_a_worker_says_how_long_each_check_takes_when_asked(pool):
    both = job("print(1)\n" + "a\n" * 500, checks=(*NO_PRINT, *SLOW, *enforced("{rule: {pattern: zzz()}}", "idle")))
    timed = only(pool(), msgspec.structs.replace(both, timed=True))
    printing, slow, idle = timed.times_ns
    assert slow > printing > idle == 0
    assert only(pool(), both).times_ns == ()


def test_a_job_that_raises_costs_only_itself(pool, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "from rulewright.core.rules import job\n"
        "run = job.run\n"
        "job.run = lambda j, now: 1 / 0 if 'BOOM' in j.content else run(j, now)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = pool()
    assert only(one, job("BOOM")).failure == ENDED
    assert only(one, job("print(1)")).findings


def test_an_answer_that_means_nothing_costs_only_its_job(pool, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from rulewright.core.rules import job\n"
        "run = job.run\n"
        "job.run = lambda j, now: 'nonsense' if 'BOOM' in j.content else run(j, now)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = pool()
    assert only(one, job("BOOM")).failure.startswith("the file was not checked: ")
    assert only(one, job("print(1)")).findings


def test_a_python_that_cannot_be_started_is_said(pool, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    one = pool()
    assert only(one, job("print(1)")).failure == ENDED
    assert only(one, job("print(1)")).failure == ENDED


def test_a_job_over_its_time_is_given_up_and_the_next_one_works(pool):
    one = pool(timeout_s=0.4)
    first = only(one, HUGE)
    assert first.failure == "given up after 0.4 seconds (check.timeout_s): the checks are too slow"
    assert first.findings == ()
    # Its worker was killed; the start of the next one counts too, so it gets the time it needs.
    assert not pids(one)
    one._workers[0].timeout_s = PATIENT_S
    assert only(one, job("print(1)")).findings


def test_close_ends_every_process_and_cancels_what_waits():
    pool = WorkerPool(2, PATIENT_S)
    results = pool.run_all([*numbered(2), *[BIG] * 6])
    assert next(results).findings
    assert next(results).findings
    running = until(lambda: len(pids(pool)) == 2 and pids(pool))

    async def close_while_waiting():
        waiting = [asyncio.ensure_future(pool.run_soon(BIG)) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.to_thread(pool.close)
        return await asyncio.gather(*waiting, return_exceptions=True)

    outcomes = asyncio.run(close_while_waiting())
    assert any(isinstance(o, asyncio.CancelledError) for o in outcomes)
    assert all(isinstance(o, asyncio.CancelledError) or o.failure == STOPPING for o in outcomes)
    assert not any(map(is_alive, running))
    assert not any(thread.is_alive() for thread in pool._threads)
    pool.close()
    assert only(pool, job("print(1)")).failure == STOPPING


def test_a_job_that_runs_while_the_pool_closes_is_not_tried_again():
    pool = WorkerPool(1, PATIENT_S)
    future = pool._submit(BIG, 0)
    until(lambda: future.running() and pids(pool))
    pool.close()
    assert future.result().failure == STOPPING
    assert not pids(pool)


PARENT = """
import sys, threading
from tests.services.test_workers import BIG, job, pids
from rulewright.services.workers.pool import WorkerPool

pool = WorkerPool(2, float(sys.argv[1]))
assert all(r.findings for r in pool.run_all([job("print(1)"), job("print(2)")]))
for _ in range(int(sys.argv[2])):
    pool._submit(BIG, 0)
print(*pids(pool), flush=True)
threading.Event().wait()
"""


@pytest.mark.parametrize("n_busy", [0, 2])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_a_parent_that_is_killed(sent, n_busy):
    """One that has nothing to do ends at once, one that is busy when its time is up."""
    timeout_s = 1 if n_busy else PATIENT_S
    command = [sys.executable, "-c", PARENT, str(timeout_s), str(n_busy)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        parent.send_signal(sent)
    assert workers
    until(lambda: not any(map(is_alive, workers)))


def test_a_stray_print_does_not_break_the_wire(pool, monkeypatch, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import os\n"
        "from rulewright.core.rules import job\n"
        "run = job.run\n"
        "job.run = lambda j, now: print('stray', flush=True) or os.write(1, b'stray') and run(j, now)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert list(pool().run_all(numbered(5))) == [run(j) for j in numbered(5)]


ODD_JOBS = {
    "lone surrogates in the text": job("print('\udce9')  # \ud83d\n"),
    "a name that is not UTF-8": job("print(1)\n", "caf\udce9.py"),
    "a rule file whose name is not UTF-8": job(
        "print('é')\n",
        checks=tuple(Enforced(f"caf\udce9-{e.rule_id}", "\udce9.md", e.description, e.check) for e in NO_PRINT),
    ),
    "an emoji": job("print('🦀')\r\nprint('é')\r\n", "🦀.py"),
    "nothing": job(""),
    "a text of a megabyte": job("# " + "x\n# " * 250_000 + "\nprint(1)\n"),
}


@pytest.mark.parametrize("odd", ODD_JOBS.values(), ids=ODD_JOBS.keys())
def test_a_worker_says_what_this_process_would(pool, odd):
    one = pool()
    assert only(one, odd) == run(odd)
    assert not only(one, odd).failure
    assert only(one, job("print(1)")) == run(job("print(1)"))


def test_text_that_is_not_unicode_keeps_its_fix_on_the_wire():
    result = run(ODD_JOBS["lone surrogates in the text"])
    (finding,) = result.findings
    assert finding.fix.edits == (Edit(0, 10, "log('\udce9')"),)
    assert decode_result(encode(result)) == result


@pytest.mark.parametrize("text", ["plain", "caf\udce9"])
def test_requests_come_back_from_the_wire(text):
    a_job = Job(1, text, b"\xff\x00", "python", 10)
    checks = Checks(1, NO_PRINT, frozenset({text, "a"}))
    assert decode_request(encode(a_job)) == a_job
    assert decode_request(encode(checks)) == checks


def test_a_worker_loads_nothing_that_could_run_what_it_reads():
    """And little else, for its start is waited for."""
    program = (
        "import sys\n"
        "import rulewright.services.workers.child\n"
        "unwanted = {'pickle', '_pickle', 'marshal', 'shelve', 'multiprocessing', 'asyncio', 'click',\n"
        "            'pygls', 'lsprotocol', 'pathspec', 'watchfiles', 'subprocess', 'json'}\n"
        # Python itself reads its compiled modules with `marshal`.
        "print(sorted((unwanted - {'marshal'}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_rules_that_change_for_ever_are_not_all_remembered(pool):
    one = pool()
    for n in range(150):
        checks = enforced(f"{{language: python, message: 'Number {n}', rule: {{pattern: print($A)}}}}")
        assert [f.message for f in only(one, job("print(1)", checks=checks)).findings] == [f"Number {n}"]
    assert len(one._workers[0]._known) <= 64


# Which goes first


@pytest.fixture
def very_impatient(monkeypatch):
    """For those to whom it is all one why a job ended."""
    monkeypatch.setattr("rulewright.services.workers.pool.ALONE_S", 0.2)


def watched(pool, monkeypatch):
    """The paths of the jobs that the only worker begins from now on."""
    worker, begun = pool._workers[0], []
    run_one = worker.run
    monkeypatch.setattr(worker, "run", lambda j: begun.append(j.path) or run_one(j))
    return begun


@pytest.mark.usefixtures("very_impatient")
async def test_what_the_user_waits_for_goes_ahead(pool, monkeypatch):
    one = pool()
    busy = one._submit(BIG, 0)
    until(lambda: busy.running() and one._workers and one._workers[0].is_ready)
    begun = watched(one, monkeypatch)
    everything = one.run_all(numbered(40))
    # More jobs wait than the pool takes ahead, so the first result is asked for when the others are in the queue.
    first = asyncio.ensure_future(asyncio.to_thread(next, everything))
    await asyncio.to_thread(until, lambda: one._queue.qsize() == AHEAD + 1)
    soon = asyncio.ensure_future(one.run_soon(job("print(1)", "soon.py")))
    await asyncio.sleep(0)
    one._workers[0].overdue_at = 0.0
    assert (await soon).findings
    assert [(await first).path, *(r.path for r in everything)] == [f"{n}.py" for n in range(40)]
    assert begun == ["soon.py", *(f"{n}.py" for n in range(40))]
    assert busy.result().findings == ()


@pytest.mark.usefixtures("very_impatient")
async def test_a_cancelled_job_that_has_not_begun_never_runs(pool, monkeypatch):
    one = pool()
    busy = one._submit(BIG, 0)
    until(lambda: busy.running() and one._workers and one._workers[0].is_ready)
    begun = watched(one, monkeypatch)
    cancelled = asyncio.ensure_future(one.run_soon(job("print(1)", "cancelled.py")))
    kept = asyncio.ensure_future(one.run_soon(job("print(1)", "kept.py")))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    one._workers[0].overdue_at = 0.0
    assert (await kept).findings
    assert begun == ["kept.py"]


@pytest.mark.usefixtures("very_impatient")
async def test_a_cancelled_job_that_has_begun_disturbs_no_other(pool):
    one = pool()
    begun = asyncio.ensure_future(one.run_soon(BIG))
    await asyncio.sleep(0)
    await asyncio.to_thread(until, lambda: one._workers and one._workers[0].is_ready and one._queue.empty())
    begun.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begun
    one._workers[0].overdue_at = 0.0
    assert (await one.run_soon(job("print(1)"))).findings


def test_a_worker_finds_where_a_suppression_goes(pool):
    checked = job("def f():\n    print(1)\n", "a.py")
    (finding,) = run(checked).findings
    asked = msgspec.structs.replace(checked, enforced=(), suppress=finding)
    result = only(pool(), asked)
    assert result == run(asked)
    assert result.findings == ()
    assert result.suppression is not None
    assert "rulewright: ignore" in result.suppression.new_text


# In this process or in others


def adaptive(started):
    def start():
        started.append(WorkerPool(2, PATIENT_S))
        return started[-1]

    return AdaptiveRunner(start)


def test_little_work_is_done_here():
    started = []
    runner = adaptive(started)
    assert list(runner.run_all(numbered(20))) == list(InlineRunner().run_all(numbered(20)))
    runner.close()
    assert not started


def test_much_work_is_done_in_processes_with_the_same_results():
    started = []
    runner = adaptive(started)
    filler = "# " + "x" * (INLINE_CHARACTERS // 40) + "\n"
    jobs = [job(f"{filler}print({n}, '🦀')\r\n", f"{n}.py") for n in range(60)]
    assert list(runner.run_all(iter(jobs))) == list(InlineRunner().run_all(jobs))
    (pool,) = started
    assert len(pids(pool)) == 2
    assert list(runner.run_all(jobs[:1])) == [run(jobs[0])]
    runner.close()
    assert not pids(pool)


async def test_one_file_is_checked_here():
    started = []
    runner = adaptive(started)
    assert (
        await runner.run_soon(job("print(1)")) == run(job("print(1)")) == await InlineRunner().run_soon(job("print(1)"))
    )
    assert not started
