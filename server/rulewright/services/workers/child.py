"""The worker process: reads jobs from its standard input until that ends."""

import contextlib
import os

from rulewright.core.rules.job import CheckJob, run
from rulewright.services.workers.wire import Checks, decode_request, receive, send


def main() -> None:
    """Answer every job. Ends with its parent, because the parent's end closes the pipe."""
    requests, results = os.dup(0), os.dup(1)
    os.dup2(2, 1)  # a stray print must not end up among the results
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
        )
        with contextlib.suppress(BrokenPipeError):
            send(results, run(job))


if __name__ == "__main__":
    main()
