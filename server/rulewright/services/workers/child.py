"""The worker process: reads jobs from its standard input until that ends."""

import contextlib
import os
import signal
import sys
from time import perf_counter_ns

from rulewright.core.rules.job import CheckJob, run
from rulewright.processes.framing import READY, receive, send
from rulewright.services.workers.wire import Checks, decode_request, encode


def main(limit_s: float) -> None:
    """Answer every job. Ends with its parent, because the parent's end closes the pipe, or after `limit_s` of a job."""
    requests, results = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # a stray print must not end up among the results
    send(results, READY)
    known: dict[int, Checks] = {}
    while (body := receive(requests)) is not None:
        request = decode_request(body)
        if isinstance(request, Checks):
            known[request.number] = request
            continue
        checks = known[request.checks]
        content = request.content.decode("utf-8", "surrogatepass")
        job = CheckJob(
            request.path,
            content,
            request.language,
            checks.enforced,
            checks.known_rule_ids,
            request.max_findings,
            request.suppress,
            request.timed,
            request.all_run,
            request.judged_rule_ids,
        )
        _end_after(limit_s)
        result = run(job, perf_counter_ns)
        _end_after(0)
        with contextlib.suppress(BrokenPipeError):
            send(results, encode(result))


def _end_after(seconds: float) -> None:
    """Have the system end this process; 0 takes that back. The parent does so earlier, unless it is gone."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]))
