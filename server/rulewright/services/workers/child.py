"""The worker process: reads jobs from its standard input until that ends."""

import contextlib
import os

import msgspec

from rulewright.core.findings import Finding
from rulewright.core.rules.job import CheckJob, CheckResult, run
from rulewright.services.workers.wire import Checks, decode_request, encode, receive, send


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
            send(results, _encode(run(job)))


def _encode(result: CheckResult) -> bytes:
    """Findings as msgpack; text that is not Unicode (lone surrogates of a broken file) is replaced in messages."""
    try:
        return encode(result)
    except UnicodeEncodeError:
        return encode(CheckResult(result.path, tuple(map(_clean, result.findings)), result.failure))


def _clean(finding: Finding) -> Finding:
    def plain(text: str) -> str:
        return text.encode("utf-8", "replace").decode("utf-8")

    # A fix whose text would be altered is not offered.
    return msgspec.structs.replace(
        finding, message=plain(finding.message), note=plain(finding.note), fix=None, path=plain(finding.path)
    )


if __name__ == "__main__":
    main()
